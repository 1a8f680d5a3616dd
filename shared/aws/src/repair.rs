//! The one place that reads the whole table: after an outage longer than the stream reaches back,
//! when somebody asks for it.

use std::collections::BTreeSet;

use laptime_core::model::AttemptId;
use laptime_core::port::Stored;

use crate::Store;
use crate::key;
use crate::table::item::{Item, text};

impl Store {
    /// Every attempt of which an event is stored. Reads all of the table, and is paid for so.
    pub async fn attempts_by_scan(&self) -> Stored<Vec<AttemptId>> {
        let (mut found, mut from) = (BTreeSet::new(), None);
        loop {
            let page = self
                .table
                .client()
                .scan()
                .table_name(&self.table.name)
                .projection_expression("p, s")
                .filter_expression("begins_with(s, :e)")
                .expression_attribute_values(":e", text(key::EVENT))
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(|error| self.table.failed("reading all of the table", error))?;
            let items = page.items.unwrap_or_default().into_iter().map(Item);
            found
                .extend(items.filter_map(|item| key::attempt_of(item.get_text("p")?, item.sort())));
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(found.into_iter().collect());
            }
        }
    }
}

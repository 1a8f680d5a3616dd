//! The one place that reads the whole table: after an outage longer than the stream reaches back,
//! when somebody asks for it.

use std::collections::BTreeSet;

use laptime_core::model::AttemptId;
use laptime_core::port::Stored;

use crate::Store;
use crate::key::{self, Key};
use crate::table::item::{Item, text};
use crate::table::{Condition, Query};

impl Store {
    /// Every attempt of which an event is stored. Reads all of the table, and is paid for so. Those
    /// set aside are no longer taken to be covered.
    pub async fn attempts_by_scan(&self) -> Stored<Vec<AttemptId>> {
        self.give_another_try().await?;
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

    /// Forgets, of attempts set aside, which of their events were covered by that.
    async fn give_another_try(&self) -> Stored<()> {
        let doing = "reading what was set aside";
        for listed in self.table.query(doing, Query::all(key::SET_ASIDE)).await? {
            let place = Key::new(format!("E#{}", listed.sort()), "p");
            let update = "REMOVE k";
            self.table.update(doing, place, update, Condition::default()).await?;
        }
        Ok(())
    }
}

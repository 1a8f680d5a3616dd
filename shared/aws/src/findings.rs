//! Judgements, and what was done about findings.

use laptime_core::judging::Judgement;
use laptime_core::port::{Deeds, Desk, Fence, Findings, Stored};
use laptime_core::row::WorkflowId;
use laptime_core::stored::to_bytes;

use crate::Store;
use crate::key;
use crate::table::error::{Failure, unreadable};
use crate::table::item::{Item, number};
use crate::table::{Condition, Query};

impl Findings for Store {
    async fn judgement(&self, id: WorkflowId) -> Stored<Option<Judgement>> {
        match self.table.get("reading a judgement", key::judgement(id)).await? {
            Some(item) => Ok(Some(self.table.decode("a judgement", &item).await?)),
            None => Ok(None),
        }
    }

    async fn put_judgement(
        &self,
        fence: Fence,
        id: WorkflowId,
        judgement: &Judgement,
    ) -> Stored<()> {
        self.check("storing a judgement", fence).await?;
        self.replace(fence, "a judgement", key::judgement(id), judgement).await
    }

    async fn all_deeds(&self) -> Stored<Vec<(Desk, Deeds)>> {
        let mut all = Vec::new();
        for item in self.table.query("reading what was done", Query::all(key::DEEDS)).await? {
            let Some(ids) = key::workflow_named(item.sort()) else { continue };
            all.push((Desk::of_ids(ids), self.table.decode("what was done", &item).await?));
        }
        Ok(all)
    }

    async fn deeds(&self, desk: Desk) -> Stored<Deeds> {
        match self.table.get("reading what was done", key::deeds(desk.ids())).await? {
            Some(item) => self.table.decode("what was done", &item).await,
            None => Ok(Deeds::default()),
        }
    }

    async fn put_deeds(&self, desk: Desk, deeds: &Deeds) -> Stored<bool> {
        let bytes = to_bytes(deeds)
            .map_err(|error| unreadable(&self.table.name, "what was done", &error))?;
        let item = Item::at(key::deeds(desk.ids()));
        self.put_next("storing what was done", item, deeds.revision, (&bytes, None)).await
    }
}

impl Store {
    /// Puts a value over the revision before it, if that is what is there. Answers whether it was.
    pub(crate) async fn put_next(
        &self,
        doing: &str,
        item: Item,
        revision: u64,
        (bytes, expires): (&[u8], Option<i64>),
    ) -> Stored<bool> {
        let item = item.number("v", revision);
        let item = self.table.stow(doing, bytes, expires).await?.within(item);
        let is_next = match revision.saturating_sub(1) {
            0 => Condition::new("attribute_not_exists(p)", []),
            before => Condition::new("v = :v", [(":v", number(before))]),
        };
        match self.table.put(doing, item.clone(), is_next).await {
            Ok(Some(was)) => self.table.drop_parts(doing, &was, &item).await.map(|()| true),
            Ok(None) => Ok(true),
            Err(Failure::Condition(_)) => Ok(false),
            Err(Failure::Store(error)) => Err(error),
        }
    }
}

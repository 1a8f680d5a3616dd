//! Notes from one pass to the next.

use laptime_core::port::{Fence, Note, Notes, Stored};

use crate::Store;
use crate::key::{self, Key};
use crate::table::Condition;
use crate::table::item::Item;

/// Days after a day until its note of what was sent is dropped: by then nobody takes its samples.
const SENT_DAYS: i64 = 60;

impl Notes for Store {
    async fn note(&self, note: Note) -> Stored<Option<Vec<u8>>> {
        let doing = "reading a note";
        match self.table.get(doing, key_of(note)).await? {
            Some(item) => Ok(Some(self.table.value(doing, &item).await?)),
            None => Ok(None),
        }
    }

    async fn put_note(&self, fence: Fence, note: Note, value: Vec<u8>) -> Stored<()> {
        let doing = "storing a note";
        self.check(doing, fence).await?;
        let expires = match note {
            Note::Sent(day) => Some(day.day.start().plus_days(SENT_DAYS).as_millis() / 1_000),
            Note::Flight | Note::Fleet | Note::Jobs | Note::Unjudged | Note::Active(_) => None,
        };
        let item = Item::at(key_of(note));
        let item = match expires {
            Some(expires) => item.number("x", expires),
            None => item,
        };
        let item = self.table.stow(doing, &value, expires).await?.within(item);
        if let Some(was) = self.table.put(doing, item.clone(), Condition::default()).await? {
            self.table.drop_parts(doing, &was, &item).await?;
        }
        Ok(())
    }
}

fn key_of(note: Note) -> Key {
    match note {
        Note::Sent(day) => key::sent(day),
        Note::Flight => key::flight(),
        Note::Fleet => key::fleet(),
        Note::Jobs => key::jobs(),
        Note::Unjudged => key::unjudged(),
        Note::Active(day) => key::active(day),
    }
}

//! The one lease on passes.

use laptime_core::port::{Fence, Lease, StoreError, Stored};
use laptime_core::time::Time;

use crate::Store;
use crate::key;
use crate::table::Condition;
use crate::table::error::{Failure, fenced};
use crate::table::item::{Item, number, text};

/// A lease that is not renewed for this long lapses. It is renewed between steps, and one step may
/// wait for a throttled table.
pub const LEASE_MS: i64 = 30_000;

/// Characters shown of who holds it.
const HOLDER: usize = 200;

/// Free, lapsed, or lapsing later than any lease could: taken before a clock was set back.
const FREE: &str = "attribute_not_exists(h) OR u <= :clock OR u > :far";

impl Store {
    pub(crate) async fn take_lease(&self, holder: &str, clock: Time) -> Stored<Lease> {
        let clock = clock.as_millis();
        // A retried request finds its own lease and knows it by this.
        let nonce = format!("{:016x}", fastrand::u64(..));
        let values = [
            (":clock", number(clock)),
            (":far", number(clock + 2 * LEASE_MS)),
            (":h", text(holder)),
            (":o", text(&nonce)),
            (":u", number(clock + LEASE_MS)),
            (":d", number(self.retention_days())),
            (":zero", number(0)),
            (":one", number(1)),
        ];
        let update = "SET f = if_not_exists(f, :zero) + :one, h = :h, o = :o, u = :u, d = :d";
        let condition = Condition::new(FREE, values);
        let pass = match self.table.update("taking the lease", key::pass(), update, condition).await
        {
            Err(Failure::Condition(Some(pass))) if pass.get_text("o") != Some(&nonce) => {
                return Ok(held(&pass));
            }
            Ok(pass) | Err(Failure::Condition(Some(pass))) => pass,
            Err(failure) => return Err(failure.into()),
        };
        Ok(Lease::Won(Fence(pass.get_number("f").unwrap_or_default())))
    }

    pub(crate) async fn renew_lease(&self, fence: Fence, clock: Time) -> Stored<()> {
        let values = [(":u", number(clock.as_millis() + LEASE_MS)), (":f", number(fence.0))];
        self.update_pass("renewing the lease", "SET u = :u", values).await
    }

    pub(crate) async fn release_lease(&self, fence: Fence, done: Option<Time>) -> Stored<()> {
        let doing = "giving the lease back";
        let free = [(":u", number(0)), (":f", number(fence.0))];
        match done {
            Some(done) => {
                let values = free.into_iter().chain([(":l", number(done.as_millis()))]);
                self.update_pass(doing, "SET u = :u, l = :l REMOVE h, o", values).await
            }
            None => self.update_pass(doing, "SET u = :u REMOVE h, o", free).await,
        }
    }

    async fn update_pass(
        &self,
        doing: &str,
        update: &str,
        values: impl IntoIterator<Item = (&'static str, aws_sdk_dynamodb::types::AttributeValue)>,
    ) -> Stored<()> {
        let condition = Condition::new("f = :f", values);
        match self.table.update(doing, key::pass(), update, condition).await {
            Ok(_) => Ok(()),
            Err(Failure::Condition(_)) => Err(fenced(&self.table.name)),
            Err(Failure::Store(error)) => Err::<(), StoreError>(error),
        }
    }
}

fn held(pass: &Item) -> Lease {
    Lease::Held {
        by: pass.get_text("h").unwrap_or("somebody").chars().take(HOLDER).collect(),
        until: Time::from_millis(pass.get_number("u").unwrap_or_default()),
    }
}

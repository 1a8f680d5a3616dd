//! What people are to hear of by themselves in a chat or by mail: findings, that one is over, and
//! failed runs on the default branch. What is news follows from findings, rows, what was told
//! before, and the time.

mod changes;
mod record;
mod runs;
#[cfg(test)]
mod tests;

pub(crate) use changes::{Change, changes};
pub(crate) use runs::{BACK_DAYS, Runs};

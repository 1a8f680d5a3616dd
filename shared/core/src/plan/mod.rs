//! What an installation on AWS costs a month.

mod units;

pub use units::{Cost, Counted, ROLLED_UP, Shape};

//! The flows, each in four beats: decode, load, decide, apply.

mod aggregate;
mod receive;
mod report;

pub use aggregate::{Pass, Passed, aggregate, refold};
pub use receive::{Answer, Delivery, receive};
pub use report::{Period, ReportError, report};

//! The pure heart of Laptime.

pub mod hostile;
pub mod render;
pub mod report;

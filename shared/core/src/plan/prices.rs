//! What AWS asks for. Data, with a date: compare it with the price list before you rely on it.

use crate::plan::Architecture;

/// When the prices were put down, and where they hold.
pub const PRICED: &str = "2026-11";
/// The region.
pub const REGION: &str = "us-east-1";

/// How it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Read in a public text.
    Read,
    /// Remembered, and to be checked.
    Memory,
}

/// The price of one thing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    /// What is counted.
    pub unit: &'static str,
    /// Dollars for so many of them.
    pub dollars: f64,
    /// That many.
    pub per: f64,
    /// How many are free each month, for good; other users of the account use them too.
    pub free: f64,
    /// How it is known.
    pub source: Source,
}

const fn read(unit: &'static str, dollars: f64, per: f64, free: f64) -> Price {
    Price { unit, dollars, per, free, source: Source::Read }
}

const fn remembered(unit: &'static str, dollars: f64, per: f64, free: f64) -> Price {
    Price { unit, dollars, per, free, source: Source::Memory }
}

pub(super) const INVOCATIONS: Price = read("requests", 0.20, 1e6, 1e6);
const ARM: Price = read("GB-s", 0.000_013_333_4, 1.0, 400_000.0);
const X86: Price = read("GB-s", 0.000_016_666_7, 1.0, 400_000.0);
pub(super) const WRITES: Price = read("write units", 0.625, 1e6, 0.0);
pub(super) const READS: Price = read("read units", 0.125, 1e6, 0.0);
pub(super) const STORED: Price = remembered("GB", 0.25, 1.0, 25.0);
pub(super) const RECOVERY: Price = remembered("GB", 0.20, 1.0, 0.0);
pub(super) const STREAM: Price = remembered("requests", 0.02, 1e5, 2.5e6);
pub(super) const METRICS: Price = read("metrics", 0.30, 1.0, 10.0);
/// Beyond [`METRICS_AT_FIRST`].
pub(super) const MORE_METRICS: Price = read("metrics", 0.10, 1.0, 0.0);
pub(super) const METRICS_AT_FIRST: f64 = 10_000.0;
pub(super) const PUTS: Price = remembered("calls", 0.01, 1e3, 1e6);
pub(super) const ALARMS: Price = remembered("alarms", 0.10, 1.0, 10.0);
pub(super) const LOGGED: Price = remembered("GB", 0.50, 1.0, 5.0);
pub(super) const LOGS: Price = remembered("GB", 0.03, 1.0, 5.0);
pub(super) const OBJECT_PUTS: Price = remembered("requests", 0.005, 1e3, 0.0);
pub(super) const OBJECTS: Price = remembered("GB", 0.023, 1.0, 0.0);
pub(super) const KEYS: Price = remembered("requests", 0.03, 1e4, 2e4);
pub(super) const SCHEDULES: Price = remembered("starts", 1.0, 1e6, 14e6);

impl Price {
    pub(super) const fn compute(architecture: Architecture) -> Self {
        match architecture {
            Architecture::Arm64 => ARM,
            Architecture::X86_64 => X86,
        }
    }

    /// Dollars for this many.
    pub(super) fn of(&self, quantity: f64) -> f64 {
        quantity.max(0.0) / self.per * self.dollars
    }
}

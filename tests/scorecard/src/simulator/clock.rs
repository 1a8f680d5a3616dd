//! When runs happen.

use laptime_core::time::{Day, Time};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// 2026-01-01.
const FIRST_DAY: i32 = 20_454;

const DAY_MS: f64 = 86_400_000.0;

/// How runs are spread over the week: about 20 of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// At any hour.
    Even,
    /// Four on each working day, between 8:00 and 20:00.
    Office,
    /// Three a night, every night.
    Nightly,
}

impl Clock {
    /// One of them.
    pub fn any(random: &mut ChaCha8Rng) -> Self {
        match random.random_range(0..3) {
            0 => Self::Even,
            1 => Self::Office,
            _ => Self::Nightly,
        }
    }
}

/// A number in a range.
pub(super) fn between(random: &mut ChaCha8Rng, from: f64, to: f64) -> f64 {
    from + (to - from) * random.random::<f64>()
}

/// So many times, rising.
pub fn times(clock: Clock, count: usize, random: &mut ChaCha8Rng) -> Vec<Time> {
    let first = Day(FIRST_DAY + random.random_range(0..28));
    if clock == Clock::Even {
        let gap = 7.0 * DAY_MS / 20.0;
        let at = |index| (index as f64 + 0.8 * random.random::<f64>()) * gap;
        return (0..count).map(at).map(|ms| first.start().plus_millis(ms as i64)).collect();
    }
    let mut times = Vec::with_capacity(count + 4);
    let mut day = first;
    while times.len() < count {
        let is_working_day = day.0 - day.week().0 < 5;
        let (from, to, runs) = match clock {
            Clock::Office => (8.0, 20.0, if is_working_day { 4 } else { 0 }),
            Clock::Even | Clock::Nightly => (1.0, 5.0, 3),
        };
        let mut of_day: Vec<Time> = (0..runs)
            .map(|_| between(random, from, to) / 24.0 * DAY_MS)
            .map(|ms| day.start().plus_millis(ms as i64))
            .collect();
        of_day.sort();
        times.extend(of_day);
        day = day.next();
    }
    times.truncate(count);
    times
}

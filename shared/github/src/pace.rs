//! How fast GitHub may be asked. Whoever goes on after a refusal is locked out for longer, so this
//! refuses first.

use std::collections::VecDeque;

use laptime_core::time::{MS_PER_HOUR, Time};

/// Between two writes, as GitHub's best practices have it.
const BETWEEN_WRITES_MS: i64 = 1_000;

/// Things created in an hour; GitHub stops at 500.
const CREATES_AN_HOUR: usize = 400;

/// After a refusal that does not say for how long, doubled with each one in a row.
const REFUSED_MS: i64 = 60_000;

/// Doublings at most: half an hour and a bit.
const MOST_DOUBLINGS: u32 = 5;

/// What is known of the limits of one account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pace {
    /// Limit, what remains of it, and when it is whole again.
    hourly: Option<(u64, u64, Time)>,
    /// Nothing may be asked before.
    closed_until: Option<Time>,
    refused_in_a_row: u32,
    last_write: Option<Time>,
    creates: VecDeque<Time>,
}

/// What a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Read,
    Change,
    Create,
}

/// When a request may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// After so many milliseconds.
    In(i64),
    /// Not before this time: too long to wait for.
    NotBefore(Time),
}

/// What an answer says of limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) limit: Option<u64>,
    pub(crate) remaining: Option<u64>,
    pub(crate) reset: Option<Time>,
    /// Seconds.
    pub(crate) retry_after: Option<i64>,
    /// It was refused for asking too much.
    pub(crate) refused: bool,
}

impl Pace {
    /// When a request may go that is ready now. `reserve` is the share of the hourly limit that is
    /// left to others.
    pub(crate) fn turn(&mut self, kind: Kind, now: Time, reserve: f64) -> Turn {
        if let Some(until) = self.closed_until.filter(|until| *until > now) {
            return Turn::NotBefore(until);
        }
        if let Some((limit, remaining, reset)) = self.hourly
            && reset > now
            && remaining <= share(limit, reserve)
        {
            return Turn::NotBefore(reset);
        }
        let hour_ago = now.plus_millis(-MS_PER_HOUR);
        self.creates.retain(|at| *at > hour_ago);
        if kind == Kind::Create
            && self.creates.len() >= CREATES_AN_HOUR
            && let Some(first) = self.creates.front()
        {
            return Turn::NotBefore(first.plus_millis(MS_PER_HOUR));
        }
        match self.last_write {
            Some(last) if kind != Kind::Read => {
                let wait = BETWEEN_WRITES_MS - now.since(last);
                Turn::In(wait.clamp(0, BETWEEN_WRITES_MS))
            }
            _ => Turn::In(0),
        }
    }

    /// A request goes.
    pub(crate) fn sent(&mut self, kind: Kind, now: Time) {
        if let Some((_, remaining, _)) = &mut self.hourly {
            *remaining = remaining.saturating_sub(1);
        }
        if kind != Kind::Read {
            self.last_write = Some(now);
        }
        if kind == Kind::Create {
            self.creates.push_back(now);
        }
    }

    /// An answer came. Answers until when nothing may be asked, if it was refused.
    pub(crate) fn heard(&mut self, heard: Heard, now: Time) -> Option<Time> {
        if let (Some(limit), Some(remaining), Some(reset)) =
            (heard.limit, heard.remaining, heard.reset)
        {
            self.hourly = Some((limit, remaining, reset));
        }
        if !heard.refused {
            self.refused_in_a_row = 0;
            return None;
        }
        let doubled = REFUSED_MS << self.refused_in_a_row.min(MOST_DOUBLINGS);
        self.refused_in_a_row += 1;
        let until = match (heard.retry_after, heard.remaining, heard.reset) {
            (Some(seconds), ..) => now.plus_millis(seconds.clamp(1, 86_400) * 1_000),
            (None, Some(0), Some(reset)) if reset > now => reset,
            _ => now.plus_millis(doubled),
        };
        self.closed_until = self.closed_until.max(Some(until));
        self.closed_until
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "some thousands"
)]
pub(crate) fn share(limit: u64, reserve: f64) -> u64 {
    (limit as f64 * reserve).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::from_millis(1_700_000_000_000 + seconds * 1_000)
    }

    fn hourly(remaining: u64) -> Heard {
        let reset = Some(at(1_800));
        Heard { limit: Some(5_000), remaining: Some(remaining), reset, ..Heard::default() }
    }

    #[test]
    fn a_second_lies_between_two_writes_and_none_between_reads() {
        let mut pace = Pace::default();
        assert_eq!(pace.turn(Kind::Create, at(0), 0.2), Turn::In(0));
        pace.sent(Kind::Create, at(0));
        assert_eq!(pace.turn(Kind::Read, at(0), 0.2), Turn::In(0));
        assert_eq!(pace.turn(Kind::Change, at(0), 0.2), Turn::In(1_000));
        assert_eq!(pace.turn(Kind::Change, at(0).plus_millis(400), 0.2), Turn::In(600));
        assert_eq!(pace.turn(Kind::Change, at(5), 0.2), Turn::In(0));
        // The clock was set back.
        assert_eq!(pace.turn(Kind::Change, at(-900), 0.2), Turn::In(1_000));
    }

    #[test]
    fn the_reserve_is_never_spent() {
        let mut pace = Pace::default();
        pace.heard(hourly(1_002), at(0));
        for _ in 0..2 {
            assert_eq!(pace.turn(Kind::Read, at(1), 0.2), Turn::In(0));
            pace.sent(Kind::Read, at(1));
        }
        assert_eq!(pace.turn(Kind::Read, at(1), 0.2), Turn::NotBefore(at(1_800)));
        assert_eq!(pace.turn(Kind::Read, at(1_800), 0.2), Turn::In(0), "it is whole again");
    }

    #[test]
    fn a_refusal_is_waited_for_as_long_as_it_says() {
        let refused = Heard { refused: true, ..Heard::default() };
        let mut pace = Pace::default();
        let said = pace.heard(Heard { retry_after: Some(30), ..refused }, at(0));
        assert_eq!(said, Some(at(30)));
        assert_eq!(pace.turn(Kind::Read, at(29), 0.0), Turn::NotBefore(at(30)));
        let mut pace = Pace::default();
        assert_eq!(pace.heard(Heard { refused: true, ..hourly(0) }, at(0)), Some(at(1_800)));
        // Nothing is said: a minute, two, four, and again a minute after it was let through.
        let mut pace = Pace::default();
        assert_eq!(pace.heard(refused, at(0)), Some(at(60)));
        assert_eq!(pace.heard(refused, at(60)), Some(at(180)));
        assert_eq!(pace.heard(refused, at(180)), Some(at(420)));
        assert_eq!(pace.heard(Heard::default(), at(420)), None);
        assert_eq!(pace.heard(refused, at(1_000)), Some(at(1_060)));
    }

    #[test]
    fn an_hour_has_room_for_so_many_creations() {
        let mut pace = Pace::default();
        for second in 0..400 {
            assert_eq!(pace.turn(Kind::Create, at(second), 0.0), Turn::In(0));
            pace.sent(Kind::Create, at(second));
        }
        assert_eq!(pace.turn(Kind::Create, at(400), 0.0), Turn::NotBefore(at(3_600)));
        assert_eq!(pace.turn(Kind::Change, at(400), 0.0), Turn::In(0));
        assert_eq!(pace.turn(Kind::Create, at(3_600), 0.0), Turn::In(0));
    }
}

//! Seeded chance, in whole numbers only, so that one seed is one history on every machine.

/// Milliseconds of a second.
pub(crate) const SECOND: i64 = 1_000;
/// Milliseconds of a minute.
pub(crate) const MINUTE: i64 = 60 * SECOND;
/// Milliseconds of an hour.
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// Milliseconds of a day.
pub(crate) const DAY: i64 = 24 * HOUR;

/// A seeded source of chance.
#[derive(Debug)]
pub(crate) struct Dice(fastrand::Rng);

impl Dice {
    /// One stream of chance; the same `seed` and `stream` always roll the same.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ stream))
    }

    /// Whole seconds from `low` to `high`, both possible, in milliseconds.
    pub(crate) fn seconds(&mut self, low: i64, high: i64) -> i64 {
        self.0.i64(low..=high) * SECOND
    }

    /// A whole number from `low` to `high`, both possible.
    pub(crate) fn number(&mut self, low: i64, high: i64) -> i64 {
        self.0.i64(low..=high)
    }

    /// True `per_mille` times in a thousand.
    pub(crate) fn chance(&mut self, per_mille: u32) -> bool {
        self.0.u32(0..1_000) < per_mille
    }

    /// Around `usual_ms`: within 12 %, now and then much slower, as steps are.
    pub(crate) fn around(&mut self, usual_ms: i64) -> i64 {
        let tail = if self.chance(25) { self.number(100, 500) } else { 0 };
        let per_mille = 880 + self.number(0, 120) + self.number(0, 120) + tail;
        usual_ms * per_mille / 1_000
    }

    /// A wait that is mostly short and sometimes long, `usual_s` on average, in milliseconds.
    pub(crate) fn wait(&mut self, usual_s: i64) -> i64 {
        let roll = self.number(0, 1_000);
        // The mean of 3u² over [0, 1] is 1.
        (1 + usual_s * 3 * roll * roll / 1_000_000) * SECOND
    }

    /// `digits` lower-case hexadecimal digits.
    pub(crate) fn hex(&mut self, digits: usize) -> String {
        std::iter::repeat_with(|| self.0.digit(16)).take(digits).collect()
    }

    /// One of `choices`; none if there are none.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> Option<T> {
        self.0.choice(choices).copied()
    }

    /// A new order.
    pub(crate) fn shuffle<T>(&mut self, things: &mut [T]) {
        self.0.shuffle(things);
    }

    /// A GUID as GitHub gives its deliveries.
    pub(crate) fn guid(&mut self) -> String {
        let head = format!("{}-{}-4{}", self.hex(8), self.hex(4), self.hex(3));
        format!("{head}-9{}-{}", self.hex(3), self.hex(12))
    }
}

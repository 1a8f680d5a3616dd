//! From which change on a benchmark matters.

/// The largest threshold that is taken, in per cent: a hundred times as slow.
const MOST_PCT: f64 = 10_000.0;
/// The threshold where none is named, in per cent.
const DEFAULT_PCT: f64 = 10.0;

/// A change in per cent, 0 or more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold(f64);

/// What is no threshold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThresholdError {
    /// No number, or none in range.
    #[error("`{0}` is no threshold: write a change in per cent from 0 to 10000, as 10% or 2.5%")]
    Wrong(String),
    /// A share or a per cent.
    #[error("`{0}` may be {0} per cent or {1} per cent: write {0}% or {1}%")]
    Ambiguous(String, String),
}

impl Threshold {
    /// In per cent.
    pub fn pct(self) -> f64 {
        self.0
    }
}

impl Default for Threshold {
    fn default() -> Self {
        Self(DEFAULT_PCT)
    }
}

impl std::fmt::Display for Threshold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}%", self.0)
    }
}

impl std::str::FromStr for Threshold {
    type Err = ThresholdError;

    /// `10%` and `10` are ten per cent. `0.1` might be meant as a share, and is refused.
    fn from_str(text: &str) -> Result<Self, ThresholdError> {
        let number = text.strip_suffix('%').unwrap_or(text).trim();
        // Digits and a point: a float could also be `inf`, `nan` or `1e1`.
        let plain = number.chars().all(|c| c.is_ascii_digit() || c == '.');
        let wrong = || ThresholdError::Wrong(text.to_owned());
        let pct = number.parse::<f64>().ok().filter(|_| plain).ok_or_else(wrong)?;
        if pct > MOST_PCT {
            return Err(wrong());
        }
        if pct > 0.0 && pct < 1.0 && !text.ends_with('%') {
            let share = crate::stats::round(pct * 100.0, 6).to_string();
            return Err(ThresholdError::Ambiguous(text.to_owned(), share));
        }
        Ok(Self(pct))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_a_change_in_per_cent() {
        let table = [
            ("10%", 10.0),
            ("10", 10.0),
            ("2.5 %", 2.5),
            ("0", 0.0),
            ("0%", 0.0),
            ("0.1%", 0.1),
            ("1", 1.0),
            ("250%", 250.0),
        ];
        for (text, pct) in table {
            assert_eq!(text.parse(), Ok(Threshold(pct)), "{text}");
        }
        assert_eq!(Threshold::default(), Threshold(10.0));
    }

    #[test]
    fn everything_else_is_refused_with_what_to_write() {
        for text in [
            "", "%", "ten", "-5", "-5%", "+5", "10%%", "1e1", "inf", "NaN", "10,5", "10001",
            "1.2.3",
        ] {
            let refused = text.parse::<Threshold>().unwrap_err();
            assert_eq!(refused, ThresholdError::Wrong(text.to_owned()));
        }
        let share = "0.1".parse::<Threshold>().unwrap_err().to_string();
        assert_eq!(share, "`0.1` may be 0.1 per cent or 10 per cent: write 0.1% or 10%");
    }
}

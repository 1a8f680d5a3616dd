//! Numbers as people read them: `4.2s`, `1m 23s`, `2h 05m`, `86.4 %`, `+12.3 %`, `12,345`.

/// What stands where there is nothing to show.
pub(crate) const NONE: &str = "–";

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;

/// A duration in seconds; one decimal under ten seconds, two units above a minute.
pub(crate) fn duration(seconds: f64) -> String {
    let seconds = seconds.max(0.0);
    if seconds < 0.05 {
        return "0s".to_owned();
    }
    if seconds < 9.95 {
        return format!("{seconds:.1}s");
    }
    let whole = whole(seconds);
    let (hours, minutes) = (whole / HOUR, whole % HOUR / MINUTE);
    match hours {
        0 if minutes == 0 => format!("{whole}s"),
        0 => format!("{minutes}m {:02}s", whole % MINUTE),
        1..100 => format!("{hours}h {minutes:02}m"),
        _ => format!("{}h", count(hours)),
    }
}

/// [`duration`], or a dash.
pub(super) fn duration_or_none(seconds: Option<f64>) -> String {
    seconds.map_or_else(|| NONE.to_owned(), duration)
}

/// A share from 0 to 1 as per cent. Only a true 1 is 100 %.
pub(crate) fn rate(share: f64) -> String {
    let percent = share * 100.0;
    if percent < 100.0 && percent > 99.95 {
        return "99.9 %".to_owned();
    }
    if percent >= 100.0 { "100 %".to_owned() } else { format!("{percent:.1} %") }
}

/// [`rate`], or a dash.
pub(super) fn rate_or_none(share: Option<f64>) -> String {
    share.map_or_else(|| NONE.to_owned(), rate)
}

/// The 95 % interval of a rate.
pub(super) fn rate_interval([low, high]: [f64; 2]) -> String {
    let low = rate(low);
    format!("95 % interval {} to {}", low.trim_end_matches(" %"), rate(high))
}

/// A change in per cent with its sign.
pub(crate) fn change(percent: f64) -> String {
    let size = format!("{:.1}", percent.abs());
    let sign = match size.as_str() {
        "0.0" => "±",
        _ if percent < 0.0 => "−",
        _ => "+",
    };
    format!("{sign}{size} %")
}

/// An interval of changes: `+3.1 to +9.8 %`.
pub(crate) fn change_interval([low, high]: [f64; 2]) -> String {
    let low = change(low);
    format!("{} to {}", low.trim_end_matches(" %"), change(high))
}

/// A count with thousands set apart.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 job`, `2 jobs`.
pub fn counted(number: u64, noun: &str) -> String {
    match noun.strip_suffix('y') {
        _ if number == 1 => format!("1 {noun}"),
        Some(stem) if !stem.ends_with('a') => format!("{} {stem}ies", count(number)),
        _ => format!("{} {noun}s", count(number)),
    }
}

/// Length of a list as a count.
pub(super) fn len<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

/// The nearest whole number, 0 for what is negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and a drawing needs no more"
)]
pub(super) fn whole(number: f64) -> u64 {
    number.round() as u64
}

/// A count for drawing and for shares.
#[expect(clippy::cast_precision_loss, reason = "counts beyond 2^53 need no last digit")]
pub(super) fn float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_show_two_units_at_most() {
        let table = [
            (0.0, "0s"),
            (-3.0, "0s"),
            (0.04, "0s"),
            (0.4, "0.4s"),
            (4.249, "4.2s"),
            (9.96, "10s"),
            (59.4, "59s"),
            (59.6, "1m 00s"),
            (83.0, "1m 23s"),
            (3599.7, "1h 00m"),
            (7500.0, "2h 05m"),
            (432_000.0, "120h"),
            (4_320_000.0, "1,200h"),
        ];
        for (seconds, shown) in table {
            assert_eq!(duration(seconds), shown, "{seconds}");
        }
        assert_eq!(duration_or_none(None), "–");
    }

    #[test]
    fn rates_never_round_a_failure_away() {
        assert_eq!(rate(0.864), "86.4 %");
        assert_eq!(rate(1.0), "100 %");
        assert_eq!(rate(0.99999), "99.9 %");
        assert_eq!(rate(0.0), "0.0 %");
    }

    #[test]
    fn changes_carry_their_sign() {
        assert_eq!(change(12.34), "+12.3 %");
        assert_eq!(change(-4.0), "−4.0 %");
        assert_eq!(change(-0.01), "±0.0 %");
        assert_eq!(change_interval([-1.0, 9.75]), "−1.0 to +9.8 %");
    }

    #[test]
    fn counts_are_grouped_and_named() {
        assert_eq!(count(0), "0");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(counted(1, "repository"), "1 repository");
        assert_eq!(counted(2, "repository"), "2 repositories");
        assert_eq!(counted(30, "day"), "30 days");
    }
}

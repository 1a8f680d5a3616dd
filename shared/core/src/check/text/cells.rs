//! What stands in the cells of the table.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::hostile;

/// Names are cut to no less than this, as in every table.
const LEAST_NAME: usize = 26;
/// Spelled out up to here before they are cut.
const LONGEST_NAME: usize = 1_000;
/// Widths of the headings beside the name.
const HEADINGS: [usize; 6] = [6, 5, 6, 13, 5, 7];
/// Columns of the indentation, and between two cells.
const GAP: usize = 2;

/// A time with four digits, in the unit that suits it: `1.234 ms`.
pub(super) fn seconds(seconds: f64) -> String {
    let units = [("ns", 1e-9), ("µs", 1e-6), ("ms", 1e-3)];
    // What would be rounded up to 1000 goes to the next unit.
    let fitting = units.into_iter().find(|(_, unit)| seconds < 999.95 * unit);
    let (name, unit) = fitting.unwrap_or(("s", 1.0));
    let value = seconds / unit;
    let digits = match value {
        zero if zero <= 0.0 => return "0 s".to_owned(),
        large if large >= 99.995 => 1,
        middle if middle >= 9.9995 => 2,
        _ => 3,
    };
    format!("{value:.digits$} {name}")
}

/// Columns that the other cells leave to the name.
pub(super) fn room_for_names(rows: &[[String; 6]], width: usize) -> usize {
    let columns = HEADINGS.iter().enumerate().map(|(at, heading)| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width());
        cells.max().unwrap_or(0).max(*heading) + GAP
    });
    width.saturating_sub(columns.sum::<usize>() + GAP).max(LEAST_NAME)
}

/// A name cut in its middle: names of benchmarks begin with a path and differ at the end.
pub(super) fn ends(name: &str, room: usize) -> String {
    let safe = hostile::terminal(name, LONGEST_NAME);
    if safe.width() <= room {
        return safe;
    }
    let half = room.saturating_sub(1) / 2;
    let head: String = within(safe.chars(), room.saturating_sub(1) - half).collect();
    let tail: Vec<char> = within(safe.chars().rev(), half).collect();
    format!("{head}…{}", tail.into_iter().rev().collect::<String>())
}

/// As many characters as fit into `room` columns.
fn within(chars: impl Iterator<Item = char>, room: usize) -> impl Iterator<Item = char> {
    let mut used = 0;
    chars.take_while(move |c| {
        // Never too few: U+FE0F widens the character before it.
        used += c.width().unwrap_or(0).max(usize::from(*c == '\u{fe0f}'));
        used <= room
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_four_digits_and_a_unit() {
        let table = [
            (0.0, "0 s"),
            (4.831e-10, "0.483 ns"),
            (1.186_817e-7, "118.7 ns"),
            (9.9996e-7, "1.000 µs"),
            (1.3e-5, "13.00 µs"),
            (0.010_904_4, "10.90 ms"),
            (0.999_96, "1.000 s"),
            (1.5, "1.500 s"),
            (12_345.0, "12345.0 s"),
        ];
        for (value, shown) in table {
            assert_eq!(seconds(value), shown, "{value}");
        }
    }

    #[test]
    fn long_names_keep_both_ends() {
        assert_eq!(ends("short", 26), "short");
        assert_eq!(ends("tests/bench.py::test_parse[large]", 21), "tests/benc…rse[large]");
        assert_eq!(ends("\u{1b}[31m", 26), r"\u{1b}[31m");
        let wide = ends(&"測".repeat(40), 21);
        assert!(wide.width() <= 21 && wide.contains('…'), "{wide}");
    }
}

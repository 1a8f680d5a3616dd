//! What was measured against what was aimed at.

use std::fmt;

/// A bound that a measurement should keep.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

#[derive(Debug)]
struct Line {
    what: String,
    target: Option<(Bound, Option<Bound>)>,
    reached: f64,
    unit: &'static str,
    note: String,
}

/// All lines, in the order of their benches.
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<Line>);

impl Bound {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
        }
    }

    fn text(self, unit: &str) -> String {
        match self {
            Self::AtMost(most) => format!("≤ {}{unit}", number(most)),
            Self::AtLeast(least) => format!("≥ {}{unit}", number(least)),
        }
    }
}

impl Table {
    /// A measurement with a target and perhaps a goal beyond it.
    pub(crate) fn add(
        &mut self,
        what: impl Into<String>,
        (target, goal): (Bound, Option<Bound>),
        (reached, unit): (f64, &'static str),
        note: impl Into<String>,
    ) {
        let target = Some((target, goal));
        self.push(Line { what: what.into(), target, reached, unit, note: note.into() });
    }

    /// A measurement shown for its own sake.
    pub(crate) fn show(
        &mut self,
        what: impl Into<String>,
        (reached, unit): (f64, &'static str),
        note: impl Into<String>,
    ) {
        self.push(Line { what: what.into(), target: None, reached, unit, note: note.into() });
    }

    fn push(&mut self, line: Line) {
        eprintln!("  {}: {}{} {}", line.what, number(line.reached), line.unit, line.note);
        self.0.push(line);
    }
}

impl Line {
    fn cells(&self) -> [String; 6] {
        let Self { what, reached, unit, note, .. } = self;
        let reached_text = format!("{}{unit}", number(*reached));
        let (target, goal, verdict) = match self.target {
            None => (String::new(), String::new(), String::new()),
            Some((target, goal)) => {
                let verdict = if target.holds(*reached) { "met" } else { "MISSED" };
                let goal = goal.map(|goal| goal.text(unit)).unwrap_or_default();
                (target.text(unit), goal, verdict.to_owned())
            }
        };
        [what.clone(), target, goal, reached_text, verdict, note.clone()]
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["what", "target", "goal", "reached", "", "how"].map(str::to_owned);
        let rows: Vec<_> = std::iter::once(head).chain(self.0.iter().map(Line::cells)).collect();
        let width = |column: usize| {
            rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..5).map(width).collect();
        for row in &rows {
            for (cell, width) in row.iter().zip(&widths) {
                write!(f, "{cell:width$}  ")?;
            }
            writeln!(f, "{}", row[5])?;
        }
        Ok(())
    }
}

/// Three significant digits are more than a shared machine can promise.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

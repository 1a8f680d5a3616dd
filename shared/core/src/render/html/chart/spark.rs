use super::{Days, Number, WIDTH};
use crate::report::WorkflowReport;

const HEIGHT: f64 = 100.0;
/// Room for the width of the line.
const MARGIN: f64 = 10.0;

/// A line that moves less than this share of its value is drawn as calm as it is.
const LEAST_RANGE: f64 = 0.5;

/// The median per day as a line without axes, in a plane of 1000 by 100.
pub(in super::super) struct Spark {
    pub(in super::super) line: String,
    /// The last day, as percentages.
    pub(in super::super) x: Number,
    pub(in super::super) y: Number,
}

/// A sparkline of the median total per day, where two days have one.
pub(in super::super) fn spark(workflow: &WorkflowReport, days: &Days) -> Option<Spark> {
    let medians = workflow.days.iter().filter_map(|day| Some((&day.day, day.total_s.p50?)));
    of_medians(medians, days)
}

/// A sparkline of medians by day, `YYYY-MM-DD`.
pub(in super::super) fn of_medians(
    medians: impl Iterator<Item = (impl AsRef<str>, f64)>,
    days: &Days,
) -> Option<Spark> {
    let place = |(day, median): (_, f64)| Some((days.x(days.index(AsRef::as_ref(&day))?), median));
    let points: Vec<(f64, f64)> = medians.filter_map(place).collect();
    let least = points.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
    let most = points.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    let range = (most - least).max(most * LEAST_RANGE);
    let floor = f64::midpoint(most, least) - range / 2.0;
    let y = |value: f64| HEIGHT - MARGIN - (value - floor) / range * (HEIGHT - 2.0 * MARGIN);
    let &(end_x, end) = points.last().filter(|_| points.len() > 1 && most > 0.0)?;
    let places: Vec<String> =
        points.iter().map(|(x, value)| format!("{} {}", Number(*x), Number(y(*value)))).collect();
    Some(Spark {
        line: format!("M{}", places.join("L")),
        x: Number(end_x / WIDTH * 100.0),
        y: Number(y(end)),
    })
}

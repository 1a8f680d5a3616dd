use super::{Chart, Days, Dot, Number, scale::Scale};
use crate::{
    hostile,
    render::{clock, summary, units},
    report::{Finding, RecentAttempt, WorkflowReport},
};

const HEIGHT: u32 = 220;
/// A line bridges a weekend, and breaks over a longer silence.
const BRIDGED_DAYS: u64 = 3;

/// One day's median and 95th percentile: day, p50, p95.
type Point = (u64, f64, f64);

/// Total time per day, median and 95th percentile, with the recent attempts as dots.
pub(in super::super) fn duration(
    id: &str,
    workflow: &WorkflowReport,
    findings: &[&Finding],
    days: &Days,
) -> Chart {
    let points: Vec<Point> = workflow
        .days
        .iter()
        .filter_map(|day| Some((days.index(&day.day)?, day.total_s.p50?, day.total_s.p95?)))
        .collect();
    let mut values: Vec<f64> = points.iter().map(|(_, _, p95)| *p95).collect();
    values.extend(workflow.recent.iter().filter_map(|attempt| attempt.total_s));
    let scale = Scale::seconds(&values, HEIGHT);
    let mut chart = Chart::new(format!("{id}-duration"), "Duration", HEIGHT, days, &scale);
    chart.summary = summarise(workflow);
    for run in runs(&points) {
        chart.shape("band", band(run, days, &scale));
        chart.shape("p95-line", line(run.iter().map(|(day, _, p95)| (*day, *p95)), days, &scale));
        chart.shape("p50-line", line(run.iter().map(|(day, p50, _)| (*day, *p50)), days, &scale));
    }
    chart.hits = workflow
        .days
        .iter()
        .filter_map(|day| {
            let index = days.index(&day.day)?;
            let title = format!(
                "{}: {}\np50 {}, p95 {}",
                days.label(index),
                units::counted(day.attempts, "attempt"),
                units::duration_or_none(day.total_s.p50),
                units::duration_or_none(day.total_s.p95),
            );
            Some(days.hit(index, title))
        })
        .collect();
    chart.dots = workflow.recent.iter().filter_map(|attempt| dot(attempt, days, &scale)).collect();
    chart.key("p50-line", "p50");
    chart.key("p95-line", "p95");
    if !chart.dots.is_empty() {
        chart.key("dot ok", "success");
        chart.key("dot bad", "failed");
        chart.key("dot neither", "neither");
    }
    if chart.dots.iter().any(|dot| dot.clipped) {
        chart.key("dot above", "off the scale");
    }
    chart.mark(findings, days, &scale);
    chart
}

fn summarise(workflow: &WorkflowReport) -> String {
    format!(
        "Total time per UTC day. Over the period the median is {} and the 95th percentile {}.",
        units::duration_or_none(workflow.total_s.p50),
        units::duration_or_none(workflow.total_s.p95),
    )
}

/// The points in stretches without a long silence.
fn runs(points: &[Point]) -> impl Iterator<Item = &[Point]> {
    points.chunk_by(|(before, ..), (after, ..)| after.saturating_sub(*before) <= BRIDGED_DAYS)
}

/// A line through the days; one day alone becomes a dot, by a line of no length with round ends.
fn line(points: impl Iterator<Item = (u64, f64)>, days: &Days, scale: &Scale) -> String {
    let mut path = String::new();
    for (day, value) in points {
        path.push(if path.is_empty() { 'M' } else { 'L' });
        path.push_str(&place(day, value, days, scale));
    }
    if !path.contains('L') {
        path.push_str("h.1");
    }
    path
}

/// The area between the two lines.
fn band(points: &[Point], days: &Days, scale: &Scale) -> String {
    let upper = points.iter().map(|(day, _, p95)| place(*day, *p95, days, scale));
    let lower = points.iter().rev().map(|(day, p50, _)| place(*day, *p50, days, scale));
    format!("M{}z", upper.chain(lower).collect::<Vec<_>>().join("L"))
}

fn place(day: u64, value: f64, days: &Days, scale: &Scale) -> String {
    format!("{} {}", Number(days.x(day)), Number(scale.y(value).max(0.0)))
}

fn dot(attempt: &RecentAttempt, days: &Days, scale: &Scale) -> Option<Dot> {
    let total = attempt.total_s?;
    let x = days.at(&attempt.ended_at)?;
    let y = scale.y(total);
    let number = attempt.run_number.map_or_else(String::new, |number| format!("#{number}, "));
    Some(Dot {
        x: Number(x / super::WIDTH * 100.0),
        y: Number(y.max(0.0)),
        clipped: y < 0.0,
        class: class(&attempt.conclusion),
        title: format!(
            "{number}{}: {}\n{}",
            hostile::terminal(&attempt.conclusion, 24),
            units::duration(total),
            clock::minute(&attempt.ended_at),
        ),
    })
}

fn class(conclusion: &str) -> &'static str {
    match conclusion {
        "success" => "ok",
        failed if summary::is_failed(failed) => "bad",
        _ => "neither",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn a_line_breaks_over_a_silence_and_bridges_a_weekend() {
        let points = [(1, 60.0, 90.0), (4, 60.0, 90.0), (9, 60.0, 90.0)];
        let lengths: Vec<usize> = runs(&points).map(<[Point]>::len).collect();
        assert_eq!(lengths, [2, 1]);
    }

    #[test]
    fn an_outlier_is_marked_at_the_upper_edge() {
        let report = sample::rich(1);
        let chart = duration("w", &report.workflows[0], &[], &Days::of(&report));
        let clipped: Vec<&Dot> = chart.dots.iter().filter(|dot| dot.clipped).collect();
        assert_eq!(clipped.len(), 1);
        assert!(clipped[0].y.0.abs() < 1e-9);
        assert!(chart.keys.iter().any(|key| key.label == "off the scale"));
    }
}

use super::{Chart, Days, bar, scale::Scale};
use crate::{
    render::{
        summary,
        units::{self, float},
    },
    report::{DayReport, WorkflowReport},
};

const HEIGHT: u32 = 150;

/// Attempts per day by outcome: success at the bottom, failed above it, the rest on top.
pub(in super::super) fn outcomes(id: &str, workflow: &WorkflowReport, days: &Days) -> Chart {
    let most = workflow.days.iter().map(|day| stacked(day).iter().sum()).max().unwrap_or(0);
    let scale = Scale::counts(most, HEIGHT);
    let mut chart = Chart::new(format!("{id}-outcomes"), "Outcomes", HEIGHT, days, &scale);
    let [success, failed, neither] = split(&workflow.outcomes);
    chart.summary = format!(
        "Attempts per UTC day. Over the period {success} succeeded, {failed} failed and {neither} \
         did neither."
    );
    let mut paths = [const { String::new() }; 3];
    for day in &workflow.days {
        let Some(index) = days.index(&day.day) else {
            continue;
        };
        let parts = stacked(day);
        let mut below = 0;
        for (path, part) in paths.iter_mut().zip(parts) {
            if part > 0 {
                let heights = [scale.y(float(below)), scale.y(float(below + part))];
                path.push_str(&bar(days, index, heights));
            }
            below += part;
        }
        let [success, failed, neither] = parts;
        let title = format!(
            "{}: {}\n{success} success, {failed} failed, {neither} neither",
            days.label(index),
            units::counted(day.attempts, "attempt"),
        );
        chart.hits.push(days.hit(index, title));
    }
    for ((class, label), path) in CLASSES.into_iter().zip(paths) {
        chart.shape(class, path);
        chart.key(class, label);
    }
    chart
}

const CLASSES: [(&str, &str); 3] = [("ok", "success"), ("bad", "failed"), ("neither", "neither")];

fn stacked(day: &DayReport) -> [u64; 3] {
    split(&day.outcomes)
}

fn split(outcomes: &std::collections::BTreeMap<String, u64>) -> [u64; 3] {
    let (success, failed) = (summary::success(outcomes), summary::failed(outcomes));
    let all: u64 = outcomes.values().sum();
    [success, failed, all.saturating_sub(success + failed)]
}

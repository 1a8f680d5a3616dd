use super::{Chart, Days, bar, scale::Scale};
use crate::{render::units, report::WorkflowReport};

const HEIGHT: u32 = 150;

/// Mean queue and run time per day, stacked: means add up where medians do not.
pub(in super::super) fn waiting(id: &str, workflow: &WorkflowReport, days: &Days) -> Chart {
    let means: Vec<(u64, f64, f64)> = workflow
        .days
        .iter()
        .filter_map(|day| Some((days.index(&day.day)?, day.queued_s.mean?, day.ran_s.mean?)))
        .collect();
    let sums: Vec<f64> = means.iter().map(|(_, queued, ran)| queued + ran).collect();
    let scale = Scale::seconds(&sums, HEIGHT);
    let mut chart = Chart::new(format!("{id}-waiting"), "Queue and run", HEIGHT, days, &scale);
    chart.summary = format!(
        "Mean time per attempt and UTC day. Over the period {} in the queue and {} running.",
        units::duration_or_none(workflow.queued_s.mean),
        units::duration_or_none(workflow.ran_s.mean),
    );
    let (mut queue, mut run) = (String::new(), String::new());
    for (day, queued, ran) in means {
        let (floor, middle) = (scale.y(0.0), scale.y(queued).max(0.0));
        queue.push_str(&bar(days, day, [floor, middle]));
        run.push_str(&bar(days, day, [middle, scale.y(queued + ran).max(0.0)]));
        let title = format!(
            "{}\nqueue {}, run {}",
            days.label(day),
            units::duration(queued),
            units::duration(ran),
        );
        chart.hits.push(days.hit(day, title));
    }
    chart.shape("queue", queue);
    chart.shape("run", run);
    chart.key("queue", "queue");
    chart.key("run", "run");
    chart
}

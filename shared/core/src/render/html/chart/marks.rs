//! Findings in a chart: where a level moved, and from where to where.

use super::{Chart, Days, Mark, Number, WIDTH, scale::Scale};
use crate::render::units;
use crate::report::Finding;

impl Chart {
    /// Marks where the workflow's durations changed. Of a change of the run as a whole, the levels
    /// before and after are drawn.
    pub(super) fn mark(&mut self, findings: &[&Finding], days: &Days, scale: &Scale) {
        let shown = findings.iter().filter(|one| one.unit == "s" && one.doubt.is_none());
        for finding in shown {
            let Some(x) = days.at(&finding.first_bad.ended_at) else { continue };
            let is_run = finding.job.is_none()
                && finding.kind == "workflow"
                && finding.measure == "duration";
            if is_run {
                let over = finding.recovered_at.as_deref().and_then(|at| days.at(at));
                let level = |value: f64| Number(scale.y(value).max(0.0));
                self.shape("level", format!("M0 {}H{}", level(finding.before), Number(x)));
                let until = Number(over.unwrap_or(WIDTH));
                self.shape("level", format!("M{} {}H{until}", Number(x), level(finding.after)));
            }
            let change = finding.change_pct.map(units::change).unwrap_or_default();
            self.marks.push(Mark {
                x: Number(x / WIDTH * 100.0),
                class: match (finding.state, finding.direction) {
                    ("recovered" | "silent", _) => "over",
                    (_, "regression") => "worse",
                    _ => "better",
                },
                label: change.clone(),
                title: finding.title.replace('`', ""),
            });
        }
        if !self.marks.is_empty() {
            self.key("mark", "finding");
        }
    }
}

//! From the rollups of one workflow to its part of a report.

use std::collections::BTreeMap;

use crate::config::Thresholds;
use crate::report::bottleneck::bottlenecks;
use crate::report::{
    Change, DayReport, Figures, JobReport, OtherJobs, RecentAttempt, SegmentReport, StepReport,
    Trend, WhereTimeGoes, WorkflowReport,
};
use crate::rollup::{JobRollup, Recent, Rollup, SegmentRollup, StepSeries};
use crate::row::{Parts, Phase, Segment, WorkflowId};
use crate::stats::{Dist, median_change};
use crate::time::{Day, Millis};

/// All that is known of one workflow over a period.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    pub(crate) id: WorkflowId,
    /// Its days within the period, oldest first.
    pub(crate) days: Vec<(Day, Rollup)>,
    /// Its days within the period before.
    pub(crate) previous: Vec<Rollup>,
    /// Where the second half begins.
    pub(crate) middle: Day,
}

/// The period as one, its days, and the green times that trends compare.
struct Eras {
    whole: Rollup,
    days: Vec<DayReport>,
    first_half: Greens,
    second_half: Greens,
    previous: Greens,
}

/// `green` of a workflow and of its jobs.
#[derive(Default)]
struct Greens {
    workflow: Dist,
    jobs: BTreeMap<String, Dist>,
}

impl WorkflowReport {
    /// Whether it is that of this workflow.
    pub(crate) const fn is(&self, id: WorkflowId) -> bool {
        self.repository_id == id.repository && self.workflow_id == id.workflow
    }

    /// The report of a workflow; none if no attempt of it completed in the period.
    pub(crate) fn of(sheet: Sheet, thresholds: &Thresholds) -> Option<Self> {
        let id = sheet.id;
        let mut eras = Eras::of(sheet);
        let days = std::mem::take(&mut eras.days);
        let rollup = &eras.whole;
        let names = rollup.names.as_ref()?.names.clone();
        let whole = rollup.whole();
        let jobs = rollup.jobs.iter().map(|(name, job)| job_report(name, job, &eras, thresholds));
        let mut report = Self {
            repository_id: id.repository,
            workflow_id: id.workflow,
            repository: names.repository,
            workflow: names.workflow,
            path: names.path,
            attempts: whole.outcomes.total(),
            success_rate: whole.outcomes.success_rate(),
            success_rate_interval: whole.outcomes.success_rate_interval(),
            superseded: whole.superseded,
            queued_s: whole.queued.figures(),
            ran_s: whole.ran.figures(),
            total_s: whole.total.all().figures(),
            green_s: whole.total.green.figures(),
            failed_s: whole.total.failed.figures(),
            outcomes: whole.outcomes.counts().clone(),
            segments: segments(rollup),
            series_judged: 0,
            trend: trend(&eras, &rollup.green(), |greens| greens.workflow.clone(), thresholds),
            jobs: jobs.collect(),
            other_jobs: other_jobs(&rollup.other_jobs),
            where_time_goes_s: WhereTimeGoes::of(&rollup.parts, rollup.parts_count),
            bottlenecks: Vec::new(),
            days,
            recent: rollup.recent.iter().map(recent_attempt).collect(),
            clamped: rollup.tally.clamped,
            impossible: rollup.tally.impossible,
        };
        report.bottlenecks = bottlenecks(&report, thresholds);
        Some(report)
    }

    /// What reports are sorted by.
    pub(crate) fn order(&self) -> impl Ord {
        let Self { repository, workflow, path, repository_id, workflow_id, .. } = self;
        (repository.clone(), workflow.clone(), path.clone(), *repository_id, *workflow_id)
    }
}

impl Eras {
    fn of(sheet: Sheet) -> Self {
        let mut eras = Self {
            whole: Rollup::default(),
            days: Vec::new(),
            first_half: Greens::default(),
            second_half: Greens::default(),
            previous: Greens::default(),
        };
        sheet.previous.iter().for_each(|rollup| eras.previous.add(rollup));
        for (day, rollup) in sheet.days {
            let half =
                if day < sheet.middle { &mut eras.first_half } else { &mut eras.second_half };
            half.add(&rollup);
            eras.days.extend(day_report(day, &rollup));
            eras.whole.merge(rollup);
        }
        eras
    }
}

impl Greens {
    fn add(&mut self, rollup: &Rollup) {
        self.workflow.absorb(rollup.green());
        for (name, job) in &rollup.jobs {
            match self.jobs.get_mut(name) {
                Some(held) => held.absorb(job.green()),
                None => {
                    self.jobs.insert(name.clone(), job.green());
                }
            }
        }
    }
}

fn segments(rollup: &Rollup) -> Vec<SegmentReport> {
    rollup.segments.iter().map(|(segment, rollup)| segment_report(*segment, rollup)).collect()
}

fn segment_report(segment: Segment, rollup: &SegmentRollup) -> SegmentReport {
    SegmentReport {
        segment: segment.name(),
        attempts: rollup.outcomes.total(),
        outcomes: rollup.outcomes.counts().clone(),
        superseded: rollup.superseded,
        success_rate: rollup.outcomes.success_rate(),
        success_rate_interval: rollup.outcomes.success_rate_interval(),
        queued_s: rollup.queued.figures(),
        ran_s: rollup.ran.figures(),
        total_s: rollup.total.all().figures(),
        green_s: rollup.total.green.figures(),
    }
}

fn job_report(name: &str, job: &JobRollup, eras: &Eras, thresholds: &Thresholds) -> JobReport {
    let whole = job.whole();
    let green = |greens: &Greens| greens.jobs.get(name).cloned().unwrap_or_default();
    JobReport {
        name: name.to_owned(),
        runner_classes: job.runner_classes(),
        success_rate: whole.outcomes.success_rate(),
        success_rate_interval: whole.outcomes.success_rate_interval(),
        on_critical_path: share(whole.on_critical_path, whole.outcomes.total()),
        outcomes: whole.outcomes.counts().clone(),
        skipped: job.skipped,
        not_started: job.not_started,
        carried_over: job.carried_over,
        queued_s: whole.queued.figures(),
        approval_s: mean_seconds(whole.approval, whole.queued.count()),
        ran_s: whole.ran.all().figures(),
        green_s: whole.ran.green.figures(),
        trend: trend(eras, &whole.ran.green, green, thresholds),
        steps: whole.steps.iter().map(step_report).collect(),
    }
}

fn step_report(((name, occurrence), step): (&(String, u32), &StepSeries)) -> StepReport {
    StepReport {
        name: name.clone(),
        occurrence: *occurrence,
        outcomes: step.outcomes.counts().clone(),
        ran_s: step.ran.figures(),
    }
}

fn other_jobs(others: &JobRollup) -> Option<OtherJobs> {
    let whole = others.whole();
    (*others != JobRollup::default()).then(|| OtherJobs {
        outcomes: whole.outcomes.counts().clone(),
        skipped: others.skipped,
        not_started: others.not_started,
        carried_over: others.carried_over,
        queued_s: whole.queued.figures(),
        ran_s: whole.ran.all().figures(),
    })
}

fn day_report(day: Day, rollup: &Rollup) -> Option<DayReport> {
    let whole = rollup.whole();
    (whole.outcomes.total() > 0).then(|| DayReport {
        day: day.to_string(),
        attempts: whole.outcomes.total(),
        outcomes: whole.outcomes.counts().clone(),
        queued_s: whole.queued.figures(),
        ran_s: whole.ran.figures(),
        total_s: whole.total.all().figures(),
    })
}

fn recent_attempt(recent: &Recent) -> RecentAttempt {
    let seconds = |time: Option<Millis>| time.map(Millis::seconds);
    RecentAttempt {
        run_id: recent.id.run,
        attempt: recent.id.attempt,
        run_number: recent.run_number,
        ended_at: recent.end.to_string(),
        conclusion: recent.conclusion.clone(),
        superseded: recent.superseded,
        segment: recent.segment.name(),
        head_sha: recent.head_sha.clone(),
        queued_s: seconds(recent.queued),
        ran_s: seconds(recent.ran),
        total_s: seconds(recent.total),
    }
}

impl WhereTimeGoes {
    /// Of the parts of as many attempts.
    pub(crate) fn of(parts: &Parts, attempts: u64) -> Self {
        let seconds = |phase| parts.phase(phase).seconds();
        Self {
            approval: seconds(Phase::Approval),
            concurrency: seconds(Phase::Concurrency),
            runner_queue: seconds(Phase::RunnerQueue),
            set_up: seconds(Phase::SetUp),
            work: seconds(Phase::Work),
            tear_down: seconds(Phase::TearDown),
            unknown: seconds(Phase::Unknown),
            wall_clock: parts.wall_clock().seconds(),
            attempts,
        }
    }
}

/// `whole` is `green` of the whole period, of what `pick` picks.
fn trend(
    eras: &Eras,
    whole: &Dist,
    pick: impl Fn(&Greens) -> Dist,
    thresholds: &Thresholds,
) -> Trend {
    let stable_pct = thresholds.stable_pct;
    Trend {
        measure: "green_s",
        halves: change(&pick(&eras.first_half), &pick(&eras.second_half), stable_pct),
        previous: change(&pick(&eras.previous), whole, stable_pct),
    }
}

pub(super) fn change(before: &Dist, after: &Dist, stable_pct: f64) -> Change {
    let change = median_change(before, after);
    let change_pct = change.map(|(pct, _)| pct);
    let Figures { count: before_count, p50: before_s, .. } = before.figures();
    let Figures { count: after_count, p50: after_s, .. } = after.figures();
    Change {
        before_s,
        after_s,
        before_count,
        after_count,
        change_pct,
        interval_pct: change.and_then(|(_, interval)| interval),
        direction: match change {
            None => "unknown",
            Some((pct, _)) if pct.abs() <= stable_pct => "stable",
            Some((_, Some([low, _]))) if low > 0.0 => "slower",
            Some((_, Some([_, high]))) if high < 0.0 => "faster",
            Some(_) => "unclear",
        },
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn mean_seconds(sum: Millis, count: u64) -> Option<f64> {
    (count > 0).then(|| crate::stats::round(sum.seconds() / count as f64, 3))
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| crate::stats::round(part as f64 / whole as f64, 6))
}

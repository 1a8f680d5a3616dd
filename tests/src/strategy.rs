//! Random small histories for properties: few runs, close together, with everything that can go
//! wrong in them.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::{Delivery, Job, Run};

/// A history as deliveries, in the order GitHub would send them.
#[derive(Debug, Clone)]
pub struct History(pub Vec<Delivery>);

/// Histories of up to five attempts.
pub fn histories() -> impl Strategy<Value = History> {
    vec(attempts(), 1..5)
        .prop_map(|attempts| History(attempts.iter().flat_map(Run::deliveries).collect()))
}

fn attempts() -> impl Strategy<Value = Run> {
    let shape = (1..4_u64, 1..3_u32, 1..3_u64, prop_oneof![Just("main"), Just("topic")]);
    let times = (0..2_880_u32, 0..90_u32);
    let conclusion = prop_oneof![
        3 => Just("success"), 1 => Just("failure"), 2 => Just("cancelled"),
        1 => Just("startup_failure"), 1 => Just("preempted"),
    ];
    (shape, times, conclusion, vec(jobs(), 0..4)).prop_map(
        |((id, attempt, workflow, branch), (start, length), conclusion, jobs)| {
            let mut run = Run::new(id, &minute(start), &minute(start + length))
                .attempt(attempt)
                .concluded(conclusion)
                .on_branch(branch);
            run.workflow = workflow;
            for ((offsets, conclusion, runner, approval), nth) in jobs.into_iter().zip(0..) {
                let [created, queued, ran] = offsets;
                // Jobs of a re-run may reach back before its start: then they are carried over.
                let created = (start + created).saturating_sub(10);
                let (started, completed) = (created + queued, created + queued + ran);
                let job_id = id * 100 + u64::from(attempt) * 10 + nth;
                let name = format!("job {nth}");
                let mut job =
                    Job::new(job_id, &name, &minute(created), &minute(started), &minute(completed))
                        .concluded(conclusion)
                        .step("Set up job", &minute(started), &minute(started))
                        .step("Run tests", &minute(started), &minute(completed));
                if !runner {
                    job.steps.clear();
                    job = job.without_runner();
                }
                if approval {
                    job = job.approved(&minute(created), &minute(started));
                }
                run = run.job(job);
            }
            run
        },
    )
}

type JobShape = ([u32; 3], &'static str, bool, bool);

fn jobs() -> impl Strategy<Value = JobShape> {
    let conclusion = prop_oneof![
        4 => Just("success"), 1 => Just("failure"), 1 => Just("skipped"), 1 => Just("cancelled"),
    ];
    let offsets = [0..40_u32, 0..20_u32, 0..60_u32];
    (offsets, conclusion, prop::bool::weighted(0.8), prop::bool::weighted(0.2))
}

/// Minutes after 2026-05-01T00:00:00Z.
fn minute(minutes: u32) -> String {
    let (day, rest) = (minutes / 1_440, minutes % 1_440);
    format!("2026-05-{:02}T{:02}:{:02}:00Z", day + 1, rest / 60, rest % 60)
}

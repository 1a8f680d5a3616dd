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
    vec((attempts(), again()), 1..5).prop_map(|attempts| {
        let deliveries = attempts.into_iter().flat_map(|(run, again)| told(&run, again.as_ref()));
        History(deliveries.collect())
    })
}

/// A run, and perhaps its completion told once more, later and differently.
fn told(run: &Run, again: Option<&(String, &str)>) -> Vec<Delivery> {
    let mut deliveries = run.deliveries();
    if let Some((branch, conclusion)) = again {
        let mut later = run.clone().on_branch(branch).concluded(conclusion).completed();
        later.body["workflow_run"]["updated_at"] = "2026-05-04T12:00:00Z".into();
        deliveries.push(later);
    }
    deliveries
}

fn again() -> impl Strategy<Value = Option<(String, &'static str)>> {
    let branch = prop_oneof![Just("main".to_owned()), Just("topic".to_owned())];
    let conclusion = prop_oneof![Just("success"), Just("cancelled")];
    prop::option::weighted(0.3, (branch, conclusion))
}

fn attempts() -> impl Strategy<Value = Run> {
    let shape = (1..4_u64, 1..3_u32, 1..3_u64, prop_oneof![Just("main"), Just("topic")]);
    // Close together half of the time, so that runs overlap and overtake each other.
    let start = prop_oneof![1_380..1_440_i64, 0..2_880_i64];
    // Clocks differ: a run may end before it starts.
    let times = (start, -1..90_i64);
    let conclusion = prop_oneof![
        3 => Just("success"), 1 => Just("failure"), 2 => Just("cancelled"),
        1 => Just("startup_failure"), 1 => Just("preempted"),
    ];
    (shape, times, conclusion, vec(jobs(), 0..4)).prop_map(
        |((id, attempt, workflow, branch), (start, length), conclusion, jobs)| {
            let (start, end) = (start * 60, (start + length) * 60);
            let mut run = Run::new(id, &second(start), &second(end))
                .attempt(attempt)
                .concluded(conclusion)
                .on_branch(branch);
            run.workflow = workflow;
            for (shape, nth) in jobs.into_iter().zip(0..) {
                let job_id = id * 100 + u64::from(attempt) * 10 + nth;
                run = run.job(job(job_id, nth, start, shape));
            }
            run
        },
    )
}

fn job(id: u64, nth: u64, run_start: i64, shape: JobShape) -> Job {
    let ([created, queued, ran], skew, conclusion, on_runner, approval) = shape;
    // Jobs of a re-run may reach back before its start: then they are carried over.
    let created = run_start + (created - 10) * 60;
    let started = created + queued * 60 - skew[0];
    let completed = started + ran * 60 - skew[1];
    let [created, started, completed] = [created, started, completed].map(second);
    let mut job = Job::new(id, &format!("job {nth}"), &created, &started, &completed)
        .concluded(conclusion)
        .step("Set up job", &started, &started)
        .step("Run tests", &started, &completed);
    if approval {
        job = job.approved(&created, &started);
    }
    if !on_runner {
        job.steps.clear();
        job = job.without_runner();
    }
    job
}

/// Minutes of creation, queue and run; seconds of clock skew; conclusion; runner; approval.
type JobShape = ([i64; 3], [i64; 2], &'static str, bool, bool);

fn jobs() -> impl Strategy<Value = JobShape> {
    let conclusion = prop_oneof![
        4 => Just("success"), 1 => Just("failure"), 1 => Just("skipped"), 1 => Just("cancelled"),
    ];
    let offsets = [0..40_i64, 0..20_i64, 0..60_i64];
    let skew = [0..4_i64, 0..4_i64];
    (offsets, skew, conclusion, prop::bool::weighted(0.8), prop::bool::weighted(0.2))
}

/// Seconds after 2026-05-02T00:00:00Z.
fn second(seconds: i64) -> String {
    let at = jiff::Timestamp::from_second(1_777_680_000 + seconds).unwrap();
    at.to_string()
}

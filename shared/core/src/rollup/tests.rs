use proptest::prelude::*;

use super::*;
use crate::model::Part;
use crate::row::{Branch, JobRow, StepRow, WorkflowId};

fn row(run: u64, end_ms: i64, jobs: Vec<JobRow>) -> JudgedRow {
    let total = Some(Millis(run * 1_000));
    let row = Row {
        id: AttemptId { repository: 1, run, attempt: 1 },
        workflow: WorkflowId { repository: 1, workflow: 1 },
        end: Time::from_millis(end_ms),
        started_at: None,
        names: Names { workflow: format!("CI {run}"), known: true, ..Names::default() },
        branch: Branch::default(),
        segment: if run.is_multiple_of(3) { Segment::PullRequest } else { Segment::DefaultBranch },
        conclusion: if run.is_multiple_of(5) { "failure" } else { "success" }.to_owned(),
        run_number: Some(run),
        head_sha: None,
        times: Times { queued: Some(Millis(run)), ran: total, total },
        parts: None,
        tally: Tally { clamped: 1, impossible: 0 },
        jobs,
    };
    JudgedRow { row, superseded: false }
}

fn job(name: &str, class: &str, ms: u64, steps: usize) -> JobRow {
    let step = |nth: usize| StepRow {
        name: format!("step {nth}"),
        occurrence: 1,
        conclusion: "success".to_owned(),
        ran: Some(Millis(ms)),
    };
    JobRow {
        name: name.to_owned(),
        runner_class: class.to_owned(),
        conclusion: "success".to_owned(),
        part: Part::Ran,
        queued: Some(Millis(ms / 10)),
        approval: Millis(0),
        ran: Some(Millis(ms)),
        on_critical_path: true,
        steps: (0..steps).map(step).collect(),
    }
}

fn bytes(rollup: &Rollup) -> Vec<u8> {
    postcard::to_stdvec(rollup).unwrap()
}

fn rows() -> impl Strategy<Value = Vec<JudgedRow>> {
    let one = (1..60_u64, 0..1_000_i64, 0..3_usize, 0..2_usize);
    prop::collection::vec(one, 0..160).prop_map(|shapes| {
        let with_jobs = |(run, end, jobs, steps): (u64, i64, usize, usize)| {
            let jobs = (0..jobs).map(|nth| job(&format!("job {nth}"), "linux", run * 7, steps));
            row(run, end, jobs.collect())
        };
        shapes.into_iter().map(with_jobs).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn merging_in_any_grouping_agrees(
        rows in rows(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
        reversed in any::<bool>(),
    ) {
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(rows.len() + 1)).collect();
        at.extend([0, rows.len()]);
        at.sort_unstable();
        let mut parts: Vec<Rollup> = at.windows(2).map(|w| Rollup::of(&rows[w[0]..w[1]])).collect();
        if reversed {
            parts.reverse();
        }
        let mut merged = Rollup::default();
        for part in parts {
            merged.merge(part);
        }
        prop_assert_eq!(bytes(&merged), bytes(&Rollup::of(&rows)));
    }
}

#[test]
fn the_latest_names_and_attempts_are_kept() {
    let rows: Vec<JudgedRow> = (1..=150)
        .map(|run| row(run, 1_000 + i64::from(u8::try_from(run).unwrap()), Vec::new()))
        .collect();
    let rollup = Rollup::of(&rows);
    assert_eq!(rollup.names.unwrap().names.workflow, "CI 150");
    assert_eq!((rollup.recent.len(), rollup.recent[0].id.run), (RECENT, 150));
    assert_eq!(rollup.tally.clamped, 150);
}

#[test]
fn jobs_past_the_limit_are_summed_whatever_their_order() {
    let names: Vec<String> = (0..MAX_JOBS + 56).map(|nth| format!("matrix ({nth})")).collect();
    let jobs = |names: &[String]| names.iter().map(|name| job(name, "linux", 1_000, 1)).collect();
    let rollup = Rollup::of(&[row(1, 1, jobs(&names))]);
    assert_eq!(rollup.jobs.len(), MAX_JOBS);
    assert_eq!(rollup.other_jobs.whole().outcomes.total(), 56);
    assert_eq!(rollup.other_jobs.whole().ran.all().sum(), Millis(56_000));

    let mut reversed = names.clone();
    reversed.reverse();
    assert_eq!(bytes(&Rollup::of(&[row(1, 1, jobs(&reversed))])), bytes(&rollup));
    let few = Rollup::of(&[row(1, 1, jobs(&names[..MAX_JOBS]))]);
    assert_eq!((few.jobs.len(), few.other_jobs), (MAX_JOBS, JobRollup::default()));
}

#[test]
fn ten_thousand_steps_and_a_hundred_runner_classes_stay_within_limits() {
    let mut jobs = vec![job("build", "linux", 1_000, 10_000)];
    jobs.extend((0..100).map(|nth| job("test", &format!("self-hosted, {nth}"), 1_000, 0)));
    let rollup = Rollup::of(&[row(1, 1, jobs)]);
    assert_eq!(rollup.jobs["build"].whole().steps.len(), MAX_STEPS);
    let test = &rollup.jobs["test"];
    assert_eq!(test.runner_classes().len(), MAX_CLASSES + 1);
    assert_eq!(test.whole().outcomes.total(), 100);
}

#[test]
fn a_usual_day_fits_in_a_few_kilobytes() {
    let jobs = || ["lint", "test", "build"].map(|name| job(name, "linux", 240_000, 10)).to_vec();
    let rows: Vec<JudgedRow> = (1..=50).map(|run| row(run, 1, jobs())).collect();
    let size = bytes(&Rollup::of(&rows)).len();
    assert!(size < 20_000, "{size} bytes");
}

#[test]
fn a_head_is_the_beginning_of_the_stored_rollup() {
    let rows: Vec<JudgedRow> =
        (1..=40).map(|run| row(run, 1, vec![job("build", "linux", 9, 3)])).collect();
    let rollup = Rollup::of(&rows);
    let stored = crate::stored::to_bytes(&rollup).unwrap();
    let head = Head::of_stored(&stored).unwrap();
    assert_eq!(head.segments.len(), 2);
    assert_eq!(head, Head::from(rollup));
    assert!(Head::of_stored(&stored[..20]).is_err(), "half a head is none");
}

#[test]
fn one_segment_of_a_rollup_is_the_rollup_of_its_rows() {
    let jobs = |run: u64| vec![job("build", "linux", run, 3), job("test", "linux", run, 1)];
    let rows: Vec<JudgedRow> = (1..=40).map(|run| row(run, 1, jobs(run))).collect();
    let of_segment = |judged: &&JudgedRow| judged.row.segment == Segment::PullRequest;
    let alone: Vec<JudgedRow> = rows.iter().filter(of_segment).cloned().collect();
    let (kept, alone) = (Rollup::of(&rows).only(Segment::PullRequest), Rollup::of(&alone));
    assert_eq!((&kept.segments, &kept.jobs), (&alone.segments, &alone.jobs));
    assert_eq!(kept.recent, alone.recent);
    assert_eq!(Rollup::of(&rows).only(Segment::Schedule).jobs.len(), 0);
}

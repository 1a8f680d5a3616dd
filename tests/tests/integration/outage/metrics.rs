//! `CloudWatch` fails during a pass: nothing is sent twice, and what may be missing is told.

use kit::{Cloud, Fault, Job, Memory, Relay, Run, append_all, cloud, measure_at};
use laptime_aws::CloudWatch;
use laptime_core::flow::Pushed;
use laptime_core::ingest::Progress::Keep;
use laptime_core::time::Time;

/// What is measured of an attempt, a sample each.
const SAMPLES: [&str; 6] =
    ["RunDuration", "RunQueueTime", "JobDuration", "JobQueueTime", "RunsSucceeded", "SuccessRate"];

/// A store with a run of an hour ago, and how often each of its samples was taken.
struct Installation {
    store: Memory,
    cloud: Cloud,
    now: Time,
}

impl Installation {
    fn new() -> Self {
        // The service keeps what is at most two weeks old.
        let now = laptime_aws::clock();
        let time = |second: i64| now.plus_millis(1_000 * second - 3_600_000).to_string();
        let job = Job::new(10, "test", &time(0), &time(4), &time(104));
        let run = Run::new(1, &time(0), &time(105)).job(job);
        let store = Memory::default();
        append_all(&store, &run.deliveries(), Keep, now).unwrap();
        Self { store, cloud: cloud(), now }
    }

    fn pass(&self, metrics: &CloudWatch) -> Pushed {
        measure_at(&self.store, metrics, self.now).unwrap().1
    }

    fn taken(&self) -> [f64; 6] {
        let own =
            [("Repository", "acme/web"), ("Workflow", "Workflow 1"), ("Branch", "default_branch")];
        SAMPLES.map(|name| self.cloud.metric(name, &own).count)
    }

    fn told_as_lost(&self) -> f64 {
        self.cloud.metric("SamplesLost", &[]).sum
    }
}

/// A pass during the fault, and two when it is over.
fn outage(fault: Fault) -> (Installation, Pushed) {
    let at = Installation::new();
    let relay = Relay::before(&at.cloud);
    relay.fail("PutMetricData", fault);
    let metrics = relay.cloud.clients.metrics();
    let pushed = at.pass(&metrics);
    // One call for the samples, one for the gauges: none is tried again within the pass.
    assert_eq!(relay.calls("PutMetricData"), 2, "{fault:?}");
    assert_eq!((pushed.problems.len(), pushed.calls, pushed.samples), (2, 0, 0), "{fault:?}");
    let metrics = at.cloud.clients.metrics();
    at.pass(&metrics);
    at.pass(&metrics);
    (at, pushed)
}

fn sent_by_the_next_pass(fault: Fault) {
    let (at, pushed) = outage(fault);
    assert_eq!((at.taken(), at.told_as_lost(), pushed.lost), ([1.0; 6], 0.0, 0), "{fault:?}");
}

/// What is lost is told until the telling is answered.
fn never_sent_again(fault: Fault, taken: f64, told: f64) {
    let (at, pushed) = outage(fault);
    assert_eq!((at.taken(), pushed.lost), ([taken; 6], 6), "{fault:?}");
    assert_eq!(at.told_as_lost(), told, "{fault:?}");
}

#[test]
fn what_is_refused_is_sent_once_by_the_next_pass() {
    sent_by_the_next_pass(Fault::Answer(400, "Throttling"));
    sent_by_the_next_pass(Fault::Answer(400, "InvalidParameterValue"));
    sent_by_the_next_pass(Fault::Answer(403, "AccessDenied"));
}

#[test]
fn what_is_in_doubt_is_told_as_lost_and_not_sent_again() {
    never_sent_again(Fault::Answer(500, "InternalServiceFault"), 0.0, 6.0);
    never_sent_again(Fault::Answer(503, "ServiceUnavailable"), 0.0, 6.0);
    never_sent_again(Fault::Close, 0.0, 6.0);
}

#[test]
fn what_is_taken_and_never_answered_is_not_sent_again() {
    never_sent_again(Fault::SilenceAfterwards, 1.0, 12.0);
}

#[test]
fn what_is_neither_taken_nor_answered_is_told_as_lost() {
    never_sent_again(Fault::Silence, 0.0, 6.0);
}

#[test]
fn where_nobody_listens_nothing_was_taken() {
    let at = Installation::new();
    let pushed = at.pass(&at.cloud.reached_at("http://127.0.0.1:9").clients.metrics());
    assert_eq!((pushed.problems.len(), pushed.samples, pushed.lost), (2, 0, 0));
    at.pass(&at.cloud.clients.metrics());
    at.pass(&at.cloud.clients.metrics());
    assert_eq!((at.taken(), at.told_as_lost()), ([1.0; 6], 0.0));
}

use super::*;
use crate::port::Closed;
use crate::time::Day;

fn night(number: i32) -> Time {
    Day(20_599 + number).start()
}

/// A workflow whose weeks had these 95th percentiles in minutes; the threshold is thirty.
fn slow(workflow: u64, weeks: [Option<f64>; AGREEING]) -> Crossing {
    let seconds = weeks.map(|minutes| minutes.map(|minutes| minutes * 60.0));
    let days = seconds[0].map(|figure| (Day(20_598), 25, figure)).into_iter().collect();
    let workflow = WorkflowId { repository: 1, workflow };
    Crossing { workflow, limit: Limit::P95, threshold: 1_800.0, weeks: seconds, days }
}

fn always(minutes: f64) -> Crossing {
    slow(7, [Some(minutes); AGREEING])
}

impl Done {
    fn on_night(&mut self, at: i32, crossings: &[Crossing]) -> String {
        let acts = plan(&[], crossings, &self.0, night(at), 2);
        self.carry(acts, night(at))
    }
}

#[test]
fn three_weeks_have_to_agree() {
    let side = |weeks| slow(7, weeks).side();
    assert_eq!(side([Some(31.0); 3]), Side::Beyond);
    assert_eq!(side([Some(30.0); 3]), Side::Within);
    assert_eq!(side([Some(31.0), Some(31.0), Some(29.0)]), Side::Between);
    assert_eq!(side([Some(31.0), Some(31.0), None]), Side::Between);
    assert_eq!(side([Some(29.0), None, None]), Side::Within);
    assert_eq!(side([None; 3]), Side::Quiet);
    let rate = Crossing { limit: Limit::SuccessRate, threshold: 0.9, ..always(1.0) };
    assert_eq!(Crossing { weeks: [Some(0.89); 3], ..rate.clone() }.side(), Side::Beyond);
    assert_eq!(Crossing { weeks: [Some(0.9); 3], ..rate }.side(), Side::Within);
}

#[test]
fn an_issue_lives_while_the_figure_is_beyond() {
    let mut done = Done::default();
    let between = slow(7, [Some(29.0), Some(31.0), Some(31.0)]);
    assert_eq!(done.on_night(0, std::slice::from_ref(&between)), "");
    assert_eq!(done.on_night(1, &[always(31.0)]), "p95-7-2026-05-27: file an issue");
    assert_eq!(done.on_night(1, &[always(31.0)]), "");
    assert_eq!(done.on_night(2, &[always(32.0)]), "p95-7-2026-05-27: edit its issue");
    // Half as slow again.
    assert_eq!(done.on_night(3, &[always(50.0)]), "p95-7-2026-05-27: edit its issue, and say so");
    assert_eq!(done.on_night(4, std::slice::from_ref(&between)), "");
    let closed = "p95-7-2026-05-27: close its issue: the level went back";
    assert_eq!(done.on_night(5, &[always(20.0)]), closed);
    assert_eq!(done.on_night(6, &[between]), "", "it stays closed until it is beyond doubt again");
    let again = "p95-7-2026-05-27: open the issue of p95-7-2026-05-27 again";
    assert_eq!(done.on_night(7, &[always(31.0)]), again);
    let silent = "p95-7-2026-05-27: close its issue: nothing has run for long";
    assert_eq!(done.on_night(8, &[slow(7, [None; 3])]), silent);
    assert_eq!(done.on_night(30, &[always(31.0)]), "p95-7-2026-06-25: file an issue", "a new one");
    // Where thresholds are not looked at, nothing happens.
    assert_eq!(done.on_night(31, &[]), "");
    assert_eq!(watched(&done.0[&Desk::Thresholds(1)].issues).len(), 1);
}

#[test]
fn who_does_not_want_to_hear_of_it_does_not() {
    let mut done = Done::default();
    done.on_night(0, &[always(31.0)]);
    done.issue().muted = Some(night(1));
    for at in [1, 20, 80] {
        assert_eq!(done.on_night(at, &[always(60.0)]), "", "day {at}");
    }
    // Closed as done, and nothing has changed after a week.
    let mut done = Done::default();
    done.on_night(0, &[always(31.0)]);
    done.issue().closed = Some(Closed { at: night(1), by_hand: true });
    assert_eq!(done.on_night(7, &[always(31.0)]), "");
    assert!(done.on_night(8, &[always(31.0)]).contains("again"));
}

#[test]
fn the_worst_come_first_within_the_days_budget() {
    let mut done = Done::default();
    let all = [slow(1, [Some(31.0); 3]), slow(2, [Some(60.0); 3]), slow(3, [Some(45.0); 3])];
    let two = "p95-2-2026-05-26: file an issue; p95-3-2026-05-26: file an issue";
    assert_eq!(done.on_night(0, &all), two);
    assert_eq!(done.on_night(0, &all), "");
    assert_eq!(done.on_night(1, &all), "p95-1-2026-05-27: file an issue");
}

mod story;

use proptest::prelude::*;
use story::Story;

use super::*;
use crate::config;

const MONDAY: Day = Day(20_458);

fn judged(story: &Story) -> Judgement {
    let settings = config::Judging::default();
    let watch = Watch { settings: &settings, active: &|_| 10 };
    let id = WorkflowId { repository: 1, workflow: 7 };
    judge(id, &story.tracks(), &watch, Day(0), Judgement::default())
}

fn weeks(weeks: i32, seed: u64, slow: impl Fn(i32) -> (f64, f64)) -> Story {
    let mut story = Story::new(seed);
    for day in 0..7 * weeks {
        let (slow, machine) = slow(day);
        story.day(Day(MONDAY.0 + day), slow, machine);
    }
    story
}

#[test]
fn nothing_happens_and_nothing_is_said() {
    for seed in 1..20 {
        let judgement = judged(&weeks(6, seed, |_| (1.0, 1.0)));
        assert_eq!(judgement.findings, vec![]);
        assert_eq!(judgement.series, 12);
    }
}

#[test]
fn one_slow_step_is_one_finding_that_names_it() {
    // +45 % of 300 s is +25 % of the run, from the fifth week on: after attempt 80.
    let mut exact = 0;
    for seed in 1..20 {
        let judgement = judged(&weeks(6, seed, |day| (if day >= 28 { 1.45 } else { 1.0 }, 1.0)));
        let [finding] = judgement.findings.try_into().unwrap();
        assert!(finding.is_regression && finding.is_relevant());
        assert_eq!((finding.series.scope, finding.series.measure), (Scope::Run, Measure::Duration));
        assert_eq!((finding.state, finding.cause), (State::Confirmed, None));
        let number = finding.first_bad.run_number.unwrap();
        assert!((80..=82).contains(&number), "{number}");
        exact += u32::from(number == 81);
        let carriers = finding.carriers.unwrap();
        let first = &carriers.parts[0];
        let names = (first.job.as_deref(), first.step.as_ref().map(|(step, _)| step.as_str()));
        assert_eq!(names, (Some("build"), Some("compile")));
        let all = carriers.parts.iter().chain([&carriers.rest]).map(Carrier::gained).sum::<f64>();
        assert!((all - (carriers.after - carriers.before)).abs() < 1e-6);
    }
    assert!(exact >= 16, "{exact}");
}

#[test]
fn a_steady_step_dates_the_change_of_a_restless_run() {
    let mut exact = 0;
    for seed in 1..20 {
        let mut story = Story::new(seed);
        for day in (0..42).filter(|day| day % 7 < 5) {
            for index in 0..4 {
                let end = Day(MONDAY.0 + day).start().plus_millis((8 + 3 * index) * 3_600_000);
                let compile = story.around(if day >= 28 { 390.0 } else { 300.0 });
                let spread = 0.12 * story.noise();
                let test = story.around(400.0 * spread.exp());
                let jobs: [(&str, &[(&str, u64)]); 2] =
                    [("build", &[("compile", compile)]), ("test", &[("run", test)])];
                story.attempt(end, "success", &jobs);
            }
        }
        let run = |one: &&Finding| one.series.scope == Scope::Run;
        let judgement = judged(&story);
        let finding = judgement.findings.iter().find(run);
        let Some(finding) = finding else { continue };
        let step = |one: &&Member| matches!(one.series.scope, Scope::Step { .. });
        let step = finding.members.iter().find(step).unwrap();
        assert_eq!(finding.first_bad.id, step.first_bad.0);
        exact += u32::from(finding.first_bad.run_number == Some(81));
    }
    assert!(exact >= 18, "{exact}");
}

#[test]
fn slow_machines_are_not_the_code_and_recovery_is_seen() {
    for seed in 1..20 {
        let slow = |day| (1.0, if (21..35).contains(&day) { 1.3 } else { 1.0 });
        let judgement = judged(&weeks(6, seed, slow));
        let [finding] = judgement.findings.try_into().unwrap();
        assert_eq!(finding.cause, Some(Cause::AllJobs));
        let State::Recovered { first_good, at } = finding.state else {
            panic!("{:?}", finding.state)
        };
        assert_eq!(first_good.run_number, Some(101));
        assert!(at > first_good.end);
    }
}

#[test]
fn a_change_of_yesterday_is_a_candidate() {
    // The four attempts of the last Friday.
    let mut found = 0;
    for seed in 1..20 {
        let judgement = judged(&weeks(6, seed, |day| (if day >= 39 { 1.45 } else { 1.0 }, 1.0)));
        for finding in &judgement.findings {
            found += u32::from(matches!(finding.state, State::Candidate(_)));
        }
        assert!(judgement.findings.len() <= 1, "{:#?}", judgement.findings);
    }
    assert!(found >= 10, "{found}");
}

#[test]
fn more_than_what_once_got_worse_is_an_improvement() {
    // Slower for two weeks, back, and six weeks later faster than ever.
    let mut story = Story::new(11);
    for day in 0..7 * 14 {
        let machine = match day {
            28..42 => 1.4,
            77.. => 0.7,
            _ => 1.0,
        };
        story.day(Day(MONDAY.0 + day), 1.0, machine);
    }
    let judgement = judged(&story);
    let told: Vec<(bool, bool)> = judgement
        .findings
        .iter()
        .map(|one| (one.is_regression, one.state == State::Confirmed))
        .collect();
    assert_eq!(told, [(true, false), (false, true)]);
}

#[test]
fn attempts_that_are_not_kept_count() {
    let mut story = Story::new(3);
    for day in 0..28 {
        let slow = if day >= 14 { 1.5 } else { 1.0 };
        story.attempts(Day(MONDAY.0 + day), 80, (slow, 1.0));
    }
    let finding = judged(&story).findings.into_iter().next().unwrap();
    let days = finding.confirmed.end.day().0 - MONDAY.0;
    let until = 80 * u32::try_from(days).unwrap();
    assert!(
        (until..=until + 80).contains(&finding.relevance.attempts),
        "{}",
        finding.relevance.attempts
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Judging may be taken up again at any Monday.
    #[test]
    fn it_does_not_matter_how_often_it_is_judged(seed in 1_u64..1_000, cuts in proptest::collection::vec(1_i32..42, 1..6)) {
        let story = weeks(6, seed, |day| (if day >= 25 { 1.5 } else { 1.0 }, 1.0));
        prop_assert_eq!(judged_in_parts(&story, cuts, 42), judged(&story));
    }

    /// Also where samples are put together, and their number changes from day to day.
    #[test]
    fn nor_how_busy_it_is(seed in 1_u64..1_000, cuts in proptest::collection::vec(1_i32..56, 1..10)) {
        let mut story = Story::new(seed);
        for day in 0..56 {
            let slow = if day >= 30 { 1.3 } else { 1.0 };
            let count = if day % 7 >= 5 { 3 + day % 4 } else { 25 + day % 5 };
            story.attempts(Day(MONDAY.0 + day), i64::from(count), (slow, 1.0));
        }
        prop_assert_eq!(judged_in_parts(&story, cuts, 56), judged(&story));
    }

    /// Also when what changed lies so far back that attempts around it are not looked at any more.
    #[test]
    fn nor_how_long_ago_it_was(seed in 1_u64..1_000, cuts in proptest::collection::vec(1_i32..364, 1..12)) {
        let story = a_year(seed);
        prop_assert_eq!(judged_in_parts(&story, cuts, 364), judged(&story));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever happens, and whenever it is judged.
    #[test]
    fn nor_what_happens(seed in any::<u64>(), cuts in proptest::collection::vec(1_i32..500, 1..12)) {
        let story = Story::restless(seed, 500);
        prop_assert_eq!(judged_in_parts(&story, cuts, 500), judged(&story));
    }
}

#[test]
fn what_was_no_finding_is_none_when_its_attempts_are_half_gone() {
    let story = a_year(268);
    let whole = judged(&story);
    assert!(whole.alarms.iter().any(|alarm| alarm.first_bad.run_number == Some(29)));
    assert!(whole.findings.iter().all(|one| one.first_bad.run_number != Some(29)));
    assert_eq!(judged_in_parts(&story, vec![196], 364), whole);
}

/// One step slow for three months, and later all for two weeks.
fn a_year(seed: u64) -> Story {
    weeks(52, seed, |day| match day {
        60..150 => (1.5, 1.0),
        200..215 => (1.0, 1.3),
        _ => (1.0, 1.0),
    })
}

/// Judged again and again as days are added, with no more tracks than are asked for.
fn judged_in_parts(story: &Story, mut cuts: Vec<i32>, days: i32) -> Judgement {
    let settings = config::Judging::default();
    let watch = Watch { settings: &settings, active: &|_| 10 };
    let id = WorkflowId { repository: 1, workflow: 7 };
    let tracks = story.tracks();
    let mut held: Option<Judgement> = None;
    let mut from = MONDAY;
    cuts.sort_unstable();
    for until in cuts.into_iter().chain([days]).map(|cut| Day(MONDAY.0 + cut)) {
        // Nothing new, nothing judged.
        let Some((new, _)) = tracks.iter().find(|(day, _)| (from..until).contains(day)) else {
            continue;
        };
        let first = if held.is_some() { new.week().0 - READ_DAYS } else { 0 };
        let seen = tracks.iter().filter(|(day, _)| (Day(first)..until).contains(day));
        let seen: Vec<(Day, Track)> = seen.cloned().collect();
        held = Some(judge(id, &seen, &watch, *new, held.unwrap_or_default()));
        from = until;
    }
    held.unwrap_or_default()
}

//! People hear of a change once: whatever comes twice, in another order, or dies half-way.

use std::fmt::Write;

use fastrand::Rng;
use kit::{
    Crashing, Delivery, Doom, Dying, Hub, HubIssue, Memory, Moment, Run, Weeks, aggregate_at,
    append_all, wait,
};
use laptime_core::config::Policy;
use laptime_core::flow::{Notified, Reporter};
use laptime_core::ingest::Progress::Drop;
use laptime_core::judging::{Judgement, Scope, State};
use laptime_core::port::{Findings, Forge, ForgeErrorKind, IssueState, Library, Stored};
use laptime_core::render::Server;
use laptime_core::row::WorkflowId;
use laptime_core::time::{Day, Time};

/// Monday, 2 March 2026.
const MONDAY: Day = Day(20_514);

const WEB: &str = "acme/r1";

/// What is known at the end of a night.
pub(super) struct Night {
    pub(super) now: Time,
    pub(super) judgements: Vec<(WorkflowId, Judgement)>,
}

/// Six weeks of which two are slower, night by night.
pub(super) struct Story {
    /// All that came.
    pub(super) store: Memory,
    pub(super) nights: Vec<Night>,
}

impl Story {
    pub(super) fn of(deliveries: &[Delivery]) -> Self {
        let store = Memory::default();
        let nights = (1..=42).map(|night| {
            let now = Day(MONDAY.0 + night).start();
            let some: Vec<Delivery> = deliveries
                .iter()
                .filter(|one| day_of(one) == Day(MONDAY.0 + night - 1))
                .cloned()
                .collect();
            append_all(&store, &some, Drop, now).unwrap();
            aggregate_at(&store, now).unwrap();
            Night { now, judgements: wait(store.judgements()).unwrap() }
        });
        let nights = nights.collect();
        Self { store, nights }
    }

    /// A store on which nothing was done yet.
    pub(super) fn afresh(&self) -> &Memory {
        self.store.forget_deeds();
        self.store.forget_announced();
        &self.store
    }
}

/// The step `compile` takes longer for two weeks, in the second workflow.
pub(super) fn six_weeks() -> Vec<Delivery> {
    let slow =
        |workflow, day| (if workflow == 1 && (21..35).contains(&day) { 1.6 } else { 1.0 }, 1.0);
    Weeks { repositories: 2, from: MONDAY, days: 42, seed: 7, slow: &slow }.deliveries()
}

/// The day on which what a delivery tells of was over.
pub(crate) fn day_of(delivery: &Delivery) -> Day {
    let body = &delivery.body;
    let of = |part: &str, field: &str| body[part][field].as_str()?.parse::<Time>().ok();
    let at = of("workflow_run", "updated_at").or_else(|| of("workflow_job", "completed_at"));
    at.map_or(MONDAY, Time::day)
}

fn notify_on(
    store: &(impl Library + Findings),
    forge: &impl Forge,
    policy: &Policy,
    now: Time,
) -> Stored<Notified> {
    let server = &Server::default();
    let reporter = Reporter { library: store, findings: store, policy, server };
    wait(reporter.notify(forge, || now, || true))
}

fn notify(store: &(impl Library + Findings), forge: &impl Forge, now: Time) -> Stored<Notified> {
    notify_on(store, forge, &Policy::default(), now)
}

fn words(notified: &Notified) -> String {
    let mut words = String::new();
    for act in &notified.done {
        let number = act.number.map(|number| format!("#{number}")).unwrap_or_default();
        writeln!(words, "{}{number}: {}", act.repository, act.act).unwrap();
    }
    for problem in &notified.problems {
        writeln!(words, "! {problem}").unwrap();
    }
    words
}

/// All nights, one after another.
fn all_nights(weeks: &Story, hub: &Hub) -> String {
    let store = weeks.afresh();
    let mut done = String::new();
    for night in &weeks.nights {
        store.judge(&night.judgements);
        for line in words(&notify(store, hub, night.now).unwrap()).lines() {
            writeln!(done, "{} {line}", night.now.day()).unwrap();
        }
    }
    done
}

#[test]
fn an_issue_lives_as_long_as_its_change() {
    let deliveries = six_weeks();
    let hub = Hub::default();
    let done = all_nights(&Story::of(&deliveries), &hub);
    insta::assert_snapshot!(done, @"
    2026-03-25 acme/r1#1: file an issue
    2026-03-26 acme/r1#1: edit its issue
    2026-03-27 acme/r1#1: edit its issue
    2026-03-28 acme/r1#1: edit its issue
    2026-03-31 acme/r1#1: edit its issue
    2026-04-01 acme/r1#1: edit its issue
    2026-04-02 acme/r1#1: edit its issue
    2026-04-03 acme/r1#1: edit its issue
    2026-04-04 acme/r1#1: edit its issue
    2026-04-08 acme/r1#1: close its issue: the level went back
    ");
    let [issue] = &hub.all()[..] else { panic!("{:?}", hub.all()) };
    insta::assert_snapshot!(issue.title, @"`Workflow 2` became slower on the default branch: +31.7 % (9m 28s → 12m 28s)");
    insta::assert_snapshot!(issue.body, @"
    `Workflow 2` of `acme/r1` became slower on the default branch: +31.7 % (9m 28s → 12m 28s).

    | | Level | 95 % interval |
    |:--|--:|--:|
    | Before | 9m 28s | |
    | After | 12m 28s **+31.7 %** | 11m 59s to 12m 58s |

    `▁▂▁▂▁▁▁▂▂▂▁▂▁▂▂│▇█▇▇▇▇██▆█▂▂▁`
    <sub>The median of each day from 2026-03-02 to 2026-04-08: lowest 9m 14s, highest 12m 46s; │ is where it changed.</sub>

    ### What carries it

    | Job | Step | Before | After | Share |
    |:--|:--|--:|--:|--:|
    | `build` | `compile` | 5m 02s | 7m 58s | 100 % |
    | *all others* |  | 4m 29s | 4m 30s | 1 % |

    <sub>Means of the attempts around the change; the levels above are medians.</sub>

    ### Where it began

    - first after it: [run 10061](https://github.com/acme/r1/actions/runs/10061/attempts/1), 2026-03-23 08:12 UTC
    - last before it: [run 10060](https://github.com/acme/r1/actions/runs/10060/attempts/1), 2026-03-20 17:09 UTC
    - commits between them: [`0000000000..0000000000`](https://github.com/acme/r1/compare/000000000000000000000000000000000000274c...000000000000000000000000000000000000274d)

    ### Why it is believed

    It was beyond doubt after 5 samples, at 2026-03-24 08:12 UTC: the levels lie 13.6 standard errors apart, the latest samples agree, and weekdays, hours, outliers, a slope, and two modes that take turns do not explain it.

    ### What it touches

    - 65 attempts in 30 days

    ### What to do

    Look at step `compile` of job `build`, from run `#10061`.

    ---
    <sub>Laptime closes this issue when the level goes back, and opens it again if it changes again within two weeks. To hear no more of it, close it as not planned.</sub>

    <!-- laptime d1337d8a6656e128 1774396800000 -->
    ");
    insta::assert_snapshot!(issue.comments.join("\n~~~\n"), @"
    The level went back to what it was; beyond doubt at 2026-04-07 08:09 UTC. Should it change again within two weeks, this issue is opened again.

    <!-- laptime closed d1337d8a6656e128 0 1775260800000 -->
    ");
    assert_eq!(issue.state, IssueState::Done);
    assert_eq!(issue.labels, ["performance", "ci-cd"]);

    // All of it twice, and in another order.
    let mut jumbled = deliveries.clone();
    jumbled.extend(deliveries);
    Rng::with_seed(3).shuffle(&mut jumbled);
    let again = Hub::default();
    assert_eq!(all_nights(&Story::of(&jumbled), &again), done);
    assert_eq!(again.all(), hub.all());
}

/// The nights of the first act, of the next one and of the last one, and those after them.
fn eventful<'a>(weeks: &'a Story, hub: &Hub) -> Vec<&'a Night> {
    let store = weeks.afresh();
    let mut acts = Vec::new();
    for (place, night) in weeks.nights.iter().enumerate() {
        store.judge(&night.judgements);
        if !notify(store, hub, night.now).unwrap().done.is_empty() {
            acts.push(place);
        }
    }
    let [first, second, .., last] = acts[..] else { panic!("{acts:?}") };
    let mut nights = vec![first, first + 1, second, second + 1, last, last + 1];
    nights.dedup();
    nights.into_iter().map(|place| &weeks.nights[place]).collect()
}

/// What people hear of an issue.
fn heard(issue: &HubIssue) -> (String, IssueState, Vec<String>) {
    // Every filing and comment has a mark of its own.
    let plain = |text: &String| text.split("<!--").next().unwrap_or_default().to_owned();
    (issue.title.clone(), issue.state, issue.comments.iter().map(plain).collect())
}

#[test]
fn killed_at_every_step_there_is_one_issue_and_each_comment_once() {
    let weeks = Story::of(&six_weeks());
    let undisturbed = Hub::default();
    let nights = eventful(&weeks, &undisturbed);
    let expected = undisturbed.all().iter().map(heard).collect::<Vec<_>>();
    for moment in [Moment::Before, Moment::After] {
        for lag in [0, 1] {
            let mut deadly = 0;
            loop {
                let (store, doom) = (weeks.afresh(), Doom::at(deadly, moment));
                let hub = Hub::lagging(lag);
                hub.somebody_files(WEB, "not ours");
                for night in &nights {
                    store.judge(&night.judgements);
                    let dying = Dying { hub: &hub, doom: &doom };
                    let was_dead = doom.is_dead();
                    let lives = notify(&Crashing::new(store, &doom), &dying, night.now).is_ok();
                    if !lives || was_dead {
                        // Started again at once, and a quarter of an hour later.
                        hub.somebody_files(WEB, "not ours either");
                        notify(store, &hub, night.now.plus_millis(1_000)).unwrap();
                        notify(store, &hub, night.now.plus_millis(900_000)).unwrap();
                    }
                }
                let of_ours = |issue: &&HubIssue| !issue.body.starts_with("not ours");
                let issues = hub.all();
                let ours: Vec<_> = issues.iter().filter(of_ours).map(heard).collect();
                assert_eq!(ours, expected, "dead {moment:?} call {deadly}, lists {lag} behind");
                if !doom.is_dead() {
                    break;
                }
                deadly += 1;
            }
            assert!(deadly > 40, "{deadly} calls");
        }
    }
}

fn first_night(weeks: &Story) -> &Night {
    let hub = Hub::default();
    let store = weeks.afresh();
    let found = weeks.nights.iter().find(|night| {
        store.judge(&night.judgements);
        !notify(store, &hub, night.now).unwrap().done.is_empty()
    });
    weeks.afresh();
    found.unwrap()
}

#[test]
fn what_github_answers_decides_whether_it_is_asked_again() {
    use ForgeErrorKind::{
        Credentials, Forbidden, Invalid, Limited, Missing, Off, Unreached, Unsure,
    };
    let weeks = Story::of(&six_weeks());
    let night = first_night(&weeks);
    let (now, minute) = (night.now, 60_000);
    let kinds = [
        Credentials,
        Limited(now.plus_millis(minute)),
        Forbidden,
        Missing,
        Off,
        Invalid,
        Unreached,
        Unsure,
    ];
    for kind in kinds {
        for done in [false, true] {
            if done && kind != Unsure {
                continue;
            }
            let (store, hub) = (weeks.afresh(), Hub::default());
            store.judge(&night.judgements);
            hub.fail(kind, done);
            let first = notify(store, &hub, now).unwrap();
            assert_eq!((first.done.len(), first.problems.len()), (0, 1), "{kind:?}");
            let until = first.limited_until.as_deref();
            let expected = matches!(kind, Limited(_)).then(|| now.plus_millis(minute).to_string());
            assert_eq!(until, expected.as_deref());
            // What surely was not done is done at once; what may have been, is looked for later.
            let second = notify(store, &hub, now.plus_millis(minute)).unwrap();
            assert_eq!(second.done.len(), usize::from(kind != Unsure), "{kind:?}");
            notify(store, &hub, now.plus_millis(11 * minute)).unwrap();
            assert_eq!(hub.all().len(), 1, "{kind:?}, done: {done}");
            assert_eq!(words(&notify(store, &hub, now.plus_millis(12 * minute)).unwrap()), "");
        }
    }
}

#[test]
fn an_issue_is_looked_for_as_long_as_there_are_any() {
    let weeks = Story::of(&six_weeks());
    let night = first_night(&weeks);
    let (store, hub) = (weeks.afresh(), Hub::lagging(8));
    (0..10).for_each(|_| hub.somebody_files(WEB, "not ours"));
    store.judge(&night.judgements);
    hub.fail(ForgeErrorKind::Unsure, true);
    assert_eq!(notify(store, &hub, night.now).unwrap().problems.len(), 1);
    // The list ends eight before it.
    notify(store, &hub, night.now.plus_millis(900_000)).unwrap();
    assert_eq!(hub.all().iter().filter(|issue| issue.body != "not ours").count(), 1);
}

#[test]
fn an_assignee_who_is_unknown_there_keeps_no_issue_from_being_filed() {
    let weeks = Story::of(&six_weeks());
    let night = first_night(&weeks);
    let (store, hub) = (weeks.afresh(), Hub::default());
    store.judge(&night.judgements);
    let policy =
        Policy::parse("[issues]\nassignees = [\"gone\"]\nmention = [\"acme/ci\"]").unwrap();
    hub.fail(ForgeErrorKind::Invalid, false);
    assert_eq!(notify_on(store, &hub, &policy, night.now).unwrap().done.len(), 1);
    let issue = hub.all().remove(0);
    assert_eq!(issue.assignees, [""; 0]);
    assert!(issue.body.contains("\n\ncc @acme/ci\n\n"), "{}", issue.body);
}

/// What is done after something happened to the issue, and how it ends.
fn after(happens: impl Fn(&mut HubIssue)) -> (String, HubIssue) {
    let weeks = Story::of(&six_weeks());
    let (store, hub) = (weeks.afresh(), Hub::default());
    let mut done = String::new();
    for night in &weeks.nights {
        store.judge(&night.judgements);
        done += &words(&notify(store, &hub, night.now).unwrap());
        if done == "acme/r1#1: file an issue\n" {
            hub.change(WEB, 1, &happens);
        }
    }
    (done, hub.all().remove(0))
}

#[test]
fn what_a_person_decided_stands() {
    let close = |state| move |issue: &mut HubIssue| issue.state = state;
    let filed = "acme/r1#1: file an issue\n";
    for state in [IssueState::NotPlanned, IssueState::Moved] {
        let (done, issue) = after(close(state));
        assert_eq!((done.as_str(), issue.state, issue.edits), (filed, state, 0));
        assert_eq!(issue.comments, [""; 0]);
    }
    let (done, _) = after(|issue| issue.deleted = true);
    assert_eq!(done, filed);
    // Closed as done, and as slow as before a week later.
    let (done, issue) = after(close(IssueState::Done));
    let first: Vec<&str> = done.lines().take(2).collect();
    let [_, second] = first[..] else { panic!("{done}") };
    assert!(second.starts_with("acme/r1#1: open the issue of "), "{done}");
    assert!(done.ends_with("acme/r1#1: close its issue: the level went back\n"), "{done}");
    assert_eq!(issue.comments.len(), 2);
    assert!(issue.comments[0].starts_with("It is still so: `Workflow 2`"), "{:?}", issue.comments);
}

#[test]
fn reporters_at_once_file_one_issue() {
    let weeks = Story::of(&six_weeks());
    let night = first_night(&weeks);
    let (store, hub) = (weeks.afresh(), Hub::default());
    store.judge(&night.judgements);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| notify(store, &hub, night.now).unwrap());
        }
    });
    assert_eq!(hub.all().len(), 1);
}

/// As many findings of one night, each of another workflow and class of runner.
fn many(of: &Judgement, count: u64) -> Vec<(WorkflowId, Judgement)> {
    let one = |number: u64| {
        let mut judgement = of.clone();
        for finding in &mut judgement.findings {
            finding.id = format!("finding-{number:02}");
            let class = format!("class-{number}");
            finding.relevance.billed.iter_mut().for_each(|billed| billed.class.clone_from(&class));
            for member in &mut finding.members {
                match &mut member.series.scope {
                    Scope::Run => {}
                    Scope::Job { class: of, .. } | Scope::Step { class: of, .. } => {
                        of.clone_from(&class);
                    }
                }
            }
        }
        (WorkflowId { repository: 1, workflow: 100 + number }, judgement)
    };
    (1..=count).map(one).collect()
}

#[test]
fn forty_findings_of_a_day_are_the_budget_and_one_that_gathers_the_rest() {
    let weeks = Story::of(&six_weeks());
    let night = first_night(&weeks);
    let (store, hub) = (weeks.afresh(), Hub::default());
    let is_found = |(_, one): &&(WorkflowId, Judgement)| !one.findings.is_empty();
    let (_, of) = night.judgements.iter().find(is_found).unwrap();
    let forty = many(of, 40);
    // Their names come with their runs.
    let day = of.findings[0].last.day();
    let (from, to) = (day.start().plus_millis(1_000), day.start().plus_millis(2_000));
    for number in 1..=40 {
        let mut run = Run::new(90_000 + number, &from.to_string(), &to.to_string());
        run.workflow = 100 + number;
        append_all(store, &run.deliveries(), Drop, night.now).unwrap();
    }
    aggregate_at(store, night.now).unwrap();

    store.judge(&forty);
    assert_eq!(words(&notify(store, &hub, night.now).unwrap()).lines().count(), 6);
    let issues = hub.all();
    assert_eq!(issues.len(), 6);
    let last = &issues[5];
    assert_eq!(last.title, "35 more changes of CI times and outcomes");
    let lines = last.body.lines().filter(|line| line.starts_with("- `Workflow "));
    assert_eq!(lines.count(), 35, "{}", last.body);
    // Neither at once nor on the next day is any of it told again.
    for later in [night.now.plus_millis(60_000), night.now.plus_days(1)] {
        assert_eq!(words(&notify(store, &hub, later).unwrap()), "");
    }
    let mut over = forty;
    for finding in over.iter_mut().flat_map(|(_, judgement)| &mut judgement.findings) {
        let at = night.now;
        finding.state = State::Recovered { first_good: finding.first_bad.clone(), at };
    }
    store.judge(&over);
    let closed = words(&notify(store, &hub, night.now.plus_days(2)).unwrap());
    assert_eq!(closed.lines().count(), 6, "{closed}");
    assert!(closed.lines().all(|line| line.ends_with(": close its issue: the level went back")));
    assert!(hub.all().iter().all(|issue| issue.state == IssueState::Done));
}

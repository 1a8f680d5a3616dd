//! Where everything lies in the one table. `p` is the partition, `s` the place in it.
//!
//! | partition | sort | holds |
//! |---|---|---|
//! | `E#repository#run#attempt` | `e#digest` | an event |
//! | | `p` | which of its events a filing has covered, and where its row is |
//! | `D#repository#workflow#day` | `!` | the day is sealed |
//! | | `m` | which of its attempts have had their samples sent |
//! | | `r#run#attempt` | a row |
//! | `R#repository#workflow` | day | the rollup of a day |
//! | `L#repository#workflow` | day | the track of a day |
//! | `V` | workflow | what was judged of it |
//! | `F` | workflow | what was done about its findings |
//! | `Q#repository` | `#number`, commit | what was said on a pull request, found of its head |
//! | `N` | channel | what it was told |
//! | `B#repository#workflow#branch` | start, attempt | a run of the branch |
//! | `K#repository#workflow#branch` | end, attempt | a cancelled run of the branch |
//! | `T` | workflow, day | the day is touched |
//! | `S` | time, workflow, day | the day may be sealed, not before then |
//! | `M` | bucket | a bucket of days has workflows |
//! | `W#bucket` | workflow | a workflow has days in that bucket |
//! | `X`, `Y` | attempt | refused, set aside |
//! | `C#digest` | number | a part of a value too large for one item |
//! | `P` | `pass`, `stream` | the lease; how far the stream was read |
//! | | `fleet`, `flight` | how workflows do; samples on their way |
//! | | `jobs` | jobs with metrics of their own |
//! | | `unjudged`, `active#day` | workflows to judge; series that a day had |

use laptime_core::model::{AttemptId, EventKey};
use laptime_core::port::Spot;
use laptime_core::row::{Branch, DayKey, Row, WorkflowId};
use laptime_core::time::{Day, Time};

use crate::table::item::{Attributes, text};

/// Days and times are shifted so that they sort as text, also before 1970.
const DAY_SHIFT: i32 = 5_000_000;
const TIME_SHIFT: i64 = 400_000_000_000_000;

/// Days to a bucket of the list of workflows.
const BUCKET_DAYS: i32 = 32;

/// The key of an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) p: String,
    pub(crate) s: String,
}

impl Key {
    pub(crate) fn new(p: impl Into<String>, s: impl Into<String>) -> Self {
        Self { p: p.into(), s: s.into() }
    }

    pub(crate) fn attributes(self) -> Attributes {
        Attributes::from([("p".to_owned(), text(self.p)), ("s".to_owned(), text(self.s))])
    }
}

pub(crate) fn attempt(id: AttemptId) -> String {
    format!("E#{}", attempt_name(id))
}

fn attempt_name(id: AttemptId) -> String {
    format!("{}#{}#{}", id.repository, id.run, id.attempt)
}

pub(crate) const EVENT: &str = "e#";

pub(crate) fn event(key: EventKey) -> Key {
    Key::new(attempt(key.id), format!("{EVENT}{}", hex::encode(key.digest)))
}

/// The attempt that the key of an event names; none for other items.
pub(crate) fn attempt_of(p: &str, s: &str) -> Option<AttemptId> {
    if !s.starts_with(EVENT) {
        return None;
    }
    let mut parts = p.strip_prefix("E#")?.split('#');
    let id = AttemptId {
        repository: parts.next()?.parse().ok()?,
        run: parts.next()?.parse().ok()?,
        attempt: parts.next()?.parse().ok()?,
    };
    parts.next().is_none().then_some(id)
}

pub(crate) fn place(id: AttemptId) -> Key {
    Key::new(attempt(id), "p")
}

fn workflow(id: WorkflowId) -> String {
    format!("{}#{}", id.repository, id.workflow)
}

pub(crate) fn day(day: Day) -> String {
    format!("{:07}", day.0.saturating_add(DAY_SHIFT))
}

fn day_of(text: &str) -> Option<Day> {
    text.parse::<i32>().ok()?.checked_sub(DAY_SHIFT).map(Day)
}

pub(crate) fn time(time: Time) -> String {
    format!("{:015}", time.as_millis().saturating_add(TIME_SHIFT))
}

pub(crate) fn rows(key: DayKey) -> String {
    format!("D#{}#{}", workflow(key.workflow), day(key.day))
}

pub(crate) const ROW: &str = "r#";

pub(crate) fn row(day: DayKey, id: AttemptId) -> Key {
    Key::new(rows(day), format!("{ROW}{}#{}", id.run, id.attempt))
}

/// The workflow and attempt of the row that a key names; none for other items.
pub(crate) fn row_of(p: &str, s: &str) -> Option<(WorkflowId, AttemptId)> {
    let mut place = p.strip_prefix("D#")?.split('#');
    let mut name = s.strip_prefix(ROW)?.split('#');
    let repository = place.next()?.parse().ok()?;
    let workflow = WorkflowId { repository, workflow: place.next()?.parse().ok()? };
    let (run, attempt) = (name.next()?.parse().ok()?, name.next()?.parse().ok()?);
    let id = AttemptId { repository, run, attempt };
    (place.count() == 1 && name.next().is_none()).then_some((workflow, id))
}

pub(crate) const SEAL: &str = "!";

pub(crate) fn seal(day: DayKey) -> Key {
    Key::new(rows(day), SEAL)
}

pub(crate) fn rollups(id: WorkflowId) -> String {
    format!("R#{}", workflow(id))
}

pub(crate) fn rollup(key: DayKey) -> Key {
    Key::new(rollups(key.workflow), day(key.day))
}

pub(crate) fn tracks(id: WorkflowId) -> String {
    format!("L#{}", workflow(id))
}

pub(crate) fn track(key: DayKey) -> Key {
    Key::new(tracks(key.workflow), day(key.day))
}

pub(crate) const JUDGEMENTS: &str = "V";

pub(crate) fn judgement(id: WorkflowId) -> Key {
    Key::new(JUDGEMENTS, workflow(id))
}

pub(crate) const DEEDS: &str = "F";

pub(crate) fn deeds(id: WorkflowId) -> Key {
    Key::new(DEEDS, workflow(id))
}

pub(crate) fn said(spot: &Spot) -> Key {
    Key::new(format!("Q#{}", spot.repository()), spot.name())
}

pub(crate) fn announced(channel: &str) -> Key {
    Key::new("N", channel)
}

/// The day whose rollup, or track, lies at `s`.
pub(crate) fn rollup_day(s: &str) -> Option<Day> {
    day_of(s)
}

fn branch(kind: char, row: &Row) -> Option<String> {
    branch_digest(&row.branch).map(|branch| format!("{kind}#{}#{branch}", workflow(row.workflow)))
}

fn branch_digest(branch: &Branch) -> Option<String> {
    branch.digest().map(hex::encode)
}

/// Runs of the row's branch by start; none without a branch's name.
pub(crate) fn runs(row: &Row) -> Option<String> {
    branch('B', row)
}

/// Cancelled runs of the row's branch by end; none without a branch's name.
pub(crate) fn cancelled(row: &Row) -> Option<String> {
    branch('K', row)
}

pub(crate) fn run_entry(row: &Row) -> Option<Key> {
    Some(Key::new(runs(row)?, entry(row.started_at?, row.id)))
}

pub(crate) fn cancelled_entry(row: &Row) -> Option<Key> {
    let is_cancelled = row.conclusion == "cancelled" && row.started_at.is_some();
    Some(Key::new(cancelled(row).filter(|_| is_cancelled)?, entry(row.end, row.id)))
}

fn entry(at: Time, id: AttemptId) -> String {
    format!("{}#{}#{}", time(at), id.run, id.attempt)
}

pub(crate) const TOUCHED: &str = "T";

pub(crate) fn touched(key: DayKey) -> Key {
    Key::new(TOUCHED, day_name(key))
}

fn day_name(key: DayKey) -> String {
    format!("{}#{}", workflow(key.workflow), day(key.day))
}

/// The touched days of a workflow from the first of `days` to before the last, as bounds of `s`.
pub(crate) fn touched_between(id: WorkflowId, days: std::ops::Range<Day>) -> [String; 2] {
    [days.start, days.end].map(|bound| format!("{}#{}", workflow(id), day(bound)))
}

pub(crate) fn day_named(name: &str) -> Option<DayKey> {
    let mut parts = name.split('#');
    let repository = parts.next()?.parse().ok()?;
    let workflow = parts.next()?.parse().ok()?;
    let day = day_of(parts.next()?)?;
    Some(DayKey { workflow: WorkflowId { repository, workflow }, day })
}

pub(crate) const SEALABLE: &str = "S";

pub(crate) fn sealable(from: Time, key: DayKey) -> Key {
    Key::new(SEALABLE, format!("{}#{}", time(from), day_name(key)))
}

/// The day that an entry of the list of sealable days names.
pub(crate) fn sealable_day(s: &str) -> Option<DayKey> {
    day_named(s.split_once('#')?.1)
}

pub(crate) const BUCKETS: &str = "M";

pub(crate) fn bucket(day: Day) -> String {
    format!("{:06}", day.0.saturating_add(DAY_SHIFT) / BUCKET_DAYS)
}

pub(crate) fn bucket_entry(day: Day) -> Key {
    Key::new(BUCKETS, bucket(day))
}

pub(crate) fn workflows(bucket: &str) -> String {
    format!("W#{bucket}")
}

pub(crate) fn workflow_entry(key: DayKey) -> Key {
    Key::new(workflows(&bucket(key.day)), workflow(key.workflow))
}

pub(crate) fn workflow_named(name: &str) -> Option<WorkflowId> {
    let (repository, workflow) = name.split_once('#')?;
    Some(WorkflowId { repository: repository.parse().ok()?, workflow: workflow.parse().ok()? })
}

pub(crate) const REFUSED: &str = "X";
pub(crate) const SET_ASIDE: &str = "Y";

pub(crate) fn listed(list: &str, id: AttemptId) -> Key {
    Key::new(list, attempt_name(id))
}

pub(crate) fn parts(digest: &str) -> String {
    format!("C#{digest}")
}

pub(crate) fn part(digest: &str, number: usize) -> Key {
    Key::new(parts(digest), format!("{number:04}"))
}

/// Which attempts of a day have had their samples sent.
pub(crate) fn sent(day: DayKey) -> Key {
    Key::new(rows(day), "m")
}

pub(crate) fn flight() -> Key {
    Key::new("P", "flight")
}

pub(crate) fn fleet() -> Key {
    Key::new("P", "fleet")
}

pub(crate) fn jobs() -> Key {
    Key::new("P", "jobs")
}

pub(crate) fn unjudged() -> Key {
    Key::new("P", "unjudged")
}

pub(crate) fn active(of: Day) -> Key {
    Key::new("P", format!("active#{}", day(of)))
}

pub(crate) fn pass() -> Key {
    Key::new("P", "pass")
}

pub(crate) fn stream() -> Key {
    Key::new("P", "stream")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: DayKey =
        DayKey { workflow: WorkflowId { repository: 1, workflow: 22 }, day: Day(20_574) };

    #[test]
    fn keys_are_read_back() {
        let id = AttemptId { repository: 1, run: 2, attempt: 3 };
        let key = event(EventKey { id, digest: [7; 16] });
        assert_eq!(attempt_of(&key.p, &key.s), Some(id));
        assert_eq!(attempt_of(&key.p, "p"), None);
        assert_eq!(attempt_of("E#1#2#3#4", &key.s), None);
        assert_eq!(day_named(&touched(DAY).s), Some(DAY));
        assert_eq!(sealable_day(&sealable(Time::from_millis(5), DAY).s), Some(DAY));
        assert_eq!(rollup_day(&rollup(DAY).s), Some(DAY.day));
        assert_eq!(workflow_named(&workflow_entry(DAY).s), Some(DAY.workflow));
    }

    #[test]
    fn days_and_times_sort_as_text_through_all_of_the_calendar() {
        let times = [i64::MIN, -1, 0, 1, 1_777_629_600_000, i64::MAX].map(Time::from_millis);
        assert!(times.map(time).is_sorted());
        assert!(times.map(|at| day(at.day())).is_sorted());
        assert!(times.map(|at| bucket(at.day())).is_sorted());
        let lengths = times.map(|at| (time(at).len(), day(at.day()).len(), bucket(at.day()).len()));
        assert_eq!(lengths, [(15, 7, 6); 6]);
    }
}

//! The budget of a repository and day, and the issue that gathers what is beyond it.

use std::collections::{BTreeMap, BTreeSet};

use crate::judging::{Finding, Told};
use crate::life::{Act, Plan, Planned, Why, digest};
use crate::port::{Desk, Gathered, Gist, Issue};
use crate::row::WorkflowId;

/// An issue to be filed, and how much it matters.
#[derive(Debug)]
pub(super) struct Weighed {
    pub(super) weight: f64,
    pub(super) planned: Planned,
}

impl Plan<'_> {
    /// Files what there is room for, what matters most first; the rest is gathered.
    pub(super) fn spend(&mut self, per_day: u32) {
        let mut news: BTreeMap<u64, Vec<Weighed>> = BTreeMap::new();
        for one in std::mem::take(&mut self.news) {
            news.entry(one.planned.desk.repository()).or_default().push(one);
        }
        let mut beyond: BTreeMap<u64, Vec<Gathered>> = BTreeMap::new();
        for (repository, mut news) in news {
            news.sort_by(|a, b| b.weight.total_cmp(&a.weight));
            let room = (per_day as usize).saturating_sub(self.filed_today(repository));
            let rest = news.split_off(room.min(news.len()));
            self.acts.extend(news.into_iter().map(|one| one.planned));
            if !rest.is_empty() {
                beyond.insert(repository, rest.into_iter().filter_map(gathered).collect());
            }
        }
        for repository in self.repositories(beyond.keys().copied()) {
            self.gather(repository, beyond.remove(&repository).unwrap_or_default());
        }
    }

    fn repositories(&self, with: impl Iterator<Item = u64>) -> BTreeSet<u64> {
        let held = self.deeds.keys().filter_map(|desk| match desk {
            Desk::Repository(repository) => Some(*repository),
            Desk::Workflow(_) | Desk::Thresholds(_) => None,
        });
        held.chain(with).collect()
    }

    /// Issues of their own that were filed today.
    pub(super) fn filed_today(&self, repository: u64) -> usize {
        let of_it = self.deeds.iter().filter(|(desk, _)| {
            !matches!(desk, Desk::Repository(_)) && desk.repository() == repository
        });
        let issues = of_it.flat_map(|(_, deeds)| &deeds.issues);
        issues.filter(|issue| issue.filed.day() == self.now.day()).count()
    }

    /// Plans for the gathering issues of a repository, with what today's is to tell of too.
    fn gather(&mut self, repository: u64, mut more: Vec<Gathered>) {
        let desk = Desk::Repository(repository);
        let name = format!("gathering-{}", self.now.day());
        let mut acts = Vec::new();
        for issue in self.issues(desk) {
            let mut gathered = self.redated(&issue.gathered);
            if issue.finding == name && issue.is_live() && issue.number.is_some() {
                gathered.append(&mut more);
            }
            gathered.sort();
            let planned = self.gathering(desk, &issue.finding, gathered);
            if let Some(act) = self.next_of_many(issue, &planned) {
                acts.push(Planned { act, ..planned });
            }
        }
        // One that is just being filed, or that nobody wants to hear of, takes no more.
        if !more.is_empty() && !self.issues(desk).iter().any(|issue| issue.finding == name) {
            more.sort();
            acts.push(self.gathering(desk, &name, more));
        }
        self.acts.extend(acts);
    }

    fn next_of_many(&self, issue: &Issue, planned: &Planned) -> Option<Act> {
        if issue.is_live() && planned.gathered.len() > issue.gathered.len() {
            let aloud = planned.gist.is_news_to(issue.told);
            return self.once_settled(issue, Act::Edit { aloud });
        }
        self.next(issue, self.all_over(&planned.gathered), planned.says, planned.gist)
    }

    fn gathering(&self, desk: Desk, name: &str, gathered: Vec<Gathered>) -> Planned {
        let told = gathered.iter().filter_map(|one| self.told_of(one));
        let says = digest(told.map(Told::digest));
        // As many thousandths as findings: half as many again are told aloud.
        let count = i64::try_from(gathered.len()).unwrap_or(i64::MAX);
        Planned {
            desk,
            finding: name.to_owned(),
            subject: name.to_owned(),
            says,
            gist: Gist { change: count, not_your_code: false },
            gathered,
            act: Act::File,
        }
    }

    /// Why all of them are over, if they are.
    fn all_over(&self, gathered: &[Gathered]) -> Option<Why> {
        let mut over = BTreeSet::new();
        for one in gathered {
            match self.told_of(one).map(|told| told.over(self.now)) {
                Some(None) => return None,
                Some(Some(Why::Recovered)) => over.insert(0),
                Some(Some(_)) => over.insert(1),
                None => over.insert(2),
            };
        }
        match over.first()? {
            0 => Some(Why::Recovered),
            1 => Some(Why::Silent),
            _ => Some(Why::Withdrawn),
        }
    }

    /// The same, with findings whose date moved under their new names.
    fn redated(&self, gathered: &[Gathered]) -> Vec<Gathered> {
        let mut list = gathered.to_vec();
        for one in &mut list {
            if self.told_of(one).is_some() {
                continue;
            }
            let moved = self.told.iter().flat_map(Told::members).find(|(id, finding)| {
                *id == one.workflow
                    && finding.subject(*id) == one.subject
                    && !gathered.iter().any(|other| other.finding == finding.id)
            });
            if let Some((_, finding)) = moved {
                one.finding.clone_from(&finding.id);
            }
        }
        list
    }

    fn told_of(&self, one: &Gathered) -> Option<&Told<'_>> {
        let is_it = |(id, finding): &(WorkflowId, &Finding)| {
            *id == one.workflow && finding.id == one.finding
        };
        self.told.iter().find(|told| told.members().iter().any(is_it))
    }

    /// Whether an issue that gathers several tells of it, or of what it was before its date moved.
    pub(super) fn is_gathered(&self, id: WorkflowId, finding: &Finding) -> bool {
        let subject = finding.subject(id);
        let issues = self.issues(Desk::Repository(id.repository)).iter();
        issues.flat_map(|issue| &issue.gathered).any(|one| {
            let was_it = one.subject == subject && !self.known.contains(one.finding.as_str());
            one.workflow == id && (one.finding == finding.id || was_it)
        })
    }
}

fn gathered(one: Weighed) -> Option<Gathered> {
    let Planned { desk, finding, subject, .. } = one.planned;
    match desk {
        Desk::Workflow(workflow) => Some(Gathered { workflow, finding, subject }),
        Desk::Repository(_) | Desk::Thresholds(_) => None,
    }
}

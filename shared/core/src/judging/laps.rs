//! The laps of many days as one list.

use std::collections::BTreeSet;

use crate::time::Day;
use crate::track::{Lap, Track};

/// Days before the Monday from which on is judged, whose samples tell what is normal.
pub const LEAD_DAYS: i32 = 180;

/// Days around a change in which what it is compared with lies, and what changed with it. Half as
/// many days after that all is said of it.
pub(super) const REACH_DAYS: i32 = 60;

/// Laps by end, each with the track that knows its names.
#[derive(Debug)]
pub struct Laps<'a>(Vec<(&'a Track, &'a Lap)>);

impl<'a> Laps<'a> {
    /// All laps of these tracks.
    pub fn of(tracks: &'a [(Day, Track)]) -> Self {
        let laps =
            tracks.iter().flat_map(|(_, track)| track.laps.iter().map(move |lap| (track, lap)));
        let mut laps: Vec<(&Track, &Lap)> = laps.collect();
        laps.sort_by_key(|(_, lap)| (lap.end, lap.id));
        Self(laps)
    }

    /// One by its place.
    pub fn get(&self, place: usize) -> Option<(&'a Track, &'a Lap)> {
        self.0.get(place).copied()
    }

    /// Classes of runner in the week up to the last lap.
    pub(super) fn recent_classes(&self) -> BTreeSet<String> {
        let Some((_, last)) = self.0.last() else { return BTreeSet::new() };
        let since = last.end.plus_days(-7);
        let recent = self.0.iter().rev().take_while(|(_, lap)| lap.end > since);
        recent
            .flat_map(|(track, lap)| lap.jobs.iter().map(|job| track.name(job.class).to_owned()))
            .collect()
    }

    /// All of them, with their places.
    pub fn iter(
        &self,
    ) -> impl DoubleEndedIterator<Item = (usize, &'a Track, &'a Lap)> + ExactSizeIterator {
        self.0.iter().enumerate().map(|(place, (track, lap))| (place, *track, *lap))
    }
}

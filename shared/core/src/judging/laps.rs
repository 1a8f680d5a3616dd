//! The laps of many days as one list.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use crate::judging::watch::PACE_DAYS;
use crate::row::Segment;
use crate::time::Day;
use crate::track::{Lap, Track};

/// Days before the Monday from which on is judged, whose samples tell what is normal: whole weeks,
/// no fewer than a sample stays in a window.
const LEAD_DAYS: i32 = 182;

/// Days before that Monday whose tracks are read: also those that tell the pace of the oldest.
pub const READ_DAYS: i32 = LEAD_DAYS + PACE_DAYS;

/// Days around a change in which what it is compared with lies.
pub(super) const REACH_DAYS: i32 = 60;

/// Laps by end, each with the track that knows its names.
#[derive(Debug)]
pub struct Laps<'a> {
    laps: Vec<(&'a Track, &'a Lap)>,
    tracks: &'a [(Day, Track)],
}

impl<'a> Laps<'a> {
    /// All laps of these tracks.
    pub fn of(tracks: &'a [(Day, Track)]) -> Self {
        let laps =
            tracks.iter().flat_map(|(_, track)| track.laps.iter().map(move |lap| (track, lap)));
        let mut laps: Vec<(&Track, &Lap)> = laps.collect();
        laps.sort_by_key(|(_, lap)| (lap.end, lap.id));
        Self { laps, tracks }
    }

    /// One by its place.
    pub fn get(&self, place: usize) -> Option<(&'a Track, &'a Lap)> {
        self.laps.get(place).copied()
    }

    /// Classes of runner, and the weeks from a Monday on in which jobs ran on them.
    pub(super) fn classes(&self, monday: Day) -> BTreeMap<String, BTreeSet<Day>> {
        let mut classes: BTreeMap<&str, BTreeSet<Day>> = BTreeMap::new();
        for (track, lap) in self.laps.iter().rev().take_while(|(_, lap)| lap.end >= monday.start())
        {
            for job in &lap.jobs {
                classes.entry(track.name(job.class)).or_default().insert(lap.end.day().week());
            }
        }
        classes.into_iter().map(|(class, weeks)| (class.to_owned(), weeks)).collect()
    }

    /// Attempts of a segment within these days that are not among the laps.
    pub(super) fn left_out(&self, segment: Segment, days: RangeInclusive<Day>) -> u32 {
        let within = self.tracks.iter().filter(|(day, _)| days.contains(day));
        let counts = within.filter_map(|(_, track)| track.left_out.get(&segment));
        counts.fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// All of them, with their places.
    pub fn iter(
        &self,
    ) -> impl DoubleEndedIterator<Item = (usize, &'a Track, &'a Lap)> + ExactSizeIterator {
        self.laps.iter().enumerate().map(|(place, (track, lap))| (place, *track, *lap))
    }
}

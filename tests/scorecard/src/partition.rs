//! How well a history is cut into stretches.

/// Samples that a change may be off.
pub const MARGIN: usize = 5;

/// Changes found, missed and made up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Found within [`MARGIN`].
    pub found: usize,
    /// Not found.
    pub missed: usize,
    /// Where there is none.
    pub made_up: usize,
    /// Samples looked at.
    pub samples: usize,
}

impl Tally {
    /// Counts one history. Each change can be found once.
    pub fn add(&mut self, said: &[usize], truth: &[usize], samples: usize) {
        let mut left = truth.to_vec();
        let mut found = 0;
        for at in said {
            let near = left.iter().enumerate().filter(|(_, one)| one.abs_diff(*at) <= MARGIN);
            if let Some((place, _)) = near.min_by_key(|(_, one)| one.abs_diff(*at)) {
                left.remove(place);
                found += 1;
            }
        }
        self.found += found;
        self.missed += left.len();
        self.made_up += said.len() - found;
        self.samples += samples;
    }

    /// Harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        let found = 2.0 * self.found as f64;
        found / (found + (self.missed + self.made_up) as f64)
    }

    /// Changes made up in 1,000 samples.
    pub fn made_up_per_1000(&self) -> f64 {
        self.made_up as f64 * 1e3 / self.samples as f64
    }
}

/// F1 and cover as in the Turing Change Point Dataset (van den Burg and Williams 2020), against
/// several annotators. The first sample counts as a change for everybody.
pub fn annotated(said: &[usize], annotators: &[Vec<usize>], samples: usize) -> (f64, f64) {
    let with_start = |changes: &[usize]| {
        let mut all = vec![0];
        all.extend(changes.iter().filter(|at| **at > 0));
        all
    };
    let said = with_start(said);
    let truths: Vec<Vec<usize>> = annotators.iter().map(|one| with_start(one)).collect();
    let mut any: Vec<usize> = truths.iter().flatten().copied().collect();
    any.sort_unstable();
    any.dedup();
    let precision = matched(&any, &said) as f64 / said.len() as f64;
    let recall = |truth: &Vec<usize>| matched(truth, &said) as f64 / truth.len() as f64;
    let recall = truths.iter().map(recall).sum::<f64>() / truths.len().max(1) as f64;
    let f1 = 2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE);
    let cover = truths.iter().map(|truth| cover(truth, &said, samples)).sum::<f64>();
    (f1, cover / truths.len().max(1) as f64)
}

/// How many of `truth` have a match of their own within [`MARGIN`].
fn matched(truth: &[usize], said: &[usize]) -> usize {
    let mut left = said.to_vec();
    let mut count = 0;
    for one in truth {
        let near = left.iter().enumerate().filter(|(_, at)| at.abs_diff(*one) <= MARGIN);
        if let Some((place, _)) = near.min_by_key(|(_, at)| at.abs_diff(*one)) {
            left.remove(place);
            count += 1;
        }
    }
    count
}

/// The overlap of each true stretch with the stretch said that fits best, weighted by length.
fn cover(truth: &[usize], said: &[usize], samples: usize) -> f64 {
    let stretches = |starts: &[usize]| -> Vec<(usize, usize)> {
        let ends = starts.iter().skip(1).copied().chain([samples]);
        starts.iter().copied().zip(ends).collect()
    };
    let said = stretches(said);
    let best = |(from, to): (usize, usize)| {
        let overlap = said.iter().map(|(a, b)| {
            let both = to.min(*b).saturating_sub(from.max(*a)) as f64;
            both / ((to - from) as f64 + (b - a) as f64 - both)
        });
        (to - from) as f64 * overlap.fold(0.0, f64::max)
    };
    stretches(truth).into_iter().map(best).sum::<f64>() / samples as f64
}

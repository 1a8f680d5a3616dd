//! Verdicts on benchmarks that both sides have.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::check::{Threshold, Timing};
use crate::stats::{self, Interval, contrast, holm, least_p, mann_whitney, round};

/// Chance of one false alarm or more among all tests of a check.
pub(super) const ALPHA: f64 = 0.05;
/// Fewer samples than this on either side are not judged by ranks.
const LEAST_SAMPLES: usize = 5;

/// What a comparison says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Slower by the threshold or more, and not by chance.
    Regression,
    /// Changed by the threshold or more, and chance may be why; or from or to zero.
    Unclear,
    /// Faster by the threshold or more, and not by chance.
    Improvement,
    /// Changed by less than the threshold.
    Unchanged,
}

/// What a verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The samples: a test of their ranks.
    Samples,
    /// Mean, standard deviation and count: Welch's test.
    Spread,
    /// The figures alone: nothing says how far chance goes.
    Threshold,
}

/// Which figure is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// The median.
    Median,
    /// The mean.
    Mean,
}

/// One benchmark on both sides.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct Comparison {
    /// Its name, verbatim.
    pub name: String,
    /// What is said of it.
    pub verdict: Verdict,
    /// What that rests on.
    pub basis: Basis,
    /// What `before_s` and `after_s` are.
    pub figure: Figure,
    /// Of the baseline, in seconds.
    pub before_s: f64,
    /// Of the current side, in seconds.
    pub after_s: f64,
    /// Change in per cent of before, lower is better. On samples, that of the typical pair, which
    /// need not be that of the two medians. Null where one of the two is zero.
    pub change_pct: Option<f64>,
    /// 95 % interval of this change alone; null where nothing says how far chance goes.
    pub interval_pct: Option<Interval>,
    /// Two-sided p-value of this benchmark alone, 0 to 1; null on the basis `threshold`.
    #[serde(serialize_with = "short")]
    pub p: Option<f64>,
    /// The same, adjusted for all that are tested (Holm); it is what `significance` is for.
    #[serde(serialize_with = "short")]
    pub p_adjusted: Option<f64>,
}

/// Name, before, after.
pub(super) type Pair<'a> = (&'a str, &'a Timing, &'a Timing);

/// Judges all pairs together, the most severe first.
pub(super) fn judge(pairs: &[Pair], threshold: Threshold) -> Vec<Comparison> {
    let family = pairs.iter().filter(|(_, before, after)| can_be_tested(before, after)).count();
    let mut all: Vec<Comparison> = pairs.iter().map(|pair| compare(*pair, family)).collect();
    let tests: Vec<f64> = all.iter().filter_map(|one| one.p).collect();
    let mut adjusted = holm(&tests).into_iter();
    for one in &mut all {
        one.p_adjusted = one.p.and_then(|_| adjusted.next());
        one.verdict = verdict(one, threshold.pct());
    }
    all.sort_by(by_severity);
    all
}

fn by_severity(a: &Comparison, b: &Comparison) -> std::cmp::Ordering {
    // Those without a change in per cent are the least known.
    let size = |one: &Comparison| one.change_pct.map_or(f64::INFINITY, f64::abs);
    a.verdict
        .cmp(&b.verdict)
        .then_with(|| size(b).total_cmp(&size(a)))
        .then_with(|| a.name.cmp(&b.name))
}

/// Significance and magnitude are two questions; a change that matters needs both.
fn verdict(one: &Comparison, threshold: f64) -> Verdict {
    let Some(change) = one.change_pct else { return Verdict::Unclear };
    let by_chance = one.p_adjusted.is_some_and(|p| p > ALPHA);
    match change {
        // As it is shown, and no change is never a large one.
        same if same.abs() < threshold || same.abs() <= 0.0 => Verdict::Unchanged,
        _ if by_chance => Verdict::Unclear,
        slower if slower > 0.0 => Verdict::Regression,
        _ => Verdict::Improvement,
    }
}

fn compare(pair: Pair, family: usize) -> Comparison {
    let (_, before, after) = pair;
    if enough_samples(before, after) && ranks_can_tell(before, after, family) {
        return by_samples(pair);
    }
    by_spread(pair).unwrap_or_else(|| by_threshold(pair))
}

fn can_be_tested(before: &Timing, after: &Timing) -> bool {
    enough_samples(before, after) || (before.spread.is_some() && after.spread.is_some())
}

fn enough_samples(before: &Timing, after: &Timing) -> bool {
    before.samples.len().min(after.samples.len()) >= LEAST_SAMPLES
}

/// Five values against five have no smaller p-value than 0.008: among seven benchmarks or more,
/// even the clearest change would not be significant. Then the spread has to do.
fn ranks_can_tell(before: &Timing, after: &Timing, family: usize) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "numbers of benchmarks are far below 2^53")]
    let tests = family as f64;
    least_p(before.samples.len(), after.samples.len()) * tests <= ALPHA
}

fn by_samples(pair: Pair) -> Comparison {
    let (_, before, after) = pair;
    let mut comparison = figures(pair, Basis::Samples, Figure::Median);
    // Where a median is zero, there is no typical ratio, whatever the other samples say.
    if comparison.before_s > 0.0
        && comparison.after_s > 0.0
        && let Some((change, interval)) = stats::ratio(&before.samples, &after.samples)
    {
        comparison.change_pct = Some(change);
        comparison.interval_pct = interval.filter(|ends| ends.iter().all(|end| end.is_finite()));
    }
    comparison.p = mann_whitney(&before.samples, &after.samples).map(|test| test.p);
    comparison
}

fn by_spread(pair: Pair) -> Option<Comparison> {
    let (_, before, after) = pair;
    let found = contrast(before.spread.as_ref()?, after.spread.as_ref()?)?;
    let interval = Some(found.interval_pct).filter(|ends| ends.iter().all(|end| end.is_finite()));
    Some(Comparison {
        change_pct: Some(found.change_pct),
        interval_pct: interval,
        p: Some(found.p),
        ..figures(pair, Basis::Spread, Figure::Mean)
    })
}

fn by_threshold(pair: Pair) -> Comparison {
    let (_, before, after) = pair;
    let medians = before.median.is_some() && after.median.is_some();
    figures(pair, Basis::Threshold, if medians { Figure::Median } else { Figure::Mean })
}

/// The figures with their own change, untested.
fn figures((name, before, after): Pair, basis: Basis, figure: Figure) -> Comparison {
    let of = |timing: &Timing| match figure {
        Figure::Median => timing.median.unwrap_or(timing.mean),
        Figure::Mean => timing.mean,
    };
    let (before_s, after_s) = (of(before), of(after));
    Comparison {
        name: name.to_owned(),
        verdict: Verdict::Unclear,
        basis,
        figure,
        before_s,
        after_s,
        change_pct: change(before_s, after_s),
        interval_pct: None,
        p: None,
        p_adjusted: None,
    }
}

/// None where only one of the two is zero: nothing is a per cent of it.
fn change(before: f64, after: f64) -> Option<f64> {
    match (before > 0.0, after > 0.0) {
        (true, true) => Some(round((after / before - 1.0) * 100.0, 2) + 0.0),
        (false, false) => Some(0.0),
        _ => None,
    }
}

/// Six digits are more than a p-value has to say, and the same on every machine.
#[expect(clippy::ref_option, reason = "serde hands over references")]
fn short<S: Serializer>(p: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
    p.map(|p| format!("{p:.5e}").parse().unwrap_or(p)).serialize(to)
}

//! The best partition of a series into stretches of one level, sample by sample.
//!
//! Exact search by functional pruning with a bounded loss (P. Fearnhead and G. Rigaill, 2019,
//! Journal of the American Statistical Association 114, 169–183): the least cost of all samples so
//! far, as a function of the present level, is kept as pieces of parabolas. A sample adds its loss
//! to it; where starting anew would be cheaper, a piece gives way to a constant.

use crate::stats::detect::loss::{BOUND, Loss};

/// What a change costs, in squares of the noise.
pub(super) const CHANGE: f64 = 14.0;

/// `a·θ² + b·θ + c` for θ from the end of the piece before it up to `hi`, with the last change at
/// sample `since`. Only the first and the last piece are endless, and these are flat: `a` is 0.
#[derive(Debug, Clone, Copy)]
struct Piece {
    hi: f64,
    a: f64,
    b: f64,
    c: f64,
    since: u32,
}

/// What a sample adds to the cost of a level, as a parabola, for levels up to `hi`.
#[derive(Debug, Clone, Copy)]
struct Added {
    hi: f64,
    a: f64,
    b: f64,
    c: f64,
}

/// The least cost, at which level it is had, and where the last stretch then begins.
#[derive(Debug, Clone, Copy)]
struct Best {
    cost: f64,
    level: f64,
    since: u32,
}

/// A partition of the samples pushed so far.
#[derive(Debug, Clone)]
pub(super) struct Partition {
    loss: Loss,
    /// Levels are counted from the first sample: squares of great numbers lose digits.
    origin: f64,
    pieces: Vec<Piece>,
    next: Vec<Piece>,
    added: Vec<Added>,
    /// Of the best partition that ends with each sample: where its last stretch begins.
    begins: Vec<u32>,
    best: Best,
}

impl Partition {
    pub(super) fn new(loss: Loss) -> Self {
        Self {
            loss,
            origin: 0.0,
            pieces: vec![Piece { hi: f64::INFINITY, a: 0.0, b: 0.0, c: 0.0, since: 0 }],
            next: Vec::new(),
            added: Vec::new(),
            begins: Vec::new(),
            best: Best { cost: 0.0, level: 0.0, since: 0 },
        }
    }

    pub(super) const fn loss(&self) -> &Loss {
        &self.loss
    }

    pub(super) const fn len(&self) -> usize {
        self.begins.len()
    }

    /// Adds a sample, in units of the noise. Costs as much as there are pieces: about ten.
    pub(super) fn push(&mut self, x: f64) {
        let now = u32::try_from(self.begins.len()).unwrap_or(u32::MAX);
        if now == 0 {
            self.origin = x;
        }
        let x = x - self.origin;
        let anew = if now == 0 { f64::INFINITY } else { self.best.cost + CHANGE };
        self.add(x);
        // The best level so far is still to be had, at what the sample costs there.
        let cost = self.best.cost + self.loss.at(x - self.best.level);
        let best = Best { cost, ..self.best };
        self.next.clear();
        let mut sum = Sum::of(&self.added, best, &mut self.next);
        let mut is_low = false;
        for piece in &self.pieces {
            is_low = sum.take_below(piece, is_low, anew, now);
        }
        self.best = sum.best;
        self.begins.push(self.best.since);
        std::mem::swap(&mut self.pieces, &mut self.next);
    }

    /// A distance from x up to `to` is a level from x − `to` on.
    fn add(&mut self, x: f64) {
        self.added.clear();
        self.added.extend(self.loss.zones().iter().rev().map(|zone| {
            let hi = x - zone.from;
            zone.well.map_or(Added { hi, a: 0.0, b: 0.0, c: BOUND }, |well| {
                let y = x - well.at;
                Added { hi, a: 1.0, b: -2.0 * y, c: y * y + well.cost }
            })
        }));
    }

    /// Where the last stretch of the best partition of the first `count` samples begins.
    pub(super) fn begin_of(&self, count: usize) -> usize {
        let begin = count.checked_sub(1).and_then(|last| self.begins.get(last));
        begin.map_or(0, |begin| *begin as usize)
    }

    /// The first samples of all stretches but the first, rising.
    pub(super) fn changes(&self) -> Vec<usize> {
        let mut changes = Vec::new();
        let mut count = self.len();
        while count > 0 {
            count = self.begin_of(count);
            if count > 0 {
                changes.push(count);
            }
        }
        changes.reverse();
        changes
    }
}

impl Piece {
    fn at(&self, level: f64) -> f64 {
        (self.a * level + self.b) * level + self.c
    }
}

/// The same, without its end.
#[derive(Debug, Clone, Copy)]
struct Parabola {
    a: f64,
    b: f64,
    c: f64,
    since: u32,
}

/// The costs with one more sample, from the lowest level to the highest.
struct Sum<'a> {
    /// What is added from here on: the first of these up to its end, then the next.
    added: &'a [Added],
    zone: Added,
    best: Best,
    /// Where the last piece ended.
    level: f64,
    pieces: &'a mut Vec<Piece>,
    /// Of the last piece.
    a: f64,
    b: f64,
    since: u32,
}

impl<'a> Sum<'a> {
    fn of(added: &'a [Added], best: Best, pieces: &'a mut Vec<Piece>) -> Self {
        let nothing = Added { hi: f64::INFINITY, a: 0.0, b: 0.0, c: 0.0 };
        let (zone, added) =
            added.split_first().map_or((nothing, added), |(zone, rest)| (*zone, rest));
        Self { added, zone, best, level: f64::NEG_INFINITY, pieces, a: -1.0, b: 0.0, since: 0 }
    }

    /// Takes of a piece what costs no more than starting anew; the rest starts anew. The costs have
    /// no jumps: where one piece ends low, the next begins low.
    #[inline]
    fn take_below(&mut self, piece: &Piece, was_low: bool, anew: f64, now: u32) -> bool {
        let Piece { hi, a, b, c, since } = *piece;
        let fresh = Parabola { a: 0.0, b: 0.0, c: anew, since: now };
        let is_low = if a > 0.0 { piece.at(hi) <= anew } else { c <= anew };
        let (mut from, mut to) = (self.level, hi);
        if a <= 0.0 {
            to = if is_low { hi } else { self.level };
        } else if !(was_low && is_low) {
            let square = b * b - 4.0 * a * (c - anew);
            let (root, half) = (square.max(0.0).sqrt(), 0.5 / a);
            from = if was_low { from } else { hi.min((-b - root) * half) };
            to = if is_low { hi } else { hi.min((-b + root) * half) };
        }
        if from > self.level {
            self.take(fresh, from);
        }
        if to > self.level {
            self.take(Parabola { a, b, c, since }, to);
        }
        if hi > self.level {
            self.take(fresh, hi);
        }
        is_low
    }

    /// Adds the sample to a parabola from where the last piece ended up to a level.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "a call would pass pieces through memory: a fifth slower"
    )]
    fn take(&mut self, piece: Parabola, hi: f64) {
        while self.zone.hi < hi {
            let end = self.zone.hi;
            if end > self.level {
                self.push(piece, end);
            }
            let Some((zone, rest)) = self.added.split_first() else { break };
            (self.zone, self.added) = (*zone, rest);
        }
        self.push(piece, hi);
    }

    /// Joins a piece to the one before where both are the same parabola.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "a call would pass pieces through memory: a fifth slower"
    )]
    #[expect(clippy::float_cmp, reason = "pieces of one parabola have the very same coefficients")]
    fn push(&mut self, piece: Parabola, hi: f64) {
        let lo = std::mem::replace(&mut self.level, hi);
        let Added { a, b, c, .. } = self.zone;
        let (a, b, c, since) = (piece.a + a, piece.b + b, piece.c + c, piece.since);
        // The bottom of the parabola, wherever it lies, against the best: without a division.
        if b * b > 4.0 * a * (c - self.best.cost) {
            self.look(Piece { hi, a, b, c, since }, lo);
        }
        if since == self.since && a == self.a && b == self.b {
            if let Some(last) = self.pieces.last_mut() {
                last.hi = hi;
            }
        } else {
            (self.a, self.b, self.since) = (a, b, since);
            self.pieces.push(Piece { hi, a, b, c, since });
        }
    }

    /// Whether the least cost of a piece is the least of all.
    fn look(&mut self, piece: Piece, lo: f64) {
        let level = (-piece.b / (2.0 * piece.a)).max(lo).min(piece.hi);
        let cost = piece.at(level);
        if cost < self.best.cost {
            self.best = Best { cost, level, since: piece.since };
        }
    }
}

#[cfg(test)]
mod tests;

//! The best partition of a series into stretches of one level, sample by sample.
//!
//! Exact search by functional pruning with a bounded loss (P. Fearnhead and G. Rigaill, 2019,
//! Journal of the American Statistical Association 114, 169–183): the least cost of all samples so
//! far, as a function of the present level, is kept as pieces of parabolas. A sample adds its loss
//! to it; where starting anew would be cheaper, a piece gives way to a constant.

use crate::stats::detect::loss::{BOUND, Loss};

/// What a change costs, in squares of the noise.
pub(super) const CHANGE: f64 = 14.0;

/// `a·θ² + b·θ + c` for θ in `[lo, hi]`, with the last change at sample `since`.
#[derive(Debug, Clone, Copy)]
struct Piece {
    lo: f64,
    hi: f64,
    a: f64,
    b: f64,
    c: f64,
    since: u32,
}

/// A partition of the samples pushed so far.
#[derive(Debug, Clone)]
pub(super) struct Partition {
    loss: Loss,
    pieces: Vec<Piece>,
    scratch: Vec<Piece>,
    /// Of the best partition that ends with each sample: where its last stretch begins.
    begins: Vec<u32>,
    least: f64,
}

impl Partition {
    pub(super) fn new(loss: Loss) -> Self {
        let all =
            Piece { lo: f64::NEG_INFINITY, hi: f64::INFINITY, a: 0.0, b: 0.0, c: 0.0, since: 0 };
        Self { loss, pieces: vec![all], scratch: Vec::new(), begins: Vec::new(), least: 0.0 }
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
        let anew = if now == 0 { f64::INFINITY } else { self.least + CHANGE };
        self.scratch.clear();
        for piece in &self.pieces {
            keep_below(piece, anew, now, &mut self.scratch);
        }
        self.pieces.clear();
        let mut best = (f64::INFINITY, 0);
        for piece in &self.scratch {
            // A distance from x up to `to` is a level from x − `to` on.
            for zone in self.loss.zones().iter().rev() {
                let (lo, hi) = (piece.lo.max(x - zone.to), piece.hi.min(x - zone.from));
                if lo >= hi {
                    continue;
                }
                let piece = match zone.well {
                    None => Piece { lo, hi, c: piece.c + BOUND, ..*piece },
                    Some(well) => {
                        let y = x - well.at;
                        let (a, b) = (piece.a + 1.0, piece.b - 2.0 * y);
                        Piece { lo, hi, a, b, c: piece.c + y * y + well.cost, ..*piece }
                    }
                };
                let least = piece.least();
                if least < best.0 {
                    best = (least, piece.since);
                }
                append(&mut self.pieces, piece);
            }
        }
        self.least = best.0;
        self.begins.push(best.1);
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

    fn least(&self) -> f64 {
        if self.a <= 0.0 {
            return self.c;
        }
        let bottom = -self.b / (2.0 * self.a);
        if bottom <= self.lo {
            self.at(self.lo)
        } else if bottom >= self.hi {
            self.at(self.hi)
        } else {
            self.c + 0.5 * self.b * bottom
        }
    }
}

/// Of a piece, what costs no more than starting anew; the rest starts anew.
#[inline]
fn keep_below(piece: &Piece, anew: f64, now: u32, out: &mut Vec<Piece>) {
    let fresh = |lo: f64, hi: f64| Piece { lo, hi, a: 0.0, b: 0.0, c: anew, since: now };
    if piece.a <= 0.0 {
        append(out, if piece.c > anew { fresh(piece.lo, piece.hi) } else { *piece });
        return;
    }
    if piece.at(piece.lo) <= anew && piece.at(piece.hi) <= anew {
        append(out, *piece);
        return;
    }
    let root = (piece.b * piece.b - 4.0 * piece.a * (piece.c - anew)).max(0.0).sqrt();
    let half = 0.5 / piece.a;
    let lo = ((-piece.b - root) * half).max(piece.lo);
    let hi = ((-piece.b + root) * half).min(piece.hi);
    if lo >= hi {
        append(out, fresh(piece.lo, piece.hi));
        return;
    }
    if piece.lo < lo {
        append(out, fresh(piece.lo, lo));
    }
    append(out, Piece { lo, hi, ..*piece });
    if hi < piece.hi {
        append(out, fresh(hi, piece.hi));
    }
}

/// Joins a piece to the one before where both are the same parabola.
#[inline]
#[expect(clippy::float_cmp, reason = "pieces of one parabola have the very same coefficients")]
fn append(out: &mut Vec<Piece>, piece: Piece) {
    if let Some(last) = out.last_mut()
        && last.since == piece.since
        && last.a == piece.a
        && last.b == piece.b
        && last.c == piece.c
    {
        last.hi = piece.hi;
    } else {
        out.push(piece);
    }
}

//! The step sizes of the runs in a block.

use ratelaw_network::{Lane, wide};

use crate::control::{LARGEST_FACTOR, SAFETY, SMALLEST_FACTOR, UNKNOWN_FACTOR, despair};
use crate::error::Cause;

/// Step sizes with the predictive controller of Gustafsson (ACM TOMS 20 (1994) 496), as in RODAS (Hairer and Wanner II,
/// section IV.8, eq. 8.20): the new step follows from the last two errors and steps. Each lane has its own.
#[derive(Debug)]
pub(crate) struct Pace<const W: usize> {
    /// The power of `h` that the local error goes with.
    order: f64,
    /// The size of the next step, or of the next try.
    h: Lane<W>,
    /// Size of the last accepted step, infinite before the first, and the logarithm of its error.
    last: Lane<W>,
    last_error: Lane<W>,
    rejected: [bool; W],
}

impl<const W: usize> Pace<W> {
    pub(crate) fn new(order: f64) -> Self {
        let (last, zero) = (Lane::splat(f64::INFINITY), Lane::ZERO);
        Self { order, h: zero, last, last_error: zero, rejected: [false; W] }
    }

    /// A stretch begins in a lane with a step of size `h`.
    pub(crate) fn begin(&mut self, lane: usize, h: f64) {
        self.h.0[lane] = h;
        self.last.0[lane] = f64::INFINITY;
        self.rejected[lane] = false;
    }

    /// The sizes of the next tries from `t`, which do not pass `end` nor exceed `growth`: a species that multiplies
    /// grows unseen below its absolute tolerance, so steps stay within its own time. A size that does not move `t` is too small.
    pub(crate) fn next(&mut self, t: &Lane<W>, end: &Lane<W>, growth: Lane<W>) -> Lane<W> {
        wide::<W, _>(
            #[inline(always)]
            || {
                for lane in 0..W {
                    let (h, growth, left) = (self.h.0[lane], growth.0[lane], end.0[lane] - t.0[lane]);
                    let h = if growth < h { growth } else { h };
                    self.h.0[lane] = if h >= left * (1.0 - 1e-12) { left } else { h };
                }
                self.h
            },
        )
    }

    /// Judges the steps just tried by their errors in units of the tolerance: those of at most 1 are accepted.
    pub(crate) fn judge(&mut self, error: Lane<W>) -> [bool; W] {
        wide::<W, _>(
            #[inline(always)]
            || {
                let per_order = self.order.recip();
                let logarithm = error.map(|e| if e < 1e-10 { 1e-10 } else { e }).ln();
                let own = (logarithm * -per_order).exp() * SAFETY;
                let trend = ((self.last_error - logarithm * 2.0) * per_order).exp();
                let predicted = self.h / self.last * trend * SAFETY;
                let mut accepted = [false; W];
                for lane in 0..W {
                    let h = self.h.0[lane];
                    let unknown = self.last.0[lane] == f64::INFINITY;
                    let (own, predicted) = (own.0[lane], if unknown { f64::INFINITY } else { predicted.0[lane] });
                    let most = if self.rejected[lane] { 1.0 } else { LARGEST_FACTOR };
                    let larger = own.min(predicted).clamp(SMALLEST_FACTOR, LARGEST_FACTOR).min(most);
                    let finite = error.0[lane].is_finite();
                    let smaller = if finite { own } else { UNKNOWN_FACTOR }.clamp(SMALLEST_FACTOR, 1.0);
                    let sound = error.0[lane] <= 1.0;
                    accepted[lane] = sound;
                    self.rejected[lane] = !sound;
                    self.last.0[lane] = if sound { h } else { self.last.0[lane] };
                    let known = logarithm.0[lane].max(LEAST_ERROR);
                    self.last_error.0[lane] = if sound { known } else { self.last_error.0[lane] };
                    self.h.0[lane] = h * if sound { larger } else { smaller };
                }
                accepted
            },
        )
    }

    /// Why no smaller step can be tried in a lane from `t` after one of this error.
    pub(crate) fn despair(&self, lane: usize, t: f64, error: f64) -> Option<Cause> {
        despair(t, self.h.0[lane], error)
    }
}

/// The logarithm of 0.01: a smaller error of the last step counts as this in the prediction.
const LEAST_ERROR: f64 = -4.605170185988091;

//! The step sizes of the runs in a block.

use ratelaw_network::{Lane, wide};

use crate::control::{LARGEST_FACTOR, SAFETY, SMALLEST_FACTOR, UNKNOWN_FACTOR};
use crate::error::Cause;
use crate::integrate::Stop;
use crate::stats::Stats;

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
    /// Sizes that come next if the step just tried is accepted, or rejected; and the logarithm of its error.
    accepted: Lane<W>,
    smaller: Lane<W>,
    error: Lane<W>,
}

impl<const W: usize> Pace<W> {
    pub(crate) fn new(order: f64) -> Self {
        let (last, zero) = (Lane::splat(f64::INFINITY), Lane::ZERO);
        let rejected = [false; W];
        Self { order, h: zero, last, last_error: zero, rejected, accepted: zero, smaller: zero, error: zero }
    }

    /// A stretch begins in a lane with a step of size `h`.
    pub(crate) fn begin(&mut self, lane: usize, h: f64) {
        self.h.0[lane] = h;
        self.last.0[lane] = f64::INFINITY;
        self.rejected[lane] = false;
    }

    /// The size of the next try of a lane from `t`, which does not pass `end` nor exceed `growth`: a species that multiplies
    /// grows unseen below its absolute tolerance, so steps stay within its own time.
    pub(crate) fn next(
        &mut self,
        lane: usize,
        (t, end): (f64, f64),
        growth: f64,
        most: usize,
        stats: &Stats,
    ) -> Result<f64, Stop> {
        let h = self.h.0[lane].min(growth);
        let stop = |cause| Err(Stop { cause, t, h, species: None });
        if stats.accepted + stats.rejected >= most {
            return stop(Cause::TooManySteps);
        }
        if t + h <= t {
            return stop(Cause::StepTooSmall);
        }
        let last = h >= (end - t) * (1.0 - 1e-12);
        self.h.0[lane] = if last { end - t } else { h };
        Ok(self.h.0[lane])
    }

    /// Takes the errors of the steps just tried, in units of the tolerance.
    pub(crate) fn weigh(&mut self, error: Lane<W>) {
        wide::<W, _>(
            #[inline(always)]
            || {
                let per_order = self.order.recip();
                self.error = error.map(|e| if e < 1e-10 { 1e-10 } else { e }).ln();
                let own = (self.error * -per_order).exp() * SAFETY;
                let trend = ((self.last_error - self.error * 2.0) * per_order).exp();
                let predicted = self.h / self.last * trend * SAFETY;
                for lane in 0..W {
                    let unknown = self.last.0[lane] == f64::INFINITY;
                    let (own, predicted) = (own.0[lane], if unknown { f64::INFINITY } else { predicted.0[lane] });
                    let most = if self.rejected[lane] { 1.0 } else { LARGEST_FACTOR };
                    let factor = own.min(predicted).clamp(SMALLEST_FACTOR, LARGEST_FACTOR).min(most);
                    self.accepted.0[lane] = self.h.0[lane] * factor;
                    let finite = error.0[lane].is_finite();
                    let factor = if finite { own } else { UNKNOWN_FACTOR }.clamp(SMALLEST_FACTOR, 1.0);
                    self.smaller.0[lane] = self.h.0[lane] * factor;
                }
            },
        );
    }

    /// Judges the step just tried in a lane from `t`; says whether it is accepted.
    pub(crate) fn judge(&mut self, lane: usize, t: f64, error: f64, stats: &mut Stats) -> Result<bool, Stop> {
        let h = self.h.0[lane];
        if error <= 1.0 {
            stats.accepted += 1;
            self.last.0[lane] = h;
            self.last_error.0[lane] = self.error.0[lane].max(LEAST_ERROR);
            self.rejected[lane] = false;
            self.h.0[lane] = self.accepted.0[lane];
            return Ok(true);
        }
        stats.rejected += 1;
        self.rejected[lane] = true;
        let smaller = self.smaller.0[lane];
        self.h.0[lane] = smaller;
        if t + smaller <= t || smaller < f64::MIN_POSITIVE {
            let cause = if error.is_finite() { Cause::StepTooSmall } else { Cause::NotFinite };
            return Err(Stop { cause, t, h, species: None });
        }
        Ok(false)
    }
}

/// The logarithm of 0.01: a smaller error of the last step counts as this in the prediction.
const LEAST_ERROR: f64 = -4.605170185988091;

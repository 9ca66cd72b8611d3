//! The step size of one run.

use crate::control::Controller;
use crate::error::Cause;
use crate::integrate::Stop;
use crate::stats::Stats;

/// How a run goes on: its step size and what controls it.
#[derive(Debug)]
pub(crate) struct Pace {
    control: Controller,
    /// The size of the next step, or of the next try.
    h: f64,
}

impl Pace {
    /// A stretch begins with a step of size `h`.
    pub(crate) fn new(error_order: f64, h: f64) -> Self {
        Self { control: Controller::new(error_order), h }
    }

    /// The size of the next try from `t`, which does not pass `end` nor exceed `growth`: a species that multiplies grows
    /// unseen below its absolute tolerance, so steps stay within its own time.
    pub(crate) fn next(&mut self, (t, end): (f64, f64), growth: f64, most: usize, stats: &Stats) -> Result<f64, Stop> {
        let h = self.h.min(growth);
        let stop = |cause| Err(Stop { cause, t, h, species: None });
        if stats.accepted + stats.rejected >= most {
            return stop(Cause::TooManySteps);
        }
        if t + h <= t {
            return stop(Cause::StepTooSmall);
        }
        let last = h >= (end - t) * (1.0 - 1e-12);
        self.h = if last { end - t } else { h };
        Ok(self.h)
    }

    /// Takes the error of the step just tried from `t`, in units of the tolerance; says whether the step is accepted.
    pub(crate) fn judge(&mut self, t: f64, error: f64, stats: &mut Stats) -> Result<bool, Stop> {
        let h = self.h;
        if error <= 1.0 {
            stats.accepted += 1;
            self.h = self.control.accept(h, error);
            return Ok(true);
        }
        stats.rejected += 1;
        self.h = self.control.reject(h, error);
        if t + self.h <= t || self.h < f64::MIN_POSITIVE {
            let cause = if error.is_finite() { Cause::StepTooSmall } else { Cause::NotFinite };
            return Err(Stop { cause, t, h, species: None });
        }
        Ok(false)
    }
}

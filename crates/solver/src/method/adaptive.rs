//! The Rosenbrock method with its step size control, for one run without stages or output.

use ratelaw_network::{Lane, Network};

use super::{RODAS5P, Rosenbrock, Shared};
use crate::control::Tolerance;
use crate::error::Cause;
use crate::integrate::Stop;
use crate::lanes::Pace;
use crate::stats::Stats;
use crate::system::System;

/// A run that is only ever asked for its next state.
#[derive(Debug)]
pub(crate) struct Adaptive {
    step: Rosenbrock<1>,
    pace: Pace<1>,
}

impl Adaptive {
    /// Starts with a step of size `h`.
    pub(crate) fn new(network: &Network, system: &System<'_, 1>, h: f64) -> Self {
        let step = Rosenbrock::new(&RODAS5P, system, &Shared::new(network, system.compiled));
        let mut pace = Pace::new(RODAS5P.error_order);
        pace.begin(0, h);
        Self { step, pace }
    }

    /// Replaces the state at `t` by one a step later, not after `end`; gives the size of the step.
    pub(crate) fn advance(
        &mut self,
        system: &System<'_, 1>,
        tolerance: &Tolerance,
        span: (f64, f64),
        (y, q): (&mut [Lane<1>], &mut [Lane<1>]),
        most: usize,
        stats: &mut Stats,
    ) -> Result<f64, Stop> {
        self.step.linearise(system, y);
        stats.jacobians += 1;
        loop {
            let (t, end) = span;
            let Lane([h]) = self.pace.next(&Lane([t]), &Lane([end]), self.step.growth_times());
            let stop = |cause, species| Err(Stop { cause, t, h, species });
            if stats.accepted + stats.rejected >= most {
                return stop(Cause::TooManySteps, None);
            }
            if t + h <= t {
                return stop(Cause::StepTooSmall, None);
            }
            self.step.attempt(system, y, q, Lane([h]));
            stats.evaluations += self.step.method().stages;
            stats.solves += self.step.method().stages + self.step.extra[0].solves;
            stats.factorisations += 1;
            let (error, worst) = tolerance.norm(self.step.error(), y, &self.step.y);
            if self.pace.judge(Lane([error])) == [true] {
                stats.accepted += 1;
                y.copy_from_slice(&self.step.y);
                q.copy_from_slice(&self.step.q);
                return Ok(h);
            }
            stats.rejected += 1;
            if let Some(cause) = self.pace.despair(0, t, error) {
                return stop(cause, Some(worst));
            }
        }
    }
}

//! The Radau method with its step size control.

use std::sync::Arc;

use ratelaw_network::Lane;

use super::integrator::{Filled, Start, first_step};
use super::radau::{MOST_ITERATIONS, Newton, Radau};
use super::radau_tableau::ERROR_ORDER;
use crate::control::{Controller, Tolerance, despair};
use crate::error::Cause;
use crate::integrate::Stop;
use crate::linalg::SymbolicLu;
use crate::stats::Stats;
use crate::system::System;

/// See [`Radau`]; what one step leaves to the next.
#[derive(Debug)]
pub(crate) struct AdaptiveRadau {
    pub(super) step: Radau,
    control: Controller,
    h: f64,
    /// Size of the step just taken, whose polynomial starts the next.
    last: Option<f64>,
    /// Steps since the Jacobian was evaluated, if it and its factors, for steps of size `h`, are kept.
    kept: Option<u32>,
    /// The variable with the largest error in the last try.
    worst: Option<usize>,
}

/// The Jacobian is kept where Newton's changes go down by this factor at least (Hairer and Wanner II, section IV.8).
const FAST: f64 = 1e-3;
/// A step that could be longer by no more than this stays as it is, with its factors (the same section).
const WORTH: f64 = 1.2;
/// The growth of a trace shows in a Jacobian of now only, so no more steps than these go without a new one.
const MOST_KEPT: u32 = 20;

impl AdaptiveRadau {
    pub(super) fn new(system: &System<'_, 1>, plan: Arc<SymbolicLu>) -> Self {
        let (step, control) = (Radau::new(system, plan), Controller::new(ERROR_ORDER));
        Self { step, control, h: 0.0, last: None, kept: None, worst: None }
    }

    pub(super) fn begin(&mut self, system: &System<'_, 1>, tolerance: &Tolerance, start: Start<'_>, stats: &mut Stats) {
        self.control = Controller::new(ERROR_ORDER);
        self.h = first_step(system, tolerance, start, stats);
        (self.last, self.kept) = (None, None);
        self.step.begin();
    }

    /// Repeats a step with a smaller size until Newton's iteration converges and the error is within the tolerance.
    pub(super) fn step(
        &mut self,
        system: &System<'_, 1>,
        tolerance: &Tolerance,
        start: Start<'_>,
        most: usize,
        stats: &mut Stats,
    ) -> Result<f64, Stop> {
        let Start { t, end, y, q } = start;
        let first = self.last.is_none();
        // The Jacobian is that of the start of this step; the factors are for steps of this size.
        let mut current = self.kept.is_none();
        let mut factors = self.kept.map(|_| self.h);
        self.step.start(system, y, stats);
        if current {
            self.step.linearise(system, y, stats);
        }
        // A species that multiplies grows unseen below its absolute tolerance: steps stay within its own time.
        let mut h = self.h.min(self.step.growth_time());
        let (mut rejected, mut diverged) = (false, false);
        loop {
            let stop = |h, cause, species| Err(Stop { cause, t, h, species });
            if stats.accepted + stats.rejected >= most {
                return stop(h, Cause::TooManySteps, self.worst);
            }
            if t + h <= t {
                return stop(h, Cause::StepTooSmall, self.worst);
            }
            let last = h >= (end - t) * (1.0 - 1e-12);
            h = if last { end - t } else { h };
            if factors != Some(h) {
                // An exact Jacobian costs as much as an evaluation or two, so no old one is worth new factors.
                if !current {
                    self.step.linearise(system, y, stats);
                    current = true;
                }
                self.step.factorise(system, h, stats);
                factors = Some(h);
            }
            match self.last {
                Some(last) if !diverged => self.step.extrapolate(h / last),
                _ => self.step.rest(),
            }
            let (iterations, rate) = match self.step.newton(system, tolerance, y, h, stats) {
                Newton::Converged(iterations, rate) => (iterations, rate),
                Newton::Failed(part, worst, finite) => {
                    diverged = true;
                    if current {
                        stats.rejected += 1;
                        rejected = true;
                        self.control.reject(h, f64::NAN);
                        if t + part * h <= t {
                            let cause = if finite { Cause::StepTooSmall } else { Cause::NotFinite };
                            return stop(h, cause, Some(worst));
                        }
                        h *= part;
                    } else {
                        factors = None;
                    }
                    continue;
                }
            };
            let (error, worst) = self.step.error(system, tolerance, y, (h, first || rejected), stats);
            self.worst = Some(worst);
            if error <= 1.0 {
                stats.accepted += 1;
                self.step.complete(system, q, h);
                self.plan(h, error, (iterations, rate), current);
                return Ok(h);
            }
            stats.rejected += 1;
            rejected = true;
            let smaller = self.control.reject(h, error);
            if let Some(cause) = despair(t, smaller, error) {
                return stop(h, cause, Some(worst));
            }
            h = smaller;
        }
    }

    /// Sets the size of the next step, and whether Jacobian and factors are kept for it.
    fn plan(&mut self, h: f64, error: f64, (iterations, rate): (u32, f64), current: bool) {
        // More iterations, shorter steps (section IV.8, eq. 8.21).
        let most = f64::from(2 * MOST_ITERATIONS);
        let effort = (1.0 + most) / (f64::from(iterations) + most);
        let next = self.control.accept(h, error) * effort;
        let age = if current { 0 } else { self.kept.unwrap_or(0) } + 1;
        let keep = rate <= FAST && (h..=WORTH * h).contains(&next) && age < MOST_KEPT;
        self.kept = keep.then_some(age);
        self.h = if keep { h } else { next };
        self.last = Some(h);
    }

    /// State and quadratures at the end of the step just taken.
    pub(super) fn end(&mut self) -> (&mut Vec<Lane<1>>, &mut Vec<Lane<1>>) {
        (&mut self.step.y, &mut self.step.q)
    }

    /// State and quadratures at the fraction `theta` of the step just taken.
    pub(super) fn interpolate(&self, theta: f64, filled: Filled<'_>) {
        self.step.interpolate(theta, filled);
    }
}

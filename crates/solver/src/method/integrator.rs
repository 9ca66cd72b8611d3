//! One view of all stepping methods: each takes one step of its own size within its tolerance.

use ratelaw_network::Lane;

use super::ndf_adaptive::AdaptiveNdf;
use super::radau_adaptive::AdaptiveRadau;
use super::{Method, Rosenbrock, TABLEAU};
use crate::control::{Controller, Tolerance};
use crate::error::Cause;
use crate::integrate::Stop;
use crate::output::plain;
use crate::stats::Stats;
use crate::system::System;

/// A method in the middle of a run.
#[derive(Debug)]
pub(crate) enum Integrator {
    /// See [`Adaptive`].
    Rosenbrock(Box<Adaptive>),
    /// See [`AdaptiveRadau`].
    Radau(Box<AdaptiveRadau>),
    /// See [`AdaptiveNdf`].
    Ndf(Box<AdaptiveNdf>),
}

/// Where a step starts and may go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start<'a> {
    /// Time, s.
    pub(crate) t: f64,
    /// The time that no step passes, s.
    pub(crate) end: f64,
    /// Variables.
    pub(crate) y: &'a [Lane<1>],
    /// Quadratures.
    pub(crate) q: &'a [Lane<1>],
}

/// Variables and quadratures that a method fills.
pub(crate) type Filled<'a> = (&'a mut [Lane<1>], &'a mut [Lane<1>]);

impl Integrator {
    pub(crate) fn new(method: Method, system: &System<'_, 1>) -> Self {
        match method {
            Method::Rodas5P | Method::Auto | Method::Dopri5 | Method::Dop853 => {
                Self::Rosenbrock(Box::new(Adaptive::new(system)))
            }
            Method::Radau5 => Self::Radau(Box::new(AdaptiveRadau::new(system))),
            Method::Ndf => Self::Ndf(Box::new(AdaptiveNdf::new(system))),
        }
    }

    /// Starts a stage: conditions and state may have jumped, so nothing of the steps before is used.
    pub(crate) fn begin(&mut self, system: &System<'_, 1>, tolerance: &Tolerance, start: Start<'_>, stats: &mut Stats) {
        match self {
            Self::Rosenbrock(method) => method.begin(system, tolerance, start, stats),
            Self::Radau(method) => method.begin(system, tolerance, start, stats),
            Self::Ndf(method) => method.begin(system, tolerance, start, stats),
        }
    }

    /// Takes one step within the tolerance, whose end is then in [`Integrator::end`]; gives its size. `most` is how
    /// many steps, accepted and rejected, `stats` may come to.
    pub(crate) fn step(
        &mut self,
        system: &System<'_, 1>,
        tolerance: &Tolerance,
        start: Start<'_>,
        most: usize,
        stats: &mut Stats,
    ) -> Result<f64, Stop> {
        match self {
            Self::Rosenbrock(method) => method.step(system, tolerance, start, most, stats),
            Self::Radau(method) => method.step(system, tolerance, start, most, stats),
            Self::Ndf(method) => method.step(system, tolerance, start, most, stats),
        }
    }

    /// State and quadratures at the end of the step just taken.
    pub(crate) fn end(&mut self) -> (&mut Vec<Lane<1>>, &mut Vec<Lane<1>>) {
        match self {
            Self::Rosenbrock(method) => (&mut method.step.y, &mut method.step.q),
            Self::Radau(method) => method.end(),
            Self::Ndf(method) => method.end(),
        }
    }

    /// State and quadratures at the fraction `theta` of the step just taken, which began at `start`.
    pub(crate) fn interpolate(&self, start: (&[Lane<1>], &[Lane<1>]), theta: f64, filled: Filled<'_>) {
        match self {
            Self::Rosenbrock(method) => method.step.interpolate(start, theta, filled),
            Self::Radau(method) => method.interpolate(theta, filled),
            Self::Ndf(method) => method.interpolate(theta, filled),
        }
    }

    /// The Rosenbrock step, which is the one that can be differentiated.
    pub(crate) fn rosenbrock(&mut self) -> Option<&mut Rosenbrock<1>> {
        match self {
            Self::Rosenbrock(method) => Some(&mut method.step),
            Self::Radau(_) | Self::Ndf(_) => None,
        }
    }
}

/// The Rosenbrock method with its step size control.
#[derive(Debug)]
pub(crate) struct Adaptive {
    step: Rosenbrock<1>,
    control: Controller,
    h: f64,
}

impl Adaptive {
    fn new(system: &System<'_, 1>) -> Self {
        Self { step: Rosenbrock::new(system), control: Controller::new(TABLEAU.error_order), h: 0.0 }
    }

    fn begin(&mut self, system: &System<'_, 1>, tolerance: &Tolerance, start: Start<'_>, stats: &mut Stats) {
        self.control = Controller::new(TABLEAU.error_order);
        self.h = first_step(system, tolerance, start, stats);
    }

    /// Repeats a step with a smaller size until its error is within the tolerance.
    fn step(
        &mut self,
        system: &System<'_, 1>,
        tolerance: &Tolerance,
        start: Start<'_>,
        most: usize,
        stats: &mut Stats,
    ) -> Result<f64, Stop> {
        let Start { t, end, y, q } = start;
        self.step.linearise(system, y, stats);
        // A species that multiplies grows unseen below its absolute tolerance: steps stay within its own time.
        let mut h = self.h.min(self.step.growth_time());
        loop {
            let stop = |h, cause, species| Err(Stop { cause, t, h, species });
            if stats.accepted + stats.rejected >= most {
                return stop(h, Cause::TooManySteps, None);
            }
            if t + h <= t {
                return stop(h, Cause::StepTooSmall, None);
            }
            let last = h >= (end - t) * (1.0 - 1e-12);
            h = if last { end - t } else { h };
            self.step.attempt(system, y, q, Lane([h]), stats);
            let (error, worst) = tolerance.norm(0, self.step.error(), y, &self.step.y);
            if error <= 1.0 {
                stats.accepted += 1;
                self.h = self.control.accept(h, error);
                return Ok(h);
            }
            stats.rejected += 1;
            let smaller = self.control.reject(h, error);
            if t + smaller <= t || smaller < f64::MIN_POSITIVE {
                let cause = if error.is_finite() { Cause::StepTooSmall } else { Cause::NotFinite };
                return stop(h, cause, Some(worst));
            }
            h = smaller;
        }
    }
}

/// A first step from the slope at the start.
pub(crate) fn first_step(system: &System<'_, 1>, tolerance: &Tolerance, start: Start<'_>, stats: &mut Stats) -> f64 {
    let mut rates = vec![Lane::ZERO; system.compiled.directions()];
    let mut slope = vec![Lane::ZERO; start.y.len()];
    system.compiled.derivative(&system.bound, start.y, &mut rates, &mut slope);
    stats.evaluations += 1;
    tolerance.first_step(&plain(start.y), &plain(&slope), start.end - start.t)
}

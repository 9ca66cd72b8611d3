//! One view of the stepping methods that keep a history, which run on one lane.

use std::sync::Arc;

use ratelaw_network::Lane;

use super::Method;
use super::ndf_adaptive::AdaptiveNdf;
use super::radau_adaptive::AdaptiveRadau;
use crate::control::Tolerance;
use crate::integrate::Stop;
use crate::linalg::SymbolicLu;
use crate::stats::Stats;
use crate::system::System;

/// A method in the middle of a run.
#[derive(Debug)]
pub(crate) enum Integrator {
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
    /// With the plan of the system's Jacobian.
    pub(crate) fn new(method: Method, system: &System<'_, 1>, plan: &Arc<SymbolicLu>) -> Self {
        let plan = Arc::clone(plan);
        if method == Method::Ndf {
            Self::Ndf(Box::new(AdaptiveNdf::new(system, plan)))
        } else {
            Self::Radau(Box::new(AdaptiveRadau::new(system, plan)))
        }
    }

    /// Starts a stage: conditions and state may have jumped, so nothing of the steps before is used.
    pub(crate) fn begin(&mut self, system: &System<'_, 1>, tolerance: &Tolerance, start: Start<'_>, stats: &mut Stats) {
        match self {
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
            Self::Radau(method) => method.step(system, tolerance, start, most, stats),
            Self::Ndf(method) => method.step(system, tolerance, start, most, stats),
        }
    }

    /// State and quadratures at the end of the step just taken.
    pub(crate) fn end(&mut self) -> (&mut Vec<Lane<1>>, &mut Vec<Lane<1>>) {
        match self {
            Self::Radau(method) => method.end(),
            Self::Ndf(method) => method.end(),
        }
    }

    /// State and quadratures at the fraction `theta` of the step just taken.
    pub(crate) fn interpolate(&self, theta: f64, filled: Filled<'_>) {
        match self {
            Self::Radau(method) => method.interpolate(theta, filled),
            Self::Ndf(method) => method.interpolate(theta, filled),
        }
    }
}

/// A first step from the slope at the start.
pub(crate) fn first_step(system: &System<'_, 1>, tolerance: &Tolerance, start: Start<'_>, stats: &mut Stats) -> f64 {
    let mut rates = vec![Lane::ZERO; system.compiled.directions()];
    let mut slope = vec![Lane::ZERO; start.y.len()];
    system.compiled.derivative(&system.bound, start.y, &mut rates, &mut slope);
    stats.evaluations += 1;
    tolerance.first_step(start.y, &slope, start.end - start.t)
}

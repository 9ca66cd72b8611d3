//! The numerical differentiation formulas with control of order and step size.

use std::sync::Arc;

use ratelaw_network::Lane;

use super::integrator::{Filled, Start, first_step};
use super::ndf::Ndf;
use super::ndf_coefficients::{MOST, alpha};
use super::radau::Newton;
use crate::control::{Tolerance, despair};
use crate::error::Cause;
use crate::integrate::Stop;
use crate::linalg::SymbolicLu;
use crate::stats::Stats;
use crate::system::System;

/// See [`Ndf`]; what one step leaves to the next.
#[derive(Debug)]
pub(crate) struct AdaptiveNdf {
    step: Ndf,
    /// Order and size of the next step.
    order: usize,
    h: f64,
    /// The step size that the differences are for.
    scaled: f64,
    /// Order of the step just taken.
    taken: usize,
    /// Steps of this order and size, one after the other.
    equal: usize,
    /// Steps since the Jacobian was evaluated, and the `c` that its factors are for.
    kept: Option<(u32, f64)>,
    /// The highest order in use for now, and the step size from which on all are in use again.
    ceiling: (usize, f64),
    /// The variable with the largest error in the last try.
    worst: Option<usize>,
}

/// Jacobian and factors are made anew where Newton's changes go down by less than this factor.
const SLOW: f64 = 0.3;
/// The growth of a trace shows in a Jacobian of now only, so no more steps than these go without a new one.
const MOST_KEPT: u32 = 20;
/// By order: a step is at most this part of the time in which a species multiplies by itself, so that it makes an error
/// of 1e-5 of that species at most, seen or not.
const GROWTH: [f64; MOST + 1] = [0.0, 0.006, 0.04, 0.09, 0.14, 0.2];
/// A step that could be longer by less than this stays as it is, with its factors.
const WORTH: f64 = 1.2;
const LARGEST_FACTOR: f64 = 10.0;
/// The highest order that is stable for all decaying oscillations (Hairer and Wanner II, section V.1).
const STABLE: usize = 2;
/// After so many steps of one size it is asked whether stability keeps them short, where the error of the stable order is
/// below this; orders are free again for steps so many times as long.
const STUCK: usize = 10;
const BARELY: f64 = 3.0;
const PAST: f64 = 100.0;

impl AdaptiveNdf {
    pub(super) fn new(system: &System<'_, 1>, plan: Arc<SymbolicLu>) -> Self {
        Self {
            step: Ndf::new(system, plan),
            order: 1,
            h: 0.0,
            scaled: 0.0,
            taken: 1,
            equal: 0,
            kept: None,
            ceiling: (MOST, 0.0),
            worst: None,
        }
    }

    pub(super) fn begin(&mut self, system: &System<'_, 1>, tolerance: &Tolerance, start: Start<'_>, stats: &mut Stats) {
        // The first step of a method of order 5, shorter as the local error of order 1 goes with h^2.
        self.h = first_step(system, tolerance, start, stats) * tolerance.relative.powf(0.3);
        self.step.begin(system, start.y, self.h, stats);
        (self.order, self.taken, self.equal) = (1, 1, 0);
        self.scaled = self.h;
        self.kept = None;
        self.ceiling = (MOST, 0.0);
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
        let mut current = false;
        let mut failures = 0;
        loop {
            let h = self.h;
            let stop = |cause, species| Err(Stop { cause, t, h, species });
            if stats.accepted + stats.rejected >= most {
                return stop(Cause::TooManySteps, self.worst);
            }
            if t + h <= t {
                return stop(Cause::StepTooSmall, self.worst);
            }
            let last = h >= (end - t) * (1.0 - 1e-12);
            let h = if last { end - t } else { h };
            let c = h / alpha(self.order);
            if self.kept.is_none_or(|(_, own)| own != c) {
                // An exact Jacobian costs as much as an evaluation or two, so no old one is worth new factors.
                if !current {
                    self.step.linearise(system, y, stats);
                    current = true;
                    let most = GROWTH[self.order] * self.step.growth_time();
                    if h > most {
                        (self.h, self.equal) = (most, 0);
                        continue;
                    }
                }
                self.step.factorise(system, c, stats);
                self.kept = Some((0, c));
            }
            if h != self.scaled {
                self.step.rescale(self.order, h / self.scaled);
                (self.h, self.scaled, self.equal) = (h, h, 0);
            }
            let rate = match self.step.newton(system, tolerance, y, (self.order, h), stats) {
                Newton::Converged(_, rate) => rate,
                Newton::Failed(part, worst, finite) => {
                    self.kept = None;
                    if current {
                        stats.rejected += 1;
                        if t + part * h <= t {
                            let cause = if finite { Cause::StepTooSmall } else { Cause::NotFinite };
                            return stop(cause, Some(worst));
                        }
                        self.h = h * part;
                    }
                    continue;
                }
            };
            let (error, worst) = self.step.error(tolerance, y, self.order);
            self.worst = Some(worst);
            if error <= 1.0 {
                stats.accepted += 1;
                self.taken = self.order;
                let below =
                    if self.order > 1 { self.step.error_below(tolerance, y, self.order) } else { f64::INFINITY };
                self.step.complete(system, q, (self.order, h));
                self.equal += 1;
                let age = self.kept.map_or(0, |(age, _)| age) + 1;
                self.kept = self.kept.filter(|_| rate <= SLOW && age < MOST_KEPT).map(|(_, c)| (age, c));
                if self.equal > self.order {
                    self.plan(tolerance, y, (error, below));
                }
                return Ok(h);
            }
            stats.rejected += 1;
            failures += 1;
            if failures > 1 {
                self.ceiling = (MOST, 0.0);
            }
            let smaller = self.retreat(tolerance, y, (error, failures), h);
            if let Some(cause) = despair(t, smaller, error) {
                return stop(cause, Some(worst));
            }
            self.h = smaller;
        }
    }

    /// The step size to try again with, at this order or the one below.
    fn retreat(&mut self, tolerance: &Tolerance, y: &[Lane<1>], (error, failures): (f64, u32), h: f64) -> f64 {
        if !error.is_finite() {
            return 0.25 * h;
        }
        let mut factor = if failures == 1 { 0.8 * power(error, self.order) } else { 0.5 };
        if self.order > 1 {
            let below = 0.75 * power(self.step.error_below(tolerance, y, self.order), self.order - 1);
            // A step that fails again has seen something that its history does not know of.
            if failures > 1 || below > factor {
                factor = if failures == 1 { below } else { factor };
                self.order -= 1;
            }
        }
        h * factor.clamp(0.1, 0.9)
    }

    /// Sets order and size of the next step: those that make it longest, as Shampine and Reichelt weigh them.
    fn plan(&mut self, tolerance: &Tolerance, y: &[Lane<1>], (error, below): (f64, f64)) {
        let mut best = (power(error, self.order) / 1.2, self.order);
        if self.order > 1 {
            let factor = power(below, self.order - 1) / 1.3;
            if factor > best.0 {
                best = (factor, self.order - 1);
            }
        }
        let mut more_exact = false;
        if self.h > self.ceiling.1 {
            self.ceiling = (MOST, 0.0);
        }
        if self.order < self.ceiling.0 {
            let above = self.step.error_at(tolerance, y, self.order + 1);
            more_exact = above < error;
            let factor = power(above, self.order + 1) / 1.4;
            if factor > best.0 {
                best = (factor, self.order + 1);
            }
        }
        let most = GROWTH[best.1] * self.step.growth_time() / self.h;
        let factor = best.0.min(LARGEST_FACTOR).min(most);
        if factor >= WORTH {
            self.order = best.1;
            self.h *= factor;
            self.equal = 0;
        } else if most < WORTH && more_exact {
            // Steps that growth keeps short have errors that are unseen; a higher order makes them small.
            self.order += 1;
            self.equal = 0;
        } else if self.equal >= STUCK && self.order > STABLE {
            // Orders from 3 on are unstable for some oscillations that order 2 damps. Their remains keep steps short at which
            // order 2 would do as well; with it they grow past those oscillations.
            if self.step.error_at(tolerance, y, STABLE) < BARELY {
                self.ceiling = (STABLE, PAST * self.h);
                (self.order, self.equal) = (STABLE, 0);
            }
        } else if self.equal >= STUCK {
            self.ceiling = (MOST, 0.0);
        }
    }

    /// State and quadratures at the end of the step just taken.
    pub(super) fn end(&mut self) -> (&mut Vec<Lane<1>>, &mut Vec<Lane<1>>) {
        (&mut self.step.y, &mut self.step.q)
    }

    /// State and quadratures at the fraction `theta` of the step just taken.
    pub(super) fn interpolate(&self, theta: f64, filled: Filled<'_>) {
        self.step.interpolate(self.taken, theta, filled);
    }
}

/// By what a step of this order can be longer for an error of 1 where it was `error`.
fn power(error: f64, order: usize) -> f64 {
    if error.is_nan() { 0.0 } else { error.max(1e-30).powf(-1.0 / (order + 1) as f64) }
}

//! The way to a steady state: a run until Newton's method takes over.

use ratelaw_network::Lane;

use super::equations::Equations;
use super::newton::{newton, norm};
use super::stability::{Stability, stability};
use super::unrest::{NoSteadyState, Unrest};
use super::{Approach, Found};
use crate::control::Tolerance;
use crate::error::Cause;
use crate::initialise::Initialiser;
use crate::integrate::Stop;
use crate::lanes::plain;
use crate::method::Adaptive;
use crate::options::SolveOptions;
use crate::patience::Patience;
use crate::stats::Stats;
use crate::system::System;

/// The run is not followed beyond this time, s: longer than anything in nature lasts.
const LONGEST: f64 = 1e20;
/// Newton's method is tried after every so many steps.
const EVERY: usize = 8;
/// The run is near a steady state if Newton's method moves no variable by more than this part of it.
const NEAR: f64 = 1e-3;
/// What is no more out of balance than this part of what is made and consumed is at rest.
const BALANCED: f64 = 1e-9;
/// So is what moves by this part of its fastest in the run: a reactant that is all but used up.
const FADED: f64 = 1e-12;
/// A species that grows by this part of itself in a time as long as the whole run accumulates.
const GROWING: f64 = 0.1;

/// The search in progress.
struct Search<'a, 'b> {
    equations: Equations<'a>,
    system: &'b System<'a, 1>,
    /// The most that was made and consumed of each species at any state looked at.
    fastest: Vec<f64>,
    /// A steady state at which the run could not stay.
    unstable: Option<Found>,
}

pub(super) fn search<'a>(
    mut equations: Equations<'a>,
    system: &'a System<'a, 1>,
    tolerance: &Tolerance,
    options: &SolveOptions,
    start: &[f64],
) -> Result<(Found, Equations<'a>), NoSteadyState> {
    let amounts = equations.start.len();
    let mut stats = Stats::default();
    let mut y: Vec<Lane<1>> = start.iter().map(|y| Lane([*y])).collect();
    let none =
        |cause, t, z: &[f64]| NoSteadyState { cause, t, species: None, slope: None, amounts: z[..amounts].to_vec() };
    let mut initialiser = Initialiser::new(equations.network, system.clone());
    if let Err(cause) = initialiser.balance(&mut y) {
        return Err(none(Unrest::Stopped(cause), 0.0, start));
    }
    let z = plain(&y);
    let fastest = equations.gross(&z);
    if fastest.iter().any(|g| !g.is_finite()) {
        return Err(none(Unrest::Stopped(Cause::NotFinite), 0.0, &z));
    }
    let mut search = Search { equations, system, fastest, unstable: None };
    if search.is_at_rest(&z) {
        let found = search.judged(z, Approach::Start, 0.0, stats);
        return Ok((found, search.equations));
    }
    let mut q = vec![Lane::ZERO; system.quadratures.len()];
    let floor = tolerance.floor();
    let mut mean = vec![0.0; y.len()];
    let mut t = 0.0;
    let mut run = Adaptive::new(search.equations.network, system, initialiser.first_step(tolerance, &y, LONGEST));
    stats.evaluations += 1;
    let patience = Patience::new(options);
    while t < LONGEST {
        if let Some(cause) = patience.over() {
            return Err(none(Unrest::Stopped(cause), t, &plain(&y)));
        }
        let most = options.max_steps;
        let h = match run.advance(system, tolerance, (t, LONGEST), (&mut y, &mut q), most, &mut stats) {
            Ok(h) => h,
            // An oscillation never ends; what its states lead to is looked at below.
            Err(Stop { cause: Cause::TooManySteps, .. }) => break,
            Err(stop) => {
                let growing = search.growing(&plain(&y), t);
                let cause = if growing.is_some() { Unrest::Accumulates } else { Unrest::Stopped(stop.cause) };
                return Err(search.named(none(cause, t, &plain(&y)), growing.or(stop.species)));
            }
        };
        t += h;
        let z = plain(&y);
        if let Some(species) = (0..amounts).find(|i| z[*i] < -floor[*i]) {
            return Err(search.named(none(Unrest::Negative, t, &z), Some(species)));
        }
        mean.iter_mut().zip(&z).for_each(|(mean, z)| *mean += (z - *mean) * h / t);
        if stats.accepted % EVERY == 0
            && let Some(found) = search.near(&z, t, stats)
        {
            return Ok((found, search.equations));
        }
    }
    let z = plain(&y);
    if let Some(found) = search.near(&z, t, stats) {
        return Ok((found, search.equations));
    }
    if let Some(species) = search.growing(&z, t) {
        return Err(search.named(none(Unrest::Accumulates, t, &z), Some(species)));
    }
    let known = search.unstable.take();
    let found = known.or_else(|| search.far_off(&mean, t, stats)).or_else(|| search.far_off(&z, t, stats));
    match found {
        Some(found) => Ok((found, search.equations)),
        None => Err(none(Unrest::Restless, t, &z)),
    }
}

impl Search<'_, '_> {
    /// Whether a state needs no correction.
    fn is_at_rest(&mut self, z: &[f64]) -> bool {
        if self.equations.is_at_rest(z) {
            return true;
        }
        let residual = self.equations.residual(z);
        let sizes = self.equations.sizes(z);
        let correction = self.equations.linear(z).and_then(|linear| linear.solve(&residual));
        correction.is_some_and(|correction| norm(&correction, &sizes) <= BALANCED) && self.balance(z).is_some()
    }

    /// The steady state that a run is about to reach: one close by at which it can stay.
    fn near(&mut self, z: &[f64], t: f64, stats: Stats) -> Option<Found> {
        let gross = self.equations.gross(z);
        self.fastest.iter_mut().zip(&gross).for_each(|(most, now)| *most = most.max(*now));
        // A singular matrix of LU gives corrections without meaning, so the second way is tried where the first fails.
        self.equations.singular = false;
        let rest = self.close_by(z).or_else(|| {
            self.equations.singular = true;
            let rest = self.close_by(z);
            self.equations.singular = rest.is_some();
            rest
        })?;
        let found = self.judged(rest, Approach::Run, t, stats);
        if found.stability == Stability::Unstable {
            // Runs pass saddle points slowly; this one goes on.
            self.unstable = Some(Found { approach: Approach::Newton, ..found });
            return None;
        }
        Some(found)
    }

    /// The solution of the equations that is as good as reached.
    fn close_by(&mut self, z: &[f64]) -> Option<Vec<f64>> {
        // Amounts below zero within the tolerance are no place to start from.
        let amounts = self.equations.start.len();
        let guess: Vec<f64> = z.iter().enumerate().map(|(i, z)| if i < amounts { z.max(0.0) } else { *z }).collect();
        let sizes = self.equations.sizes(z);
        let residual = self.equations.residual(&guess);
        let correction = self.equations.linear(&guess).and_then(|linear| linear.solve(&residual));
        let stands = self.equations.is_at_rest(&guess);
        if !stands && correction.is_none_or(|correction| norm(&correction, &sizes) > NEAR) {
            return None;
        }
        let rest = newton(&mut self.equations, &guess)?;
        let moved = rest.iter().zip(z).zip(&sizes).map(|((a, b), size)| (a - b).abs() / size).fold(0.0, f64::max);
        (moved <= 2.0 * NEAR && self.balance(&rest).is_some()).then_some(rest)
    }

    /// A steady state that Newton's method alone leads to.
    fn far_off(&mut self, z: &[f64], t: f64, stats: Stats) -> Option<Found> {
        let guess: Vec<f64> = z.to_vec();
        let rest = newton(&mut self.equations, &guess)?;
        self.balance(&rest)?;
        Some(self.judged(rest, Approach::Newton, t, stats))
    }

    /// The largest imbalance, as a part of what is made and consumed of a species; none if it is no rest.
    fn balance(&mut self, z: &[f64]) -> Option<f64> {
        let (slope, gross) = (self.equations.slope(z), self.equations.gross(z));
        let mut worst: f64 = 0.0;
        for i in 0..gross.len() {
            let faded = FADED * self.fastest[i].max(gross[i]);
            if slope[i].is_nan() || slope[i].abs() > BALANCED * gross[i] + faded {
                return None;
            }
            if gross[i] > faded {
                worst = worst.max(slope[i].abs() / gross[i]);
            }
        }
        Some(worst)
    }

    fn judged(&mut self, z: Vec<f64>, approach: Approach, time: f64, stats: Stats) -> Found {
        // A reactant that fades but is never gone, as one of second order, is judged at its end.
        let gross = self.equations.gross(&z);
        let gone = |i: usize| gross.get(i).is_some_and(|gross| *gross <= FADED * FADED * self.fastest[i]);
        let end: Vec<f64> = z
            .iter()
            .enumerate()
            .map(|(i, z)| if gone(i) && z.abs() < self.equations.smallest[i] { 0.0 } else { *z })
            .collect();
        let (eigenvalue, stability) = stability(&mut self.equations, &end);
        let residual = self.balance(&z).unwrap_or(0.0);
        Found { z, approach, time, residual, eigenvalue, stability, stats }
    }

    /// The species that has grown most beyond the start and still does.
    fn growing(&mut self, z: &[f64], t: f64) -> Option<usize> {
        let slope = self.equations.slope(z);
        let most = self.equations.start.iter().copied().fold(0.0, f64::max);
        let grows = |i: &usize| {
            let known = most.max(self.equations.start_scale(*i));
            z[*i] > 10.0 * known && slope[*i] * t > GROWING * z[*i]
        };
        let rate = |i: &usize| slope[*i] * t / z[*i];
        (0..self.equations.start.len()).filter(grows).max_by(|a, b| rate(a).total_cmp(&rate(b)))
    }

    /// Says which species is behind a failure.
    fn named(&mut self, mut failure: NoSteadyState, species: Option<usize>) -> NoSteadyState {
        let Some(i) = species.filter(|i| *i < failure.amounts.len()) else { return failure };
        let z: Vec<f64> =
            failure.amounts.iter().copied().chain(std::iter::repeat(0.0)).take(self.system.size()).collect();
        failure.slope = Some(self.equations.slope(&z)[i]).filter(|s| s.is_finite());
        failure.species = Some(self.equations.network.species()[i].name.clone());
        failure
    }
}

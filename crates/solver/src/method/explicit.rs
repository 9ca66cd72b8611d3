//! Explicit Runge-Kutta methods of ode_solvers, behind the same options.

use std::cell::{Cell, RefCell};

use nalgebra::DVector;
use ode_solvers::continuous_output_model::ContinuousOutputModel;
use ode_solvers::dop_shared::{IntegrationError, OutputType};
use ode_solvers::{Dop853, Dopri5, System as OdeSystem};
use ratelaw_network::Lane;

use super::Method;
use super::trial::Watch;
use crate::control::Tolerance;
use crate::error::Cause;
use crate::integrate::Stop;
use crate::lanes::singles;
use crate::options::{OnNegative, SolveOptions};
use crate::patience::Patience;
use crate::solution::Solution;
use crate::system::{System, growth_time};

/// A quadrature is scaled by this, so that its error is nothing against the tolerance: ode_solvers has one
/// vector and one norm for all components.
const INERT: f64 = 1e-200;
/// Every so many steps ode_solvers tests for stiffness.
const STIFFNESS_TEST: u32 = 1000;
/// Steps to make at once, of which the dense output is kept, before the clock is looked at: enough that the test for
/// stiffness, which takes 15 steps, comes to its end.
const KEPT: usize = 1100;
/// The same where a species multiplies by itself, whose time is looked at then.
const GROWING: usize = 32;

/// Dopri5 shows save points by its dense output. That of Dop853 has times of its own in ode_solvers, so it goes from save
/// point to save point. The step size is carried on, so that one costs a shorter step and no new start.
///
/// Amounts are scaled by their absolute tolerances, since ode_solvers has a single one. A run that is watched ends as stiff
/// where its watch says so.
pub(crate) fn integrate_explicit(
    options: &SolveOptions,
    system: &System<'_, 1>,
    tolerance: &Tolerance,
    solution: &mut Solution,
    mut watch: Option<Watch>,
) -> Result<(), Stop> {
    let initial = solution.problem.variables(&[]);
    let n = initial.len();
    // The time has no tolerance, and no error.
    let scale: Vec<f64> = tolerance.absolute.iter().map(|a| if a.is_finite() { *a } else { 1.0 }).collect();
    let right = RightHandSide::new(system, &scale);
    let scaled = initial.iter().zip(&scale).map(|(y, scale)| y / scale);
    let state = DVector::from_iterator(
        n + system.quadratures.len(),
        scaled.chain(std::iter::repeat_n(0.0, system.quadratures.len())),
    );
    let norm = if watch.is_some() { 1.0 / (state.len() as f64).sqrt() } else { 1.0 };
    let rtol = tolerance.relative;
    let (times, t_end) = (solution.problem.times(), solution.problem.t_end());
    let dense = options.method == Method::Dopri5 && times.iter().any(|t| 0.0 < *t && *t < t_end);
    let dense = dense.then(ContinuousOutputModel::new);
    let mut march = March {
        method: options.method,
        right: &right,
        rtol,
        norm,
        t: 0.0,
        h: 0.0,
        longest: f64::INFINITY,
        state,
        dense,
    };
    let mut outcome = follow(&mut march, options, &times, watch.as_mut(), (tolerance, solution));
    if let Err(stop) = &mut outcome
        && matches!(stop.cause, Cause::StepTooSmall | Cause::TooManySteps | Cause::Stiff | Cause::NotFinite)
    {
        stop.species = stop.species.or_else(|| march.fastest());
    }
    if outcome.as_ref().is_err_and(|stop| stop.t == march.t) {
        march.keep(solution);
    }
    outcome
}

/// Goes from save point to save point.
fn follow(
    march: &mut March<'_>,
    options: &SolveOptions,
    times: &[f64],
    mut watch: Option<&mut Watch>,
    (tolerance, solution): (&Tolerance, &mut Solution),
) -> Result<(), Stop> {
    let (right, t_end) = (march.right, solution.problem.t_end());
    let n = right.system.size();
    let patience = Patience::new(options);
    for end in times.iter().copied() {
        while march.t < end {
            if let Some(cause) = patience.over() {
                return Err(march.stop(cause));
            }
            let (y, ahead) = (singles(&march.unscaled(&march.state)), t_end - march.t);
            let pause = if let Some(watch) = &mut watch {
                // It objects to growth too, so there is none to stay within.
                if let Some(cause) = watch.objects(right.system, &y, right.scale, ahead) {
                    return Err(march.stop(cause));
                }
                watch.pause()
            } else {
                march.longest = right.growth_time(&y);
                if march.longest < ahead { GROWING } else { KEPT }
            };
            right.pause.set(pause);
            let stats = &mut solution.stats;
            let left = options.max_steps.saturating_sub(stats.accepted + stats.rejected);
            let target = if march.dense.is_some() { t_end } else { end };
            let advanced = march.advance(target, u32::try_from(left).unwrap_or(u32::MAX));
            stats.evaluations += right.evaluations.take();
            stats.accepted += right.accepted.take();
            stats.rejected += advanced?;
        }
        let shown = march.at(end);
        let (y, q) = (march.unscaled(&shown), march.quadratures(&shown));
        if let Some(species) = y.iter().chain(&q).position(|v| !v.is_finite()) {
            return Err(Stop { species: Some(species).filter(|s| *s < n), ..march.stop(Cause::NotFinite) });
        }
        let negative = solution.note_negative(end, y.iter().copied(), &tolerance.floor());
        if let Some(species) = negative.filter(|_| options.on_negative == OnNegative::Fail) {
            return Err(Stop { species: Some(species), ..march.stop(Cause::Negative) });
        }
        save(end, (&y, q), solution);
    }
    Ok(())
}

fn save(t: f64, (y, q): (&[f64], Vec<f64>), solution: &mut Solution) {
    let conditions = *solution.problem.conditions();
    let supplied = solution.problem.initial().into();
    solution.push(t, y, q, Vec::new(), (&conditions, Vec::new(), &supplied), Default::default());
}

/// Where a run is.
struct March<'a> {
    method: Method,
    right: &'a RightHandSide<'a>,
    rtol: f64,
    /// What tolerances are multiplied by. The norm of ode_solvers is a root mean square over N components: with
    /// 1 / sqrt(N) it is never less than the largest error, which is the norm of the stiff methods.
    norm: f64,
    t: f64,
    /// The size of the next step; 0 for the method to find one.
    h: f64,
    /// The longest step for now: a species that multiplies grows unseen below its absolute tolerance, so steps stay within its own time.
    longest: f64,
    state: DVector<f64>,
    /// The last steps, where save points lie between them.
    dense: Option<ContinuousOutputModel<f64, DVector<f64>>>,
}

impl March<'_> {
    /// Steps to `end`, or until the run is to pause. Gives the number of steps rejected.
    fn advance(&mut self, end: f64, max_steps: u32) -> Result<usize, Stop> {
        macro_rules! run {
            ($stepper:ident, $beta:expr, $factors:expr, |$run:ident| $integrate:expr) => {{
                let (low, high) = $factors;
                let mut $run = $stepper::from_param(
                    View(self.right),
                    self.t,
                    end,
                    end - self.t,
                    std::mem::take(&mut self.state),
                    self.rtol * self.norm,
                    self.norm,
                    0.9,
                    $beta,
                    low,
                    high,
                    self.longest.min(end - self.t),
                    self.h.min(self.longest),
                    max_steps,
                    STIFFNESS_TEST,
                    OutputType::Sparse,
                );
                let outcome = $integrate;
                (outcome, $run.y_out().last().cloned(), $run.x_out().clone())
            }};
        }
        // The controllers' published settings (Hairer, Norsett and Wanner I, appendix).
        let (outcome, last, times) = if self.method == Method::Dop853 {
            run!(Dop853, 0.0, (0.333, 6.0), |stepper| stepper.integrate())
        } else {
            run!(Dopri5, 0.04, (0.2, 10.0), |stepper| match &mut self.dense {
                Some(dense) => {
                    *dense = ContinuousOutputModel::new();
                    stepper.integrate_with_continuous_output_model(dense)
                }
                None => stepper.integrate(),
            })
        };
        let from = self.t;
        self.t = times.last().copied().unwrap_or(from);
        self.state = last.unwrap_or_default();
        let longest = times.windows(2).rev().take(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
        if outcome.is_err() && longest > 0.0 {
            self.h = longest;
        }
        let work = match outcome {
            Ok(work) => work,
            Err(IntegrationError::MaxNumStepReached { x, .. }) => return Err(self.stop_at(Cause::TooManySteps, x)),
            Err(IntegrationError::StepSizeUnderflow { x }) => return Err(self.stop_at(Cause::StepTooSmall, x)),
            Err(IntegrationError::StiffnessDetected { x }) => return Err(self.stop_at(Cause::Stiff, x)),
        };
        if work.accepted_steps == 0 || self.state.is_empty() || !self.t.is_finite() {
            return Err(self.stop_at(Cause::NotFinite, from));
        }
        // The last step may have been cut short by the end, so it does not say how long the next can be.
        self.h = match (self.right.paused(), work.rejected_steps) {
            (false, 0) => self.h.max(2.0 * longest),
            _ => longest,
        };
        if !self.right.paused() {
            // Not the sum of the steps, which rounding takes beside it.
            self.t = end;
        }
        Ok(work.rejected_steps as usize)
    }

    /// The state at a time that was stepped over, or to.
    fn at(&self, t: f64) -> DVector<f64> {
        let between = self.dense.as_ref().filter(|_| t < self.t).and_then(|dense| dense.evaluate(t));
        between.unwrap_or_else(|| self.state.clone())
    }

    fn unscaled(&self, state: &DVector<f64>) -> Vec<f64> {
        state.iter().zip(self.right.scale).map(|(y, scale)| y * scale).collect()
    }

    fn quadratures(&self, state: &DVector<f64>) -> Vec<f64> {
        state.iter().skip(self.right.scale.len()).map(|q| q / INERT).collect()
    }

    /// The species that changes fastest in units of its tolerance, where the run is: the method does not say which has the largest
    /// error.
    fn fastest(&self) -> Option<usize> {
        let n = self.right.scale.len();
        let mut slope = self.state.clone();
        if self.state.len() < n {
            return None;
        }
        View(self.right).system(self.t, &self.state, &mut slope);
        let size = |i: &usize| (slope[*i] / (1.0 + self.rtol * self.state[*i].abs())).abs();
        (0..n).filter(|i| size(i) > 0.0).max_by(|a, b| size(a).total_cmp(&size(b)))
    }

    /// Saves the state that a run which cannot go on has reached.
    fn keep(&self, solution: &mut Solution) {
        let (y, q) = (self.unscaled(&self.state), self.quadratures(&self.state));
        let whole = y.len() == self.right.scale.len() && y.iter().chain(&q).all(|v| v.is_finite());
        if whole && solution.times.last().is_none_or(|last| *last < self.t) {
            save(self.t, (&y, q), solution);
        }
    }

    fn stop(&self, cause: Cause) -> Stop {
        self.stop_at(cause, self.t)
    }

    fn stop_at(&self, cause: Cause, t: f64) -> Stop {
        Stop { cause, t, h: self.h, species: None }
    }
}

/// The right-hand side in scaled variables, and what is counted of the steps.
struct RightHandSide<'a> {
    system: &'a System<'a, 1>,
    scale: &'a [f64],
    work: RefCell<[Vec<Lane<1>>; 4]>,
    evaluations: Cell<usize>,
    accepted: Cell<usize>,
    /// After so many steps the method is to hand back.
    pause: Cell<usize>,
}

impl<'a> RightHandSide<'a> {
    fn new(system: &'a System<'a, 1>, scale: &'a [f64]) -> Self {
        let sizes = [system.size(), system.size(), system.compiled.directions(), system.quadratures.len()];
        let work = RefCell::new(sizes.map(|size| vec![Lane::ZERO; size]));
        Self { system, scale, work, evaluations: Cell::new(0), accepted: Cell::new(0), pause: Cell::new(KEPT) }
    }

    fn paused(&self) -> bool {
        self.accepted.get() >= self.pause.get()
    }

    /// The shortest time in which a species multiplies by itself; infinite where none does.
    fn growth_time(&self, y: &[Lane<1>]) -> f64 {
        let tables = self.system.compiled;
        let mut terms = vec![Lane::ZERO; tables.term_count()];
        let mut entries = vec![Lane::ZERO; tables.jacobian_entries().len()];
        tables.terms(&self.system.bound, y, &mut terms);
        tables.jacobian(&self.system.bound, &terms, &mut entries);
        growth_time(&entries, &self.system.diagonal())
    }
}

struct View<'a>(&'a RightHandSide<'a>);

impl OdeSystem<f64, DVector<f64>> for View<'_> {
    fn system(&self, _: f64, state: &DVector<f64>, slope: &mut DVector<f64>) {
        let RightHandSide { system, scale, work, evaluations, .. } = self.0;
        let n = system.size();
        evaluations.set(evaluations.get() + 1);
        let [y, dy, rates, dq] = &mut *work.borrow_mut();
        for i in 0..n {
            y[i] = Lane([state[i] * scale[i]]);
        }
        system.compiled.derivative(&system.bound, y, rates, dy);
        system.turnover(rates, dq);
        for i in 0..n {
            slope[i] = dy[i].0[0] / scale[i];
        }
        for (k, dq) in dq.iter().enumerate() {
            slope[n + k] = dq.0[0] * INERT;
        }
    }

    fn solout(&mut self, _: f64, _: &DVector<f64>, _: &DVector<f64>) -> bool {
        self.0.accepted.set(self.0.accepted.get() + 1);
        self.0.paused()
    }
}

//! Explicit Runge-Kutta methods of ode_solvers, behind the same options.

use std::cell::RefCell;

use nalgebra::DVector;
use ode_solvers::dop_shared::{IntegrationError, OutputType};
use ode_solvers::{Dop853, Dopri5, System as OdeSystem};
use ratelaw_network::Lane;

use super::Method;
use crate::control::Tolerance;
use crate::error::Cause;
use crate::integrate::Stop;
use crate::options::{OnNegative, SolveOptions};
use crate::solution::Solution;
use crate::stats::Stats;
use crate::system::System;

/// A quadrature is scaled by this, so that its error is nothing against the tolerance: ode_solvers has one
/// vector and one norm for all components.
const INERT: f64 = 1e-200;

/// Integrates from save point to save point.
///
/// Amounts are scaled by their absolute tolerances, since ode_solvers has a single one.
pub(crate) fn integrate_explicit(
    options: &SolveOptions,
    system: &System<'_, 1>,
    tolerance: &Tolerance,
    solution: &mut Solution,
) -> Result<(), Stop> {
    let initial = solution.problem.variables(&[]);
    let n = initial.len();
    let scaled = initial.iter().zip(&tolerance.absolute).map(|(y, atol)| y / atol);
    let mut state = DVector::from_iterator(
        n + system.quadratures.len(),
        scaled.chain(std::iter::repeat_n(0.0, system.quadratures.len())),
    );
    let mut t = 0.0;
    for end in solution.problem.times() {
        if end > t {
            let left = u32::try_from(options.max_steps.saturating_sub(solution.stats.accepted)).unwrap_or(u32::MAX);
            state = advance(options.method, system, tolerance, (t, end), state, left, &mut solution.stats)?;
            t = end;
        }
        let y: Vec<f64> = (0..n).map(|i| state[i] * tolerance.absolute[i]).collect();
        let q: Vec<f64> = state.iter().skip(n).map(|q| q / INERT).collect();
        if let Some(species) = y.iter().chain(&q).position(|v| !v.is_finite()) {
            return Err(Stop { cause: Cause::NotFinite, t, h: 0.0, species: Some(species).filter(|s| *s < n) });
        }
        let negative = solution.note_negative(t, y.iter().copied(), &tolerance.floor());
        if let Some(species) = negative.filter(|_| options.on_negative == OnNegative::Fail) {
            return Err(Stop { cause: Cause::Negative, t, h: 0.0, species: Some(species) });
        }
        let conditions = *solution.problem.conditions();
        let supplied = solution.problem.initial().into();
        solution.push(t, &y, q, Vec::new(), (&conditions, Vec::new(), &supplied), Default::default());
    }
    Ok(())
}

fn advance(
    method: Method,
    system: &System<'_, 1>,
    tolerance: &Tolerance,
    (start, end): (f64, f64),
    state: DVector<f64>,
    max_steps: u32,
    stats: &mut Stats,
) -> Result<DVector<f64>, Stop> {
    let view = View { system, tolerance, work: RefCell::default() };
    let rtol = tolerance.relative;
    macro_rules! run {
        ($stepper:ident, $beta:expr, $factors:expr) => {{
            let (low, high) = $factors;
            let mut stepper = $stepper::from_param(
                view,
                start,
                end,
                end - start,
                state,
                rtol,
                1.0,
                0.9,
                $beta,
                low,
                high,
                end - start,
                0.0,
                max_steps,
                STIFFNESS_TEST,
                OutputType::Sparse,
            );
            let outcome = stepper.integrate();
            let last = stepper.y_out().last().cloned();
            (outcome, last, stepper.x_out().last().copied().unwrap_or(start))
        }};
    }
    // The controllers' published settings (Hairer, Norsett and Wanner I, appendix).
    let (outcome, last, reached) =
        if method == Method::Dop853 { run!(Dop853, 0.0, (0.333, 6.0)) } else { run!(Dopri5, 0.04, (0.2, 10.0)) };
    match (outcome, last) {
        (Ok(work), Some(last)) => {
            stats.accepted += work.accepted_steps as usize;
            stats.rejected += work.rejected_steps as usize;
            stats.evaluations += work.num_eval as usize;
            Ok(last)
        }
        (Ok(_), None) => Err(Stop { cause: Cause::NotFinite, t: reached, h: 0.0, species: None }),
        (Err(error), _) => {
            let (cause, t) = match error {
                IntegrationError::MaxNumStepReached { x, .. } => (Cause::TooManySteps, x),
                IntegrationError::StepSizeUnderflow { x } => (Cause::StepTooSmall, x),
                IntegrationError::StiffnessDetected { x } => (Cause::Stiff, x),
            };
            Err(Stop { cause, t, h: 0.0, species: None })
        }
    }
}

/// Every so many steps ode_solvers tests for stiffness.
const STIFFNESS_TEST: u32 = 1000;

struct View<'a> {
    system: &'a System<'a, 1>,
    tolerance: &'a Tolerance,
    work: RefCell<[Vec<Lane<1>>; 4]>,
}

impl OdeSystem<f64, DVector<f64>> for View<'_> {
    fn system(&self, _: f64, state: &DVector<f64>, slope: &mut DVector<f64>) {
        let n = self.system.size();
        let [y, dy, rates, dq] = &mut *self.work.borrow_mut();
        y.clear();
        y.extend((0..n).map(|i| Lane([state[i] * self.tolerance.absolute[i]])));
        dy.resize(n, Lane::ZERO);
        rates.resize(self.system.compiled.directions(), Lane::ZERO);
        dq.resize(self.system.quadratures.len(), Lane::ZERO);
        self.system.compiled.derivative(&self.system.bound, y, rates, dy);
        self.system.turnover(rates, dq);
        for i in 0..n {
            slope[i] = dy[i].0[0] / self.tolerance.absolute[i];
        }
        for (k, dq) in dq.iter().enumerate() {
            slope[n + k] = dq.0[0] * INERT;
        }
    }
}

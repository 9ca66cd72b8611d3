//! One step of the Radau IIA method of order 5.

use std::sync::Arc;

use ratelaw_network::Lane;

use super::collocation::Collocation;
use super::radau_factors::Factors;
use super::radau_tableau::{A, ALPHA, BETA, C, ERROR, GAMMA, STAGES, T, T_INVERSE};
use crate::control::Tolerance;
use crate::linalg::SymbolicLu;
use crate::stats::Stats;
use crate::system::{System, growth_time};

/// One vector for each stage.
type Stages = [Vec<Lane<1>>; STAGES];

/// Everything a step writes; allocated once for a trajectory.
///
/// The unknowns are the increments `z_i` of the stages over the start, found by simplified Newton iterations on the
/// transformed `w = T^-1 z` (Hairer and Wanner II, section IV.8). Rows of potentials have no derivative: there the
/// mass matrix is 0, and the stages fulfil the equation itself.
#[derive(Debug)]
pub(crate) struct Radau {
    factors: Factors,
    /// `d rate / d y` where the Jacobian was evaluated.
    terms: Vec<Lane<1>>,
    rates: Vec<Lane<1>>,
    jacobian: Vec<Lane<1>>,
    /// Entries of the Jacobian on its diagonal.
    diagonal: Vec<usize>,
    /// 1 for differential rows, 0 for equations.
    mass: Vec<f64>,
    /// The right-hand side at the start of the step.
    slope: Vec<Lane<1>>,
    point: Vec<Lane<1>>,
    /// Slopes at the stages, then right-hand sides, then changes of `w`.
    f: Stages,
    w: Stages,
    z: Stages,
    /// Last changes of `z`.
    change: Stages,
    /// Rates of the quadratures at the stages, then their increments.
    turnover: Stages,
    zq: Stages,
    polynomial: Collocation,
    polynomial_q: Collocation,
    error: Vec<Lane<1>>,
    /// How much more the iteration still changes than it changed last, as last seen (eq. 8.10).
    outlook: f64,
    /// State and quadratures at the end of the step.
    pub(super) y: Vec<Lane<1>>,
    pub(super) q: Vec<Lane<1>>,
}

/// Most Newton iterations (section IV.8).
pub(super) const MOST_ITERATIONS: u32 = 7;

/// How a Newton iteration ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Newton {
    /// So many iterations, the changes going down by this factor each; 0 if one was enough.
    Converged(u32, f64),
    /// The step should be this part of itself; the variable that changed most, and whether it was still a number.
    Failed(f64, usize, bool),
}

impl Radau {
    pub(crate) fn new(system: &System<'_, 1>, plan: Arc<SymbolicLu>) -> Self {
        let n = system.size();
        let entries = system.compiled.jacobian_entries();
        let lanes = |count| vec![Lane::ZERO; count];
        let stages = |count| std::array::from_fn(|_| vec![Lane::ZERO; count]);
        let quadratures = system.quadratures.len();
        Self {
            factors: Factors::new(n, plan),
            terms: lanes(system.compiled.term_count()),
            rates: lanes(system.compiled.directions()),
            jacobian: lanes(entries.len()),
            diagonal: system.diagonal(),
            mass: (0..n).map(|row| f64::from(u8::from(system.is_differential(row)))).collect(),
            slope: lanes(n),
            point: lanes(n),
            f: stages(n),
            w: stages(n),
            z: stages(n),
            change: stages(n),
            turnover: stages(quadratures),
            zq: stages(quadratures),
            polynomial: Collocation::new(n),
            polynomial_q: Collocation::new(quadratures),
            error: lanes(n),
            outlook: 1.0,
            y: lanes(n),
            q: lanes(quadratures),
        }
    }

    /// Forgets the steps before.
    pub(super) fn begin(&mut self) {
        self.outlook = 1.0;
    }

    /// Evaluates the right-hand side at the start of a step.
    pub(super) fn start(&mut self, system: &System<'_, 1>, y: &[Lane<1>], stats: &mut Stats) {
        system.compiled.derivative(&system.bound, y, &mut self.rates, &mut self.slope);
        stats.evaluations += 1;
    }

    /// Evaluates the Jacobian.
    pub(super) fn linearise(&mut self, system: &System<'_, 1>, y: &[Lane<1>], stats: &mut Stats) {
        system.compiled.terms(&system.bound, y, &mut self.terms);
        system.compiled.jacobian(&system.bound, &self.terms, &mut self.jacobian);
        stats.jacobians += 1;
    }

    /// Factorises for a step of size `h`.
    pub(super) fn factorise(&mut self, system: &System<'_, 1>, h: f64, stats: &mut Stats) {
        self.factors.factorise(system, &self.jacobian, h, stats);
    }

    /// See [`growth_time`].
    pub(super) fn growth_time(&self) -> f64 {
        growth_time(&self.jacobian, &self.diagonal)
    }

    /// Starts the iteration from what the last step's polynomial says of this one, which is `ratio` times as long.
    pub(super) fn extrapolate(&mut self, ratio: f64) {
        for i in 0..self.y.len() {
            let z = C.map(|c| self.polynomial.beyond(c * ratio, i));
            for stage in 0..STAGES {
                self.z[stage][i] = z[stage];
                self.w[stage][i] = combine(&T_INVERSE[stage], z);
            }
        }
    }

    /// Starts the iteration from the start of the step.
    pub(super) fn rest(&mut self) {
        for stage in self.w.iter_mut().chain(&mut self.z) {
            stage.fill(Lane::ZERO);
        }
    }

    /// Iterates to the stages of a step of size `h`, for which the matrices are factorised; the end is then in
    /// `self.y`. Convergence is followed as in section IV.8, eq. 8.10 and 8.11.
    pub(super) fn newton(
        &mut self,
        system: &System<'_, 1>,
        tolerance: &Tolerance,
        y: &[Lane<1>],
        h: f64,
        stats: &mut Stats,
    ) -> Newton {
        let enough = enough(tolerance.relative);
        let (mut last, mut last_worst, mut last_rate, mut rate) = (0.0, 0, 0.0, 0.0);
        self.outlook = self.outlook.max(f64::EPSILON).powf(0.8);
        for iteration in 1..=MOST_ITERATIONS {
            self.iterate(system, y, h, stats);
            let (norm, worst) = self.change_norm(tolerance, y);
            if !norm.is_finite() {
                return Newton::Failed(0.5, worst, false);
            }
            if iteration > 1 {
                let quotient = norm / last;
                rate = if iteration == 2 { quotient } else { f64::sqrt(quotient * last_rate) };
                last_rate = quotient;
                if rate >= 0.99 {
                    return Newton::Failed(0.5, worst, true);
                }
                self.outlook = rate / (1.0 - rate);
                let left = f64::from(MOST_ITERATIONS - iteration);
                let missed = self.outlook * norm * rate.powf(left) / enough;
                if missed >= 1.0 {
                    let part = 0.8 * missed.clamp(1e-4, 20.0).powf(-1.0 / (4.0 + left));
                    return Newton::Failed(part, worst, true);
                }
            }
            (last, last_worst) = (norm, worst);
            if self.outlook * norm <= enough {
                return Newton::Converged(iteration, rate);
            }
        }
        Newton::Failed(0.5, last_worst, true)
    }

    /// One Newton iteration.
    fn iterate(&mut self, system: &System<'_, 1>, y: &[Lane<1>], h: f64, stats: &mut Stats) {
        for stage in 0..STAGES {
            for (point, (y, z)) in self.point.iter_mut().zip(y.iter().zip(&self.z[stage])) {
                *point = *y + *z;
            }
            system.compiled.derivative(&system.bound, &self.point, &mut self.rates, &mut self.f[stage]);
            system.turnover(&self.rates, &mut self.turnover[stage]);
        }
        stats.evaluations += STAGES;
        for i in 0..y.len() {
            let f = [self.f[0][i], self.f[1][i], self.f[2][i]];
            let per = self.mass[i] / h;
            let [single, real, imaginary] = [self.w[0][i] * per, self.w[1][i] * per, self.w[2][i] * per];
            self.f[0][i] = combine(&T_INVERSE[0], f) - single * GAMMA;
            self.f[1][i] = combine(&T_INVERSE[1], f) - (real * ALPHA - imaginary * BETA);
            self.f[2][i] = combine(&T_INVERSE[2], f) - (real * BETA + imaginary * ALPHA);
        }
        let [single, real, imaginary] = &mut self.f;
        self.factors.solve_single(single, stats);
        self.factors.solve_pair(real, imaginary, stats);
        for i in 0..y.len() {
            let change = [self.f[0][i], self.f[1][i], self.f[2][i]];
            for stage in 0..STAGES {
                self.w[stage][i] += change[stage];
            }
            let w = [self.w[0][i], self.w[1][i], self.w[2][i]];
            for stage in 0..STAGES {
                self.change[stage][i] = combine(&T[stage], change);
                self.z[stage][i] = combine(&T[stage], w);
            }
            self.y[i] = y[i] + self.z[STAGES - 1][i];
        }
    }

    /// The largest of the last changes in units of the tolerance, and the variable that has it.
    fn change_norm(&self, tolerance: &Tolerance, y: &[Lane<1>]) -> (f64, usize) {
        let mut norm = (0.0, 0);
        for change in &self.change {
            let own = tolerance.norm(change, y, &self.y);
            if own.0.is_nan() {
                return own;
            }
            if own.0 > norm.0 {
                norm = own;
            }
        }
        norm
    }

    /// The error of the step in units of the tolerance, and the variable that has it (eq. 8.19). Where `careful`, an
    /// error above the tolerance is filtered once more (eq. 8.20): of a stiff transient the first estimate is far
    /// too large.
    pub(super) fn error(
        &mut self,
        system: &System<'_, 1>,
        tolerance: &Tolerance,
        y: &[Lane<1>],
        (h, careful): (f64, bool),
        stats: &mut Stats,
    ) -> (f64, usize) {
        self.error.copy_from_slice(&self.slope);
        self.estimate(h, stats);
        let first = tolerance.norm(&self.error, y, &self.y);
        if first.0 < 1.0 || !careful {
            return first;
        }
        for (point, (y, error)) in self.point.iter_mut().zip(y.iter().zip(&self.error)) {
            *point = *y + *error;
        }
        system.compiled.derivative(&system.bound, &self.point, &mut self.rates, &mut self.error);
        stats.evaluations += 1;
        self.estimate(h, stats);
        tolerance.norm(&self.error, y, &self.y)
    }

    /// Turns a slope in `self.error` into the estimate.
    fn estimate(&mut self, h: f64, stats: &mut Stats) {
        for (i, error) in self.error.iter_mut().enumerate() {
            *error += combine(&ERROR, [self.z[0][i], self.z[1][i], self.z[2][i]]) * (self.mass[i] / h);
        }
        self.factors.solve_single(&mut self.error, stats);
    }

    /// Completes an accepted step: its polynomial and its quadratures.
    ///
    /// Rates of the quadratures are those that the last iteration used, with their change along it: so the turnovers
    /// are those of the amounts to rounding, however far the iteration went, and charge is conserved.
    pub(super) fn complete(&mut self, system: &System<'_, 1>, q: &[Lane<1>], h: f64) {
        self.polynomial.fit(&self.z);
        if q.is_empty() {
            return;
        }
        for stage in 0..STAGES {
            system.compiled.rates_along(&self.terms, &self.change[stage], &mut self.rates);
            for (turnover, quadrature) in self.turnover[stage].iter_mut().zip(&system.quadratures) {
                *turnover += system.quadrature(quadrature, &self.rates);
            }
        }
        for i in 0..q.len() {
            let rates = [self.turnover[0][i], self.turnover[1][i], self.turnover[2][i]];
            for stage in 0..STAGES {
                self.zq[stage][i] = combine(&A[stage], rates) * h;
            }
            self.q[i] = q[i] + self.zq[STAGES - 1][i];
        }
        self.polynomial_q.fit(&self.zq);
    }

    /// State and quadratures within the step just made.
    pub(super) fn interpolate(&self, theta: f64, (y, q): (&mut [Lane<1>], &mut [Lane<1>])) {
        self.polynomial.interpolate(&self.y, theta, y);
        self.polynomial_q.interpolate(&self.q, theta, q);
    }
}

/// How small what an iteration leaves must be, in units of the tolerance: a part of it, and less for a tight one so that
/// the error estimate is undisturbed, but not below rounding (as in the published settings of RADAU5).
fn enough(relative: f64) -> f64 {
    (10.0 * f64::EPSILON / relative).max(relative.sqrt().min(0.03))
}

/// `row . z`
fn combine(row: &[f64; STAGES], z: [Lane<1>; STAGES]) -> Lane<1> {
    z[0] * row[0] + z[1] * row[1] + z[2] * row[2]
}

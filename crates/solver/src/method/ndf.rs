//! One step of a numerical differentiation formula.

use std::sync::Arc;

use ratelaw_network::Lane;

use super::differences::Differences;
use super::ndf_coefficients::{alpha, error};
use super::radau::Newton;
use crate::control::Tolerance;
use crate::linalg::{NumericLu, SymbolicLu};
use crate::stats::Stats;
use crate::system::{System, growth_time};

/// Everything a step writes; allocated once for a trajectory.
///
/// The unknown `d` is what the end of the step is above the prediction, with `M (psi + d) = c f(p + d)` and
/// `c = h / alpha` (Shampine and Reichelt, SIAM J. Sci. Comput. 18 (1997) 1, section 2). Rows of potentials have no
/// derivative: there the mass matrix is 0, and the end fulfils the equation itself.
#[derive(Debug)]
pub(super) struct Ndf {
    plan: Arc<SymbolicLu>,
    lu: NumericLu<1>,
    /// `d rate / d y` where the Jacobian was evaluated.
    terms: Vec<Lane<1>>,
    rates: Vec<Lane<1>>,
    jacobian: Vec<Lane<1>>,
    /// Entries of the Jacobian on its diagonal.
    diagonal: Vec<usize>,
    /// 1 for differential rows, 0 for equations.
    mass: Vec<f64>,
    pub(super) differences: Differences,
    differences_q: Differences,
    predicted: Vec<Lane<1>>,
    psi: Vec<Lane<1>>,
    d: Vec<Lane<1>>,
    /// The last change of `d`.
    change: Vec<Lane<1>>,
    predicted_q: Vec<Lane<1>>,
    psi_q: Vec<Lane<1>>,
    /// Rates of the quadratures, then what their ends are above the predictions.
    turnover: Vec<Lane<1>>,
    error: Vec<Lane<1>>,
    /// How much more the iteration still changes than it changed last, as last seen (Hairer and Wanner II, eq. IV.8.10).
    outlook: f64,
    /// State and quadratures at the end of the step.
    pub(super) y: Vec<Lane<1>>,
    pub(super) q: Vec<Lane<1>>,
}

/// Most Newton iterations: a prediction is close, and what does not converge soon wants a new matrix.
const MOST_ITERATIONS: u32 = 4;
/// What an iteration may leave, in units of the tolerance: errors of steps add up, and this one has no estimate.
const ENOUGH: f64 = 0.02;

impl Ndf {
    pub(super) fn new(system: &System<'_, 1>, plan: Arc<SymbolicLu>) -> Self {
        let n = system.size();
        let entries = system.compiled.jacobian_entries();
        let lanes = |count| vec![Lane::ZERO; count];
        let quadratures = system.quadratures.len();
        Self {
            lu: NumericLu::new(&plan),
            plan,
            terms: lanes(system.compiled.term_count()),
            rates: lanes(system.compiled.directions()),
            jacobian: lanes(entries.len()),
            diagonal: system.diagonal(),
            mass: (0..n).map(|row| f64::from(u8::from(system.is_differential(row)))).collect(),
            differences: Differences::new(n),
            differences_q: Differences::new(quadratures),
            predicted: lanes(n),
            psi: lanes(n),
            d: lanes(n),
            change: lanes(n),
            predicted_q: lanes(quadratures),
            psi_q: lanes(quadratures),
            turnover: lanes(quadratures),
            error: lanes(n),
            outlook: 1.0,
            y: lanes(n),
            q: lanes(quadratures),
        }
    }

    /// Starts anew with a first step of size `h`: first differences are slopes.
    pub(super) fn begin(&mut self, system: &System<'_, 1>, y: &[Lane<1>], h: f64, stats: &mut Stats) {
        self.outlook = 1.0;
        system.compiled.derivative(&system.bound, y, &mut self.rates, &mut self.change);
        stats.evaluations += 1;
        system.turnover(&self.rates, &mut self.turnover);
        for (first, rate) in self.differences_q.begin().iter_mut().zip(&self.turnover) {
            *first = *rate * h;
        }
        for (i, first) in self.differences.begin().iter_mut().enumerate() {
            *first = self.change[i] * (h * self.mass[i]);
        }
        let potentials = system.compiled.potentials();
        if potentials.is_empty() {
            return;
        }
        // A potential has the slope that keeps its equation when the others change by theirs: M/c - J applied to all
        // slopes has zeros in its row.
        self.linearise(system, y, stats);
        self.factorise(system, h, stats);
        for (change, mass) in self.change.iter_mut().zip(&self.mass) {
            *change = *change * (mass / h);
        }
        self.lu.solve(&self.plan, &mut self.change);
        stats.solves += 1;
        let first = self.differences.begin();
        for i in 0..first.len() {
            first[i] = self.change[i] * h;
        }
        system.compiled.derivative(&system.bound, y, &mut self.rates, &mut self.change);
        for (i, first) in first.iter_mut().enumerate().filter(|(i, _)| !potentials.contains(i)) {
            *first = self.change[i] * h;
        }
        stats.evaluations += 1;
    }

    /// Evaluates the Jacobian.
    pub(super) fn linearise(&mut self, system: &System<'_, 1>, y: &[Lane<1>], stats: &mut Stats) {
        system.compiled.terms(&system.bound, y, &mut self.terms);
        system.compiled.jacobian(&system.bound, &self.terms, &mut self.jacobian);
        stats.jacobians += 1;
    }

    /// Factorises `M/c - J`.
    pub(super) fn factorise(&mut self, system: &System<'_, 1>, c: f64, stats: &mut Stats) {
        let own = (Lane([c.recip()]), |row| system.is_differential(row));
        let sound = self.lu.factorise_step(&self.plan, &self.jacobian, own);
        stats.pivoted += usize::from(sound == [false]);
        stats.factorisations += 1;
    }

    /// See [`growth_time`].
    pub(super) fn growth_time(&self) -> f64 {
        growth_time(&self.jacobian, &self.diagonal)
    }

    /// Makes the differences fit steps `ratio` times as long.
    pub(super) fn rescale(&mut self, order: usize, ratio: f64) {
        self.differences.rescale(order, ratio);
        self.differences_q.rescale(order, ratio);
    }

    /// Iterates to the end of a step with `c = h / alpha`, for which the matrix is factorised; convergence is followed as
    /// in Hairer and Wanner II, section IV.8.
    pub(super) fn newton(
        &mut self,
        system: &System<'_, 1>,
        tolerance: &Tolerance,
        y: &[Lane<1>],
        (order, h): (usize, f64),
        stats: &mut Stats,
    ) -> Newton {
        let per = alpha(order) / h;
        self.differences.predict(order, y, &mut self.predicted, &mut self.psi);
        self.y.copy_from_slice(&self.predicted);
        self.d.fill(Lane::ZERO);
        let enough = ENOUGH.max(10.0 * f64::EPSILON / tolerance.relative);
        let (mut last, mut last_worst, mut rate) = (0.0, 0, 0.0);
        self.outlook = self.outlook.max(f64::EPSILON).powf(0.8);
        for iteration in 1..=MOST_ITERATIONS {
            system.compiled.derivative(&system.bound, &self.y, &mut self.rates, &mut self.change);
            system.turnover(&self.rates, &mut self.turnover);
            stats.evaluations += 1;
            for i in 0..y.len() {
                self.change[i] -= (self.psi[i] + self.d[i]) * (self.mass[i] * per);
            }
            self.lu.solve(&self.plan, &mut self.change);
            stats.solves += 1;
            for i in 0..y.len() {
                self.d[i] += self.change[i];
                self.y[i] = self.predicted[i] + self.d[i];
            }
            let (norm, worst) = tolerance.norm(&self.change, y, &self.y);
            if !norm.is_finite() {
                return Newton::Failed(0.25, worst, false);
            }
            if iteration > 1 {
                rate = norm / last;
                let left = f64::from(MOST_ITERATIONS - iteration);
                if rate >= 0.9 || rate.powf(left) * norm * rate / (1.0 - rate) > enough {
                    return Newton::Failed(0.25, worst, true);
                }
                self.outlook = rate / (1.0 - rate);
            }
            (last, last_worst) = (norm, worst);
            if self.outlook * norm <= enough {
                return Newton::Converged(iteration, rate);
            }
        }
        Newton::Failed(0.25, last_worst, true)
    }

    /// The error of the step in units of the tolerance, and the variable that has it.
    pub(super) fn error(&mut self, tolerance: &Tolerance, y: &[Lane<1>], order: usize) -> (f64, usize) {
        let weight = error(order);
        for (error, d) in self.error.iter_mut().zip(&self.d) {
            *error = *d * weight;
        }
        tolerance.norm(&self.error, y, &self.y)
    }

    /// What the error of the step just tried would have been at the order below: the step's own difference of that order.
    pub(super) fn error_below(&mut self, tolerance: &Tolerance, y: &[Lane<1>], order: usize) -> f64 {
        let weight = error(order - 1);
        for (error, (d, difference)) in self.error.iter_mut().zip(self.d.iter().zip(self.differences.of(order))) {
            *error = (*d + *difference) * weight;
        }
        tolerance.norm(&self.error, y, &self.y).0
    }

    /// What the error would have been at another order, up to that above, after [`Ndf::complete`].
    pub(super) fn error_at(&mut self, tolerance: &Tolerance, y: &[Lane<1>], order: usize) -> f64 {
        let weight = error(order);
        for (error, difference) in self.error.iter_mut().zip(self.differences.of(order + 1)) {
            *error = *difference * weight;
        }
        tolerance.norm(&self.error, y, &self.y).0
    }

    /// Completes an accepted step: its differences and its quadratures.
    ///
    /// Rates of the quadratures are those that the last iteration used, with their change along it: so the turnovers
    /// are those of the amounts to rounding, however far the iteration went, and charge is conserved.
    pub(super) fn complete(&mut self, system: &System<'_, 1>, q: &[Lane<1>], (order, h): (usize, f64)) {
        self.differences.advance(order, &self.d);
        if q.is_empty() {
            return;
        }
        let c = h / alpha(order);
        self.differences_q.predict(order, q, &mut self.predicted_q, &mut self.psi_q);
        system.compiled.rates_along(&self.terms, &self.change, &mut self.rates);
        for (i, quadrature) in system.quadratures.iter().enumerate() {
            let rate = self.turnover[i] + system.quadrature(quadrature, &self.rates);
            self.turnover[i] = rate * c - self.psi_q[i];
            self.q[i] = self.predicted_q[i] + self.turnover[i];
        }
        self.differences_q.advance(order, &self.turnover);
    }

    /// State and quadratures within the step just made.
    pub(super) fn interpolate(&self, order: usize, theta: f64, (y, q): (&mut [Lane<1>], &mut [Lane<1>])) {
        self.differences.interpolate(order, &self.y, theta, y);
        self.differences_q.interpolate(order, &self.q, theta, q);
    }
}

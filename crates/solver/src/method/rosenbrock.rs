//! One step of a Rosenbrock method, on lanes.

use ratelaw_network::Lane;

use super::tableau::{RODAS5P, Tableau};
use crate::linalg::{NumericLu, SymbolicLu};
use crate::stats::Stats;
use crate::system::System;

const STAGES: usize = 8;
/// The part of what steps conserve that a stage may lose; above it the stage is refined.
const KEPT: f64 = 1e-12;
/// Most passes of a refinement: enough for steps 1e13 times as long as the fastest time of a network.
const MOST_PASSES: usize = 4;
const DENSE: usize = 3;
/// The method in use; the workspace is sized for it.
pub(crate) const TABLEAU: &Tableau<STAGES, DENSE> = &RODAS5P;

/// Everything a step writes; allocated once for a trajectory.
#[derive(Debug)]
pub(crate) struct Rosenbrock<const W: usize> {
    pub(super) symbolic: SymbolicLu,
    pub(super) lu: NumericLu<W>,
    /// `d rate / d y` at the start of the step.
    pub(super) terms: Vec<Lane<W>>,
    pub(super) rates: Vec<Lane<W>>,
    jacobian: Vec<Lane<W>>,
    /// Entries of the Jacobian on its diagonal.
    diagonal: Vec<usize>,
    pub(super) point: Vec<Lane<W>>,
    slope: Vec<Lane<W>>,
    /// Right-hand side, residual and rates of a refined solution.
    refined: [Vec<Lane<W>>; 3],
    /// The fastest own rate of any species, 1/s.
    fastest: Lane<W>,
    /// Stages of the state and of the quadratures.
    pub(super) u: Stages<W>,
    pub(super) uq: Stages<W>,
    /// State and quadratures at the end of the step.
    pub(crate) y: Vec<Lane<W>>,
    pub(crate) q: Vec<Lane<W>>,
}

/// Stage values, one row for each stage.
#[derive(Debug, Clone)]
pub(crate) struct Stages<const W: usize>(pub(crate) [Vec<Lane<W>>; STAGES]);

impl<const W: usize> Stages<W> {
    pub(crate) fn new(n: usize) -> Self {
        Self(std::array::from_fn(|_| vec![Lane::ZERO; n]))
    }

    /// `start + sum_j row[j] u_j` over the first `count` stages.
    pub(super) fn combine(&self, start: &[Lane<W>], row: &[f64; STAGES], count: usize, out: &mut [Lane<W>]) {
        out.copy_from_slice(start);
        for (stage, weight) in self.0.iter().zip(row).take(count) {
            if *weight != 0.0 {
                for (out, u) in out.iter_mut().zip(stage) {
                    *out += *u * *weight;
                }
            }
        }
    }

    /// Dense output within the step from `y0` to `y1`, at the fraction `theta` of it.
    pub(crate) fn interpolate(&self, y0: &[Lane<W>], y1: &[Lane<W>], theta: f64, out: &mut [Lane<W>]) {
        let rest = 1.0 - theta;
        for i in 0..out.len() {
            let mut bend = Lane::ZERO;
            for row in TABLEAU.dense.iter().rev() {
                bend = bend * theta;
                for (stage, weight) in self.0.iter().zip(row) {
                    bend += stage[i] * *weight;
                }
            }
            out[i] = y0[i] * rest + (y1[i] + bend * rest) * theta;
        }
    }
}

impl<const W: usize> Rosenbrock<W> {
    pub(crate) fn new(system: &System<'_, W>) -> Self {
        let n = system.size();
        let entries = system.compiled.jacobian_entries();
        let symbolic = SymbolicLu::new(n, entries);
        let lu = NumericLu::new(&symbolic);
        let lanes = |count| vec![Lane::ZERO; count];
        let quadratures = system.quadratures.len();
        Self {
            symbolic,
            lu,
            terms: lanes(system.compiled.term_count()),
            rates: lanes(system.compiled.directions()),
            jacobian: lanes(entries.len()),
            diagonal: (0..entries.len()).filter(|e| entries[*e].0 == entries[*e].1).collect(),
            point: lanes(n),
            slope: lanes(n),
            refined: [lanes(n), lanes(n), lanes(system.compiled.directions())],
            fastest: Lane::ZERO,
            u: Stages::new(n),
            uq: Stages::new(quadratures),
            y: lanes(n),
            q: lanes(quadratures),
        }
    }

    /// Evaluates the Jacobian at the start of a step.
    pub(crate) fn linearise(&mut self, system: &System<'_, W>, y: &[Lane<W>], stats: &mut Stats) {
        system.compiled.terms(&system.bound, y, &mut self.terms);
        system.compiled.jacobian(&system.bound, &self.terms, &mut self.jacobian);
        stats.jacobians += 1;
        self.fastest = Lane::ZERO;
        for entry in &self.diagonal {
            for (fastest, own) in self.fastest.0.iter_mut().zip(self.jacobian[*entry].0) {
                *fastest = fastest.max(own.abs());
            }
        }
    }

    /// An entry of the Jacobian's diagonal at the start of the step.
    pub(crate) fn slope_of(&self, system: &System<'_, W>, row: usize) -> Lane<W> {
        let entries = system.compiled.jacobian_entries();
        let own = self.diagonal.iter().find(|entry| entries[**entry].0 == row);
        own.map_or(Lane::ZERO, |entry| self.jacobian[*entry])
    }

    /// The shortest time in which a species multiplies by itself (autocatalysis), from the diagonal of the
    /// Jacobian; infinite where none does. For the first lane.
    pub(crate) fn growth_time(&self) -> f64 {
        let own = self.diagonal.iter().map(|entry| self.jacobian[*entry].0[0]);
        own.fold(0.0, f64::max).recip()
    }

    /// Tries a step of size `h` (each lane its own) from `y` and `q`, where [`Rosenbrock::linearise`] was
    /// called; leaves the end in `self.y` and `self.q` and the error estimate in [`Rosenbrock::error`].
    pub(crate) fn attempt(
        &mut self,
        system: &System<'_, W>,
        y: &[Lane<W>],
        q: &[Lane<W>],
        h: Lane<W>,
        stats: &mut Stats,
    ) {
        self.factorise(system, h, stats);
        let inverse = h.map(f64::recip);
        // Amounts, and the time after the potentials; the rows of potentials have no derivative to couple.
        let (differential, after) = (0..system.compiled.potentials().start, system.compiled.potentials().end);
        for i in 0..STAGES {
            self.u.combine(y, &TABLEAU.a[i], i, &mut self.point);
            system.compiled.derivative(&system.bound, &self.point, &mut self.rates, &mut self.slope);
            let (done, rest) = self.u.0.split_at_mut(i);
            let right = &mut rest[0];
            right.copy_from_slice(&self.slope);
            add_couplings(&mut right[differential.clone()], done, 0, &TABLEAU.c[i], inverse);
            add_couplings(&mut right[after..], done, after, &TABLEAU.c[i], inverse);
            let right = &mut self.u.0[i];
            self.refined[0].copy_from_slice(right);
            self.lu.solve(&self.symbolic, right);
            self.refine(system, i, h, stats);
            self.quadrature_stage(system, i, h, inverse);
        }
        stats.evaluations += STAGES;
        stats.solves += STAGES;
        // The last stage point plus the last stage: stiff accuracy.
        for (y, (point, error)) in self.y.iter_mut().zip(self.point.iter().zip(&self.u.0[STAGES - 1])) {
            *y = *point + *error;
        }
        self.uq.combine(q, &TABLEAU.a[STAGES - 1], STAGES - 1, &mut self.q);
        for (q, last) in self.q.iter_mut().zip(&self.uq.0[STAGES - 1]) {
            *q += *last;
        }
    }

    /// `M/(h gamma) - J`, factorised.
    fn factorise(&mut self, system: &System<'_, W>, h: Lane<W>, stats: &mut Stats) {
        let values = self.lu.values();
        values.fill(Lane::ZERO);
        for (slot, entry) in self.symbolic.entry_slots().iter().zip(&self.jacobian) {
            values[*slot] = -*entry;
        }
        let diagonal = (h * TABLEAU.gamma).map(f64::recip);
        for (row, slot) in self.symbolic.diagonal().iter().enumerate() {
            if system.is_differential(row) {
                values[*slot] += diagonal;
            }
        }
        stats.pivoted += self.lu.factorise(&self.symbolic);
        stats.factorisations += 1;
    }

    /// Refines the solution of a stage where elimination has lost digits.
    ///
    /// The rows of a fast step nearly cancel in what the step conserves, and elimination keeps only `1/(h gamma |J|)` of
    /// the digits of that. The residual is summed step by step, so what steps conserve is exact in it, and the
    /// correction brings it back (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., chapter 12).
    fn refine(&mut self, system: &System<'_, W>, i: usize, h: Lane<W>, stats: &mut Stats) {
        // What one elimination loses, and each pass of the refinement again.
        let loss = h * TABLEAU.gamma * self.fastest * f64::EPSILON;
        let mut lost = loss;
        for _ in 0..MOST_PASSES {
            let lanes = lost.0.map(|lost| lost > KEPT);
            if !lanes.contains(&true) {
                return;
            }
            self.refine_once(system, i, h, lanes);
            stats.solves += 1;
            lost = lost * loss;
        }
    }

    fn refine_once(&mut self, system: &System<'_, W>, i: usize, h: Lane<W>, lanes: [bool; W]) {
        let compiled = system.compiled;
        let diagonal = (h * TABLEAU.gamma).map(f64::recip);
        let [right, residual, rates] = &mut self.refined;
        let x = &mut self.u.0[i];
        compiled.rates_along(&self.terms, x, rates);
        compiled.accumulate(rates, residual);
        compiled.close_tangent(&system.bound, None, x, None, residual);
        for (row, residual) in residual.iter_mut().enumerate() {
            *residual += right[row];
            if system.is_differential(row) {
                *residual -= x[row] * diagonal;
            }
        }
        self.lu.solve(&self.symbolic, residual);
        for (x, correction) in x.iter_mut().zip(residual) {
            for lane in (0..W).filter(|lane| lanes[*lane]) {
                x.0[lane] += correction.0[lane];
            }
        }
    }

    /// The quadrature's stage: its own row of the stage equations, which needs no linear solve.
    fn quadrature_stage(&mut self, system: &System<'_, W>, i: usize, h: Lane<W>, inverse: Lane<W>) {
        if self.q.is_empty() {
            return;
        }
        let (done, rest) = self.uq.0.split_at_mut(i);
        let right = &mut rest[0];
        system.turnover(&self.rates, right);
        // The rates at the stage point are used up, so their place takes the derivative along the stage.
        system.compiled.rates_along(&self.terms, &self.u.0[i], &mut self.rates);
        for (right, quadrature) in right.iter_mut().zip(&system.quadratures) {
            *right += system.quadrature(quadrature, &self.rates);
        }
        add_couplings(right, done, 0, &TABLEAU.c[i], inverse);
        for right in right {
            *right = *right * (h * TABLEAU.gamma);
        }
    }

    /// The estimated error of the state.
    pub(crate) fn error(&self) -> &[Lane<W>] {
        &self.u.0[STAGES - 1]
    }

    /// State and quadratures within the step just made, which started from `y0` and `q0`.
    pub(crate) fn interpolate(
        &self,
        (y0, q0): (&[Lane<W>], &[Lane<W>]),
        theta: f64,
        (y, q): (&mut [Lane<W>], &mut [Lane<W>]),
    ) {
        self.u.interpolate(y0, &self.y, theta, y);
        self.uq.interpolate(q0, &self.q, theta, q);
    }
}

/// `right += sum_j c_j u_j / h` over the stages done, for the variables from `first` on.
pub(super) fn add_couplings<const W: usize>(
    right: &mut [Lane<W>],
    done: &[Vec<Lane<W>>],
    first: usize,
    row: &[f64; STAGES],
    inverse: Lane<W>,
) {
    for (stage, weight) in done.iter().zip(row) {
        let weight = inverse * *weight;
        for (right, u) in right.iter_mut().zip(&stage[first..]) {
            *right += *u * weight;
        }
    }
}

//! One step of a Rosenbrock method, on lanes.

use std::sync::Arc;

use ratelaw_network::{Compiled, Lane, Network, wide};

use super::conserved::Conserved;
use super::stages::Stages;
use super::tableau::{STAGES, Tableau};
use crate::lanes::{Lanes, lanes};
use crate::linalg::{NumericLu, SymbolicLu};
use crate::system::System;

/// The part of what steps conserve that a step may lose; above it the step is refined.
const KEPT: f64 = 1e-13;
/// What a stage may lose. What stages lose only perturbs where rates are evaluated, and what the
/// step loses by it is mended at its end.
const KEPT_BY_STAGES: f64 = 1e-6;
/// The same where a current is read off the turnover within a step, because forward and reverse rate cancel.
const KEPT_BY_TURNOVERS: f64 = 1e-12;
/// Most passes of a refinement: enough for steps 1e13 times as long as the fastest time of a network.
const MOST_PASSES: usize = 4;

/// What all steps of a network share.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) symbolic: Arc<SymbolicLu>,
    pub(crate) conserved: Arc<Conserved>,
}

impl Shared {
    pub(crate) fn new(network: &Network, tables: &Compiled) -> Self {
        Self { symbolic: SymbolicLu::of(tables), conserved: Arc::new(Conserved::new(network, tables)) }
    }
}

/// Everything a step writes; allocated once for a trajectory.
#[derive(Debug)]
pub(crate) struct Rosenbrock<const W: usize> {
    pub(super) method: &'static Tableau,
    /// Weights of the slopes.
    weights: [f64; STAGES],
    /// What a stage may lose of what steps conserve.
    kept: f64,
    pub(crate) symbolic: Arc<SymbolicLu>,
    pub(super) lu: NumericLu<W>,
    /// `d rate / d y` at the start of the step.
    pub(super) terms: Lanes<W>,
    pub(super) rates: Lanes<W>,
    jacobian: Lanes<W>,
    /// Entries of the Jacobian on its diagonal.
    diagonal: Vec<usize>,
    pub(super) point: Lanes<W>,
    slope: Lanes<W>,
    /// `sum c_ij u_j` of the present stage.
    coupled: Lanes<W>,
    /// Mean right-hand side over the step, from the rates at the stages.
    mean: Lanes<W>,
    /// Right-hand side, solution, residual and rates of a refinement.
    refined: [Lanes<W>; 4],
    conserved: Arc<Conserved>,
    /// The magnitude of the own rate of each variable, 1/s, and the largest of any.
    own: Lanes<W>,
    fastest: Lane<W>,
    /// The largest stage of each variable.
    largest: Lanes<W>,
    /// The fastest rate at which any species multiplies by itself (autocatalysis), 1/s.
    growth: Lane<W>,
    /// Stages of the state and of the quadratures.
    pub(super) u: Stages<W>,
    pub(super) uq: Stages<W>,
    /// State and quadratures at the end of the step.
    pub(crate) y: Lanes<W>,
    pub(crate) q: Lanes<W>,
    /// What the step last tried cost each lane beside its stages.
    pub(crate) extra: [Extra; W],
}

/// Work of a step beside its stages.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Extra {
    /// Linear solves of refinements.
    pub(crate) solves: usize,
    /// Whether its matrix was factorised again with pivoting.
    pub(crate) pivoted: bool,
}

impl<const W: usize> Rosenbrock<W> {
    pub(crate) fn new(method: &'static Tableau, system: &System<'_, W>, shared: &Shared) -> Self {
        let n = system.size();
        let symbolic = &shared.symbolic;
        let entries = system.compiled.jacobian_entries();
        let directions = system.compiled.directions();
        let quadratures = system.quadratures.len();
        Self {
            method,
            weights: method.weights(),
            kept: if system.compiled.has_reversible_currents() { KEPT_BY_TURNOVERS } else { KEPT_BY_STAGES },
            lu: NumericLu::new(symbolic),
            symbolic: Arc::clone(symbolic),
            terms: lanes(system.compiled.term_count()),
            rates: lanes(directions),
            jacobian: lanes(entries.len()),
            diagonal: system.diagonal(),
            point: lanes(n),
            slope: lanes(n),
            coupled: lanes(n),
            mean: lanes(n),
            refined: [lanes(n), lanes(n), lanes(n), lanes(directions)],
            conserved: Arc::clone(&shared.conserved),
            own: lanes(n),
            fastest: Lane::ZERO,
            largest: lanes(n),
            growth: Lane::ZERO,
            u: Stages::new(method.stages, n),
            uq: Stages::new(method.stages, quadratures),
            y: lanes(n),
            q: lanes(quadratures),
            extra: [Extra::default(); W],
        }
    }

    /// Its coefficients.
    pub(crate) fn method(&self) -> &'static Tableau {
        self.method
    }

    /// Evaluates the Jacobian at the start of a step.
    pub(crate) fn linearise(&mut self, system: &System<'_, W>, y: &[Lane<W>]) {
        system.compiled.terms(&system.bound, y, &mut self.terms);
        system.compiled.jacobian(&system.bound, &self.terms, &mut self.jacobian);
        (self.fastest, self.growth) = (Lane::ZERO, Lane::ZERO);
        let entries = system.compiled.jacobian_entries();
        for entry in &self.diagonal {
            let (row, rate) = (entries[*entry].0, self.jacobian[*entry]);
            self.own[row] = rate.map(f64::abs);
            self.fastest =
                self.fastest.zip(rate, |fastest, rate| if rate.abs() > fastest { rate.abs() } else { fastest });
            self.growth = self.growth.zip(rate, |growth, rate| if rate > growth { rate } else { growth });
        }
    }

    /// The shortest times in which a species multiplies by itself (autocatalysis), from the diagonal of the
    /// Jacobian; infinite where none does.
    pub(crate) fn growth_times(&self) -> Lane<W> {
        self.growth.map(f64::recip)
    }

    /// Tries a step of size `h` (each lane its own) from `y` and `q`, where [`Rosenbrock::linearise`] was
    /// called; leaves the end in `self.y` and `self.q` and the error estimate in [`Rosenbrock::error`].
    pub(crate) fn attempt(&mut self, system: &System<'_, W>, y: &[Lane<W>], q: &[Lane<W>], h: Lane<W>) {
        self.extra = [Extra::default(); W];
        self.factorise(system, h);
        let inverse = h.map(f64::recip);
        // What one elimination can lose at most of what steps conserve.
        let loss = h * self.fastest * (self.method.gamma * f64::EPSILON);
        // Each lane by its own loss: what its neighbours need must not touch it.
        let refines = loss.0.map(|loss| loss > KEPT);
        let refines_stages = loss.0.map(|loss| loss > self.kept);
        let refining = refines.contains(&true);
        if refining {
            self.mean.fill(Lane::ZERO);
        }
        for i in 0..self.method.stages {
            wide::<W, _>(
                #[inline(always)]
                || self.u.prepare(self.method, i, y, (&mut self.point, &mut self.coupled)),
            );
            self.right_hand_side(system, i, inverse, refining);
            let right = &mut self.u.0[i];
            if refines_stages.contains(&true) {
                self.refined[0].copy_from_slice(right);
            }
            self.lu.solve(&self.symbolic, right);
            if refines_stages.contains(&true) {
                self.refine_stage(system, i, (y, h), refines_stages);
            }
            self.quadrature_stage(system, i, h, inverse);
        }
        self.finish(q);
        if refining {
            self.refine_step(system, (y, h), refines);
        }
    }

    /// `f + sum c_ij/h u_j`, in the place of the stage; the rows of potentials have no derivative to couple. Adds to the
    /// mean right-hand side where that will be asked for.
    fn right_hand_side(&mut self, system: &System<'_, W>, i: usize, inverse: Lane<W>, with_mean: bool) {
        let Self { coupled, mean, rates, .. } = self;
        let weight = self.weights[i];
        system.compiled.derivative_with(
            &system.bound,
            &self.point,
            rates,
            &mut self.u.0[i],
            #[inline(always)]
            |k, derivative| {
                if with_mean {
                    mean[k] += derivative * weight;
                }
                derivative + coupled[k] * inverse
            },
        );
    }

    /// The ends of state and quadratures: the last point plus the last stage, by stiff accuracy.
    fn finish(&mut self, q: &[Lane<W>]) {
        let last = self.method.stages - 1;
        wide::<W, _>(
            #[inline(always)]
            || {
                for k in 0..self.y.len() {
                    self.y[k] = self.point[k] + self.u.0[last][k];
                }
                self.uq.combine(q, &self.method.a[last], last, &mut self.q);
                for (q, last) in self.q.iter_mut().zip(self.uq.0[last].iter()) {
                    *q += *last;
                }
            },
        );
    }

    /// `M/(h gamma) - J`, factorised.
    fn factorise(&mut self, system: &System<'_, W>, h: Lane<W>) {
        let diagonal = (h * self.method.gamma).map(f64::recip);
        let own = (diagonal, |row| system.is_differential(row));
        let sound = self.lu.factorise_step(&self.symbolic, &self.jacobian, own);
        for (extra, sound) in self.extra.iter_mut().zip(sound) {
            extra.pivoted = !sound;
        }
    }

    /// Refines the solution of a stage where elimination has lost digits that the step cannot do without.
    ///
    /// The rows of a fast step nearly cancel in what the step conserves, and elimination keeps only `1/(h gamma |J|)` of
    /// the digits of that. The residual is summed step by step, so what steps conserve is exact in it, and the
    /// correction brings it back (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., chapter 12).
    fn refine_stage(&mut self, system: &System<'_, W>, i: usize, (y, h): (&[Lane<W>], Lane<W>), mut lanes: [bool; W]) {
        let mut lost = self.loss(&self.u.0[i], y, h);
        for _ in 0..MOST_PASSES {
            narrow(&mut lanes, lost, self.kept);
            if !lanes.contains(&true) {
                return;
            }
            let [right, _, residual, rates] = &mut self.refined;
            let linear = Linear { system, terms: &self.terms, h, gamma: self.method.gamma };
            linear.residual(right, &self.u.0[i], rates, residual);
            self.lu.solve(&self.symbolic, residual);
            add_where(&mut self.u.0[i], residual, &lanes);
            count(&mut self.extra, &lanes);
            lost = self.loss(&self.refined[2], y, h);
        }
    }

    /// The part of what steps conserve that elimination has lost in a solution: rounding of the largest term of each row,
    /// `J_ii x_i`, times `h gamma`.
    fn loss(&self, x: &[Lane<W>], y: &[Lane<W>], h: Lane<W>) -> Lane<W> {
        self.conserved.loss(&self.own, x, y) * (h * (self.method.gamma * f64::EPSILON))
    }

    /// Mends what the step as a whole has lost.
    ///
    /// The turnovers of the step give its end once more, `y0 + N xi`: what steps conserve is exact in it, though the rest
    /// is not, since errors come back times `h |J|`. The difference of the two ends is a residual: solved with the
    /// factors at hand it keeps its conserved part and loses the rest. One solve a step instead of one a stage.
    fn refine_step(&mut self, system: &System<'_, W>, (y, h): (&[Lane<W>], Lane<W>), mut refined: [bool; W]) {
        let compiled = system.compiled;
        wide::<W, _>(
            #[inline(always)]
            || {
                self.largest.fill(Lane::ZERO);
                for u in &self.u.0 {
                    for k in 0..u.len() {
                        self.largest[k] = self.largest[k].zip(u[k].map(f64::abs), |a, b| if b > a { b } else { a });
                    }
                }
            },
        );
        narrow(&mut refined, self.loss(&self.largest, y, h), KEPT);
        if !refined.contains(&true) {
            return;
        }
        wide::<W, _>(
            #[inline(always)]
            || {
                self.point.fill(Lane::ZERO);
                for (u, weight) in self.u.0.iter().zip(&self.weights) {
                    add(&mut self.point, u, *weight);
                }
            },
        );
        compiled.rates_along(&self.terms, &self.point, &mut self.rates);
        compiled.accumulate(&self.rates, &mut self.slope);
        let inverse = (h * self.method.gamma).map(f64::recip);
        let [right, x, residual, rates] = &mut self.refined;
        wide::<W, _>(
            #[inline(always)]
            || {
                let amounts = compiled.potentials().start;
                right.fill(Lane::ZERO);
                for (k, right) in right[..amounts].iter_mut().enumerate() {
                    *right = ((y[k] - self.y[k]) + (self.mean[k] + self.slope[k]) * h) * inverse;
                }
            },
        );
        x.copy_from_slice(right);
        self.lu.solve(&self.symbolic, x);
        let linear = Linear { system, terms: &self.terms, h, gamma: self.method.gamma };
        let scale = h * (self.method.gamma * f64::EPSILON);
        let (mut lost, mut lanes) = (self.conserved.loss(&self.own, x, y) * scale, refined);
        for _ in 1..MOST_PASSES {
            narrow(&mut lanes, lost, KEPT);
            if !lanes.contains(&true) {
                break;
            }
            linear.residual(right, x, rates, residual);
            self.lu.solve(&self.symbolic, residual);
            add_where(x, residual, &lanes);
            count(&mut self.extra, &lanes);
            lost = self.conserved.loss(&self.own, residual, y) * scale;
        }
        add_where(&mut self.y, x, &refined);
        count(&mut self.extra, &refined);
        let scale = h * self.method.gamma;
        for (q, quadrature) in self.q.iter_mut().zip(&system.quadratures) {
            let change = system.quadrature_along(quadrature, &self.terms, x) * scale;
            *q = q.replaced(*q + change, &refined);
        }
    }

    /// The quadrature's stage: its own row of the stage equations, which needs no linear solve.
    fn quadrature_stage(&mut self, system: &System<'_, W>, i: usize, h: Lane<W>, inverse: Lane<W>) {
        if self.q.is_empty() {
            return;
        }
        let scale = h * self.method.gamma;
        wide::<W, _>(
            #[inline(always)]
            || {
                for (k, quadrature) in system.quadratures.iter().enumerate() {
                    let own = system.quadrature(quadrature, &self.rates);
                    let along = system.quadrature_along(quadrature, &self.terms, &self.u.0[i]);
                    let right = own + along + self.uq.coupled(self.method, i, k) * inverse;
                    self.uq.0[i][k] = right * scale;
                }
            },
        );
    }

    /// The estimated error of the state.
    pub(crate) fn error(&self) -> &[Lane<W>] {
        &self.u.0[self.method.stages - 1]
    }

    /// State and quadratures of a lane within the step just made, which started from `y0` and `q0`.
    pub(crate) fn interpolate(
        &self,
        (y0, q0): (&[Lane<W>], &[Lane<W>]),
        at: (usize, f64),
        (y, q): (&mut [f64], &mut [f64]),
    ) {
        self.u.interpolate(self.method, (y0, &self.y), at, y);
        self.uq.interpolate(self.method, (q0, &self.q), at, q);
    }
}

/// The linear system of a step.
struct Linear<'s, 'a, const W: usize> {
    system: &'s System<'a, W>,
    terms: &'s [Lane<W>],
    h: Lane<W>,
    gamma: f64,
}

impl<const W: usize> Linear<'_, '_, W> {
    /// `right - (M/(h gamma) - J) x`, with the product summed step by step.
    fn residual(&self, right: &[Lane<W>], x: &[Lane<W>], rates: &mut [Lane<W>], residual: &mut [Lane<W>]) {
        let compiled = self.system.compiled;
        let diagonal = (self.h * self.gamma).map(f64::recip);
        compiled.rates_along(self.terms, x, rates);
        compiled.accumulate(rates, residual);
        compiled.close_tangent(&self.system.bound, None, x, None, residual);
        for (row, residual) in residual.iter_mut().enumerate() {
            *residual += right[row];
            if self.system.is_differential(row) {
                *residual -= x[row] * diagonal;
            }
        }
    }
}

/// `sum += weight * of`
#[inline(always)]
fn add<const W: usize>(sum: &mut [Lane<W>], of: &[Lane<W>], weight: f64) {
    for k in 0..sum.len() {
        sum[k] += of[k] * weight;
    }
}

/// Keeps those of some lanes that have lost more than they may; one that is left out stays so.
fn narrow<const W: usize>(lanes: &mut [bool; W], lost: Lane<W>, most: f64) {
    for (lane, lost) in lanes.iter_mut().zip(lost.0) {
        *lane &= lost > most;
    }
}

/// Adds a change in some lanes.
fn add_where<const W: usize>(to: &mut [Lane<W>], change: &[Lane<W>], lanes: &[bool; W]) {
    for (to, change) in to.iter_mut().zip(change) {
        *to = to.replaced(*to + *change, lanes);
    }
}

/// Counts a solve in some lanes.
fn count<const W: usize>(extra: &mut [Extra; W], lanes: &[bool; W]) {
    for (extra, taken) in extra.iter_mut().zip(lanes) {
        extra.solves += usize::from(*taken);
    }
}

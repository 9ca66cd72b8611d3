//! Exact derivatives of the computed solution: the step itself differentiated, with its size held.
//!
//! Differentiating the stage equations in a parameter gives, with the same matrix,
//! `(I/(h gamma) - J) u_i' = f_y(Y_i) Y_i' + f_p(Y_i) + sum c_ij/h u_j' + J' u_i`, where `J'` is the change
//! of the Jacobian at the start of the step (Hairer, Norsett and Wanner I, section II.6, "internal
//! differentiation"). What comes out is the derivative of the numbers that the solver printed, not another
//! approximation of the true one.

use ratelaw_network::{BoundAlong, Lane};

use super::rosenbrock::{Rosenbrock, Stages, TABLEAU, add_couplings};
use crate::stats::Stats;
use crate::system::System;

/// The derivative of state and quadratures in one direction.
#[derive(Debug)]
pub(crate) struct Tangent<const W: usize> {
    /// How the network's numbers change; none for an initial value.
    pub(crate) along: Option<BoundAlong<W>>,
    /// Derivatives at the start of the step.
    pub(crate) y: Vec<Lane<W>>,
    pub(crate) q: Vec<Lane<W>>,
    /// Derivatives at the end of the step last made.
    end_y: Vec<Lane<W>>,
    end_q: Vec<Lane<W>>,
    u: Stages<W>,
    uq: Stages<W>,
    point: Vec<Lane<W>>,
    rates: Vec<Lane<W>>,
    second: Vec<Lane<W>>,
    /// Currents that a change of a resistance multiplies, in the rows of floating potentials.
    currents: Vec<Lane<W>>,
}

impl<const W: usize> Tangent<W> {
    /// A direction in which the variables at the start change; how the network's numbers do is set with the conditions.
    pub(crate) fn new(system: &System<'_, W>, initial: Vec<Lane<W>>) -> Self {
        let (n, m) = (system.size(), system.quadratures.len());
        let lanes = |count| vec![Lane::ZERO; count];
        Self {
            along: None,
            y: initial,
            q: lanes(m),
            end_y: lanes(n),
            end_q: lanes(m),
            u: Stages::new(n),
            uq: Stages::new(m),
            point: lanes(n),
            rates: lanes(system.compiled.directions()),
            second: lanes(system.compiled.directions()),
            currents: lanes(n),
        }
    }

    /// Differentiates the step of size `h` from `y0` that `step` has just made.
    pub(crate) fn follow(
        &mut self,
        system: &System<'_, W>,
        step: &mut Rosenbrock<W>,
        y0: &[Lane<W>],
        h: Lane<W>,
        stats: &mut Stats,
    ) {
        let inverse = h.map(f64::recip);
        let compiled = system.compiled;
        let along = self.along.as_ref();
        let potentials = compiled.potentials();
        let resistance = along.is_some_and(|along| compiled.changes_resistance(along));
        for i in 0..self.u.0.len() {
            step.u.combine(y0, &TABLEAU.a[i], i, &mut step.point);
            self.u.combine(&self.y, &TABLEAU.a[i], i, &mut self.point);
            if resistance {
                compiled.rates(&system.bound, &step.point, &mut self.rates);
                compiled.rates_along(&step.terms, &step.u.0[i], &mut self.second);
                for (rate, along) in self.rates.iter_mut().zip(&self.second) {
                    *rate += *along;
                }
                compiled.accumulate(&self.rates, &mut self.currents);
            }
            compiled.tangent(&system.bound, along, &step.point, &self.point, &mut self.rates);
            compiled.second_tangent(&system.bound, along, y0, (&step.u.0[i], &self.y), &mut self.second);
            for (rate, second) in self.rates.iter_mut().zip(&self.second) {
                *rate += *second;
            }
            let (done, rest) = self.u.0.split_at_mut(i);
            let right = &mut rest[0];
            compiled.accumulate(&self.rates, right);
            if !potentials.is_empty() {
                compiled.close_tangent(&system.bound, along, &self.point, resistance.then_some(&self.currents), right);
            }
            add_couplings(&mut right[..potentials.start], done, 0, &TABLEAU.c[i], inverse);
            add_couplings(&mut right[potentials.end..], done, potentials.end, &TABLEAU.c[i], inverse);
            step.lu.solve(&step.symbolic, right);
            let (done_q, rest_q) = self.uq.0.split_at_mut(i);
            let right_q = &mut rest_q[0];
            if !right_q.is_empty() {
                compiled.rates_along(&step.terms, right, &mut self.second);
                for (rate, along) in self.rates.iter_mut().zip(&self.second) {
                    *rate += *along;
                }
                system.turnover(&self.rates, right_q);
                add_couplings(right_q, done_q, 0, &TABLEAU.c[i], inverse);
                for right in right_q {
                    *right = *right * (h * TABLEAU.gamma);
                }
            }
        }
        stats.solves += self.u.0.len();
        end(&self.u, &self.y, &mut self.end_y);
        end(&self.uq, &self.q, &mut self.end_q);
    }

    /// Derivatives within the step.
    pub(crate) fn interpolate(&self, theta: f64, y: &mut [Lane<W>], q: &mut [Lane<W>]) {
        self.u.interpolate(&self.y, &self.end_y, theta, y);
        self.uq.interpolate(&self.q, &self.end_q, theta, q);
    }

    /// Makes the fraction `theta` of the step the start of the next.
    pub(crate) fn cut(&mut self, theta: f64) {
        let (mut y, mut q) = (self.y.clone(), self.q.clone());
        self.interpolate(theta, &mut y, &mut q);
        (self.y, self.q) = (y, q);
    }

    /// Makes the end of the step the start of the next.
    pub(crate) fn advance(&mut self) {
        std::mem::swap(&mut self.y, &mut self.end_y);
        std::mem::swap(&mut self.q, &mut self.end_q);
    }
}

/// `start + sum m_j u_j`.
fn end<const W: usize>(u: &Stages<W>, start: &[Lane<W>], out: &mut [Lane<W>]) {
    let last = u.0.len() - 1;
    u.combine(start, &TABLEAU.a[last], last, out);
    for (out, u) in out.iter_mut().zip(&u.0[last]) {
        *out += *u;
    }
}

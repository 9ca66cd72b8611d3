//! Exact derivatives of the computed solution: the step itself differentiated, with its size held.
//!
//! Differentiating the stage equations in a parameter gives, with the same matrix,
//! `(I/(h gamma) - J) u_i' = f_y(Y_i) Y_i' + f_p(Y_i) + sum c_ij/h u_j' + J' u_i`, where `J'` is the change
//! of the Jacobian at the start of the step (Hairer, Norsett and Wanner I, section II.6, "internal
//! differentiation"). What comes out is the derivative of the numbers that the solver printed, not another
//! approximation of the true one.

use ratelaw_network::{BoundAlong, Lane, wide};

use super::rosenbrock::Rosenbrock;
use super::stages::Stages;
use super::tableau::Tableau;
use crate::lanes::{Lanes, lanes};
use crate::system::System;

/// The derivative of state and quadratures in one direction.
#[derive(Debug)]
pub(crate) struct Tangent<const W: usize> {
    method: &'static Tableau,
    /// How the network's numbers change; none for an initial value.
    pub(crate) along: Option<BoundAlong<W>>,
    /// Derivatives at the start of the step.
    pub(crate) y: Lanes<W>,
    pub(crate) q: Lanes<W>,
    /// Derivatives at the end of the step last made.
    pub(crate) end_y: Lanes<W>,
    pub(crate) end_q: Lanes<W>,
    u: Stages<W>,
    uq: Stages<W>,
    point: Lanes<W>,
    coupled: Lanes<W>,
    rates: Lanes<W>,
    second: Lanes<W>,
    /// Currents that a change of a resistance multiplies, in the rows of floating potentials.
    currents: Lanes<W>,
}

impl<const W: usize> Tangent<W> {
    /// A direction in which nothing changes yet; `along` where it is not that of an initial value.
    pub(crate) fn new(method: &'static Tableau, system: &System<'_, W>, along: Option<BoundAlong<W>>) -> Self {
        let (n, m) = (system.size(), system.quadratures.len());
        let directions = system.compiled.directions();
        Self {
            method,
            along,
            y: lanes(n),
            q: lanes(m),
            end_y: lanes(n),
            end_q: lanes(m),
            u: Stages::new(method.stages, n),
            uq: Stages::new(method.stages, m),
            point: lanes(n),
            coupled: lanes(n),
            rates: lanes(directions),
            second: lanes(directions),
            currents: lanes(n),
        }
    }

    /// Differentiates the step of size `h` from `y0` that `step` has just made.
    pub(crate) fn follow(&mut self, system: &System<'_, W>, step: &mut Rosenbrock<W>, y0: &[Lane<W>], h: Lane<W>) {
        let inverse = h.map(f64::recip);
        let compiled = system.compiled;
        let along = self.along.as_ref();
        let potentials = compiled.potentials();
        let resistance = along.is_some_and(|along| compiled.changes_resistance(along));
        let method = self.method;
        for i in 0..method.stages {
            wide::<W, _>(
                #[inline(always)]
                || {
                    step.u.combine(y0, &method.a[i], i, &mut step.point);
                    self.u.prepare(method, i, &self.y, (&mut self.point, &mut self.coupled));
                },
            );
            if resistance {
                compiled.rates(&system.bound, &step.point, &mut self.rates);
                compiled.rates_along(&step.terms, &step.u.0[i], &mut self.second);
                for (rate, along) in self.rates.iter_mut().zip(self.second.iter()) {
                    *rate += *along;
                }
                compiled.accumulate(&self.rates, &mut self.currents);
            }
            compiled.tangent(&system.bound, along, &step.point, &self.point, &mut self.rates);
            compiled.second_tangent(&system.bound, along, y0, (&step.u.0[i], &self.y), &mut self.second);
            for (rate, second) in self.rates.iter_mut().zip(self.second.iter()) {
                *rate += *second;
            }
            // Where the stage comes is free still, so its right-hand side is put together there.
            let mut right = std::mem::replace(&mut self.u.0[i], Lanes::new(64));
            compiled.accumulate(&self.rates, &mut right);
            if !potentials.is_empty() {
                let currents = resistance.then_some(&self.currents[..]);
                compiled.close_tangent(&system.bound, along, &self.point, currents, &mut right);
            }
            wide::<W, _>(
                #[inline(always)]
                || {
                    for k in (0..potentials.start).chain(potentials.end..right.len()) {
                        right[k] += self.coupled[k] * inverse;
                    }
                },
            );
            step.lu.solve(&step.symbolic, &mut right);
            for (k, quadrature) in system.quadratures.iter().enumerate() {
                let own = system.quadrature(quadrature, &self.rates);
                let own = own + system.quadrature_along(quadrature, &step.terms, &right);
                self.uq.0[i][k] = (own + self.uq.coupled(method, i, k) * inverse) * (h * method.gamma);
            }
            self.u.0[i] = right;
        }
        end(method, &self.u, &self.y, &mut self.end_y);
        end(method, &self.uq, &self.q, &mut self.end_q);
    }

    /// Derivatives of a lane within the step.
    pub(crate) fn interpolate(&self, at: (usize, f64), y: &mut [f64], q: &mut [f64]) {
        self.u.interpolate(self.method, (&self.y, &self.end_y), at, y);
        self.uq.interpolate(self.method, (&self.q, &self.end_q), at, q);
    }
}

/// `start + sum m_j u_j`.
fn end<const W: usize>(method: &Tableau, u: &Stages<W>, start: &[Lane<W>], out: &mut [Lane<W>]) {
    let last = method.stages - 1;
    wide::<W, _>(
        #[inline(always)]
        || {
            u.combine(start, &method.a[last], last, out);
            for (out, u) in out.iter_mut().zip(u.0[last].iter()) {
                *out += *u;
            }
        },
    );
}

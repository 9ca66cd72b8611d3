//! Rates that are a constant times a product of amounts to their orders, and their derivatives.

use std::ops::Range;

use crate::compile::{Compiled, Factor};
use crate::lane::Lane;
use crate::rate::{amount_curvature, amount_power, amount_slope};

impl Compiled {
    /// Rates of all directions with a constant.
    #[inline(always)]
    pub(super) fn products<const W: usize>(&self, constants: &[Lane<W>], y: &[Lane<W>], rates: &mut [Lane<W>]) {
        let one = |d: usize| y[self.pairs[d][0] as usize];
        let two = |d: usize| y[self.pairs[d][1] as usize];
        for d in self.runs.constant.clone() {
            rates[d] = constants[d];
        }
        for d in self.runs.linear.clone() {
            rates[d] = constants[d] * one(d);
        }
        for d in self.runs.square.clone() {
            rates[d] = constants[d] * one(d) * one(d);
        }
        for d in self.runs.product.clone() {
            rates[d] = constants[d] * one(d) * two(d);
        }
        for d in self.runs.general.clone() {
            let factors = &self.factors[self.factor_ranges[d].clone()];
            rates[d] = factors.iter().fold(constants[d], |rate, f| rate * amount_power(y[f.species], f.order));
        }
    }

    /// Derivative terms of all directions with a constant, one for each factor.
    #[inline(always)]
    pub(super) fn product_terms<const W: usize>(&self, constants: &[Lane<W>], y: &[Lane<W>], terms: &mut [Lane<W>]) {
        let one = |d: usize| y[self.pairs[d][0] as usize];
        let two = |d: usize| y[self.pairs[d][1] as usize];
        for d in self.runs.linear.clone() {
            terms[self.term_ranges[d].start] = constants[d];
        }
        for d in self.runs.square.clone() {
            terms[self.term_ranges[d].start] = constants[d] * one(d) * 2.0;
        }
        for d in self.runs.product.clone() {
            let t = self.term_ranges[d].start;
            terms[t] = constants[d] * two(d);
            terms[t + 1] = constants[d] * one(d);
        }
        for d in self.runs.general.clone() {
            let (range, first) = (self.factor_ranges[d].clone(), self.term_ranges[d].start);
            self.monomial_terms(constants[d], range, y, &mut terms[first..]);
        }
    }

    /// Derivatives of a constant times powers of amounts in each of these.
    #[inline(always)]
    pub(super) fn monomial_terms<const W: usize>(
        &self,
        constant: Lane<W>,
        range: Range<usize>,
        y: &[Lane<W>],
        terms: &mut [Lane<W>],
    ) {
        for (of, term) in range.clone().zip(terms) {
            *term = constant;
            for other in range.clone() {
                let Factor { species, order } = self.factors[other];
                let factor = if other == of { amount_slope } else { amount_power };
                *term = *term * factor(y[species], order);
            }
        }
    }

    /// First derivative of the rates with a constant, when the constants change by `dk` and the amounts by `v`.
    #[inline(always)]
    pub(super) fn product_tangent<const W: usize>(
        &self,
        constants: &[Lane<W>],
        dk: Option<&[Lane<W>]>,
        y: &[Lane<W>],
        v: &[Lane<W>],
        rates: &mut [Lane<W>],
    ) {
        for d in 0..self.runs.free.start {
            let (product, along) = self.monomial(self.factor_ranges[d].clone(), y, v);
            rates[d] = constants[d] * along;
            if let Some(dk) = dk {
                rates[d] += dk[d] * product;
            }
        }
    }

    /// How the derivative of the rates with a constant along `u` changes when the constants change by `dk` and the
    /// amounts by `v`.
    #[inline(always)]
    pub(super) fn product_second_tangent<const W: usize>(
        &self,
        constants: &[Lane<W>],
        dk: Option<&[Lane<W>]>,
        y: &[Lane<W>],
        u: &[Lane<W>],
        v: &[Lane<W>],
        rates: &mut [Lane<W>],
    ) {
        for d in 0..self.runs.free.start {
            // The product rule, factor by factor, for the value, the two first and the mixed derivative.
            let (mut value, mut du) = (Lane::splat(1.0), Lane::ZERO);
            let (mut dv, mut duv) = (Lane::ZERO, Lane::ZERO);
            for Factor { species: s, order } in &self.factors[self.factor_ranges[d].clone()] {
                let f = amount_power(y[*s], *order);
                let f1 = amount_slope(y[*s], *order);
                let f2 = amount_curvature(y[*s], *order);
                duv = duv * f + du * f1 * v[*s] + dv * f1 * u[*s] + value * f2 * u[*s] * v[*s];
                du = du * f + value * f1 * u[*s];
                dv = dv * f + value * f1 * v[*s];
                value = value * f;
            }
            rates[d] = constants[d] * duv;
            if let Some(dk) = dk {
                rates[d] += dk[d] * du;
            }
        }
    }

    /// `prod y^order` and its derivative along `v`.
    #[inline(always)]
    fn monomial<const W: usize>(&self, range: Range<usize>, y: &[Lane<W>], v: &[Lane<W>]) -> (Lane<W>, Lane<W>) {
        let (mut value, mut along) = (Lane::splat(1.0), Lane::ZERO);
        for Factor { species, order } in &self.factors[range] {
            let f = amount_power(y[*species], *order);
            along = along * f + value * amount_slope(y[*species], *order) * v[*species];
            value = value * f;
        }
        (value, along)
    }
}

//! The two matrices of the transformed Newton system.

use std::sync::Arc;

use nalgebra::Complex;
use ratelaw_network::Lane;

use super::radau_tableau::{ALPHA, BETA, GAMMA};
use crate::linalg::{ComplexLu, NumericLu, SymbolicLu};
use crate::stats::Stats;
use crate::system::System;

/// `GAMMA M/h - J` and `(ALPHA + i BETA) M/h - J` (Hairer and Wanner II, section IV.8, eq. 8.13), which have one
/// pattern and one plan.
#[derive(Debug)]
pub(super) struct Factors {
    plan: Arc<SymbolicLu>,
    single: NumericLu<1>,
    pair: ComplexLu,
    right: Vec<Complex<f64>>,
}

impl Factors {
    pub(super) fn new(n: usize, plan: Arc<SymbolicLu>) -> Self {
        let (single, pair) = (NumericLu::new(&plan), ComplexLu::new(&plan));
        Self { plan, single, pair, right: vec![Complex::ZERO; n] }
    }

    /// Factorises both for a step of size `h`.
    pub(super) fn factorise(&mut self, system: &System<'_, 1>, jacobian: &[Lane<1>], h: f64, stats: &mut Stats) {
        let Self { plan, single, pair, .. } = self;
        let differential = |row| system.is_differential(row);
        let single = single.factorise_step(plan, jacobian, (Lane([GAMMA / h]), differential));
        let pair = pair.factorise(plan, |values| {
            let own = (Complex::new(ALPHA / h, BETA / h), differential);
            plan.assemble(values, Complex::ZERO, jacobian.iter().map(|entry| Complex::from(-entry.0[0])), own);
        });
        stats.pivoted += usize::from(single == [false]) + usize::from(!pair);
        stats.factorisations += 2;
    }

    /// Solves with the real matrix, in place.
    pub(super) fn solve_single(&mut self, right: &mut [Lane<1>], stats: &mut Stats) {
        self.single.solve(&self.plan, right);
        stats.solves += 1;
    }

    /// Solves with the complex matrix, in place; real and imaginary parts apart.
    pub(super) fn solve_pair(&mut self, real: &mut [Lane<1>], imaginary: &mut [Lane<1>], stats: &mut Stats) {
        for (right, (real, imaginary)) in self.right.iter_mut().zip(real.iter().zip(imaginary.iter())) {
            *right = Complex::new(real.0[0], imaginary.0[0]);
        }
        self.pair.solve(&self.plan, &mut self.right);
        for (solved, (real, imaginary)) in self.right.iter().zip(real.iter_mut().zip(imaginary)) {
            (*real, *imaginary) = (Lane([solved.re]), Lane([solved.im]));
        }
        stats.solves += 1;
    }
}

//! The two matrices of the transformed Newton system.

use ratelaw_network::Lane;

use super::radau_tableau::{ALPHA, BETA, GAMMA};
use crate::linalg::{NumericLu, SymbolicLu};
use crate::stats::Stats;
use crate::system::System;

/// `GAMMA M/h - J`, and `(ALPHA + i BETA) M/h - J` as a real matrix of twice the size (Hairer and Wanner II, section
/// IV.8, eq. 8.13). Real and imaginary part of a variable are neighbours, so that elimination fills in as the complex
/// one would.
#[derive(Debug)]
pub(super) struct Factors {
    single_plan: SymbolicLu,
    single: NumericLu<1>,
    pair_plan: SymbolicLu,
    pair: NumericLu<1>,
    right: Vec<Lane<1>>,
}

impl Factors {
    pub(super) fn new(n: usize, entries: &[(usize, usize)]) -> Self {
        let single_plan = SymbolicLu::new(n, entries);
        let parts = (0..2).flat_map(|part| entries.iter().map(move |(i, j)| (2 * i + part, 2 * j + part)));
        let couplings = (0..n).flat_map(|i| [(2 * i, 2 * i + 1), (2 * i + 1, 2 * i)]);
        let pair_plan = SymbolicLu::new(2 * n, &parts.chain(couplings).collect::<Vec<_>>());
        let (single, pair) = (NumericLu::new(&single_plan), NumericLu::new(&pair_plan));
        Self { single_plan, single, pair_plan, pair, right: vec![Lane::ZERO; 2 * n] }
    }

    /// Factorises both for a step of size `h`.
    pub(super) fn factorise(&mut self, system: &System<'_, 1>, jacobian: &[Lane<1>], h: f64, stats: &mut Stats) {
        let values = self.single.values();
        values.fill(Lane::ZERO);
        for (slot, entry) in self.single_plan.entry_slots().iter().zip(jacobian) {
            values[*slot] = -*entry;
        }
        for (row, slot) in self.single_plan.diagonal().iter().enumerate() {
            if system.is_differential(row) {
                values[*slot] += Lane([GAMMA / h]);
            }
        }
        stats.pivoted += self.single.factorise(&self.single_plan);

        let values = self.pair.values();
        values.fill(Lane::ZERO);
        let slots = self.pair_plan.entry_slots();
        for (slot, entry) in slots.iter().zip(jacobian.iter().chain(jacobian)) {
            values[*slot] = -*entry;
        }
        for (row, slot) in self.pair_plan.diagonal().iter().enumerate() {
            if system.is_differential(row / 2) {
                values[*slot] += Lane([ALPHA / h]);
            }
        }
        for (row, slots) in slots[2 * jacobian.len()..].chunks_exact(2).enumerate() {
            if system.is_differential(row) {
                values[slots[0]] = Lane([-BETA / h]);
                values[slots[1]] = Lane([BETA / h]);
            }
        }
        stats.pivoted += self.pair.factorise(&self.pair_plan);
        stats.factorisations += 2;
    }

    /// Solves with the real matrix, in place.
    pub(super) fn solve_single(&self, right: &mut [Lane<1>], stats: &mut Stats) {
        self.single.solve(&self.single_plan, right);
        stats.solves += 1;
    }

    /// Solves with the complex matrix, in place; real and imaginary parts apart.
    pub(super) fn solve_pair(&mut self, real: &mut [Lane<1>], imaginary: &mut [Lane<1>], stats: &mut Stats) {
        for (pair, (real, imaginary)) in self.right.chunks_exact_mut(2).zip(real.iter().zip(imaginary.iter())) {
            (pair[0], pair[1]) = (*real, *imaginary);
        }
        self.pair.solve(&self.pair_plan, &mut self.right);
        for (pair, (real, imaginary)) in self.right.chunks_exact(2).zip(real.iter_mut().zip(imaginary)) {
            (*real, *imaginary) = (pair[0], pair[1]);
        }
        stats.solves += 1;
    }
}

//! The start of a stage: consistent potentials, their derivatives, and how long a first step may be.

use ratelaw_network::{BoundAlong, Conditions, Lane, Network};

use crate::control::Tolerance;
use crate::error::{Cause, Result};
use crate::system::System;

/// How far a counter electrode's potential is looked for, V.
const FARTHEST: f64 = 20.0;

/// What is worked out once a stage, for one lane alone.
#[derive(Debug)]
pub(crate) struct Initialiser<'a> {
    network: &'a Network,
    pub(crate) system: System<'a, 1>,
    rates: Vec<Lane<1>>,
    slope: Vec<Lane<1>>,
    terms: Vec<Lane<1>>,
    jacobian: Vec<Lane<1>>,
}

impl<'a> Initialiser<'a> {
    pub(crate) fn new(network: &'a Network, system: System<'a, 1>) -> Self {
        let compiled = system.compiled;
        Self {
            network,
            rates: vec![Lane::ZERO; compiled.directions()],
            slope: vec![Lane::ZERO; compiled.size()],
            terms: vec![Lane::ZERO; compiled.term_count()],
            jacobian: vec![Lane::ZERO; compiled.jacobian_entries().len()],
            system,
        }
    }

    /// Takes parameters and conditions.
    pub(crate) fn bind(&mut self, parameters: &[f64], conditions: &Conditions) -> Result<()> {
        self.network.rebind(self.system.compiled, parameters, conditions, &mut self.system.bound)?;
        Ok(())
    }

    /// The right-hand side, and the rates of quadratures.
    pub(crate) fn derivative(&mut self, z: &[Lane<1>], dq: &mut [Lane<1>]) -> &[Lane<1>] {
        self.system.compiled.derivative(&self.system.bound, z, &mut self.rates, &mut self.slope);
        self.system.turnover(&self.rates, dq);
        &self.slope
    }

    /// How long a first step may be, for a stage that ends after `left`.
    pub(crate) fn first_step(&mut self, tolerance: &Tolerance, z: &[Lane<1>], left: f64) -> f64 {
        self.system.compiled.derivative(&self.system.bound, z, &mut self.rates, &mut self.slope);
        tolerance.first_step(z, &self.slope, left)
    }

    fn residual(&mut self, z: &[Lane<1>], row: usize) -> f64 {
        self.system.compiled.derivative(&self.system.bound, z, &mut self.rates, &mut self.slope);
        self.slope[row].0[0]
    }

    /// Sets the potentials among the variables to those at which the currents fit.
    ///
    /// A current rises with the potential of its electrode, so each balance has one root, which bisection finds
    /// whatever the steepness; the counter electrode comes after those that its current answers.
    pub(crate) fn balance(&mut self, z: &mut [Lane<1>]) -> Result<(), Cause> {
        let potentials = self.system.compiled.potentials();
        let conditions = self.system.bound.conditions(0);
        let applied = conditions.potential;
        z[potentials.clone()].fill(Lane([applied]));
        if !conditions.connected {
            return Ok(());
        }
        let floating = self.network.floating_potentials();
        let (first, second): (Vec<usize>, Vec<usize>) = (0..floating.len()).partition(|i| !floating[*i].counter);
        for i in first.into_iter().chain(second) {
            let row = potentials.start + i;
            let here = self.residual(z, row);
            if here == 0.0 {
                continue;
            }
            // The residual falls with the potential: the root lies on the side that its sign tells.
            let mut reach = if floating[i].counter { 0.1 } else { here.abs().min(FARTHEST) };
            let end = loop {
                let end = applied + reach.copysign(here);
                z[row].0[0] = end;
                let there = self.residual(z, row);
                if there == 0.0 || (there < 0.0) != (here < 0.0) {
                    break end;
                }
                reach *= 2.0;
                if reach > 2.0 * FARTHEST || there.is_nan() {
                    return Err(Cause::NoCounterReaction);
                }
            };
            let (mut inner, mut outer) = (applied, end);
            for _ in 0..200 {
                let middle = 0.5 * (inner + outer);
                if middle == inner || middle == outer {
                    break;
                }
                z[row].0[0] = middle;
                let there = self.residual(z, row);
                if (there < 0.0) == (here < 0.0) {
                    inner = middle;
                } else {
                    outer = middle;
                }
            }
            z[row].0[0] = 0.5 * (inner + outer);
        }
        Ok(())
    }

    /// Changes of the potentials that keep the currents fitting at `z` when the rest changes as `v` says.
    pub(crate) fn balance_tangent(&mut self, along: Option<&BoundAlong<1>>, z: &[Lane<1>], v: &mut [Lane<1>]) {
        let compiled = self.system.compiled;
        let bound = &self.system.bound;
        if compiled.potentials().is_empty() {
            return;
        }
        compiled.terms(bound, z, &mut self.terms);
        compiled.jacobian(bound, &self.terms, &mut self.jacobian);
        let (mut change, mut currents) = (v.to_vec(), v.to_vec());
        compiled.rates(bound, z, &mut self.rates);
        compiled.accumulate(&self.rates, &mut currents);
        // Twice over: the counter electrode's current depends on the other potentials, not they on it.
        for _ in 0..2 {
            for row in compiled.potentials() {
                v[row] = Lane::ZERO;
                compiled.tangent(bound, along, z, v, &mut self.rates);
                compiled.accumulate(&self.rates, &mut change);
                compiled.close_tangent(bound, along, v, Some(&currents), &mut change);
                let own = compiled.jacobian_entries().iter().position(|(i, j)| *i == row && *j == row);
                let slope = own.map_or(0.0, |entry| self.jacobian[entry].0[0]);
                v[row] = Lane([if slope == 0.0 { 0.0 } else { -change[row].0[0] / slope }]);
            }
        }
    }
}

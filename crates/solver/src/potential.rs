//! Potentials that are found together with the amounts: at the start of a run they are made consistent.

use ratelaw_network::{BoundAlong, Lane, Network};

use crate::error::Cause;
use crate::integrate::Stop;
use crate::method::Rosenbrock;
use crate::system::System;

/// How far a counter electrode's potential is looked for, V.
const FARTHEST: f64 = 20.0;

/// Sets the potentials among the variables to those at which the currents fit.
///
/// A current rises with the potential of its electrode, so each balance has one root, which bisection finds
/// whatever the steepness; the counter electrode comes after those that its current answers.
pub(crate) fn balanced(network: &Network, system: &System<'_, 1>, z: &mut [Lane<1>]) -> Result<(), Stop> {
    let floating = network.floating_potentials();
    let conditions = system.bound.conditions(0);
    let applied = conditions.potential;
    for row in system.compiled.potentials() {
        z[row] = Lane([applied]);
    }
    if !conditions.connected {
        return Ok(());
    }
    let mut rates = vec![Lane::ZERO; system.compiled.directions()];
    let mut slope = vec![Lane::ZERO; z.len()];
    let mut residual = |z: &[Lane<1>], row: usize| {
        system.compiled.derivative(&system.bound, z, &mut rates, &mut slope);
        slope[row].0[0]
    };
    let (first, second): (Vec<usize>, Vec<usize>) = (0..floating.len()).partition(|i| !floating[*i].counter);
    for i in first.into_iter().chain(second) {
        let row = system.compiled.potentials().start + i;
        let here = residual(z, row);
        if here == 0.0 {
            continue;
        }
        // The residual falls with the potential: the root lies on the side that its sign tells.
        let mut reach = if floating[i].counter { 0.1 } else { here.abs().min(FARTHEST) };
        let end = loop {
            let end = applied + reach.copysign(here);
            z[row].0[0] = end;
            let there = residual(z, row);
            if there == 0.0 || (there < 0.0) != (here < 0.0) {
                break end;
            }
            reach *= 2.0;
            if reach > 2.0 * FARTHEST || there.is_nan() {
                return Err(Stop { cause: Cause::NoCounterReaction, t: 0.0, h: 0.0, species: None });
            }
        };
        let (mut inner, mut outer) = (applied, end);
        for _ in 0..200 {
            let middle = 0.5 * (inner + outer);
            if middle == inner || middle == outer {
                break;
            }
            z[row].0[0] = middle;
            let there = residual(z, row);
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

/// Changes of the potentials that keep the currents fitting when the rest changes as `v` says. `step` holds the
/// Jacobian at `z`.
pub(crate) fn balance_tangent(
    system: &System<'_, 1>,
    step: &Rosenbrock<1>,
    along: Option<&BoundAlong<1>>,
    z: &[Lane<1>],
    v: &mut [Lane<1>],
) {
    let compiled = system.compiled;
    let mut rates = vec![Lane::ZERO; compiled.directions()];
    let (mut change, mut currents) = (v.to_vec(), v.to_vec());
    compiled.rates(&system.bound, z, &mut rates);
    compiled.accumulate(&rates, &mut currents);
    // Twice over: the counter electrode's current depends on the other potentials, not they on it.
    for _ in 0..2 {
        for row in compiled.potentials() {
            v[row] = Lane::ZERO;
            compiled.tangent(&system.bound, along, z, v, &mut rates);
            compiled.accumulate(&rates, &mut change);
            compiled.close_tangent(&system.bound, along, v, Some(&currents), &mut change);
            let slope = step.slope_of(system, row).0[0];
            v[row] = Lane([if slope == 0.0 { 0.0 } else { -change[row].0[0] / slope }]);
        }
    }
}

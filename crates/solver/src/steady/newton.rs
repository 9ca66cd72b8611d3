//! Newton's method on the equations of a steady state.

use nalgebra::DVector;

use super::equations::Equations;

/// Most iterations.
const MOST: usize = 100;
/// A correction below this part of a variable is the last but one.
const CONVERGED: f64 = 1e-9;
/// A shorter part of a correction is not tried.
const SHORTEST: f64 = 1e-4;
/// How far below zero rounding may take an amount, as a part of its scale in the state.
const BELOW_ZERO: f64 = 1e-12;

/// Solves the equations from a guess; the state, or none if the iteration does not converge to amounts of which none
/// is negative.
///
/// Damping is by the natural monotonicity test (P. Deuflhard, Newton Methods for Nonlinear Problems, Springer 2011,
/// section 3.1): the correction that the same matrix gives at the new point must be shorter. No step goes below zero.
pub(super) fn newton(equations: &mut Equations<'_>, guess: &[f64]) -> Option<Vec<f64>> {
    let mut z = guess.to_vec();
    let amounts = equations.start.len();
    let mut done = false;
    for _ in 0..MOST {
        if equations.is_at_rest(&z) {
            // Exactly; where everything stands still the matrix may be singular, as it is if how much was left when a
            // reactant ran out depends on the way there.
            return Some(z);
        }
        let linear = equations.linear(&z)?;
        let correction = -linear.solve(&equations.residual(&z))?;
        let sizes = equations.sizes(&z);
        let length = norm(&correction, &sizes);
        if done || length == 0.0 {
            // The iteration before was converged: this one has the last digits.
            return finish(equations, &z, &correction, amounts);
        }
        let mut part = inward(&z, &correction, equations, amounts);
        loop {
            let trial: Vec<f64> = z.iter().zip(&correction).map(|(z, d)| z + part * d).collect();
            let next = linear.solve(&equations.residual(&trial)).map(|next| norm(&next, &sizes));
            if length <= CONVERGED || next.is_some_and(|next| next <= (1.0 - part / 4.0) * length) {
                z = trial;
                break;
            }
            part /= 2.0;
            if part < SHORTEST {
                return None;
            }
        }
        done = length <= CONVERGED && part == 1.0;
    }
    None
}

/// Takes the last correction; amounts that rounding left below zero are zero.
fn finish(equations: &Equations<'_>, z: &[f64], correction: &DVector<f64>, amounts: usize) -> Option<Vec<f64>> {
    let mut z: Vec<f64> = z.iter().zip(correction).map(|(z, d)| z + d).collect();
    for i in 0..amounts {
        if z[i] < 0.0 {
            if z[i] < -BELOW_ZERO * equations.start_scale(i) {
                return None;
            }
            z[i] = 0.0;
        }
    }
    Some(z)
}

/// The part of a correction, at most 1, that leaves a tenth of every amount that it would make negative. An amount may
/// go to zero itself, which is where a species ends that is all consumed.
fn inward(z: &[f64], correction: &DVector<f64>, equations: &Equations<'_>, amounts: usize) -> f64 {
    let mut part: f64 = 1.0;
    for i in 0..amounts {
        if z[i] + correction[i] < -BELOW_ZERO * equations.start_scale(i) {
            part = part.min(0.9 * z[i].max(0.0) / -correction[i]);
        }
    }
    part
}

/// The largest correction in units of each variable's size.
pub(super) fn norm(correction: &DVector<f64>, sizes: &[f64]) -> f64 {
    correction.iter().zip(sizes).map(|(d, size)| d.abs() / size).fold(0.0, f64::max)
}

//! Stability of a steady state, from the eigenvalues of the Jacobian on the stoichiometric subspace.

use std::fmt;

use nalgebra::{DMatrix, Schur};

use super::equations::Equations;

/// Whether small disturbances that keep the conserved totals die out.
#[derive(Debug, Clone, PartialEq)]
pub enum Stability {
    /// All real parts are negative.
    Stable,
    /// A real part is positive.
    Unstable,
    /// The eigenvalues do not tell, for this reason.
    Undecided(String),
}

impl fmt::Display for Stability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stable => f.write_str("stable"),
            Self::Unstable => f.write_str("unstable"),
            Self::Undecided(reason) => write!(f, "undecided: {reason}"),
        }
    }
}

/// Rounding in an eigenvalue, as a part of the scaled matrix' norm.
const ROUNDING: f64 = 100.0 * f64::EPSILON;

/// The eigenvalue with the largest real part, 1/s, and what it means.
///
/// Floating potentials follow the amounts at once, so they are eliminated. Amounts that a conservation law determines
/// follow the free ones.
pub(super) fn stability(equations: &mut Equations<'_>, z: &[f64]) -> (Option<(f64, f64)>, Stability) {
    let undecided = |reason: &str| (None, Stability::Undecided(reason.to_owned()));
    let jacobian = equations.jacobian(z);
    if !jacobian.iter().all(|v| v.is_finite()) {
        return undecided("a derivative of a rate is not finite there, as that of an order below 1 at zero");
    }
    let Some(reduced) = reduced(equations, &jacobian) else {
        return undecided("the balances of the electrodes cannot be solved for their potentials");
    };
    if reduced.is_empty() {
        // Nothing can change: the state is the only one with its totals.
        return (None, Stability::Stable);
    }
    // A similarity that measures each amount by its own size leaves the eigenvalues and makes rounding small.
    let free = &equations.laws.free;
    let sizes = equations.sizes(z);
    let balanced = DMatrix::from_fn(free.len(), free.len(), |i, j| reduced[(i, j)] * sizes[free[j]] / sizes[free[i]]);
    let rounding = ROUNDING * balanced.norm();
    let Some(schur) = Schur::try_new(balanced, f64::EPSILON, 100 * free.len().max(100)) else {
        return undecided("the eigenvalues could not be computed");
    };
    let eigenvalues = schur.complex_eigenvalues();
    let Some(largest) = eigenvalues.iter().max_by(|a, b| a.re.total_cmp(&b.re)) else {
        return undecided("there are no eigenvalues");
    };
    let stability = if largest.re > rounding {
        Stability::Unstable
    } else if largest.re < -rounding {
        Stability::Stable
    } else {
        let beside = if equations.singular {
            "; steady states lie side by side, and the way to them chose this one"
        } else {
            ""
        };
        Stability::Undecided(format!("the largest real part is zero within rounding, {rounding:.1e} 1/s{beside}"))
    };
    (Some((largest.re, largest.im.abs())), stability)
}

/// The Jacobian on the stoichiometric subspace, in the coordinates of the free species.
fn reduced(equations: &Equations<'_>, jacobian: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let n = equations.start.len();
    let floating = jacobian.nrows() - n;
    let mut amounts = jacobian.view((0, 0), (n, n)).into_owned();
    if floating > 0 {
        let lu = jacobian.view((n, n), (floating, floating)).into_owned().lu();
        let follow = lu.solve(&jacobian.view((n, 0), (floating, n)).into_owned())?;
        amounts -= jacobian.view((0, n), (n, floating)) * follow;
    }
    let free = &equations.laws.free;
    let entry = |i: usize, j: usize| {
        let (i, j) = (free[i], free[j]);
        let bound = equations.laws.rows.iter().map(|(pivot, weights)| amounts[(i, *pivot)] * weights[j]);
        amounts[(i, j)] - bound.sum::<f64>()
    };
    let reduced = DMatrix::from_fn(free.len(), free.len(), entry);
    reduced.iter().all(|v| v.is_finite()).then_some(reduced)
}

//! Integration methods, one file each.

mod adaptive;
mod choice;
mod collocation;
mod conserved;
mod differences;
mod explicit;
mod integrator;
mod ndf;
mod ndf_adaptive;
mod ndf_coefficients;
mod radau;
mod radau_adaptive;
mod radau_factors;
mod radau_tableau;
mod rosenbrock;
mod stages;
mod tableau;
mod tangent;
#[cfg(test)]
mod tests;
mod trial;

use std::fmt;
use std::str::FromStr;

use crate::error::SolveError;

pub(crate) use adaptive::Adaptive;
pub use choice::{Choice, Left};
pub(crate) use explicit::integrate_explicit;
pub(crate) use integrator::{Integrator, Start};
pub(crate) use rosenbrock::{Rosenbrock, Shared};
pub(crate) use tableau::{RODAS4P, RODAS5P, Tableau};
pub(crate) use tangent::Tangent;
pub(crate) use trial::{BUDGET, Watch};

/// How a problem is integrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Method {
    /// Rosenbrock method of order 5(4) with the exact Jacobian, for stiff problems and all others; Steinebach,
    /// BIT 63:27 (2023).
    #[default]
    Rodas5P,
    /// Rosenbrock method of order 4(3) with the exact Jacobian, six stages: for loose tolerances, and where the other is at
    /// fault; Steinebach (1995).
    Rodas4P,
    /// Implicit Runge-Kutta method of order 5 (Radau IIA, 3 stages; Hairer and Wanner II, section IV.8), for stiff
    /// problems at tight tolerances, and as a check of the other.
    Radau5,
    /// Numerical differentiation formulas of order 1 to 5, which one matrix serves for many steps (Shampine and Reichelt,
    /// SIAM J. Sci. Comput. 18 (1997) 1), for large networks.
    Ndf,
    /// Explicit Runge-Kutta method of order 5(4) (Dormand and Prince 1980), for problems that are not stiff.
    Dopri5,
    /// Explicit Runge-Kutta method of order 8(5,3) (Hairer, Norsett and Wanner I), for tight tolerances and
    /// problems that are not stiff.
    Dop853,
    /// Of 200 variables and more [`Method::Dopri5`] while the exact Jacobian says that the problem is not stiff, and where it
    /// is, [`Method::Ndf`] from the start; of smaller systems [`Method::Radau5`] for a relative tolerance below 1e-9, else
    /// [`Method::Rodas5P`], as always where sensitivities are asked for. Each problem is judged by itself, also
    /// in [`solve_many`](crate::solve_many) and sweeps. A solution says which method it was and why
    /// ([`Solution::choice`](crate::Solution::choice)).
    Auto,
}

/// From this number of variables on Ndf is the choice of [`Method::Auto`] for stiff problems: the factorisations that it saves
/// cost more than the steps that it adds, and an explicit method that needs none gains most (docs/theory/solver.md).
const LARGE: usize = 200;
/// Below this relative tolerance Radau5 is the choice of [`Method::Auto`].
const TIGHT: f64 = 1e-9;

impl Method {
    /// All methods.
    pub const ALL: [Self; 7] =
        [Self::Rodas5P, Self::Rodas4P, Self::Radau5, Self::Ndf, Self::Dopri5, Self::Dop853, Self::Auto];

    /// Whether it needs no Jacobian, and is for problems that are not stiff.
    pub fn is_explicit(self) -> bool {
        matches!(self, Self::Dopri5 | Self::Dop853)
    }

    /// Its coefficients, where it is a Rosenbrock method: the one kind that runs on lanes and that is differentiated.
    pub(crate) fn tableau(self) -> Option<&'static Tableau> {
        match self {
            Self::Rodas5P | Self::Auto => Some(&RODAS5P),
            Self::Rodas4P => Some(&RODAS4P),
            Self::Radau5 | Self::Ndf | Self::Dopri5 | Self::Dop853 => None,
        }
    }

    /// The method that it stands for where the problem is stiff, and why.
    pub(crate) fn settled(self, size: usize, rtol: f64, sensitivities: bool) -> (Self, Option<Choice>) {
        if self != Self::Auto {
            return (self, None);
        }
        let (method, choice) = if sensitivities {
            (Self::Rodas5P, Choice::Sensitivities)
        } else if size >= LARGE {
            (Self::Ndf, Choice::Large)
        } else if rtol < TIGHT {
            (Self::Radau5, Choice::Tight)
        } else {
            (Self::Rodas5P, Choice::Small)
        };
        (method, Some(choice))
    }

    /// The name of it on a command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rodas5P => "rodas5p",
            Self::Rodas4P => "rodas4p",
            Self::Radau5 => "radau5",
            Self::Ndf => "ndf",
            Self::Dopri5 => "dopri5",
            Self::Dop853 => "dop853",
            Self::Auto => "auto",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Method {
    type Err = SolveError;

    fn from_str(word: &str) -> Result<Self, SolveError> {
        Self::ALL.into_iter().find(|m| m.word() == word).ok_or_else(|| SolveError::UnknownName {
            kind: "method",
            name: word.to_owned(),
            expected: "rodas5p, rodas4p, radau5, ndf, dopri5, dop853 or auto".to_owned(),
        })
    }
}

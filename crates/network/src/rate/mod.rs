//! Rate laws, one file each. A law turns parameters, temperature and potential into the rate constants of a
//! step; the kernel multiplies them by the concentrations to their orders.

mod arrhenius;
mod butler_volmer;
mod eyring;
mod law;
mod mass_action;
mod real;
mod tafel;

pub use arrhenius::Arrhenius;
pub use butler_volmer::ButlerVolmer;
pub use eyring::{Barrier, Eyring};
pub use law::{Constant, Field, Law, LawKind, Measures};
pub use mass_action::MassAction;
pub use real::{Dual, Real};
pub use tafel::Tafel;

use crate::conditions::Conditions;
use crate::network::ParameterId;

/// What a law is evaluated at.
#[derive(Debug, Clone, Copy)]
pub struct Environment<'a, N> {
    values: &'a [f64],
    seed: Option<ParameterId>,
    /// Temperature, K.
    pub temperature: N,
    /// Potential, V.
    pub potential: N,
}

/// What to differentiate in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// A parameter.
    Parameter(ParameterId),
    /// The temperature.
    Temperature,
    /// The potential.
    Potential,
}

impl<'a, N: Real> Environment<'a, N> {
    /// The environment, with the derivative seeded in one direction (which plain numbers ignore).
    pub fn new(values: &'a [f64], conditions: &Conditions, direction: Option<Direction>) -> Self {
        let seed = |d| f64::from(u8::from(direction == Some(d)));
        Self {
            values,
            seed: match direction {
                Some(Direction::Parameter(id)) => Some(id),
                _ => None,
            },
            temperature: N::new(conditions.temperature, seed(Direction::Temperature)),
            potential: N::new(conditions.potential, seed(Direction::Potential)),
        }
    }

    /// The value of a parameter.
    pub fn parameter(&self, id: ParameterId) -> N {
        N::new(self.values[id.0], f64::from(u8::from(self.seed == Some(id))))
    }
}

/// A rate law with its constants looked up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RateLaw {
    /// Constant.
    MassAction(MassAction),
    /// Temperature by activation energy.
    Arrhenius(Arrhenius),
    /// Temperature by transition-state theory.
    Eyring(Eyring),
    /// Potential, one direction.
    Tafel(Tafel),
    /// Potential, both directions.
    ButlerVolmer(ButlerVolmer),
}

/// Where the rate constant of the reverse direction comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reverse {
    /// There is no reverse direction.
    None,
    /// Its own constant.
    Constant(ParameterId),
    /// The forward constant over the equilibrium constant.
    Equilibrium(ParameterId),
    /// The law itself gives both.
    Law,
}

impl RateLaw {
    /// Forward and reverse rate constants.
    pub fn constants<N: Real>(&self, reverse: Reverse, at: &Environment<'_, N>) -> (N, N) {
        let forward = match self {
            Self::MassAction(law) => law.forward(at),
            Self::Arrhenius(law) => law.forward(at),
            Self::Eyring(law) => law.forward(at),
            Self::Tafel(law) => law.forward(at),
            Self::ButlerVolmer(law) => law.forward.forward(at),
        };
        let reverse = match (reverse, self) {
            (Reverse::Constant(k), _) => at.parameter(k),
            (Reverse::Equilibrium(k), _) => forward / at.parameter(k),
            (Reverse::Law, Self::ButlerVolmer(law)) => law.reverse(at),
            (Reverse::Law | Reverse::None, _) => N::constant(0.0),
        };
        (forward, reverse)
    }

    /// The parameters it uses.
    pub fn parameters(&self, reverse: Reverse) -> Vec<ParameterId> {
        let mut ids = match self {
            Self::MassAction(law) => vec![law.k],
            Self::Arrhenius(law) => [law.a, law.ea].into_iter().chain(law.b).collect(),
            Self::Eyring(law) => match law.barrier {
                Barrier::Gibbs(dg) => vec![dg],
                Barrier::EnthalpyEntropy(dh, ds) => vec![dh, ds],
            },
            Self::Tafel(law) | Self::ButlerVolmer(ButlerVolmer { forward: law, .. }) => {
                vec![law.k0, law.e0, law.alpha]
            }
        };
        if let Reverse::Constant(k) | Reverse::Equilibrium(k) = reverse {
            ids.push(k);
        }
        ids
    }
}

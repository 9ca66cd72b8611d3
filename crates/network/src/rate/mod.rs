//! Rate laws, one file each. Most turn parameters, temperature and potential into the rate constants of a
//! step, which the kernel multiplies by the amounts to their orders; the others are a formula of the amounts.

mod arrhenius;
mod butler_volmer;
mod dual;
mod environment;
mod eyring;
mod formula;
mod gas_liquid;
mod koutecky_levich;
mod langmuir_hinshelwood;
mod law;
mod marcus;
mod marcus_hush_chidsey;
mod mass_action;
mod michaelis_menten;
mod order;
mod part;
mod real;
mod relative;
mod tafel;

pub use arrhenius::Arrhenius;
pub use butler_volmer::ButlerVolmer;
pub use dual::{Dual, HyperDual};
pub use environment::{Along, Direction, Environment};
pub use eyring::{Barrier, Eyring};
pub use formula::Formula;
pub use gas_liquid::GasLiquid;
pub use koutecky_levich::KouteckyLevich;
pub use langmuir_hinshelwood::{Back, LangmuirHinshelwood};
pub use law::{Constant, Field, Law, LawKind, Measures, StepDimensions};
pub use marcus::Marcus;
pub use marcus_hush_chidsey::MarcusHushChidsey;
pub use mass_action::MassAction;
pub use michaelis_menten::MichaelisMenten;
pub(crate) use order::{amount_curvature, amount_power, amount_slope, power};
pub use part::Part;
pub use real::Real;
pub use relative::Relative;
pub use tafel::{Tafel, exchange_current_density, rate_constant};

use crate::conditions::GAS_CONSTANT;
use crate::network::ParameterId;

/// A rate law with its constants looked up.
#[derive(Debug, Clone, PartialEq)]
pub enum RateLaw {
    /// Constant.
    MassAction(MassAction),
    /// Temperature by activation energy.
    Arrhenius(Arrhenius),
    /// Temperature by transition-state theory.
    Eyring(Eyring),
    /// Another step's constant times the factor of a difference of barriers.
    Relative(Relative),
    /// Potential, one direction.
    Tafel(Tafel),
    /// Potential, both directions.
    ButlerVolmer(ButlerVolmer),
    /// Potential, with a reorganisation energy.
    Marcus(Marcus),
    /// Potential, with a reorganisation energy and the levels of a metal.
    MarcusHushChidsey(MarcusHushChidsey),
    /// An electrode law behind a film.
    KouteckyLevich(Box<RateLaw>, KouteckyLevich),
    /// Transfer between liquid and gas.
    GasLiquid(GasLiquid),
    /// A formula of the amounts.
    Formula(Formula),
}

/// Where the rate constant of the reverse direction comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reverse {
    /// There is no reverse direction.
    None,
    /// Its own constant.
    Constant(ParameterId),
    /// The forward constant over the equilibrium constant.
    Equilibrium(ParameterId),
    /// The forward constant over `exp(-dG / RT)` times standard amounts.
    Gibbs {
        /// Standard Gibbs energy of the reaction, J/mol.
        dg: ParameterId,
        /// Product of the standard amounts to the coefficients of the reaction, SI.
        standard: f64,
    },
    /// The law itself gives both.
    Law,
}

impl RateLaw {
    /// Forward and reverse rate constants; of a [`Formula`], which has none, zeros.
    pub fn constants<N: Real>(&self, reverse: Reverse, at: &Environment<'_, N>) -> (N, N) {
        let nothing = N::constant(0.0);
        let (forward, own) = match self {
            Self::MassAction(law) => (law.forward(at), nothing),
            Self::Arrhenius(law) => (law.forward(at), nothing),
            Self::Eyring(law) => (law.forward(at), nothing),
            Self::Relative(law) => (law.forward(at), nothing),
            Self::Tafel(law) => (law.forward(at), nothing),
            Self::ButlerVolmer(law) => law.both(at),
            Self::Marcus(law) => law.both(at),
            Self::MarcusHushChidsey(law) => law.both(at),
            Self::KouteckyLevich(kinetics, film) => {
                let (forward, back) = kinetics.constants(reverse, at);
                let back = if reverse == Reverse::None { nothing } else { back };
                film.both((forward, back), at)
            }
            Self::GasLiquid(law) => law.both(at),
            Self::Formula(_) => (nothing, nothing),
        };
        let reverse = match reverse {
            Reverse::None => nothing,
            Reverse::Constant(k) => at.parameter(k),
            Reverse::Equilibrium(k) => forward / at.parameter(k),
            Reverse::Gibbs { dg, standard } => {
                let rt = N::constant(GAS_CONSTANT) * at.temperature;
                forward / N::constant(standard) * (at.parameter(dg) / rt).exp()
            }
            Reverse::Law => own,
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
            Self::Relative(law) => law.other.parameters(Reverse::None).into_iter().chain([law.difference]).collect(),
            Self::Tafel(law) => vec![law.k0, law.e0, law.alpha],
            Self::ButlerVolmer(law) => {
                let Tafel { k0, e0, alpha, .. } = law.forward;
                [k0, e0, alpha].into_iter().chain(law.alpha_reverse).collect()
            }
            Self::Marcus(law) => vec![law.k0, law.e0, law.lambda],
            Self::MarcusHushChidsey(law) => vec![law.k0, law.e0, law.lambda],
            Self::KouteckyLevich(kinetics, film) => {
                kinetics.parameters(Reverse::None).into_iter().chain([film.forward]).chain(film.reverse).collect()
            }
            Self::GasLiquid(law) => vec![law.kla, law.henry],
            Self::Formula(formula) => formula.parameters().to_vec(),
        };
        if let Reverse::Constant(k) | Reverse::Equilibrium(k) | Reverse::Gibbs { dg: k, .. } = reverse {
            ids.push(k);
        }
        ids
    }

    /// Whether its rate depends on the potential.
    pub fn reads_potential(&self) -> bool {
        match self {
            Self::Tafel(_) | Self::ButlerVolmer(_) | Self::Marcus(_) | Self::MarcusHushChidsey(_) => true,
            Self::KouteckyLevich(kinetics, _) => kinetics.reads_potential(),
            Self::Relative(law) => law.other.reads_potential(),
            Self::Formula(formula) => formula.reads_potential(),
            Self::MassAction(_) | Self::Arrhenius(_) | Self::Eyring(_) | Self::GasLiquid(_) => false,
        }
    }

    /// Whether its rate depends on the temperature.
    pub fn reads_temperature(&self, reverse: Reverse) -> bool {
        let own = match self {
            Self::MassAction(_) => false,
            Self::GasLiquid(law) => law.by_pressure,
            Self::Formula(formula) => formula.reads_temperature(),
            _ => true,
        };
        own || matches!(reverse, Reverse::Gibbs { .. })
    }

    /// Whether its rate depends on the time itself.
    pub fn reads_time(&self) -> bool {
        matches!(self, Self::Formula(formula) if formula.reads_time())
    }
}

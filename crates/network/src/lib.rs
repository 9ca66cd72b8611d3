//! Reaction networks: species in phases, steps written as equations, rate laws; checked for balance and units
//! and compiled to flat tables with exact derivatives. This crate knows no time integration.
//!
//! A network comes from a TOML file ([`Network::from_file`]) or from the builder ([`Network::builder`]); both
//! make the same [`Definition`], and the same checks turn it into a [`Network`].
//!
//! Amounts are mol/m3 in a solution, mol/m2 on an electrode, pure numbers in an abstract phase; rates are per
//! second and per volume or area of the phase where a step happens; all values inside are SI.

pub mod analysis;
mod bind;
mod builder;
mod check;
mod compile;
mod conditions;
mod definition;
pub mod equation;
mod error;
pub mod expression;
mod file;
mod formula;
pub mod import;
mod kernel;
pub mod lane;
mod network;
mod parameter;
mod phase;
pub mod protocol;
pub mod rate;
mod species;
mod step;
pub mod units;
mod wide;

pub use builder::NetworkBuilder;
pub use compile::{Compiled, ElectronStep, Pattern};
pub use conditions::{
    BOLTZMANN_OVER_PLANCK, Conditions, FARADAY, GAS_CONSTANT, ROOM_TEMPERATURE, Reference, STANDARD_CONCENTRATION,
};
pub use definition::{Definition, NamedObservable, ReferencePotential, RunDefaults};
pub use error::{Diagnostic, Diagnostics, Fault, NetworkError, Place, QuantityError, Result, did_you_mean, nearest};
pub use file::{Library, toml_text};
pub use formula::{Atom, Element, Formula, FormulaFault};
pub use kernel::{Bound, BoundAlong, Values};
pub use lane::Lane;
pub use network::{
    CheckedObservable, CheckedParameter, CheckedSpecies, CheckedStep, FloatingPotential, Network, ParameterId, PhaseId,
    SiteId, SpeciesId, StepId,
};
pub use parameter::{Origin, Parameter, ParameterValue, Scale};
pub use phase::{Electrode, Phase, PhaseKind, SiteType};
pub use rate::Law;
pub use species::{Composition, Species};
pub use step::Step;
pub use wide::wide;

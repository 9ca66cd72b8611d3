//! Reaction-network kinetics: describe species and steps, integrate stiff systems, sweep parameters and
//! electrode potentials, fit rate constants to measured data.
//!
//! Three verbs over plain values:
//!
//! ```
//! use ratelaw::prelude::*;
//!
//! # fn main() -> ratelaw::Result<()> {
//! let network = ratelaw::models::find("jia-2024-electrosynthesis").unwrap().network()?;
//! let problem = Problem::builder(&network)
//!     .initial("NH3", Molar(0.1))
//!     .initial("DPK", Molar(0.1))
//!     .potential(Volts(2.0), Reference::AgAgPlus)
//!     .until(Hours(10.0))
//!     .build()?;
//! let solution = solve(&problem, &SolveOptions::default())?;
//! assert!(solution.yield_of("BPA", "NH3")? > 0.98);
//!
//! let curve = sweep(&problem, &[Axis::potential(1.2..=2.2, 3)], &SweepOptions::default())?;
//! assert_eq!(curve.points.len(), 3);
//! # Ok(())
//! # }
//! ```
//!
//! The parts are crates of their own: [`network`] describes, [`solver`] integrates and sweeps, [`fit`]
//! regresses.

mod error;

pub mod chains;
pub mod data;
pub mod models;
pub mod studies;

pub use error::{Error, Result};
pub use ratelaw_fit as fit;
pub use ratelaw_network as network;
pub use ratelaw_solver as solver;

/// Everything that a program of the usual kind needs.
pub mod prelude {
    pub use ratelaw_fit::{Dataset, Experiment, FitOptions, FitReport, Free, Verdict, fit};
    pub use ratelaw_network::units::{
        Celsius, Hours, IntoQuantity, Kelvin, Millimolar, Minutes, Molar, Number, Quantity, Seconds, Volts,
    };
    pub use ratelaw_network::{Law, Network, Origin, Parameter, Reference, Species, Step};
    pub use ratelaw_solver::{
        Axis, Method, Observable, Problem, SavePoints, Setting, Solution, SolveOptions, SweepOptions, Verification,
        solve, sweep, verify,
    };
}

/// The README's example is compiled and run by the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

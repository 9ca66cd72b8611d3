//! Reaction-network kinetics: describe species and steps, integrate stiff systems, sweep parameters and
//! electrode potentials, fit rate constants.
pub use ratelaw_fit as fit;
pub use ratelaw_network as network;
pub use ratelaw_solver as solver;

pub mod models;

/// Everything that a program of the usual kind needs.
pub mod prelude {
    pub use ratelaw_network::units::{
        Celsius, Hours, IntoQuantity, Kelvin, Millimolar, Minutes, Molar, Number, Quantity, Seconds, Volts,
    };
    pub use ratelaw_network::{Law, Network, Origin, Parameter, Reference, Species, Step};
    pub use ratelaw_solver::{
        Axis, Method, Observable, Problem, SavePoints, Setting, Solution, SolveOptions, SweepOptions, solve, sweep,
    };
}

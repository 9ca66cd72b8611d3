//! What can be said of a network before anything runs.

mod complexes;
mod conservation;
mod derivatives;
mod echelon;
mod fraction;
pub mod graph;
mod invariants;
mod rank;
mod roles;
mod sides;
mod structure;
mod sum;
mod wegscheider;

pub use complexes::Complex;
pub use conservation::{ConservationLaw, conservation_laws};
pub use derivatives::{Derivative, worst_derivative};
pub use rank::{Dependence, Rank};
pub use roles::Roles;
pub use structure::{DeficiencyZero, Structure, structure};
pub use wegscheider::{Loop, NotJudged, Wegscheider, wegscheider};

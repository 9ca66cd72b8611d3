//! What can be said of a network before anything runs.

mod conservation;
mod invariants;

pub use conservation::{ConservationLaw, conservation_laws};

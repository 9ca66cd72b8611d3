//! Who holds the state of a run and steps it on.

use std::sync::Arc;

use ratelaw_network::{BoundAlong, Lane};

use crate::initialise::Initialiser;
use crate::linalg::SymbolicLu;

/// Variables and quadratures of one run.
pub(crate) type Filled<'s> = (&'s mut [f64], &'s mut [f64]);

/// The numbers of one run, wherever they are kept: in a lane of a block, or alone.
pub(crate) trait Carrier<'a> {
    /// What is worked out once a stage; its system is bound by the run.
    fn initialiser(&mut self) -> &mut Initialiser<'a>;
    /// The plan of the linear systems of its variables.
    fn plan(&self) -> Arc<SymbolicLu>;
    /// Takes the constants and conditions that the initialiser was bound to.
    fn take_numbers(&mut self);
    /// The state at the start of the next step.
    fn state(&self, state: Filled<'_>);
    /// Sets all quadratures there to zero.
    fn begin_quadratures(&mut self);
    /// Sets the variables there.
    fn set_variables(&mut self, z: &[Lane<1>]);
    /// Takes the present state as what the balance of charge starts from.
    fn rebase(&mut self);
    /// The state at the fraction `theta` of the step just made.
    fn within(&self, theta: f64, state: Filled<'_>);
    /// A derivative at the start of the next step.
    fn tangent(&self, setting: usize, state: Filled<'_>);
    /// Sets a derivative there.
    fn set_tangent(&mut self, setting: usize, state: (&[f64], &[f64]));
    /// Sets how the network's numbers change with a setting.
    fn set_along(&mut self, setting: usize, along: &BoundAlong<1>);
    /// A derivative at the fraction `theta` of the step just made.
    fn tangent_within(&self, setting: usize, theta: f64, state: Filled<'_>);
}

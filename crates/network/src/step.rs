//! Steps as the user describes them.

use crate::rate::Law;

/// A reaction step: an equation and its rate law.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Name.
    pub name: String,
    /// Equation, such as `NH3 + DPK <=> DPKI + H2O`.
    pub equation: String,
    /// Rate law with its constants.
    pub law: Law,
    /// Where the step happens, when its species do not tell.
    pub phase: Option<String>,
    /// Reaction orders that differ from the coefficients of the reactants.
    pub orders: Vec<(String, f64)>,
    /// The same for the reverse direction.
    pub reverse_orders: Vec<(String, f64)>,
    /// Whether another step may have the same equation.
    pub duplicate: bool,
    /// What the step is, and where it comes from.
    pub note: String,
}

impl Step {
    /// A step whose orders are its coefficients.
    pub fn new(name: impl Into<String>, equation: impl Into<String>, law: Law) -> Self {
        Self {
            name: name.into(),
            equation: equation.into(),
            law,
            phase: None,
            orders: Vec::new(),
            reverse_orders: Vec::new(),
            duplicate: false,
            note: String::new(),
        }
    }

    /// Sets the order of the forward rate in a species; 0 takes a reactant out of the rate.
    #[must_use]
    pub fn order(mut self, species: impl Into<String>, order: f64) -> Self {
        self.orders.push((species.into(), order));
        self
    }

    /// Says that another step has the same equation on purpose.
    #[must_use]
    pub fn duplicate(mut self) -> Self {
        self.duplicate = true;
        self
    }

    /// Sets where the step happens.
    #[must_use]
    pub fn phase(mut self, phase: impl Into<String>) -> Self {
        self.phase = Some(phase.into());
        self
    }
}

//! Species as the user describes them.

use crate::units::{IntoQuantity, Quantity};

/// A chemical species in a phase.
#[derive(Debug, Clone, PartialEq)]
pub struct Species {
    /// Name used in equations; any characters but spaces.
    pub name: String,
    /// Name of its phase; may be left out if the network has one phase only.
    pub phase: Option<String>,
    /// What it is made of.
    pub composition: Composition,
    /// Kinds of surface sites that one of it occupies, with their number.
    pub sites: Vec<(String, f64)>,
    /// Amount at the start: mol/m3 in a solution, mol/m2 on a surface, a pure number in an abstract phase.
    pub initial: Option<Quantity>,
    /// Held at its initial value, as a solvent or a reservoir is.
    pub fixed: bool,
    /// Electrons exchanged overall for one of it, for its faradaic efficiency.
    pub electrons: Option<f64>,
    /// Where the description comes from, or what it stands for.
    pub note: String,
}

/// What a species is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Composition {
    /// Its formula, with charge: `NO3-`.
    Formula(String),
    /// Said in so many words not to be known: elements are not balanced in its steps, charge still is.
    Waived {
        /// Charge in elementary charges.
        charge: i32,
    },
    /// Nothing was said, which is an error but for a vacant site.
    Unstated,
}

impl Species {
    /// A species with nothing said of it but its name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            phase: None,
            composition: Composition::Unstated,
            sites: Vec::new(),
            initial: None,
            fixed: false,
            electrons: None,
            note: String::new(),
        }
    }

    /// Its formula, such as `C13H11N` or `NO3-`.
    #[must_use]
    pub fn formula(mut self, formula: impl Into<String>) -> Self {
        self.composition = Composition::Formula(formula.into());
        self
    }

    /// Waives its composition; it is neutral.
    #[must_use]
    pub fn composition_waived(mut self) -> Self {
        self.composition = Composition::Waived { charge: 0 };
        self
    }

    /// Its phase.
    #[must_use]
    pub fn phase(mut self, phase: impl Into<String>) -> Self {
        self.phase = Some(phase.into());
        self
    }

    /// One site of a kind that it occupies.
    #[must_use]
    pub fn site(mut self, site: impl Into<String>) -> Self {
        self.sites.push((site.into(), 1.0));
        self
    }

    /// Its amount at the start.
    ///
    /// # Errors
    /// A text that is not a number with a known unit.
    pub fn initial(mut self, initial: impl IntoQuantity) -> crate::Result<Self> {
        self.initial = Some(initial.into_quantity()?);
        Ok(self)
    }

    /// Holds it at its initial value.
    #[must_use]
    pub fn fixed(mut self) -> Self {
        self.fixed = true;
        self
    }

    /// Electrons exchanged overall for one of it.
    #[must_use]
    pub fn electrons(mut self, electrons: f64) -> Self {
        self.electrons = Some(electrons);
        self
    }
}

//! Kinds of atoms: an element, or one of its isotopes.

use std::fmt;

use super::element::Element;

/// A kind of atom that a formula counts: an element as it occurs in nature, or one isotope of it.
///
/// It is written as in a formula: `N`, `[15N]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Atom {
    /// The element.
    pub element: Element,
    /// The mass number of a label; none for the natural mixture of isotopes.
    pub mass_number: Option<u16>,
}

impl Atom {
    /// Mean mass in u: the standard atomic weight, for a label the mass of the isotope. `None` where the tables
    /// have none ([`Element::standard_weight`], [`Element::isotope_mass`]).
    pub fn mean_mass(self) -> Option<f64> {
        self.mass_number.map_or_else(|| self.element.standard_weight(), |n| self.element.isotope_mass(n))
    }

    /// Mass in u of the label, else of the most abundant isotope. `None` where the tables have none
    /// ([`Element::principal_isotope`], [`Element::isotope_mass`]).
    pub fn principal_mass(self) -> Option<f64> {
        self.element.isotope_mass(self.mass_number.or_else(|| self.element.principal_isotope())?)
    }
}

impl fmt::Display for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mass_number {
            Some(number) => write!(f, "[{number}{}]", self.element),
            None => write!(f, "{}", self.element),
        }
    }
}

//! Chemical formulas: composition, isotopes, charge and masses.

mod atom;
mod element;
mod isotope;
mod mass;
mod read;

use std::fmt;

pub use atom::Atom;
pub use element::Element;

/// The elements of a species and its charge, read from text such as `C13H10O`, `NO3-`, `H+`, `SO4-2`,
/// `Fe(CN)6^3-`, `K[15N]O3`.
///
/// A label is the mass number and the symbol in brackets, then the count: `C26H20[15N]2`; `D` and `T` are short for
/// `[2H]` and `[3H]`. Labelled atoms are counted apart from the unlabelled ones, `N` and `[15N]` like two elements: a
/// step carries a label on and does not exchange it for another atom of the element.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Formula {
    text: String,
    parts: Vec<Part>,
    charge: i32,
}

/// One kind of atom, how a formula writes it, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    atom: Atom,
    name: String,
    count: u32,
}

/// Why a formula was refused: the byte where reading stopped and what was expected there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormulaFault {
    /// Byte offset in the text.
    pub at: usize,
    /// What was expected.
    pub expected: String,
}

impl Formula {
    /// Reads a formula. Charge comes last: `+`, `-`, `--`, `+2`, `-3`, `^2-`.
    ///
    /// # Errors
    /// [`FormulaFault`] says where reading stopped.
    ///
    /// ```
    /// # use ratelaw_network::Formula;
    /// let imine = Formula::parse("C13H11N").unwrap();
    /// assert_eq!(imine.count("H"), 11);
    /// assert_eq!(Formula::parse("NO3-").unwrap().charge(), -1);
    /// ```
    pub fn parse(text: &str) -> Result<Self, FormulaFault> {
        let (atoms, charge) = read::read(text)?;
        let mut parts: Vec<Part> =
            atoms.into_iter().map(|(atom, count)| Part { atom, name: atom.to_string(), count }).collect();
        parts.sort_by_key(|p| (p.atom.element.symbol(), p.atom.mass_number));
        Ok(Self { text: text.to_owned(), parts, charge })
    }

    /// How many atoms of one kind: `N` counts unlabelled nitrogen alone, `[15N]` that isotope; `D` and `T` are
    /// `[2H]` and `[3H]`. A name that is none is counted zero times.
    ///
    /// ```
    /// # use ratelaw_network::Formula;
    /// let azine = Formula::parse("C26H20N[15N]").unwrap();
    /// assert_eq!((azine.count("N"), azine.count("[15N]"), azine.count_all("N")), (1, 1, 2));
    /// ```
    pub fn count(&self, name: &str) -> u32 {
        let name = match name {
            "D" => "[2H]",
            "T" => "[3H]",
            name => name,
        };
        self.parts.iter().find(|p| p.name == name).map_or(0, |p| p.count)
    }

    /// How many atoms of an element, given by its symbol, labelled ones and unlabelled ones together.
    pub fn count_all(&self, element: &str) -> u32 {
        // No overflow: 1000000 of each kind at most, and no element has more than 243 mass numbers.
        self.parts.iter().filter(|p| p.atom.element.symbol() == element).map(|p| p.count).sum()
    }

    /// Names and counts of the kinds of atoms, `N` and `[15N]` being two: by symbol in alphabetical order, the
    /// unlabelled first, then by mass number.
    pub fn elements(&self) -> impl Iterator<Item = (&str, u32)> {
        self.parts.iter().map(|p| (p.name.as_str(), p.count))
    }

    /// Kinds of atoms and their counts, in the order of [`elements`](Self::elements).
    pub fn atoms(&self) -> impl Iterator<Item = (Atom, u32)> {
        self.parts.iter().map(|p| (p.atom, p.count))
    }

    /// Charge in units of the elementary charge.
    pub fn charge(&self) -> i32 {
        self.charge
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_composition_and_charge() {
        for (text, element, count, charge) in [
            ("C26H20N2", "H", 20, 0),
            ("NO3-", "O", 3, -1),
            ("H+", "H", 1, 1),
            ("SO4-2", "S", 1, -2),
            ("SO4--", "O", 4, -2),
            ("Fe(CN)6^3-", "C", 6, -3),
            ("Ca(OH)2", "O", 2, 0),
            ("CH3CN", "C", 2, 0),
            ("K[15N]O3", "[15N]", 1, 0),
            ("K[15N]O3", "N", 0, 0),
            ("[15N]H4+", "[15N]", 1, 1),
            ("([15N]H2)2C[18O]", "[15N]", 2, 0),
            ("[2H]2O", "D", 2, 0),
            ("D2O", "[2H]", 2, 0),
            ("DTO", "[3H]", 1, 0),
            ("D2O", "H", 0, 0),
        ] {
            let formula = Formula::parse(text).unwrap();
            assert_eq!((formula.count(element), formula.charge()), (count, charge), "{text}");
        }
    }

    #[test]
    fn isotopes_are_kinds_of_their_own() {
        let formula = Formula::parse("[15N]2(N[14N])2HD[2H]C").unwrap();
        let kinds: Vec<(&str, u32)> = formula.elements().collect();
        assert_eq!(kinds, [("C", 1), ("H", 1), ("[2H]", 2), ("N", 2), ("[14N]", 2), ("[15N]", 2)]);
        assert_eq!((formula.count_all("N"), formula.count_all("H"), formula.count_all("O")), (6, 3, 0));
        let nitrogen: Vec<_> = formula.atoms().filter(|(a, _)| a.element.symbol() == "N").collect();
        assert_eq!(nitrogen[2].0.mass_number, Some(15));
    }
}

//! The elements: symbols, standard atomic weights and the isotopes that nature has most of.

use std::fmt;
use std::ops::RangeInclusive;

/// A chemical element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Element(u8);

impl Element {
    /// Hydrogen, which `D` and `T` are isotopes of.
    pub(super) const HYDROGEN: Self = Self(1);

    /// All 118 elements by atomic number.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=ELEMENTS.len()).map(|z| Self(z as u8))
    }

    /// The element of an IUPAC symbol, such as `Fe`; `D` and `T` are isotopes and no elements.
    ///
    /// ```
    /// # use ratelaw_network::Element;
    /// assert_eq!(Element::from_symbol("Fe").unwrap().atomic_number(), 26);
    /// assert!(Element::from_symbol("FE").is_none());
    /// ```
    pub fn from_symbol(symbol: &str) -> Option<Self> {
        Self::all().find(|e| e.symbol() == symbol)
    }

    /// Its symbol.
    pub fn symbol(self) -> &'static str {
        self.row().0
    }

    /// Number of protons.
    pub fn atomic_number(self) -> u8 {
        self.0
    }

    /// Standard atomic weight in u: the mean over the isotopes of normal terrestrial materials. `None` for the
    /// 34 elements that have no characteristic isotopic composition on Earth, such as Tc.
    ///
    /// Fourteen elements, H, C, N and O among them, vary so much between materials that IUPAC states an interval;
    /// for those it is IUPAC's abridged value.
    pub fn standard_weight(self) -> Option<f64> {
        self.row().1
    }

    /// Mass number of the isotope that is most abundant on Earth; `None` where there is no standard weight.
    pub fn principal_isotope(self) -> Option<u16> {
        self.row().2
    }

    /// Mass numbers that an isotope of it can have. All nuclides of AME2020, the extrapolated ones included, lie
    /// within; it is there to catch slips of the pen, such as `[51N]`.
    pub(super) fn mass_numbers(self) -> RangeInclusive<u16> {
        let z = u16::from(self.0);
        z..=3 * z + 6
    }

    fn row(self) -> &'static Row {
        &ELEMENTS[usize::from(self.0) - 1]
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

/// Symbol, standard atomic weight in u, mass number of the most abundant isotope.
type Row = (&'static str, Option<f64>, Option<u16>);

/// By atomic number. Weights: T. Prohaska et al., "Standard atomic weights of the elements 2021", Pure Appl. Chem.
/// 94 (2022) 573, doi:10.1515/pac-2019-0603, abridged where that states an interval. Most abundant isotopes:
/// CIAAW, "Isotopic compositions of the elements 2021", with the representative composition of J. Meija et al., Pure
/// Appl. Chem. 88 (2016) 293, for lead, whose interval is wider.
const ELEMENTS: [Row; 118] = [
    ("H", Some(1.008), Some(1)),
    ("He", Some(4.002602), Some(4)),
    ("Li", Some(6.94), Some(7)),
    ("Be", Some(9.0121831), Some(9)),
    ("B", Some(10.81), Some(11)),
    ("C", Some(12.011), Some(12)),
    ("N", Some(14.007), Some(14)),
    ("O", Some(15.999), Some(16)),
    ("F", Some(18.998403162), Some(19)),
    ("Ne", Some(20.1797), Some(20)),
    ("Na", Some(22.98976928), Some(23)),
    ("Mg", Some(24.305), Some(24)),
    ("Al", Some(26.9815384), Some(27)),
    ("Si", Some(28.085), Some(28)),
    ("P", Some(30.973761998), Some(31)),
    ("S", Some(32.06), Some(32)),
    ("Cl", Some(35.45), Some(35)),
    ("Ar", Some(39.95), Some(40)),
    ("K", Some(39.0983), Some(39)),
    ("Ca", Some(40.078), Some(40)),
    ("Sc", Some(44.955907), Some(45)),
    ("Ti", Some(47.867), Some(48)),
    ("V", Some(50.9415), Some(51)),
    ("Cr", Some(51.9961), Some(52)),
    ("Mn", Some(54.938043), Some(55)),
    ("Fe", Some(55.845), Some(56)),
    ("Co", Some(58.933194), Some(59)),
    ("Ni", Some(58.6934), Some(58)),
    ("Cu", Some(63.546), Some(63)),
    ("Zn", Some(65.38), Some(64)),
    ("Ga", Some(69.723), Some(69)),
    ("Ge", Some(72.630), Some(74)),
    ("As", Some(74.921595), Some(75)),
    ("Se", Some(78.971), Some(80)),
    ("Br", Some(79.904), Some(79)),
    ("Kr", Some(83.798), Some(84)),
    ("Rb", Some(85.4678), Some(85)),
    ("Sr", Some(87.62), Some(88)),
    ("Y", Some(88.905838), Some(89)),
    ("Zr", Some(91.224), Some(90)),
    ("Nb", Some(92.90637), Some(93)),
    ("Mo", Some(95.95), Some(98)),
    ("Tc", None, None),
    ("Ru", Some(101.07), Some(102)),
    ("Rh", Some(102.90549), Some(103)),
    ("Pd", Some(106.42), Some(106)),
    ("Ag", Some(107.8682), Some(107)),
    ("Cd", Some(112.414), Some(114)),
    ("In", Some(114.818), Some(115)),
    ("Sn", Some(118.710), Some(120)),
    ("Sb", Some(121.760), Some(121)),
    ("Te", Some(127.60), Some(130)),
    ("I", Some(126.90447), Some(127)),
    ("Xe", Some(131.293), Some(132)),
    ("Cs", Some(132.90545196), Some(133)),
    ("Ba", Some(137.327), Some(138)),
    ("La", Some(138.90547), Some(139)),
    ("Ce", Some(140.116), Some(140)),
    ("Pr", Some(140.90766), Some(141)),
    ("Nd", Some(144.242), Some(142)),
    ("Pm", None, None),
    ("Sm", Some(150.36), Some(152)),
    ("Eu", Some(151.964), Some(153)),
    ("Gd", Some(157.25), Some(158)),
    ("Tb", Some(158.925354), Some(159)),
    ("Dy", Some(162.500), Some(164)),
    ("Ho", Some(164.930329), Some(165)),
    ("Er", Some(167.259), Some(166)),
    ("Tm", Some(168.934219), Some(169)),
    ("Yb", Some(173.045), Some(174)),
    ("Lu", Some(174.9668), Some(175)),
    ("Hf", Some(178.486), Some(180)),
    ("Ta", Some(180.94788), Some(181)),
    ("W", Some(183.84), Some(184)),
    ("Re", Some(186.207), Some(187)),
    ("Os", Some(190.23), Some(192)),
    ("Ir", Some(192.217), Some(193)),
    ("Pt", Some(195.084), Some(195)),
    ("Au", Some(196.966570), Some(197)),
    ("Hg", Some(200.592), Some(202)),
    ("Tl", Some(204.38), Some(205)),
    ("Pb", Some(207.2), Some(208)),
    ("Bi", Some(208.98040), Some(209)),
    ("Po", None, None),
    ("At", None, None),
    ("Rn", None, None),
    ("Fr", None, None),
    ("Ra", None, None),
    ("Ac", None, None),
    ("Th", Some(232.0377), Some(232)),
    ("Pa", Some(231.03588), Some(231)),
    ("U", Some(238.02891), Some(238)),
    ("Np", None, None),
    ("Pu", None, None),
    ("Am", None, None),
    ("Cm", None, None),
    ("Bk", None, None),
    ("Cf", None, None),
    ("Es", None, None),
    ("Fm", None, None),
    ("Md", None, None),
    ("No", None, None),
    ("Lr", None, None),
    ("Rf", None, None),
    ("Db", None, None),
    ("Sg", None, None),
    ("Bh", None, None),
    ("Hs", None, None),
    ("Mt", None, None),
    ("Ds", None, None),
    ("Rg", None, None),
    ("Cn", None, None),
    ("Nh", None, None),
    ("Fl", None, None),
    ("Mc", None, None),
    ("Lv", None, None),
    ("Ts", None, None),
    ("Og", None, None),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_all_elements_once() {
        assert_eq!(Element::all().count(), 118);
        for element in Element::all() {
            assert_eq!(Element::from_symbol(element.symbol()), Some(element));
        }
        // Atomic numbers as every periodic table has them, spread so that a missing row shows.
        for (symbol, z) in
            [("H", 1), ("Ca", 20), ("Rh", 45), ("La", 57), ("Lu", 71), ("Hg", 80), ("U", 92), ("Og", 118)]
        {
            assert_eq!(Element::from_symbol(symbol).unwrap().atomic_number(), z, "{symbol}");
        }
        assert_eq!(Element::from_symbol("D"), None);
    }

    #[test]
    fn weights_are_those_of_iupac_2021() {
        let weight = |symbol| Element::from_symbol(symbol).unwrap().standard_weight();
        // Changed by the 2021 report (its abstract), and abridged ones of its table 2.
        for (symbol, expected) in [("Ar", 39.95), ("Hf", 178.486), ("Ir", 192.217), ("Pb", 207.2), ("Yb", 173.045)] {
            assert_eq!(weight(symbol), Some(expected), "{symbol}");
        }
        for (symbol, expected) in [("H", 1.008), ("C", 12.011), ("N", 14.007), ("O", 15.999), ("Cl", 35.45)] {
            assert_eq!(weight(symbol), Some(expected), "{symbol}");
        }
        for symbol in ["Tc", "Pm", "Po", "Ra", "Pu", "Og"] {
            assert_eq!(weight(symbol), None, "{symbol}");
        }
        assert_eq!(Element::all().filter(|e| e.standard_weight().is_none()).count(), 34);
    }
}

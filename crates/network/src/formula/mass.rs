//! Masses of formulas.

use super::{Atom, Formula};

/// Mass of the electron in u: CODATA 2022, 5.485 799 090 441(97)e-4.
const ELECTRON: f64 = 5.485_799_090_441e-4;
/// What a mass of 1 u is per mole, kg/mol. It was exact before the SI of 2019 and is 1.1e-9 off since (CODATA 2022:
/// 1.000 000 001 05(31)e-3), less than any mass here is known for.
const PER_U: f64 = 1e-3;

impl Formula {
    /// Molar mass, kg/mol: standard atomic weights for natural elements (IUPAC 2021), their own masses for labelled
    /// isotopes (AME2020). The electrons that an ion lacks or has in excess are counted; their binding energy, about
    /// 1e-8 u for each, is not.
    ///
    /// `None` if an element has no standard atomic weight, such as Tc, or an isotope's mass is not in the table
    /// ([`Element::isotope_mass`](super::Element::isotope_mass)).
    ///
    /// ```
    /// # use ratelaw_network::Formula;
    /// let water = Formula::parse("H2O").unwrap();
    /// assert!((water.molar_mass().unwrap() - 0.018015).abs() < 1e-9);
    /// ```
    pub fn molar_mass(&self) -> Option<f64> {
        self.mass(Atom::mean_mass)
    }

    /// Monoisotopic mass, kg/mol: that of the molecule whose unlabelled elements are all their most abundant isotope.
    /// Of a small organic molecule it is the main peak of the mass spectrum. Electrons as in
    /// [`molar_mass`](Self::molar_mass), so m/z of an ion is 1000 times this over the magnitude of its charge.
    ///
    /// `None` if an element has no isotope that is most abundant on Earth, such as Tc, or an isotope's mass is not
    /// in the table ([`Element::isotope_mass`](super::Element::isotope_mass)).
    pub fn monoisotopic_mass(&self) -> Option<f64> {
        self.mass(Atom::principal_mass)
    }

    fn mass(&self, of: impl Fn(Atom) -> Option<f64>) -> Option<f64> {
        let mut sum = 0.0;
        for (atom, count) in self.atoms() {
            sum += of(atom)? * f64::from(count);
        }
        Some((sum - f64::from(self.charge()) * ELECTRON) * PER_U)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// g/mol, as tables print them.
    fn mean(text: &str) -> f64 {
        1e3 * Formula::parse(text).unwrap().molar_mass().unwrap()
    }

    fn monoisotopic(text: &str) -> f64 {
        1e3 * Formula::parse(text).unwrap().monoisotopic_mass().unwrap()
    }

    #[test]
    fn molar_masses_are_the_known_ones() {
        // Handbook values; benzophenone as in the NIST Chemistry WebBook, webbook.nist.gov/cgi/cbook.cgi?ID=C119619.
        // They rest on weights older than those of 2021 or are rounded; hence the tolerance.
        for (text, expected) in [("H2O", 18.015), ("KNO3", 101.10), ("C13H10O", 182.2179), ("D2O", 20.0276)] {
            assert!((mean(text) / expected - 1.0).abs() < 3e-5, "{text}: {}", mean(text));
        }
        // By hand from the weights: 2 x 1.008 + 15.999, and 39.0983 + 14.007 + 3 x 15.999.
        assert!((mean("H2O") - 18.015).abs() < 1e-9);
        assert!((mean("KNO3") - 101.1023).abs() < 1e-9);
        assert!((mean("K[15N]O3") - mean("KNO3") - (15.000108898 - 14.007)).abs() < 1e-9);
        assert_eq!(mean("D2O"), mean("[2H]2O"));
    }

    #[test]
    fn monoisotopic_masses_are_the_published_ones() {
        // Benzophenone azine, unlabelled and from 15NH3: m/z 360.1 and 362.1 in Jia et al., Nat. Commun. 2024,
        // doi:10.1038/s41467-024-52825-1, cut off after one place.
        for (text, published, exact) in [("C26H20N2", 360.1, 360.1626), ("C26H20[15N]2", 362.1, 362.1567)] {
            let found = monoisotopic(text);
            assert!((published..published + 0.1).contains(&found), "{text}: {found}");
            assert!((found - exact).abs() < 5e-5, "{text}: {found}");
        }
        // The most abundant isotope is not always the lightest: 56Fe, 11B.
        assert!((monoisotopic("FeB") - 55.934935537 - 11.009305166).abs() < 1e-9);
    }

    #[test]
    fn ions_lack_their_electrons() {
        // CODATA 2022: the proton has 1.007 276 466 5789(83) u. The 13.6 eV that bind the electron are 1.46e-8 u.
        let proton = monoisotopic("H+");
        assert!((proton - 1.0072764665789).abs() < 2e-8, "{proton}");
        assert!((mean("H+") - (1.008 - 5.485799e-4)).abs() < 1e-9);
        assert!((mean("NO3-") - mean("NO3+") - 2.0 * 5.485799e-4).abs() < 1e-9);
    }

    #[test]
    fn nothing_is_invented() {
        let of = |text: &str| Formula::parse(text).unwrap();
        for text in ["Tc", "NaTcO4", "[19N]", "H[99Po]"] {
            assert_eq!((of(text).molar_mass(), of(text).monoisotopic_mass()), (None, None), "{text}");
        }
        assert!((mean("[99Tc]O4-") - 162.9028).abs() < 1e-3);
        // A free site holds no atoms.
        assert_eq!(Formula::default().molar_mass(), Some(0.0));
    }
}

//! Physical dimensions with exact exponents.

use std::fmt;

/// Exponents of the SI base units m, kg, s, A, K, mol.
///
/// Exponents are whole fractions of 1/693 000 000, so sums, differences and multiples by any reaction order with up to
/// six decimals, and by thirds, sevenths, ninths and elevenths, are exact and comparison is equality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Dimension([i64; 6]);

const ONE: i64 = 693_000_000;
const SYMBOLS: [&str; 6] = ["m", "kg", "s", "A", "K", "mol"];

impl Dimension {
    /// A pure number.
    pub const NONE: Self = Self([0; 6]);
    /// Length, m.
    pub const LENGTH: Self = Self::base(0);
    /// Mass, kg.
    pub const MASS: Self = Self::base(1);
    /// Time, s.
    pub const TIME: Self = Self::base(2);
    /// Electric current, A.
    pub const CURRENT: Self = Self::base(3);
    /// Thermodynamic temperature, K.
    pub const TEMPERATURE: Self = Self::base(4);
    /// Amount of substance, mol.
    pub const AMOUNT: Self = Self::base(5);

    const fn base(index: usize) -> Self {
        let mut exponents = [0; 6];
        exponents[index] = ONE;
        Self(exponents)
    }

    /// Concentration in a volume, mol/m3.
    pub fn concentration() -> Self {
        Self::AMOUNT / Self::volume()
    }

    /// Concentration on a surface, mol/m2.
    pub fn surface_concentration() -> Self {
        Self::AMOUNT / Self::area()
    }

    /// Volume, m3.
    pub fn volume() -> Self {
        Self::LENGTH.power(3.0)
    }

    /// Area, m2.
    pub fn area() -> Self {
        Self::LENGTH.power(2.0)
    }

    /// Energy, J.
    pub fn energy() -> Self {
        Self::MASS * Self::area() / Self::TIME.power(2.0)
    }

    /// Energy per amount, J/mol.
    pub fn molar_energy() -> Self {
        Self::energy() / Self::AMOUNT
    }

    /// Electric charge, C.
    pub fn charge() -> Self {
        Self::CURRENT * Self::TIME
    }

    /// Current per area, A/m2.
    pub fn current_density() -> Self {
        Self::CURRENT / Self::area()
    }

    /// Pressure, Pa.
    pub fn pressure() -> Self {
        Self::energy() / Self::volume()
    }

    /// Electric resistance, ohm.
    pub fn resistance() -> Self {
        Self::potential() / Self::CURRENT
    }

    /// Electric potential, V.
    pub fn potential() -> Self {
        Self::energy() / Self::charge()
    }

    /// The dimension to a power; the exponent is rounded to a fraction that the type holds.
    #[must_use]
    pub fn power(self, exponent: f64) -> Self {
        let parts = (exponent * ONE as f64).round() as i64;
        Self(self.0.map(|e| {
            let exact = i128::from(e) * i128::from(parts) / i128::from(ONE);
            i64::try_from(exact).unwrap_or(i64::MAX / 4)
        }))
    }

    fn combine(self, other: Self, f: impl Fn(i64, i64) -> i64) -> Self {
        let mut exponents = self.0;
        for (e, o) in exponents.iter_mut().zip(other.0) {
            *e = f(*e, o);
        }
        Self(exponents)
    }
}

impl std::ops::Mul for Dimension {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        self.combine(other, i64::saturating_add)
    }
}

impl std::ops::Div for Dimension {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        self.combine(other, i64::saturating_sub)
    }
}

impl fmt::Display for Dimension {
    /// By its usual name (`V`, `J/mol`), else in SI base units with positive powers first: `m3/(mol s)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = [
            ("V", Self::potential()),
            ("J", Self::energy()),
            ("J/mol", Self::molar_energy()),
            ("J/(mol K)", Self::molar_energy() / Self::TEMPERATURE),
            ("C", Self::charge()),
            ("ohm", Self::resistance()),
            ("Pa", Self::pressure()),
        ];
        if let Some((name, _)) = named.iter().find(|(_, d)| d == self) {
            return f.write_str(name);
        }
        let side = |sign: i64| -> Vec<String> {
            // The order of chemistry rather than of the SI: amounts and lengths before times.
            [5, 0, 1, 3, 4, 2]
                .into_iter()
                .filter(|&i| self.0[i] * sign > 0)
                .map(|i| match (self.0[i] * sign) as f64 / ONE as f64 {
                    1.0 => SYMBOLS[i].to_owned(),
                    e if e.fract() == 0.0 => format!("{}{e}", SYMBOLS[i]),
                    e => format!("{}^{e}", SYMBOLS[i]),
                })
                .collect()
        };
        let (above, below) = (side(1), side(-1));
        let above = if above.is_empty() { "1".to_owned() } else { above.join(" ") };
        match below.len() {
            0 => write!(f, "{above}"),
            1 => write!(f, "{above}/{}", below[0]),
            _ => write!(f, "{above}/({})", below.join(" ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_is_exact_for_fractional_orders() {
        let c = Dimension::concentration();
        let sum = (0..10).fold(Dimension::NONE, |d, _| d * c.power(0.1));
        assert_eq!(sum, c);
        assert_eq!(c.power(0.73) * c.power(0.27), c);
        // Levich: D^(2/3) nu^(-1/6) omega^(1/2) is a velocity.
        let diffusivity = Dimension::area() / Dimension::TIME;
        let rotation = Dimension::NONE / Dimension::TIME;
        let levich = diffusivity.power(2.0 / 3.0) * diffusivity.power(-1.0 / 6.0) * rotation.power(0.5);
        assert_eq!(levich, Dimension::LENGTH / Dimension::TIME);
    }

    #[test]
    fn prints_base_units() {
        let k = Dimension::volume() / (Dimension::AMOUNT * Dimension::TIME);
        assert_eq!(k.to_string(), "m3/(mol s)");
        assert_eq!((Dimension::NONE / Dimension::TIME).to_string(), "1/s");
        assert_eq!(Dimension::NONE.to_string(), "1");
    }
}

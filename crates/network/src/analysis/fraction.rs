//! Exact fractions.

use super::echelon::Number;

/// A fraction in lowest terms with a positive denominator. Its operations are checked: None where the result does
/// not fit in 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fraction {
    above: i64,
    below: i64,
}

/// Decimals that are read exactly, as in [`Dimension`](crate::units::Dimension): whole millionths.
const MILLIONTHS: i64 = 1_000_000;

impl Fraction {
    /// A whole number or a decimal with up to six digits after the point; None for any other.
    pub(super) fn from_decimal(value: f64) -> Option<Self> {
        let scaled = value * MILLIONTHS as f64;
        let whole = scaled.round();
        // A decimal is off by half a unit in the last place, a sum of some by a few.
        let near = (scaled - whole).abs() <= 1e-6 + 4.0 * f64::EPSILON * scaled.abs();
        if !near || scaled.abs() >= 9e18 {
            return None;
        }
        let whole = whole as i64;
        let divisor = gcd(whole.unsigned_abs(), MILLIONTHS as u64) as i64;
        Some(Self { above: whole / divisor, below: MILLIONTHS / divisor })
    }

    fn plus(self, other: Self) -> Option<Self> {
        // D. Knuth, The Art of Computer Programming, vol. 2, section 4.5.1: the divisors stay small.
        let common = gcd(self.below as u64, other.below as u64) as i64;
        let (b, d) = (self.below / common, other.below / common);
        let sum = i128::from(self.above) * i128::from(d) + i128::from(other.above) * i128::from(b);
        let again = gcd((sum.unsigned_abs() % common as u128) as u64, common as u64) as i64;
        Self::fitting(sum / i128::from(again), i128::from(b) * i128::from(other.below / again))
    }

    fn times(self, other: Self) -> Option<Self> {
        let first = gcd(self.above.unsigned_abs(), other.below as u64) as i64;
        let second = gcd(other.above.unsigned_abs(), self.below as u64) as i64;
        let above = i128::from(self.above / first) * i128::from(other.above / second);
        Self::fitting(above, i128::from(self.below / second) * i128::from(other.below / first))
    }

    /// `i64::MIN` is left out, so that every number has its negative.
    fn fitting(above: i128, below: i128) -> Option<Self> {
        let above = i64::try_from(above).ok().filter(|a| *a != i64::MIN)?;
        Some(Self { above, below: i64::try_from(below).ok()? })
    }
}

impl Number for Fraction {
    const ONE: Self = Self { above: 1, below: 1 };

    fn minus_product(self, factor: Self, other: Self) -> Option<Self> {
        let product = factor.times(other)?;
        self.plus(Self { above: -product.above, ..product })
    }

    fn over(self, divisor: Self) -> Option<Self> {
        let sign = divisor.above.signum();
        self.times(Self { above: sign * divisor.below, below: divisor.above.checked_abs()? })
    }

    fn is_zero(self) -> bool {
        self.above == 0
    }

    /// Short fractions keep the others short.
    fn preference(self) -> f64 {
        1.0 / (self.above.unsigned_abs() as f64 + self.below as f64)
    }

    fn smallest_whole(numbers: &[Self]) -> Vec<f64> {
        let multiple = numbers.iter().try_fold(1_i64, |lcm, n| {
            let divisor = gcd(lcm as u64, n.below as u64) as i64;
            lcm.checked_mul(n.below / divisor)
        });
        let scaled = |multiple: i64| -> Option<Vec<i64>> {
            numbers.iter().map(|n| n.above.checked_mul(multiple / n.below)).collect()
        };
        match multiple.and_then(scaled) {
            Some(whole) => {
                let divisor = whole.iter().fold(0, |d, w| gcd(d, w.unsigned_abs())).max(1);
                whole.iter().map(|w| *w as f64 / divisor as f64).collect()
            }
            None => numbers.iter().map(|n| n.above as f64 / n.below as f64).collect(),
        }
    }
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fraction(above: i64, below: i64) -> Fraction {
        Fraction { above, below }
    }

    #[test]
    fn decimals_are_read_exactly_or_not_at_all() {
        assert_eq!(Fraction::from_decimal(0.1 + 0.2), Some(fraction(3, 10)));
        assert_eq!(Fraction::from_decimal(-2.5), Some(fraction(-5, 2)));
        assert_eq!(Fraction::from_decimal(0.0), Some(fraction(0, 1)));
        assert_eq!(Fraction::from_decimal(123_456.654_321), Some(fraction(123_456_654_321, 1_000_000)));
        for value in [1.0 / 3.0, 1e-7, f64::NAN, f64::INFINITY, 1e13] {
            assert_eq!(Fraction::from_decimal(value), None, "{value}");
        }
    }

    #[test]
    fn arithmetic_is_exact_and_checked() {
        assert_eq!(fraction(1, 6).plus(fraction(1, 3)), Some(fraction(1, 2)));
        assert_eq!(fraction(1, 2).minus_product(fraction(2, 3), fraction(3, 4)), Some(fraction(0, 1)));
        assert_eq!(fraction(1, 2).over(fraction(-3, 4)), Some(fraction(-2, 3)));
        assert_eq!(fraction(i64::MAX, 1).times(fraction(2, 1)), None);
        assert_eq!(fraction(1, i64::MAX).plus(fraction(1, i64::MAX - 1)), None);
        assert_eq!(Fraction::smallest_whole(&[fraction(1, 2), fraction(-2, 3)]), [3.0, -4.0]);
        assert_eq!(Fraction::smallest_whole(&[fraction(4, 1), fraction(6, 1)]), [2.0, 3.0]);
    }
}

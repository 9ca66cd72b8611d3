//! The natural logarithm.

use super::pair::{ordered_sum, pair_product, product};

/// ln 2 in two parts. The first has 42 bits, so that its product with a binary exponent is exact.
pub(super) const LN2_HIGH: f64 = f64::from_bits(std::f64::consts::LN_2.to_bits() & !0x7ff);
pub(super) const LN2_LOW: f64 = (std::f64::consts::LN_2 - LN2_HIGH) + 2.319_046_813_846_299_6e-17;

const SQRT_HALF: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();
const ONE: u64 = 1.0_f64.to_bits();
const FRACTION: u64 = (1 << 52) - 1;
/// A whole number in the lowest bits of this one is added to it.
const WHOLE: f64 = 4_503_599_627_370_496.0;

/// The natural logarithm with an error below 0.9 units in the last place; NaN of a negative number. The bits that
/// [`Lane::ln`](super::Lane::ln) has in each lane.
///
/// `x = 2^k (1 + f)` with `1 + f` between the roots of 1/2 and 2, and `ln(1 + f) = 2 artanh(s)` with `s = f / (2 + f)`
/// (Cody and Waite 1980, chapter 5). Since `2 s = f - s f` and `s f = f^2/2 - s f^2/2`, it is `f - f^2/2 + s (f^2/2 + R)` with
/// the series `R` from its second term on, so that the largest term is exact. With `s^2 <= 0.0295` and terms to `s^21`
/// what is left out is below `s^22 / 23 = 7e-19`, relative.
#[inline(always)]
#[must_use]
pub fn ln(x: f64) -> f64 {
    let (k, f) = exponent_and_fraction(x);
    let s = f / (2.0 + f);
    let z = s * s;
    let z2 = z * z;
    let z4 = z2 * z2;
    let pair = |first: f64, second: f64| 2.0 / first + z * (2.0 / second);
    let lowest = pair(3.0, 5.0) + z2 * pair(7.0, 9.0);
    let highest = pair(11.0, 13.0) + z2 * pair(15.0, 17.0) + z4 * pair(19.0, 21.0);
    let series = z * (lowest + z4 * highest);
    let square = 0.5 * f * f;
    let y = k * LN2_HIGH - ((square - (s * (square + series) + k * LN2_LOW)) - f);
    let beyond = if x == 0.0 {
        f64::NEG_INFINITY
    } else if x > 0.0 {
        x
    } else {
        f64::NAN
    };
    if x > 0.0 && x < f64::INFINITY { y } else { beyond }
}

/// The logarithm of a positive, finite number as a pair with a relative error below `2^-68`.
///
/// The same series, `2 s (1 + z (1/3 + z (1/5 + z (1/7 + ...))))` with `z = s^2`, in pairs but for the innermost bracket, which is below
/// `2^-17` of the whole. Terms to `z^12` leave out `z^13 / 27 = 5e-22`.
#[inline(always)]
pub(super) fn ln_pair(x: f64) -> (f64, f64) {
    const THIRD: f64 = 1.0 / 3.0;
    const THIRD_LOW: f64 = 1.850_371_707_708_594e-17;
    const FIFTH: f64 = 0.2;
    const FIFTH_LOW: f64 = -1.110_223_024_625_156_6e-17;
    let (k, f) = exponent_and_fraction(x);
    let (below, below_low) = ordered_sum(2.0, f);
    let s = f / below;
    let (back, back_low) = product(s, below);
    let s_low = (((f - back) - back_low) - s * below_low) / below;

    let (z, z_error) = product(s, s);
    let z_low = z_error + 2.0 * s * s_low;
    let z2 = z * z;
    let z4 = z2 * z2;
    let pair = |first: f64, second: f64| 1.0 / first + z * (1.0 / second);
    let lowest = pair(7.0, 9.0) + z2 * pair(11.0, 13.0);
    let highest = pair(15.0, 17.0) + z2 * pair(19.0, 21.0) + z4 * pair(23.0, 25.0);
    let rest = z * (lowest + z4 * highest);

    let (fifth, fifth_low) = ordered_sum(FIFTH, rest);
    let (t, t_low) = pair_product((z, z_low), (fifth, fifth_low + FIFTH_LOW));
    let (third, third_low) = ordered_sum(THIRD, t);
    let (t, t_low) = pair_product((z, z_low), (third, third_low + (t_low + THIRD_LOW)));
    let (t, t_low) = pair_product((s, s_low), (t, t_low));
    let (sum, sum_low) = ordered_sum(s, t);
    let (high, high_low) = ordered_sum(k * LN2_HIGH, 2.0 * sum);
    ordered_sum(high, high_low + (2.0 * (sum_low + (t_low + s_low)) + k * LN2_LOW))
}

/// `k` and `f` in `x = 2^k (1 + f)`, with `1 + f` between the roots of 1/2 and 2; subnormal numbers are made normal first.
#[inline(always)]
fn exponent_and_fraction(x: f64) -> (f64, f64) {
    let subnormal = x < f64::MIN_POSITIVE;
    let normal = if subnormal { x * 18_014_398_509_481_984.0 } else { x };
    let below = if subnormal { 54.0 + 1023.0 } else { 1023.0 };
    // Counted from the root of 1/2, the exponent's bits change where the fraction should start again.
    let bits = normal.to_bits().wrapping_add(ONE - SQRT_HALF);
    let k = f64::from_bits((bits >> 52) | WHOLE.to_bits()) - WHOLE - below;
    (k, f64::from_bits((bits & FRACTION) + SQRT_HALF) - 1.0)
}

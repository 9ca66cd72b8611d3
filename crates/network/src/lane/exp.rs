//! The exponential function.

use super::ln::{LN2_HIGH, LN2_LOW};

/// Adding it rounds a number below 2^51 to the nearest whole one, which then stands in the lowest bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// Beyond these the result is infinite or rounds to zero.
const HIGHEST: f64 = 710.0;
const LOWEST: f64 = -746.0;

/// `e^x` with an error below 0.7 units in the last place (of a subnormal result below one unit): the bits that
/// [`Lane::exp`](super::Lane::exp) has in each lane.
#[inline(always)]
#[must_use]
pub fn exp(x: f64) -> f64 {
    exp_of_sum(x, 0.0)
}

/// `e^(high + low)` for a small `low`, without a branch.
///
/// `high + low = k ln 2 + r` with `|r| <= ln(2) / 2` (Cody and Waite, Software Manual for the Elementary Functions, 1980,
/// chapter 6; the remainder keeps its rounding error as in Tang, ACM TOMS 15 (1989) 144). The series of `e^r` ends with
/// `r^13 / 13!`: what is left out is below `0.347^14 / 14! = 4.2e-18`, a 25th of a unit in the last place.
#[inline(always)]
pub(super) fn exp_of_sum(high: f64, low: f64) -> f64 {
    let low = if high.abs() > 800.0 { 0.0 } else { low };
    let high = if high > HIGHEST { HIGHEST } else { high };
    let high = if high < LOWEST { LOWEST } else { high };
    let rounded = high * std::f64::consts::LOG2_E + ROUNDER;
    let k = rounded - ROUNDER;

    // Exact: the product has 53 bits and is close to `high`.
    let near = high - k * LN2_HIGH;
    let rest = k * LN2_LOW - low;
    let r = near - rest;
    let r_error = (near - r) - rest;

    // 1 + r exactly, then the rest of the series, which is below 0.08.
    let one_r = 1.0 + r;
    let one_r_error = r - (one_r - 1.0);
    let (r2, pair) = (r * r, |even: f64, odd: f64| 1.0 / even + r * (1.0 / odd));
    let r4 = r2 * r2;
    let lowest = pair(2.0, 6.0) + r2 * pair(24.0, 120.0);
    let middle = pair(720.0, 5_040.0) + r2 * pair(40_320.0, 362_880.0);
    let highest = pair(3_628_800.0, 39_916_800.0) + r2 * pair(479_001_600.0, 6_227_020_800.0);
    let tail = r2 * (lowest + r4 * (middle + r4 * highest));
    let y = one_r + (tail + r_error * one_r + one_r_error);

    // 2^k as two factors, each a normal number, so that only the last product can round (or overflow).
    let shifted = rounded.to_bits().wrapping_sub(ROUNDER.to_bits()).wrapping_add(2048);
    let half = shifted >> 1;
    let power = |exponent: u64| f64::from_bits(exponent.wrapping_sub(1) << 52);
    y * power(half) * power(shifted.wrapping_sub(half))
}

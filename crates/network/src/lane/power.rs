//! Powers.

use super::exp::exp_of_sum;
use super::ln::ln_pair;
use super::pair::product;

/// What of a power depends on its exponent alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exponent {
    /// The exponent, held at 2^64: beyond it every power but that of 1 is zero or infinite.
    value: f64,
    is_whole: bool,
    is_odd: bool,
    of_zero: f64,
    of_infinity: f64,
}

impl Exponent {
    /// An exponent other than zero and NaN.
    #[inline]
    pub(super) fn new(n: f64) -> Self {
        const LIMIT: f64 = 18_446_744_073_709_551_616.0;
        let is_whole = n.trunc() == n;
        let half = 0.5 * n;
        let is_odd = is_whole && n.abs() < LIMIT && half.trunc() != half;
        let (of_zero, of_infinity) = if n > 0.0 { (0.0, f64::INFINITY) } else { (f64::INFINITY, 0.0) };
        Self { value: n.clamp(-LIMIT, LIMIT), is_whole, is_odd, of_zero, of_infinity }
    }

    /// `x` to this exponent, without a branch: `e^(n ln x)` with the logarithm as a pair.
    #[inline(always)]
    pub(super) fn of(self, x: f64) -> f64 {
        let a = x.abs();
        let (ln, ln_low) = ln_pair(a);
        let (high, error) = product(self.value, ln);
        let y = exp_of_sum(high, error + self.value * ln_low);
        let y = if a == 0.0 { self.of_zero } else { y };
        let y = if a == f64::INFINITY { self.of_infinity } else { y };
        let y = if self.is_odd { y.copysign(x) } else { y };
        let defined = x >= 0.0 || self.is_whole || a == 0.0 || a == f64::INFINITY;
        if defined && !x.is_nan() { y } else { f64::NAN }
    }
}

/// `x^n` with an error below 0.8 units in the last place (of a subnormal result below one unit), and the special values of IEEE 754 (`pow`). The bits that
/// [`Lane::powf`](super::Lane::powf) has in each lane.
#[inline]
#[must_use]
pub fn powf(x: f64, n: f64) -> f64 {
    super::Lane([x]).powf(n).0[0]
}

/// `x^n` by repeated squaring, `1 / x^-n` for a negative `n`; the relative error is below `|n| 2^-53`. The bits that
/// [`Lane::powi`](super::Lane::powi) has in each lane.
#[inline]
#[must_use]
pub fn powi(x: f64, n: i32) -> f64 {
    super::Lane([x]).powi(n).0[0]
}

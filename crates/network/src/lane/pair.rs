//! Sums and products with their rounding errors: numbers as unevaluated pairs, about 106 bits long.

/// `a + b` and its rounding error, for `|a| >= |b|` or `a = 0` (Dekker, Numer. Math. 18 (1971) 224).
#[inline(always)]
pub(super) fn ordered_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    (sum, b - (sum - a))
}

/// A number as the sum of two halves of 26 bits each (Veltkamp's splitting, in Dekker 1971), for numbers below 2^996.
#[inline(always)]
fn halves(a: f64) -> (f64, f64) {
    const SPLITTER: f64 = 134_217_729.0;
    let shifted = SPLITTER * a;
    let high = shifted - (shifted - a);
    (high, a - high)
}

/// `a b` and its rounding error, without a fused multiply-add (Dekker 1971; Muller et al., Handbook of Floating-Point
/// Arithmetic, 2nd ed., section 4.4.2).
#[inline(always)]
pub(super) fn product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    let ((ah, al), (bh, bl)) = (halves(a), halves(b));
    (product, ((ah * bh - product) + ah * bl + al * bh) + al * bl)
}

/// The product of two pairs, without that of their small parts.
#[inline(always)]
pub(super) fn pair_product(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    let (high, low) = product(a.0, b.0);
    (high, low + (a.0 * b.1 + a.1 * b.0))
}

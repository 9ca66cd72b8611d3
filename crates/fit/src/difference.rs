//! Derivatives of a user's function by finite differences.

/// Differences of fourth order: the fifth root of the rounding unit balances truncation and rounding.
const STEP: f64 = 7e-4;
/// Places and weights of the five-point stencil, over 12.
const CENTRAL: [(f64, f64); 4] = [(-2.0, 1.0), (-1.0, -8.0), (1.0, 8.0), (2.0, -1.0)];
/// The same to one side, with the point itself (Abramowitz and Stegun, table 25.2).
const FORWARD: [(f64, f64); 5] = [(0.0, -25.0), (1.0, 48.0), (2.0, -36.0), (3.0, 16.0), (4.0, -3.0)];

/// Derivatives of every residual in one parameter, within its bounds; none where the function fails nearby.
pub(crate) fn derivative(
    residuals: &dyn Fn(&[f64]) -> Option<Vec<f64>>,
    at: &[f64],
    index: usize,
    (low, high): (f64, f64),
    typical: f64,
) -> Option<Vec<f64>> {
    let x = at[index];
    let size = if x == 0.0 { typical } else { x.abs() };
    // A step that rounding does not change.
    let h = (x + STEP * size) - x;
    let inside = |reach: f64| x + reach >= low && x + reach <= high;
    let (stencil, h): (&[(f64, f64)], f64) = match (inside(2.0 * h), inside(-2.0 * h)) {
        (true, true) => (&CENTRAL, h),
        (true, false) => (&FORWARD, h.min(0.25 * (high - x))),
        (false, true) => (&FORWARD, -h.min(0.25 * (x - low))),
        (false, false) => (&CENTRAL, 0.5 * f64::min(x - low, high - x)),
    };
    if h == 0.0 {
        return None;
    }
    let mut point = at.to_vec();
    let mut sum: Vec<f64> = Vec::new();
    for (place, weight) in stencil {
        point[index] = (x + place * h).clamp(low, high);
        let values = residuals(&point)?;
        sum.resize(values.len(), 0.0);
        for (sum, value) in sum.iter_mut().zip(&values) {
            *sum += weight * value;
        }
    }
    Some(sum.into_iter().map(|s| s / (12.0 * h)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A polynomial of degree four has no truncation error at all, inside the bounds and at both of them; rounding leaves
    /// about 1e-12.
    #[test]
    fn a_quartic_is_exact() {
        let quartic = |x: &[f64]| Some(vec![x[0].powi(4) - 3.0 * x[0]]);
        for x in [1.0, 1.0001, 1.5, 2.0] {
            let found = derivative(&quartic, &[x], 0, (1.0, 2.0), 1.0).unwrap()[0];
            assert!((found - (4.0 * x.powi(3) - 3.0)).abs() < 1e-10, "{x} {found}");
        }
    }
}

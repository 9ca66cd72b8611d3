//! Coefficients of the numerical differentiation formulas.
//!
//! L. F. Shampine and M. W. Reichelt, SIAM J. Sci. Comput. 18 (1997) 1, table 1 and eq. 3:
//! `sum_{m<=k} (1/m) nabla^m y_1 = h f(y_1) + kappa_k gamma_k (y_1 - p)`, where `p` is the polynomial through the last
//! `k + 1` values, continued by a step. With `kappa = 0` they are the backward differentiation formulas (BDF; Hairer,
//! Norsett and Wanner I, section III.1).

/// The highest order in use. Order 6 is barely stable (Hairer and Wanner II, section V.1).
pub(super) const MOST: usize = 5;

/// By order: how far the formula is from BDF, for a smaller error constant at some loss of stability angle; order 5 has
/// no angle to lose.
const KAPPA: [f64; MOST + 1] = [0.0, -0.1850, -1.0 / 9.0, -0.0823, -0.0415, 0.0];

/// `gamma_k = sum_{j<=k} 1/j`
pub(super) const GAMMA: [f64; MOST + 1] = [0.0, 1.0, 3.0 / 2.0, 11.0 / 6.0, 25.0 / 12.0, 137.0 / 60.0];

/// `(1 - kappa_k) gamma_k`: the weight of what is added to `p`.
pub(super) const fn alpha(order: usize) -> f64 {
    (1.0 - KAPPA[order]) * GAMMA[order]
}

/// The error of a step as a part of the difference of order `k + 1` (eq. 4).
pub(super) const fn error(order: usize) -> f64 {
    KAPPA[order] * GAMMA[order] + 1.0 / (order as f64 + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On `y = t^m` with steps of 1 that end at 0, the formula of order `k` holds for `m <= k`; for `m = k + 1` it is off
    /// by the error constant times `m!`.
    #[test]
    fn order_conditions() {
        for order in 1..=MOST {
            for m in 0..=order + 1 {
                let power = |t: f64| t.powi(m as i32);
                let difference = |j: usize| -> f64 {
                    let mut binomial = 1.0;
                    let mut sum = 0.0;
                    for i in 0..=j {
                        sum += binomial * power(-(i as f64));
                        binomial *= -((j - i) as f64) / (i + 1) as f64;
                    }
                    sum
                };
                let slope = f64::from(u8::from(m == 1));
                // y_1 - p is the difference of order k + 1.
                let left: f64 = (1..=order).map(|j| difference(j) / j as f64).sum();
                let defect = left - slope - KAPPA[order] * GAMMA[order] * difference(order + 1);
                let factorial: f64 = (1..=m).map(|i| i as f64).product();
                let expected = if m == order + 1 { -error(order) * factorial } else { 0.0 };
                assert!((defect - expected).abs() < 1e-10, "order {order}, power {m}: {defect} {expected}");
            }
            let sum: f64 = (1..=order).map(|j| 1.0 / j as f64).sum();
            assert!((GAMMA[order] - sum).abs() < 1e-15);
        }
    }
}

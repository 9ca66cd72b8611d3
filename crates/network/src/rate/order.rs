//! Powers of amounts: what a rate of some order in a species is, and how it changes with the amount.

use super::{Part, Real};

/// `y^n`. A broken power of a negative amount, which rounding can make, counts as that of zero.
#[inline]
pub(crate) fn amount_power<P: Part>(y: P, n: f64) -> P {
    if n == 1.0 {
        y
    } else if n == 2.0 {
        y * y
    } else if n.fract() == 0.0 && n.abs() < 100.0 {
        y.powi(n as i32)
    } else {
        y.map(|y| if y < 0.0 { 0.0 } else { y }).powf(n)
    }
}

/// `n y^(n - 1)`.
#[inline]
pub(crate) fn amount_slope<P: Part>(y: P, n: f64) -> P {
    lowered(y, n, n, n - 1.0)
}

/// `n (n - 1) y^(n - 2)`.
#[inline]
pub(crate) fn amount_curvature<P: Part>(y: P, n: f64) -> P {
    lowered(y, n, n * (n - 1.0), n - 2.0)
}

/// `coefficient y^left`, a derivative of `y^n`. Where it would be infinite at zero while the power itself is zero, it counts
/// as zero, so that a run can start or end without the species.
#[inline]
fn lowered<P: Part>(y: P, n: f64, coefficient: f64, left: f64) -> P {
    let nothing = P::splat(0.0);
    if coefficient == 0.0 {
        nothing
    } else if left == 0.0 {
        P::splat(coefficient)
    } else {
        let slope = P::splat(coefficient) * amount_power(y, left);
        let steep = n > 0.0 && left < 0.0;
        if steep { P::choose((y, y), |y, _| y <= 0.0, nothing, slope) } else { slope }
    }
}

/// `y^n` of any kind of number.
#[inline]
pub(crate) fn power<N: Real>(y: N, n: f64) -> N {
    let v = y.value();
    y.chain(amount_power(v, n), || amount_slope(v, n), || amount_curvature(v, n))
}

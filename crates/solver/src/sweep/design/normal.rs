//! Quantiles of the normal distribution, with the same bits on every machine.

/// The standard normal value that a part `p` of all lie below, `0 < p < 1`; relative error about 1e-16.
///
/// Algorithm AS 241 (PPND16): M. J. Wichura, The percentage points of the normal distribution, Appl. Statist. 37 (1988)
/// 477-484, doi:10.2307/2347330. The logarithm is that of `libm`, which is compiled from Rust; that of the system may
/// differ in its last bit.
pub(super) fn quantile(p: f64) -> f64 {
    let from_middle = p - 0.5;
    if from_middle.abs() <= 0.425 {
        let r = 0.180625 - from_middle * from_middle;
        return from_middle * polynomial(&MIDDLE.0, r) / polynomial(&MIDDLE.1, r);
    }
    let tail = if from_middle < 0.0 { p } else { 1.0 - p };
    let r = (-libm::log(tail)).sqrt();
    let size = if r <= 5.0 {
        polynomial(&TAIL.0, r - 1.6) / polynomial(&TAIL.1, r - 1.6)
    } else {
        polynomial(&FAR.0, r - 5.0) / polynomial(&FAR.1, r - 5.0)
    };
    size.copysign(from_middle)
}

/// The part of all standard normal values that lie below `x`.
pub(super) fn below(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

/// Coefficients of the algorithm: numerator and denominator, lowest power first.
type Rational = ([f64; 8], [f64; 8]);

const MIDDLE: Rational = (
    [
        3.3871328727963666080e0,
        1.3314166789178437745e2,
        1.9715909503065514427e3,
        1.3731693765509461125e4,
        4.5921953931549871457e4,
        6.7265770927008700853e4,
        3.3430575583588128105e4,
        2.5090809287301226727e3,
    ],
    [
        1.0,
        4.2313330701600911252e1,
        6.8718700749205790830e2,
        5.3941960214247511077e3,
        2.1213794301586595867e4,
        3.9307895800092710610e4,
        2.8729085735721942674e4,
        5.2264952788528545610e3,
    ],
);

const TAIL: Rational = (
    [
        1.42343711074968357734e0,
        4.63033784615654529590e0,
        5.76949722146069140550e0,
        3.64784832476320460504e0,
        1.27045825245236838258e0,
        2.41780725177450611770e-1,
        2.27238449892691845833e-2,
        7.74545014278341407640e-4,
    ],
    [
        1.0,
        2.05319162663775882187e0,
        1.67638483018380384940e0,
        6.89767334985100004550e-1,
        1.48103976427480074590e-1,
        1.51986665636164571966e-2,
        5.47593808499534494600e-4,
        1.05075007164441684324e-9,
    ],
);

const FAR: Rational = (
    [
        6.65790464350110377720e0,
        5.46378491116411436990e0,
        1.78482653991729133580e0,
        2.96560571828504891230e-1,
        2.65321895265761230930e-2,
        1.24266094738807843860e-3,
        2.71155556874348757815e-5,
        2.01033439929228813265e-7,
    ],
    [
        1.0,
        5.99832206555887937690e-1,
        1.36929880922735805310e-1,
        1.48753612908506148525e-2,
        7.86869131145613259100e-4,
        1.84631831751005468180e-5,
        1.42151175831644588870e-7,
        2.04426310338993978564e-15,
    ],
);

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// Values to 20 digits by mpmath 1.3.0 (root of `ncdf(z) = p` with 60 digits), at the doubles nearest to `p`.
    #[test]
    fn quantiles_are_those_of_the_normal_distribution() {
        for (p, z) in [
            (f64::EPSILON / 2.0, -8.2095361516013868556),
            (1e-10, -6.3613409024040561991),
            (0.001, -3.0902323061678135354),
            (0.02425, -1.9729610513118848376),
            (0.2, -0.84162123357291416552),
            (0.7, 0.52440051270804065631),
            (0.975, 1.9599639845400538556),
            (1.0 - f64::EPSILON / 2.0, 8.2095361516013868556),
        ] {
            // The algorithm promises about 1 in 1e16; a few roundings come on top.
            assert_relative_eq!(quantile(p), z, max_relative = 2e-15);
            assert_relative_eq!(below(z), p, max_relative = 1e-13);
        }
        assert_eq!(quantile(0.5), 0.0);
        assert_eq!(quantile(0.25), -quantile(0.75));
    }
}

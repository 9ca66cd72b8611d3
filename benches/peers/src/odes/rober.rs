//! ROBER.

use super::Ode;

/// Robertson's problem, 3 variables.
pub struct Rober;

impl Rober {
    #[inline(always)]
    fn sum(r: &[f64; 3], f: &mut [f64]) {
        let f: &mut [f64; 3] = f.try_into().expect("a size");
        f[0] = -r[0] + r[2];
        f[1] = r[0] - r[1] - r[2];
        f[2] = r[1];
    }
}

impl Ode for Rober {
    const N: usize = 3;
    const END: f64 = 1e7;

    const K: &[f64] = &[0.04, 30000000.0, 10000.0];

    #[inline(always)]
    fn rhs(k: &[f64], y: &[f64], f: &mut [f64]) {
        let k: &[f64; 3] = k.try_into().expect("a size");
        let y: &[f64; 3] = y.try_into().expect("a size");
        let r = [k[0] * y[0], k[1] * y[1] * y[1], k[2] * y[1] * y[2]];
        Self::sum(&r, f);
    }

    #[inline(always)]
    fn product(k: &[f64], y: &[f64], v: &[f64], f: &mut [f64]) {
        let k: &[f64; 3] = k.try_into().expect("a size");
        let y: &[f64; 3] = y.try_into().expect("a size");
        let v: &[f64; 3] = v.try_into().expect("a size");
        let r = [k[0] * v[0], 2.0 * k[1] * y[1] * v[1], k[2] * y[2] * v[1] + k[2] * y[1] * v[2]];
        Self::sum(&r, f);
    }

    #[inline(always)]
    fn jacobian(k: &[f64], y: &[f64], mut put: impl FnMut(usize, usize, f64)) {
        let k: &[f64; 3] = k.try_into().expect("a size");
        let y: &[f64; 3] = y.try_into().expect("a size");
        put(0, 0, -k[0]);
        put(1, 0, k[0]);
        put(0, 1, k[2] * y[2]);
        put(1, 1, -2.0 * k[1] * y[1] - k[2] * y[2]);
        put(2, 1, 2.0 * k[1] * y[1]);
        put(0, 2, k[2] * y[1]);
        put(1, 2, -k[2] * y[1]);
    }

    fn initial() -> Vec<f64> {
        vec![1.0, 0.0, 0.0]
    }
}

//! HIRES.

use super::Ode;

/// Photomorphogenesis, 8 variables.
pub struct Hires;

impl Hires {
    #[inline(always)]
    fn sum(r: &[f64; 15], f: &mut [f64]) {
        let f: &mut [f64; 8] = f.try_into().expect("a size");
        f[0] = r[0] - r[1] + r[2] + r[4];
        f[1] = r[1] - r[2] - r[3];
        f[2] = -r[4] - r[5] + r[6] + r[8];
        f[3] = r[3] + r[5] - r[6] - r[7];
        f[4] = -r[8] - r[9] + r[10] + r[13];
        f[5] = r[7] + r[9] - r[10] - r[11] + r[12];
        f[6] = r[11] - r[12] - r[13] - r[14];
        f[7] = -r[11] + r[12] + r[13] + r[14];
    }
}

impl Ode for Hires {
    const N: usize = 8;
    const END: f64 = 321.8122;

    const K: &[f64] = &[0.0007, 1.71, 0.43, 8.32, 8.32, 1.71, 0.43, 0.69, 0.035, 1.71, 0.43, 280.0, 0.69, 0.43, 0.69];

    #[inline(always)]
    fn rhs(k: &[f64], y: &[f64], f: &mut [f64]) {
        let k: &[f64; 15] = k.try_into().expect("a size");
        let y: &[f64; 8] = y.try_into().expect("a size");
        let r = [
            k[0],
            k[1] * y[0],
            k[2] * y[1],
            k[3] * y[1],
            k[4] * y[2],
            k[5] * y[2],
            k[6] * y[3],
            k[7] * y[3],
            k[8] * y[4],
            k[9] * y[4],
            k[10] * y[5],
            k[11] * y[5] * y[7],
            k[12] * y[6],
            k[13] * y[6],
            k[14] * y[6],
        ];
        Self::sum(&r, f);
    }

    #[inline(always)]
    fn product(k: &[f64], y: &[f64], v: &[f64], f: &mut [f64]) {
        let k: &[f64; 15] = k.try_into().expect("a size");
        let y: &[f64; 8] = y.try_into().expect("a size");
        let v: &[f64; 8] = v.try_into().expect("a size");
        let r = [
            0.0,
            k[1] * v[0],
            k[2] * v[1],
            k[3] * v[1],
            k[4] * v[2],
            k[5] * v[2],
            k[6] * v[3],
            k[7] * v[3],
            k[8] * v[4],
            k[9] * v[4],
            k[10] * v[5],
            k[11] * y[7] * v[5] + k[11] * y[5] * v[7],
            k[12] * v[6],
            k[13] * v[6],
            k[14] * v[6],
        ];
        Self::sum(&r, f);
    }

    #[inline(always)]
    fn jacobian(k: &[f64], y: &[f64], mut put: impl FnMut(usize, usize, f64)) {
        let k: &[f64; 15] = k.try_into().expect("a size");
        let y: &[f64; 8] = y.try_into().expect("a size");
        put(0, 0, -k[1]);
        put(1, 0, k[1]);
        put(0, 1, k[2]);
        put(1, 1, -k[2] - k[3]);
        put(3, 1, k[3]);
        put(0, 2, k[4]);
        put(2, 2, -k[4] - k[5]);
        put(3, 2, k[5]);
        put(2, 3, k[6]);
        put(3, 3, -k[6] - k[7]);
        put(5, 3, k[7]);
        put(2, 4, k[8]);
        put(4, 4, -k[8] - k[9]);
        put(5, 4, k[9]);
        put(4, 5, k[10]);
        put(5, 5, -k[10] - k[11] * y[7]);
        put(6, 5, k[11] * y[7]);
        put(7, 5, -k[11] * y[7]);
        put(4, 6, k[13]);
        put(5, 6, k[12]);
        put(6, 6, -k[12] - k[13] - k[14]);
        put(7, 6, k[12] + k[13] + k[14]);
        put(5, 7, -k[11] * y[5]);
        put(6, 7, k[11] * y[5]);
        put(7, 7, -k[11] * y[5]);
    }

    fn initial() -> Vec<f64> {
        vec![1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0057]
    }
}

//! The hydrazine cell at 2.0 V.

use super::Ode;

/// Area of the electrode over the volume of the cell, 1/m.
const AREA: f64 = 0.5e-4 / 15e-6;
const K1: f64 = 2e-4;
const K_ADS: f64 = 0.1;
const K_DES: f64 = 1.0;
const K_DEHYD: f64 = 3e4;
/// `0.05 exp(0.15 F 0.8 V / (R 298.15 K))`, 1/s.
const K_OX: f64 = 5.3381388699346255;
const K2: f64 = 2e4;
const K_SOLVENT: f64 = 5e-6;

/// The hydrazine cell at 2.0 V, 13 variables.
pub struct Cell;

impl Cell {
    #[inline(always)]
    fn sum(r: &[f64; 8], f: &mut [f64]) {
        let f: &mut [f64; 13] = f.try_into().expect("a size");
        f[0] = -r[0] + r[1];
        f[1] = -r[0] + r[1];
        f[2] = r[0] - r[1] - AREA * r[2] + AREA * r[3];
        f[3] = AREA * r[6];
        f[4] = r[0] - r[1];
        f[5] = AREA * r[5] + 2.0 * AREA * r[7];
        f[6] = -AREA * r[7];
        f[7] = AREA * r[7];
        f[8] = r[2] - r[3] - r[4];
        f[9] = r[4] - 2.0 * r[6];
        f[10] = -r[4] + r[5];
        f[11] = r[4] - r[5];
        f[12] = -r[2] + r[3] + 2.0 * r[6];
    }
}

impl Ode for Cell {
    const N: usize = 13;
    const END: f64 = 36000.0;

    const K: &[f64] = &[K1, K1 / 20.0, K_ADS, K_DES, K_DEHYD, K_OX, K2, K_SOLVENT];

    #[inline(always)]
    fn rhs(k: &[f64], y: &[f64], f: &mut [f64]) {
        let k: &[f64; 8] = k.try_into().expect("a size");
        let y: &[f64; 13] = y.try_into().expect("a size");
        let r = [
            k[0] * y[0] * y[1],
            k[1] * y[2] * y[4],
            k[2] * y[2] * y[12],
            k[3] * y[8],
            k[4] * y[8] * y[10],
            k[5] * y[11],
            k[6] * y[9] * y[9],
            k[7],
        ];
        Self::sum(&r, f);
    }

    #[inline(always)]
    fn product(k: &[f64], y: &[f64], v: &[f64], f: &mut [f64]) {
        let k: &[f64; 8] = k.try_into().expect("a size");
        let y: &[f64; 13] = y.try_into().expect("a size");
        let v: &[f64; 13] = v.try_into().expect("a size");
        let r = [
            k[0] * y[1] * v[0] + k[0] * y[0] * v[1],
            k[1] * y[4] * v[2] + k[1] * y[2] * v[4],
            k[2] * y[12] * v[2] + k[2] * y[2] * v[12],
            k[3] * v[8],
            k[4] * y[10] * v[8] + k[4] * y[8] * v[10],
            k[5] * v[11],
            2.0 * k[6] * y[9] * v[9],
            0.0,
        ];
        Self::sum(&r, f);
    }

    #[inline(always)]
    fn jacobian(k: &[f64], y: &[f64], mut put: impl FnMut(usize, usize, f64)) {
        let k: &[f64; 8] = k.try_into().expect("a size");
        let y: &[f64; 13] = y.try_into().expect("a size");
        put(0, 0, -k[0] * y[1]);
        put(1, 0, -k[0] * y[1]);
        put(2, 0, k[0] * y[1]);
        put(4, 0, k[0] * y[1]);
        put(0, 1, -k[0] * y[0]);
        put(1, 1, -k[0] * y[0]);
        put(2, 1, k[0] * y[0]);
        put(4, 1, k[0] * y[0]);
        put(0, 2, k[1] * y[4]);
        put(1, 2, k[1] * y[4]);
        put(2, 2, -k[1] * y[4] - AREA * k[2] * y[12]);
        put(4, 2, -k[1] * y[4]);
        put(8, 2, k[2] * y[12]);
        put(12, 2, -k[2] * y[12]);
        put(0, 4, k[1] * y[2]);
        put(1, 4, k[1] * y[2]);
        put(2, 4, -k[1] * y[2]);
        put(4, 4, -k[1] * y[2]);
        put(2, 8, AREA * k[3]);
        put(8, 8, -k[3] - k[4] * y[10]);
        put(9, 8, k[4] * y[10]);
        put(10, 8, -k[4] * y[10]);
        put(11, 8, k[4] * y[10]);
        put(12, 8, k[3]);
        put(3, 9, AREA * 2.0 * k[6] * y[9]);
        put(9, 9, -2.0 * 2.0 * k[6] * y[9]);
        put(12, 9, 2.0 * 2.0 * k[6] * y[9]);
        put(8, 10, -k[4] * y[8]);
        put(9, 10, k[4] * y[8]);
        put(10, 10, -k[4] * y[8]);
        put(11, 10, k[4] * y[8]);
        put(5, 11, AREA * k[5]);
        put(10, 11, k[5]);
        put(11, 11, -k[5]);
        put(2, 12, -AREA * k[2] * y[2]);
        put(8, 12, k[2] * y[2]);
        put(12, 12, -k[2] * y[2]);
    }

    fn initial() -> Vec<f64> {
        vec![100.0, 100.0, 0.0, 0.0, 0.0, 0.0, 1240.0, 0.0, 0.0, 0.0, 0.001, 0.0, 0.001]
    }
}

//! The problems as the user of a general solver writes them: straight-line code, no tables.

/// A stiff problem `dy/dt = f(k, y)`.
pub trait Ode: 'static {
    /// Variables.
    const N: usize;
    /// End of the run, s.
    const END: f64;
    /// The constants of the published problem, one a rate. All is inlined, so that with them the compiler knows every number;
    /// a sweep gives others at run time.
    const K: &[f64];
    fn rhs(k: &[f64], y: &[f64], f: &mut [f64]);
    /// The product of the Jacobian and `v`.
    fn product(k: &[f64], y: &[f64], v: &[f64], f: &mut [f64]);
    /// The entries of the Jacobian that are not zero: row, column, value.
    fn jacobian(k: &[f64], y: &[f64], put: impl FnMut(usize, usize, f64));
    fn initial() -> Vec<f64>;
}

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

/// Air pollution, 20 variables.
pub struct Pollu;

impl Pollu {
    #[inline(always)]
    fn sum(r: &[f64; 25], f: &mut [f64]) {
        let f: &mut [f64; 20] = f.try_into().expect("a size");
        f[0] = -r[0] + r[1] + r[2] + r[8] - r[9] + r[10] + r[11] - r[13] + r[21] - r[22] - r[23] + r[24];
        f[1] = r[0] - r[1] - r[2] - r[8] - r[11] + r[20];
        f[2] = r[0] - r[14] + r[16] + r[18] + r[21];
        f[3] = -r[1] + r[14] - r[15] - r[16] - r[22];
        f[4] = -r[2] + 2.0 * r[3] + r[5] + r[6] + r[12] + r[19];
        f[5] = r[2] - r[5] - r[7] - r[13] + 2.0 * r[17] - r[19];
        f[6] = -r[3] - r[4] - r[5] + r[12];
        f[7] = r[3] + r[4] + r[5] + r[6];
        f[8] = -r[6] - r[7];
        f[9] = r[6] + r[8] - r[11];
        f[10] = r[7] - r[8] - r[9] + r[10];
        f[11] = r[8];
        f[12] = r[9] - r[10];
        f[13] = r[11] - r[12];
        f[14] = r[13];
        f[15] = r[15] - r[17] - r[18];
        f[16] = -r[19];
        f[17] = r[19];
        f[18] = -r[20] - r[21] + r[22] - r[23] + r[24];
        f[19] = r[23] - r[24];
    }
}

impl Ode for Pollu {
    const N: usize = 20;
    const END: f64 = 60.0;

    const K: &[f64] = &[
        0.35,
        26.6,
        12300.0,
        0.00086,
        0.00082,
        15000.0,
        0.00013,
        24000.0,
        16500.0,
        9000.0,
        0.022,
        12000.0,
        1.88,
        16300.0,
        4800000.0,
        0.00035,
        0.0175,
        100000000.0,
        444000000000.0,
        1240.0,
        2.1,
        5.78,
        0.0474,
        1780.0,
        3.12,
    ];

    #[inline(always)]
    fn rhs(k: &[f64], y: &[f64], f: &mut [f64]) {
        let k: &[f64; 25] = k.try_into().expect("a size");
        let y: &[f64; 20] = y.try_into().expect("a size");
        let r = [
            k[0] * y[0],
            k[1] * y[1] * y[3],
            k[2] * y[4] * y[1],
            k[3] * y[6],
            k[4] * y[6],
            k[5] * y[6] * y[5],
            k[6] * y[8],
            k[7] * y[8] * y[5],
            k[8] * y[10] * y[1],
            k[9] * y[10] * y[0],
            k[10] * y[12],
            k[11] * y[9] * y[1],
            k[12] * y[13],
            k[13] * y[0] * y[5],
            k[14] * y[2],
            k[15] * y[3],
            k[16] * y[3],
            k[17] * y[15],
            k[18] * y[15],
            k[19] * y[16] * y[5],
            k[20] * y[18],
            k[21] * y[18],
            k[22] * y[0] * y[3],
            k[23] * y[18] * y[0],
            k[24] * y[19],
        ];
        Self::sum(&r, f);
    }

    #[inline(always)]
    fn product(k: &[f64], y: &[f64], v: &[f64], f: &mut [f64]) {
        let k: &[f64; 25] = k.try_into().expect("a size");
        let y: &[f64; 20] = y.try_into().expect("a size");
        let v: &[f64; 20] = v.try_into().expect("a size");
        let r = [
            k[0] * v[0],
            k[1] * y[3] * v[1] + k[1] * y[1] * v[3],
            k[2] * y[1] * v[4] + k[2] * y[4] * v[1],
            k[3] * v[6],
            k[4] * v[6],
            k[5] * y[5] * v[6] + k[5] * y[6] * v[5],
            k[6] * v[8],
            k[7] * y[5] * v[8] + k[7] * y[8] * v[5],
            k[8] * y[1] * v[10] + k[8] * y[10] * v[1],
            k[9] * y[0] * v[10] + k[9] * y[10] * v[0],
            k[10] * v[12],
            k[11] * y[1] * v[9] + k[11] * y[9] * v[1],
            k[12] * v[13],
            k[13] * y[5] * v[0] + k[13] * y[0] * v[5],
            k[14] * v[2],
            k[15] * v[3],
            k[16] * v[3],
            k[17] * v[15],
            k[18] * v[15],
            k[19] * y[5] * v[16] + k[19] * y[16] * v[5],
            k[20] * v[18],
            k[21] * v[18],
            k[22] * y[3] * v[0] + k[22] * y[0] * v[3],
            k[23] * y[0] * v[18] + k[23] * y[18] * v[0],
            k[24] * v[19],
        ];
        Self::sum(&r, f);
    }

    #[inline(always)]
    fn jacobian(k: &[f64], y: &[f64], mut put: impl FnMut(usize, usize, f64)) {
        let k: &[f64; 25] = k.try_into().expect("a size");
        let y: &[f64; 20] = y.try_into().expect("a size");
        put(0, 0, -k[0] - k[9] * y[10] - k[13] * y[5] - k[22] * y[3] - k[23] * y[18]);
        put(1, 0, k[0]);
        put(2, 0, k[0]);
        put(3, 0, -k[22] * y[3]);
        put(5, 0, -k[13] * y[5]);
        put(10, 0, -k[9] * y[10]);
        put(12, 0, k[9] * y[10]);
        put(14, 0, k[13] * y[5]);
        put(18, 0, k[22] * y[3] - k[23] * y[18]);
        put(19, 0, k[23] * y[18]);
        put(0, 1, k[1] * y[3] + k[2] * y[4] + k[8] * y[10] + k[11] * y[9]);
        put(1, 1, -k[1] * y[3] - k[2] * y[4] - k[8] * y[10] - k[11] * y[9]);
        put(3, 1, -k[1] * y[3]);
        put(4, 1, -k[2] * y[4]);
        put(5, 1, k[2] * y[4]);
        put(9, 1, k[8] * y[10] - k[11] * y[9]);
        put(10, 1, -k[8] * y[10]);
        put(11, 1, k[8] * y[10]);
        put(13, 1, k[11] * y[9]);
        put(2, 2, -k[14]);
        put(3, 2, k[14]);
        put(0, 3, k[1] * y[1] - k[22] * y[0]);
        put(1, 3, -k[1] * y[1]);
        put(2, 3, k[16]);
        put(3, 3, -k[1] * y[1] - k[15] - k[16] - k[22] * y[0]);
        put(15, 3, k[15]);
        put(18, 3, k[22] * y[0]);
        put(0, 4, k[2] * y[1]);
        put(1, 4, -k[2] * y[1]);
        put(4, 4, -k[2] * y[1]);
        put(5, 4, k[2] * y[1]);
        put(0, 5, -k[13] * y[0]);
        put(4, 5, k[5] * y[6] + k[19] * y[16]);
        put(5, 5, -k[5] * y[6] - k[7] * y[8] - k[13] * y[0] - k[19] * y[16]);
        put(6, 5, -k[5] * y[6]);
        put(7, 5, k[5] * y[6]);
        put(8, 5, -k[7] * y[8]);
        put(10, 5, k[7] * y[8]);
        put(14, 5, k[13] * y[0]);
        put(16, 5, -k[19] * y[16]);
        put(17, 5, k[19] * y[16]);
        put(4, 6, 2.0 * k[3] + k[5] * y[5]);
        put(5, 6, -k[5] * y[5]);
        put(6, 6, -k[3] - k[4] - k[5] * y[5]);
        put(7, 6, k[3] + k[4] + k[5] * y[5]);
        put(4, 8, k[6]);
        put(5, 8, -k[7] * y[5]);
        put(7, 8, k[6]);
        put(8, 8, -k[6] - k[7] * y[5]);
        put(9, 8, k[6]);
        put(10, 8, k[7] * y[5]);
        put(0, 9, k[11] * y[1]);
        put(1, 9, -k[11] * y[1]);
        put(9, 9, -k[11] * y[1]);
        put(13, 9, k[11] * y[1]);
        put(0, 10, k[8] * y[1] - k[9] * y[0]);
        put(1, 10, -k[8] * y[1]);
        put(9, 10, k[8] * y[1]);
        put(10, 10, -k[8] * y[1] - k[9] * y[0]);
        put(11, 10, k[8] * y[1]);
        put(12, 10, k[9] * y[0]);
        put(0, 12, k[10]);
        put(10, 12, k[10]);
        put(12, 12, -k[10]);
        put(4, 13, k[12]);
        put(6, 13, k[12]);
        put(13, 13, -k[12]);
        put(2, 15, k[18]);
        put(5, 15, 2.0 * k[17]);
        put(15, 15, -k[17] - k[18]);
        put(4, 16, k[19] * y[5]);
        put(5, 16, -k[19] * y[5]);
        put(16, 16, -k[19] * y[5]);
        put(17, 16, k[19] * y[5]);
        put(0, 18, k[21] - k[23] * y[0]);
        put(1, 18, k[20]);
        put(2, 18, k[21]);
        put(18, 18, -k[20] - k[21] - k[23] * y[0]);
        put(19, 18, k[23] * y[0]);
        put(0, 19, k[24]);
        put(18, 19, k[24]);
        put(19, 19, -k[24]);
    }

    fn initial() -> Vec<f64> {
        vec![0.0, 0.2, 0.0, 0.04, 0.0, 0.0, 0.1, 0.3, 0.01, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.007, 0.0, 0.0, 0.0]
    }
}

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

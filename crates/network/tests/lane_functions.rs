//! Own elementary functions against the same in twice the precision, at special values, and in lanes.

use proptest::prelude::*;
use ratelaw_network::Lane;
use ratelaw_network::lane::{exp, ln, powf, powi};

/// An unevaluated sum of two numbers, about 106 bits: the reference. Its products use the exact fused multiply-add, which
/// the functions under test do not.
#[derive(Clone, Copy)]
struct Pair(f64, f64);

impl Pair {
    const LN2: Self = Self(std::f64::consts::LN_2, 2.319_046_813_846_299_6e-17);

    fn add(self, other: Self) -> Self {
        let sum = self.0 + other.0;
        let shown = sum - self.0;
        let error = (self.0 - (sum - shown)) + (other.0 - shown) + self.1 + other.1;
        Self(sum + error, error - ((sum + error) - sum))
    }

    fn times(self, other: Self) -> Self {
        let product = self.0 * other.0;
        let error = self.0.mul_add(other.0, -product) + (self.0 * other.1 + self.1 * other.0);
        Self(product + error, error - ((product + error) - product))
    }

    fn over(self, n: f64) -> Self {
        let quotient = self.0 / n;
        let error = ((-quotient).mul_add(n, self.0) + self.1) / n;
        Self(quotient + error, error - ((quotient + error) - quotient))
    }

    /// `k` and `e^(x - k ln 2)`: the series at a 512th, then nine squarings, which leaves an error near 2^-93.
    fn exp(self) -> (i32, Self) {
        let k = (self.0 / std::f64::consts::LN_2).round();
        let r = self.add(Self::LN2.times(Self(-k, 0.0))).over(512.0);
        let mut sum = Self(1.0, 0.0);
        for n in (1..16).rev() {
            sum = sum.times(r).over(f64::from(n)).add(Self(1.0, 0.0));
        }
        for _ in 0..9 {
            sum = sum.times(sum);
        }
        (k as i32, sum)
    }

    /// One Newton step on the exponential squares the error of the platform's logarithm.
    fn ln(x: f64) -> Self {
        let guess = x.ln();
        let (k, e) = Self(-guess, 0.0).exp();
        let miss = e.times(Self(scaled(x, k), 0.0)).add(Self(-1.0, 0.0)).0;
        Self(guess, 0.0).add(Self(miss, 0.0)).add(Self(-0.5 * miss * miss, 0.0))
    }
}

/// `x 2^k`, exact where the result is normal.
fn scaled(mut x: f64, mut k: i32) -> f64 {
    while k != 0 {
        let part = k.clamp(-1000, 1000);
        x *= 2.0_f64.powi(part);
        k -= part;
    }
    x
}

/// Distance between two neighbours at a number.
fn unit(x: f64) -> f64 {
    x.abs().next_up() - x.abs()
}

/// How far a number is from `2^k exact`, in units of its last place, which is never smaller than the smallest number.
fn miss(found: f64, (k, exact): (i32, Pair)) -> f64 {
    let place = unit(exact.0).max(if k < -900 { scaled(5e-324, -k) } else { 0.0 });
    (((scaled(found, -k) - exact.0) - exact.1) / place).abs()
}

/// Units in the last place, as stated with the functions.
const EXP: f64 = 0.7;
const LN: f64 = 0.9;
const POWER: f64 = 0.8;

/// The largest miss over points spread evenly, by a stride that has no common factor with anything (the golden section).
fn worst(low: f64, high: f64, miss: impl Fn(f64) -> f64) -> f64 {
    let points = (0..20_000).map(|i| low + (high - low) * (f64::from(i) * 0.618_033_988_749_894_9).fract());
    points.map(miss).fold(0.0, f64::max)
}

fn exp_miss(x: f64) -> f64 {
    miss(exp(x), Pair(x, 0.0).exp())
}

fn ln_miss(x: f64) -> f64 {
    miss(ln(x), (0, Pair::ln(x)))
}

fn power_miss(x: f64, n: f64) -> f64 {
    miss(powf(x, n), Pair::ln(x).times(Pair(n, 0.0)).exp())
}

#[test]
fn exp_is_right_to_the_last_place() {
    for (low, high) in [(-1e-3, 1e-3), (-1.0, 1.0), (-50.0, 50.0), (-708.0, 709.7)] {
        let found = worst(low, high, exp_miss);
        assert!(found < EXP, "{low} to {high}: {found}");
    }
    // Subnormal results are rounded twice.
    let found = worst(-745.1, -708.4, exp_miss);
    assert!(found < 1.0, "{found}");
}

#[test]
fn ln_is_right_to_the_last_place() {
    for (low, high) in [(0.5, 2.0), (0.999, 1.001), (0.0, 1e-3), (1.0, 1e6)] {
        let found = worst(low, high, ln_miss);
        assert!(found < LN, "{low} to {high}: {found}");
    }
    let found = worst(-1073.0, 1023.0, |e| ln_miss(scaled(1.37, e as i32)));
    assert!(found < LN, "{found}");
}

#[test]
fn powers_are_right_to_the_last_place() {
    for n in [0.5, -0.5, 1.5, 2.0, 1.0 / 3.0, 0.73, -2.3, 17.25, 100.0, 1e-3, 1e-12] {
        for (low, high) in [(0.5, 2.0), (0.999, 1.001), (1e-6, 1.0), (1.0, 1e3)] {
            let found = worst(low, high, |x| power_miss(x, n));
            assert!(found < POWER, "{low} to {high}, exponent {n}: {found}");
        }
    }
    // To the largest and the subnormal results: the exponent multiplies the error of the logarithm.
    for x in [std::f64::consts::SQRT_2, std::f64::consts::FRAC_1_SQRT_2, 1.000_001, 0.3, 7.0, 1e300, 1e-300, 5e-310] {
        let range = 709.0 / x.ln().abs();
        let found = worst(-range, range, |n| power_miss(x, n));
        assert!(found < POWER, "{x}: {found}");
    }
}

/// The same number, any NaN being the same.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

const SPECIAL: [f64; 26] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.0,
    -2.0,
    3.0,
    -3.0,
    0.5,
    -0.5,
    0.25,
    1.5,
    -1.5,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    5e-324,
    -5e-324,
    2.225_073_858_507_201e-308,
    f64::MIN_POSITIVE,
    f64::MAX,
    f64::MIN,
    1e200,
    -1e200,
    9_007_199_254_740_991.0,
    -9_007_199_254_740_991.0,
];

#[test]
fn special_values_are_those_of_the_standard() {
    let edges = [709.782_712_893_384, 709.782_712_893_385, -745.133_219_101_941, -745.133_219_101_942, 1e5, -1e5];
    for x in SPECIAL.into_iter().chain(edges) {
        let (found, expected) = (exp(x), x.exp());
        assert!(same(found, expected) || (found - expected).abs() <= unit(expected), "exp {x}: {found} {expected}");
        let (found, expected) = (ln(x), x.ln());
        assert!(same(found, expected) || (found - expected).abs() <= unit(expected), "ln {x}: {found} {expected}");
        for n in SPECIAL {
            let (found, expected) = (powf(x, n), x.powf(n));
            let near =
                (found - expected).abs() <= unit(expected) && found.is_sign_positive() == expected.is_sign_positive();
            assert!(same(found, expected) || near, "{x} to {n}: {found} {expected}");
        }
    }
    for (x, n, expected) in
        [(-2.0, 3, -8.0), (-2.0, -3, -0.125), (0.0, 0, 1.0), (0.0, -1, f64::INFINITY), (1.5, 4, 5.0625)]
    {
        assert_eq!(powi(x, n), expected);
    }
    assert_eq!(powi(2.0, i32::MIN), 0.0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// A larger argument never gives a smaller result, between neighbours too.
    #[test]
    fn functions_rise(x in -744.0..709.0_f64, n in 0.01..30.0_f64) {
        prop_assert!(exp(x.next_up()) >= exp(x));
        let y = exp(x);
        prop_assert!(ln(y.next_up()) >= ln(y));
        prop_assert!(powf(y.next_up(), n) >= powf(y, n));
    }

    /// Every width has the bits of the single lane, whatever the numbers are.
    #[test]
    fn lanes_have_the_bits_of_one(bits in prop::collection::vec(any::<u64>(), 32), n in -8.0..8.0_f64, whole in -9..9_i32) {
        let mut x: [f64; 32] = std::array::from_fn(|i| f64::from_bits(bits[i]));
        // Most random bits are far beyond the range of the exponential.
        for x in &mut x[..16] {
            *x = (x.to_bits() >> 11) as f64 / 9.0e15 * 1600.0 - 800.0;
        }
        widths::<1>(&x, n, whole);
        widths::<4>(&x, n, whole);
        widths::<8>(&x, n, whole);
        widths::<16>(&x, n, whole);
        widths::<32>(&x, n, whole);
    }
}

fn widths<const W: usize>(x: &[f64; 32], n: f64, whole: i32) {
    for chunk in x.chunks(W) {
        let lane = Lane::<W>(std::array::from_fn(|i| chunk[i]));
        for (i, x) in chunk.iter().enumerate() {
            assert!(same(lane.exp().0[i], exp(*x)), "exp {x}");
            assert!(same(lane.ln().0[i], ln(*x)), "ln {x}");
            assert!(same(lane.powf(n).0[i], powf(*x, n)), "{x} to {n}");
            assert!(same(lane.powi(whole).0[i], powi(*x, whole)), "{x} to {whole}");
        }
    }
}

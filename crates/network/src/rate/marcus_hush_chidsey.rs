//! Marcus-Hush-Chidsey law: Marcus theory summed over the electron levels of a metal.

use super::tafel::reduced_overpotential;
use super::{Environment, Real};
use crate::conditions::GAS_CONSTANT;
use crate::lane::exp;
use crate::network::ParameterId;

/// `k = k0 I(x) / I(0)` with `I(x) = integral exp(-(u - lambda + x)^2 / (4 lambda)) / (1 + exp(u)) du`, where `x = +-F (E -
/// E0) / RT` is the driving force of the direction and `lambda` the reorganisation energy over RT (Chidsey, Science
/// 251 (1991) 919). The rate constant levels off for `x` above `lambda`.
///
/// The integral is a sum of equidistant points, which for a smooth integrand that vanishes at both ends
/// converges exponentially (Trefethen and Weideman, SIAM Rev. 56 (2014) 385); the spacing makes its error less
/// than 1e-13 of the value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarcusHushChidsey {
    /// Rate constant at `E0`.
    pub k0: ParameterId,
    /// Formal potential, V against the model's reference.
    pub e0: ParameterId,
    /// Reorganisation energy, J/mol.
    pub lambda: ParameterId,
    /// +1 for an oxidation, -1 for a reduction.
    pub sign: f64,
    /// Standard amounts of the forward direction over those of the reverse, SI.
    pub standard: f64,
}

/// Most points on each side of the largest one: enough to a reorganisation energy of 25 000 RT (60 MJ/mol at room
/// temperature). Beyond it the sum is cut off, so that a senseless parameter cannot stall a run.
const FARTHEST: f64 = 4096.0;

impl MarcusHushChidsey {
    /// Rate constants of both directions.
    pub fn both<N: Real>(&self, at: &Environment<'_, N>) -> (N, N) {
        let lambda = at.parameter(self.lambda) / (N::constant(GAS_CONSTANT) * at.temperature);
        let x = N::constant(self.sign) * reduced_overpotential(at, self.e0);
        // Lane by lane, since the number of points depends on the parameters.
        let ratio = N::from_singles(|lane| {
            let (lambda, x) = (lambda.single(lane), x.single(lane));
            (log_integral(lambda, x) - log_integral(lambda, Real::constant(0.0))).exp()
        });
        let forward = at.parameter(self.k0) * ratio;
        // Occupied and empty levels mirror each other: I(-x) = exp(-x) I(x).
        (forward, N::constant(self.standard) * forward * super::tafel::limited_exp(-x))
    }
}

/// The logarithm of the integral, which neither overflows nor vanishes at any driving force.
fn log_integral<N: Real<Part = f64>>(lambda: N, x: N) -> N {
    let (width, shift) = (lambda.value(), lambda.value() - x.value());
    // The Gaussian has a width of sqrt(2 lambda), the Fermi function poles at +-i pi: both limit the spacing.
    let spread = (2.0 * width).sqrt();
    let spacing = (0.65 * spread).min(0.5);
    let peak = peak(width, shift);
    let reach = ((9.0 * spread).max(40.0 * spacing) / spacing).ceil().min(FARTHEST) as i64;
    let scale = exponent(width, shift, peak);
    let four = N::constant(4.0) * lambda;
    let mut sum = N::constant(0.0);
    for i in -reach..=reach {
        let u = peak + spacing * i as f64;
        let distance = N::constant(u) - lambda + x;
        let exponent = -(distance * distance) / four - N::constant(softplus(u) + scale);
        if exponent.value() > -80.0 {
            sum = sum + exponent.exp();
        }
    }
    (sum * N::constant(spacing)).ln() + N::constant(scale)
}

/// Where the integrand is largest: `(u - shift) / (2 width) = -1 / (1 + exp(-u))`, by bisection, since its
/// place only centres the sum.
fn peak(width: f64, shift: f64) -> f64 {
    let (mut low, mut high) = (shift - 2.0 * width, shift);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        let slope = -(middle - shift) / (2.0 * width) - 1.0 / (1.0 + exp(-middle));
        if slope > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

fn exponent(width: f64, shift: f64, u: f64) -> f64 {
    -(u - shift) * (u - shift) / (4.0 * width) - softplus(u)
}

/// `ln(1 + exp(u))`.
fn softplus(u: f64) -> f64 {
    u.max(0.0) + libm::log1p(exp(-u.abs()))
}

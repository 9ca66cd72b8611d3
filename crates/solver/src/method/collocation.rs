//! The collocation polynomial of a step.

use ratelaw_network::Lane;

use super::radau_tableau::{C, STAGES};

/// The polynomial of degree 3 through the start of a step and its stages, in divided differences from the end backwards
/// (Hairer and Wanner II, section IV.8): it is the dense output, and what it says beyond the step starts the next
/// one's Newton iteration.
#[derive(Debug)]
pub(super) struct Collocation {
    differences: [Vec<Lane<1>>; STAGES],
}

impl Collocation {
    pub(super) fn new(n: usize) -> Self {
        Self { differences: std::array::from_fn(|_| vec![Lane::ZERO; n]) }
    }

    /// Takes the increments of the stages over the start.
    pub(super) fn fit(&mut self, z: &[Vec<Lane<1>>; STAGES]) {
        let [first, second, third] = &mut self.differences;
        for i in 0..first.len() {
            let late = (z[2][i] - z[1][i]) / (1.0 - C[1]);
            let middle = (z[1][i] - z[0][i]) / (C[1] - C[0]);
            let early = z[0][i] / C[0];
            let bend = (late - middle) / (1.0 - C[0]);
            first[i] = late;
            second[i] = bend;
            third[i] = bend - (middle - early) / C[1];
        }
    }

    /// What is added to the end at `past` steps after it, for one variable.
    pub(super) fn beyond(&self, past: f64, i: usize) -> Lane<1> {
        let [first, second, third] = &self.differences;
        (first[i] + (second[i] + third[i] * (past + 1.0 - C[0])) * (past + 1.0 - C[1])) * past
    }

    /// The polynomial at the fraction `theta` of the step that ended at `end`.
    pub(super) fn interpolate(&self, end: &[Lane<1>], theta: f64, out: &mut [Lane<1>]) {
        for (i, out) in out.iter_mut().enumerate() {
            *out = end[i] + self.beyond(theta - 1.0, i);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cubic is reproduced, inside and outside the step.
    #[test]
    fn reproduces_cubics() {
        let cubic = |x: f64| 2.0 * x - 3.0 * x * x + 0.7 * x * x * x;
        let mut polynomial = Collocation::new(1);
        polynomial.fit(&C.map(|c| vec![Lane([cubic(c)])]));
        for theta in [0.0, 0.3, C[0], C[1], 1.0, 1.7] {
            let mut out = [Lane::ZERO];
            polynomial.interpolate(&[Lane([cubic(1.0)])], theta, &mut out);
            assert!((out[0].0[0] - cubic(theta)).abs() < 1e-14, "{theta}");
        }
    }
}

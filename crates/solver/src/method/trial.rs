//! When an explicit method is tried, and when it is left: the choice of [`Method::Auto`](super::Method::Auto) by stiffness.

use ratelaw_network::Lane;

use crate::error::Cause;
use crate::system::{System, growth_time};

/// Stability limits an explicit run to steps of this over the spectral radius: the real interval of Dopri5 (Hairer and
/// Wanner II, section IV.2).
const STABLE: f64 = 3.3;
/// From so many steps on the implicit method costs as much (docs/theory/solver.md).
const MOST_STEPS: usize = 400;
/// What the steps may come to altogether: those that accuracy asks for are not foreseen.
pub(crate) const BUDGET: usize = 5000;
/// Iterations of the power method, of which the second half is averaged.
const ITERATIONS: usize = 16;
/// Steps between two looks at the Jacobian: few at first, when what is fast may only be forming.
const FIRST_PAUSE: usize = 8;
const LAST_PAUSE: usize = 32;

/// Looks at the exact Jacobian now and then.
#[derive(Debug)]
pub(crate) struct Watch {
    pause: usize,
    terms: Vec<Lane<1>>,
    entries: Vec<Lane<1>>,
    diagonal: Vec<usize>,
    vector: Vec<f64>,
    image: Vec<f64>,
}

impl Watch {
    pub(crate) fn new(system: &System<'_, 1>) -> Self {
        let tables = system.compiled;
        Self {
            pause: FIRST_PAUSE / 2,
            terms: vec![Lane::ZERO; tables.term_count()],
            entries: vec![Lane::ZERO; tables.jacobian_entries().len()],
            diagonal: system.diagonal(),
            vector: vec![0.0; tables.size()],
            image: vec![0.0; tables.size()],
        }
    }

    /// Steps until the next look.
    pub(crate) fn pause(&self) -> usize {
        self.pause
    }

    /// Why the method is to be left: what is left of the run takes more than [`MOST_STEPS`] steps by stability alone, or a species
    /// multiplies by itself within it.
    pub(crate) fn objects(&mut self, system: &System<'_, 1>, y: &[Lane<1>], scale: &[f64], left: f64) -> Option<Cause> {
        self.pause = (2 * self.pause).min(LAST_PAUSE);
        let steps = self.radius(system, y, scale) * left / STABLE;
        if steps.is_nan() || steps > MOST_STEPS as f64 {
            return Some(Cause::Stiff);
        }
        (growth_time(&self.entries, &self.diagonal) < left).then_some(Cause::Growth)
    }

    /// The spectral radius of the Jacobian by the power method, in variables over their scale.
    fn radius(&mut self, system: &System<'_, 1>, y: &[Lane<1>], scale: &[f64]) -> f64 {
        let tables = system.compiled;
        tables.terms(&system.bound, y, &mut self.terms);
        tables.jacobian(&system.bound, &self.terms, &mut self.entries);
        // Numbers of no pattern, the same in every run: the golden ratio's multiples, modulo 1.
        for (i, v) in self.vector.iter_mut().enumerate() {
            *v = (0.618_033_988_749_894_9 * (i + 1) as f64).fract() - 0.5;
        }
        let mut logarithms = 0.0;
        let mut last = norm(&self.vector);
        for k in 0..ITERATIONS {
            self.vector.iter_mut().for_each(|v| *v /= last);
            self.image.fill(0.0);
            for ((i, j), entry) in tables.jacobian_entries().iter().zip(&self.entries) {
                self.image[*i] += entry.0[0] * (scale[*j] / scale[*i]) * self.vector[*j];
            }
            std::mem::swap(&mut self.vector, &mut self.image);
            last = norm(&self.vector);
            if last == 0.0 {
                return 0.0;
            }
            if k >= ITERATIONS / 2 {
                logarithms += last.ln();
            }
        }
        (logarithms / (ITERATIONS - ITERATIONS / 2) as f64).exp()
    }
}

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|v| v * v).sum::<f64>().sqrt()
}

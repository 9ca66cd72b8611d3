//! Differences of fourth order with two step sizes.

use crate::problem::Problem;
use crate::setting::Setting;

/// Places at which a function is evaluated, in units of a step, and the weights of its values there in the derivative:
/// with the whole step, and with half of it, both of fourth order.
#[derive(Debug)]
pub(super) struct Stencil {
    pub(super) nodes: &'static [f64],
    wide: &'static [f64],
    narrow: &'static [f64],
}

/// Central differences with steps 1 and 1/2 (narrow: 1/2 and 1/4), extrapolated: `(4 D(h/2) - D(h)) / 3`.
const CENTRAL: Stencil = Stencil {
    nodes: &[-1.0, -0.5, -0.25, 0.25, 0.5, 1.0],
    wide: &[1.0 / 6.0, -4.0 / 3.0, 0.0, 0.0, 4.0 / 3.0, -1.0 / 6.0],
    narrow: &[0.0, 1.0 / 3.0, -8.0 / 3.0, 8.0 / 3.0, -1.0 / 3.0, 0.0],
};

/// The difference of fourth order to one side, `(-25 f_0 + 48 f_1 - 36 f_2 + 16 f_3 - 3 f_4) / 12 h`, with steps of 1/4
/// and 1/8.
const FORWARD: Stencil = Stencil {
    nodes: &[0.0, 0.125, 0.25, 0.375, 0.5, 0.75, 1.0],
    wide: &[-25.0 / 3.0, 0.0, 16.0, 0.0, -12.0, 16.0 / 3.0, -1.0],
    narrow: &[-50.0 / 3.0, 32.0, -24.0, 32.0 / 3.0, -2.0, 0.0, 0.0],
};

impl Stencil {
    /// The one that a problem can be moved by: to both sides, or where that is out of range (an amount of zero, full
    /// coverage) to one; with the sign of the step, and the problems moved.
    pub(super) fn choose(problem: &Problem, setting: Setting, step: f64) -> Option<(&'static Self, f64, Vec<Problem>)> {
        let value = problem.get(setting);
        [(&CENTRAL, step), (&FORWARD, step), (&FORWARD, -step)].into_iter().find_map(|(stencil, step)| {
            let moved: Vec<Problem> =
                stencil.nodes.iter().map(|node| moved(problem, setting, value + node * step)).collect();
            moved.iter().all(is_sound).then_some((stencil, step, moved))
        })
    }

    /// The derivative from the values at the nodes, and how far the two step sizes differ in it.
    pub(super) fn derivative(&self, values: &[f64], step: f64) -> (f64, f64) {
        let sum = |weights: &[f64]| weights.iter().zip(values).map(|(w, v)| w * v).sum::<f64>() / step;
        let (wide, narrow) = (sum(self.wide), sum(self.narrow));
        (wide, (wide - narrow).abs())
    }

    /// What an error of 1 in each value can make of the derivative.
    pub(super) fn noise(&self, step: f64) -> f64 {
        self.wide.iter().map(|w| w.abs()).sum::<f64>() / step.abs()
    }
}

fn moved(problem: &Problem, setting: Setting, value: f64) -> Problem {
    let mut moved = problem.clone();
    moved.set(setting, value);
    moved
}

fn is_sound(problem: &Problem) -> bool {
    let bound = || problem.network().bound(problem.tables(), problem.parameters(), problem.conditions());
    problem.check().is_ok() && bound().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Exact for polynomials up to the fourth degree.
    #[test]
    fn fourth_order() {
        for stencil in [&CENTRAL, &FORWARD] {
            for step in [0.1, -0.3] {
                let values: Vec<f64> = stencil.nodes.iter().map(|n| (1.0 + n * step).powi(4)).collect();
                let (derivative, difference) = stencil.derivative(&values, step);
                assert!((derivative - 4.0).abs() < 1e-12 && difference < 1e-12, "{derivative} {difference}");
                assert!(stencil.noise(step) > 2.9 / step.abs());
            }
        }
    }
}

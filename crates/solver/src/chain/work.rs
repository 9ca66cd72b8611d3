//! The electric work of a stage.

use serde::Serialize;

use crate::observe::Observable;
use crate::problem::SavePoints;
use crate::solution::Solution;

/// Intervals of the grid; even, so that every second point can be left out.
const INTERVALS: usize = 2000;

/// Electric work put into a cell, with what it follows from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Work {
    /// Integral of the cell voltage over the charge, J; positive where the cell takes up work.
    pub joule: f64,
    /// How much it changes when every second point is left out, J: an upper estimate of the error of the quadrature.
    pub error: f64,
    /// Mean cell voltage, weighted by charge, V; none where the charges cancel.
    pub mean_voltage: Option<f64>,
}

/// When to look at a run whose work is wanted. Points become denser towards the start, where currents change fastest.
pub(super) fn save_points(t_end: f64) -> SavePoints {
    let at = |i: usize| if i == INTERVALS { t_end } else { t_end * (i as f64 / INTERVALS as f64).powi(2) };
    SavePoints::Times((0..=INTERVALS).map(at).collect())
}

impl Work {
    /// The work of a run; none where the model has no counter electrode, so no cell voltage.
    pub(super) fn of(solution: &Solution) -> Option<Self> {
        if !solution.network().floating_potentials().iter().any(|f| f.counter) {
            return None;
        }
        let charge = solution.charge();
        let voltage = solution.observe(&Observable::CellVoltage);
        let points: Vec<(f64, Option<f64>)> = charge.into_iter().zip(voltage).collect();
        let joule = trapezoid(&points)?;
        // The last point stays, whatever the number of points.
        let last = points.len() - 1;
        let halved: Vec<_> =
            points.iter().enumerate().filter(|(i, _)| i % 2 == 0 || *i == last).map(|(_, p)| *p).collect();
        let error = (joule - trapezoid(&halved)?).abs();
        let passed = points[last].0 - points[0].0;
        Some(Self { joule, error, mean_voltage: Some(joule / passed).filter(|v| v.is_finite()) })
    }
}

/// None where charge passes at a voltage that is not known.
fn trapezoid(points: &[(f64, Option<f64>)]) -> Option<f64> {
    let mut sum = 0.0;
    for pair in points.windows(2) {
        let passed = pair[1].0 - pair[0].0;
        // At rest no charge passes, and there need be no voltage.
        if passed != 0.0 {
            sum += 0.5 * (pair[0].1? + pair[1].1?) * passed;
        }
    }
    Some(sum)
}

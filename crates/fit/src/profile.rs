//! Profile likelihood: how far a parameter can be moved before the data object.

use nalgebra::{DMatrix, DVector};

use crate::levenberg_marquardt::{Minimum, Search};
use crate::residual::Residuals;

/// One side of a likelihood interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Limit {
    /// The data object beyond this coordinate.
    At(f64),
    /// They do not object up to the bound.
    Open,
    /// They object beyond this coordinate only because another parameter, given by index, is at a bound there.
    Range(f64, usize),
    /// They do not object up to this coordinate, beyond which the integration fails.
    Lost(f64),
}

/// The interval of one parameter, and a lower minimum if one was met on the way.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    pub(crate) low: Limit,
    pub(crate) high: Limit,
    pub(crate) better: Option<DVector<f64>>,
}

/// The sum of squares that the data allow, and the minimum it is counted from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Threshold {
    pub(crate) minimum: f64,
    pub(crate) allowed: f64,
}

/// A minimum this much lower (in units of the allowed increase) is another one.
const LOWER: f64 = 1e-3;
/// The limit is found to this fraction of its distance from the minimum.
const ACCURACY: f64 = 1.0 / 400.0;
/// Most minimisations on one side.
const MOST: usize = 80;
/// A parameter at a bound holds the fit back if leaving it promises this fraction of the allowed increase.
const PULL: f64 = 0.01;

/// Moves parameter `index` away from the minimum on both sides, with all others minimised again, until the
/// sum of squares exceeds what the data allow or the bound is reached (Raue et al., Bioinformatics 25 (2009)
/// 1923). `step` is the first distance.
pub(crate) fn profile(
    search: &Search<'_>,
    minimum: &Minimum,
    index: usize,
    step: f64,
    threshold: Threshold,
) -> Profile {
    let mut better = None;
    let mut side = |bound: f64| limit(search, minimum, index, (step, bound), threshold, &mut better);
    let (low, high) = (side(search.low[index]), side(search.high[index]));
    Profile { low, high, better }
}

fn limit(
    search: &Search<'_>,
    minimum: &Minimum,
    index: usize,
    (step, bound): (f64, f64),
    threshold: Threshold,
    better: &mut Option<DVector<f64>>,
) -> Limit {
    let mut held = search.held.to_vec();
    held[index] = true;
    let constrained = Search { held: &held, ..*search };
    let origin = minimum.x[index];
    let direction = (bound - origin).signum();
    let (mut inside, mut stride) = (minimum.clone(), step);
    let (mut failed, mut successes) = (false, 2);
    let mut outside: Option<Minimum> = None;
    // Who is held back at the minimum already says nothing new on the way.
    let before = pulling(search, minimum, index, threshold);
    for _ in 0..MOST {
        let here = inside.x[index];
        if here == bound {
            return Limit::Open;
        }
        if stride < ACCURACY * (here - origin).abs() {
            break;
        }
        let ahead = here + direction * stride;
        let coordinate = if (ahead - bound) * direction >= 0.0 { bound } else { ahead };
        let start = predicted(&inside, index, coordinate - here, search);
        match constrained.minimise(start) {
            Ok(next) if next.residuals.sse() <= threshold.minimum + threshold.allowed => {
                let lower = threshold.minimum - LOWER * threshold.allowed;
                if next.residuals.sse() < lower && better.is_none() {
                    *better = Some(next.x.clone());
                }
                inside = next;
                successes += 1;
                // Longer strides again only after two have succeeded, so that the limit is not overrun anew.
                stride *= if successes > 1 { 2.0 } else { 1.0 };
            }
            outcome => {
                failed = outcome.is_err();
                outside = outcome.ok().or(outside);
                successes = 0;
                stride *= 0.5;
            }
        }
        if stride < 1e-12 * (bound - origin).abs() {
            break;
        }
    }
    let here = inside.x[index];
    // A narrow valley ends at a bound between the last point inside and the first outside.
    let around = std::iter::once(&inside).chain(&outside);
    let held_back = around.flat_map(|m| pulling(search, m, index, threshold)).find(|other| !before.contains(other));
    match (failed, held_back) {
        (true, _) => Limit::Lost(here),
        (false, Some(other)) => Limit::Range(here, other),
        (false, None) => Limit::At(here + 0.5 * direction * stride),
    }
}

/// Where the others go when one parameter moves: along the valley of the sum of squares, as the linear model
/// has it. Without it a long stride leaves a narrow valley, and what is found then is no minimum.
fn predicted(from: &Minimum, index: usize, move_by: f64, search: &Search<'_>) -> DVector<f64> {
    let mut start = from.x.clone();
    start[index] += move_by;
    let jacobian = &from.residuals.jacobian;
    let others: Vec<usize> = (0..start.len()).filter(|i| *i != index && !search.held[*i]).collect();
    let norms: Vec<f64> = others.iter().map(|i| jacobian.column(*i).norm().max(f64::MIN_POSITIVE)).collect();
    if others.is_empty() {
        return start;
    }
    let scaled = DMatrix::from_fn(jacobian.nrows(), others.len(), |r, c| jacobian[(r, others[c])] / norms[c]);
    let target = jacobian.column(index) * -move_by;
    if let Ok(change) = scaled.svd(true, true).solve(&target, 1e-8) {
        for (k, &i) in others.iter().enumerate() {
            let moved = start[i] + change[k] / norms[k];
            if moved.is_finite() {
                start[i] = moved.clamp(search.low[i], search.high[i]);
            }
        }
    }
    start
}

/// Parameters other than `index` at a bound that they would leave if they could.
fn pulling(search: &Search<'_>, at: &Minimum, index: usize, threshold: Threshold) -> Vec<usize> {
    let gain = |i| pull(search, &at.x, &at.residuals, i).unwrap_or(0.0);
    (0..at.x.len()).filter(|i| *i != index && gain(*i) > PULL * threshold.allowed).collect()
}

/// What the sum of squares would gain, by the linear model, if parameter `i` could leave the bound that it is
/// at by up to the width of its range; none if it is at none, or would not leave it.
pub(crate) fn pull(search: &Search<'_>, x: &DVector<f64>, residuals: &Residuals, i: usize) -> Option<f64> {
    let column = residuals.jacobian.column(i);
    let gradient = column.dot(&residuals.values);
    let outwards = (x[i] <= search.low[i] && gradient > 0.0) || (x[i] >= search.high[i] && gradient < 0.0);
    let curvature = column.norm_squared();
    (outwards && curvature > 0.0).then(|| {
        let step = (gradient.abs() / curvature).min(search.high[i] - search.low[i]);
        step * (2.0 * gradient.abs() - curvature * step)
    })
}

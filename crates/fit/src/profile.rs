//! Profile likelihood: how far a parameter can be moved before the data object.

use nalgebra::DVector;

use crate::levenberg_marquardt::Search;

/// One side of a likelihood interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Limit {
    /// The data object beyond this coordinate.
    At(f64),
    /// They do not object up to the bound.
    Open,
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
/// Halvings of the last bracket: the limit is found to a part in 500 of its distance or better.
const HALVINGS: usize = 9;

/// Moves parameter `index` away from the minimum `x` on both sides, with all others minimised again, until
/// the sum of squares exceeds what the data allow or the bound is reached (Raue et al., Bioinformatics 25
/// (2009) 1923). `step` is the first distance.
pub(crate) fn profile(search: &Search<'_>, x: &DVector<f64>, index: usize, step: f64, threshold: Threshold) -> Profile {
    let mut better = None;
    let mut side = |bound: f64| limit(search, x, index, (step, bound), threshold, &mut better);
    let (low, high) = (side(search.low[index]), side(search.high[index]));
    Profile { low, high, better }
}

fn limit(
    search: &Search<'_>,
    x: &DVector<f64>,
    index: usize,
    (step, bound): (f64, f64),
    threshold: Threshold,
    better: &mut Option<DVector<f64>>,
) -> Limit {
    let mut held = search.held.to_vec();
    held[index] = true;
    let constrained = Search { held: &held, ..*search };
    // The minimum over the others at a coordinate, from a point nearby; none where the integration fails.
    let mut failed;
    let mut at = |coordinate: f64, from: &DVector<f64>| {
        let mut start = from.clone();
        start[index] = coordinate;
        let minimum = constrained.minimise(start).ok()?;
        let sse = minimum.residuals.sse();
        if sse < threshold.minimum - LOWER * threshold.allowed && better.is_none() {
            *better = Some(minimum.x.clone());
        }
        Some((minimum.x, sse))
    };
    let direction = (bound - x[index]).signum();
    let (mut inside, mut distance) = (x.clone(), step);
    let outside = loop {
        if inside[index] == bound {
            return Limit::Open;
        }
        let ahead = x[index] + direction * distance;
        let coordinate = if (ahead - bound) * direction >= 0.0 { bound } else { ahead };
        match at(coordinate, &inside) {
            Some((point, sse)) if sse <= threshold.minimum + threshold.allowed => inside = point,
            outcome => {
                failed = outcome.is_none();
                break coordinate;
            }
        }
        distance *= 2.0;
    };
    let (mut near, mut far) = (inside[index], outside);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (near + far);
        match at(middle, &inside) {
            Some((point, sse)) if sse <= threshold.minimum + threshold.allowed => {
                inside = point;
                near = middle;
            }
            outcome => {
                failed = outcome.is_none();
                far = middle;
            }
        }
    }
    if failed { Limit::Lost(near) } else { Limit::At(0.5 * (near + far)) }
}

//! Profile likelihood: how far a parameter can be moved before the data object.

use nalgebra::{DMatrix, DVector};
use ratelaw_solver::StopFlag;

use crate::minimiser::{Minimum, Rules};
use crate::search::Search;
use crate::singular::Singular;

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
    /// The user asked to stop before it was found.
    Stopped,
}

/// A minimum with one parameter held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProfilePoint {
    /// Value of the parameter, SI.
    pub value: f64,
    /// The smallest sum of squares that the others can make of it.
    pub sse: f64,
    /// Derivative of that sum by the parameter, by its logarithm where it is varied on a logarithmic scale.
    pub slope: f64,
    /// Whether the minimisation of the others converged; if not, the sum is an upper limit.
    pub converged: bool,
}

/// The same in the coordinate of the fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visit {
    pub(crate) coordinate: f64,
    pub(crate) sse: f64,
    pub(crate) slope: f64,
    pub(crate) converged: bool,
}

impl Visit {
    fn new(minimum: &Minimum, index: usize) -> Self {
        // What the others do has no part in the slope: their derivatives vanish, or a bound holds them.
        let slope = 2.0 * minimum.residuals.gradient()[index];
        let (coordinate, sse) = (minimum.x[index], minimum.residuals.sse());
        Self { coordinate, sse, slope, converged: minimum.converged() }
    }

    /// The highest sum on the way to another visit, by the cubic that has the sums and slopes of both.
    fn peak(&self, to: &Self) -> f64 {
        let way = to.coordinate - self.coordinate;
        let (rise, from_slope, to_slope) = (to.sse - self.sse, self.slope * way, to.slope * way);
        // sse + a t + b t^2 + c t^3, with t from 0 to 1.
        let (a, b, c) = (from_slope, 3.0 * rise - 2.0 * from_slope - to_slope, from_slope + to_slope - 2.0 * rise);
        let root = (b * b - 3.0 * a * c).sqrt();
        let at = |t: f64| self.sse + t * (a + t * (b + t * c));
        // Where it is level, the form that does not cancel for either sign of b, and that of a parabola.
        let levels = [(-b - root) / (3.0 * c), a / (-b - root), (-b + root) / (3.0 * c), a / (-b + root)];
        let within = levels.into_iter().filter(|t| (0.0..=1.0).contains(t));
        within.map(at).fold(self.sse.max(to.sse), f64::max)
    }

    /// Whether the data would object to the parameter not far beyond this visit, as the slope there has it: within `way` of it.
    pub(crate) fn nears(&self, limit: f64, way: f64) -> bool {
        self.sse + self.slope * way >= limit
    }
}

/// The interval of one parameter, and what was met on the way.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    pub(crate) low: Limit,
    pub(crate) high: Limit,
    pub(crate) trace: Trace,
}

/// What was met on the way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trace {
    /// A lower minimum.
    pub(crate) better: Option<DVector<f64>>,
    /// The points, in rising order when both sides are done.
    pub(crate) visits: Vec<Visit>,
    /// Coordinates at which nothing could be evaluated, and why.
    pub(crate) failures: Vec<(f64, String)>,
}

/// The sum of squares that the data allow, and the minimum it is counted from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Threshold {
    pub(crate) minimum: f64,
    pub(crate) allowed: f64,
}

impl Threshold {
    /// The largest sum that the data do not object to.
    pub(crate) fn limit(self) -> f64 {
        self.minimum + self.allowed
    }
}

/// A minimum this much lower (in units of the allowed increase) is another one.
const LOWER: f64 = 1e-3;
/// The limit is found to this fraction of its distance from the minimum.
const ACCURACY: f64 = 1.0 / 400.0;
/// Points of a profile nearer than this fraction of the range are one.
const SAME: f64 = 1e-11;
/// Strides shorter than this fraction of the way to the bound are given up.
const SHORTEST: f64 = 1e-12;
/// Most minimisations on one side.
const MOST: usize = 50;
/// How much wider a range is made, as a fraction of it, to see whether it holds the fit back.
const WIDER: f64 = 0.25;
/// How far beyond a limit that is looked at, as a fraction of the limit's distance.
const CLEARLY: f64 = 0.1;

impl Profile {
    /// Whether the user asked to stop before both sides were done.
    pub(crate) fn is_stopped(&self) -> bool {
        self.low == Limit::Stopped || self.high == Limit::Stopped
    }

    /// Both sides of a parameter, whose range is so wide, about its minimum.
    pub(crate) fn new(minimum: &Minimum, index: usize, width: f64, (low, high): (Side, Side)) -> Self {
        let mut visits = vec![Visit::new(minimum, index)];
        visits.extend(low.trace.visits.into_iter().chain(high.trace.visits));
        visits.sort_by(|a, b| a.coordinate.total_cmp(&b.coordinate));
        // A place that was refused is tried again from nearer by; the lower sum is the truer one.
        visits.dedup_by(|next, kept| {
            let is_same = next.coordinate - kept.coordinate <= SAME * width;
            if is_same
                && kept.coordinate != minimum.x[index]
                && (next.coordinate == minimum.x[index] || next.sse < kept.sse)
            {
                *kept = *next;
            }
            is_same
        });
        let failures = low.trace.failures.into_iter().chain(high.trace.failures).collect();
        let trace = Trace { better: low.trace.better.or(high.trace.better), visits, failures };
        Self { low: low.limit, high: high.limit, trace }
    }
}

/// One side of a profile.
#[derive(Debug)]
pub(crate) struct Side {
    limit: Limit,
    trace: Trace,
}

/// Moves parameter `index` away from the minimum towards a bound, with all others minimised again, until the sum of
/// squares exceeds what the data allow or the bound is reached (Raue et al., Bioinformatics 25 (2009) 1923). `span` is the
/// first distance, and the bound.
pub(crate) fn side(
    search: &Search<'_>,
    minimum: &Minimum,
    index: usize,
    span: (f64, f64),
    threshold: Threshold,
) -> Side {
    let mut trace = Trace::default();
    let limit = limit(search, minimum, index, span, threshold, &mut trace);
    Side { limit, trace }
}

fn limit(
    search: &Search<'_>,
    minimum: &Minimum,
    index: usize,
    (step, bound): (f64, f64),
    threshold: Threshold,
    trace: &mut Trace,
) -> Limit {
    let mut held = search.rules.held.to_vec();
    held[index] = true;
    let constrained = Search { rules: Rules { held: &held, ..search.rules }, ..*search };
    let origin = minimum.x[index];
    let direction = (bound - origin).signum();
    let (mut inside, mut stride) = (minimum.clone(), step);
    let (mut failed, mut successes) = (false, 2);
    let mut outside = bound;
    let limit = threshold.limit();
    if is_stopped(search) {
        return Limit::Stopped;
    }
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
        let outcome = constrained.minimise(start);
        if is_stopped(search) {
            return Limit::Stopped;
        }
        trace.visits.extend(outcome.iter().map(|m| Visit::new(m, index)));
        trace.failures.extend(outcome.as_ref().err().map(|e| (coordinate, e.to_string())));
        match outcome {
            Ok(next) if next.residuals.sse() <= limit => {
                let lower = threshold.minimum - LOWER * threshold.allowed;
                if next.residuals.sse() < lower && trace.better.is_none() {
                    trace.better = Some(next.x.clone());
                }
                if Visit::new(&inside, index).peak(&Visit::new(&next, index)) > limit {
                    // The stride went over what it looks for, into the valley of another minimum.
                    (failed, outside, successes) = (false, coordinate, 0);
                    stride = 0.5 * (coordinate - here).abs();
                    continue;
                }
                inside = next;
                successes += 1;
                // Longer strides again only after two have succeeded, so that the limit is not overrun anew.
                stride *= if successes > 1 { 2.0 } else { 1.0 };
            }
            outcome => {
                failed = outcome.is_err();
                outside = coordinate;
                successes = 0;
                stride *= 0.5;
            }
        }
        if stride < SHORTEST * (bound - origin).abs() {
            break;
        }
    }
    let here = inside.x[index];
    // Neither the bound nor a limit within the budget: what lies ahead is open, not refused by the data.
    let located = stride < ACCURACY * (here - origin).abs() || stride < SHORTEST * (bound - origin).abs();
    if failed || !located {
        return Limit::Lost(here);
    }
    // Whether the data object there, or only the range of another parameter: with that range wider they would not,
    // clearly beyond the limit too.
    let clearly = direction * (outside - here).abs().max(CLEARLY * (here - origin).abs());
    let beyond = predicted(&inside, index, clearly, search);
    let others = (0..beyond.len()).filter(|i| *i != index && !at_bound(search, &minimum.x, *i));
    let holds_back = |i: &usize| {
        at_bound(search, &beyond, *i)
            && widened(&constrained, *i, beyond.clone()).is_some_and(|m| m.residuals.sse() <= limit)
    };
    match others.into_iter().find(holds_back) {
        _ if is_stopped(search) => Limit::Stopped,
        Some(other) => Limit::Range(here, other),
        None => Limit::At(here + 0.5 * direction * stride),
    }
}

/// Whether the data object clearly beyond a limit whatever way the others are brought there: from where they are at the minimum, and
/// along its linear model, with all the patience of the fit.
pub(crate) fn is_refused(search: &Search<'_>, minimum: &Minimum, index: usize, limit: f64, of: &Threshold) -> bool {
    let mut held = search.rules.held.to_vec();
    held[index] = true;
    let constrained = Search { rules: Rules { held: &held, ..search.rules }, ..*search };
    let way = (1.0 + CLEARLY) * (limit - minimum.x[index]);
    let beyond = (minimum.x[index] + way).clamp(search.rules.low[index], search.rules.high[index]);
    let mut stayed = minimum.x.clone();
    stayed[index] = beyond;
    [stayed, predicted(minimum, index, beyond - minimum.x[index], search)]
        .into_iter()
        .all(|start| constrained.minimise(start).is_ok_and(|m| m.converged() && m.residuals.sse() > of.limit()))
}

fn is_stopped(search: &Search<'_>) -> bool {
    search.rules.stop.is_some_and(StopFlag::is_set)
}

/// Whether a coordinate is at an end of its range.
pub(crate) fn at_bound(search: &Search<'_>, x: &DVector<f64>, i: usize) -> bool {
    let near = 1e-9 * (search.rules.high[i] - search.rules.low[i]);
    x[i] <= search.rules.low[i] + near || x[i] >= search.rules.high[i] - near
}

/// The minimum from a start if the range of one parameter were wider; none where the integration fails.
pub(crate) fn widened(search: &Search<'_>, i: usize, start: DVector<f64>) -> Option<Minimum> {
    let (mut low, mut high) = (search.rules.low.to_vec(), search.rules.high.to_vec());
    let width = high[i] - low[i];
    low[i] -= WIDER * width;
    high[i] += WIDER * width;
    let rules = Rules { low: &low, high: &high, ..search.rules };
    Search { rules, ..*search }.minimise(start).ok()
}

/// Where the others go when one parameter moves: along the valley of the sum of squares, as the linear model
/// has it. Without it a long stride leaves a narrow valley, and what is found then is no minimum.
fn predicted(from: &Minimum, index: usize, move_by: f64, search: &Search<'_>) -> DVector<f64> {
    let mut start = from.x.clone();
    start[index] += move_by;
    let jacobian = &from.residuals.jacobian;
    let others: Vec<usize> = (0..start.len()).filter(|i| *i != index && !search.rules.held[*i]).collect();
    let norms: Vec<f64> = others.iter().map(|i| jacobian.column(*i).norm().max(f64::MIN_POSITIVE)).collect();
    if others.is_empty() {
        return start;
    }
    let scaled = DMatrix::from_fn(jacobian.nrows(), others.len(), |r, c| jacobian[(r, others[c])] / norms[c]);
    let target = jacobian.column(index) * -move_by;
    let change = Singular::of(scaled).solve(&target, 1e-8);
    for (k, &i) in others.iter().enumerate() {
        let moved = start[i] + change[k] / norms[k];
        if moved.is_finite() {
            start[i] = moved.clamp(search.rules.low[i], search.rules.high[i]);
        }
    }
    start
}

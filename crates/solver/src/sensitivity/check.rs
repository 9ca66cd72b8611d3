//! Exact sensitivities against differences of runs.

use ratelaw_network::units::Dimension;
use rayon::prelude::*;

use super::stencil::Stencil;
use super::{Sensitivities, sensitivities};
use crate::control::THERMAL_VOLTAGE;
use crate::error::{Result, SolveError};
use crate::integrate::solve;
use crate::observe::Observable;
use crate::options::{OnRounding, SolveOptions};
use crate::problem::Problem;
use crate::setting::Setting;

/// Exact sensitivities beside differences of runs that were solved anew.
#[derive(Debug, Clone, PartialEq)]
pub struct SensitivityCheck {
    /// What was checked.
    pub sensitivities: Sensitivities,
    /// One entry for each observable, time and setting at which the observable is defined, in this order.
    pub comparisons: Vec<Comparison>,
    /// Settings that could not be moved: no step to either side is in range.
    pub unmoved: Vec<Setting>,
}

/// One sensitivity and its difference.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Name of the observable.
    pub observable: String,
    /// Name of the setting.
    pub setting: String,
    /// Time, s.
    pub time: f64,
    /// The exact derivative, SI.
    pub exact: f64,
    /// The difference of fourth order, SI.
    pub difference: f64,
    /// Error of the difference: how far two step sizes differ, and what the errors of its runs can make of it.
    pub uncertainty: f64,
    /// What the tolerance of the run allows the exact derivative: [`Comparison::LIMIT`] times `rtol` of the derivative
    /// itself and of the observable over the range of the setting in which it changes by its own size.
    pub allowed: f64,
}

impl Comparison {
    /// A run is within this many tolerances of the truth, see [`Verification::LIMIT`](crate::Verification::LIMIT).
    pub const LIMIT: f64 = crate::Verification::LIMIT;

    /// How far the two differ, in units of what is allowed; at most 1 where they agree.
    pub fn error(&self) -> f64 {
        let distance = (self.exact - self.difference).abs();
        let error = if distance == 0.0 { 0.0 } else { distance / (self.uncertainty + self.allowed) };
        if error.is_nan() { f64::INFINITY } else { error }
    }

    /// Whether they agree.
    pub fn agrees(&self) -> bool {
        self.error() <= 1.0
    }

    /// Whether the bound is that of the difference rather than that of the sensitivity, so that it says little.
    pub fn is_blunt(&self) -> bool {
        self.uncertainty > self.allowed.max(0.01 * self.exact.abs())
    }
}

/// Relative tolerance of the runs that differences are of: as tight as rounding lets most problems be.
const TIGHT: f64 = 1e-12;
/// A tight run takes more steps, so its limit is higher.
const MORE_STEPS: usize = 10;
/// The step as a part of the range in which something changes by its own size. For an exponential the error of fourth
/// order is `(1/50)^4 / 480`, some 3e-10 of the derivative; runs of 1e-12 make 1.5e-10 of it.
const STEP: f64 = 0.02;
/// Where that is too coarse, steps so much shorter are tried, so often in all.
const SHORTER: f64 = 1.0 / 32.0;
const TRIALS: usize = 4;
/// A difference whose error is this part of itself is fine enough.
const FINE: f64 = 1e-6;
/// Two step sizes differ by the error of the wider one where the order holds; this many times it where it hardly does.
const DOUBT: f64 = 2.0;

/// Compares exact sensitivities with differences of runs that are solved anew, for each observable, save point and setting.
///
/// The differences are of fourth order, from runs of a tolerance of 1e-12, with two step sizes, so that they come with an
/// error of their own. The two agree if they differ by no more than that and what the tolerance of the run allows.
///
/// ```
/// use ratelaw_network::{Law, Network, Species, units::Seconds};
/// use ratelaw_solver::{Observable, Problem, Setting, SolveOptions, check_sensitivities};
///
/// let network = Network::builder("decay")
///     .solution("cell", "1 L")?
///     .species(Species::new("A").composition_waived().initial("1 M")?)
///     .species(Species::new("B").composition_waived())
///     .parameter("k", "0.1 1/s")?
///     .step("decay", "A -> B", Law::mass_action("k"))
///     .build()?;
/// let problem = Problem::builder(&network).until(Seconds(10.0)).build()?;
/// let (of, by) = (Observable::amount(&network, "A")?, Setting::parse(&network, "k")?);
/// let check = check_sensitivities(&problem, &[of], &[by], &SolveOptions::default())?;
/// assert!(check.agrees(), "{}", check.describe());
/// # Ok::<(), ratelaw_solver::SolveError>(())
/// ```
///
/// # Errors
/// What [`solve`] refuses or fails at, for the run or one of those that it is compared with; a setting that no run can be
/// moved in, as the rate of a step or a condition that the protocol sets.
pub fn check_sensitivities(
    problem: &Problem,
    observables: &[Observable],
    settings: &[Setting],
    options: &SolveOptions,
) -> Result<SensitivityCheck> {
    for setting in settings {
        problem.settable(*setting)?;
        if let Setting::Step(_) = setting {
            return Err(SolveError::UnknownName {
                kind: "setting",
                name: setting.name(problem.network()),
                expected: "one that a run can be moved in: a parameter, a species, `potential` or `temperature`".into(),
            });
        }
    }
    let exact = sensitivities(problem, observables, settings, options)?;
    let columns =
        (0..settings.len()).into_par_iter().map(|s| column(&exact, s, options)).collect::<Result<Vec<_>>>()?;
    let unmoved = settings.iter().zip(&columns).filter(|(_, c)| c.is_none()).map(|(s, _)| *s).collect();
    let mut comparisons: Vec<((usize, usize), Comparison)> = columns.into_iter().flatten().flatten().collect();
    comparisons.sort_by_key(|(place, _)| *place);
    let comparisons = comparisons.into_iter().map(|(_, comparison)| comparison).collect();
    Ok(SensitivityCheck { sensitivities: exact, comparisons, unmoved })
}

type Placed = ((usize, usize), Comparison);

/// All comparisons of one setting, with their observable and time; none if it cannot be moved. Where the difference is
/// too coarse, as that in an amount that soon is changed by far less than its scale, shorter steps are tried, and the
/// best of each entry is kept.
fn column(exact: &Sensitivities, s: usize, options: &SolveOptions) -> Result<Option<Vec<Placed>>> {
    let range = range(exact, s);
    let mut best: Option<Vec<Placed>> = None;
    let mut step = STEP * range;
    for _ in 0..TRIALS {
        let Some(tried) = trial(exact, s, options, (range, step))? else { break };
        let better = match best {
            None => tried,
            Some(before) => {
                let pairs = before.into_iter().zip(tried);
                pairs.map(|(a, b)| if b.1.uncertainty < a.1.uncertainty { b } else { a }).collect()
            }
        };
        let coarse = better.iter().any(|(_, c)| c.uncertainty > c.allowed.max(FINE * c.exact.abs()));
        best = Some(better);
        if !coarse {
            break;
        }
        step *= SHORTER;
    }
    Ok(best.map(|all| all.into_iter().filter(|(_, c)| c.uncertainty.is_finite()).collect()))
}

/// The comparisons of one setting by differences with one step.
fn trial(
    exact: &Sensitivities,
    s: usize,
    options: &SolveOptions,
    (range, step): (f64, f64),
) -> Result<Option<Vec<Placed>>> {
    let (problem, setting) = (&exact.solution.problem, exact.solution.settings[s]);
    let network = problem.network();
    let Some((stencil, step, moved)) = Stencil::choose(problem, setting, step) else { return Ok(None) };
    let tight = SolveOptions {
        // What rounding leaves shows in how two step sizes of the difference agree.
        on_rounding: OnRounding::Report,
        max_steps: options.max_steps.saturating_mul(MORE_STEPS),
        sensitivities: Vec::new(),
        ..options.at_rtol(options.rtol.min(TIGHT))
    };
    let runs = moved.par_iter().map(|problem| solve(problem, &tight)).collect::<Result<Vec<_>>>()?;
    let mut all = Vec::new();
    for (o, observable) in exact.observables.iter().enumerate() {
        let read: Vec<Vec<Option<f64>>> = runs.iter().map(|run| run.observe(observable)).collect();
        let largest = largest(&exact.values[o]);
        // An event that passes a save point or the end leaves other points to compare.
        let alike = runs.iter().all(|run| run.times.len() == exact.solution.times.len());
        for (i, time) in exact.solution.times.iter().enumerate() {
            let (Some(value), Some(derivative)) = (exact.values[o][i], exact.derivative(o, i, s)) else { continue };
            let values: Option<Vec<f64>> =
                read.iter().map(|run| run.get(i).copied().flatten().filter(|_| alike)).collect();
            let (difference, between) = match values {
                Some(values) => stencil.derivative(&values, step),
                // Defined here but not in a run beside it: there is no difference with this step.
                None => (f64::NAN, f64::INFINITY),
            };
            // Below the resolution an amount has no digits of its own.
            let size = value.abs() + options.resolution * largest;
            let noise = Comparison::LIMIT * tight.rtol * size * stencil.noise(step);
            let comparison = Comparison {
                observable: observable.name(network),
                setting: setting.name(network),
                time: *time,
                exact: derivative,
                difference,
                uncertainty: DOUBT * between + noise,
                allowed: Comparison::LIMIT * options.rtol * (derivative.abs() + size / range),
            };
            all.push(((o, i), comparison));
        }
    }
    Ok(Some(all))
}

/// How much of a setting changes an observable by its own size: the setting itself, RT/F or RT where it stands in an
/// exponent, and less where a sensitivity says so.
fn range(exact: &Sensitivities, s: usize) -> f64 {
    let (problem, setting) = (&exact.solution.problem, exact.solution.settings[s]);
    let dimension = setting.dimension(problem.network());
    let value = problem.get(setting).abs();
    let own = match setting {
        _ if dimension == Dimension::potential() => THERMAL_VOLTAGE,
        Setting::Initial(id) if value == 0.0 => problem.network().scales(problem.initial())[id.0],
        _ if value == 0.0 => f64::INFINITY,
        _ => value,
    };
    let mut range = own;
    for (values, derivatives) in exact.values.iter().zip(&exact.derivatives) {
        let steepest = derivatives.iter().flatten().map(|d| d[s].abs()).fold(0.0, f64::max);
        let largest = largest(values);
        if steepest > 0.0 && largest > 0.0 {
            range = range.min(largest / steepest);
        }
    }
    if range.is_finite() { range } else { 1.0 }
}

fn largest(values: &[Option<f64>]) -> f64 {
    values.iter().flatten().map(|v| v.abs()).fold(0.0, f64::max)
}

impl SensitivityCheck {
    /// The entry that differs most, in units of what is allowed.
    pub fn worst(&self) -> Option<&Comparison> {
        self.comparisons.iter().max_by(|a, b| a.error().total_cmp(&b.error()))
    }

    /// Whether anything was compared, and all of it agrees.
    pub fn agrees(&self) -> bool {
        !self.comparisons.is_empty() && self.comparisons.iter().all(Comparison::agrees)
    }

    /// A sentence on it, with the reason for the bound.
    pub fn describe(&self) -> String {
        let Some(worst) = self.worst() else { return "sensitivities: nothing could be compared".to_owned() };
        let rtol = self.sensitivities.solution.rtol;
        let verdict = if self.agrees() { "agree" } else { "DISAGREE" };
        let bound = worst.uncertainty + worst.allowed;
        let mut text = format!(
            "sensitivities {verdict} with differences of runs at rtol {:e}: {} compared; worst d `{}` / d `{}` at t = \
             {:.4e} s: exact {:.9e}, difference {:.9e}, apart by {:.1e} of a bound of {:.1e} ({:.1e} error of the \
             difference by two step sizes, {:.1e} for {} rtol of {:e})",
            rtol.min(TIGHT),
            self.comparisons.len(),
            worst.observable,
            worst.setting,
            worst.time,
            worst.exact,
            worst.difference,
            (worst.exact - worst.difference).abs(),
            bound,
            worst.uncertainty,
            worst.allowed,
            Comparison::LIMIT,
            rtol
        );
        let blunt = self.comparisons.iter().filter(|c| c.is_blunt()).count();
        if blunt > 0 {
            text.push_str(&format!("; {blunt} differences are too coarse to say much"));
        }
        if !self.unmoved.is_empty() {
            let network = self.sensitivities.solution.network();
            let names: Vec<String> = self.unmoved.iter().map(|s| s.name(network)).collect();
            text.push_str(&format!("; not compared, as no step is in range: {}", names.join(", ")));
        }
        text
    }
}

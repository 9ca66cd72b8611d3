//! What a fit says.

use std::fmt;

use nalgebra::{DMatrix, DVector};
use ratelaw_solver::Problem;

use crate::criteria::Likelihood;
use crate::error::{Result, counted};
use crate::experiment::Experiment;
use crate::identifiability::{Cause, Exchange, OtherMinimum, Verdict};
use crate::loss::Loss;
use crate::minimiser::{Ending, Minimum};
use crate::noise::NoiseLevel;
use crate::options::FitOptions;
use crate::parameter::Resolved;
use crate::prior::Prior;
use crate::profile::ProfilePoint;
use crate::residual::Comparison;
use crate::target::Role;

/// A fitted parameter; numbers are SI.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// Name.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// Value at the minimum.
    pub value: f64,
    /// Standard error from the Jacobian at the minimum; none at a bound, or where the data leave a direction
    /// open.
    pub standard_error: Option<f64>,
    /// Lower bound of the fit.
    pub low: f64,
    /// Upper bound of the fit.
    pub high: f64,
    /// Whether it was varied on a logarithmic scale.
    pub logarithmic: bool,
    /// The prior that was given for it, SI.
    pub prior: Option<Prior>,
    /// Whether the minimum is at a bound.
    pub at_bound: bool,
    /// What the data say of it.
    pub verdict: Verdict,
    /// Why it is open on at least one side, where it is and no obstacle says it.
    pub cause: Option<Cause>,
    /// The points of its profile, in rising order; the minimum is one of them.
    pub profile: Vec<ProfilePoint>,
    /// Where its profile could not be followed to a limit of the data.
    pub obstacles: Vec<Obstacle>,
    /// The unit it is shown in.
    pub unit: String,
    /// One of that unit, SI.
    pub factor: f64,
}

/// A value beyond which a profile could not be followed.
#[derive(Debug, Clone, PartialEq)]
pub struct Obstacle {
    /// The value, SI.
    pub value: f64,
    /// The parameter whose range stood in the way; none if the integration failed, or the others could not
    /// follow.
    pub range_of: Option<String>,
    /// The value nearest beyond at which nothing could be evaluated, SI, and why; none if that was not it.
    pub failure: Option<(f64, String)>,
}

/// How one start ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// Sum of squares at its end; none if the start could not be evaluated.
    pub sse: Option<f64>,
    /// Whether it converged.
    pub converged: bool,
    /// Why it ended; none if the start could not be evaluated.
    pub ending: Option<Ending>,
    /// Iterations.
    pub iterations: usize,
    /// Trial points whose integration failed, and which were rejected.
    pub failed_trials: usize,
    /// Why it could not be evaluated.
    pub cause: Option<String>,
}

impl Start {
    pub(crate) fn new(outcome: &Result<Minimum>) -> Self {
        match outcome {
            Ok(m) => Self {
                sse: Some(m.residuals.sse()),
                converged: m.converged(),
                ending: Some(m.ending),
                iterations: m.iterations,
                failed_trials: m.failed_trials,
                cause: None,
            },
            Err(e) => Self {
                sse: None,
                converged: false,
                ending: None,
                iterations: 0,
                failed_trials: 0,
                cause: Some(e.to_string()),
            },
        }
    }
}

/// Everything a fit found.
#[derive(Debug, Clone)]
pub struct FitReport {
    /// The experiments, with their data.
    pub experiments: Vec<Experiment>,
    /// Each experiment's problem with the fitted values.
    pub fitted: Vec<Problem>,
    /// Every datum beside the model.
    pub comparisons: Vec<Comparison>,
    /// The parameters.
    pub parameters: Vec<Estimate>,
    /// Indices of the parameters that the correlation matrix is of.
    pub correlated: Vec<usize>,
    /// Correlation of those; none where the data leave a direction open.
    pub correlation: Option<Vec<Vec<f64>>>,
    /// Sum of squared residuals, each over its standard deviation where the data give one.
    pub sse: f64,
    /// Whether the data gave standard deviations.
    pub weighted: bool,
    /// Whether that noise is taken as known.
    pub known_noise: bool,
    /// Noise that was estimated group by group; empty where one variance for all was left unknown, or all is known.
    pub noise: Vec<NoiseLevel>,
    /// What was summed over the residuals.
    pub loss: Loss,
    /// The likelihood of the data, for [`compare`](crate::compare); none with a robust loss.
    pub likelihood: Option<Likelihood>,
    /// Data and priors less free parameters.
    pub degrees_of_freedom: usize,
    /// Whether the minimisation converged.
    pub converged: bool,
    /// Why the minimisation ended.
    pub ending: Ending,
    /// Iterations from the start that led to the minimum.
    pub iterations: usize,
    /// All starts, the user's own first.
    pub starts: Vec<Start>,
    /// Sum of squares of the chosen minimum as the starts count it: before the noise was settled, where it was
    /// estimated.
    pub reached: f64,
    /// Pairs of parameters that can trade places.
    pub exchanges: Vec<Exchange>,
    /// Other minima that fit equally well, met by some of the starts.
    pub other_minima: Vec<OtherMinimum>,
    /// What a reader should know of the runs, such as amounts below zero or a tolerance that is too coarse.
    pub warnings: Vec<String>,
    /// Seed of the starts.
    pub seed: u64,
    /// Relative tolerance of the integration.
    pub rtol: f64,
    /// How it was fitted.
    pub(crate) options: FitOptions,
    /// The parameters as they were looked up.
    pub(crate) resolved: Vec<Resolved>,
    /// What the integration resolves of the sum that the starts count.
    pub(crate) resolved_sse: f64,
    /// Standard errors to either limit of a linear 95 % interval: of the normal distribution, or Student's t.
    pub quantile: f64,
    /// How far the sum of squares may rise on a profile at 95 % confidence.
    pub allowed_rise: f64,
    /// The minimum in the fit's coordinates.
    pub(crate) coordinates: DVector<f64>,
    /// Covariance of the parameters in `correlated`, in the fit's coordinates.
    pub(crate) covariance: Option<DMatrix<f64>>,
}

impl FitReport {
    /// A fitted value, SI.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.parameters.iter().find(|p| p.name == name).map(|p| p.value)
    }

    /// The linear 95 % interval of a parameter, SI, from its standard error on the scale it is varied on; none where it
    /// has no standard error.
    pub fn linear_interval(&self, parameter: usize) -> Option<(f64, f64)> {
        let covariance = self.covariance.as_ref()?;
        let place = self.correlated.iter().position(|i| *i == parameter)?;
        let half = self.quantile * covariance[(place, place)].sqrt();
        let (x, free) = (self.coordinates[parameter], &self.resolved[parameter]);
        Some((free.to_value(x - half), free.to_value(x + half)))
    }

    /// How many starts arrived at the minimum, to a relative 1e-6 of the sum of squares or what the integration resolves
    /// of it.
    pub fn arrived(&self) -> usize {
        self.starts.iter().filter(|s| self.has_arrived(s)).count()
    }

    /// Whether a request to stop left a start or a profile undone.
    pub fn stopped(&self) -> bool {
        self.unfinished_starts() > 0 || self.parameters.iter().any(|p| p.verdict == Verdict::Stopped)
    }

    /// How many starts a request to stop ended on their way. The lowest of all starts was taken to its minimum.
    pub fn unfinished_starts(&self) -> usize {
        self.starts.iter().filter(|s| s.ending == Some(Ending::Stopped)).count()
    }

    /// Whether a start arrived at the minimum.
    pub fn has_arrived(&self, start: &Start) -> bool {
        let within = (1e-6 * self.reached).max(self.resolved_sse).max(f64::MIN_POSITIVE);
        start.ending != Some(Ending::Stopped) && start.sse.is_some_and(|sse| sse <= self.reached + within)
    }
}

impl fmt::Display for FitReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = counted(self.comparisons.len(), "datum", "data");
        let state = if self.converged { "converged" } else { "DID NOT CONVERGE" };
        let stop = if self.stopped() { ", STOPPED BY REQUEST before the work was done" } else { "" };
        let count = counted(self.parameters.len(), "parameter", "parameters");
        writeln!(f, "{count} fitted to {data}: {state}{stop}")?;
        for experiment in &self.experiments {
            let source = experiment.data().source().map_or(String::new(), |s| format!(" ({s})"));
            let set: Vec<String> = experiment.data().conditions.iter().map(|c| format!("; {}", c.words())).collect();
            writeln!(f, "data: {}{source}{}", experiment.data().file, set.concat())?;
        }
        let weights = match (self.weighted, self.noise.is_empty()) {
            (true, true) => "residuals over the data's s.d.",
            (_, false) => "residuals over the estimated noise",
            (false, true) => "in the unit of the data",
        };
        let s = match self.degrees_of_freedom {
            0 => String::new(),
            n => format!(" s = {:.4e},", (self.sse / n as f64).sqrt()),
        };
        // Beyond, not all digits before the point are known.
        let sse = if self.sse < 1e12 { format!("{:.10}", self.sse) } else { format!("{:.9e}", self.sse) };
        writeln!(f, "SSE {sse} ({weights}),{s} {} degrees of freedom", self.degrees_of_freedom)?;
        writeln!(f, "{} of {} starts arrived at this minimum (seed {})", self.arrived(), self.starts.len(), self.seed)?;
        let width = self.parameters.iter().map(|p| p.name.chars().count()).max().unwrap_or(0).max(9);
        let unit = self.parameters.iter().map(|p| p.unit.chars().count()).max().unwrap_or(0).max(4);
        writeln!(f, "\n{:width$}  {:>16}  {:>11}  {:unit$}  verdict", "parameter", "value", "std. error", "unit")?;
        for (i, p) in self.parameters.iter().enumerate() {
            let shown = |v: f64| v / p.factor;
            let error = p.standard_error.map_or("-".to_owned(), |e| format!("{:.4e}", shown(e)));
            let value = format!("{:.9e}", shown(p.value));
            write!(f, "{:width$}  {value:>16}  {error:>11}  {:unit$}  {}", p.name, p.unit, p.verdict.word())?;
            if let Verdict::Determined { low, high } = p.verdict {
                let (low, high) = (shown(low), shown(high));
                let digits = digits(low, high);
                write!(f, ", 95 % {low:.digits$e} to {high:.digits$e}")?;
            }
            if self.ambiguous(i) {
                write!(f, ", but another place fits equally well")?;
            }
            writeln!(f)?;
        }
        if let Some(correlation) = self.correlation.as_ref().filter(|c| c.len() > 1) {
            writeln!(f, "\ncorrelation")?;
            for (i, row) in self.correlated.iter().zip(correlation) {
                write!(f, "{:width$}", self.parameters[*i].name)?;
                for c in row {
                    write!(f, " {c:>7.3}")?;
                }
                writeln!(f)?;
            }
        }
        let remarks = self.remarks();
        if !remarks.is_empty() {
            writeln!(f)?;
        }
        for remark in remarks {
            writeln!(f, "- {remark}")?;
        }
        writeln!(f, "\nfor a methods section")?;
        wrapped(&self.methods(), 100).into_iter().try_for_each(|line| writeln!(f, "  {line}"))
    }
}

/// Digits behind the point that two limits need to show how far apart they are, at least four.
fn digits(low: f64, high: f64) -> usize {
    let fraction = (high - low).abs() / low.abs().max(high.abs());
    if fraction.is_nan() || fraction == 0.0 {
        return 4;
    }
    // One more than the first digit in which they differ; a double has no more than 16.
    (1.0 - fraction.log10().floor()).clamp(4.0, 15.0) as usize
}

/// A text in lines of at most so many characters, broken at spaces.
fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut().filter(|l| l.chars().count() + 1 + word.chars().count() <= most) {
            Some(line) => line.extend([" ", word]),
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::digits;

    /// Limits that are close are printed so that they differ, and no others have more digits.
    #[test]
    fn limits_have_the_digits_of_their_distance() {
        assert_eq!([digits(1.0, 2.0), digits(0.2, 0.2), digits(0.0, 0.0)], [4, 4, 4]);
        for width in [1e-3, 3e-7, 2e-11] {
            let (low, high) = (0.2, 0.2 * (1.0 + width));
            let places = digits(low, high);
            assert_ne!(format!("{low:.places$e}"), format!("{high:.places$e}"));
            assert!(places <= 4.max((2.0 - f64::log10(width)) as usize), "{places}");
        }
    }
}

//! What a fit says.

use std::fmt;

use ratelaw_solver::{Problem, Setting};
use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::error::Result;
use crate::experiment::Experiment;
use crate::identifiability::{Exchange, Verdict};
use crate::minimiser::Minimum;
use crate::residual::Comparison;

/// A fitted parameter; numbers are SI.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// Name.
    pub name: String,
    /// What it is.
    pub setting: Setting,
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
    /// Whether the minimum is at a bound.
    pub at_bound: bool,
    /// What the data say of it.
    pub verdict: Verdict,
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
}

/// How one start ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// Sum of squares at its end; none if the start could not be evaluated.
    pub sse: Option<f64>,
    /// Whether it converged.
    pub converged: bool,
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
                iterations: m.iterations,
                failed_trials: m.failed_trials,
                cause: None,
            },
            Err(e) => Self { sse: None, converged: false, iterations: 0, failed_trials: 0, cause: Some(e.to_string()) },
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
    /// Data less free parameters.
    pub degrees_of_freedom: usize,
    /// Whether the minimisation converged.
    pub converged: bool,
    /// Iterations from the start that led to the minimum.
    pub iterations: usize,
    /// All starts, the user's own first.
    pub starts: Vec<Start>,
    /// Pairs of parameters that can trade places.
    pub exchanges: Vec<Exchange>,
    /// What a reader should know of the fitted runs, such as amounts below zero.
    pub warnings: Vec<String>,
    /// Seed of the starts.
    pub seed: u64,
    /// Relative tolerance of the integration.
    pub rtol: f64,
}

impl FitReport {
    /// A fitted value, SI.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.parameters.iter().find(|p| p.name == name).map(|p| p.value)
    }

    /// How many starts arrived at the minimum, to a relative 1e-6 of the sum of squares.
    pub fn arrived(&self) -> usize {
        let near = |sse: f64| sse <= self.sse * (1.0 + 1e-6) + f64::MIN_POSITIVE;
        self.starts.iter().filter(|s| s.sse.is_some_and(near)).count()
    }

    /// Plain sentences on what the numbers alone do not say.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        for p in &self.parameters {
            let unit = if p.unit == "1" { String::new() } else { format!(" {}", p.unit) };
            let shown = |v: f64| format!("{:.3e}{unit}", v / p.factor);
            let free_side = |direction: &str| {
                if p.obstacles.is_empty() {
                    format!("; any {direction} value fits as well, so its value here is one of many")
                } else {
                    String::new()
                }
            };
            match p.verdict {
                Verdict::BoundedFromBelow { low } => remarks.push(format!(
                    "{} is only bounded from below: at least {} (95 %){}",
                    p.name,
                    shown(low),
                    free_side("larger")
                )),
                Verdict::BoundedFromAbove { high } => remarks.push(format!(
                    "{} is only bounded from above: at most {} (95 %){}",
                    p.name,
                    shown(high),
                    free_side("smaller")
                )),
                Verdict::NotDetermined if p.obstacles.is_empty() => remarks.push(format!(
                    "{} is not determined: every value from {} to {} fits as well",
                    p.name,
                    shown(p.low),
                    shown(p.high)
                )),
                Verdict::NotDetermined => {
                    remarks.push(format!("{} is not determined: the data set no limit of their own to it", p.name));
                }
                Verdict::EndOfRange => remarks.push(format!(
                    "the data would have {} outside its range of {} to {}: a wider range fits better",
                    p.name,
                    shown(p.low),
                    shown(p.high)
                )),
                Verdict::Determined { .. } => {}
            }
            for obstacle in &p.obstacles {
                remarks.push(match &obstacle.range_of {
                    Some(other) => format!(
                        "beyond {} = {} it is the range of {other} that the fit runs into, not the data",
                        p.name,
                        shown(obstacle.value)
                    ),
                    None => format!(
                        "beyond {} = {} the profile could not be followed, so whether the data object there is open",
                        p.name,
                        shown(obstacle.value)
                    ),
                });
            }
            if p.at_bound && p.verdict != Verdict::EndOfRange {
                remarks.push(format!("{} stands at a bound of its range, {}", p.name, shown(p.value)));
            }
        }
        for exchange in &self.exchanges {
            let (a, b) = (&self.parameters[exchange.pair.0], &self.parameters[exchange.pair.1]);
            remarks.push(format!(
                "{0} and {1} can be exchanged: with {0} = {2:.4e} and {1} = {3:.4e} {4} the data fit equally well \
                 (SSE {5:.6}); which is which the data cannot tell",
                a.name,
                b.name,
                b.value / a.factor,
                a.value / b.factor,
                b.unit,
                exchange.sse
            ));
        }
        if self.correlation.is_none() && self.parameters.iter().any(|p| !p.at_bound) {
            remarks.push("no standard errors: the data leave a combination of the parameters open".into());
        }
        if self.weighted {
            // Chi-squared with a tail of 1 % says that the stated deviations do not explain the residuals.
            let degrees = self.degrees_of_freedom as f64;
            if ChiSquared::new(degrees).is_ok_and(|chi| chi.sf(self.sse) < 0.01) {
                remarks.push(format!(
                    "the residuals are {:.1} times larger than the stated standard deviations allow: the model or the \
                     deviations are wrong, and the errors here are too small",
                    (self.sse / degrees).sqrt()
                ));
            }
        }
        if self.arrived() == 0 {
            remarks.push("this minimum was met on the way of a profile, by no start: try more starts".into());
        }
        let failed = self.starts.iter().filter(|s| s.sse.is_none()).count();
        if failed > 0 {
            let cause = self.starts.iter().find_map(|s| s.cause.clone()).unwrap_or_default();
            remarks.push(format!("{failed} starts could not be evaluated, the first because {cause}"));
        }
        remarks.extend(self.warnings.iter().cloned());
        if !self.converged {
            remarks.push("the minimisation did not converge; the values are where it stopped".into());
        }
        remarks
    }
}

impl fmt::Display for FitReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = self.comparisons.len();
        let state = if self.converged { "converged" } else { "DID NOT CONVERGE" };
        let count = self.parameters.len();
        let plural = if count == 1 { "" } else { "s" };
        writeln!(f, "{count} parameter{plural} fitted to {data} data: {state}")?;
        for experiment in &self.experiments {
            let source = experiment.data().source().map_or(String::new(), |s| format!(" ({s})"));
            writeln!(f, "data: {}{source}", experiment.data().file)?;
        }
        let weights = if self.weighted { "residuals over the data's s.d." } else { "in the unit of the data" };
        let s = (self.sse / self.degrees_of_freedom as f64).sqrt();
        writeln!(f, "SSE {:.10} ({weights}), s = {s:.4e}, {} degrees of freedom", self.sse, self.degrees_of_freedom)?;
        writeln!(f, "{} of {} starts arrived at this minimum (seed {})", self.arrived(), self.starts.len(), self.seed)?;
        let width = self.parameters.iter().map(|p| p.name.chars().count()).max().unwrap_or(0).max(9);
        let unit = self.parameters.iter().map(|p| p.unit.chars().count()).max().unwrap_or(0).max(4);
        writeln!(f, "\n{:width$}  {:>16}  {:>11}  {:unit$}  verdict", "parameter", "value", "std. error", "unit")?;
        for p in &self.parameters {
            let shown = |v: f64| v / p.factor;
            let error = p.standard_error.map_or("-".to_owned(), |e| format!("{:.4e}", shown(e)));
            let value = format!("{:.9e}", shown(p.value));
            write!(f, "{:width$}  {value:>16}  {error:>11}  {:unit$}  {}", p.name, p.unit, p.verdict.word())?;
            if let Verdict::Determined { low, high } = p.verdict {
                write!(f, ", 95 % {:.4e} to {:.4e}", shown(low), shown(high))?;
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
        Ok(())
    }
}

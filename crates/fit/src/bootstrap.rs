//! The bootstrap: the fit again and again, on data made anew from the fitted model.

use std::fmt;
use std::str::FromStr;

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use statrs::distribution::{ContinuousCDF, Normal};

use crate::covariance::leverages;
use crate::error::{FitError, Result};
use crate::estimate::refuse;
use crate::experiment::Experiment;
use crate::fitting::Fitting;
use crate::minimiser::{Ending, Minimum};
use crate::report::FitReport;

/// Data sets that are fitted side by side; more would only need more memory.
const TOGETHER: usize = 256;

/// Where the noise of the new data comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Resampling {
    /// The residuals of the fit, drawn with replacement within their column, after division by `sqrt(1 - leverage)` and
    /// less their mean.
    #[default]
    Residuals,
    /// Normal noise of the standard deviation that the data state or the fit estimated.
    Parametric,
}

/// `residual` or `parametric`.
impl FromStr for Resampling {
    type Err = FitError;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "residual" => Ok(Self::Residuals),
            "parametric" => Ok(Self::Parametric),
            _ => Err(refuse("the kind of bootstrap", &format!("`{text}`"), "residual or parametric")),
        }
    }
}

impl fmt::Display for Resampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Residuals => "residual",
            Self::Parametric => "parametric",
        })
    }
}

/// Options of a bootstrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BootstrapOptions {
    /// Where the noise comes from.
    pub resampling: Resampling,
    /// Number of data sets.
    pub replicates: usize,
    /// Seed; each replicate has a stream of its own, so that results do not depend on threads.
    pub seed: u64,
}

impl Default for BootstrapOptions {
    fn default() -> Self {
        Self { resampling: Resampling::default(), replicates: 1000, seed: 1 }
    }
}

/// What a bootstrap found.
#[derive(Debug, Clone, PartialEq)]
pub struct Bootstrap {
    /// Values of all parameters, SI, from each data set whose fit converged.
    pub samples: Vec<Vec<f64>>,
    /// Data sets whose fit failed or did not converge; they are left out and counted.
    pub failed: usize,
    /// Data sets whose fit had not ended when the user asked to stop.
    pub unfinished: usize,
    /// How it was made.
    pub options: BootstrapOptions,
}

impl Bootstrap {
    /// The interval that holds a fraction of the samples of a parameter, with equal tails; none if there are no samples.
    pub fn interval(&self, parameter: usize, confidence: f64) -> Option<(f64, f64)> {
        let mut values: Vec<f64> = self.samples.iter().map(|s| s[parameter]).collect();
        values.sort_by(f64::total_cmp);
        let last = values.len().checked_sub(1)?;
        let at = |fraction: f64| {
            let place = fraction.clamp(0.0, 1.0) * last as f64;
            let (low, rest) = (place.floor() as usize, place.fract());
            values[low] + rest * (values[(low + 1).min(last)] - values[low])
        };
        Some((at(0.5 - 0.5 * confidence), at(0.5 + 0.5 * confidence)))
    }

    /// A sentence for a methods section.
    pub fn methods(&self) -> String {
        let BootstrapOptions { resampling, replicates, seed } = self.options;
        let failed = match self.failed {
            0 => "all of which converged".to_owned(),
            n => format!("{n} of which failed or did not converge and were left out"),
        };
        let asked = match self.unfinished {
            0 => String::new(),
            _ => format!("; {replicates} were asked for, and the rest was stopped by request"),
        };
        if self.unfinished == replicates {
            return format!(
                "No fit of the bootstrap was done before it was stopped by request; {replicates} were asked for."
            );
        }
        let replicates = replicates - self.unfinished;
        let noise = match resampling {
            Resampling::Residuals => {
                "residuals drawn with replacement within each column, corrected for their leverage"
            }
            Resampling::Parametric => "normal noise",
        };
        format!(
            "Bootstrap intervals are the central 95 % of {replicates} fits ({failed}{asked}) to data made of the fitted model and \
             {noise} (seed {seed}), each from the fitted values."
        )
    }

    /// Standard deviation of the samples of a parameter; none for fewer than two.
    pub fn standard_error(&self, parameter: usize) -> Option<f64> {
        let n = self.samples.len() as f64;
        if n < 2.0 {
            return None;
        }
        let mean = self.samples.iter().map(|s| s[parameter]).sum::<f64>() / n;
        Some((self.samples.iter().map(|s| (s[parameter] - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
    }
}

/// Fits data made anew from a fitted model, each from the fitted values, many side by side. Priors stay as they are.
///
/// # Errors
/// No replicates, or a fitted model that cannot be evaluated.
pub fn bootstrap(report: &FitReport, options: &BootstrapOptions) -> Result<Bootstrap> {
    if options.replicates == 0 {
        return Err(refuse("the number of replicates", "0", "at least 1"));
    }
    let original = Fitting::new(&report.experiments, &report.resolved, &report.options);
    let mut objective = original.objective();
    if let Some(levels) = &mut objective.levels {
        levels.groups.clone_from(&report.noise);
    }
    let plain = objective.plain(&report.coordinates)?;
    let common = if objective.known || objective.levels.is_some() {
        1.0
    } else {
        (plain.values.norm_squared() / original.degrees()).sqrt()
    };
    let deviations: Vec<f64> =
        report.comparisons.iter().enumerate().map(|(row, c)| objective.deviation(row, c.sd)).collect();
    let pools = pools(report, &plain.values, &leverages(&plain.jacobian));
    let noise = |random: &mut ChaCha8Rng| -> Vec<f64> {
        let row = |(row, c): (usize, &crate::Comparison)| match options.resampling {
            Resampling::Parametric => normal(random) * common * deviations[row],
            Resampling::Residuals => {
                let pool = &pools.iter().find(|p| p.0 == (c.experiment, c.series)).map_or(&[][..], |p| &p.1);
                pool[random.random_range(0..pool.len())] * deviations[row]
            }
        };
        report.comparisons.iter().enumerate().map(row).collect()
    };
    let anew = |replicate: usize| -> Vec<Experiment> {
        let mut random = ChaCha8Rng::seed_from_u64(options.seed);
        random.set_stream(replicate as u64);
        let mut values = report.comparisons.iter().zip(noise(&mut random)).map(|(c, noise)| c.model + noise);
        report.experiments.iter().map(|e| e.with_values(&mut values)).collect()
    };
    let (mut samples, mut unfinished) = (Vec::new(), 0);
    for first in (0..options.replicates).step_by(TOGETHER) {
        if report.options.is_stopped() {
            unfinished += options.replicates - first;
            break;
        }
        let last = options.replicates.min(first + TOGETHER);
        let data: Vec<Vec<Experiment>> = (first..last).map(anew).collect();
        let fits: Vec<Fitting<'_>> =
            data.iter().map(|own| Fitting::new(own, &report.resolved, &report.options)).collect();
        let all = Fitting::refit_all(&fits, &report.coordinates);
        let minima: Vec<Minimum> = all.into_iter().flatten().collect();
        unfinished += minima.iter().filter(|m| m.ending == Ending::Stopped).count();
        let values = |m: Minimum| report.resolved.iter().zip(m.x.iter()).map(|(f, x)| f.within(*x)).collect();
        samples.extend(minima.into_iter().filter(Minimum::converged).map(values));
    }
    let failed = options.replicates - samples.len() - unfinished;
    Ok(Bootstrap { samples, failed, unfinished, options: *options })
}

/// A number from the standard normal distribution.
fn normal(random: &mut impl Rng) -> f64 {
    // Not zero, whose quantile is infinite.
    let uniform: f64 = random.random::<f64>().max(f64::MIN_POSITIVE);
    Normal::standard().inverse_cdf(uniform)
}

/// Experiment and series.
type Column = (usize, usize);

/// The residuals of each column, made as large as the noise was and centred.
fn pools(report: &FitReport, residuals: &nalgebra::DVector<f64>, leverages: &[f64]) -> Vec<(Column, Vec<f64>)> {
    let mut pools: Vec<(Column, Vec<f64>)> = Vec::new();
    for (row, c) in report.comparisons.iter().enumerate() {
        let column = (c.experiment, c.series);
        // A datum that the fit follows wholly shows nothing of its noise.
        let shown = (1.0 - leverages[row]).max(1e-3).sqrt();
        let residual = residuals[row] / shown;
        match pools.iter_mut().find(|p| p.0 == column) {
            Some((_, pool)) => pool.push(residual),
            None => pools.push((column, vec![residual])),
        }
    }
    for (_, pool) in &mut pools {
        let mean = pool.iter().sum::<f64>() / pool.len() as f64;
        for r in pool.iter_mut() {
            *r -= mean;
        }
    }
    pools
}

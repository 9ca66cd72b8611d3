//! Choosing between models: information criteria and likelihood ratios on the same data.

use std::fmt;

use nalgebra::DVector;
use ratelaw_solver::{Cell, Column, Table};
use serde_json::{Value, json};
use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::error::Result;
use crate::estimate::refuse;
use crate::loss::Loss;
use crate::report::FitReport;
use crate::residual::{Objective, Residuals};

/// Fits whose `-2 ln L` differs by less than this are the same: chi-squared of one degree exceeds it in 97 of 100 cases.
const SAME_FIT: f64 = 1e-3;

/// The likelihood of the data at the minimum, for normal noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likelihood {
    /// `-2 ln L`, with densities in the unit of each datum.
    pub deviance: f64,
    /// Numbers estimated from the data: free parameters and unknown variances.
    pub estimated: usize,
    /// Number of data.
    pub data: usize,
}

impl Likelihood {
    /// None with a robust loss, which stands for no density that is known.
    pub(crate) fn of(objective: &Objective<'_>, plain: &Residuals) -> Option<Self> {
        if objective.loss != Loss::Squared {
            return None;
        }
        let data = objective.data();
        let residuals: DVector<f64> = plain.values.rows(0, data).into_owned();
        let points = objective.experiments.iter().flat_map(|e| &e.data().series).flat_map(|s| &s.points);
        // Logarithms of the relative deviations: they belong to the density of a datum.
        let relative: f64 = points.map(|p| 2.0 * p.sd.unwrap_or(1.0).ln()).sum();
        let full = (2.0 * std::f64::consts::PI).ln();
        let (deviance, unknown) = match &objective.levels {
            // Every group at the largest likelihood of its own variance.
            Some(levels) => {
                let mut sums = vec![0.0; levels.groups.len()];
                for (row, r) in residuals.iter().enumerate() {
                    sums[levels.group(row)] += (r * levels.of_row(row)).powi(2);
                }
                let group = |(sum, level): (f64, &crate::noise::NoiseLevel)| {
                    let n = level.data as f64;
                    n * (full + (sum / n).ln() + 1.0)
                };
                (sums.into_iter().zip(&levels.groups).map(group).sum::<f64>(), levels.groups.len())
            }
            None if objective.known => (residuals.norm_squared() + full * data as f64, 0),
            None => {
                let n = data as f64;
                (n * (full + (residuals.norm_squared() / n).ln() + 1.0), 1)
            }
        };
        Some(Self { deviance: deviance + relative, estimated: objective.free.len() + unknown, data })
    }

    /// Akaike's information criterion, corrected for few data (Hurvich and Tsai, Biometrika 76 (1989) 297); infinite
    /// where there are too few data for the correction.
    pub fn aicc(&self) -> f64 {
        let (k, n) = (self.estimated as f64, self.data as f64);
        if n - k - 1.0 <= 0.0 {
            return f64::INFINITY;
        }
        self.deviance + 2.0 * k + 2.0 * k * (k + 1.0) / (n - k - 1.0)
    }

    /// The Bayesian information criterion (Schwarz, Ann. Statist. 6 (1978) 461).
    pub fn bic(&self) -> f64 {
        self.deviance + self.estimated as f64 * (self.data as f64).ln()
    }
}

/// One of several models of the same data.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Name as given.
    pub name: String,
    /// Its likelihood.
    pub likelihood: Likelihood,
    /// AICc above the lowest; none where there are too few data for an AICc.
    pub above: Option<f64>,
    /// Akaike weight: `exp(-above / 2)`, with all of them adding up to one; none where there is no AICc.
    pub weight: Option<f64>,
    /// Whether its fit converged.
    pub converged: bool,
}

/// Several models of the same data, the lowest AICc first.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelComparison {
    /// The models.
    pub candidates: Vec<Candidate>,
}

/// Compares fits of several models to the same data.
///
/// # Errors
/// Fewer than two fits, fits of other data or of other noise, a robust loss.
pub fn compare(fits: &[(&str, &FitReport)]) -> Result<ModelComparison> {
    let [(_, first), others @ ..] = fits else {
        return Err(refuse("the list of fits", "empty", "at least two fits"));
    };
    if others.is_empty() {
        return Err(refuse("the list of fits", "one fit", "at least two fits"));
    }
    for (name, fit) in others {
        if !same_data(first, fit) {
            return Err(refuse(&format!("the data of `{name}`"), "other data", "the data of the first fit"));
        }
        if fit.known_noise != first.known_noise || fit.noise.len() != first.noise.len() {
            return Err(refuse(&format!("the noise of `{name}`"), "another model", "that of the first fit"));
        }
    }
    let mut candidates = Vec::new();
    for (name, fit) in fits {
        let likelihood = fit
            .likelihood
            .ok_or_else(|| refuse(&format!("the loss of `{name}`"), "robust", "squares, which have a likelihood"))?;
        let converged = fit.converged;
        candidates.push(Candidate { name: (*name).to_owned(), likelihood, above: None, weight: None, converged });
    }
    // Those without an AICc come last, by their BIC.
    let key = |c: &Candidate| (c.likelihood.aicc(), c.likelihood.bic());
    candidates.sort_by(|a, b| key(a).0.total_cmp(&key(b).0).then(key(a).1.total_cmp(&key(b).1)));
    let lowest = candidates[0].likelihood.aicc();
    for c in candidates.iter_mut().filter(|c| c.likelihood.aicc().is_finite()) {
        c.above = Some(c.likelihood.aicc() - lowest);
    }
    let total: f64 = candidates.iter().filter_map(|c| c.above).map(|above| (-0.5 * above).exp()).sum();
    for c in &mut candidates {
        c.weight = c.above.map(|above| (-0.5 * above).exp() / total);
    }
    Ok(ModelComparison { candidates })
}

/// Whether both are fits of the same measurements.
fn same_data(a: &FitReport, b: &FitReport) -> bool {
    let points = |r: &FitReport| -> Vec<(u64, u64, Option<u64>)> {
        let mut all: Vec<_> =
            r.comparisons.iter().map(|c| (c.time.to_bits(), c.measured.to_bits(), c.sd.map(f64::to_bits))).collect();
        all.sort_unstable();
        all
    };
    points(a) == points(b)
}

impl ModelComparison {
    /// The p-value of the likelihood-ratio test: how often noise alone makes the larger model, of which the smaller is a
    /// special case, fit better by so much. That it is one only the user knows. None if the names are not there, the
    /// larger has not more parameters, or it [fits worse](Self::misfit).
    pub fn likelihood_ratio(&self, smaller: &str, larger: &str) -> Option<f64> {
        let (degrees, ratio) = self.gain(smaller, larger)?;
        (ratio >= -SAME_FIT).then(|| Some(ChiSquared::new(degrees).ok()?.sf(ratio.max(0.0)))).flatten()
    }

    /// How much larger `-2 ln L` is for the larger model than for the smaller, where it is: of two models of which the
    /// larger holds the smaller that cannot be, so its search has not found its minimum.
    pub fn misfit(&self, smaller: &str, larger: &str) -> Option<f64> {
        self.gain(smaller, larger).map(|(_, ratio)| -ratio).filter(|misfit| *misfit > SAME_FIT)
    }

    /// Degrees of freedom and likelihood ratio of the larger model over the smaller.
    fn gain(&self, smaller: &str, larger: &str) -> Option<(f64, f64)> {
        let find = |name: &str| self.candidates.iter().find(|c| c.name == name).map(|c| c.likelihood);
        let (small, large) = (find(smaller)?, find(larger)?);
        let degrees = large.estimated.checked_sub(small.estimated).filter(|d| *d > 0)?;
        Some((degrees as f64, small.deviance - large.deviance))
    }

    /// Plain sentences on what the numbers alone do not say.
    pub fn remarks(&self) -> Vec<String> {
        let of = |c: &Candidate| {
            let Likelihood { estimated: k, data: n, .. } = c.likelihood;
            if c.likelihood.deviance.is_infinite() {
                return format!(
                    "`{}` has neither AICc nor weight: its residuals vanish, so its likelihood is infinite",
                    c.name
                );
            }
            format!(
                "`{}` has neither AICc nor weight: its correction divides by n - k - 1, which is {} with n = {n} data and k = {k} \
                 estimated numbers; BIC can still be compared",
                c.name,
                n as i64 - k as i64 - 1
            )
        };
        self.candidates.iter().filter(|c| c.above.is_none()).map(of).collect()
    }

    /// The comparison as a table.
    pub fn table(&self) -> Table {
        let names = ["model", "data", "estimated", "-2 ln L", "AICc", "BIC", "AICc above", "weight", "converged"];
        let row = |c: &Candidate| {
            let Likelihood { deviance, estimated, data } = c.likelihood;
            let finite = |v: f64| Cell::from(Some(v).filter(|v| v.is_finite()));
            vec![
                Cell::Text(c.name.clone()),
                Cell::Number(data as f64),
                Cell::Number(estimated as f64),
                Cell::Number(deviance),
                finite(c.likelihood.aicc()),
                Cell::Number(c.likelihood.bic()),
                c.above.into(),
                c.weight.into(),
                Cell::Text(c.converged.to_string()),
            ]
        };
        Table {
            notes: self.remarks().into_iter().map(|r| ("remark".to_owned(), r)).collect(),
            columns: names.iter().map(|n| Column::new(n, "")).collect(),
            rows: self.candidates.iter().map(row).collect(),
        }
    }

    /// The comparison as JSON, the lowest AICc first; an infinite AICc is null.
    pub fn to_json(&self) -> Value {
        let candidate = |c: &Candidate| {
            let Likelihood { deviance, estimated, data } = c.likelihood;
            json!({ "name": c.name, "data": data, "estimated": estimated, "deviance": deviance,
                    "aicc": c.likelihood.aicc(), "bic": c.likelihood.bic(), "above": c.above, "weight": c.weight,
                    "converged": c.converged })
        };
        self.candidates.iter().map(candidate).collect()
    }
}

/// The table alone, without [`ModelComparison::remarks`].
impl fmt::Display for ModelComparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.candidates.iter().map(|c| c.name.chars().count()).max().unwrap_or(0).max(5);
        writeln!(
            f,
            "{:width$}  {:>9}  {:>12}  {:>12}  {:>8}  {:>6}",
            "model", "estimated", "AICc", "BIC", "above", "weight"
        )?;
        for c in &self.candidates {
            let Likelihood { estimated, .. } = c.likelihood;
            let shown = |v: Option<f64>, digits: usize| v.map_or("-".to_owned(), |v| format!("{v:.digits$}"));
            let (aicc, bic) = (shown(c.above.map(|_| c.likelihood.aicc()), 3), c.likelihood.bic());
            let (above, weight) = (shown(c.above, 2), shown(c.weight, 3));
            let note = if c.converged { "" } else { "  did not converge" };
            writeln!(f, "{:width$}  {estimated:>9}  {aicc:>12}  {bic:>12.3}  {above:>8}  {weight:>6}{note}", c.name)?;
        }
        Ok(())
    }
}

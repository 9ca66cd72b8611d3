//! The noise of the data: stated, or estimated for each data set.

use std::str::FromStr;

use nalgebra::DVector;

use crate::covariance::leverages;
use crate::error::{FitError, Result};
use crate::estimate::refuse;
use crate::experiment::Experiment;
use crate::loss::Loss;
use crate::residual::Residuals;

/// Where the size of the noise comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Noise {
    /// Standard deviations of the data are taken as they are; where there are none, one unknown variance for all
    /// data.
    #[default]
    Stated,
    /// One unknown variance for all data; standard deviations of the data are relative to it, as weights are.
    Common,
    /// An unknown variance for each experiment; standard deviations are relative to it.
    EachExperiment,
    /// An unknown variance for each column of each experiment; standard deviations are relative to it.
    EachSeries,
}

/// `stated`, `common`, `each-experiment` or `each-series`.
impl FromStr for Noise {
    type Err = FitError;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "stated" => Ok(Self::Stated),
            "common" => Ok(Self::Common),
            "each-experiment" => Ok(Self::EachExperiment),
            "each-series" => Ok(Self::EachSeries),
            _ => Err(refuse("the noise", &format!("`{text}`"), "stated, common, each-experiment or each-series")),
        }
    }
}

/// Estimated noise of a group of data.
#[derive(Debug, Clone, PartialEq)]
pub struct NoiseLevel {
    /// Index of the experiment; none for all of them.
    pub experiment: Option<usize>,
    /// Index of the series in its data; none for all of them.
    pub series: Option<usize>,
    /// Standard deviation in the unit of the data; where the data state deviations, the factor they are short by.
    pub sd: f64,
    /// Number of data.
    pub data: usize,
}

/// Noise below this fraction of the data's own size is not believed: a group that is met exactly would weigh infinitely.
const SMALLEST: f64 = 1e-6;
/// Scale of the median of absolute values that makes it the standard deviation of normal noise.
const MEDIAN: f64 = 1.482602218505602;

/// Groups of data that share an unknown variance, and the current estimates.
#[derive(Debug, Clone)]
pub(crate) struct Levels {
    pub(crate) groups: Vec<NoiseLevel>,
    /// Group of each row of the residuals.
    rows: Vec<usize>,
    /// Root mean square of the data of each group, over their relative deviations.
    sizes: Vec<f64>,
    /// Degrees of freedom that the data of each group were left with at the last estimate.
    freedoms: Vec<f64>,
}

/// With less freedom than this a group tells nothing of its noise.
const FREEDOM: f64 = 1e-6;
/// How much better than all others a group is taken to be to begin with, where it is to lead.
const LEADS: f64 = 1e-2;

impl NoiseLevel {
    /// Which data these are.
    pub(crate) fn of(&self, experiments: &[Experiment]) -> String {
        let data = self.experiment.map(|e| experiments[e].data());
        match (data, self.series) {
            (Some(data), Some(s)) => format!("`{}` of {}", data.series[s].name, data.file),
            (Some(data), None) => data.file.clone(),
            _ => "all data".to_owned(),
        }
    }
}

impl Levels {
    /// Groups the data; the first estimate is a tenth of their size.
    pub(crate) fn new(noise: Noise, experiments: &[Experiment]) -> Self {
        let mut all = Self { groups: Vec::new(), rows: Vec::new(), sizes: Vec::new(), freedoms: Vec::new() };
        for (e, experiment) in experiments.iter().enumerate() {
            for (s, series) in experiment.data().series.iter().enumerate() {
                let (experiment, series_index) = match noise {
                    Noise::Stated | Noise::Common => (None, None),
                    Noise::EachExperiment => (Some(e), None),
                    Noise::EachSeries => (Some(e), Some(s)),
                };
                let same = |l: &NoiseLevel| l.experiment == experiment && l.series == series_index;
                let group = all.groups.iter().position(same).unwrap_or(all.groups.len());
                if group == all.groups.len() {
                    all.groups.push(NoiseLevel { experiment, series: series_index, sd: 0.0, data: 0 });
                    all.sizes.push(0.0);
                }
                for point in &series.points {
                    all.rows.push(group);
                    all.groups[group].data += 1;
                    all.sizes[group] += (point.value / point.sd.unwrap_or(1.0)).powi(2);
                }
            }
        }
        for (level, size) in all.groups.iter_mut().zip(&mut all.sizes) {
            // Data that are all zero have no size; any serves to begin with.
            *size = if *size > 0.0 { (*size / level.data as f64).sqrt() } else { 1.0 };
            level.sd = 0.1 * *size;
        }
        all.freedoms = vec![0.0; all.groups.len()];
        all
    }

    /// The same to begin with for each group in turn that is to lead: the others follow where the parameters fit that one.
    pub(crate) fn led(&self) -> Vec<Self> {
        let led_by = |leader: usize| {
            let mut levels = self.clone();
            levels.groups[leader].sd *= LEADS;
            levels
        };
        if self.groups.len() > 1 { (0..self.groups.len()).map(led_by).collect() } else { Vec::new() }
    }

    /// The first group that the parameters follow whatever its noise.
    pub(crate) fn without_freedom(&self) -> Option<&NoiseLevel> {
        self.groups.iter().zip(&self.freedoms).find(|(_, freedom)| **freedom < FREEDOM).map(|(level, _)| level)
    }

    /// The estimate for a row of the residuals.
    pub(crate) fn of_row(&self, row: usize) -> f64 {
        self.groups[self.rows[row]].sd
    }

    /// The group of a row of the residuals.
    pub(crate) fn group(&self, row: usize) -> usize {
        self.rows[row]
    }

    /// Estimates from the residuals at a minimum: squares over the degrees of freedom that each group has, which the
    /// leverages of its rows count; with a robust loss the median of absolute values. Returns the largest relative change.
    pub(crate) fn update(&mut self, plain: &Residuals, loss: Loss) -> f64 {
        let leverages = leverages(&plain.jacobian);
        let mut largest = 0.0_f64;
        for (group, level) in self.groups.iter_mut().enumerate() {
            let own: Vec<usize> = (0..self.rows.len()).filter(|row| self.rows[*row] == group).collect();
            let freedom: f64 = own.iter().map(|row| 1.0 - leverages[*row]).sum();
            self.freedoms[group] = freedom;
            if freedom < FREEDOM {
                continue;
            }
            let factor = if loss == Loss::Squared {
                (own.iter().map(|row| plain.values[*row].powi(2)).sum::<f64>() / freedom).sqrt()
            } else {
                MEDIAN * median_size(&plain.values, &own) * (own.len() as f64 / freedom).sqrt()
            };
            let next = (level.sd * factor).max(SMALLEST * self.sizes[group]);
            largest = largest.max((next / level.sd - 1.0).abs());
            level.sd = next;
        }
        largest
    }
}

fn median_size(values: &DVector<f64>, rows: &[usize]) -> f64 {
    let mut sizes: Vec<f64> = rows.iter().map(|row| values[*row].abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let middle = sizes.len() / 2;
    match sizes.len() {
        0 => 0.0,
        n if n % 2 == 0 => 0.5 * (sizes[middle - 1] + sizes[middle]),
        _ => sizes[middle],
    }
}

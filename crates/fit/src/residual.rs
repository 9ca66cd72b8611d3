//! Residuals of all data and their exact derivatives.

use nalgebra::{DMatrix, DVector};
use ratelaw_solver::{Problem, Setting, Solution, SolveOptions, solve};

use crate::error::{FitError, Result};
use crate::experiment::Experiment;
use crate::parameter::Resolved;
use crate::search::Model;

/// Residuals `(model - data) / sd` (in the data's unit where no sd is given) and their derivatives: one row
/// for each datum, one column for each free parameter, in the fit's coordinates.
#[derive(Debug, Clone)]
pub(crate) struct Residuals {
    pub(crate) values: DVector<f64>,
    pub(crate) jacobian: DMatrix<f64>,
}

impl Residuals {
    /// Sum of squares.
    pub(crate) fn sse(&self) -> f64 {
        self.values.norm_squared()
    }

    /// Half the gradient of the sum of squares.
    pub(crate) fn gradient(&self) -> DVector<f64> {
        self.jacobian.tr_mul(&self.values)
    }

    /// Refuses numbers that are none.
    pub(crate) fn finite(self) -> Result<Self> {
        let finite = self.values.iter().chain(self.jacobian.iter()).all(|r| r.is_finite()) && self.sse().is_finite();
        if finite { Ok(self) } else { Err(FitError::NotFinite) }
    }
}

/// One datum beside the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Index of the experiment.
    pub experiment: usize,
    /// Index of the series in its data.
    pub series: usize,
    /// Time, s.
    pub time: f64,
    /// Measured value, in the unit of the series.
    pub measured: f64,
    /// Standard deviation, where the data give one.
    pub sd: Option<f64>,
    /// Value of the model, in the same unit.
    pub model: f64,
}

/// The least-squares problem.
#[derive(Debug)]
pub(crate) struct Objective<'a> {
    pub(crate) experiments: &'a [Experiment],
    pub(crate) free: &'a [Resolved],
    pub(crate) options: &'a SolveOptions,
}

impl Model for Objective<'_> {
    fn evaluate(&self, x: &DVector<f64>) -> Result<Residuals> {
        self.residuals(x)
    }
}

impl Objective<'_> {
    /// Number of data.
    pub(crate) fn data(&self) -> usize {
        self.experiments.iter().map(|e| e.data().len()).sum()
    }

    /// Norm of the data, each over its standard deviation where it has one.
    pub(crate) fn size(&self) -> f64 {
        let points = self.experiments.iter().flat_map(|e| &e.data().series).flat_map(|s| &s.points);
        points.map(|p| (p.value / p.sd.unwrap_or(1.0)).powi(2)).sum::<f64>().sqrt()
    }

    /// Whether every datum has a standard deviation of its own.
    pub(crate) fn weighted(&self) -> bool {
        self.experiments.iter().all(|e| e.data().series.iter().all(|s| s.points.iter().all(|p| p.sd.is_some())))
    }

    /// The problem of an experiment with the free parameters set.
    pub(crate) fn problem(&self, experiment: &Experiment, x: &DVector<f64>) -> Problem {
        let mut problem = experiment.problem().clone();
        for (free, x) in self.free.iter().zip(x.iter()) {
            problem.set(free.setting, free.to_value(*x));
        }
        problem
    }

    fn solve(&self, experiment: &Experiment, x: &DVector<f64>, derivatives: bool) -> Result<Solution> {
        let sensitivities: Vec<Setting> =
            if derivatives { self.free.iter().map(|f| f.setting).collect() } else { Vec::new() };
        let options = SolveOptions { sensitivities, ..self.options.clone() };
        Ok(solve(&self.problem(experiment, x), &options)?)
    }

    /// Residuals and derivatives at a point.
    fn residuals(&self, x: &DVector<f64>) -> Result<Residuals> {
        let mut values = Vec::with_capacity(self.data());
        let mut rows: Vec<f64> = Vec::with_capacity(self.data() * self.free.len());
        for experiment in self.experiments {
            let solution = self.solve(experiment, x, true)?;
            for (series, observable) in experiment.data().series.iter().zip(experiment.observables()) {
                for point in &series.points {
                    let index = row_at(&solution, point.time);
                    let undefined = || FitError::Undefined { observable: series.name.clone(), time: point.time };
                    let model = index.and_then(|i| observable.value(&solution.moment(i))).ok_or_else(undefined)?;
                    let slopes =
                        index.and_then(|i| solution.observe_derivatives(observable, i)).ok_or_else(undefined)?;
                    let sd = point.sd.unwrap_or(1.0);
                    values.push((model / series.factor - point.value) / sd);
                    rows.extend(
                        self.free
                            .iter()
                            .zip(x.iter())
                            .zip(slopes)
                            .map(|((free, x), slope)| slope * free.slope(free.to_value(*x)) / series.factor / sd),
                    );
                }
            }
        }
        let jacobian = DMatrix::from_row_slice(values.len(), self.free.len(), &rows);
        Ok(Residuals { values: DVector::from_vec(values), jacobian })
    }

    /// Every datum beside the model, and what a reader should know of the runs.
    pub(crate) fn compare(&self, x: &DVector<f64>) -> Result<(Vec<Comparison>, Vec<String>)> {
        let (mut list, mut warnings) = (Vec::with_capacity(self.data()), Vec::new());
        for (e, experiment) in self.experiments.iter().enumerate() {
            let solution = self.solve(experiment, x, false)?;
            warnings.extend(solution.warnings());
            for (s, (series, observable)) in experiment.data().series.iter().zip(experiment.observables()).enumerate() {
                for point in &series.points {
                    let index = row_at(&solution, point.time);
                    let undefined = || FitError::Undefined { observable: series.name.clone(), time: point.time };
                    let model = index.and_then(|i| observable.value(&solution.moment(i))).ok_or_else(undefined)?
                        / series.factor;
                    list.push(Comparison {
                        experiment: e,
                        series: s,
                        time: point.time,
                        measured: point.value,
                        sd: point.sd,
                        model,
                    });
                }
            }
        }
        Ok((list, warnings))
    }
}

/// The row of a run that a datum belongs to: the first at its time, which is the one before whatever a protocol does
/// then; none if the run ended before.
fn row_at(solution: &Solution, time: f64) -> Option<usize> {
    let row = solution.times.partition_point(|t| *t < time);
    (row < solution.times.len()).then_some(row)
}

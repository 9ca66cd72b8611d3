//! Residuals of all data and their exact derivatives.

use nalgebra::{DMatrix, DVector};
use ratelaw_solver::{ManyOptions, Problem, Setting, Solution, SolveOptions, solve, solve_many};
use rayon::prelude::*;

use crate::error::{FitError, Result};
use crate::experiment::Experiment;
use crate::loss::Loss;
use crate::noise::Levels;
use crate::parameter::Resolved;
use crate::search::Model;
use crate::target::Target;

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
#[derive(Debug, Clone)]
pub(crate) struct Objective<'a> {
    pub(crate) experiments: &'a [Experiment],
    pub(crate) free: &'a [Resolved],
    pub(crate) options: &'a SolveOptions,
    pub(crate) loss: Loss,
    /// Whether the data state their standard deviations and these are believed.
    pub(crate) known: bool,
    /// Estimates of unknown noise; none where residuals are over the data's deviations alone.
    pub(crate) levels: Option<Levels>,
}

/// Scale and offset of a series: indices of the free parameters.
#[derive(Debug, Clone, Copy, Default)]
struct Calibration {
    scale: Option<usize>,
    offset: Option<usize>,
}

impl Model for Objective<'_> {
    fn evaluate(&self, x: &DVector<f64>) -> Result<Residuals> {
        self.evaluate_all(&[x]).pop().unwrap_or(Err(FitError::NotEvaluated))
    }

    /// All experiments of all points are one list of runs: what solves a list fast makes a fit fast.
    fn evaluate_all(&self, points: &[&DVector<f64>]) -> Vec<Result<Residuals>> {
        evaluate_each(&points.iter().map(|x| (self, *x)).collect::<Vec<_>>())
    }
}

/// Residuals and derivatives of several objectives, each at its own point, in their order.
pub(crate) fn evaluate_each(asked: &[(&Objective<'_>, &DVector<f64>)]) -> Vec<Result<Residuals>> {
    let runs = asked.iter().flat_map(|(of, x)| (0..of.experiments.len()).map(|e| of.run(e, x, true)));
    let mut solutions = solve_all(runs.collect()).into_iter();
    asked
        .iter()
        .map(|(of, x)| {
            // Every run of the point is taken from the list, also behind one that failed.
            let own: Vec<Result<Solution>> = solutions.by_ref().take(of.experiments.len()).collect();
            let own = own.into_iter().collect::<Result<Vec<_>>>()?;
            Ok(of.loss.apply(of.assemble(x, &own)?, of.data()))
        })
        .collect()
}

/// A problem to solve, and how.
struct Run {
    problem: Problem,
    options: SolveOptions,
}

/// Solves many problems, each with its own outcome, in their order: those of one network that are solved alike side by side
/// in lanes, all groups in parallel. A problem has the same bits alone and in company.
fn solve_all(runs: Vec<Run>) -> Vec<Result<Solution>> {
    let mut groups: Vec<(SolveOptions, Vec<usize>, Vec<Problem>)> = Vec::new();
    let count = runs.len();
    for (index, Run { problem, options }) in runs.into_iter().enumerate() {
        let alike = |(own, _, of): &&mut (SolveOptions, Vec<usize>, Vec<Problem>)| {
            *own == options && of[0].network().is(problem.network())
        };
        match groups.iter_mut().find(alike) {
            Some((_, indices, problems)) => {
                indices.push(index);
                problems.push(problem);
            }
            None => groups.push((options, vec![index], vec![problem])),
        }
    }
    let solved = groups.into_par_iter().map(|(options, indices, problems)| {
        let outcomes = match solve_many(&problems, &options, &ManyOptions::default()) {
            Ok(outcomes) => outcomes,
            Err(error) => problems.iter().map(|_| Err(error.clone())).collect(),
        };
        indices.into_iter().zip(outcomes).collect::<Vec<_>>()
    });
    let mut outcomes: Vec<_> = (0..count).map(|_| Err(FitError::NotEvaluated)).collect();
    for (index, outcome) in solved.collect::<Vec<_>>().into_iter().flatten() {
        outcomes[index] = outcome.map_err(FitError::from);
    }
    outcomes
}

impl Objective<'_> {
    /// Number of data.
    pub(crate) fn data(&self) -> usize {
        self.experiments.iter().map(|e| e.data().len()).sum()
    }

    /// Number of priors.
    pub(crate) fn priors(&self) -> usize {
        self.free.iter().filter(|f| f.prior.is_some()).count()
    }

    /// Norm of the data, each over its standard deviation where it has one.
    pub(crate) fn size(&self) -> f64 {
        let points = self.experiments.iter().flat_map(|e| &e.data().series).flat_map(|s| &s.points);
        points.enumerate().map(|(row, p)| (p.value / self.deviation(row, p.sd)).powi(2)).sum::<f64>().sqrt()
    }

    /// Whether every datum has a standard deviation of its own.
    pub(crate) fn weighted(&self) -> bool {
        self.experiments.iter().all(|e| e.data().series.iter().all(|s| s.points.iter().all(|p| p.sd.is_some())))
    }

    /// Whether the variance of a residual is known to be one.
    pub(crate) fn variance_known(&self) -> bool {
        self.known && self.loss == Loss::Squared
    }

    /// What the residual of a row is divided by.
    pub(crate) fn deviation(&self, row: usize, sd: Option<f64>) -> f64 {
        sd.unwrap_or(1.0) * self.levels.as_ref().map_or(1.0, |l| l.of_row(row))
    }

    /// The problem of an experiment with the free parameters set.
    pub(crate) fn problem(&self, e: usize, x: &DVector<f64>) -> Problem {
        let mut problem = self.experiments[e].problem().clone();
        for (free, x) in self.free.iter().zip(x.iter()) {
            if let Target::Setting(settings) = &free.target
                && let Some(setting) = settings[e]
            {
                problem.set(setting, free.to_value(*x));
            }
        }
        problem
    }

    fn run(&self, e: usize, x: &DVector<f64>, derivatives: bool) -> Run {
        let sensitivities = if derivatives { self.settings(e).map(|(_, s)| s).collect() } else { Vec::new() };
        Run { problem: self.problem(e, x), options: SolveOptions { sensitivities, ..self.options.clone() } }
    }

    /// The settings that an experiment is differentiated in, with the index of the free parameter.
    fn settings(&self, e: usize) -> impl Iterator<Item = (usize, Setting)> {
        self.free.iter().enumerate().filter_map(move |(i, f)| match &f.target {
            Target::Setting(settings) => settings[e].map(|s| (i, s)),
            Target::Scale(_) | Target::Offset(_) => None,
        })
    }

    fn calibration(&self, e: usize, s: usize) -> Calibration {
        let mut calibration = Calibration::default();
        for (i, free) in self.free.iter().enumerate() {
            match &free.target {
                Target::Scale(series) if series[e] == Some(s) => calibration.scale = Some(i),
                Target::Offset(series) if series[e] == Some(s) => calibration.offset = Some(i),
                _ => {}
            }
        }
        calibration
    }

    /// Residuals at a point without the loss.
    pub(crate) fn plain(&self, x: &DVector<f64>) -> Result<Residuals> {
        let runs = (0..self.experiments.len()).map(|e| self.run(e, x, true)).collect();
        let solutions = solve_all(runs).into_iter().collect::<Result<Vec<_>>>()?;
        self.assemble(x, &solutions)
    }

    /// Residuals and derivatives from the solved experiments: a row for each datum, then one for each prior.
    fn assemble(&self, x: &DVector<f64>, solutions: &[Solution]) -> Result<Residuals> {
        let rows = self.data() + self.priors();
        let (mut values, mut jacobian) = (DVector::zeros(rows), DMatrix::zeros(rows, self.free.len()));
        let parameters: Vec<f64> = self.free.iter().zip(x.iter()).map(|(f, x)| f.to_value(*x)).collect();
        let slope = |i: usize| self.free[i].slope(parameters[i]);
        let mut row = 0;
        for (e, (experiment, solution)) in self.experiments.iter().zip(solutions).enumerate() {
            for (s, (series, observable)) in experiment.data().series.iter().zip(experiment.observables()).enumerate() {
                let calibration = self.calibration(e, s);
                let scale = calibration.scale.map_or(1.0, |i| parameters[i]);
                let offset = calibration.offset.map_or(0.0, |i| parameters[i]);
                for point in &series.points {
                    let index = row_at(solution, point.time);
                    let undefined = || FitError::Undefined {
                        file: experiment.data().file.clone(),
                        line: point.line,
                        observable: series.name.clone(),
                        time: point.time,
                    };
                    let model = index.and_then(|i| observable.value(&solution.moment(i))).ok_or_else(undefined)?;
                    let slopes =
                        index.and_then(|i| solution.observe_derivatives(observable, i)).ok_or_else(undefined)?;
                    let sd = self.deviation(row, point.sd);
                    values[row] = ((scale * model + offset) / series.factor - point.value) / sd;
                    let unit = 1.0 / (series.factor * sd);
                    for ((i, _), derivative) in self.settings(e).zip(slopes) {
                        jacobian[(row, i)] = scale * derivative * slope(i) * unit;
                    }
                    if let Some(i) = calibration.scale {
                        jacobian[(row, i)] = model * slope(i) * unit;
                    }
                    if let Some(i) = calibration.offset {
                        jacobian[(row, i)] = slope(i) * unit;
                    }
                    row += 1;
                }
            }
        }
        for (i, prior) in self.free.iter().enumerate().filter_map(|(i, f)| Some((i, f.prior?))) {
            let (value, derivative) = prior.residual(parameters[i]);
            values[row] = value;
            jacobian[(row, i)] = derivative * slope(i);
            row += 1;
        }
        Ok(Residuals { values, jacobian })
    }

    /// Every datum beside the model, and what a reader should know of the runs.
    pub(crate) fn compare(&self, x: &DVector<f64>) -> Result<(Vec<Comparison>, Vec<String>)> {
        let (mut list, mut warnings) = (Vec::with_capacity(self.data()), Vec::new());
        let plain = self.plain(x)?;
        for (e, experiment) in self.experiments.iter().enumerate() {
            let run = self.run(e, x, false);
            warnings.extend(solve(&run.problem, &run.options)?.warnings());
            for (s, series) in experiment.data().series.iter().enumerate() {
                for point in &series.points {
                    let row = list.len();
                    let residual = plain.values[row] * self.deviation(row, point.sd);
                    let (measured, sd) = (point.value, point.sd);
                    let model = measured + residual;
                    list.push(Comparison { experiment: e, series: s, time: point.time, measured, sd, model });
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

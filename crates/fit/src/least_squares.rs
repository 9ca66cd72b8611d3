//! Nonlinear least squares on a user's function.

use nalgebra::{DMatrix, DVector};

use crate::covariance::covariance;
use crate::difference::derivative;
use crate::error::{FitError, Result};
use crate::estimate::refuse;
use crate::loss::Loss;
use crate::minimiser::{Ending, Rules, SMALLEST_GAIN};
use crate::residual::Residuals;
use crate::search::{Model, Search};

/// Relative error of five-point differences: rounding to the power of four fifths, and a margin.
const DIFFERENCES: f64 = 1e-11;

/// What a function gives at a point: residuals, and their derivatives where it knows them. Made from a `Vec<f64>` or
/// from a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Residuals, model less data, each over its standard deviation where that is known.
    pub residuals: Vec<f64>,
    /// One row for each residual, one column for each parameter; by finite differences where there is none.
    pub jacobian: Option<Vec<Vec<f64>>>,
}

impl From<Vec<f64>> for Evaluation {
    fn from(residuals: Vec<f64>) -> Self {
        Self { residuals, jacobian: None }
    }
}

impl From<(Vec<f64>, Vec<Vec<f64>>)> for Evaluation {
    fn from((residuals, jacobian): (Vec<f64>, Vec<Vec<f64>>)) -> Self {
        Self { residuals, jacobian: Some(jacobian) }
    }
}

/// Options of [`least_squares`].
#[derive(Debug, Clone, PartialEq)]
pub struct LeastSquaresOptions {
    /// Lower and upper bound of each parameter, infinite where it has none; empty if no parameter has any.
    pub bounds: Vec<(f64, f64)>,
    /// Parameters that are varied on a logarithmic scale, by index; their start and lower bound are above zero.
    pub logarithmic: Vec<usize>,
    /// What is summed over the residuals.
    pub loss: Loss,
    /// Whether residuals are over known standard deviations; else one unknown variance is estimated.
    pub known_deviations: bool,
    /// Most iterations.
    pub max_iterations: usize,
    /// It ends at [`Ending::Gradient`] where the linear model promises to lower the sum by less than this fraction of it. The
    /// step left is then about its root times that of the degrees of freedom, in standard errors.
    pub gain: f64,
    /// Norm of the errors that the evaluation leaves in the residuals, such as those of an integrator; zero where there is
    /// rounding alone. It ends at [`Ending::Accuracy`] where what is left to gain hides behind them.
    pub resolution: f64,
}

impl Default for LeastSquaresOptions {
    fn default() -> Self {
        Self {
            bounds: Vec::new(),
            logarithmic: Vec::new(),
            loss: Loss::default(),
            known_deviations: false,
            max_iterations: 500,
            gain: SMALLEST_GAIN,
            resolution: 0.0,
        }
    }
}

/// What [`least_squares`] found.
#[derive(Debug, Clone, PartialEq)]
pub struct LeastSquares {
    /// The parameters.
    pub parameters: Vec<f64>,
    /// Standard error of each from the linear model; none for one at a bound, and for all where the data leave a
    /// direction open.
    pub standard_errors: Vec<Option<f64>>,
    /// Covariance of the parameters that are not at a bound, in their order; none where the data leave a direction
    /// open.
    pub covariance: Option<Vec<Vec<f64>>>,
    /// Residuals.
    pub residuals: Vec<f64>,
    /// Sum of their losses: of their squares without a robust loss.
    pub sse: f64,
    /// Residuals less parameters.
    pub degrees_of_freedom: usize,
    /// Why it ended; [`Ending::converged`] says whether at a minimum.
    pub ending: Ending,
    /// Iterations.
    pub iterations: usize,
    /// Trial points at which the function gave no finite numbers; they were rejected.
    pub failed_trials: usize,
}

/// Minimises the sum of squares of a function's residuals by the engine of [`fit`](crate::fit): Levenberg-Marquardt with
/// bounds. A trial point with a residual that is not finite is rejected.
///
/// ```
/// use ratelaw_fit::{LeastSquaresOptions, least_squares};
///
/// let data = [(0.0, 2.0), (1.0, 1.2131), (2.0, 0.7358), (4.0, 0.2707)];
/// let model = |p: &[f64]| data.iter().map(|(t, y)| p[0] * (-p[1] * t).exp() - y).collect::<Vec<f64>>();
/// let found = least_squares(model, &[1.0, 1.0], &LeastSquaresOptions::default())?;
/// assert!(found.ending.converged());
/// assert!((found.parameters[0] - 2.0).abs() < 1e-3 && (found.parameters[1] - 0.5).abs() < 1e-3);
/// # Ok::<(), ratelaw_fit::FitError>(())
/// ```
///
/// # Errors
/// A start outside the bounds or without finite residuals, a Jacobian of the wrong shape, fewer residuals than
/// parameters, a resolution or gain that is no size.
pub fn least_squares<E: Into<Evaluation>>(
    model: impl Fn(&[f64]) -> E + Sync,
    start: &[f64],
    options: &LeastSquaresOptions,
) -> Result<LeastSquares> {
    options.loss.check()?;
    let &LeastSquaresOptions { max_iterations, gain, resolution, .. } = options;
    for (what, size) in [("the resolution", resolution), ("the least gain", gain)] {
        if !(size.is_finite() && size >= 0.0) {
            return Err(refuse(what, &size.to_string(), "a finite number, not below zero"));
        }
    }
    let evaluate = |p: &[f64]| -> Evaluation { model(p).into() };
    let function = Function::new(&evaluate, start, options)?;
    let first = function.residuals;
    if start.is_empty() || first <= start.len() {
        return Err(FitError::TooFewData { data: first, free: start.len() });
    }
    let coordinate = |(i, p): (usize, &f64)| if function.logarithmic[i] { p.ln() } else { *p };
    let (low, high): (Vec<f64>, Vec<f64>) = function.bounds.iter().copied().unzip();
    let low: Vec<f64> = low.iter().enumerate().map(coordinate).collect();
    let high: Vec<f64> = high.iter().enumerate().map(coordinate).collect();
    let held = vec![false; start.len()];
    let rules = Rules {
        low: &low,
        high: &high,
        held: &held,
        max_iterations,
        gain,
        resolution,
        derivatives: DIFFERENCES,
        stop: None,
    };
    let search = Search { model: &function, rules };
    let minimum = search.minimise(DVector::from_iterator(start.len(), start.iter().enumerate().map(coordinate)))?;
    let plain = function.plain(&minimum.x)?;
    let inside: Vec<usize> = (0..start.len()).filter(|i| minimum.x[*i] > low[*i] && minimum.x[*i] < high[*i]).collect();
    let robust = options.loss != Loss::Squared;
    let variance =
        if options.known_deviations && !robust { 1.0 } else { options.loss.variance(&plain.values, start.len()).0 };
    let parameters = function.parameters(&minimum.x);
    let slope = |i: usize| if function.logarithmic[i] { parameters[i] } else { 1.0 };
    let covariance = covariance(&plain.jacobian, &inside, variance).map(|c| {
        let entry = |i: usize, j: usize| c[(i, j)] * slope(inside[i]) * slope(inside[j]);
        (0..c.nrows()).map(|i| (0..c.ncols()).map(|j| entry(i, j)).collect::<Vec<f64>>()).collect::<Vec<_>>()
    });
    let error = |i| Some(covariance.as_ref()?[inside.iter().position(|k| *k == i)?].clone());
    let place = |i: usize| inside.iter().position(|k| *k == i);
    let standard_errors = (0..start.len()).map(|i| Some(error(i)?[place(i)?].sqrt())).collect();
    Ok(LeastSquares {
        standard_errors,
        covariance,
        residuals: plain.values.iter().copied().collect(),
        sse: minimum.sse(),
        degrees_of_freedom: first - start.len(),
        ending: minimum.ending,
        iterations: minimum.iterations,
        failed_trials: minimum.failed_trials,
        parameters,
    })
}

/// A user's function in the coordinates of the search.
struct Function<'a> {
    evaluate: &'a (dyn Fn(&[f64]) -> Evaluation + Sync),
    bounds: Vec<(f64, f64)>,
    logarithmic: Vec<bool>,
    /// Size of each parameter, for differences where it is zero.
    typical: Vec<f64>,
    loss: Loss,
    /// How many residuals there are at the start, and must be everywhere.
    residuals: usize,
}

impl<'a> Function<'a> {
    fn new(
        evaluate: &'a (dyn Fn(&[f64]) -> Evaluation + Sync),
        start: &[f64],
        options: &LeastSquaresOptions,
    ) -> Result<Self> {
        let refuse = |what: &str, found: &str, expected: &str| Err(refuse(what, found, expected));
        let bounds = match options.bounds.len() {
            0 => vec![(f64::NEG_INFINITY, f64::INFINITY); start.len()],
            n if n == start.len() => options.bounds.clone(),
            n => return refuse("the number of bounds", &n.to_string(), "none, or one pair for each parameter"),
        };
        if let Some(i) = options.logarithmic.iter().find(|i| **i >= start.len()) {
            return refuse("a logarithmic parameter", &i.to_string(), "the index of a parameter");
        }
        let logarithmic: Vec<bool> = (0..start.len()).map(|i| options.logarithmic.contains(&i)).collect();
        let mut bounds = bounds;
        for (i, (value, (low, high))) in start.iter().zip(&mut bounds).enumerate() {
            if logarithmic[i] {
                *low = low.max(0.0);
            }
            if !(value.is_finite() && *low < *high && *low <= *value && *value <= *high) {
                let found = format!("{value} within {low} to {high}");
                return refuse(&format!("the start of parameter {i}"), &found, "a finite number within its bounds");
            }
            if logarithmic[i] && *value <= 0.0 {
                return refuse(&format!("the start of parameter {i}"), &value.to_string(), "a number above zero");
            }
        }
        let typical = start.iter().map(|s| if *s == 0.0 { 1.0 } else { s.abs() }).collect();
        let residuals = evaluate(start).residuals.len();
        Ok(Self { evaluate, bounds, logarithmic, typical, loss: options.loss, residuals })
    }

    fn parameters(&self, x: &DVector<f64>) -> Vec<f64> {
        let value = |(i, x): (usize, &f64)| {
            let value = if self.logarithmic[i] { x.exp() } else { *x };
            value.clamp(self.bounds[i].0, self.bounds[i].1)
        };
        x.iter().enumerate().map(value).collect()
    }

    /// Residuals and derivatives without the loss.
    fn plain(&self, x: &DVector<f64>) -> Result<Residuals> {
        let parameters = self.parameters(x);
        let here = (self.evaluate)(&parameters);
        let (rows, columns) = (here.residuals.len(), parameters.len());
        if rows != self.residuals {
            let expected = format!("{} as at the start", self.residuals);
            return Err(refuse(&format!("the number of residuals at {parameters:?}"), &rows.to_string(), &expected));
        }
        let mut jacobian = match here.jacobian {
            Some(given) => {
                if given.len() != rows || given.iter().any(|row| row.len() != columns) {
                    return Err(FitError::OutOfRange {
                        what: "the shape of the Jacobian".into(),
                        found: format!("{} rows", given.len()),
                        expected: format!("{rows} rows of {columns}"),
                    });
                }
                DMatrix::from_fn(rows, columns, |i, j| given[i][j])
            }
            None => self.differences(&parameters, rows)?,
        };
        for (i, mut column) in jacobian.column_iter_mut().enumerate() {
            if self.logarithmic[i] {
                column *= parameters[i];
            }
        }
        Ok(Residuals { values: DVector::from_vec(here.residuals), jacobian })
    }

    fn differences(&self, parameters: &[f64], rows: usize) -> Result<DMatrix<f64>> {
        let residuals = |p: &[f64]| {
            let values = (self.evaluate)(p).residuals;
            (values.len() == rows && values.iter().all(|r| r.is_finite())).then_some(values)
        };
        let mut jacobian = DMatrix::zeros(rows, parameters.len());
        for i in 0..parameters.len() {
            let column = derivative(&residuals, parameters, i, self.bounds[i], self.typical[i]);
            jacobian.set_column(i, &DVector::from_vec(column.ok_or(FitError::NotFinite)?));
        }
        Ok(jacobian)
    }
}

impl Model for Function<'_> {
    fn evaluate(&self, x: &DVector<f64>) -> Result<Residuals> {
        let plain = self.plain(x)?;
        let data = plain.values.len();
        Ok(self.loss.apply(plain, data))
    }
}

//! Bands around a fitted curve, from the linear model at the minimum.

use nalgebra::{DMatrix, DVector};
use ratelaw_solver::{SavePoints, Setting, SolveOptions, solve};

use crate::error::{FitError, Result};
use crate::estimate::refuse;
use crate::report::FitReport;
use crate::residual::Comparison;
use crate::target::Target;

/// A fitted curve with linear 95 % bands, in the unit of its series.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Times, s; those at which the observable is defined.
    pub times: Vec<f64>,
    /// The model, as the series would measure it.
    pub model: Vec<f64>,
    /// Standard error of the curve.
    pub error: Vec<f64>,
    /// Standard deviation of a single datum around the curve; none where each datum has its own.
    pub noise: Option<f64>,
    /// Standard errors to either side of the band.
    pub quantile: f64,
}

impl Band {
    /// Where the curve is, at 95 % confidence for each time by itself.
    pub fn confidence(&self) -> Vec<(f64, f64)> {
        self.around(|error| error)
    }

    /// Where a further datum would be; none where its noise is not known.
    pub fn prediction(&self) -> Option<Vec<(f64, f64)>> {
        self.noise.map(|noise| self.around(|error| error.hypot(noise)))
    }

    fn around(&self, size: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        let half = |error: &f64| self.quantile * size(*error);
        self.model.iter().zip(&self.error).map(|(m, e)| (m - half(e), m + half(e))).collect()
    }
}

impl FitReport {
    /// The fitted curve of a series of an experiment, at equally spaced times from zero to its last datum, with bands
    /// by error propagation: `g C g'` with the gradient `g` of the curve.
    ///
    /// # Errors
    /// No such series, no covariance because the data leave a direction open, or a run that fails.
    pub fn band(&self, experiment: usize, series: usize, points: usize) -> Result<Band> {
        let covariance =
            self.covariance.as_ref().ok_or_else(|| refuse("the covariance", "not defined", "determined parameters"))?;
        self.follow((experiment, series), points, &self.correlated, covariance)
    }

    /// The fitted curve alone, as times in s and values in the unit of the series: also where there is no band.
    ///
    /// # Errors
    /// No such series, or a run that fails.
    pub fn curve(&self, experiment: usize, series: usize, points: usize) -> Result<Vec<(f64, f64)>> {
        let alone = self.follow((experiment, series), points, &[], &DMatrix::zeros(0, 0))?;
        Ok(alone.times.into_iter().zip(alone.model).collect())
    }

    /// A curve with the errors that some parameters and their covariance give it.
    fn follow(
        &self,
        (experiment, series): (usize, usize),
        points: usize,
        correlated: &[usize],
        covariance: &DMatrix<f64>,
    ) -> Result<Band> {
        let none =
            || refuse("the series of a band", &format!("{series} of experiment {experiment}"), "one of the data");
        let data = self.experiments.get(experiment).ok_or_else(none)?;
        let column = data.data().series.get(series).ok_or_else(none)?;
        let observable = &data.observables()[series];
        let mut problem = self.fitted[experiment].clone();
        problem.set_save(SavePoints::Uniform(points.max(2)));
        let setting = |i: &usize| match &self.resolved[*i].target {
            Target::Setting(settings) => settings[experiment],
            Target::Scale(_) | Target::Offset(_) => None,
        };
        let sensitivities: Vec<Setting> = correlated.iter().filter_map(setting).collect();
        let solution = solve(&problem, &SolveOptions { sensitivities, ..self.options.solve.clone() })?;
        let acts = |target: &Target| match target {
            Target::Scale(of) | Target::Offset(of) => of[experiment] == Some(series),
            Target::Setting(_) => false,
        };
        let find = |scale: bool| {
            let wanted = |t: &Target| acts(t) && matches!(t, Target::Scale(_)) == scale;
            self.resolved.iter().position(|f| wanted(&f.target)).map(|i| self.parameters[i].value)
        };
        let (scale, offset) = (find(true).unwrap_or(1.0), find(false).unwrap_or(0.0));
        let noise = self.noise_of(experiment, series);
        let mut band = Band { times: Vec::new(), model: Vec::new(), error: Vec::new(), noise, quantile: self.quantile };
        for (row, time) in solution.times.iter().enumerate() {
            let Some(value) = observable.value(&solution.moment(row)) else { continue };
            let Some(slopes) = solution.observe_derivatives(observable, row) else { continue };
            let mut slopes = slopes.into_iter();
            let mut gradient = Vec::with_capacity(correlated.len());
            for i in correlated {
                let free = &self.resolved[*i];
                let of_signal = match &free.target {
                    Target::Setting(settings) if settings[experiment].is_some() => {
                        scale * slopes.next().ok_or(FitError::NotEvaluated)?
                    }
                    Target::Scale(_) if acts(&free.target) => value,
                    Target::Offset(_) if acts(&free.target) => 1.0,
                    _ => 0.0,
                };
                gradient.push(of_signal * free.slope(self.parameters[*i].value) / column.factor);
            }
            let gradient = DVector::from_vec(gradient);
            band.times.push(*time);
            band.model.push((scale * value + offset) / column.factor);
            band.error.push(gradient.dot(&(covariance * &gradient)).max(0.0).sqrt());
        }
        Ok(band)
    }

    /// The standard deviation of a datum as the fit takes it, in the unit of its series: stated by the data, or estimated, or
    /// stated and scaled by an estimate.
    pub fn deviation(&self, datum: &Comparison) -> f64 {
        let applies = |of: Option<usize>, here: usize| of.is_none_or(|of| of == here);
        let level =
            self.noise.iter().find(|l| applies(l.experiment, datum.experiment) && applies(l.series, datum.series));
        let factor = match level {
            Some(level) => level.sd,
            None if self.known_noise => 1.0,
            None => (self.sse / self.degrees_of_freedom as f64).sqrt(),
        };
        datum.sd.unwrap_or(1.0) * factor
    }

    /// Standard deviation of a datum of a series, where all data of it have the same.
    fn noise_of(&self, experiment: usize, series: usize) -> Option<f64> {
        let mut own = self.comparisons.iter().filter(|c| (c.experiment, c.series) == (experiment, series));
        let first = own.next()?;
        own.all(|c| c.sd == first.sd).then(|| self.deviation(first))
    }
}

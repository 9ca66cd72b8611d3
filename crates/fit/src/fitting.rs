//! The course of a fit: minimise from many starts, settle the noise, profile every parameter.

use std::sync::atomic::{AtomicUsize, Ordering};

use nalgebra::{DMatrix, DVector};
use ratelaw_solver::SolveOptions;
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use crate::covariance::covariance;
use crate::criteria::Likelihood;
use crate::error::{FitError, Result, counted};
use crate::estimate::refuse;
use crate::experiment::Experiment;
use crate::loss::Loss;
use crate::minimiser::{Ending, FROM_A_START, Minimiser, Minimum, Rules, SMALLEST_GAIN};
use crate::multistart;
use crate::noise::{Levels, Noise};
use crate::options::FitOptions;
use crate::parameter::Resolved;
use crate::profile::{Limit, Profile, Threshold, is_refused, side};
use crate::report::FitReport;
use crate::residual::{Objective, Residuals, evaluate_each};
use crate::search::{Asked, Model, Search, minimise_together};
use crate::together::together;

/// Confidence of limits and intervals.
const CONFIDENCE: f64 = 0.95;
/// Most iterations of one minimisation on a profile; each starts in the valley and needs few.
const PROFILE_ITERATIONS: usize = 25;
/// A profile narrower than this fraction of the linear interval is not believed without another look.
pub(crate) const SUSPICIOUS: f64 = 0.1;
/// Relative tolerance of the runs until a start is near its minimum: where the residuals are large, more digits of them say
/// nothing more about the way down.
const COARSE: f64 = 1e-4;
/// Near is where the undamped step promises less than this fraction of the sum of squares. From there on alpha-pinene takes three
/// or four more points at the tolerance of the fit.
const COARSE_GAIN: f64 = 1e-8;
/// Runs with nearly the same constants take nearly the same steps, so sums of squares are told apart better than a run is right: by
/// this factor, where no harm is done if it is not so.
const COARSE_RESOLUTION: f64 = 1e-2;
/// How often a lower minimum met by a profile may send the fit back.
const RETURNS: usize = 3;
/// Estimates of the noise are settled when none changes by more than this fraction; medians jump a little.
const SETTLED: f64 = 1e-8;
const SETTLED_ROBUST: f64 = 1e-5;
/// Estimates of the noise whose `-2 ln L` differ by less are one.
const SAME_LIKELIHOOD: f64 = 1e-3;
/// Most rounds of estimating the noise and minimising again.
const ROUNDS: usize = 100;

/// A fit under way.
pub(crate) struct Fitting<'a> {
    pub(crate) experiments: &'a [Experiment],
    pub(crate) free: &'a [Resolved],
    pub(crate) options: &'a FitOptions,
    low: Vec<f64>,
    high: Vec<f64>,
    held: Vec<bool>,
}

/// A minimum, and what the noise makes of it.
pub(crate) struct Judged<'a> {
    pub(crate) objective: Objective<'a>,
    pub(crate) best: Minimum,
    /// Residuals and derivatives there, without the loss.
    pub(crate) plain: Residuals,
    /// Variance that standard errors are counted with.
    pub(crate) variance: f64,
    /// Number of standard errors to either limit of the linear interval.
    pub(crate) quantile: f64,
    /// How far one parameter may raise the sum.
    pub(crate) threshold: Threshold,
    /// Whether the error of the integration set that, and not the data.
    pub(crate) coarse: bool,
    /// Minima with other estimates of the noise that explain themselves too, and by how much their `-2 ln L` is higher.
    pub(crate) otherwise: Vec<(DVector<f64>, f64)>,
}

impl Judged<'_> {
    /// Covariance of some parameters, in the fit's coordinates.
    pub(crate) fn covariance(&self, of: &[usize]) -> Option<DMatrix<f64>> {
        covariance(&self.plain.jacobian, of, self.variance)
    }
}

impl<'a> Fitting<'a> {
    pub(crate) fn new(experiments: &'a [Experiment], free: &'a [Resolved], options: &'a FitOptions) -> Self {
        let (low, high) = free.iter().map(Resolved::range).unzip();
        Self { experiments, free, options, low, high, held: vec![false; free.len()] }
    }

    pub(crate) fn run(&self) -> Result<FitReport> {
        let parts = self.options.starts + self.free.len();
        let counter = AtomicUsize::new(0);
        let done = || {
            let done = 1 + counter.fetch_add(1, Ordering::Relaxed);
            if let Some(progress) = &self.options.progress {
                progress(done.min(parts), parts);
            }
        };
        let objective = self.objective();
        let starts = multistart::starts(self.free, self.options.starts, self.options.seed)?;
        let own = starts[0].clone();
        let search = self.search(&objective);
        // The last digits of the parameters are wanted of one minimum alone.
        let rough =
            Search { rules: Rules { gain: FROM_A_START, stop: self.options.stop.as_ref(), ..search.rules }, ..search };
        let options = self.coarse();
        let coarse = options.as_ref().map(|options| Objective { options, ..objective.clone() });
        let minima = rough.minimise_all(starts, coarse.as_ref().map(|of| self.coarse_search(of)), &done);
        // Also after a request to stop the lowest start is taken to its end, and judged: it takes a few evaluations.
        let best = match self.choose(&objective, &minima, &own)? {
            halfway if halfway.ending == Ending::Stopped => search.minimise(halfway.x)?,
            best => search.refine(best)?,
        };
        let mut judged = self.settle_best(&objective, &best)?;
        let mut reached = judged.best.sse();
        let resolved = 2.0 * reached.sqrt() * self.search(&judged.objective).rules.resolution;
        let minima = if judged.objective.levels.is_some() { self.under(&judged, minima) } else { minima };
        let mut profiles = Vec::new();
        for round in 0..=RETURNS {
            profiles = self.profiles(&judged, &done);
            // The minimum that is reported is the one that was profiled.
            let better = profiles.iter().find_map(|p| p.trace.better.clone()).filter(|_| round < RETURNS);
            let Some(better) = better else { break };
            match self.search(&judged.objective).minimise(better) {
                Ok(lower) if lower.sse() < judged.best.sse() => {
                    reached = lower.sse();
                    judged = self.settle(judged.objective, lower)?;
                }
                _ => break,
            }
        }
        self.report(&judged, &profiles, &minima, (reached, resolved))
    }

    /// How the starts are solved until they are near their minima; none where the fit asks for no more.
    fn coarse(&self) -> Option<SolveOptions> {
        let own = &self.options.solve;
        (own.rtol < COARSE).then(|| own.at_rtol(COARSE))
    }

    fn coarse_search<'b>(&'b self, coarse: &'b Objective<'a>) -> Search<'b> {
        let Search { model, rules } = self.search(coarse);
        let (resolution, stop) = (COARSE_RESOLUTION * rules.resolution, self.options.stop.as_ref());
        Search { model, rules: Rules { gain: COARSE_GAIN, resolution, stop, ..rules } }
    }

    /// Several fits from one point alone, without profiles: for data made anew.
    pub(crate) fn refit_all(all: &[Self], start: &DVector<f64>) -> Vec<Result<Minimum>> {
        let objectives: Vec<Objective<'_>> = all.iter().map(Fitting::objective).collect();
        let pairs = all.iter().zip(&objectives);
        let machines = pairs
            .map(|(fit, of)| {
                let rules = Rules { stop: fit.options.stop.as_ref(), ..fit.search(of).rules };
                Minimiser::new(rules, start.clone())
            })
            .collect();
        let evaluate =
            |asked: &[Asked<'_>]| evaluate_each(&asked.iter().map(|(i, x)| (&objectives[*i], *x)).collect::<Vec<_>>());
        let minima = minimise_together(machines, &evaluate);
        let found = all.par_iter().zip(objectives).zip(minima);
        let settled = |((fit, objective), minimum): ((&Self, Objective<'_>), Result<Minimum>)| match minimum? {
            stopped if stopped.ending == Ending::Stopped => Ok(stopped),
            minimum => Ok(fit.settle(objective, minimum)?.best),
        };
        found.map(settled).collect()
    }

    pub(crate) fn objective(&self) -> Objective<'a> {
        let mut objective = Objective {
            experiments: self.experiments,
            free: self.free,
            options: &self.options.solve,
            loss: self.options.loss,
            known: false,
            levels: None,
        };
        objective.known = objective.weighted() && self.options.noise == Noise::Stated;
        let grouped = match self.options.noise {
            Noise::EachExperiment | Noise::EachSeries => true,
            // One variance for all can stay unknown, unless something else has a size of its own beside it.
            _ => !objective.known && (objective.priors() > 0 || objective.loss != Loss::Squared),
        };
        objective.levels = grouped.then(|| Levels::new(self.options.noise, self.experiments));
        objective
    }

    pub(crate) fn search<'b>(&'b self, objective: &'b Objective<'a>) -> Search<'b> {
        let rules = Rules {
            low: &self.low,
            high: &self.high,
            held: &self.held,
            max_iterations: self.options.max_iterations,
            gain: SMALLEST_GAIN,
            resolution: objective.options.rtol * objective.size(),
            derivatives: objective.options.rtol,
            stop: None,
        };
        Search { model: objective, rules }
    }

    /// The lowest minimum; among those that fit equally well, the one nearest to the user's own start.
    fn choose(&self, objective: &Objective<'_>, minima: &[Result<Minimum>], own: &DVector<f64>) -> Result<Minimum> {
        let sound: Vec<&Minimum> = minima.iter().flatten().collect();
        let lowest = sound.iter().map(|m| m.sse()).fold(f64::INFINITY, f64::min);
        let variance = if objective.variance_known() { 1.0 } else { lowest / self.degrees() };
        let allowed = 1e-3 * self.allowed(objective, variance);
        let distance = |m: &&&Minimum| (&m.x - own).norm();
        let near = sound.iter().filter(|m| m.sse() <= lowest + allowed);
        // A converged minimum goes before one that ran out of iterations.
        let best = near.min_by(|a, b| b.converged().cmp(&a.converged()).then(distance(a).total_cmp(&distance(b))));
        best.copied().cloned().ok_or_else(|| {
            let first = minima.iter().find_map(|m| m.as_ref().err().cloned());
            let none = || refuse("the list of starts", "empty", "at least one start");
            match first.unwrap_or_else(none) {
                // A mistake of the data, which no other start would mend.
                undefined @ FitError::Undefined { .. } => undefined,
                first => FitError::NoStart { first: Box::new(first) },
            }
        })
    }

    /// The ends of all starts once more, with the noise that was estimated: before, they were those of another sum.
    fn under(&self, judged: &Judged<'_>, minima: Vec<Result<Minimum>>) -> Vec<Result<Minimum>> {
        let search = self.search(&judged.objective);
        let rules = Rules { gain: FROM_A_START, stop: self.options.stop.as_ref(), ..search.rules };
        let search = Search { rules, ..search };
        let ends = minima.iter().flatten().filter(|m| m.converged()).map(|m| m.x.clone()).collect();
        let mut again = search.minimise_all(ends, None, &|| ()).into_iter();
        let once_more = |first: Result<Minimum>| match first {
            Ok(first) if first.converged() => {
                again.next().map_or(Ok(first.clone()), |second| second.map(|m| m.after(&first)))
            }
            other => other,
        };
        minima.into_iter().map(once_more).collect()
    }

    /// Estimates noise of several groups from several beginnings: there may be more than one estimate that explains itself, each
    /// with another group as the better one. The likeliest is taken, and the others are kept.
    fn settle_best(&self, objective: &Objective<'a>, best: &Minimum) -> Result<Judged<'a>> {
        let led = objective.levels.as_ref().filter(|_| !self.options.is_stopped()).map_or(Vec::new(), Levels::led);
        let first = self.settle(objective.clone(), best.clone())?;
        let Some(likelihood) = Likelihood::of(&first.objective, &first.plain) else { return Ok(first) };
        let from = |levels: Levels| {
            let objective = Objective { levels: Some(levels), ..objective.clone() };
            let best = self.search(&objective).minimise(best.x.clone()).ok()?;
            let judged = self.settle(objective, best).ok().filter(|judged| judged.best.converged())?;
            Some((Likelihood::of(&judged.objective, &judged.plain)?.deviance, judged))
        };
        let mut all: Vec<(f64, Judged<'a>)> = led.into_par_iter().filter_map(from).collect();
        all.insert(0, (likelihood.deviance, first));
        // The first of those that are equal, so that what began as the user asked stays.
        let lowest = all.iter().map(|(deviance, _)| *deviance).fold(f64::INFINITY, f64::min);
        let chosen = all.iter().position(|(deviance, _)| *deviance <= lowest + SAME_LIKELIHOOD).unwrap_or(0);
        let (deviance, mut judged) = all.swap_remove(chosen);
        for (other, found) in all {
            let is_known = |known: &(DVector<f64>, f64)| (known.1 - (other - deviance)).abs() <= SAME_LIKELIHOOD;
            if other > deviance + SAME_LIKELIHOOD && !judged.otherwise.iter().any(is_known) {
                judged.otherwise.push((found.best.x, other - deviance));
            }
        }
        Ok(judged)
    }

    /// Estimates the noise where it is unknown, minimises again with it, and so on until neither changes.
    fn settle(&self, mut objective: Objective<'a>, mut best: Minimum) -> Result<Judged<'a>> {
        let loss = objective.loss;
        let enough = if loss == Loss::Squared { SETTLED } else { SETTLED_ROBUST };
        let mut change = if objective.levels.is_some() { f64::INFINITY } else { 0.0 };
        for _ in 0..ROUNDS {
            if change <= enough {
                break;
            }
            let plain = objective.plain(&best.x)?;
            change = objective.levels.as_mut().map_or(0.0, |levels| levels.update(&plain, loss));
            best = self.search(&objective).minimise(best.x)?;
        }
        if change > enough {
            best.ending = Ending::Iterations;
        }
        if let Some(level) = objective.levels.as_ref().and_then(Levels::without_freedom) {
            return Err(FitError::OutOfRange {
                what: format!("the noise of {}", level.of(self.experiments)),
                found: format!(
                    "not to be estimated: the parameters follow its {}",
                    counted(level.data, "datum", "data")
                ),
                expected: "more data than parameters that they alone determine, or another `--noise`".to_owned(),
            });
        }
        self.judge(objective, best)
    }

    /// Variance and threshold at a minimum.
    fn judge(&self, objective: Objective<'a>, best: Minimum) -> Result<Judged<'a>> {
        let robust = objective.loss != Loss::Squared;
        let plain = if robust { objective.plain(&best.x)? } else { best.residuals.clone() };
        let (variance, curvature) = if robust {
            let data = plain.values.rows(0, objective.data()).into_owned();
            objective.loss.variance(&data, self.free.len())
        } else if objective.variance_known() || objective.levels.is_some() {
            (1.0, 1.0)
        } else {
            (best.sse() / self.degrees(), 1.0)
        };
        let allowed = self.allowed(&objective, variance * curvature);
        let threshold = Threshold { minimum: best.sse(), allowed };
        let quantile = self.quantile(&objective);
        let coarse = self.resolved(&objective) > quantile * quantile * (variance * curvature);
        Ok(Judged { objective, best, plain, variance, quantile, threshold, coarse, otherwise: Vec::new() })
    }

    pub(crate) fn degrees(&self) -> f64 {
        let data: usize = self.experiments.iter().map(|e| e.data().len()).sum();
        let priors = self.free.iter().filter(|f| f.prior.is_some()).count();
        (data + priors - self.free.len()) as f64
    }

    fn quantile(&self, objective: &Objective<'_>) -> f64 {
        let tail = 0.5 + 0.5 * CONFIDENCE;
        if objective.variance_known() {
            Normal::standard().inverse_cdf(tail)
        } else {
            StudentsT::new(0.0, 1.0, self.degrees()).map_or(2.0, |t| t.inverse_cdf(tail))
        }
    }

    /// How much the sum may rise at 95 % confidence for one parameter: `chi2(1)`, or `t^2 s^2` for an estimated
    /// variance.
    fn allowed(&self, objective: &Objective<'_>, variance: f64) -> f64 {
        // Data without noise would allow nothing at all, not even the error of the integration.
        (self.quantile(objective).powi(2) * variance).max(self.resolved(objective))
    }

    /// The rise below which the error of the integration could be all of it.
    fn resolved(&self, objective: &Objective<'_>) -> f64 {
        (100.0 * self.options.solve.rtol * objective.size()).powi(2)
    }

    fn profiles(&self, judged: &Judged<'_>, done: &(dyn Fn() + Sync)) -> Vec<Profile> {
        let Judged { best, threshold, .. } = judged;
        let search = self.search(&judged.objective);
        // A profile compares sums with the allowed rise; more digits than that are not needed.
        let gain = (1e-4 * threshold.allowed / best.sse().max(f64::MIN_POSITIVE)).min(1e-4);
        let rules = Rules {
            gain: gain.max(search.rules.gain),
            max_iterations: search.rules.max_iterations.min(PROFILE_ITERATIONS),
            stop: self.options.stop.as_ref(),
            ..search.rules
        };
        let all: Vec<usize> = (0..self.free.len()).collect();
        let linear = judged.covariance(&all);
        let error = |i: usize| linear.as_ref().map_or(f64::INFINITY, |c| c[(i, i)].sqrt());
        let width = |i: usize| self.high[i] - self.low[i];
        let ended: Vec<AtomicUsize> = all.iter().map(|_| AtomicUsize::new(0)).collect();
        let course = |i: usize, bound: f64| {
            // Twice the standard error reaches the limit of a well-determined parameter in one stride.
            let step = (2.2 * error(i)).clamp(1e-9 * width(i), 0.05 * width(i));
            let ended = &ended[i];
            move |model: &dyn Model| {
                let side = side(&Search { model, rules }, best, i, (step, bound), *threshold);
                if ended.fetch_add(1, Ordering::Relaxed) == 1 {
                    done();
                }
                side
            }
        };
        let courses = all.iter().flat_map(|i| [course(*i, self.low[*i]), course(*i, self.high[*i])]);
        let mut sides = together(search.model, courses.collect()).into_iter();
        let mut profiles = Vec::new();
        while let (Some(low), Some(high)) = (sides.next(), sides.next()) {
            let i = profiles.len();
            let mut profile = Profile::new(best, i, width(i), (low, high));
            // Limits on both sides far inside the linear interval are none of the data if the others only could not
            // follow. On one side alone they can be right, where an effect saturates and the minimum is flat; on both, where
            // the sum rises with a higher power than the second.
            let linear = 2.0 * judged.quantile * error(i);
            if let (Limit::At(low), Limit::At(high)) = (profile.low, profile.high)
                && error(i).is_finite()
                && high - low < SUSPICIOUS * linear
                && ![low, high].into_iter().all(|at| is_refused(&search, best, i, at, threshold))
            {
                (profile.low, profile.high) = (Limit::Lost(low), Limit::Lost(high));
            }
            profiles.push(profile);
        }
        profiles
    }
}

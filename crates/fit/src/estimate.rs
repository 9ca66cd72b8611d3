//! The fit: minimise from many starts, then judge every parameter.

use nalgebra::DVector;
use ratelaw_network::Scale;
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use crate::covariance::covariance;
use crate::error::{FitError, Result};
use crate::experiment::Experiment;
use crate::identifiability::{Exchange, Verdict};
use crate::minimiser::{Minimum, Rules, SMALLEST_GAIN};
use crate::multistart;
use crate::options::FitOptions;
use crate::parameter::{Free, Resolved};
use crate::profile::{Limit, Profile, Threshold, at_bound, profile, widened};
use crate::report::{Estimate, FitReport, Obstacle, Start};
use crate::residual::Objective;
use crate::search::{Model, Search};

/// Confidence of limits and intervals.
const CONFIDENCE: f64 = 0.95;
/// Most iterations of one minimisation on a profile; each starts in the valley and needs few.
const PROFILE_ITERATIONS: usize = 25;
/// A profile narrower than this fraction of the linear interval is not believed.
const SUSPICIOUS: f64 = 0.1;
/// How often a lower minimum met by a profile may send the fit back.
const RETURNS: usize = 3;

/// Fits free parameters to the data of one or several experiments.
///
/// The sum of squares is minimised by Levenberg-Marquardt from the model's own values and from further starts,
/// with exact sensitivities; then standard errors come from the Jacobian, and a verdict for each parameter from
/// its profile likelihood.
///
/// # Errors
/// A wrong name, bound or option before any work; [`FitError::NoStart`] if no start can be evaluated. A fit
/// that does not converge is not an error: [`FitReport::converged`] says so.
pub fn fit(experiments: &[Experiment], free: &[Free], options: &FitOptions) -> Result<FitReport> {
    options.check()?;
    let Some(first) = experiments.first() else {
        return Err(refuse("the list of experiments", "empty", "at least one experiment"));
    };
    let free: Vec<Resolved> = free.iter().map(|f| f.resolve(first.problem())).collect::<Result<_>>()?;
    if free.is_empty() {
        return Err(refuse("the list of free parameters", "empty", "at least one free parameter"));
    }
    let repeated = (1..free.len()).find(|i| free[..*i].iter().any(|g| g.setting == free[*i].setting));
    if let Some(f) = repeated.map(|i| &free[i]) {
        return Err(refuse(&format!("the free parameter `{}`", f.name), "given twice", "each once"));
    }
    let objective = Objective { experiments, free: &free, options: &options.solve };
    let data = objective.data();
    if data <= free.len() {
        return Err(FitError::TooFewData { data, free: free.len() });
    }
    let with_sd = experiments.iter().flat_map(|e| &e.data().series).flat_map(|s| &s.points).filter(|p| p.sd.is_some());
    let with_sd = with_sd.count();
    if with_sd != 0 && with_sd != data {
        let found = format!("given for {with_sd} of {data} data");
        return Err(refuse("the standard deviation", &found, "one for every datum, or for none"));
    }
    Fitting { objective, free: &free, options }.run()
}

fn refuse(what: &str, found: &str, expected: &str) -> FitError {
    FitError::OutOfRange { what: what.into(), found: found.into(), expected: expected.into() }
}

struct Fitting<'a> {
    objective: Objective<'a>,
    free: &'a [Resolved],
    options: &'a FitOptions,
}

impl Fitting<'_> {
    fn run(&self) -> Result<FitReport> {
        let (low, high): (Vec<f64>, Vec<f64>) = self.free.iter().map(Resolved::range).unzip();
        let held = vec![false; self.free.len()];
        let rules = Rules {
            low: &low,
            high: &high,
            held: &held,
            max_iterations: self.options.max_iterations,
            gain: SMALLEST_GAIN,
            resolution: self.options.solve.rtol * self.objective.size(),
        };
        let search = Search { model: &self.objective, rules };
        let parts = self.options.starts + self.free.len();
        let counter = std::sync::atomic::AtomicUsize::new(0);
        let done = || {
            let done = 1 + counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            if let Some(progress) = &self.options.progress {
                progress(done.min(parts), parts);
            }
        };
        let starts = multistart::starts(self.free, self.options.starts, self.options.seed);
        let own = starts[0].clone();
        let minima = search.minimise_all(starts, &done);
        let starts: Vec<Start> = minima.iter().map(Start::new).collect();
        let mut best = self.choose(&minima, &own)?;
        let mut profiles = Vec::new();
        for round in 0..=RETURNS {
            profiles = self.profiles(&search, &best, &done);
            // The minimum that is reported is the one that was profiled.
            let better = profiles.iter().find_map(|p| p.better.clone()).filter(|_| round < RETURNS);
            let Some(better) = better else { break };
            match search.minimise(better) {
                Ok(lower) if lower.residuals.sse() < best.residuals.sse() => best = lower,
                _ => break,
            }
        }
        self.report(&search, &best, &profiles, starts)
    }

    /// The lowest minimum; among those that fit equally well, the one nearest to the user's own start.
    fn choose(&self, minima: &[Result<Minimum>], own: &DVector<f64>) -> Result<Minimum> {
        let sound: Vec<&Minimum> = minima.iter().flatten().collect();
        let lowest = sound.iter().map(|m| m.residuals.sse()).fold(f64::INFINITY, f64::min);
        let allowed = 1e-3 * self.threshold(lowest).allowed;
        let distance = |m: &&&Minimum| (&m.x - own).norm();
        let near = sound.iter().filter(|m| m.residuals.sse() <= lowest + allowed);
        // A converged minimum goes before one that ran out of iterations.
        let best = near.min_by(|a, b| b.converged().cmp(&a.converged()).then(distance(a).total_cmp(&distance(b))));
        best.copied().cloned().ok_or_else(|| {
            let first = minima.iter().find_map(|m| m.as_ref().err().cloned());
            let none = || refuse("the list of starts", "empty", "at least one start");
            FitError::NoStart { first: Box::new(first.unwrap_or_else(none)) }
        })
    }

    fn degrees(&self) -> f64 {
        (self.objective.data() - self.free.len()) as f64
    }

    /// Variance of a weighted residual: 1 if the data state their own, else estimated from the fit.
    fn variance(&self, sse: f64) -> f64 {
        if self.objective.weighted() { 1.0 } else { sse / self.degrees() }
    }

    /// How much the sum of squares may rise at 95 % confidence for one parameter: `chi2(1)`, or `t^2 s^2` for
    /// an estimated variance.
    fn threshold(&self, sse: f64) -> Threshold {
        let tail = 0.5 + 0.5 * CONFIDENCE;
        let quantile = if self.objective.weighted() {
            Normal::standard().inverse_cdf(tail)
        } else {
            StudentsT::new(0.0, 1.0, self.degrees()).map_or(2.0, |t| t.inverse_cdf(tail))
        };
        // Data without noise would allow nothing at all, not even the error of the integration.
        let integration = (100.0 * self.options.solve.rtol * self.objective.size()).powi(2);
        Threshold { minimum: sse, allowed: (quantile * quantile * self.variance(sse)).max(integration) }
    }

    fn profiles(&self, search: &Search<'_>, best: &Minimum, done: &(dyn Fn() + Sync)) -> Vec<Profile> {
        let threshold = self.threshold(best.residuals.sse());
        // A profile compares sums of squares with the allowed rise; more digits than that are not needed.
        let gain = (1e-4 * threshold.allowed / best.residuals.sse().max(f64::MIN_POSITIVE)).min(1e-4);
        let rules = Rules {
            gain: gain.max(search.rules.gain),
            max_iterations: search.rules.max_iterations.min(PROFILE_ITERATIONS),
            ..search.rules
        };
        let search = &Search { rules, ..*search };
        let all: Vec<usize> = (0..self.free.len()).collect();
        let linear = covariance(&best.residuals.jacobian, &all, self.variance(best.residuals.sse()));
        (0..self.free.len())
            .into_par_iter()
            .map(|i| {
                // Twice the standard error reaches the limit of a well-determined parameter in one stride.
                let width = search.rules.high[i] - search.rules.low[i];
                let error = linear.as_ref().map_or(f64::INFINITY, |c| c[(i, i)].sqrt());
                let step = (2.2 * error).clamp(1e-9 * width, 0.05 * width);
                let mut profile = profile(search, best, i, step, threshold);
                // Limits on both sides far inside the linear interval are none of the data: the others could not
                // follow. On one side alone they can be right, where an effect saturates and the minimum is flat.
                let linear = 2.0 * (threshold.allowed / self.variance(best.residuals.sse())).sqrt() * error;
                if let (Limit::At(low), Limit::At(high)) = (profile.low, profile.high)
                    && error.is_finite()
                    && high - low < SUSPICIOUS * linear
                {
                    (profile.low, profile.high) = (Limit::Lost(low), Limit::Lost(high));
                }
                done();
                profile
            })
            .collect()
    }

    fn report(
        &self,
        search: &Search<'_>,
        best: &Minimum,
        profiles: &[Profile],
        starts: Vec<Start>,
    ) -> Result<FitReport> {
        let sse = best.residuals.sse();
        let at_bound: Vec<bool> = (0..self.free.len()).map(|i| at_bound(search, &best.x, i)).collect();
        // Whether a wider range would fit better.
        let better = sse - 0.01 * self.threshold(sse).allowed;
        let leaves =
            |i: usize| at_bound[i] && widened(search, i, best.x.clone()).is_some_and(|m| m.residuals.sse() < better);
        let outside: Vec<bool> = (0..self.free.len()).map(leaves).collect();
        let moving: Vec<usize> = (0..self.free.len()).filter(|i| !at_bound[*i]).collect();
        let covariance = covariance(&best.residuals.jacobian, &moving, self.variance(sse));
        let place = |i: usize| moving.iter().position(|m| *m == i);
        let parameters = self
            .free
            .iter()
            .enumerate()
            .map(|(i, free)| {
                let value = free.within(best.x[i]);
                let error = covariance.as_ref().zip(place(i)).map(|(c, k)| c[(k, k)].sqrt() * free.slope(value));
                Estimate {
                    name: free.name.clone(),
                    setting: free.setting,
                    value,
                    standard_error: error,
                    low: free.low,
                    high: free.high,
                    logarithmic: free.scale == Scale::Log,
                    at_bound: at_bound[i],
                    verdict: if outside[i] { Verdict::EndOfRange } else { verdict(free, &profiles[i]) },
                    obstacles: obstacles(self.free, i, &profiles[i]),
                    unit: free.unit.clone(),
                    factor: free.factor,
                }
            })
            .collect();
        let correlation = covariance.map(|c| {
            let entry = |i, j| c[(i, j)] / (c[(i, i)] * c[(j, j)]).sqrt();
            (0..c.nrows()).map(|i| (0..c.ncols()).map(|j| entry(i, j)).collect()).collect()
        });
        let (comparisons, warnings) = self.objective.compare(&best.x)?;
        Ok(FitReport {
            experiments: self.objective.experiments.to_vec(),
            fitted: self.objective.experiments.iter().map(|e| self.objective.problem(e, &best.x)).collect(),
            comparisons,
            warnings,
            parameters,
            correlated: moving,
            correlation,
            sse,
            weighted: self.objective.weighted(),
            degrees_of_freedom: self.objective.data() - self.free.len(),
            converged: best.converged(),
            iterations: best.iterations,
            starts,
            exchanges: self.exchanges(best),
            seed: self.options.seed,
            rtol: self.options.solve.rtol,
        })
    }

    /// Pairs of one dimension whose exchange changes the sum of squares by next to nothing. The exchanged
    /// point may lie outside the bounds: the statement is about the model and the data.
    fn exchanges(&self, best: &Minimum) -> Vec<Exchange> {
        let sse = best.residuals.sse();
        let allowed = 1e-3 * self.threshold(sse).allowed;
        let mut found = Vec::new();
        for i in 0..self.free.len() {
            for j in i + 1..self.free.len() {
                let (a, b) = (&self.free[i], &self.free[j]);
                let (va, vb) = (a.to_value(best.x[i]), b.to_value(best.x[j]));
                if a.dimension != b.dimension || a.scale != b.scale || (va - vb).abs() <= 1e-3 * va.abs().max(vb.abs())
                {
                    continue;
                }
                let mut x = best.x.clone();
                x.swap_rows(i, j);
                if let Ok(residuals) = self.objective.evaluate(&x)
                    && (residuals.sse() - sse).abs() <= allowed
                {
                    found.push(Exchange { pair: (i, j), sse: residuals.sse() });
                }
            }
        }
        found
    }
}

fn verdict(free: &Resolved, profile: &Profile) -> Verdict {
    let limit = |limit| match limit {
        Limit::At(x) => Some(free.to_value(x)),
        Limit::Open | Limit::Lost(_) | Limit::Range(..) => None,
    };
    match (limit(profile.low), limit(profile.high)) {
        (Some(low), Some(high)) => Verdict::Determined { low, high },
        (Some(low), None) => Verdict::BoundedFromBelow { low },
        (None, Some(high)) => Verdict::BoundedFromAbove { high },
        (None, None) => Verdict::NotDetermined,
    }
}

/// Where a profile could not be followed to a limit of the data, and why.
fn obstacles(all: &[Resolved], i: usize, profile: &Profile) -> Vec<Obstacle> {
    [profile.low, profile.high]
        .into_iter()
        .filter_map(|limit| match limit {
            Limit::Lost(x) => Some(Obstacle { value: all[i].to_value(x), range_of: None }),
            Limit::Range(x, other) => {
                Some(Obstacle { value: all[i].to_value(x), range_of: Some(all[other].name.clone()) })
            }
            Limit::At(_) | Limit::Open => None,
        })
        .collect()
}

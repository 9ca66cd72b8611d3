//! From a minimum and its profiles to the report: verdicts, exchanges, other minima.

use nalgebra::DVector;
use ratelaw_network::Scale;

use crate::cause::causes;
use crate::criteria::Likelihood;
use crate::error::Result;
use crate::fitting::{Fitting, Judged};
use crate::identifiability::{Cause, Exchange, OtherMinimum, Verdict};
use crate::minimiser::{FROM_A_START, Minimum, Rules};
use crate::parameter::{Kind, Resolved};
use crate::profile::{Limit, Profile, ProfilePoint, Visit, at_bound, widened};
use crate::report::{Estimate, FitReport, Obstacle, Start};
use crate::search::{Model, Search};

/// Sums that differ by less than this fraction of the allowed rise are equal.
const EQUAL: f64 = 1e-3;
/// Another minimum lies at least this fraction of a range away.
const APART: f64 = 0.01;
/// Where the way between two minima is looked at.
const ON_THE_WAY: [f64; 3] = [0.25, 0.5, 0.75];
/// Most other minima that are listed.
const LISTED: usize = 5;

impl Fitting<'_> {
    pub(crate) fn report(
        &self,
        judged: &Judged<'_>,
        profiles: &[Profile],
        minima: &[Result<Minimum>],
        (reached, resolved_sse): (f64, f64),
    ) -> Result<FitReport> {
        let Judged { objective, best, .. } = judged;
        let search = self.search(objective);
        let sse = best.sse();
        let at_bound: Vec<bool> = (0..self.free.len()).map(|i| at_bound(&search, &best.x, i)).collect();
        // Whether a wider range would fit better.
        let better = sse - 0.01 * judged.threshold.allowed;
        let leaves = |i: usize| {
            at_bound[i]
                && !profiles[i].is_stopped()
                && widened(&search, i, best.x.clone()).is_some_and(|m| m.sse() < better)
        };
        let outside: Vec<bool> = (0..self.free.len()).map(leaves).collect();
        let moving: Vec<usize> = (0..self.free.len()).filter(|i| !at_bound[*i]).collect();
        let covariance = judged.covariance(&moving);
        let place = |i: usize| moving.iter().position(|m| *m == i);
        let exchanges = self.exchanges(judged);
        let other_minima = self.other_minima(judged, minima, &exchanges, reached);
        let verdicts: Vec<Verdict> = (0..self.free.len())
            .map(|i| if outside[i] { Verdict::EndOfRange } else { verdict(&self.free[i], &profiles[i]) })
            .collect();
        let mut causes = self.causes(judged, profiles, &verdicts);
        let parameters = self
            .free
            .iter()
            .enumerate()
            .map(|(i, free)| {
                let value = free.within(best.x[i]);
                let error = covariance.as_ref().zip(place(i)).map(|(c, k)| c[(k, k)].sqrt() * free.slope(value));
                Estimate {
                    name: free.name.clone(),
                    role: free.target.role(),
                    value,
                    standard_error: error,
                    low: free.low,
                    high: free.high,
                    logarithmic: free.scale == Scale::Log,
                    prior: free.prior,
                    at_bound: at_bound[i],
                    verdict: verdicts[i],
                    cause: causes[i].take(),
                    obstacles: obstacles(self.free, i, &profiles[i]),
                    profile: points(free, &profiles[i]),
                    unit: free.unit.clone(),
                    factor: free.factor,
                }
            })
            .collect();
        let correlation = covariance.as_ref().map(|c| {
            let entry = |i, j| c[(i, j)] / (c[(i, i)] * c[(j, j)]).sqrt();
            (0..c.nrows()).map(|i| (0..c.ncols()).map(|j| entry(i, j)).collect()).collect()
        });
        let (comparisons, mut warnings) = objective.compare(&best.x)?;
        warnings.extend(judged.otherwise.iter().map(|(x, rise)| self.other_noise(x, *rise)));
        if judged.coarse {
            warnings.push(format!(
                "the limits are those of the integration's error at rtol {:e}, wider than the data ask for: a smaller \
                 rtol may narrow them",
                self.options.solve.rtol
            ));
        }
        Ok(FitReport {
            experiments: self.experiments.to_vec(),
            fitted: (0..self.experiments.len()).map(|e| objective.problem(e, &best.x)).collect(),
            comparisons,
            warnings,
            parameters,
            correlated: moving,
            correlation,
            sse,
            weighted: objective.weighted(),
            known_noise: objective.known,
            noise: objective.levels.as_ref().map_or(Vec::new(), |l| l.groups.clone()),
            loss: objective.loss,
            likelihood: Likelihood::of(objective, &judged.plain),
            degrees_of_freedom: self.degrees() as usize,
            converged: best.converged(),
            ending: best.ending,
            iterations: best.iterations,
            starts: minima.iter().map(Start::new).collect(),
            reached,
            resolved_sse,
            exchanges,
            other_minima,
            seed: self.options.seed,
            rtol: self.options.solve.rtol,
            options: self.options.clone(),
            resolved: self.free.to_vec(),
            quantile: judged.quantile,
            allowed_rise: judged.threshold.allowed,
            coordinates: best.x.clone(),
            covariance,
        })
    }

    /// Why the data leave each parameter open that they do: what the Jacobians say, and what its profile does.
    fn causes(&self, judged: &Judged<'_>, profiles: &[Profile], verdicts: &[Verdict]) -> Vec<Option<Cause>> {
        let mut causes = causes(self, judged, verdicts);
        let limit = judged.threshold.limit();
        for (i, (cause, profile)) in causes.iter_mut().zip(profiles).enumerate() {
            let sides = match verdicts[i] {
                Verdict::BoundedFromBelow { .. } => (false, true),
                Verdict::BoundedFromAbove { .. } => (true, false),
                Verdict::NotDetermined => (true, true),
                _ => continue,
            };
            if self.nears(i, profile, judged.best.x[i], limit, sides) {
                *cause = Some(Cause::Range);
            }
            // That the curves saturate was seen only where the profile stayed low up to the bound.
            let open = if sides.1 { profile.high } else { profile.low };
            if open != Limit::Open && *cause == Some(Cause::Saturation) {
                *cause = None;
            }
        }
        causes
    }

    /// That another estimate of the noise explains itself too.
    fn other_noise(&self, x: &DVector<f64>, rise: f64) -> String {
        let value = |(free, x): (&Resolved, &f64)| {
            let unit = if free.unit == "1" { String::new() } else { format!(" {}", free.unit) };
            format!("{} = {:.4e}{unit}", free.name, free.within(*x) / free.factor)
        };
        let values: Vec<String> = self.free.iter().zip(x.iter()).map(value).collect();
        let values = values.join(", ");
        format!(
            "another estimate of the noise explains itself too, with {values} and a -2 ln L that is {rise:.2} higher"
        )
    }

    /// Whether the data would object a little beyond an end of the range that the profile came to, on one of these sides: within
    /// a factor of e on a logarithmic scale, or as far again as that end is from the minimum.
    fn nears(&self, i: usize, profile: &Profile, at: f64, limit: f64, (low, high): (bool, bool)) -> bool {
        let visits = &profile.trace.visits;
        let ends =
            [(visits.first(), low && profile.low == Limit::Open), (visits.last(), high && profile.high == Limit::Open)];
        let end = ends.into_iter().filter(|(_, open)| *open).filter_map(|(visit, _)| visit);
        end.into_iter().any(|visit| {
            let away = visit.coordinate - at;
            let way = if self.free[i].scale == Scale::Log { away.signum() } else { away };
            away != 0.0 && visit.nears(limit, way)
        })
    }

    /// Pairs of one dimension whose exchange changes the sum by next to nothing. The exchanged point may lie outside the
    /// bounds: the statement is about the model and the data.
    fn exchanges(&self, judged: &Judged<'_>) -> Vec<Exchange> {
        let Judged { objective, best, threshold, .. } = judged;
        let mut found = Vec::new();
        for i in 0..self.free.len() {
            for j in i + 1..self.free.len() {
                let (a, b) = (&self.free[i], &self.free[j]);
                let (va, vb) = (a.to_value(best.x[i]), b.to_value(best.x[j]));
                let alike = a.dimension == b.dimension && a.scale == b.scale && a.kind == b.kind;
                if !alike || a.kind != Kind::Size || (va - vb).abs() <= 1e-3 * va.abs().max(vb.abs()) {
                    continue;
                }
                let mut x = best.x.clone();
                x.swap_rows(i, j);
                if let Ok(residuals) = objective.evaluate(&x)
                    && (residuals.sse() - best.sse()).abs() <= EQUAL * threshold.allowed
                {
                    found.push(Exchange { pair: (i, j), sse: residuals.sse() });
                }
            }
        }
        found
    }

    /// Ends of other starts that fit equally well and have worse fits between them and the minimum: valleys are one
    /// minimum, not many.
    fn other_minima(
        &self,
        judged: &Judged<'_>,
        minima: &[Result<Minimum>],
        exchanges: &[Exchange],
        reached: f64,
    ) -> Vec<OtherMinimum> {
        let Judged { objective, best, threshold, .. } = judged;
        let mut known: Vec<DVector<f64>> = vec![best.x.clone()];
        known.extend(exchanges.iter().map(|e| {
            let mut x = best.x.clone();
            x.swap_rows(e.pair.0, e.pair.1);
            x
        }));
        let mut found: Vec<OtherMinimum> = Vec::new();
        let near = |a: &DVector<f64>, b: &DVector<f64>| {
            (0..a.len()).all(|i| (a[i] - b[i]).abs() <= APART * (self.free[i].range().1 - self.free[i].range().0))
        };
        let limit = threshold.limit();
        let one_valley = |a: &DVector<f64>, b: &DVector<f64>| {
            let between = |t: f64| objective.evaluate(&(a + (b - a) * t)).is_ok_and(|r| r.sse() <= limit);
            near(a, b) || ON_THE_WAY.into_iter().all(between) || self.curved_valley(judged, a, b)
        };
        for m in minima.iter().flatten().filter(|m| m.converged() && m.sse() <= reached + EQUAL * threshold.allowed) {
            if found.len() >= LISTED {
                break;
            }
            if !known.iter().any(|k| one_valley(k, &m.x)) {
                let values = self.free.iter().zip(m.x.iter()).map(|(f, x)| f.within(*x)).collect();
                found.push(OtherMinimum { values, sse: m.sse() });
                known.push(m.x.clone());
            }
        }
        found
    }
    /// Whether two points lie in one valley that bends: on the way the parameter that differs most is held, and the others go where the
    /// sum is least.
    fn curved_valley(&self, judged: &Judged<'_>, a: &DVector<f64>, b: &DVector<f64>) -> bool {
        let apart = |i: usize| {
            let (low, high) = self.free[i].range();
            (a[i] - b[i]).abs() / (high - low)
        };
        let held = (0..a.len()).max_by(|i, j| apart(*i).total_cmp(&apart(*j)));
        let held: Vec<bool> = (0..a.len()).map(|i| Some(i) == held).collect();
        let search = self.search(&judged.objective);
        let search = Search { rules: Rules { held: &held, gain: FROM_A_START, ..search.rules }, ..search };
        let limit = judged.threshold.limit();
        let low = |t: f64| search.minimise(a + (b - a) * t).is_ok_and(|m| m.sse() <= limit);
        ON_THE_WAY.into_iter().all(low)
    }
}

fn verdict(free: &Resolved, profile: &Profile) -> Verdict {
    let limit = |limit| match limit {
        Limit::At(x) => Some(free.to_value(x)),
        Limit::Open | Limit::Lost(_) | Limit::Range(..) | Limit::Stopped => None,
    };
    if profile.is_stopped() {
        return Verdict::Stopped;
    }
    match (limit(profile.low), limit(profile.high)) {
        (Some(low), Some(high)) => Verdict::Determined { low, high },
        (Some(low), None) => Verdict::BoundedFromBelow { low },
        (None, Some(high)) => Verdict::BoundedFromAbove { high },
        (None, None) => Verdict::NotDetermined,
    }
}

/// The points of a profile; at the ends of the range exactly there.
fn points(free: &Resolved, profile: &Profile) -> Vec<ProfilePoint> {
    let point = |v: &Visit| ProfilePoint {
        value: free.within(v.coordinate),
        sse: v.sse,
        slope: v.slope,
        converged: v.converged,
    };
    profile.trace.visits.iter().map(point).collect()
}

/// Where a profile could not be followed to a limit of the data, and why.
fn obstacles(all: &[Resolved], i: usize, profile: &Profile) -> Vec<Obstacle> {
    let value = |x: f64| all[i].to_value(x);
    let one = |(limit, direction): (Limit, f64)| match limit {
        Limit::Lost(x) => {
            let beyond = profile.trace.failures.iter().filter(|(at, _)| (at - x) * direction > 0.0);
            let nearest = beyond.min_by(|(a, _), (b, _)| (a - x).abs().total_cmp(&(b - x).abs()));
            let failure = nearest.map(|(at, cause)| (value(*at), cause.clone()));
            Some(Obstacle { value: value(x), range_of: None, failure })
        }
        Limit::Range(x, other) => {
            Some(Obstacle { value: value(x), range_of: Some(all[other].name.clone()), failure: None })
        }
        Limit::At(_) | Limit::Open | Limit::Stopped => None,
    };
    [(profile.low, -1.0), (profile.high, 1.0)].into_iter().filter_map(one).collect()
}

//! The main loop.

use ratelaw_network::Lane;

use crate::control::{Controller, Tolerance};
use crate::error::{Cause, Failure, Result, SolveError};
use crate::method::{Method, Rosenbrock, TABLEAU, Tangent, integrate_explicit};
use crate::options::SolveOptions;
use crate::potential::{balance_tangent, balanced};
use crate::problem::{Problem, initial_direction};
use crate::setting::Setting;
use crate::solution::Solution;
use crate::stats::Stats;
use crate::system::System;

/// Where and why an integration stopped before its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stop {
    pub(crate) cause: Cause,
    pub(crate) t: f64,
    pub(crate) h: f64,
    pub(crate) species: Option<usize>,
}

/// Integrates a problem.
///
/// # Errors
/// A value that is out of range, by name, before any work; [`SolveError::Failed`] with the partial solution
/// if the integration stops on its way.
pub fn solve(problem: &Problem, options: &SolveOptions) -> Result<Solution> {
    options.check()?;
    problem.check()?;
    let network = problem.network();
    let conditions = problem.conditions();
    let bound = network.bound(problem.parameters(), conditions)?;
    let system = System::new(network.compiled_for(conditions), bound);
    let (potentials, timed) = (system.compiled.potentials(), system.compiled.time().is_some());
    if !potentials.is_empty() && options.method != Method::Rodas5P {
        let what = "find potentials together with amounts";
        return Err(SolveError::Unsupported { method: options.method, what, instead: Method::Rodas5P });
    }
    let scale = network.scales(problem.initial());
    let tolerance = Tolerance::new(options.rtol, options.resolution, scale, potentials.len(), timed);
    let mut solution = Solution::new(problem, options);
    let outcome = match options.method {
        Method::Rodas5P => rosenbrock(options, &system, &tolerance, &mut solution),
        Method::Dopri5 | Method::Dop853 => integrate_explicit(options, &system, &tolerance, &mut solution),
    };
    match outcome {
        Ok(()) => Ok(solution),
        Err(stop) => Err(SolveError::Failed(Box::new(failure(problem, &system, stop, solution)))),
    }
}

/// Adaptive steps of the Rosenbrock method from save point to save point, on one lane.
fn rosenbrock(
    options: &SolveOptions,
    system: &System<'_, 1>,
    tolerance: &Tolerance,
    solution: &mut Solution,
) -> Result<(), Stop> {
    let problem = &solution.problem.clone();
    let (t_end, times) = (problem.t_end(), problem.times());
    let mut step = Rosenbrock::new(system);
    let mut control = Controller::new(TABLEAU.error_order);
    let mut y = balanced(problem, system)?;
    let mut q = vec![Lane::ZERO; system.quadratures.len()];
    let mut stats = Stats::default();
    step.linearise(system, &y, &mut stats);
    let mut tangents: Vec<Tangent<1>> =
        options.sensitivities.iter().map(|s| tangent(problem, system, &step, &y, *s)).collect();
    let mut output = Output::new(&times, y.len(), q.len());
    let floor = tolerance.floor();

    let (mut t, mut h) = (0.0, first_step(system, tolerance, (&y, t_end), &mut stats));
    output.start(&y, &q, &tangents, solution);
    while t < t_end {
        step.linearise(system, &y, &mut stats);
        // A species that multiplies grows unseen below its absolute tolerance: steps stay within its own time.
        h = h.min(step.growth_time());
        // Repeat the step with a smaller size until its error is within the tolerance.
        let error = loop {
            let stop = |h, cause, species| Err(Stop { cause, t, h, species });
            if stats.accepted + stats.rejected >= options.max_steps {
                solution.stats = stats;
                return stop(h, Cause::TooManySteps, None);
            }
            if t + h <= t {
                solution.stats = stats;
                return stop(h, Cause::StepTooSmall, None);
            }
            let last = h >= (t_end - t) * (1.0 - 1e-12);
            h = if last { t_end - t } else { h };
            step.attempt(system, &y, &q, Lane([h]), &mut stats);
            let (error, worst) = tolerance.norm(0, step.error(), &y, &step.y);
            if error <= 1.0 {
                break error;
            }
            stats.rejected += 1;
            let smaller = control.reject(h, error);
            if t + smaller <= t || smaller < f64::MIN_POSITIVE {
                solution.stats = stats;
                let cause = if error.is_finite() { Cause::StepTooSmall } else { Cause::NotFinite };
                return stop(h, cause, Some(worst));
            }
            h = smaller;
        };
        stats.accepted += 1;
        let next = if h == t_end - t { t_end } else { t + h };
        for tangent in &mut tangents {
            tangent.follow(system, &mut step, &y, Lane([h]), &mut stats);
        }
        output.within(&step, (t, next), (&y, &q), &tangents, solution);
        std::mem::swap(&mut y, &mut step.y);
        std::mem::swap(&mut q, &mut step.q);
        for tangent in &mut tangents {
            tangent.advance();
        }
        t = next;
        solution.note_negative(t, y.iter().map(|y| y.0[0]), &floor);
        h = control.accept(h, error);
    }
    solution.stats = stats;
    Ok(())
}

fn first_step(system: &System<'_, 1>, tolerance: &Tolerance, (y, t_end): (&[Lane<1>], f64), stats: &mut Stats) -> f64 {
    let mut rates = vec![Lane::ZERO; system.compiled.directions()];
    let mut slope = vec![Lane::ZERO; y.len()];
    system.compiled.derivative(&system.bound, y, &mut rates, &mut slope);
    stats.evaluations += 1;
    tolerance.first_step(&plain(y), &plain(&slope), t_end)
}

fn tangent(
    problem: &Problem,
    system: &System<'_, 1>,
    step: &Rosenbrock<1>,
    y: &[Lane<1>],
    setting: Setting,
) -> Tangent<1> {
    let network = problem.network();
    let along =
        setting.direction().map(|direction| network.bound_along(problem.parameters(), problem.conditions(), direction));
    let mut initial = vec![Lane::ZERO; system.size()];
    if let Setting::Initial(id) = setting {
        for (species, share) in initial_direction(network, id) {
            initial[species.0] = Lane([share]);
        }
    }
    balance_tangent(system, step, along.as_ref(), y, &mut initial);
    Tangent::new(system, along, initial)
}

/// Fills the save points from the dense output of the steps that pass them.
struct Output<'a> {
    times: &'a [f64],
    next: usize,
    y: Vec<Lane<1>>,
    q: Vec<Lane<1>>,
}

type State<'a> = (&'a [Lane<1>], &'a [Lane<1>]);

impl<'a> Output<'a> {
    fn new(times: &'a [f64], n: usize, quadratures: usize) -> Self {
        Self { times, next: 0, y: vec![Lane::ZERO; n], q: vec![Lane::ZERO; quadratures] }
    }

    fn start(&mut self, y: &[Lane<1>], q: &[Lane<1>], tangents: &[Tangent<1>], solution: &mut Solution) {
        while self.times.get(self.next).is_some_and(|t| *t <= 0.0) {
            let derivatives = tangents.iter().map(|d| (plain(&d.y), plain(&d.q))).collect();
            solution.push(0.0, &plain(y), plain(q), derivatives);
            self.next += 1;
        }
    }

    fn within(
        &mut self,
        step: &Rosenbrock<1>,
        (t, end): (f64, f64),
        start: State<'_>,
        tangents: &[Tangent<1>],
        solution: &mut Solution,
    ) {
        while let Some(time) = self.times.get(self.next).filter(|time| **time <= end) {
            let theta = if *time == end { 1.0 } else { (time - t) / (end - t) };
            let derivatives = tangents
                .iter()
                .map(|tangent| {
                    tangent.interpolate(theta, &mut self.y, &mut self.q);
                    (plain(&self.y), plain(&self.q))
                })
                .collect();
            step.interpolate(start, theta, (&mut self.y, &mut self.q));
            solution.push(*time, &plain(&self.y), plain(&self.q), derivatives);
            self.next += 1;
        }
    }
}

fn plain(lanes: &[Lane<1>]) -> Vec<f64> {
    lanes.iter().map(|x| x.0[0]).collect()
}

/// Names the species and the step behind a failure.
fn failure(problem: &Problem, system: &System<'_, 1>, stop: Stop, partial: Solution) -> Failure {
    let network = problem.network();
    let last = partial.states.last().map_or(problem.initial(), Vec::as_slice);
    let potentials = partial.potentials.last().cloned().unwrap_or_default();
    let y: Vec<Lane<1>> = problem.variables_at(last, &potentials, stop.t).into_iter().map(|y| Lane([y])).collect();
    let mut rates = vec![Lane::ZERO; system.compiled.directions()];
    if y.len() == system.size() {
        system.compiled.rates(&system.bound, &y, &mut rates);
    }
    let suspect = stop.species.and_then(|species| {
        let changes = network.steps().iter().enumerate().filter_map(|(i, step)| {
            let change = step.change.iter().find(|(id, _)| id.0 == species)?.1;
            let rate = system.compiled.step_rate(ratelaw_network::StepId(i), &rates).0[0];
            Some(((change * rate).abs(), &step.name))
        });
        changes.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name.clone())
    });
    Failure {
        cause: stop.cause,
        t: stop.t,
        h: stop.h,
        species: stop.species.and_then(|i| network.species().get(i)).map(|s| s.name.clone()),
        step: suspect,
        partial,
    }
}

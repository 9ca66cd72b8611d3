//! The main loop.

use ratelaw_network::Lane;

use crate::control::{Controller, Tolerance};
use crate::error::{Cause, Failure, Result, SolveError};
use crate::method::{Method, Rosenbrock, TABLEAU, Tangent, integrate_explicit};
use crate::options::SolveOptions;
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
    let constants = network.bind(problem.parameters(), problem.conditions())?;
    let system = System::new(network.compiled(), &[constants]);
    let scale = network.scales(problem.initial());
    let absolute = scale.iter().map(|s| s * options.rtol * options.resolution).collect();
    let tolerance = Tolerance { relative: options.rtol, absolute, scale };
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
    let mut tangents: Vec<Tangent<1>> = options.sensitivities.iter().map(|s| tangent(problem, system, *s)).collect();
    let mut y: Vec<Lane<1>> = problem.initial().iter().map(|y| Lane([*y])).collect();
    let mut q = vec![Lane::ZERO; system.quadratures.len()];
    let mut stats = Stats::default();
    let mut output = Output::new(&times, y.len(), q.len());
    let floor = tolerance.floor();

    let (mut t, mut h) = (0.0, first_step(system, tolerance, problem, &mut stats));
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

fn first_step(system: &System<'_, 1>, tolerance: &Tolerance, problem: &Problem, stats: &mut Stats) -> f64 {
    let y: Vec<Lane<1>> = problem.initial().iter().map(|y| Lane([*y])).collect();
    let mut rates = vec![Lane::ZERO; system.compiled.directions()];
    let mut slope = vec![Lane::ZERO; y.len()];
    system.compiled.derivative(&system.constants, &y, &mut rates, &mut slope);
    stats.evaluations += 1;
    let slope: Vec<f64> = slope.iter().map(|s| s.0[0]).collect();
    tolerance.first_step(problem.initial(), &slope, problem.t_end())
}

fn tangent(problem: &Problem, system: &System<'_, 1>, setting: Setting) -> Tangent<1> {
    let network = problem.network();
    let constants = setting.direction().map(|direction| {
        let dk = network.bind_derivative(problem.parameters(), problem.conditions(), direction);
        dk.into_iter().map(|k| Lane([k])).collect()
    });
    let mut initial = vec![Lane::ZERO; system.size()];
    if let Setting::Initial(id) = setting {
        for (species, share) in initial_direction(network, id) {
            initial[species.0] = Lane([share]);
        }
    }
    Tangent::new(system, constants, initial)
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
            solution.push(0.0, plain(y), plain(q), derivatives);
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
            solution.push(*time, plain(&self.y), plain(&self.q), derivatives);
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
    let y: Vec<Lane<1>> = last.iter().map(|y| Lane([*y])).collect();
    let mut rates = vec![Lane::ZERO; system.compiled.directions()];
    system.compiled.rates(&system.constants, &y, &mut rates);
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
        species: stop.species.map(|i| network.species()[i].name.clone()),
        step: suspect,
        partial,
    }
}

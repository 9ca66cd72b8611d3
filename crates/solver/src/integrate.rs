//! From a problem to its solution.

use ratelaw_network::{Bound, Lane, Network, StepId, Values};

use crate::charge::ChargeBalance;
use crate::error::{Cause, Failure, Result, SolveError};
use crate::initialise::Initialiser;
use crate::lanes::{Queue, drive, singles};
use crate::method::{BUDGET, Choice, Left, Method, Shared, Watch, integrate_explicit};
use crate::options::{OnNegative, SolveOptions};
use crate::problem::Problem;
use crate::run::{Alone, Run};
use crate::solution::Solution;
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
    let (options, choice) = &options.settled(problem.tables().size());
    options.check()?;
    problem.check()?;
    supported(problem, options)?;
    if *choice != Some(Choice::Large) {
        return chosen(by_method(problem, options), *choice);
    }
    match tried(problem, options)? {
        Ok(solution) => Ok(solution),
        Err(choice) => chosen(by_method(problem, options), Some(choice)),
    }
}

/// Notes why a method was chosen.
pub(crate) fn chosen(outcome: Result<Solution>, choice: Option<Choice>) -> Result<Solution> {
    match outcome {
        Ok(solution) => Ok(Solution { choice, ..solution }),
        Err(SolveError::Failed(mut failure)) => {
            failure.partial.choice = choice;
            Err(SolveError::Failed(failure))
        }
        Err(other) => Err(other),
    }
}

/// Tries an explicit method. It must not do worse than the method that is settled for a stiff problem, so what that one
/// judges (amounts below zero, currents as differences of large rates) is left to it.
fn tried(problem: &Problem, options: &SolveOptions) -> Result<std::result::Result<Solution, Choice>> {
    let method = Method::Dopri5;
    let max_steps = options.max_steps.min(BUDGET);
    let explicit = SolveOptions { method, max_steps, on_negative: OnNegative::Fail, ..options.clone() };
    if supported(problem, &explicit).is_err() || problem.tables().has_reversible_currents() {
        return Ok(Err(Choice::Large));
    }
    let (solution, outcome) = by_explicit(problem, &explicit, true)?;
    Ok(match outcome {
        Ok(()) => Ok(Solution { choice: Some(Choice::NotStiff), ..solution }),
        Err(stop) if matches!(stop.cause, Cause::TimeLimit | Cause::Stopped) => {
            return Err(SolveError::Failed(Box::new(failure(
                problem.network(),
                &unbound(problem, &explicit),
                stop,
                solution,
            ))));
        }
        Err(Stop { cause, t, .. }) => Err(Choice::Left(Left { method, t, cause, stats: solution.stats })),
    })
}

/// How far an explicit method comes, and why no further; one that is watched leaves off where the problem is stiff.
fn by_explicit(
    problem: &Problem,
    options: &SolveOptions,
    watched: bool,
) -> Result<(Solution, std::result::Result<(), Stop>)> {
    let (network, unbound) = (problem.network(), unbound(problem, options));
    let bound = network.bound(unbound.compiled, problem.parameters(), problem.conditions())?;
    let system = System { bound, ..unbound };
    let Run { tolerance, mut solution, .. } = Run::new(network, problem.clone(), options)?;
    let watch = watched.then(|| Watch::new(&system));
    let outcome = integrate_explicit(options, &system, &tolerance, &mut solution, watch);
    Ok((solution, outcome))
}

/// Integrates by the method of the options, which have been checked.
fn by_method(problem: &Problem, options: &SolveOptions) -> Result<Solution> {
    let network = problem.network();
    let system = unbound(problem, options);
    if let Some(queue) = queue(network, options, &system) {
        let mut jobs = Some((0, problem.clone()));
        let mut outcome = None;
        drive::<1>(&queue, &mut || jobs.take(), &mut |_, result| outcome = Some(result));
        return outcome.unwrap_or_else(|| Err(SolveError::Threads { threads: 1, reason: "no outcome".into() }));
    }
    let (solution, outcome) = if options.method.is_explicit() {
        by_explicit(problem, options, false)?
    } else {
        let mut run = Run::new(network, problem.clone(), options)?;
        let charge = ChargeBalance::new(network, options.rtol);
        let outcome = Alone::new(Initialiser::new(network, system.clone()), charge, options).drive(&mut run)?;
        (run.solution, outcome)
    };
    match outcome {
        Ok(()) => Ok(solution),
        Err(stop) => Err(SolveError::Failed(Box::new(failure(network, &system, stop, solution)))),
    }
}

/// The system of a problem's network, not bound to its numbers yet.
pub(crate) fn unbound<'a>(problem: &'a Problem, options: &SolveOptions) -> System<'a, 1> {
    let (network, tables) = (problem.network(), problem.tables());
    let values = Values { parameters: problem.parameters().to_vec(), conditions: *problem.conditions() };
    let system = System::new(tables, Bound::new([values], &[vec![0.0; tables.directions()]]));
    if options.all_turnovers { system.with_all_turnovers(network) } else { system }
}

/// What runs on lanes share, where the method is one that runs on them.
pub(crate) fn queue<'a>(network: &'a Network, options: &'a SolveOptions, system: &System<'a, 1>) -> Option<Queue<'a>> {
    let method = options.method.tableau()?;
    Some(Queue { network, options, method, system: system.clone(), shared: Shared::new(network, system.compiled) })
}

/// Refuses what a method cannot do.
pub(crate) fn supported(problem: &Problem, options: &SolveOptions) -> Result<()> {
    let (tables, stages) = (problem.tables(), problem.network().stages());
    let unsupported = |what| SolveError::Unsupported { method: options.method, what, instead: Method::Rodas5P };
    if !tables.potentials().is_empty() && options.method.is_explicit() {
        return Err(unsupported("find potentials together with amounts"));
    }
    if !stages.is_empty() && options.method.is_explicit() {
        return Err(unsupported("follow a protocol"));
    }
    Ok(())
}

/// Names the species and the step behind a failure.
pub(crate) fn failure(network: &Network, system: &System<'_, 1>, stop: Stop, partial: Solution) -> Failure {
    let problem = &partial.problem;
    let last = partial.states.last().map_or(problem.initial(), Vec::as_slice);
    let potentials = partial.potentials.last().cloned().unwrap_or_default();
    let conditions = partial.conditions.last().unwrap_or(problem.conditions());
    let y = singles(&problem.variables_at(last, &potentials, stop.t));
    let mut rates = vec![Lane::ZERO; system.compiled.directions()];
    let bound = network.bound(system.compiled, problem.parameters(), conditions);
    if let Some(bound) = bound.ok().filter(|_| y.len() == system.size()) {
        system.compiled.rates(&bound, &y, &mut rates);
    }
    let suspect = stop.species.and_then(|species| {
        let changes = network.steps().iter().enumerate().filter_map(|(i, step)| {
            let change = step.change.iter().find(|(id, _)| id.0 == species)?.1;
            let rate = system.compiled.step_rate(StepId(i), &rates).0[0];
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

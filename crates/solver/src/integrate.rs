//! From a problem to its solution.

use ratelaw_network::{Bound, Lane, Network, StepId, Values};

use crate::charge::ChargeBalance;
use crate::error::{Cause, Failure, Result, SolveError};
use crate::initialise::Initialiser;
use crate::lanes::{Queue, drive, singles};
use crate::method::{Method, Shared, integrate_explicit};
use crate::options::SolveOptions;
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
    let options = &options.settled(problem.tables().size());
    options.check()?;
    problem.check()?;
    supported(problem, options)?;
    let network = problem.network();
    let system = unbound(problem, options);
    if let Some(queue) = queue(network, options, &system) {
        let mut jobs = Some((0, problem.clone()));
        let mut outcome = None;
        drive::<1>(&queue, &mut || jobs.take(), &mut |_, result| outcome = Some(result));
        return outcome.unwrap_or_else(|| Err(SolveError::Threads { threads: 1, reason: "no outcome".into() }));
    }
    let mut run = Run::new(network, problem.clone(), options)?;
    let outcome = if options.method.is_explicit() {
        let Run { tolerance, solution, .. } = &mut run;
        let bound = network.bound(system.compiled, problem.parameters(), problem.conditions())?;
        integrate_explicit(options, &System { bound, ..system.clone() }, tolerance, solution)
    } else {
        let charge = ChargeBalance::new(network, options.rtol);
        Alone::new(Initialiser::new(network, system.clone()), charge, options).drive(&mut run)?
    };
    match outcome {
        Ok(()) => Ok(run.solution),
        Err(stop) => Err(SolveError::Failed(Box::new(failure(network, &system, stop, run.solution)))),
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

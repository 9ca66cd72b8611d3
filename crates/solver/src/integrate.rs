//! From a problem to its solution.

use ratelaw_network::Lane;

use crate::error::{Cause, Failure, Result, SolveError};
use crate::method::{Method, integrate_explicit};
use crate::options::SolveOptions;
use crate::problem::Problem;
use crate::run::Run;
use crate::schedule;
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
    let network = problem.network();
    let tables = problem.tables();
    let bound = network.bound(tables, problem.parameters(), problem.conditions())?;
    let system = System::new(tables, bound);
    let system = if options.all_turnovers { system.with_all_turnovers(network) } else { system };
    if !system.compiled.potentials().is_empty() && options.method.is_explicit() {
        let what = "find potentials together with amounts";
        return Err(SolveError::Unsupported { method: options.method, what, instead: Method::Rodas5P });
    }
    let tolerance = options.tolerance(problem)?;
    let stages = network.stages();
    let by_protocol = !stages.is_empty();
    if by_protocol && options.method.is_explicit() {
        let what = "follow a protocol";
        return Err(SolveError::Unsupported { method: options.method, what, instead: Method::Rodas5P });
    }
    if !options.sensitivities.is_empty() && schedule::has_conditions(stages) && tables.time().is_some() {
        return Err(SolveError::UnsupportedEvents);
    }
    let mut solution = Solution::new(problem, options);
    let outcome = match options.method {
        Method::Rodas5P | Method::Radau5 | Method::Ndf | Method::Auto => {
            let mut run = Run::new(problem, options, &tolerance, system);
            let outcome = run.whole(&mut solution)?;
            outcome.map_err(|stop| (stop, run.system))
        }
        Method::Dopri5 | Method::Dop853 => {
            integrate_explicit(options, &system, &tolerance, &mut solution).map_err(|stop| (stop, system))
        }
    };
    match outcome {
        Ok(()) => Ok(solution),
        Err((stop, system)) => Err(SolveError::Failed(Box::new(failure(problem, &system, stop, solution)))),
    }
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

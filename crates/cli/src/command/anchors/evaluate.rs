//! The values that checks ask for, from runs and chains.

use std::collections::BTreeMap;

use ratelaw::prelude::*;
use ratelaw::solver::{ChainResult, rate_control};

use super::prepare::{Over, Place, Ready, Run, Shelf};
use super::quantum::Quantum;
use crate::error::Result;

/// Relative tolerance of all runs: far below any uncertainty of a published figure.
const RTOL: f64 = 1e-6;
/// Most steps of a run, many times what a sound one takes: a trial far off is given up early.
const MAX_STEPS: usize = 5_000;

/// Everything that ran.
pub(super) struct Results<'a> {
    shelf: &'a Shelf<'a>,
    runs: Vec<std::result::Result<Solution, String>>,
    chains: BTreeMap<&'a str, std::result::Result<ChainResult, String>>,
}

/// How runs are solved.
pub(super) fn options() -> SolveOptions {
    SolveOptions { rtol: RTOL, max_steps: MAX_STEPS, ..SolveOptions::default() }
}

/// Runs what the checks ask for; a failure stays with its run.
pub(super) fn run<'a>(shelf: &'a Shelf<'a>, checks: &[Vec<Ready>]) -> Results<'a> {
    let mut times = vec![Vec::new(); shelf.runs.len()];
    for ready in checks.iter().flatten() {
        for place in ready.places.iter().chain(ready.over.as_ref().and_then(Over::place)) {
            if let Place::Run { run, at } = place {
                times[*run].push(at.unwrap_or(shelf.runs[*run].problem.t_end()));
            }
        }
    }
    let run = |(run, mut times): (&Run, Vec<f64>)| {
        let mut problem = run.problem.clone();
        times.sort_by(f64::total_cmp);
        times.dedup();
        problem.set_save(SavePoints::Times(times));
        solve(&problem, &options()).map_err(|e| e.to_string())
    };
    let runs = shelf.runs.iter().zip(times).map(run).collect();
    let chains =
        shelf.chains.iter().map(|(name, chain)| (name.as_str(), chain.run(&options()).map_err(|e| e.to_string())));
    Results { shelf, runs, chains: chains.collect() }
}

impl Results<'_> {
    /// The values of a check, in the order of its places.
    pub(super) fn values(&self, ready: &Ready) -> std::result::Result<Vec<f64>, String> {
        let value = |place: &Place| {
            let value = self.value(place, &ready.quantity)?;
            let divisor = match &ready.over {
                None => 1.0,
                Some(Over::Place(other)) => self.value(other, &ready.quantity)?,
                Some(Over::Quantum(other)) => self.value(place, other)?,
            };
            match value / divisor {
                _ if divisor == 0.0 => Err("what it is divided by is zero".to_owned()),
                ratio if ratio.is_finite() => Ok(ratio),
                _ => Err("it is no finite number".to_owned()),
            }
        };
        ready.places.iter().map(value).collect()
    }

    fn value(&self, place: &Place, quantity: &Quantum) -> std::result::Result<f64, String> {
        match (place, quantity) {
            (Place::Run { run, at }, _) => self.of_run(*run, *at, quantity),
            (Place::Stage { chain, stage, cycle, start }, quantity) => {
                let result = self.chain(chain)?;
                let run = result.run(stage, *cycle).ok_or("that stage did not run")?;
                let row = if *start { 0 } else { run.solution.times.len() - 1 };
                of_solution(&run.solution, row, quantity)
            }
            (Place::Chain { chain }, Quantum::Figure(name)) => {
                let figure = self.chain(chain)?.figure(name).ok_or("the chain has no such figure")?;
                figure.value.ok_or_else(|| figure.reason.clone())
            }
            (Place::Chain { .. }, _) => Err("a chain has figures alone".into()),
        }
    }

    fn chain(&self, name: &str) -> std::result::Result<&ChainResult, String> {
        self.chains[name].as_ref().map_err(Clone::clone)
    }

    fn of_run(&self, run: usize, at: Option<f64>, quantity: &Quantum) -> std::result::Result<f64, String> {
        let problem = &self.shelf.runs[run].problem;
        let time = at.unwrap_or(problem.t_end());
        if let Quantum::Control { step, of } | Quantum::ControlShare { step, of } = quantity {
            let share = matches!(quantity, Quantum::ControlShare { .. });
            return control(problem, time, step, of, share).map_err(|e| e.to_string());
        }
        let solution = self.runs[run].as_ref().map_err(Clone::clone)?;
        // The row before an instruction of that moment, as in data.
        of_solution(solution, solution.times.partition_point(|t| *t < time), quantity)
    }
}

fn of_solution(solution: &Solution, row: usize, quantity: &Quantum) -> std::result::Result<f64, String> {
    let network = solution.network();
    let value = match quantity {
        Quantum::Observable(of) => {
            let observable = Observable::parse(network, of).map_err(|e| e.to_string())?;
            (row < solution.times.len()).then(|| observable.value(&solution.moment(row))).flatten()
        }
        Quantum::Mass(name) => {
            let id = network.species_id(name).map_err(|e| e.to_string())?;
            network.species()[id.0].formula.as_ref().and_then(ratelaw::network::Formula::monoisotopic_mass)
        }
        Quantum::Parameter(name) => {
            let id = network.parameter_id(name).map_err(|e| e.to_string())?;
            Some(solution.problem.parameters()[id.0])
        }
        _ => None,
    };
    value.ok_or_else(|| "it is not defined there".into())
}

/// The control of a step over an observable at a time, or its part of the control of all.
fn control(problem: &Problem, time: f64, step: &str, of: &str, share: bool) -> Result<f64> {
    let mut problem = problem.clone();
    problem.set_t_end(time);
    problem.set_save(SavePoints::Ends);
    let observable = Observable::parse(problem.network(), of)?;
    let control = rate_control(&problem, &[observable], &options())?;
    let degrees = control[0].degrees.last().into_iter().flatten().map(|d| d.unwrap_or(f64::NAN));
    let degrees: Vec<f64> = degrees.collect();
    let own = control[0].steps.iter().position(|s| s == step).map_or(f64::NAN, |i| degrees[i]);
    Ok(if share { own.abs() / degrees.iter().map(|d| d.abs()).sum::<f64>() } else { own })
}

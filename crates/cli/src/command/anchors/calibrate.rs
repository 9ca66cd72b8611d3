//! Fits of constants to the published figures.

use std::path::Path;

use ratelaw::fit::{Expectation, Observation};
use ratelaw::prelude::*;
use toml::Spanned;

use super::evaluate;
use super::file::{Calibration, Check, File, Source};
use super::prepare::{Place, Ready, Shelf};
use super::quantum::Quantum;
use crate::Ending;
use crate::arguments;
use crate::command::fit::with_progress;
use crate::error::{CliError, Result};
use crate::output::{say, write_file};

/// A calibration that can start.
pub(super) struct Prepared<'a> {
    calibration: &'a Calibration,
    /// Problems with their names and what is known of them.
    runs: Vec<(String, Problem, Vec<Observation>)>,
    free: Vec<Free>,
}

impl Prepared<'_> {
    fn experiments(&self) -> Result<Vec<Experiment>> {
        let experiment = |(name, problem, observations): &(String, Problem, Vec<Observation>)| {
            Ok(Experiment::observed(problem.clone(), observations, name)?)
        };
        self.runs.iter().map(experiment).collect()
    }

    /// Takes over what an earlier calibration found, by name: a variant stands on the constants of its base.
    fn take_over(&mut self, report: &FitReport) {
        for (_, problem, _) in &mut self.runs {
            for estimate in &report.parameters {
                if let Ok(setting) = Setting::parse(problem.network(), &estimate.name)
                    && problem.settable(setting).is_ok()
                {
                    problem.set(setting, estimate.value);
                }
            }
        }
    }
}

/// Looks up what every calibration of a file needs.
pub(super) fn prepare<'a>(
    file: &'a File,
    source: &Source,
    shelf: &Shelf<'_>,
    checks: &[Vec<Ready>],
) -> Result<Vec<Prepared<'a>>> {
    let pairs: Vec<(&Spanned<Check>, &Ready)> =
        file.anchor.iter().zip(checks).flat_map(|(a, ready)| a.get_ref().check.iter().zip(ready)).collect();
    let prepared = |entry: &'a Spanned<Calibration>| {
        let calibration = entry.get_ref();
        let wrong = |reason: String| source.fault(entry, format!("calibration `{}`: {reason}", calibration.name));
        let own = pairs.iter().filter(|(check, _)| check.get_ref().fit.as_deref() == Some(&calibration.name));
        for (nothing, reason) in [
            (calibration.free.is_empty(), "`free` names no constant"),
            (calibration.starts == 0, "`starts` is 0, expected 1 or more"),
            (own.clone().next().is_none(), "no check says that it is `fit` to it"),
        ] {
            if nothing {
                return Err(wrong(reason.to_owned()));
            }
        }
        let mut by_run: Vec<(usize, Vec<Observation>)> = Vec::new();
        for (check, ready) in own {
            let found = observations(ready, shelf).map_err(|reason| source.fault(check, reason));
            for (run, observation) in found? {
                match by_run.iter_mut().find(|(r, _)| *r == run) {
                    Some((_, list)) => list.push(observation),
                    None => by_run.push((run, vec![observation])),
                }
            }
        }
        let runs = by_run.into_iter().map(|(run, observations)| {
            let run = &shelf.runs[run];
            (run.name.clone(), run.problem.clone(), observations)
        });
        let free = calibration.free.iter().map(|text| arguments::free(text).map_err(&wrong));
        let prepared = Prepared { calibration, runs: runs.collect(), free: free.collect::<Result<Vec<_>>>()? };
        let experiments = prepared.experiments().map_err(|e| wrong(e.to_string()))?;
        prepared.free.iter().try_for_each(|f| f.check(&experiments)).map_err(|e| wrong(e.to_string()))?;
        Ok(prepared)
    };
    file.calibration.iter().map(prepared).collect()
}

/// A check as data of a fit: its uncertainty is their standard deviation.
fn observations(ready: &Ready, shelf: &Shelf<'_>) -> std::result::Result<Vec<(usize, Observation)>, String> {
    let (Expectation::Equals { value, within }, Quantum::Observable(observable), None) =
        (ready.expectation, &ready.quantity, &ready.over)
    else {
        return Err("a check that it is fitted to is an observable with `equals` and `within`".into());
    };
    let observation = |place: &Place| match place {
        Place::Run { run, at } => {
            let time = at.unwrap_or(shelf.runs[*run].problem.t_end());
            Ok((*run, Observation { observable: observable.clone(), time, value, sd: within }))
        }
        _ => Err("a check that it is fitted to is of runs".to_owned()),
    };
    ready.places.iter().map(observation).collect()
}

/// Fits all in their order, prints what they found, and writes one file of parameters each.
pub(super) fn run(mut all: Vec<Prepared<'_>>, source: &str, folder: &Path) -> Result<Ending> {
    std::fs::create_dir_all(folder).map_err(|e| CliError::Write { path: folder.to_owned(), reason: e.to_string() })?;
    let mut ending = Ending::Done;
    for i in 0..all.len() {
        let Prepared { calibration, free, .. } = &all[i];
        let options = FitOptions {
            solve: evaluate::options(),
            starts: calibration.starts,
            seed: calibration.seed,
            ..FitOptions::default()
        };
        let report = with_progress(&all[i].experiments()?, free, options, &calibration.name)?;
        say(&format!("calibration {}\n{report}", calibration.name))?;
        let path = folder.join(format!("{}.toml", calibration.name));
        write_file(&path, &report.parameter_file(source))?;
        say(&format!("wrote {}\n", path.display()))?;
        if !report.converged {
            ending = Ending::Partly;
        }
        all[i + 1..].iter_mut().for_each(|later| later.take_over(&report));
    }
    Ok(ending)
}

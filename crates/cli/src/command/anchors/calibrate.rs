//! Fits of constants to the published figures.

use std::path::Path;

use ratelaw::fit::{Expectation, Observation};
use ratelaw::prelude::*;

use super::evaluate;
use super::file::{Calibration, Check, File};
use super::prepare::{Place, Quantum, Ready, Shelf};
use crate::Ending;
use crate::arguments;
use crate::command::fit::with_progress;
use crate::error::{CliError, Result};
use crate::output::{say, write_file};

/// A calibration that can start.
pub(super) struct Prepared<'a> {
    calibration: &'a Calibration,
    experiments: Vec<Experiment>,
    free: Vec<Free>,
}

/// Looks up what every calibration of a file needs.
pub(super) fn prepare<'a>(
    file: &'a File,
    name: &str,
    shelf: &Shelf<'_>,
    checks: &[Vec<Ready>],
) -> Result<Vec<Prepared<'a>>> {
    let pairs: Vec<(&Check, &Ready)> =
        file.anchor.iter().zip(checks).flat_map(|(a, ready)| a.check.iter().zip(ready)).collect();
    let prepared = |calibration: &'a Calibration| {
        let wrong = |reason: String| CliError::Study {
            file: name.to_owned(),
            reason: format!("calibration `{}`: {reason}", calibration.name),
        };
        let own = pairs.iter().filter(|(check, _)| check.fit.as_deref() == Some(&calibration.name));
        let mut by_run: Vec<(usize, Vec<Observation>)> = Vec::new();
        for (_, ready) in own {
            for (run, observation) in observations(ready, shelf).map_err(&wrong)? {
                match by_run.iter_mut().find(|(r, _)| *r == run) {
                    Some((_, list)) => list.push(observation),
                    None => by_run.push((run, vec![observation])),
                }
            }
        }
        let experiments = by_run.into_iter().map(|(run, observations)| {
            let run = &shelf.runs[run];
            Experiment::observed(run.problem.clone(), &observations, &run.name).map_err(|e| wrong(e.to_string()))
        });
        let experiments = experiments.collect::<Result<Vec<_>>>()?;
        let free = calibration.free.iter().map(|text| arguments::free(text).map_err(&wrong));
        let free = free.collect::<Result<Vec<_>>>()?;
        free.iter().try_for_each(|f| f.check(&experiments)).map_err(|e| wrong(e.to_string()))?;
        Ok(Prepared { calibration, experiments, free })
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

/// Fits all, prints what they found, and writes one file of parameters each.
pub(super) fn run(all: &[Prepared<'_>], source: &str, folder: &Path) -> Result<Ending> {
    std::fs::create_dir_all(folder).map_err(|e| CliError::Write { path: folder.to_owned(), reason: e.to_string() })?;
    let mut ending = Ending::Done;
    for Prepared { calibration, experiments, free } in all {
        let options = FitOptions {
            solve: evaluate::options(),
            starts: calibration.starts,
            seed: calibration.seed,
            ..FitOptions::default()
        };
        let report = with_progress(experiments, free, options, &calibration.name)?;
        say(&format!("calibration {}\n{report}", calibration.name))?;
        let path = folder.join(format!("{}.toml", calibration.name));
        write_file(&path, &report.parameter_file(source))?;
        say(&format!("wrote {}\n", path.display()))?;
        if !report.converged {
            ending = Ending::Partly;
        }
    }
    Ok(ending)
}

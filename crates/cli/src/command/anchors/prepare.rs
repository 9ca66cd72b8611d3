//! The file of anchors with every name looked up, before anything runs.

use std::collections::BTreeMap;
use std::path::Path;

use ratelaw::fit::Expectation;
use ratelaw::network::units::Dimension;
use ratelaw::network::{did_you_mean, nearest};
use ratelaw::prelude::*;
use ratelaw::solver::Chain;

use super::expected::{expectation, time};
use super::file::{self, Check, File, Source};
use super::quantum::{Quantum, quantity, quantum};
use crate::error::{CliError, Result};
use crate::input;

/// A run of a model.
pub(super) struct Run {
    pub(super) name: String,
    pub(super) problem: Problem,
}

/// A check whose names were looked up.
pub(super) struct Ready {
    pub(super) places: Vec<Place>,
    pub(super) quantity: Quantum,
    pub(super) over: Option<Over>,
    pub(super) expectation: Expectation,
    /// Unit that its numbers are shown in, and one of it, SI.
    pub(super) shown: (String, f64),
}

/// Where a value is taken.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// A run, at a time, s; its end if not given.
    Run { run: usize, at: Option<f64> },
    /// A stage of a chain, at its start or its end.
    Stage { chain: String, stage: String, cycle: usize, start: bool },
    /// A chain as a whole.
    Chain { chain: String },
}

/// What the value is divided by: the same somewhere else, or something else there.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Over {
    Place(Place),
    Quantum(Quantum),
}

impl Over {
    /// The place whose value it is divided by, if it is that.
    pub(super) fn place(&self) -> Option<&Place> {
        match self {
            Self::Place(place) => Some(place),
            Self::Quantum(_) => None,
        }
    }
}

/// What the checks of a file refer to.
pub(super) struct Shelf<'a> {
    folder: Option<&'a Path>,
    pub(super) runs: Vec<Run>,
    pub(super) chains: BTreeMap<String, Chain>,
}

type Found<T> = std::result::Result<T, String>;

/// Looks everything up: for each anchor its checks.
pub(super) fn prepare<'a>(
    file: &File,
    source: &Source,
    folder: Option<&'a Path>,
) -> Result<(Shelf<'a>, Vec<Vec<Ready>>)> {
    let mut shelf = Shelf { folder, runs: Vec::new(), chains: BTreeMap::new() };
    for entry in &file.run {
        let run = entry.get_ref();
        shelf.add(run).map_err(|e| source.fault(entry, format!("run `{}`: {e}", run.name)))?;
    }
    let mut all = Vec::new();
    for (i, entry) in file.anchor.iter().enumerate() {
        let anchor = entry.get_ref();
        let wrong = |reason: &str| Err(source.fault(entry, format!("anchor `{}`: {reason}", anchor.id)));
        if file.anchor[..i].iter().any(|a| a.get_ref().id == anchor.id) {
            return wrong("its id is given twice");
        }
        if anchor.check.is_empty() != (anchor.kind == file::Kind::Annotation) {
            return wrong("an annotation has no check, any other at least one");
        }
        let mut checks = Vec::new();
        for entry in &anchor.check {
            let check = entry.get_ref();
            let known = |fit: &String| file.calibration.iter().any(|c| c.get_ref().name == *fit);
            let ready = match &check.fit {
                Some(fit) if !known(fit) => {
                    let names = file.calibration.iter().map(|c| c.get_ref().name.as_str());
                    Err(format!("there is no calibration `{fit}`{}", suggestion(fit, names)))
                }
                _ => shelf.check(check),
            };
            checks.push(ready.map_err(|e| source.fault(entry, format!("in a check of anchor `{}`: {e}", anchor.id)))?);
        }
        all.push(checks);
    }
    Ok((shelf, all))
}

/// What may have been meant by a name, as the end of a message.
fn suggestion<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    did_you_mean(nearest(name, known))
}

impl Shelf<'_> {
    fn add(&mut self, run: &file::Run) -> Found<()> {
        if self.runs.iter().any(|r| r.name == run.name) {
            return Err("its name is given twice".into());
        }
        let network = input::network_beside(&run.model, self.folder).map_err(|e| e.to_string())?;
        let problem = input::problem_with(&network, &run.set, run.t_end.as_deref())?;
        self.runs.push(Run { name: run.name.clone(), problem });
        Ok(())
    }

    fn check(&mut self, check: &Check) -> Found<Ready> {
        let places = self.places(check)?;
        let quantity = quantity(check)?;
        let over = match (&check.relative_to, &check.relative_to_value, check.relative_to_cycle) {
            (None, None, None) => None,
            (Some(name), None, None) => {
                Some(Over::Place(Place::Run { run: self.find(name)?, at: time(check.at.as_deref())? }))
            }
            (None, Some(value), None) => Some(Over::Quantum(quantum(value))),
            (None, None, Some(cycle)) => match &places[0] {
                Place::Stage { chain, stage, start, .. } => {
                    let place = Place::Stage { chain: chain.clone(), stage: stage.clone(), cycle, start: *start };
                    self.known(&place)?;
                    Some(Over::Place(place))
                }
                _ => return Err("`relative_to_cycle` is for a stage of a chain".into()),
            },
            _ => return Err("it is divided by one thing at most".into()),
        };
        for place in places.iter().chain(over.as_ref().and_then(Over::place)) {
            self.takes(place, &quantity)?;
            self.within_the_run(place)?;
        }
        if let Some(Over::Quantum(other)) = &over {
            places.iter().try_for_each(|p| self.takes(p, other))?;
        }
        if check.trend.is_some() && places.len() < 2 {
            return Err("a `trend` needs two `runs` at least".into());
        }
        let dimension = if over.is_some() { Some(Dimension::NONE) } else { self.dimension(&places[0], &quantity)? };
        let shown = if over.is_some() { ("1".to_owned(), 1.0) } else { self.unit(&places[0], &quantity)? };
        Ok(Ready { expectation: expectation(check, dimension)?, places, quantity, over, shown })
    }

    fn find(&self, name: &str) -> Found<usize> {
        self.runs.iter().position(|r| r.name == name).ok_or_else(|| {
            let near = suggestion(name, self.runs.iter().map(|r| r.name.as_str()));
            format!("there is no run `{name}`{near}")
        })
    }

    fn places(&mut self, check: &Check) -> Found<Vec<Place>> {
        let at = time(check.at.as_deref())?;
        let names = check.run.iter().chain(&check.runs).collect::<Vec<_>>();
        match (&check.chain, names.as_slice()) {
            (Some(_), [_, ..]) => Err("a check is of runs or of a chain".into()),
            (None, []) => Err("it says no `run`, no `runs` and no `chain`".into()),
            (None, _) if check.figure.is_some() || check.stage.is_some() || check.cycle.is_some() => {
                Err("`figure`, `stage` and `cycle` are of a `chain`".into())
            }
            (None, names) => names.iter().map(|n| Ok(Place::Run { run: self.find(n)?, at })).collect(),
            (Some(chain), []) => {
                self.load(chain)?;
                let place = match (&check.stage, check.figure.is_some()) {
                    (None, true) if at.is_some() || check.cycle.is_some() => {
                        return Err("a `figure` is of the whole chain: it has no `at` and no `cycle`".into());
                    }
                    (None, true) => Place::Chain { chain: chain.clone() },
                    (Some(stage), false) => Place::Stage {
                        chain: chain.clone(),
                        stage: stage.clone(),
                        cycle: check.cycle.unwrap_or(1),
                        start: match at {
                            None => false,
                            Some(0.0) => true,
                            Some(_) => return Err("of a stage there is the end, or the start `at = \"0 s\"`".into()),
                        },
                    },
                    _ => return Err("of a chain it takes a `figure`, or a `value` of a `stage`".into()),
                };
                self.known(&place)?;
                Ok(vec![place])
            }
        }
    }

    /// Reads a chain, once.
    fn load(&mut self, name: &str) -> Found<()> {
        if !self.chains.contains_key(name) {
            let (file, folder) = input::chain_file(name, self.folder).map_err(|e| match e {
                CliError::NoChain { name, help } => format!("there is no chain `{name}`{help}"),
                other => other.to_string(),
            })?;
            let chain = file.chain(|model| input::network_beside(model, folder.as_deref()));
            self.chains.insert(name.to_owned(), chain.map_err(|e| e.to_string())?);
        }
        Ok(())
    }

    /// Whether the stage and cycle exist.
    fn known(&self, place: &Place) -> Found<()> {
        let Place::Stage { chain, stage, cycle, .. } = place else { return Ok(()) };
        let own = &self.chains[chain];
        let names: Vec<&str> = own.stages().iter().map(|s| s.name.as_str()).collect();
        if !names.contains(&stage.as_str()) {
            return Err(format!("the chain `{chain}` has no stage `{stage}`{}", suggestion(stage, names)));
        }
        if !(1..=own.times()).contains(cycle) {
            return Err(format!("the chain `{chain}` has the cycles 1 to {}, not {cycle}", own.times()));
        }
        Ok(())
    }

    fn network(&self, place: &Place) -> Option<&Network> {
        match place {
            Place::Run { run, .. } => Some(self.runs[*run].problem.network()),
            Place::Stage { chain, stage, .. } => {
                let stage = self.chains[chain].stages().iter().find(|s| s.name == *stage)?;
                Some(stage.problem.network())
            }
            Place::Chain { .. } => None,
        }
    }

    /// Whether a place has such a quantity.
    fn takes(&self, place: &Place, quantity: &Quantum) -> Found<()> {
        let text = |e: ratelaw::solver::SolveError| e.to_string();
        match (quantity, self.network(place), place) {
            (Quantum::Figure(name), None, Place::Chain { chain }) => {
                let names: Vec<&str> = self.chains[chain].figures().map(|f| f.name.as_str()).collect();
                if names.contains(&name.as_str()) {
                    return Ok(());
                }
                Err(format!("the chain `{chain}` has no figure `{name}`{}", suggestion(name, names)))
            }
            (Quantum::Observable(of), Some(network), _) => Observable::parse(network, of).map(|_| ()).map_err(text),
            (Quantum::Mass(name), Some(network), _) => network.species_id(name).map(|_| ()).map_err(|e| e.to_string()),
            (Quantum::Parameter(name), Some(network), Place::Run { .. }) => {
                network.parameter_id(name).map(|_| ()).map_err(|e| e.to_string())
            }
            (Quantum::Control { step, of } | Quantum::ControlShare { step, of }, Some(network), Place::Run { .. }) => {
                Observable::parse(network, of).map_err(text)?;
                if network.steps().iter().any(|s| s.name == *step) {
                    return Ok(());
                }
                let near = suggestion(step, network.steps().iter().map(|s| s.name.as_str()));
                Err(format!("there is no step `{step}`{near}"))
            }
            _ => Err("this cannot be taken there: parameters and control are of runs, figures of chains".into()),
        }
    }

    /// A time that the run does not come to would spoil the other checks of the run.
    fn within_the_run(&self, place: &Place) -> Found<()> {
        let Place::Run { run, at: Some(at) } = place else { return Ok(()) };
        let end = self.runs[*run].problem.t_end();
        if (0.0..=end).contains(at) {
            return Ok(());
        }
        Err(format!("`at` is {at} s, and the run `{}` goes from 0 to {end} s", self.runs[*run].name))
    }

    /// The dimension that expected numbers have; none for figures of chains, which are shares
    /// or energies, and for parameters.
    fn dimension(&self, place: &Place, quantity: &Quantum) -> Found<Option<Dimension>> {
        let Some(network) = self.network(place) else {
            return Ok(None);
        };
        match quantity {
            Quantum::Observable(of) => {
                Ok(Some(Observable::parse(network, of).map_err(|e| e.to_string())?.dimension(network)))
            }
            Quantum::Parameter(_) => Ok(None),
            Quantum::Mass(_) => Ok(Some(Dimension::MASS / Dimension::AMOUNT)),
            _ => Ok(Some(Dimension::NONE)),
        }
    }

    fn unit(&self, place: &Place, quantity: &Quantum) -> Found<(String, f64)> {
        Ok(match (quantity, self.network(place)) {
            (Quantum::Observable(of), Some(network)) => {
                let unit = Observable::parse(network, of).map_err(|e| e.to_string())?.display_unit(network);
                (unit.symbol, unit.factor)
            }
            (Quantum::ControlShare { .. } | Quantum::Figure(_), _) => ("%".into(), 0.01),
            (Quantum::Mass(_), _) => ("g/mol".into(), 1e-3),
            _ => ("1".into(), 1.0),
        })
    }
}

//! What a chain gives.

use serde::Serialize;

use super::figure::FigureValue;
use super::ledger::{Account, Ledger};
use super::work::Work;
use crate::observe::Observable;
use crate::solution::Solution;

/// All runs of a chain and what they come to. It is written by serde without the solutions.
#[derive(Debug, Clone, Serialize)]
pub struct ChainResult {
    /// Name of the chain.
    pub name: String,
    /// What it describes.
    pub title: String,
    /// Names of the stages, in order.
    pub stages: Vec<String>,
    /// Cycles asked for.
    pub times: usize,
    /// The runs, in the order in which they were done.
    pub runs: Vec<StageRun>,
    /// Atoms and charge over the whole chain.
    pub ledger: Ledger,
    /// The figures, in the order of the chain.
    pub figures: Vec<FigureValue>,
}

/// One run of a stage.
#[derive(Debug, Clone, Serialize)]
pub struct StageRun {
    /// Name of the stage.
    pub stage: String,
    /// Cycle, from 1.
    pub cycle: usize,
    /// When it ended, s.
    pub seconds: f64,
    /// What it received at its start.
    pub received: Vec<Receipt>,
    /// Charge passed, C, positive for an oxidation; none without a step with electrons.
    pub charge: Option<f64>,
    /// Electric work; none without a counter electrode in the model, since nothing is known of the cell voltage then.
    pub work: Option<Work>,
    /// What the model asks for, at the end: conversion, yields, efficiencies, its own observables.
    pub readings: Vec<Reading>,
    /// Its balance, for each kind of atom and for charge.
    pub accounts: Vec<Account>,
    /// What a reader should know before trusting it.
    pub warnings: Vec<String>,
    /// The run itself.
    #[serde(skip)]
    pub solution: Solution,
}

/// What was handed over.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Receipt {
    /// The stage that gave.
    pub from: String,
    /// Its cycle, from 1.
    pub cycle: usize,
    /// The species there.
    pub species: String,
    /// The species here.
    pub target: String,
    /// What was there at the end of the run that gave, mol.
    pub available: f64,
    /// The part that arrived.
    pub recovery: f64,
    /// What arrived, mol.
    pub arrived: f64,
    /// Where the recovery comes from: a word of model files.
    pub origin: Option<&'static str>,
    /// Why it is what it is.
    pub note: String,
    /// Whether it was added to the initial amount of the model.
    pub add: bool,
}

/// An observable at the end of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reading {
    /// Its name.
    pub name: String,
    /// Its value in `unit`; none where it is not defined.
    pub value: Option<f64>,
    /// The unit.
    pub unit: String,
}

impl ChainResult {
    /// The run of a stage in a cycle, from 1; none where there is none.
    pub fn run(&self, stage: &str, cycle: usize) -> Option<&StageRun> {
        self.runs.iter().find(|r| r.stage == stage && r.cycle == cycle)
    }

    /// A figure by name; none where the chain has no such figure.
    pub fn figure(&self, name: &str) -> Option<&FigureValue> {
        self.figures.iter().find(|f| f.name == name)
    }
}

impl StageRun {
    /// The value of an observable at the end, in SI; none where it is not defined.
    ///
    /// # Errors
    /// A text that [`Observable::parse`] refuses.
    pub fn observe(&self, observable: &str) -> crate::Result<Option<f64>> {
        let observable = Observable::parse(self.solution.network(), observable)?;
        Ok(self.solution.times.len().checked_sub(1).and_then(|last| observable.value(&self.solution.moment(last))))
    }

    /// What the model asks for, at the end of a run.
    pub(super) fn read(solution: &Solution) -> Vec<Reading> {
        let network = solution.network();
        let Some(last) = solution.times.len().checked_sub(1) else { return Vec::new() };
        let moment = solution.moment(last);
        let reading = |observable: Observable| {
            let unit = observable.display_unit(network);
            let value = observable.value(&moment).map(|v| v / unit.factor);
            Reading { name: observable.name(network), value, unit: unit.symbol }
        };
        Observable::standard(network).into_iter().map(reading).collect()
    }
}

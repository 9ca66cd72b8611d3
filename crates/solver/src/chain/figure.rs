//! Named results over a chain.

use ratelaw_network::SpeciesId;
use serde::{Deserialize, Serialize};

use super::error::ChainProblem;
use super::hand_over::{formula, stage_index};
use super::result::StageRun;
use super::stage::ChainStage;

/// A named result over a chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Name, unique in the chain.
    pub name: String,
    /// What it is.
    pub kind: FigureKind,
}

/// What a figure is.
#[derive(Debug, Clone, PartialEq)]
pub enum FigureKind {
    /// Atoms in a product over atoms of a feed.
    Share {
        /// The product, at the end of its stage.
        product: Tally,
        /// The feed.
        feed: Tally,
        /// Atoms that are counted: an element (`N`, with its isotopes) or one isotope (`[15N]`).
        by: String,
        /// What of the feed counts.
        per: Per,
    },
    /// Electric work of some stages over the substance of a product, J/mol.
    Energy {
        /// Names of the stages.
        stages: Vec<String>,
        /// The product, at the end of its stage.
        product: Tally,
    },
}

/// Species of one stage that are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// The stage.
    pub stage: String,
    /// The species.
    #[serde(deserialize_with = "super::file::one_or_more")]
    pub species: Vec<String>,
}

/// What of a feed counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Per {
    /// What is gone at the end of its stage: a selectivity.
    #[default]
    Converted,
    /// What was supplied to its stage, at the start and by doses: a yield.
    Fed,
}

/// A figure's value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FigureValue {
    /// Its name.
    pub name: String,
    /// `1` (a fraction) or `J/mol`.
    pub unit: &'static str,
    /// Over all cycles; what is handed on to the next cycle counts once. None where it is not defined.
    pub value: Option<f64>,
    /// Each cycle by itself.
    pub cycles: Vec<Option<f64>>,
    /// Why it has no value, where it has none.
    pub reason: String,
}

/// A tally whose names were looked up.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CheckedTally {
    stage: usize,
    /// Species, and how many of what is counted one of it has.
    species: Vec<(SpeciesId, f64)>,
}

/// A figure whose names were looked up.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum CheckedFigure {
    Share { product: CheckedTally, feed: CheckedTally, per: Per },
    Energy { stages: Vec<usize>, product: CheckedTally },
}

/// Looks up what a figure names.
pub(super) fn check(stages: &[ChainStage], figure: &Figure) -> Result<CheckedFigure, ChainProblem> {
    match &figure.kind {
        FigureKind::Share { product, feed, by, per } => {
            let by = Some(by.as_str());
            Ok(CheckedFigure::Share { product: tally(stages, product, by)?, feed: tally(stages, feed, by)?, per: *per })
        }
        FigureKind::Energy { stages: names, product } => {
            if names.is_empty() {
                return Err(ChainProblem::Nothing { what: "energy", expected: "the stages whose work counts" });
            }
            let numbers = names.iter().map(|name| stage_index(stages, name)).collect::<Result<_, _>>()?;
            Ok(CheckedFigure::Energy { stages: numbers, product: tally(stages, product, None)? })
        }
    }
}

fn tally(stages: &[ChainStage], own: &Tally, by: Option<&str>) -> Result<CheckedTally, ChainProblem> {
    let stage = stage_index(stages, &own.stage)?;
    let network = stages[stage].problem.network();
    if own.species.is_empty() {
        return Err(ChainProblem::Nothing { what: "species", expected: "one species or more" });
    }
    let one = |name: &String| {
        let id = network.species_id(name)?;
        let species = &network.species()[id.0];
        let count = |by: &str| {
            let atoms = species.formula.as_ref();
            atoms.map_or(0, |f| if by.starts_with('[') { f.count(by) } else { f.count_all(by) })
        };
        match by.map(|by| (by, count(by))) {
            None => Ok((id, 1.0)),
            Some((by, 0)) => {
                let (species, formula) = (name.clone(), formula(species));
                Err(ChainProblem::NoAtoms { species, by: by.to_owned(), formula })
            }
            Some((_, count)) => Ok((id, f64::from(count))),
        }
    };
    Ok(CheckedTally { stage, species: own.species.iter().map(one).collect::<Result<_, _>>()? })
}

/// What a chain did, for figures: stages of a cycle, and what goes from cycle to cycle.
pub(super) struct Course<'a> {
    pub(super) stages: &'a [ChainStage],
    pub(super) runs: &'a [StageRun],
    pub(super) times: usize,
}

/// What there was of a tally in one run, or in all.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    fed: f64,
    end: f64,
}

impl Course<'_> {
    fn run(&self, stage: usize, cycle: usize) -> Option<&StageRun> {
        self.runs.iter().find(|r| r.stage == self.stages[stage].name && r.cycle == cycle)
    }

    fn count(&self, tally: &CheckedTally, cycle: usize) -> Option<Count> {
        let solution = &self.run(tally.stage, cycle)?.solution;
        let network = solution.network();
        let (end, supplied) = (solution.states.last()?, solution.supplied.last()?);
        let mut count = Count::default();
        for (id, atoms) in &tally.species {
            let each = atoms * network.size(network.species()[id.0].phase);
            count.fed += each * supplied[id.0];
            count.end += each * end[id.0];
        }
        Some(count)
    }

    /// Over all cycles: what goes from one cycle to the next is neither fed nor at the end.
    fn count_all(&self, tally: &CheckedTally) -> Option<Count> {
        let name = &self.stages[tally.stage].name;
        let mut sum = Count::default();
        for cycle in 1..=self.times {
            let one = self.count(tally, cycle)?;
            (sum.fed, sum.end) = (sum.fed + one.fed, sum.end + one.end);
        }
        for run in self.runs {
            for receipt in run.received.iter().filter(|r| r.cycle < run.cycle) {
                let network = |stage: &str| self.stages.iter().find(|s| s.name == stage).map(|s| s.problem.network());
                let atoms = |stage: &str, species: &str| {
                    let id = network(stage).filter(|_| stage == name).and_then(|n| n.species_id(species).ok());
                    tally.species.iter().find(|(own, _)| Some(*own) == id).map_or(0.0, |(_, atoms)| *atoms)
                };
                sum.end -= receipt.arrived * atoms(&receipt.from, &receipt.species);
                sum.fed -= receipt.arrived * atoms(&run.stage, &receipt.target);
            }
        }
        Some(sum)
    }

    /// The work of a stage, J, in one cycle or in all.
    fn work(&self, stage: usize, cycle: Option<usize>) -> Result<f64, String> {
        let name = &self.stages[stage].name;
        let cycles = cycle.map_or(1..=self.times, |c| c..=c);
        cycles
            .map(|cycle| {
                let run =
                    self.run(stage, cycle).ok_or_else(|| format!("stage `{name}` has no result in cycle {cycle}"))?;
                let reason = || format!("the model of stage `{name}` has no counter electrode, so no cell voltage");
                run.work.map(|w| w.joule).ok_or_else(reason)
            })
            .sum()
    }

    fn value(&self, figure: &CheckedFigure, cycle: Option<usize>) -> Result<f64, String> {
        let count = |tally: &CheckedTally| {
            let missing = || format!("stage `{}` has not run as often as it should", self.stages[tally.stage].name);
            cycle.map_or_else(|| self.count_all(tally), |c| self.count(tally, c)).ok_or_else(missing)
        };
        let (above, below, what) = match figure {
            CheckedFigure::Share { product, feed, per } => {
                let (made, fed) = (count(product)?.end, count(feed)?);
                match per {
                    Per::Converted => (made, fed.fed - fed.end, "nothing of the feed is converted"),
                    Per::Fed => (made, fed.fed, "nothing is fed"),
                }
            }
            CheckedFigure::Energy { stages, product } => {
                let works = stages.iter().map(|stage| self.work(*stage, cycle));
                (works.sum::<Result<f64, _>>()?, count(product)?.end, "there is no product")
            }
        };
        Some(above / below).filter(|v| v.is_finite() && below > 0.0).ok_or_else(|| what.to_owned())
    }

    /// The value of a figure.
    pub(super) fn evaluate(&self, figure: &Figure, checked: &CheckedFigure) -> FigureValue {
        let unit = if matches!(checked, CheckedFigure::Energy { .. }) { "J/mol" } else { "1" };
        let (value, reason) = match self.value(checked, None) {
            Ok(value) => (Some(value), String::new()),
            Err(reason) => (None, reason),
        };
        let cycles = (1..=self.times).map(|cycle| self.value(checked, Some(cycle)).ok()).collect();
        FigureValue { name: figure.name.clone(), unit, value, cycles, reason }
    }
}

//! A checked chain.

use super::error::{ChainError, ChainFault, ChainPlace, ChainProblem};
use super::figure::{self, CheckedFigure, Figure};
use super::hand_over::{self, HandOver};
use super::stage::{ChainStage, Receive};

/// Most cycles.
const MOST: usize = 10_000;

/// Stages that run one after the other, once or in cycles, and hand species over.
///
/// ```
/// use ratelaw_network::{Law, Network, Species};
/// use ratelaw_solver::{Chain, ChainStage, Problem, Receive, SolveOptions};
///
/// let network = Network::builder("step")
///     .solution("cell", "1 L")?
///     .species(Species::new("A").formula("N2O4").initial("1 M")?)
///     .species(Species::new("B").formula("NO2"))
///     .parameter("k", "1 1/s")?
///     .step("decay", "A -> 2 B", Law::mass_action("k"))
///     .build()?;
/// let problem = Problem::builder(&network).until("1 s").build()?;
/// let first = ChainStage::new("first", problem.clone());
/// let second = ChainStage::new("second", problem).receive(Receive::new("first", "A"));
/// let result = Chain::new(vec![first, second])?.run(&SolveOptions::default())?;
/// let left = result.run("second", 1).unwrap().solution.amount("A")?.pop().unwrap();
/// assert!((left / 1000.0 - (-2.0_f64).exp()).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Chain {
    /// Name; empty unless it was given.
    pub name: String,
    /// One line on what it describes.
    pub title: String,
    /// The publication.
    pub source: String,
    pub(super) stages: Vec<ChainStage>,
    pub(super) hand_overs: Vec<HandOver>,
    pub(super) figures: Vec<(Figure, CheckedFigure)>,
    pub(super) times: usize,
}

impl Chain {
    /// Checks stages and what they hand over; the chain runs once and has no figures.
    ///
    /// # Errors
    /// [`ChainError::Invalid`] with all faults: names that are not there, species that are not one substance, more
    /// handed on than there is.
    pub fn new(stages: Vec<ChainStage>) -> Result<Self, ChainError> {
        let mut faults = Vec::new();
        if stages.is_empty() {
            faults.push(fault(&stages, ChainPlace::Chain, ChainProblem::Empty));
        }
        let mut hand_overs = Vec::new();
        for (i, stage) in stages.iter().enumerate() {
            if stages[..i].iter().any(|s| s.name == stage.name) {
                let problem = ChainProblem::Duplicate { name: stage.name.clone() };
                faults.push(fault(&stages, ChainPlace::Stage(i), problem));
            }
            for k in 0..stage.receives.len() {
                match HandOver::new(&stages, i, k) {
                    Ok(hand_over) => hand_overs.push(hand_over),
                    Err(problem) => faults.push(fault(&stages, ChainPlace::Receive(i, k), problem)),
                }
            }
        }
        for (at, problem) in hand_over::conflicts(&stages, &hand_overs) {
            faults.push(fault(&stages, ChainPlace::Receive(at.to, at.receive), problem));
        }
        if !faults.is_empty() {
            return Err(ChainError::Invalid(faults));
        }
        let none = String::new;
        Ok(Self { name: none(), title: none(), source: none(), stages, hand_overs, figures: Vec::new(), times: 1 })
    }

    /// The same run so many times: all stages in order, then all again.
    ///
    /// # Errors
    /// [`ChainError::Invalid`] for none, or more than 10000.
    pub fn repeated(mut self, times: usize) -> Result<Self, ChainError> {
        if !(1..=MOST).contains(&times) {
            let problem = ChainProblem::Times { found: times };
            return Err(ChainError::Invalid(vec![fault(&self.stages, ChainPlace::Chain, problem)]));
        }
        self.times = times;
        Ok(self)
    }

    /// The same with figures, which take the place of those it had.
    ///
    /// # Errors
    /// [`ChainError::Invalid`] with all faults: two of one name, stages and species that are not there, atoms that a
    /// species does not have.
    pub fn with_figures(mut self, figures: Vec<Figure>) -> Result<Self, ChainError> {
        let mut faults = Vec::new();
        let mut checked = Vec::new();
        for (i, own) in figures.iter().enumerate() {
            let duplicate = figures[..i].iter().any(|f| f.name == own.name);
            let looked_up = if duplicate {
                Err(ChainProblem::Duplicate { name: own.name.clone() })
            } else {
                figure::check(&self.stages, own)
            };
            match looked_up {
                Ok(figure) => checked.push(figure),
                Err(problem) => {
                    let (place, within) = (ChainPlace::Figure(i), format!("figure `{}`", own.name));
                    faults.push(ChainFault { place, within, line: None, problem });
                }
            }
        }
        if !faults.is_empty() {
            return Err(ChainError::Invalid(faults));
        }
        self.figures = figures.into_iter().zip(checked).collect();
        Ok(self)
    }

    /// Its stages, in order.
    pub fn stages(&self) -> &[ChainStage] {
        &self.stages
    }

    /// How often it runs.
    pub fn times(&self) -> usize {
        self.times
    }

    /// Its figures.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.figures.iter().map(|(figure, _)| figure)
    }
}

/// A fault with its place in words.
pub(super) fn fault(stages: &[ChainStage], place: ChainPlace, problem: ChainProblem) -> ChainFault {
    let within = match place {
        ChainPlace::Chain => "the chain".to_owned(),
        ChainPlace::Stage(i) => format!("stage `{}`", stages[i].name),
        ChainPlace::Receive(i, k) => {
            let Receive { species, from, .. } = &stages[i].receives[k];
            format!("stage `{}`, which receives `{species}` from `{from}`", stages[i].name)
        }
        ChainPlace::Figure(i) => format!("figure {}", i + 1),
    };
    ChainFault { place, within, line: None, problem }
}

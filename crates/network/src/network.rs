//! A checked network: names looked up, balances proved, tables compiled.

use std::path::Path;
use std::sync::Arc;

use crate::compile::Compiled;
use crate::conditions::{Conditions, Reference};
use crate::definition::Definition;
use crate::error::{NetworkError, Result, nearest};
use crate::formula::Formula;
use crate::rate::{Direction, Dual, Environment, Measures, RateLaw, Reverse};
use crate::units::Dimension;
use crate::{check, file};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub usize);
    )+};
}

ids! {
    /// Index of a species.
    SpeciesId;
    /// Index of a parameter.
    ParameterId;
    /// Index of a step.
    StepId;
    /// Index of a phase.
    PhaseId;
    /// Index of a kind of site.
    SiteId;
}

/// A species of a checked network.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedSpecies {
    /// Name.
    pub name: String,
    /// Formula, unless its composition was waived.
    pub formula: Option<Formula>,
    /// Charge, elementary charges.
    pub charge: i32,
    /// Phase.
    pub phase: PhaseId,
    /// Sites it occupies.
    pub sites: Vec<(SiteId, f64)>,
    /// Amount at the start, SI.
    pub initial: f64,
    /// Held constant.
    pub fixed: bool,
    /// Electrons exchanged overall for one of it.
    pub electrons: Option<f64>,
}

/// A parameter of a checked network.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedParameter {
    /// Name.
    pub name: String,
    /// Value, SI.
    pub value: f64,
    /// Dimension, derived from the steps that use it.
    pub dimension: Dimension,
    /// What it is in the rate law that uses it; none if no step does.
    pub measures: Option<Measures>,
    /// Range for a fit, SI.
    pub bounds: Option<(f64, f64)>,
}

/// A step of a checked network.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedStep {
    /// Name.
    pub name: String,
    /// Equation as written.
    pub equation: String,
    /// Net change of each species by one turnover; species on both sides cancel.
    pub change: Vec<(SpeciesId, f64)>,
    /// Electrons set free by one turnover; negative for a reduction.
    pub electrons: f64,
    /// Order of the forward rate in each species.
    pub orders: Vec<(SpeciesId, f64)>,
    /// Order of the reverse rate in each species.
    pub reverse_orders: Vec<(SpeciesId, f64)>,
    /// Where it happens: its rate is per volume or area of this phase.
    pub phase: PhaseId,
    /// Its law.
    pub law: RateLaw,
    /// Its reverse rate.
    pub reverse: Reverse,
}

/// A checked reaction network. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Network(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    definition: Definition,
    species: Vec<CheckedSpecies>,
    parameters: Vec<CheckedParameter>,
    steps: Vec<CheckedStep>,
    compiled: Compiled,
}

impl PartialEq for Network {
    fn eq(&self, other: &Self) -> bool {
        self.0.definition == other.0.definition
    }
}

impl Network {
    /// Reads and checks a model file.
    ///
    /// # Errors
    /// [`NetworkError::Read`] if there is no such file, [`NetworkError::Invalid`] with all faults of it.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes =
            std::fs::read(path).map_err(|e| NetworkError::Read { path: path.to_owned(), reason: e.to_string() })?;
        file::read(&bytes, &path.display().to_string())
    }

    /// Reads and checks the text of a model; `file` is the name that messages give it.
    ///
    /// # Errors
    /// [`NetworkError::Invalid`] with all faults.
    pub fn from_toml(text: &str, file: &str) -> Result<Self> {
        file::read(text.as_bytes(), file)
    }

    /// Checks a definition.
    ///
    /// # Errors
    /// [`NetworkError::Invalid`] with all faults.
    pub fn new(definition: Definition) -> Result<Self> {
        check::check(definition, &file::Places::default())
    }

    pub(crate) fn assemble(
        definition: Definition,
        species: Vec<CheckedSpecies>,
        parameters: Vec<CheckedParameter>,
        steps: Vec<CheckedStep>,
    ) -> Self {
        let sizes: Vec<f64> = definition.phases.iter().map(|p| p.kind.size()).collect();
        let compiled = Compiled::new(&species, &steps, &sizes);
        Self(Arc::new(Inner { definition, species, parameters, steps, compiled }))
    }

    /// The model as a TOML file that reads back as the same network.
    pub fn to_toml(&self) -> String {
        file::write(self.definition())
    }

    /// The description it was made from.
    pub fn definition(&self) -> &Definition {
        &self.0.definition
    }

    /// Name.
    pub fn name(&self) -> &str {
        &self.0.definition.name
    }

    /// Species, in the order of the state vector.
    pub fn species(&self) -> &[CheckedSpecies] {
        &self.0.species
    }

    /// Parameters, in the order of the parameter vector.
    pub fn parameters(&self) -> &[CheckedParameter] {
        &self.0.parameters
    }

    /// Steps.
    pub fn steps(&self) -> &[CheckedStep] {
        &self.0.steps
    }

    /// Flat tables for the kernels.
    pub fn compiled(&self) -> &Compiled {
        &self.0.compiled
    }

    /// Volume (m3) or area (m2) of a phase; 1 for an abstract one.
    pub fn size(&self, phase: PhaseId) -> f64 {
        self.0.definition.phases[phase.0].kind.size()
    }

    /// Dimension of a species' amount.
    pub fn amount_dimension(&self, species: SpeciesId) -> Dimension {
        self.0.definition.phases[self.0.species[species.0].phase.0].kind.amount()
    }

    /// Whether any step exchanges electrons.
    pub fn is_electrochemical(&self) -> bool {
        self.0.steps.iter().any(|s| s.electrons != 0.0)
    }

    /// The reference electrode of its potentials.
    pub fn reference(&self) -> Option<Reference> {
        self.0.definition.run.reference
    }

    /// Values of all parameters, SI.
    pub fn parameter_values(&self) -> Vec<f64> {
        self.0.parameters.iter().map(|p| p.value).collect()
    }

    /// Amounts of all species at the start, SI.
    pub fn initial_values(&self) -> Vec<f64> {
        self.0.species.iter().map(|s| s.initial).collect()
    }

    /// The amount that matters in each species' phase, from which absolute tolerances follow: the smallest that
    /// is present at the start, since a catalyst beside a solvent counts by its own amount; but no less than
    /// 1e-9 of the largest, and 1 where nothing is present.
    pub fn scales(&self, initial: &[f64]) -> Vec<f64> {
        const SMALLEST: f64 = 1e-9;
        let mut range = vec![(f64::INFINITY, 0.0_f64); self.0.definition.phases.len()];
        for (species, y) in self.0.species.iter().zip(initial.iter().map(|y| y.abs())).filter(|(_, y)| *y > 0.0) {
            let (smallest, largest) = &mut range[species.phase.0];
            if !species.fixed {
                *smallest = smallest.min(y);
            }
            *largest = largest.max(y);
        }
        let scale = |(smallest, largest): (f64, f64)| match largest {
            0.0 => 1.0,
            _ => smallest.min(largest).max(SMALLEST * largest),
        };
        self.0.species.iter().map(|s| scale(range[s.phase.0])).collect()
    }

    /// Looks a species up.
    ///
    /// # Errors
    /// [`NetworkError::UnknownName`] with the nearest known name.
    pub fn species_id(&self, name: &str) -> Result<SpeciesId> {
        find("species", name, self.0.species.iter().map(|s| s.name.as_str())).map(SpeciesId)
    }

    /// Looks a parameter up.
    ///
    /// # Errors
    /// [`NetworkError::UnknownName`] with the nearest known name.
    pub fn parameter_id(&self, name: &str) -> Result<ParameterId> {
        find("parameter", name, self.0.parameters.iter().map(|p| p.name.as_str())).map(ParameterId)
    }

    /// Rate constants of all directions for given parameters and conditions, in the order of the tables.
    ///
    /// # Errors
    /// [`NetworkError::OutOfRange`] names the step whose constant is negative or not finite.
    pub fn bind(&self, values: &[f64], conditions: &Conditions) -> Result<Vec<f64>> {
        let at = Environment::<f64>::new(values, conditions, None);
        let mut constants = vec![0.0; self.0.compiled.directions()];
        for (i, step) in self.0.steps.iter().enumerate() {
            let (forward, reverse) = step.law.constants(step.reverse, &at);
            let (f, r) = self.0.compiled.step_directions(StepId(i));
            for (index, value, which) in [(Some(f), forward, "forward"), (r, reverse, "reverse")] {
                let Some(index) = index else { continue };
                if !(value.is_finite() && value >= 0.0) {
                    return Err(NetworkError::OutOfRange {
                        what: format!("the {which} rate constant of step `{}`", step.name),
                        found: value.to_string(),
                        expected: "a finite number, not negative",
                    });
                }
                constants[index] = value;
            }
        }
        Ok(constants)
    }

    /// Derivatives of all rate constants in one parameter or condition.
    pub fn bind_derivative(&self, values: &[f64], conditions: &Conditions, direction: Direction) -> Vec<f64> {
        let at = Environment::<Dual>::new(values, conditions, Some(direction));
        let mut derivatives = vec![0.0; self.0.compiled.directions()];
        for (i, step) in self.0.steps.iter().enumerate() {
            let touched = match direction {
                Direction::Parameter(id) => step.law.parameters(step.reverse).contains(&id),
                Direction::Temperature | Direction::Potential => true,
            };
            if touched {
                let (forward, reverse) = step.law.constants(step.reverse, &at);
                let (f, r) = self.0.compiled.step_directions(StepId(i));
                derivatives[f] = forward.derivative;
                if let Some(r) = r {
                    derivatives[r] = reverse.derivative;
                }
            }
        }
        derivatives
    }
}

fn find<'a>(kind: &'static str, name: &str, known: impl Iterator<Item = &'a str>) -> Result<usize> {
    let known: Vec<&str> = known.collect();
    known.iter().position(|k| *k == name).ok_or_else(|| NetworkError::UnknownName {
        kind,
        name: name.to_owned(),
        nearest: nearest(name, known.iter().copied()).map(ToOwned::to_owned),
        known: known.iter().map(ToString::to_string).collect(),
    })
}

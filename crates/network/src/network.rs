//! A checked network: names looked up, balances proved, tables compiled.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::analysis::{ConservationLaw, conservation_laws};
use crate::check;
use crate::compile::Compiled;
use crate::conditions::{Conditions, FARADAY, GAS_CONSTANT, Reference};
use crate::definition::Definition;
use crate::error::{NetworkError, Result, nearest};
use crate::expression::{Tape, Variable};
use crate::file::{self, Format, Library};
use crate::formula::Formula;
use crate::parameter::Scale;
use crate::protocol::Stage;
use crate::rate::{Measures, RateLaw, Reverse};
use crate::units::Dimension;

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
    /// How a fit searches the range, where the model says.
    pub scale: Option<Scale>,
    /// How it is worked out from other parameters, if it is.
    pub expression: Option<Tape>,
}

/// An observable that the model defines.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedObservable {
    /// Name.
    pub name: String,
    /// What it is, of amounts, parameters, conditions and ready observables.
    pub tape: Tape,
    /// Ready observables that it uses, each as a function and its argument: `yield(BPA from NH3)` is `("yield", "BPA
    /// from NH3")`, another observable of the model has no function.
    pub ready: Vec<(String, String)>,
    /// What it measures.
    pub dimension: Dimension,
    /// The unit that it is shown in, with its factor.
    pub unit: Option<(String, f64)>,
}

/// An electrode whose potential is found together with the amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FloatingPotential {
    /// The electrode.
    pub phase: PhaseId,
    /// Ohmic resistance between it and the place where its potential is measured.
    pub resistance: Option<ParameterId>,
    /// Whether it is the counter electrode.
    pub counter: bool,
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
#[derive(Clone)]
pub struct Network(Arc<Inner>);

impl fmt::Debug for Network {
    /// The name and the sizes; all else is too long for a message.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (species, steps) = (self.0.species.len(), self.0.steps.len());
        f.debug_struct("Network").field("name", &self.name()).field("species", &species).field("steps", &steps).finish()
    }
}

struct Inner {
    definition: Definition,
    species: Vec<CheckedSpecies>,
    parameters: Vec<CheckedParameter>,
    steps: Vec<CheckedStep>,
    observables: Vec<CheckedObservable>,
    /// Parameters that are worked out from others, in an order in which that can be done.
    dependent: Vec<ParameterId>,
    floating: Vec<FloatingPotential>,
    stages: Vec<Stage>,
    bases: Vec<String>,
    compiled: Compiled,
    /// Tables with the time as a variable, for conditions that change; made when first asked for.
    timed: OnceLock<Compiled>,
    /// Found when first asked for.
    laws: OnceLock<Vec<ConservationLaw>>,
}

/// The parts of a network that passed all checks.
pub(crate) struct Parts {
    pub(crate) definition: Definition,
    pub(crate) species: Vec<CheckedSpecies>,
    pub(crate) parameters: Vec<CheckedParameter>,
    pub(crate) dependent: Vec<ParameterId>,
    pub(crate) steps: Vec<CheckedStep>,
    pub(crate) observables: Vec<CheckedObservable>,
    pub(crate) floating: Vec<FloatingPotential>,
    pub(crate) stages: Vec<Stage>,
    pub(crate) bases: Vec<String>,
}

impl PartialEq for Network {
    fn eq(&self, other: &Self) -> bool {
        self.0.definition == other.0.definition
    }
}

impl Network {
    /// Reads and checks a model file, TOML or (by its ending) JSON. What it names as `base` is looked for beside it.
    ///
    /// # Errors
    /// [`NetworkError::Read`] if there is no such file, [`NetworkError::Invalid`] with all faults of it.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        Self::from_file_with(path, &|_| None)
    }

    /// The same, with further models that it can name as its `base`: `library` gives the text of a name.
    ///
    /// # Errors
    /// Those of [`Network::from_file`].
    pub fn from_file_with(path: impl AsRef<Path>, library: Library<'_>) -> Result<Self> {
        let path = path.as_ref();
        let bytes =
            std::fs::read(path).map_err(|e| NetworkError::Read { path: path.to_owned(), reason: e.to_string() })?;
        file::read(&bytes, &path.display().to_string(), Format::of(path), path.parent(), library)
    }

    /// Reads and checks the text of a model; `file` is the name that messages give it.
    ///
    /// # Errors
    /// [`NetworkError::Invalid`] with all faults.
    pub fn from_toml(text: &str, file: &str) -> Result<Self> {
        Self::from_toml_with(text, file, &|_| None)
    }

    /// The same, with models that it can name as its `base`: `library` gives the text of a name.
    ///
    /// ```
    /// # use ratelaw_network::Network;
    /// let decay = r#"
    /// [model]
    /// name = "decay"
    /// [phases]
    /// cell = { kind = "solution", volume = "1 L" }
    /// [species]
    /// A = { composition = "waived", initial = "1 M" }
    /// B = { composition = "waived" }
    /// [steps]
    /// decay = { equation = "A -> B", k = "0.1 1/s" }"#;
    /// let library = |name: &str| (name == "decay").then(|| decay.to_owned());
    /// let faster = r#"
    /// model = { name = "faster", base = "decay" }
    /// steps = { decay = { k = "1 1/s" } }"#;
    /// let network = Network::from_toml_with(faster, "faster.toml", &library)?;
    /// assert_eq!(network.steps().len(), 1);
    /// # Ok::<(), ratelaw_network::NetworkError>(())
    /// ```
    ///
    /// # Errors
    /// [`NetworkError::Invalid`] with all faults.
    pub fn from_toml_with(text: &str, file: &str, library: Library<'_>) -> Result<Self> {
        file::read(text.as_bytes(), file, Format::Toml, None, library)
    }

    /// Reads and checks the text of a model in JSON, which has the same keys; `file` is the name that messages give it.
    ///
    /// # Errors
    /// [`NetworkError::Invalid`] with all faults.
    pub fn from_json(text: &str, file: &str) -> Result<Self> {
        file::read(text.as_bytes(), file, Format::Json, None, &|_| None)
    }

    /// Checks a definition.
    ///
    /// # Errors
    /// [`NetworkError::Invalid`] with all faults.
    pub fn new(definition: Definition) -> Result<Self> {
        check::check(definition, &file::Places::default())
    }

    pub(crate) fn assemble(parts: Parts) -> Self {
        let Parts { definition, species, parameters, dependent, steps, observables, floating, stages, bases } = parts;
        let sizes = sizes(&definition);
        let timed = steps.iter().any(|s| s.law.reads_time());
        let compiled = Compiled::new(&species, &steps, &sizes, &floating, timed);
        let timed = OnceLock::new();
        Self(Arc::new(Inner {
            definition,
            species,
            parameters,
            steps,
            observables,
            dependent,
            floating,
            stages,
            bases,
            compiled,
            timed,
            laws: OnceLock::new(),
        }))
    }

    /// The files that its file stands on as `base`, by their names in messages, each after its own bases.
    pub fn bases(&self) -> &[String] {
        &self.0.bases
    }

    /// The model as a TOML file that reads back as the same network.
    pub fn to_toml(&self) -> String {
        file::write(self.definition())
    }

    /// The model as JSON that reads back as the same network.
    pub fn to_json(&self) -> String {
        file::json::from_toml(&self.to_toml())
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

    /// Parameters that are worked out from others, in an order in which that can be done.
    pub(crate) fn dependent(&self) -> &[ParameterId] {
        &self.0.dependent
    }

    /// Observables that the model defines.
    pub fn observables(&self) -> &[CheckedObservable] {
        &self.0.observables
    }

    /// Electrodes whose potential is found together with the amounts.
    pub fn floating_potentials(&self) -> &[FloatingPotential] {
        &self.0.floating
    }

    /// What the model does during a run, stage by stage.
    pub fn stages(&self) -> &[Stage] {
        &self.0.stages
    }

    /// What its steps conserve, see [`conservation_laws`]; found once.
    pub fn conservation_laws(&self) -> &[ConservationLaw] {
        self.0.laws.get_or_init(|| conservation_laws(self))
    }

    /// Whether it is the same network, and not only one that equals it.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Flat tables for the kernels, for conditions that do not change with time.
    pub fn compiled(&self) -> &Compiled {
        &self.0.compiled
    }

    /// Flat tables with the time as a variable, for conditions that change with it.
    pub fn compiled_with_time(&self) -> &Compiled {
        if self.0.compiled.time().is_some() {
            return &self.0.compiled;
        }
        self.0.timed.get_or_init(|| {
            Compiled::new(&self.0.species, &self.0.steps, &sizes(&self.0.definition), &self.0.floating, true)
        })
    }

    /// The tables for given conditions.
    pub fn compiled_for(&self, conditions: &Conditions) -> &Compiled {
        if conditions.are_constant() { self.compiled() } else { self.compiled_with_time() }
    }

    /// Volume (m3) or area (m2) of a phase; 1 for an abstract one.
    pub fn size(&self, phase: PhaseId) -> f64 {
        self.0.definition.phases[phase.0].kind.size()
    }

    /// Dimension of a species' amount.
    pub fn amount_dimension(&self, species: SpeciesId) -> Dimension {
        self.0.definition.phases[self.0.species[species.0].phase.0].kind.amount()
    }

    /// Parameters that nothing uses: no step, no electrode, no observable, no expression of one that is used.
    pub fn unused_parameters(&self) -> Vec<ParameterId> {
        let mut used = vec![false; self.0.parameters.len()];
        let laws = self.0.steps.iter().flat_map(|s| s.law.parameters(s.reverse));
        for id in laws.chain(self.0.floating.iter().filter_map(|f| f.resistance)) {
            used[id.0] = true;
        }
        let parameter = |v| if let Variable::Parameter(ParameterId(i)) = v { Some(i) } else { None };
        for observable in &self.0.observables {
            observable.tape.variables().filter_map(parameter).for_each(|i| used[i] = true);
        }
        for id in self.0.dependent.iter().rev() {
            if let (true, Some(tape)) = (used[id.0], &self.0.parameters[id.0].expression) {
                tape.variables().filter_map(parameter).for_each(|i| used[i] = true);
            }
        }
        (0..used.len()).filter(|i| !used[*i]).map(ParameterId).collect()
    }

    /// Whether any step exchanges electrons.
    pub fn is_electrochemical(&self) -> bool {
        self.0.steps.iter().any(|s| s.electrons != 0.0)
    }

    /// The reference electrode of its potentials.
    pub fn reference(&self) -> Option<Reference> {
        self.0.definition.run.reference
    }

    /// A potential (V) against a reference electrode, as one against the model's own.
    ///
    /// Potentials of the references are those that the model gives, else the published ones
    /// ([`Reference::published_potential`]).
    ///
    /// # Errors
    /// [`NetworkError::Undefined`] if the model names no reference electrode, or if the reversible hydrogen electrode is
    /// meant, whose potential goes with the temperature (K), and the model gives no pH.
    pub fn convert_potential(&self, potential: f64, from: Reference, temperature: f64) -> Result<f64> {
        let own = self.reference().ok_or_else(|| NetworkError::Undefined {
            what: format!("a potential against {}", from.word()),
            needs: "reference under [run] in the model, the electrode that its potentials are against".to_owned(),
        })?;
        if own == from {
            return Ok(potential);
        }
        let of = |reference| self.reference_potential(reference, temperature);
        Ok(potential + of(from)? - of(own)?)
    }

    /// The potential of a reference electrode against the standard hydrogen electrode in this model, V.
    fn reference_potential(&self, of: Reference, temperature: f64) -> Result<f64> {
        let definition = self.definition();
        if let Some(own) = definition.references.iter().find(|r| r.reference == of) {
            return Ok(own.potential.si());
        }
        if let Some(published) = of.published_potential() {
            return Ok(published);
        }
        let ph = definition.run.ph.ok_or_else(|| NetworkError::Undefined {
            what: format!("the potential of {}", of.word()),
            needs: "pH under [run] in the model".to_owned(),
        })?;
        Ok(-GAS_CONSTANT * temperature * std::f64::consts::LN_10 / FARADAY * ph)
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
}

fn sizes(definition: &Definition) -> Vec<f64> {
    definition.phases.iter().map(|p| p.kind.size()).collect()
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

//! A stage of a chain and what it receives.

use ratelaw_network::Origin;

use crate::problem::Problem;

/// A stage of a chain: a problem with a name, and what it gets from other stages.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainStage {
    /// Name, unique in the chain.
    pub name: String,
    /// What is solved. Amounts that are handed over replace its initial amounts; when to look is chosen by the chain.
    pub problem: Problem,
    /// What it receives at its start.
    pub receives: Vec<Receive>,
}

impl ChainStage {
    /// A stage that receives nothing yet.
    pub fn new(name: impl Into<String>, problem: Problem) -> Self {
        Self { name: name.into(), problem, receives: Vec::new() }
    }

    /// Adds something that it receives.
    #[must_use]
    pub fn receive(mut self, receive: Receive) -> Self {
        self.receives.push(receive);
        self
    }
}

/// One species that a stage gets from the end of another stage's run, counted in mol.
///
/// From an earlier stage it comes in the same cycle; from a later stage or from the stage itself it is of the cycle
/// before, and in the first cycle nothing comes and the initial amount of the model holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Receive {
    /// The stage that it comes from.
    pub from: String,
    /// The species there.
    pub species: String,
    /// The species in the stage that receives.
    pub target: String,
    /// The part of the substance that arrives, above 0 and at most 1.
    pub recovery: f64,
    /// Where the recovery comes from; none where all is handed over.
    pub origin: Option<Origin>,
    /// Why the recovery is what it is.
    pub note: String,
    /// Whether what arrives is added to the initial amount of the model rather than put in its place.
    pub add: bool,
}

impl Receive {
    /// All of a species, under the same name.
    pub fn new(from: impl Into<String>, species: impl Into<String>) -> Self {
        let species = species.into();
        let target = species.clone();
        Self { from: from.into(), species, target, recovery: 1.0, origin: None, note: String::new(), add: false }
    }

    /// The name of the species in the stage that receives.
    #[must_use]
    pub fn into_species(mut self, target: impl Into<String>) -> Self {
        self.target = target.into();
        self
    }

    /// The part that arrives, with where that number comes from and why.
    #[must_use]
    pub fn recovery(mut self, recovery: f64, origin: Origin, note: impl Into<String>) -> Self {
        (self.recovery, self.origin, self.note) = (recovery, Some(origin), note.into());
        self
    }

    /// Adds what arrives to the initial amount of the model.
    #[must_use]
    pub fn added(mut self) -> Self {
        self.add = true;
        self
    }
}

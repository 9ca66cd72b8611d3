//! Chains that are part of the library.

use ratelaw_network::{Network, NetworkError, nearest};
use ratelaw_solver::{Chain, ChainError, ChainFile};

use crate::models;

/// A chain that is part of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmbeddedChain {
    /// Name.
    pub name: &'static str,
    /// The chain file.
    pub text: &'static str,
}

macro_rules! chains {
    ($($name:literal),+ $(,)?) => {
        /// All chains, by name.
        pub const ALL: &[EmbeddedChain] =
            &[$(EmbeddedChain { name: $name, text: include_str!(concat!("../studies/", $name, ".toml")) }),+];
    };
}

chains!("jia-2024-anode-cycles", "jia-2024-azine", "jia-2024-chain", "jia-2024-chain-15n", "jia-2024-mediator-cycles",);

/// The chain of a name.
pub fn find(name: &str) -> Option<EmbeddedChain> {
    ALL.iter().copied().find(|c| c.name == name)
}

impl EmbeddedChain {
    /// The file as it was read, for values to be set before it is checked.
    ///
    /// # Errors
    /// None for a released library, whose tests read all chains.
    pub fn file(&self) -> Result<ChainFile, ChainError> {
        ChainFile::from_toml(self.text, &format!("{}.toml (embedded)", self.name))
    }

    /// The checked chain, of embedded models.
    ///
    /// # Errors
    /// None for a released library, whose tests read all chains.
    pub fn chain(&self) -> Result<Chain, ChainError> {
        self.file()?.chain(model)
    }
}

/// The network of an embedded model, as a chain file asks for it.
///
/// # Errors
/// A name that no embedded model has.
pub fn model(name: &str) -> Result<Network, NetworkError> {
    let known = || models::ALL.iter().map(|m| m.name);
    let model = models::find(name).ok_or_else(|| NetworkError::UnknownName {
        kind: "model",
        name: name.to_owned(),
        nearest: nearest(name, known()).map(str::to_owned),
        known: known().map(str::to_owned).collect(),
    })?;
    model.network()
}

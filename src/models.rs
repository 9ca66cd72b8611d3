//! Models that are part of the library, cited in their own text.

use ratelaw_network::Network;

/// A model that is part of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// Name.
    pub name: &'static str,
    /// The model file.
    pub text: &'static str,
}

macro_rules! models {
    ($($name:literal),+ $(,)?) => {
        /// All models, by name.
        pub const ALL: &[Model] =
            &[$(Model { name: $name, text: include_str!(concat!("../models/", $name, ".toml")) }),+];
    };
}

models!("alpha-pinene", "jia-2024-electrosynthesis", "jia-2024-hydrolysis", "jia-2024-two-step", "robertson");

/// The model of a name.
pub fn find(name: &str) -> Option<Model> {
    ALL.iter().copied().find(|m| m.name == name)
}

impl Model {
    /// The checked network.
    ///
    /// # Errors
    /// None for a released library, whose tests read all models.
    pub fn network(&self) -> ratelaw_network::Result<Network> {
        Network::from_toml(self.text, &format!("{}.toml (embedded)", self.name))
    }
}

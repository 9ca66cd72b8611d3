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
        &[$(Model { name: $name, text: include_str!(concat!("../models/", $name, ".toml")) }),+]
    };
}

/// All models, by name.
pub const ALL: &[Model] = models!(
    "alpha-pinene",
    "hansen-2014-oxygen-reduction",
    "jia-2024-catalyst-nio",
    "jia-2024-catalyst-noble",
    "jia-2024-catalyst-oxide",
    "jia-2024-catalyst-ru",
    "jia-2024-catalyst-w",
    "jia-2024-control-no-mediator",
    "jia-2024-electrosynthesis",
    "jia-2024-electrosynthesis-15n",
    "jia-2024-electrosynthesis-15n-mixed",
    "jia-2024-electrosynthesis-50mL",
    "jia-2024-feasibility",
    "jia-2024-hydrolysis",
    "jia-2024-hydrolysis-15n",
    "jia-2024-hydrolysis-50mL",
    "jia-2024-imine-in-water",
    "jia-2024-mediator-dmk",
    "jia-2024-mediator-mpk",
    "jia-2024-nio-li",
    "jia-2024-nio-scn",
    "jia-2024-nitrate-reduction",
    "jia-2024-nitrate-reduction-15n",
    "jia-2024-nitrate-reduction-mixed",
    "jia-2024-nitrate-reduction-nitrite",
    "jia-2024-nitrate-reduction-no",
    "jia-2024-recrystallisation",
    "jia-2024-recrystallisation-50mL",
    "jia-2024-solvent-dichloromethane",
    "jia-2024-solvent-wet",
    "jia-2024-stripping",
    "jia-2024-stripping-15n",
    "jia-2024-two-step",
    "jia-2024-w-li",
    "jia-2024-w-scn",
    "jia-2024-wo3-li",
    "jia-2024-wo3-scn",
    "robertson",
);

/// What models stand on and is no model by itself: calibrated constants, and additions that several models share.
pub const PARTS: &[Model] = models!(
    "calibrated/jia-2024-electrosynthesis",
    "calibrated/jia-2024-hydrolysis",
    "calibrated/jia-2024-nitrate-reduction",
    "calibrated/jia-2024-recrystallisation",
    "calibrated/jia-2024-solvent-dichloromethane",
    "fragments/poison-li",
    "fragments/poison-scn",
);

/// The model of a name.
pub fn find(name: &str) -> Option<Model> {
    ALL.iter().copied().find(|m| m.name == name)
}

/// The text of a model or a part, for the `base` of another.
pub fn text(name: &str) -> Option<String> {
    ALL.iter().chain(PARTS).find(|m| m.name == name).map(|m| m.text.to_owned())
}

impl Model {
    /// The checked network.
    ///
    /// # Errors
    /// None for a released library, whose tests read all models.
    pub fn network(&self) -> ratelaw_network::Result<Network> {
        Network::from_toml_with(self.text, &format!("{}.toml (embedded)", self.name), &text)
    }
}

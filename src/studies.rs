//! Studies that are part of the library.

/// A study that is part of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmbeddedStudy {
    /// Name.
    pub name: &'static str,
    /// The study file.
    pub text: &'static str,
}

/// The name of the study that `ratelaw study` runs when it is given none.
pub const DEFAULT: &str = "hydrazine-2024";

/// All studies, by name.
pub const ALL: &[EmbeddedStudy] = &[
    EmbeddedStudy { name: DEFAULT, text: include_str!("../studies/hydrazine-2024.toml") },
    EmbeddedStudy { name: "jia-2024-figures", text: include_str!("../studies/jia-2024-figures.toml") },
];

/// The anchors that `ratelaw anchors` holds the models against when it is given none.
pub const ANCHORS: &str = include_str!("../studies/jia-2024-anchors.toml");

/// The study of a name.
pub fn find(name: &str) -> Option<EmbeddedStudy> {
    ALL.iter().copied().find(|s| s.name == name)
}

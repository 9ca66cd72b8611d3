//! Studies that are part of the library.

/// The study that `ratelaw study` runs when it is given none.
pub const HYDRAZINE: &str = include_str!("../studies/hydrazine-2024.toml");

/// The anchors that `ratelaw anchors` holds the models against when it is given none.
pub const ANCHORS: &str = include_str!("../studies/jia-2024-anchors.toml");

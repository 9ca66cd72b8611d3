//! Studies that are part of the library.

/// The study that `ratelaw study` runs when it is given none.
pub const HYDRAZINE: &str = include_str!("../studies/hydrazine-2024.toml");

//! Model files: TOML read with the place of every value, and written back without loss.

pub(crate) mod json;
mod places;
mod protocol;
mod read;
mod section;
mod write;

pub(crate) use places::Places;
pub(crate) use read::{Format, read};
pub(crate) use section::{KEY, join};
pub(crate) use write::write;

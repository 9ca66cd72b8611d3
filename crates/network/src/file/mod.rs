//! Model files: TOML read with the place of every value, laid over their bases, and written back without loss.

mod base;
pub(crate) mod json;
mod places;
mod protocol;
mod read;
mod section;
mod source;
pub mod toml_text;
mod write;

pub use base::Library;
pub(crate) use places::Places;
pub(crate) use read::{Format, read};
pub(crate) use section::{KEY, join};
pub(crate) use write::write;

//! What a reader sees: text tables and plots.

pub(crate) mod chart;
pub(crate) mod plot;
mod text;

pub(crate) use text::{Align, columns, significant};

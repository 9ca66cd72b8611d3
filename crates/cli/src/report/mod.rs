//! What a reader sees: text tables and plots.

pub(crate) mod chain;
pub(crate) mod chart;
pub(crate) mod fitted;
pub(crate) mod plane;
pub(crate) mod plot;
mod profile;
pub(crate) mod structure;
mod text;

pub(crate) use text::{Align, columns, header, row, significant};

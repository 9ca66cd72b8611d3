//! One file for each command.

pub(crate) mod anchors;
pub(crate) mod chain;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod control;
pub(crate) mod fit;
pub(crate) mod flux;
pub(crate) mod graph;
pub(crate) mod import;
pub(crate) mod merge;
pub(crate) mod models;
pub(crate) mod sensitivities;
pub(crate) mod simulate;
pub(crate) mod steady;
pub(crate) mod study;
pub(crate) mod sweep;

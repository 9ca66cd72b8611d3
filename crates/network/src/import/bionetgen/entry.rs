//! The entries of the blocks, as they stand in the file.

use std::ops::Range;

use super::tree::Tree;

/// Everything of a file that a network is made of.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub(super) header: String,
    pub(super) parameters: Vec<Named>,
    pub(super) functions: Vec<Named>,
    pub(super) species: Vec<SpeciesEntry>,
    pub(super) reactions: Vec<Reaction>,
    pub(super) groups: Vec<Group>,
}

/// A parameter or a function.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) name: String,
    /// Bytes of the name.
    pub(super) span: Range<usize>,
    /// None where it could not be read.
    pub(super) tree: Option<Tree>,
    /// Bytes of the expression.
    pub(super) value: Range<usize>,
    pub(super) comment: String,
    /// Whether it is a function with arguments.
    pub(super) local: bool,
}

#[derive(Debug)]
pub(super) struct SpeciesEntry {
    pub(super) index: usize,
    pub(super) pattern: String,
    pub(super) fixed: bool,
    pub(super) initial: Option<Tree>,
    pub(super) value: Range<usize>,
}

#[derive(Debug)]
pub(super) struct Reaction {
    pub(super) index: usize,
    pub(super) span: Range<usize>,
    /// Numbers of species as written, with their bytes.
    pub(super) reactants: Vec<(usize, Range<usize>)>,
    pub(super) products: Vec<(usize, Range<usize>)>,
    pub(super) rate: Option<Tree>,
    pub(super) value: Range<usize>,
    pub(super) comment: String,
}

#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) span: Range<usize>,
    /// Weights and numbers of species.
    pub(super) terms: Vec<(f64, usize, Range<usize>)>,
}

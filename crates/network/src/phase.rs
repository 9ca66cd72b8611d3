//! Phases and the sites of their surfaces.

use crate::units::{Dimension, Quantity};

/// A region of uniform composition.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    /// Name.
    pub name: String,
    /// What kind of region, with its size.
    pub kind: PhaseKind,
}

/// Kinds of phases.
#[derive(Debug, Clone, PartialEq)]
pub enum PhaseKind {
    /// A well-stirred liquid; amounts in mol/m3.
    Solution {
        /// Volume, m3.
        volume: Quantity,
    },
    /// An electrode surface; amounts in mol/m2.
    Electrode {
        /// Area, m2.
        area: Quantity,
    },
    /// No physical size: amounts are fractions of a charge, as in many published problems.
    Abstract,
}

impl PhaseKind {
    /// The dimension of an amount in it.
    pub fn amount(&self) -> Dimension {
        match self {
            Self::Solution { .. } => Dimension::concentration(),
            Self::Electrode { .. } => Dimension::surface_concentration(),
            Self::Abstract => Dimension::NONE,
        }
    }

    /// Volume or area in SI; 1 for an abstract phase.
    pub fn size(&self) -> f64 {
        match self {
            Self::Solution { volume } => volume.si(),
            Self::Electrode { area } => area.si(),
            Self::Abstract => 1.0,
        }
    }

    /// Whether it is a surface.
    pub fn is_electrode(&self) -> bool {
        matches!(self, Self::Electrode { .. })
    }

    /// The word for it in a model file.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Solution { .. } => "solution",
            Self::Electrode { .. } => "electrode",
            Self::Abstract => "abstract",
        }
    }
}

/// A kind of adsorption or lattice site on an electrode.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteType {
    /// Name.
    pub name: String,
    /// The electrode that has it.
    pub phase: String,
    /// Sites per geometric area, mol/m2.
    pub density: Quantity,
    /// The species that holds a site when nothing else does: `*`, or a lattice atom.
    pub vacant: String,
}

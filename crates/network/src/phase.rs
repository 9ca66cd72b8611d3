//! Phases and the sites of their surfaces.

use crate::rate::Constant;
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
    /// A gas at constant volume; amounts in mol/m3, or as partial pressures at the start.
    Gas {
        /// Volume, m3.
        volume: Quantity,
    },
    /// An electrode; amounts in mol per m2 of its real area.
    Electrode(Electrode),
    /// A catalyst surface without a potential; amounts in mol per m2 of its real area.
    Surface {
        /// Geometric area, m2.
        area: Quantity,
        /// Real area over geometric area.
        roughness: f64,
    },
    /// A source or sink so large that nothing changes in it: all its species are held; amounts in mol/m3.
    Reservoir,
    /// No physical size: amounts are fractions of a charge, as in many published problems.
    Abstract,
}

/// An electrode and how it is connected.
#[derive(Debug, Clone, PartialEq)]
pub struct Electrode {
    /// Geometric area, m2.
    pub area: Quantity,
    /// Real area over geometric area; rates and site densities are per real area.
    pub roughness: f64,
    /// Ohmic resistance between the electrode and the place where its potential is measured, ohm.
    pub resistance: Option<Constant>,
    /// Whether it is the counter electrode: its potential is the one at which the currents of all electrodes
    /// add up to nothing.
    pub counter: bool,
}

impl Electrode {
    /// A smooth working electrode without resistance.
    pub fn new(area: Quantity) -> Self {
        Self { area, roughness: 1.0, resistance: None, counter: false }
    }
}

impl PhaseKind {
    /// The dimension of an amount in it.
    pub fn amount(&self) -> Dimension {
        match self {
            Self::Solution { .. } | Self::Gas { .. } | Self::Reservoir => Dimension::concentration(),
            Self::Electrode(_) | Self::Surface { .. } => Dimension::surface_concentration(),
            Self::Abstract => Dimension::NONE,
        }
    }

    /// Volume or real area in SI; 1 for a reservoir or an abstract phase.
    pub fn size(&self) -> f64 {
        match self {
            Self::Solution { volume } | Self::Gas { volume } => volume.si(),
            Self::Electrode(Electrode { area, roughness, .. }) | Self::Surface { area, roughness } => {
                area.si() * roughness
            }
            Self::Reservoir | Self::Abstract => 1.0,
        }
    }

    /// Whether electrons can be exchanged at it.
    pub fn is_electrode(&self) -> bool {
        matches!(self, Self::Electrode(_))
    }

    /// Whether it has an area.
    pub fn is_surface(&self) -> bool {
        matches!(self, Self::Electrode(_) | Self::Surface { .. })
    }

    /// The word for it in a model file.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Solution { .. } => "solution",
            Self::Gas { .. } => "gas",
            Self::Electrode(_) => "electrode",
            Self::Surface { .. } => "surface",
            Self::Reservoir => "reservoir",
            Self::Abstract => "abstract",
        }
    }

    /// All words.
    pub const WORDS: [&str; 6] = ["solution", "gas", "electrode", "surface", "reservoir", "abstract"];
}

/// A kind of adsorption or lattice site on an electrode or another surface.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteType {
    /// Name.
    pub name: String,
    /// The surface that has it.
    pub phase: String,
    /// Sites per real area, mol/m2.
    pub density: Quantity,
    /// The species that holds a site when nothing else does: `*`, or a lattice atom.
    pub vacant: String,
}

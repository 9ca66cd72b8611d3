//! Temperature and potential, and the constants of nature that go with them.

/// Molar gas constant, J/(mol K); exact in the SI of 2019.
pub const GAS_CONSTANT: f64 = 8.314_462_618_153_24;
/// Faraday constant, C/mol; exact in the SI of 2019.
pub const FARADAY: f64 = 96_485.332_123_310_01;
/// Boltzmann constant over Planck constant, 1/(s K); exact in the SI of 2019.
pub const BOLTZMANN_OVER_PLANCK: f64 = 1.380_649e-23 / 6.626_070_15e-34;
/// Standard concentration of solutes, mol/m3.
pub const STANDARD_CONCENTRATION: f64 = 1000.0;
/// Temperature of a model that states none, K.
pub const ROOM_TEMPERATURE: f64 = 298.15;

/// What a run is held at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conditions {
    /// Temperature, K.
    pub temperature: f64,
    /// Electrode potential against the model's reference, V.
    pub potential: f64,
}

/// Reference electrodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reference {
    /// Silver in a silver-ion solution, as used in acetonitrile.
    AgAgPlus,
    /// Silver chloride in 3 M KCl.
    AgAgCl3M,
    /// The ferrocene couple.
    Ferrocene,
    /// Standard hydrogen electrode.
    She,
    /// Reversible hydrogen electrode.
    Rhe,
}

impl Reference {
    /// All reference electrodes.
    pub const ALL: [Self; 5] = [Self::AgAgPlus, Self::AgAgCl3M, Self::Ferrocene, Self::She, Self::Rhe];

    /// The name of it in a model file.
    pub fn word(self) -> &'static str {
        match self {
            Self::AgAgPlus => "Ag/Ag+",
            Self::AgAgCl3M => "Ag/AgCl (3 M KCl)",
            Self::Ferrocene => "Fc/Fc+",
            Self::She => "SHE",
            Self::Rhe => "RHE",
        }
    }

    /// The reference that a name means.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.word() == word)
    }
}

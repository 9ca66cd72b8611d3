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

/// What a run is held at, or led through: temperature and potential at one time, and how fast they change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conditions {
    /// Temperature, K.
    pub temperature: f64,
    /// Electrode potential against the model's reference, V, as applied: before any ohmic drop.
    pub potential: f64,
    /// The time at which these hold, s.
    pub time: f64,
    /// Change of the temperature, K/s.
    pub temperature_rate: f64,
    /// Change of the potential, V/s.
    pub potential_rate: f64,
    /// Whether the electrodes are connected; if not, no step exchanges electrons.
    pub connected: bool,
}

impl Conditions {
    /// Constant conditions.
    pub const fn new(temperature: f64, potential: f64) -> Self {
        Self { temperature, potential, time: 0.0, temperature_rate: 0.0, potential_rate: 0.0, connected: true }
    }

    /// Whether anything changes with time.
    pub fn are_constant(&self) -> bool {
        self.temperature_rate == 0.0 && self.potential_rate == 0.0
    }

    /// The potential at a time.
    pub fn potential_at(&self, time: f64) -> f64 {
        self.potential + self.potential_rate * (time - self.time)
    }

    /// The temperature at a time.
    pub fn temperature_at(&self, time: f64) -> f64 {
        self.temperature + self.temperature_rate * (time - self.time)
    }
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

    /// Its published potential against the standard hydrogen electrode at 25 degC, V; none for the reversible
    /// hydrogen electrode, whose potential is that of the pH.
    ///
    /// Silver chloride in 3 M KCl: 0.210 V (Sawyer, Sobkowiak and Roberts, Electrochemistry for Chemists, 2nd ed.;
    /// makers' figures run from 0.207 to 0.210 V). The two couples hold in acetonitrile alone: ferrocene 0.380 V against
    /// the calomel electrode and silver in 0.01 M AgNO3 0.298 V (Pavlishchuk and Addison, Inorg. Chim. Acta 298 (2000)
    /// 97, as cited by others), with 0.244 V for the calomel electrode; liquid junctions make these uncertain by
    /// 10 mV or more, so a model should give its own, measured value where it has one.
    pub fn published_potential(self) -> Option<f64> {
        const CALOMEL: f64 = 0.244;
        match self {
            Self::She => Some(0.0),
            Self::AgAgCl3M => Some(0.210),
            Self::Ferrocene => Some(CALOMEL + 0.380),
            Self::AgAgPlus => Some(CALOMEL + 0.298),
            Self::Rhe => None,
        }
    }

    /// The reference that a name means.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.word() == word)
    }
}

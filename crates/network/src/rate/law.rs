//! A rate law as the user describes it: its kind and its named constants.

use crate::error::QuantityError;
use crate::units::{Dimension, IntoQuantity, Quantity};

/// A rate law with its constants, each a parameter's name or a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Law {
    /// Which law.
    pub kind: LawKind,
    /// Constants by field name, in the order given.
    pub constants: Vec<(String, Constant)>,
}

/// A constant of a rate law.
#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    /// The name of a parameter.
    Parameter(String),
    /// A value given in place; it becomes the parameter `STEP.FIELD`.
    Value(Quantity),
}

impl Constant {
    /// A text that starts as a number is a value, any other is a parameter's name.
    ///
    /// # Errors
    /// A number with an unknown unit.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        let starts_number = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.');
        if text.trim().starts_with(starts_number) {
            Ok(Self::Value(text.parse()?))
        } else {
            Ok(Self::Parameter(text.trim().to_owned()))
        }
    }
}

/// The rate laws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LawKind {
    /// See [`MassAction`](super::MassAction).
    MassAction,
    /// See [`Arrhenius`](super::Arrhenius).
    Arrhenius,
    /// See [`Eyring`](super::Eyring).
    Eyring,
    /// See [`Tafel`](super::Tafel).
    Tafel,
    /// See [`ButlerVolmer`](super::ButlerVolmer).
    ButlerVolmer,
}

/// A constant that a law takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    /// Name in a model file.
    pub name: &'static str,
    /// What it measures.
    pub measures: Measures,
    /// Whether the law needs it.
    pub required: bool,
}

/// What a constant measures; the unit of a rate constant follows from its step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measures {
    /// A forward rate constant of the step.
    Forward,
    /// A reverse rate constant of the step.
    Reverse,
    /// An equilibrium constant of the step, in concentrations.
    Equilibrium,
    /// Energy per amount, J/mol.
    MolarEnergy,
    /// Entropy per amount, J/(mol K).
    MolarEntropy,
    /// Electric potential, V.
    Potential,
    /// A pure number.
    Number,
}

impl Measures {
    /// The dimension, given those of the step's constants.
    pub fn dimension(self, forward: Dimension, reverse: Dimension) -> Dimension {
        match self {
            Self::Forward => forward,
            Self::Reverse => reverse,
            Self::Equilibrium => forward / reverse,
            Self::MolarEnergy => Dimension::molar_energy(),
            Self::MolarEntropy => Dimension::molar_energy() / Dimension::TEMPERATURE,
            Self::Potential => Dimension::potential(),
            Self::Number => Dimension::NONE,
        }
    }
}

const fn required(name: &'static str, measures: Measures) -> Field {
    Field { name, measures, required: true }
}

const fn optional(name: &'static str, measures: Measures) -> Field {
    Field { name, measures, required: false }
}

const REVERSE_CONSTANT: Field = optional("k_reverse", Measures::Reverse);
const EQUILIBRIUM: Field = optional("K", Measures::Equilibrium);

impl LawKind {
    /// All laws.
    pub const ALL: [Self; 5] = [Self::MassAction, Self::Arrhenius, Self::Eyring, Self::Tafel, Self::ButlerVolmer];

    /// The name of it in a model file.
    pub fn word(self) -> &'static str {
        match self {
            Self::MassAction => "mass-action",
            Self::Arrhenius => "arrhenius",
            Self::Eyring => "eyring",
            Self::Tafel => "tafel",
            Self::ButlerVolmer => "butler-volmer",
        }
    }

    /// The law that a name means.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }

    /// The constants it takes.
    pub fn fields(self) -> &'static [Field] {
        use Measures::{Forward, MolarEnergy, MolarEntropy, Number, Potential};
        const MASS_ACTION: &[Field] = &[required("k", Forward), EQUILIBRIUM, REVERSE_CONSTANT];
        const ARRHENIUS: &[Field] = &[
            required("A", Forward),
            required("Ea", MolarEnergy),
            optional("b", Number),
            EQUILIBRIUM,
            REVERSE_CONSTANT,
        ];
        const EYRING: &[Field] = &[
            optional("dG", MolarEnergy),
            optional("dH", MolarEnergy),
            optional("dS", MolarEntropy),
            EQUILIBRIUM,
            REVERSE_CONSTANT,
        ];
        const TAFEL: &[Field] = &[required("k0", Forward), required("E0", Potential), required("alpha", Number)];
        match self {
            Self::MassAction => MASS_ACTION,
            Self::Arrhenius => ARRHENIUS,
            Self::Eyring => EYRING,
            Self::Tafel | Self::ButlerVolmer => TAFEL,
        }
    }
}

impl Law {
    fn named(kind: LawKind, constants: &[(&str, &str)]) -> Self {
        let constants =
            constants.iter().map(|(f, p)| ((*f).to_owned(), Constant::Parameter((*p).to_owned()))).collect();
        Self { kind, constants }
    }

    /// Mass action with the parameter `k`.
    pub fn mass_action(k: &str) -> Self {
        Self::named(LawKind::MassAction, &[("k", k)])
    }

    /// Mass action with a value in place; it becomes the parameter `STEP.k`.
    ///
    /// # Errors
    /// A text that is not a number with a known unit.
    pub fn constant(k: impl IntoQuantity) -> crate::Result<Self> {
        let value = Constant::Value(k.into_quantity()?);
        Ok(Self { kind: LawKind::MassAction, constants: vec![("k".to_owned(), value)] })
    }

    /// Arrhenius with the parameters `A` and `Ea`.
    pub fn arrhenius(a: &str, ea: &str) -> Self {
        Self::named(LawKind::Arrhenius, &[("A", a), ("Ea", ea)])
    }

    /// Eyring with the parameter `dG`.
    pub fn eyring(dg: &str) -> Self {
        Self::named(LawKind::Eyring, &[("dG", dg)])
    }

    /// Tafel with the parameters `k0`, `E0` and `alpha`.
    pub fn tafel(k0: &str, e0: &str, alpha: &str) -> Self {
        Self::named(LawKind::Tafel, &[("k0", k0), ("E0", e0), ("alpha", alpha)])
    }

    /// Butler-Volmer with the parameters `k0`, `E0` and `alpha`.
    pub fn butler_volmer(k0: &str, e0: &str, alpha: &str) -> Self {
        Self::named(LawKind::ButlerVolmer, &[("k0", k0), ("E0", e0), ("alpha", alpha)])
    }

    /// Gives a further constant by its field name: `b`, `dS`, ...
    #[must_use]
    pub fn with(mut self, field: &str, parameter: &str) -> Self {
        self.constants.push((field.to_owned(), Constant::Parameter(parameter.to_owned())));
        self
    }

    /// Takes the reverse rate from the equilibrium constant `K`.
    #[must_use]
    pub fn equilibrium(self, parameter: &str) -> Self {
        self.with("K", parameter)
    }

    /// Takes the reverse rate constant from a parameter.
    #[must_use]
    pub fn reverse(self, parameter: &str) -> Self {
        self.with("k_reverse", parameter)
    }
}

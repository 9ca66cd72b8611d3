//! A rate law as the user describes it: its kind and its named constants.

use crate::error::QuantityError;
use crate::expression::{Expression, ExpressionFault};
use crate::parameter::starts_as_number;
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
    /// An expression of parameters, or for a rate of amounts and conditions too.
    Expression(Expression),
    /// The name of another step.
    Step(String),
}

impl Constant {
    /// A text that starts as a number is a value, one with operators an expression, any other a parameter's name.
    ///
    /// # Errors
    /// A number with an unknown unit.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        let text = text.trim();
        let compound = || Expression::parse(text).ok().filter(Expression::is_compound).map(Self::Expression);
        if starts_as_number(text) {
            return match text.parse() {
                Ok(value) => Ok(Self::Value(value)),
                Err(error) => compound().ok_or(error),
            };
        }
        let operators = ['*', '/', '^', '(', ' '];
        if text.contains(operators)
            && let Some(expression) = compound()
        {
            return Ok(expression);
        }
        Ok(Self::Parameter(text.to_owned()))
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
    /// See [`Eyring`](super::Eyring), and [`Relative`](super::Relative) with `relative_to`.
    Eyring,
    /// See [`Tafel`](super::Tafel).
    Tafel,
    /// See [`ButlerVolmer`](super::ButlerVolmer).
    ButlerVolmer,
    /// See [`Marcus`](super::Marcus).
    Marcus,
    /// See [`MarcusHushChidsey`](super::MarcusHushChidsey).
    MarcusHushChidsey,
    /// See [`MichaelisMenten`](super::MichaelisMenten).
    MichaelisMenten,
    /// See [`LangmuirHinshelwood`](super::LangmuirHinshelwood).
    LangmuirHinshelwood,
    /// See [`GasLiquid`](super::GasLiquid).
    GasLiquid,
    /// See [`Formula`](super::Formula).
    Expression,
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
    /// Whether there is one for each of several species: `adsorption = { NH3 = "K_N" }`.
    pub per_species: bool,
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
    /// Current per real area, A/m2.
    CurrentDensity,
    /// The amount of a species.
    Amount,
    /// The reciprocal of the amount of a species.
    PerAmount,
    /// A Henry constant: a pure number, or mol/(m3 Pa).
    Henry,
    /// Electric resistance, ohm.
    Resistance,
    /// A rate of the step: amount per time and per volume or area of its phase.
    Rate,
    /// The name of another step, which is no number.
    Step,
}

impl Measures {
    /// The dimension, given those of the step's constants, of its rate, and of the species that it concerns.
    pub fn dimension(self, of: &StepDimensions) -> Dimension {
        match self {
            Self::Forward => of.forward,
            Self::Reverse => of.reverse,
            Self::Equilibrium => of.forward / of.reverse,
            Self::MolarEnergy => Dimension::molar_energy(),
            Self::MolarEntropy => Dimension::molar_energy() / Dimension::TEMPERATURE,
            Self::Potential => Dimension::potential(),
            Self::Number | Self::Henry | Self::Step => Dimension::NONE,
            Self::CurrentDensity => Dimension::current_density(),
            Self::Amount => of.amount,
            Self::PerAmount => Dimension::NONE / of.amount,
            Self::Resistance => Dimension::resistance(),
            Self::Rate => of.rate,
        }
    }

    /// Whether it cannot be negative.
    pub fn is_magnitude(self) -> bool {
        matches!(self, Self::Forward | Self::Reverse | Self::CurrentDensity | Self::PerAmount | Self::Resistance)
    }

    /// Whether it must be above zero.
    pub fn is_divisor(self) -> bool {
        matches!(self, Self::Equilibrium | Self::Amount | Self::Henry)
    }
}

/// Dimensions that the constants of a step are measured by.
#[derive(Debug, Clone, Copy)]
pub struct StepDimensions {
    /// Of the forward rate constant.
    pub forward: Dimension,
    /// Of the reverse rate constant.
    pub reverse: Dimension,
    /// Of the rate.
    pub rate: Dimension,
    /// Of the amount of the species that a constant belongs to.
    pub amount: Dimension,
}

const fn required(name: &'static str, measures: Measures) -> Field {
    Field { name, measures, required: true, per_species: false }
}

const fn optional(name: &'static str, measures: Measures) -> Field {
    Field { name, measures, required: false, per_species: false }
}

const fn per_species(name: &'static str, measures: Measures) -> Field {
    Field { name, measures, required: false, per_species: true }
}

const REVERSE_CONSTANT: Field = optional("k_reverse", Measures::Reverse);
const EQUILIBRIUM: Field = optional("K", Measures::Equilibrium);
const GIBBS: Field = optional("dG0", Measures::MolarEnergy);
const FILM: Field = optional("k_m", Measures::Forward);
const FILM_REVERSE: Field = optional("k_m_reverse", Measures::Reverse);

impl LawKind {
    /// All laws.
    pub const ALL: [Self; 11] = [
        Self::MassAction,
        Self::Arrhenius,
        Self::Eyring,
        Self::Tafel,
        Self::ButlerVolmer,
        Self::Marcus,
        Self::MarcusHushChidsey,
        Self::MichaelisMenten,
        Self::LangmuirHinshelwood,
        Self::GasLiquid,
        Self::Expression,
    ];

    /// The name of it in a model file.
    pub fn word(self) -> &'static str {
        match self {
            Self::MassAction => "mass-action",
            Self::Arrhenius => "arrhenius",
            Self::Eyring => "eyring",
            Self::Tafel => "tafel",
            Self::ButlerVolmer => "butler-volmer",
            Self::Marcus => "marcus",
            Self::MarcusHushChidsey => "marcus-hush-chidsey",
            Self::MichaelisMenten => "michaelis-menten",
            Self::LangmuirHinshelwood => "langmuir-hinshelwood",
            Self::GasLiquid => "gas-liquid",
            Self::Expression => "expression",
        }
    }

    /// The law that a name means.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }

    /// Whether it is a law of electrodes, which needs electrons in the step.
    pub fn is_electrode_law(self) -> bool {
        matches!(self, Self::Tafel | Self::ButlerVolmer | Self::Marcus | Self::MarcusHushChidsey)
    }

    /// Whether it gives the reverse rate of a reversible step itself.
    pub fn gives_reverse(self) -> bool {
        matches!(self, Self::ButlerVolmer | Self::Marcus | Self::MarcusHushChidsey | Self::GasLiquid | Self::Expression)
    }

    /// The constants it takes.
    pub fn fields(self) -> &'static [Field] {
        use Measures::{
            Amount, CurrentDensity, Forward, Henry, MolarEnergy, MolarEntropy, Number, PerAmount, Potential, Rate, Step,
        };
        const MASS_ACTION: &[Field] = &[required("k", Forward), EQUILIBRIUM, GIBBS, REVERSE_CONSTANT];
        const ARRHENIUS: &[Field] = &[
            required("A", Forward),
            required("Ea", MolarEnergy),
            optional("b", Number),
            EQUILIBRIUM,
            GIBBS,
            REVERSE_CONSTANT,
        ];
        const EYRING: &[Field] = &[
            optional("dG", MolarEnergy),
            optional("dH", MolarEnergy),
            optional("dS", MolarEntropy),
            optional("relative_to", Step),
            optional("ddG", MolarEnergy),
            EQUILIBRIUM,
            GIBBS,
            REVERSE_CONSTANT,
        ];
        const TAFEL: &[Field] = &[
            optional("k0", Forward),
            optional("E0", Potential),
            optional("i0", CurrentDensity),
            optional("E_eq", Potential),
            per_species("reference", Amount),
            required("alpha", Number),
            FILM,
        ];
        const BUTLER_VOLMER: &[Field] = &[
            optional("k0", Forward),
            optional("E0", Potential),
            optional("i0", CurrentDensity),
            optional("E_eq", Potential),
            per_species("reference", Amount),
            required("alpha", Number),
            optional("alpha_reverse", Number),
            FILM,
            FILM_REVERSE,
        ];
        const MARCUS: &[Field] =
            &[required("k0", Forward), required("E0", Potential), required("lambda", MolarEnergy), FILM, FILM_REVERSE];
        const MICHAELIS_MENTEN: &[Field] =
            &[required("k", Forward), required("Km", Amount), per_species("inhibition", Amount)];
        const LANGMUIR_HINSHELWOOD: &[Field] = &[
            required("k", Forward),
            per_species("adsorption", PerAmount),
            optional("sites", Number),
            EQUILIBRIUM,
            REVERSE_CONSTANT,
        ];
        const GAS_LIQUID: &[Field] = &[required("kLa", Forward), required("H", Henry)];
        const EXPRESSION: &[Field] = &[required("rate", Rate)];
        match self {
            Self::MassAction => MASS_ACTION,
            Self::Arrhenius => ARRHENIUS,
            Self::Eyring => EYRING,
            Self::Tafel => TAFEL,
            Self::ButlerVolmer => BUTLER_VOLMER,
            Self::Marcus | Self::MarcusHushChidsey => MARCUS,
            Self::MichaelisMenten => MICHAELIS_MENTEN,
            Self::LangmuirHinshelwood => LANGMUIR_HINSHELWOOD,
            Self::GasLiquid => GAS_LIQUID,
            Self::Expression => EXPRESSION,
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

    /// A law of any kind, whose constants are then given with [`Law::with`].
    pub fn new(kind: LawKind) -> Self {
        Self { kind, constants: Vec::new() }
    }

    /// A rate as an expression of amounts, parameters and conditions.
    ///
    /// # Errors
    /// A text that is no expression.
    pub fn expression(rate: &str) -> Result<Self, ExpressionFault> {
        let rate = Constant::Expression(Expression::parse(rate)?);
        Ok(Self { kind: LawKind::Expression, constants: vec![("rate".to_owned(), rate)] })
    }

    /// The constant of another step times `exp(-ddG / RT)`.
    pub fn relative_to(step: &str, ddg: &str) -> Self {
        let mut law = Self::new(LawKind::Eyring);
        law.constants.push(("relative_to".to_owned(), Constant::Step(step.to_owned())));
        law.with("ddG", ddg)
    }

    /// Gives a constant that belongs to a species: `adsorption`, `inhibition`, `reference`.
    #[must_use]
    pub fn with_of(self, field: &str, species: &str, parameter: &str) -> Self {
        self.with(&format!("{field}.{species}"), parameter)
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

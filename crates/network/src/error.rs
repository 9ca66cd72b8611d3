//! What can be wrong with a network, said so that the reader can mend it.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

use crate::expression::ExpressionFault;

/// Result of this crate.
pub type Result<T, E = NetworkError> = std::result::Result<T, E>;

/// Everything this crate refuses.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// The description of a network has faults; all that were found are listed.
    #[error("{0}")]
    Invalid(Diagnostics),
    /// A model file could not be read.
    #[error("cannot read `{}`: {reason}", path.display())]
    Read {
        /// The file asked for.
        path: PathBuf,
        /// What the operating system said.
        reason: String,
    },
    /// A name that the network does not have.
    #[error("unknown {kind} `{name}`{}", suggestion(nearest.as_deref(), known))]
    UnknownName {
        /// What the name should have been: `species`, `parameter`, ...
        kind: &'static str,
        /// The name as given.
        name: String,
        /// The nearest known name, where one is near.
        nearest: Option<String>,
        /// All names that would have been right.
        known: Vec<String>,
    },
    /// A quantity could not be read, or has the wrong unit.
    #[error(transparent)]
    Quantity(#[from] QuantityError),
    /// An expression that cannot be read.
    #[error("{0}")]
    Expression(#[from] ExpressionFault),
    /// A value outside its allowed range, NaN and infinity included.
    #[error("{what} is {found}, expected {expected}")]
    OutOfRange {
        /// The name of the refused quantity.
        what: String,
        /// The value as given.
        found: String,
        /// The range in words.
        expected: &'static str,
    },
    /// A request that needs something the model does not state.
    #[error("{what} needs {needs}")]
    Undefined {
        /// What was asked for.
        what: String,
        /// What is missing.
        needs: String,
    },
}

impl From<Diagnostic> for NetworkError {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Invalid(Diagnostics(vec![diagnostic]))
    }
}

fn suggestion(nearest: Option<&str>, known: &[String]) -> String {
    match (nearest, known.is_empty()) {
        (Some(name), _) => format!("; did you mean `{name}`?"),
        (None, true) => "; the model has none".to_owned(),
        (None, false) => format!("; known: {}", list(known)),
    }
}

/// Joins names for a message, the first dozen of them.
pub(crate) fn list<S: AsRef<str>>(names: &[S]) -> String {
    const MOST: usize = 12;
    let mut text: Vec<&str> = names.iter().take(MOST).map(AsRef::as_ref).collect();
    let more = format!("... ({} in all)", names.len());
    if names.len() > MOST {
        text.push(&more);
    }
    text.join(", ")
}

/// The known name that `name` most likely meant.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Names longer than a line are no slips of the pen, and their distance is slow to compute.
    const LONGEST: usize = 80;
    let folded = name.to_lowercase();
    let length = name.chars().count();
    let most = |k: &str| match length.min(k.chars().count()) {
        0 | 1 => 0,
        shorter => 1.max(shorter / 3),
    };
    known
        .into_iter()
        .filter(|k| length <= LONGEST && k.chars().count().abs_diff(length) <= most(k))
        .map(|k| (strsim::damerau_levenshtein(&folded, &k.to_lowercase()), k))
        .filter(|(distance, k)| *distance <= most(k))
        .min_by_key(|(distance, k)| (*distance, strsim::damerau_levenshtein(name, k)))
        .map(|(_, k)| k)
}

/// What may have been meant, as the end of a message; nothing if nothing is near.
pub fn did_you_mean(near: Option<impl fmt::Display>) -> String {
    near.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

/// A quantity that could not be read, or whose unit does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum QuantityError {
    /// The text is not `NUMBER UNIT`.
    #[error("cannot read `{text}` as a quantity, expected a number and a unit such as `{example}`")]
    Syntax {
        /// The text as given.
        text: String,
        /// A text that would have been right.
        example: &'static str,
    },
    /// A unit symbol that is not known.
    #[error("unknown unit `{symbol}` in `{text}`{}", did_you_mean(nearest.as_deref()))]
    UnknownUnit {
        /// The symbol that was not recognised.
        symbol: String,
        /// The whole unit.
        text: String,
        /// A known unit near to it.
        nearest: Option<String>,
    },
    /// The unit measures something else.
    #[error("{what} has the unit `{found}`, expected a unit of {expected}")]
    WrongUnit {
        /// What the quantity is for.
        what: String,
        /// The unit as given.
        found: String,
        /// The unit in SI base units, with an example.
        expected: String,
    },
}

/// Where in a file something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// File name, or the name of an embedded model.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How many characters the marked text has.
    pub length: usize,
    /// The line itself.
    pub text: String,
}

/// What kind of mistake it is.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// The text is not TOML.
    #[error("this is not valid TOML")]
    Toml,
    /// The text is not JSON.
    #[error("this is not valid JSON")]
    Json,
    /// The file has no content.
    #[error("the model file is empty")]
    Empty,
    /// The file is not text.
    #[error("the model file is not text")]
    NotText,
    /// A required key is missing.
    #[error("`{key}` is missing in {within}")]
    MissingKey {
        /// The key.
        key: String,
        /// The table that lacks it.
        within: String,
    },
    /// A key that means nothing here.
    #[error("unknown key `{key}` in {within}")]
    UnknownKey {
        /// The key.
        key: String,
        /// The table it stands in.
        within: String,
    },
    /// A value of the wrong type, or outside its range.
    #[error("{what} has a wrong value")]
    Value {
        /// What the value is for.
        what: String,
    },
    /// A name used twice.
    #[error("duplicate {kind} `{name}`")]
    Duplicate {
        /// What the name names.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// A name that nothing declares.
    #[error("unknown {kind} `{name}`")]
    Unknown {
        /// What the name should name.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// A base that stands on the model itself.
    #[error("the base `{name}` leads back to this model")]
    BaseCircle {
        /// The base as named.
        name: String,
    },
    /// A chemical formula that cannot be read.
    #[error("`{formula}` is not a chemical formula")]
    Formula {
        /// The text.
        formula: String,
    },
    /// A step equation that cannot be read.
    #[error("the equation of step `{step}` cannot be read")]
    Equation {
        /// The step.
        step: String,
    },
    /// A step that makes or loses atoms.
    #[error("step `{step}` does not balance in {element}")]
    Element {
        /// The step.
        step: String,
        /// The element's symbol.
        element: String,
    },
    /// A step that makes or loses charge.
    #[error("step `{step}` does not balance in charge")]
    Charge {
        /// The step.
        step: String,
    },
    /// A step that makes or loses surface sites.
    #[error("step `{step}` does not balance in sites `{site}`")]
    Sites {
        /// The step.
        step: String,
        /// The kind of site.
        site: String,
    },
    /// An expression that cannot be read, or names something that does not exist.
    #[error("the expression `{text}` is wrong")]
    Expression {
        /// The text.
        text: String,
    },
    /// A line of a protocol that cannot be read.
    #[error("the instruction `{text}` cannot be read")]
    Instruction {
        /// The line.
        text: String,
    },
    /// A constant whose unit does not fit its step.
    #[error("{what} has the wrong unit")]
    Unit {
        /// The constant.
        what: String,
    },
    /// A rate law lacks one of its constants.
    #[error("step `{step}` lacks the constant `{constant}` of its rate law")]
    MissingConstant {
        /// The step.
        step: String,
        /// The field of the law.
        constant: String,
    },
    /// A combination that has no meaning.
    #[error("{what}")]
    Conflict {
        /// What conflicts.
        what: String,
    },
}

/// One mistake, where it stands and how to mend it.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// The mistake.
    pub fault: Fault,
    /// Where it stands, for a network that came from a file.
    pub place: Option<Place>,
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
    /// A suggestion.
    pub help: Option<String>,
}

impl Diagnostic {
    pub(crate) fn new(fault: Fault, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { fault, place: None, found: found.into(), expected: expected.into(), help: None }
    }

    pub(crate) fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn help_if(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    /// An unknown name, with the nearest known one.
    pub(crate) fn unknown(kind: &'static str, name: &str, known: &[&str]) -> Self {
        let expected = if known.is_empty() { format!("a declared {kind}; none is declared") } else { list(known) };
        Self::new(Fault::Unknown { kind, name: name.to_owned() }, format!("`{name}`"), expected)
            .help_if(nearest(name, known.iter().copied()).map(|n| format!("did you mean `{n}`?")))
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.fault)?;
        let mut gutter = 1;
        if let Some(place) = &self.place {
            gutter = place.line.to_string().len();
            writeln!(f, "{:gutter$}--> {}:{}:{}", "", place.file, place.line, place.column)?;
            if !place.text.is_empty() {
                let indent = place.column.saturating_sub(1);
                writeln!(f, "{:gutter$} |", "")?;
                writeln!(f, "{} | {}", place.line, place.text)?;
                writeln!(f, "{:gutter$} | {:indent$}{}", "", "", "^".repeat(place.length.max(1)))?;
            }
        }
        writeln!(f, "{:gutter$} = found: {}", "", self.found)?;
        write!(f, "{:gutter$} = expected: {}", "", self.expected)?;
        if let Some(help) = &self.help {
            write!(f, "\n{:gutter$} = help: {help}", "")?;
        }
        Ok(())
    }
}

/// All faults of one description, in the order of the file; those of several files one file after the other.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// `Err` with all faults, sorted by their place, if there are any.
    pub(crate) fn into_result(mut self) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let key = |d: &Diagnostic| d.place.as_ref().map(|p| (p.file.clone(), p.line, p.column));
        self.0.sort_by_cached_key(key);
        Err(NetworkError::Invalid(self))
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.0.iter().enumerate() {
            if i > 0 {
                write!(f, "\n\n")?;
            }
            write!(f, "error: {diagnostic}")?;
        }
        Ok(())
    }
}

//! Expressions that a user writes: `kcat*[E]*[S]/(Km + [S])`, `0.5*k1`, `conversion(NH3) >= 0.98`.
//!
//! A text is parsed into a flat list of operations, children before parents, so that nothing recurses over it;
//! names are looked up and dimensions checked in one pass ([`resolve`](Expression::resolve)), derivatives are
//! taken symbolically ([`Graph::derivative`]), and evaluation runs over plain or dual numbers.

mod differentiate;
mod dimension;
mod function;
mod graph;
mod parse;
mod tape;

pub use dimension::{Binding, Leaf, Resolved};
pub use function::{Comparison, Function};
pub use graph::{Graph, NodeId, Op};
pub use tape::{Tape, Variable};

use std::fmt;
use std::ops::Range;

use parse::Parsed;

/// An expression as written; two are equal if their texts are.
#[derive(Debug, Clone)]
pub struct Expression {
    text: String,
    parsed: Parsed,
}

/// Why an expression was refused: where, and what was expected there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionFault {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What is wrong there.
    pub found: String,
    /// What was expected.
    pub expected: String,
    /// A suggestion.
    pub help: Option<String>,
}

impl Expression {
    /// Reads an expression of numbers (`2.5`, `2 mM`, `3 {mol/m2/s}`), names, species amounts in brackets
    /// (`[H+]`), the operators `+ - * / ^`, and functions: `exp ln log10 sqrt abs sin cos tan asin acos atan sinh
    /// cosh tanh min max if`. `potential` (or `E`), `temperature` (`T`) and `time` (`t`) are the conditions, `faraday` (`F`) and
    /// `gas_constant` (`R`) those of nature; the short names mean a species or parameter where one has that name.
    ///
    /// # Errors
    /// [`ExpressionFault`] says where reading stopped and what was expected.
    ///
    /// ```
    /// use ratelaw_network::expression::Expression;
    ///
    /// assert!(Expression::parse("kcat*[E]*[S]/(Km + [S])").is_ok());
    /// assert_eq!(Expression::parse("k1*(2 + ").unwrap_err().expected, "a number, a name, `(` or `-`");
    /// ```
    pub fn parse(text: &str) -> Result<Self, ExpressionFault> {
        Ok(Self { text: text.to_owned(), parsed: parse::parse(text)? })
    }

    /// The text as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is more than a single name or number.
    pub fn is_compound(&self) -> bool {
        self.parsed.nodes.len() > 1
    }

    /// The bare names in it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parsed.nodes.iter().filter_map(|node| match &node.kind {
            parse::Kind::Name(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Looks every name up and checks dimensions.
    ///
    /// # Errors
    /// An unknown name, or amounts of different kinds added or compared.
    pub fn resolve(&self, lookup: &mut dyn FnMut(&Leaf<'_>) -> Binding) -> Result<Resolved, ExpressionFault> {
        dimension::resolve(&self.parsed, lookup)
    }
}

impl fmt::Display for ExpressionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}, expected {}", self.found, self.span.start, self.expected)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "; {help}"))
    }
}

impl std::error::Error for ExpressionFault {}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

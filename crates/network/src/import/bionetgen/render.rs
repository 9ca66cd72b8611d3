//! Expressions written in the language of model files.

use super::kind::Kind;
use super::tree::{Node, Operator, Tree};

/// The longest expression that a model file may have.
pub(super) const LONGEST: usize = 20_000;

/// Why an expression cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unwritten {
    /// A model file has no word for it.
    NoWord,
    /// It would be longer than a model file may have it.
    TooLong,
}

/// What the names in expressions are.
pub(super) struct Words<'a> {
    pub(super) parameters: &'a [String],
    pub(super) species: &'a [String],
    pub(super) kinds: &'a [Kind],
}

/// How tightly the loosest operation of a text binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Sum,
    Product,
    Sign,
    Power,
    Atom,
}

/// The text of an operation.
struct Piece {
    text: String,
    level: Level,
    kind: Kind,
    /// `a < b` for a comparison, whose text is a number.
    condition: Option<String>,
}

impl Piece {
    fn new(text: String, level: Level, kind: Kind) -> Self {
        Self { text, level, kind, condition: None }
    }

    fn at_least(self, level: Level) -> String {
        if self.level >= level { self.text } else { format!("({})", self.text) }
    }

    /// The same in another kind: a rate times one second is a number.
    fn into_kind(self, kind: Kind) -> Self {
        match (self.kind, kind) {
            (Kind::Rate, Kind::Number) => {
                Self::new(format!("{}*1 s", self.at_least(Level::Product)), Level::Product, kind)
            }
            (Kind::Number, Kind::Rate) => {
                Self::new(format!("{}/1 s", self.at_least(Level::Product)), Level::Product, kind)
            }
            _ => self,
        }
    }
}

/// Two of one kind: their own if they agree, else numbers.
fn alike(a: Piece, b: Piece) -> (Piece, Piece) {
    if a.kind == b.kind { (a, b) } else { (a.into_kind(Kind::Number), b.into_kind(Kind::Number)) }
}

/// The text of an expression of a kind.
pub(super) fn render(tree: &Tree, words: &Words<'_>, kind: Kind) -> Result<String, Unwritten> {
    let mut pieces: Vec<Option<Piece>> = Vec::with_capacity(tree.nodes.len());
    for node in &tree.nodes {
        // Every operation is the child of one other.
        let mut of = |at: usize| pieces.get_mut(at).and_then(Option::take).ok_or(Unwritten::NoWord);
        let piece = match node {
            Node::Number(value) => Piece::new(number(*value), Level::Atom, Kind::Number),
            Node::Parameter(i) => Piece::new(words.parameters[*i].clone(), Level::Atom, words.kinds[*i]),
            Node::Amount(i) => Piece::new(format!("[{}]", words.species[*i]), Level::Atom, Kind::Number),
            Node::Time => Piece::new("time/1 s".to_owned(), Level::Product, Kind::Number),
            Node::Negative(a) => {
                let a = of(*a)?;
                let kind = a.kind;
                Piece::new(format!("-{}", a.at_least(Level::Sign)), Level::Sign, kind)
            }
            Node::Call(function, a) => {
                let inner = of(*a)?.into_kind(Kind::Number).text;
                Piece::new(format!("{}({inner})", function.word()), Level::Atom, Kind::Number)
            }
            Node::Binary(operator, a, b) => binary(*operator, of(*a)?, of(*b)?),
            Node::Select([condition, yes, no]) => {
                let condition = of(*condition)?;
                let (yes, no) = alike(of(*yes)?, of(*no)?);
                let kind = yes.kind;
                let condition = match condition.condition {
                    Some(text) => text,
                    None => format!("abs({}) > 0", condition.into_kind(Kind::Number).text),
                };
                Piece::new(format!("if({condition}, {}, {})", yes.text, no.text), Level::Atom, kind)
            }
            Node::Word(_) | Node::Round(_) => return Err(Unwritten::NoWord),
        };
        if piece.text.len() > LONGEST {
            return Err(Unwritten::TooLong);
        }
        pieces.push(Some(piece));
    }
    let last = pieces.pop().flatten().ok_or(Unwritten::NoWord)?.into_kind(kind).text;
    if last.len() > LONGEST { Err(Unwritten::TooLong) } else { Ok(last) }
}

fn binary(operator: Operator, a: Piece, b: Piece) -> Piece {
    let joined = |a: Piece, sign: &str, b: Piece, level: Level, right: Level, kind: Kind| {
        // The text on the left grows, so that a long sum is not copied for each of its terms.
        let mut text = a.at_least(level);
        text.push_str(sign);
        text.push_str(&b.at_least(right));
        Piece::new(text, level, kind)
    };
    match operator {
        Operator::Add | Operator::Subtract => {
            let (a, b) = alike(a, b);
            let kind = a.kind;
            joined(a, if operator == Operator::Add { " + " } else { " - " }, b, Level::Sum, Level::Product, kind)
        }
        Operator::Multiply => {
            let kind = if a.kind == b.kind { a.kind } else { Kind::Rate };
            let b = if a.kind == Kind::Rate { b.into_kind(Kind::Number) } else { b };
            joined(a, "*", b, Level::Product, Level::Sign, kind)
        }
        Operator::Divide => {
            let (kind, b) = match (a.kind, b.kind) {
                (Kind::Rate, Kind::Rate) => (Kind::Number, b),
                (kind, _) => (kind, b.into_kind(Kind::Number)),
            };
            joined(a, "/", b, Level::Product, Level::Sign, kind)
        }
        Operator::Power => {
            let (a, b) = (a.into_kind(Kind::Number), b.into_kind(Kind::Number));
            // The base must be an atom, for a power binds to the right; the exponent may have a sign.
            let text = format!("{}^{}", a.at_least(Level::Atom), b.at_least(Level::Sign));
            Piece::new(text, Level::Power, Kind::Number)
        }
        Operator::Least | Operator::Greatest => {
            let (a, b) = alike(a, b);
            let (word, kind) = (if operator == Operator::Least { "min" } else { "max" }, a.kind);
            Piece::new(format!("{word}({}, {})", a.text, b.text), Level::Atom, kind)
        }
        Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual => {
            let (a, b) = alike(a, b);
            let sign = match operator {
                Operator::Less => "<",
                Operator::LessEqual => "<=",
                Operator::Greater => ">",
                _ => ">=",
            };
            let condition = format!("{} {sign} {}", a.text, b.text);
            let mut piece = Piece::new(format!("if({condition}, 1, 0)"), Level::Atom, Kind::Number);
            piece.condition = Some(condition);
            piece
        }
        Operator::Equal | Operator::NotEqual => {
            let (a, b) = alike(a, b);
            let (yes, no) = if operator == Operator::Equal { (0, 1) } else { (1, 0) };
            let difference = format!("{} - {}", a.text, b.at_least(Level::Product));
            Piece::new(format!("if(abs({difference}) > 0, {yes}, {no})"), Level::Atom, Kind::Number)
        }
        Operator::And => joined(truth(a), "*", truth(b), Level::Product, Level::Sign, Kind::Number),
        Operator::Or => Piece::new(format!("max({}, {})", truth(a).text, truth(b).text), Level::Atom, Kind::Number),
    }
}

/// 1 for what is not zero, else 0.
fn truth(piece: Piece) -> Piece {
    if piece.condition.is_some() {
        return piece;
    }
    let inner = piece.into_kind(Kind::Number).text;
    Piece::new(format!("if(abs({inner}) > 0, 1, 0)"), Level::Atom, Kind::Number)
}

/// A number as quantities are written.
pub(super) fn number(value: f64) -> String {
    crate::units::Quantity::number(value).to_string()
}

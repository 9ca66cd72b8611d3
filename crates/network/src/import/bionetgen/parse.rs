//! The grammar of expressions in BioNetGen, which is that of C with `^` for powers.
//!
//! ```text
//! operators, loosest first:  ||   &&   < <= > >= == !=   + -   * /   - ! (signs)   ^
//! atom = NUMBER | NAME | NAME "(" [arguments] ")" | "(" expression ")"
//! ```

use std::f64::consts::LN_2;
use std::ops::Range;

use super::tree::{At, Node, Operator, Tree, Word};
use crate::expression::Function;

/// Deepest nesting of parentheses, signs and powers; longest text.
const DEEPEST: usize = 48;
const LONGEST: usize = 20_000;

/// Functions of one number that this grammar knows.
const FUNCTIONS: [&str; 14] =
    ["exp", "ln", "log10", "sqrt", "abs", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"];

/// Why a text was refused.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) span: Range<usize>,
    pub(super) found: String,
    pub(super) expected: String,
    pub(super) help: Option<String>,
}

type Parse<T> = Result<T, Refusal>;

/// Reads a text that starts at byte `start` of its file.
pub(super) fn parse(text: &str, start: usize) -> Parse<Tree> {
    let mut parser = Parser { text, start, at: 0, tree: Tree::default(), depth: 0 };
    if text.len() > LONGEST {
        let found = format!("{} characters", text.len());
        return Err(parser.refuse(0..1, found, format!("at most {LONGEST} characters")));
    }
    parser.binary(0)?;
    parser.skip();
    if parser.at < text.len() {
        return Err(parser.unexpected("an operator or the end"));
    }
    Ok(parser.tree)
}

/// Operators by how tightly they bind, loosest first; longer signs before those that they start with.
const LEVELS: [&[(&str, Operator)]; 5] = [
    &[("||", Operator::Or)],
    &[("&&", Operator::And)],
    &[
        ("<=", Operator::LessEqual),
        (">=", Operator::GreaterEqual),
        ("==", Operator::Equal),
        ("!=", Operator::NotEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[("*", Operator::Multiply), ("/", Operator::Divide)],
];

struct Parser<'a> {
    text: &'a str,
    start: usize,
    at: usize,
    tree: Tree,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn take(&mut self, sign: &str) -> bool {
        self.skip();
        let there = self.rest().starts_with(sign);
        self.at += if there { sign.len() } else { 0 };
        there
    }

    fn refuse(&self, span: Range<usize>, found: impl Into<String>, expected: impl Into<String>) -> Refusal {
        let span = self.start + span.start..self.start + span.end;
        Refusal { span, found: found.into(), expected: expected.into(), help: None }
    }

    fn unexpected(&mut self, expected: &str) -> Refusal {
        self.skip();
        let word = self.rest().find(|c| !continues_name(c)).unwrap_or(self.rest().len());
        let length = word.max(self.rest().chars().next().map_or(0, char::len_utf8));
        let found = match &self.rest()[..length] {
            "" => "the end".to_owned(),
            text => format!("`{text}`"),
        };
        self.refuse(self.at..self.at + length, found, expected)
    }

    fn deeper(&mut self) -> Parse<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let expected = format!("at most {DEEPEST} levels of nesting");
            return Err(self.refuse(self.at..self.at, "deeper nesting", expected));
        }
        Ok(())
    }

    fn binary(&mut self, level: usize) -> Parse<At> {
        let Some(operators) = LEVELS.get(level) else { return self.signed() };
        let mut left = self.binary(level + 1)?;
        while let Some((_, operator)) = operators.iter().find(|(sign, _)| self.take(sign)) {
            let right = self.binary(level + 1)?;
            left = self.tree.push(Node::Binary(*operator, left, right));
        }
        Ok(left)
    }

    /// A sign binds less than a power: `-x^2` is `-(x^2)`.
    fn signed(&mut self) -> Parse<At> {
        self.deeper()?;
        let node = if self.take("-") {
            let inner = self.signed()?;
            self.tree.push(Node::Negative(inner))
        } else if self.take("+") {
            self.signed()?
        } else if self.take("!") {
            let inner = self.signed()?;
            let zero = self.tree.push(Node::Number(0.0));
            self.tree.push(Node::Binary(Operator::Equal, inner, zero))
        } else {
            let base = self.atom()?;
            if self.take("^") {
                let exponent = self.signed()?;
                self.tree.push(Node::Binary(Operator::Power, base, exponent))
            } else {
                base
            }
        };
        self.depth -= 1;
        Ok(node)
    }

    fn atom(&mut self) -> Parse<At> {
        self.skip();
        match self.rest().chars().next() {
            Some('(') => {
                self.at += 1;
                self.deeper()?;
                let inner = self.binary(0)?;
                self.depth -= 1;
                if self.take(")") { Ok(inner) } else { Err(self.unexpected("`)`")) }
            }
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(),
            Some(c) if continues_name(c) => self.word(),
            _ => Err(self.unexpected("a number, a name, `(` or `-`")),
        }
    }

    fn number(&mut self) -> Parse<At> {
        let length = number_length(self.rest());
        let text = &self.rest()[..length];
        match text.parse::<f64>().ok().filter(|value| value.is_finite()) {
            Some(value) => {
                self.at += length;
                Ok(self.tree.push(Node::Number(value)))
            }
            None => Err(self.refuse(self.at..self.at + length, format!("`{text}`"), "a finite number")),
        }
    }

    fn word(&mut self) -> Parse<At> {
        let length = self.rest().find(|c| !continues_name(c)).unwrap_or(self.rest().len());
        let name = &self.rest()[..length];
        let span = self.at..self.at + length;
        self.at += length;
        let after = self.at;
        if !self.take("(") {
            self.at = after;
            let span = self.start + span.start..self.start + span.end;
            return Ok(self.tree.push(Node::Word(Word { name: name.to_owned(), span, arguments: None })));
        }
        self.deeper()?;
        let mut arguments = Vec::new();
        if !self.take(")") {
            loop {
                arguments.push(self.binary(0)?);
                if self.take(")") {
                    break;
                }
                if !self.take(",") {
                    return Err(self.unexpected("`,` or `)`"));
                }
            }
        }
        self.depth -= 1;
        self.call(name, &span, arguments)
    }

    /// A function of the language, written with fewer operations; any other call is looked up later.
    fn call(&mut self, name: &str, span: &Range<usize>, arguments: Vec<At>) -> Parse<At> {
        let tree = &mut self.tree;
        let chain = |tree: &mut Tree, operator, arguments: &[At]| {
            arguments[1..].iter().fold(arguments[0], |left, right| tree.push(Node::Binary(operator, left, *right)))
        };
        let function = FUNCTIONS.contains(&name).then(|| Function::from_word(name)).flatten();
        Ok(match (name, function, arguments.as_slice()) {
            (_, Some(function), [a]) => tree.push(Node::Call(function, *a)),
            ("log2", _, [a]) => {
                let ln = tree.push(Node::Call(Function::Ln, *a));
                let two = tree.push(Node::Number(LN_2));
                tree.push(Node::Binary(Operator::Divide, ln, two))
            }
            ("rint", _, [a]) => tree.push(Node::Round(*a)),
            ("min", _, [_, ..]) => chain(tree, Operator::Least, &arguments),
            ("max", _, [_, ..]) => chain(tree, Operator::Greatest, &arguments),
            ("sum", _, [_, ..]) => chain(tree, Operator::Add, &arguments),
            ("avg", _, [_, ..]) => {
                let sum = chain(tree, Operator::Add, &arguments);
                let count = tree.push(Node::Number(arguments.len() as f64));
                tree.push(Node::Binary(Operator::Divide, sum, count))
            }
            ("if", _, [condition, yes, no]) => tree.push(Node::Select([*condition, *yes, *no])),
            ("time", _, []) => tree.push(Node::Time),
            ("log", ..) => {
                let mut refusal = self.refuse(span.clone(), "`log`", "`ln` or `log10`");
                refusal.help = Some("`log` means one or the other, by program".to_owned());
                return Err(refusal);
            }
            (_, Some(_), _) | ("log2" | "rint" | "min" | "max" | "sum" | "avg" | "if", ..) => {
                let expected = match name {
                    "if" => "a condition and two values",
                    "min" | "max" | "sum" | "avg" => "at least one argument",
                    _ => "one argument",
                };
                return Err(self.refuse(span.clone(), format!("{} arguments", arguments.len()), expected));
            }
            _ => {
                let span = self.start + span.start..self.start + span.end;
                tree.push(Node::Word(Word { name: name.to_owned(), span, arguments: Some(arguments) }))
            }
        })
    }
}

pub(super) fn continues_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Bytes of the number that a text starts with.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') {
        end += 1 + digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        end += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    end
}

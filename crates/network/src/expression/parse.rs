//! The grammar of expressions.
//!
//! ```text
//! sum     = product { ("+" | "-") product }
//! product = power { ("*" | "/") power }
//! power   = ["-"] atom ["^" power]
//! atom    = NUMBER [UNIT | "{" UNIT "}"] | NAME | "[" SPECIES "]" | NAME "(" arguments ")" | "(" sum ")"
//! ```

use std::ops::Range;

use super::ExpressionFault;
use super::function::{Comparison, Function};
use crate::error::nearest;
use crate::units::{Quantity, Unit};

/// Deepest nesting of parentheses, signs and powers; longest text.
const DEEPEST: usize = 64;
const LONGEST: usize = 20_000;

/// A parsed expression: nodes, children before parents, the root last.
#[derive(Debug, Clone)]
pub(super) struct Parsed {
    pub(super) nodes: Vec<Node>,
}

#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// A number, with its unit where one is written.
    Quantity(Quantity),
    Name(String),
    /// Amount of a species.
    Amount(String),
    /// A ready observable, with its argument as written.
    Ready(String, String),
    Neg(usize),
    Binary(u8, usize, usize),
    Call(Function, usize),
    Extreme(Comparison, usize, usize),
    Select(Comparison, [usize; 4]),
}

pub(super) fn parse(text: &str) -> Result<Parsed, ExpressionFault> {
    let mut parser = Parser { text, at: 0, nodes: Vec::new(), depth: 0 };
    if text.len() > LONGEST {
        return Err(fault(0..1, format!("{} characters", text.len()), format!("at most {LONGEST} characters")));
    }
    parser.sum()?;
    parser.skip();
    if parser.at < text.len() {
        let help = parser.rest().starts_with(['=', '!']).then(|| "conditions stand in `if(a < b, x, y)`".to_owned());
        let mut error = parser.unexpected("an operator or the end");
        error.help = help;
        return Err(error);
    }
    Ok(Parsed { nodes: parser.nodes })
}

fn fault(span: Range<usize>, found: impl Into<String>, expected: impl Into<String>) -> ExpressionFault {
    ExpressionFault { span, found: found.into(), expected: expected.into(), help: None }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    nodes: Vec<Node>,
    depth: usize,
}

type Parse<T> = Result<T, ExpressionFault>;

fn starts_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn continues_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '\'')
}

/// Where the bracket at the beginning of a text is closed; names may hold brackets, as `[[15N]H3]`.
fn closing_bracket(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let matching = text.char_indices().find_map(|(i, c)| {
        depth += usize::from(c == '[');
        depth -= usize::from(c == ']');
        (depth == 0).then_some(i)
    });
    matching.or_else(|| text.find(']'))
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
        if there {
            self.at += sign.len();
        }
        there
    }

    fn push(&mut self, kind: Kind, start: usize) -> usize {
        self.nodes.push(Node { kind, span: start..self.at });
        self.nodes.len() - 1
    }

    fn unexpected(&mut self, expected: &str) -> ExpressionFault {
        self.skip();
        let found = match self.rest().chars().next() {
            None => (self.at..self.at, "the end".to_owned()),
            Some(c) if starts_name(c) || c.is_ascii_digit() => {
                let length = self.rest().find(|c| !continues_name(c)).unwrap_or(self.rest().len()).max(c.len_utf8());
                (self.at..self.at + length, format!("`{}`", &self.rest()[..length]))
            }
            Some(c) => (self.at..self.at + c.len_utf8(), format!("`{c}`")),
        };
        fault(found.0, found.1, expected)
    }

    fn expect(&mut self, sign: &str) -> Parse<()> {
        if self.take(sign) { Ok(()) } else { Err(self.unexpected(&format!("`{sign}`"))) }
    }

    fn sum(&mut self) -> Parse<usize> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(fault(self.at..self.at, "deeper nesting", format!("at most {DEEPEST} levels of nesting")));
        }
        self.skip();
        let start = self.at;
        let mut left = self.product()?;
        loop {
            let operator = if self.take("+") {
                b'+'
            } else if self.take("-") {
                b'-'
            } else {
                self.depth -= 1;
                return Ok(left);
            };
            let right = self.product()?;
            left = self.push(Kind::Binary(operator, left, right), start);
        }
    }

    fn product(&mut self) -> Parse<usize> {
        self.skip();
        let start = self.at;
        let mut left = self.power()?;
        loop {
            let operator = if self.rest_starts("**") {
                let mut error = fault(self.at..self.at + 2, "`**`", "`*`, `/` or `^`");
                error.help = Some("a power is written with `^`".into());
                return Err(error);
            } else if self.take("*") || self.take("·") {
                b'*'
            } else if self.take("/") {
                b'/'
            } else {
                return Ok(left);
            };
            let right = self.power()?;
            left = self.push(Kind::Binary(operator, left, right), start);
        }
    }

    fn rest_starts(&mut self, sign: &str) -> bool {
        self.skip();
        self.rest().starts_with(sign)
    }

    fn power(&mut self) -> Parse<usize> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(fault(self.at..self.at, "deeper nesting", format!("at most {DEEPEST} levels of nesting")));
        }
        self.skip();
        let start = self.at;
        // A sign binds less than a power: `-x^2` is `-(x^2)`.
        let node = if self.take("-") {
            let inner = self.power()?;
            self.push(Kind::Neg(inner), start)
        } else {
            let base = self.atom()?;
            if self.take("^") {
                let exponent = self.power()?;
                self.push(Kind::Binary(b'^', base, exponent), start)
            } else {
                base
            }
        };
        self.depth -= 1;
        Ok(node)
    }

    fn atom(&mut self) -> Parse<usize> {
        self.skip();
        let start = self.at;
        match self.rest().chars().next() {
            Some('(') => {
                self.at += 1;
                let inner = self.sum()?;
                self.expect(")")?;
                Ok(inner)
            }
            Some('[') => {
                let Some(length) = closing_bracket(self.rest()) else {
                    return Err(fault(start..start + 1, "`[` without `]`", "a species in brackets, such as `[NH3]`"));
                };
                let name = self.rest()[1..length].trim().to_owned();
                self.at += length + 1;
                Ok(self.push(Kind::Amount(name), start))
            }
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(start),
            Some(c) if starts_name(c) => self.name(start),
            _ => Err(self.unexpected("a number, a name, `(` or `-`")),
        }
    }

    /// `2.5`, `2 mM`, `1e-3 {mol/m2/s}`.
    fn number(&mut self, start: usize) -> Parse<usize> {
        let bytes = self.rest().as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let mut end = digits(0);
        if bytes.get(end) == Some(&b'.') {
            end += 1 + digits(end + 1);
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = if end + 1 + sign <= bytes.len() { digits(end + 1 + sign) } else { 0 };
            end += if exponent > 0 { 1 + sign + exponent } else { 0 };
        }
        let number = &self.rest()[..end];
        let value: f64 = number.parse().map_err(|_| fault(start..start + end, format!("`{number}`"), "a number"))?;
        if !value.is_finite() {
            return Err(fault(start..start + end, format!("`{number}`"), "a finite number"));
        }
        self.at += end;
        let after = self.at;
        self.skip();
        let unit_start = self.at;
        let unit = if let Some(inner) = self.rest().strip_prefix('{') {
            let Some(length) = inner.find('}') else {
                return Err(fault(
                    unit_start..unit_start + 1,
                    "`{` without `}`",
                    "a unit in braces, such as `{mol/m3}`",
                ));
            };
            self.at += length + 2;
            Some(inner[..length].trim())
        } else {
            let length = self.rest().find(|c: char| !(c.is_alphanumeric() || c == '%' || c == '°'));
            let word = &self.rest()[..length.unwrap_or(self.rest().len())];
            let starts = word.starts_with(|c: char| c.is_alphabetic() || c == '%' || c == '°');
            starts.then(|| self.at += word.len());
            starts.then_some(word)
        };
        let Some(unit) = unit else {
            if self.rest().starts_with(|c: char| c.is_ascii_digit()) {
                let mut error = self.unexpected("an operator or a unit");
                error.help = Some("a unit that is no single word stands in braces, such as `2 {1/s}`".into());
                return Err(error);
            }
            self.at = after;
            return Ok(self.push(Kind::Quantity(Quantity::number(value)), start));
        };
        if let Err(error) = Unit::parse(unit) {
            let mut error = fault(unit_start..self.at, format!("`{unit}`: {error}"), "an operator or a unit");
            error.help = Some(format!("a product is written with `*`: `{number}*{unit}`"));
            return Err(error);
        }
        let quantity = Quantity::new(value, unit).map_err(|e| fault(unit_start..self.at, e.to_string(), "a unit"))?;
        Ok(self.push(Kind::Quantity(quantity), start))
    }

    fn name(&mut self, start: usize) -> Parse<usize> {
        let length = self.rest().find(|c| !continues_name(c)).unwrap_or(self.rest().len());
        let word = &self.rest()[..length];
        self.at += length;
        if !self.rest_starts("(") {
            self.at = start + length;
            return Ok(self.push(Kind::Name(word.to_owned()), start));
        }
        match word {
            "min" | "max" => {
                self.expect("(")?;
                let comparison = if word == "min" { Comparison::Less } else { Comparison::Greater };
                let mut left = self.sum()?;
                self.expect(",")?;
                loop {
                    let right = self.sum()?;
                    left = self.push(Kind::Extreme(comparison, left, right), start);
                    if !self.take(",") {
                        break;
                    }
                }
                self.expect(")")?;
                Ok(left)
            }
            "if" => {
                self.expect("(")?;
                let a = self.sum()?;
                self.skip();
                let Some(comparison) = Comparison::ALL.into_iter().find(|c| self.take(c.word())) else {
                    return Err(self.unexpected("`<`, `<=`, `>` or `>=`"));
                };
                let b = self.sum()?;
                self.expect(",")?;
                let yes = self.sum()?;
                self.expect(",")?;
                let no = self.sum()?;
                self.expect(")")?;
                Ok(self.push(Kind::Select(comparison, [a, b, yes, no]), start))
            }
            "log" => {
                let mut error = fault(start..start + length, "`log`", "`ln` or `log10`");
                error.help = Some("`log` means one or the other, by field".into());
                Err(error)
            }
            _ => match Function::from_word(word) {
                Some(function) => {
                    self.expect("(")?;
                    let argument = self.sum()?;
                    self.expect(")")?;
                    Ok(self.push(Kind::Call(function, argument), start))
                }
                None => self.ready(word, start),
            },
        }
    }

    /// `yield(BPA from NH3)`: what stands in the parentheses is read by whoever knows the observable.
    fn ready(&mut self, word: &str, start: usize) -> Parse<usize> {
        if !READY.contains(&word) {
            let functions = Function::ALL.iter().map(|f| f.word()).chain(["min", "max", "if"]).chain(READY);
            let near = nearest(word, functions);
            let mut error = fault(
                start..start + word.len(),
                format!("`{word}(`"),
                "a function: exp, ln, log10, sqrt, abs, min, max, if, ...; or an operator before `(`",
            );
            error.help = near.map(|n| format!("did you mean `{n}`?"));
            return Err(error);
        }
        self.skip();
        let open = self.at;
        let mut depth = 0_usize;
        for (i, c) in self.rest().char_indices() {
            match c {
                '(' => depth += 1,
                ')' if depth == 1 => {
                    let argument = self.rest()[1..i].trim().to_owned();
                    self.at += i + 1;
                    return Ok(self.push(Kind::Ready(word.to_owned(), argument), start));
                }
                ')' => depth -= 1,
                _ => {}
            }
        }
        Err(fault(open..open + 1, "`(` without `)`", "a closing parenthesis"))
    }
}

/// Observables that an expression may call.
pub(crate) const READY: [&str; 9] =
    ["conversion", "yield", "selectivity", "FE", "TOF", "coverage", "current", "rate", "potential"];

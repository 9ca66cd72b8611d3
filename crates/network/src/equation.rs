//! Step equations: `NH3 + DPK <=> DPKI + H2O`.

use std::ops::Range;

/// One term of an equation: a coefficient and a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Stoichiometric coefficient, positive and finite.
    pub coefficient: f64,
    /// Species name, `e-` for the electron.
    pub name: String,
    /// Bytes of the name in the equation's text.
    pub span: Range<usize>,
}

/// An equation as written, before its names are looked up.
#[derive(Debug, Clone, PartialEq)]
pub struct Equation {
    /// Terms on the left.
    pub reactants: Vec<Term>,
    /// Terms on the right.
    pub products: Vec<Term>,
    /// `<=>` rather than `->`.
    pub reversible: bool,
}

/// Why an equation was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EquationFault {
    /// Bytes of the text that the fault is about.
    pub span: Range<usize>,
    /// What was expected there.
    pub expected: &'static str,
    /// A suggestion.
    pub help: Option<String>,
}

/// The name of the electron in equations.
pub const ELECTRON: &str = "e-";

impl Equation {
    /// Reads an equation: terms separated by `+` between spaces, an optional coefficient and a space before
    /// the name, `->` or `<=>` between the sides, `0` for an empty side.
    ///
    /// A name may hold any character but a space, so `H+`, `e-`, `*` and `Ph2CN*` are names.
    ///
    /// # Errors
    /// [`EquationFault`] with the bytes it is about.
    ///
    /// ```
    /// # use ratelaw_network::equation::Equation;
    /// let step = Equation::parse("2 Ph2CN* -> BPA + 2 *").unwrap();
    /// assert_eq!(step.products[1].coefficient, 2.0);
    /// ```
    pub fn parse(text: &str) -> Result<Self, EquationFault> {
        let words = words(text);
        let is_arrow = |w: &&Range<usize>| matches!(&text[(*w).clone()], "->" | "<=>" | "=>" | "<->" | "=");
        let mut arrows = words.iter().filter(is_arrow);
        let fault =
            |span, expected, help: Option<&str>| EquationFault { span, expected, help: help.map(ToOwned::to_owned) };
        let Some(arrow) = arrows.next() else {
            return Err(fault(0..text.len(), "an arrow `->` or `<=>` between spaces", None));
        };
        if let Some(second) = arrows.next() {
            return Err(fault(second.clone(), "one arrow", None));
        }
        let reversible = match &text[arrow.clone()] {
            "->" => false,
            "<=>" => true,
            "=>" => return Err(fault(arrow.clone(), "`->` or `<=>`", Some("write `->`"))),
            _ => return Err(fault(arrow.clone(), "`->` or `<=>`", Some("write `<=>` for a reversible step"))),
        };
        let (left, right): (Vec<_>, Vec<_>) =
            words.iter().filter(|w| *w != arrow).cloned().partition(|w| w.start < arrow.start);
        let reactants = side(text, &left, arrow.start..arrow.start)?;
        let products = side(text, &right, arrow.end..arrow.end)?;
        if reactants.is_empty() && products.is_empty() {
            return Err(fault(0..text.len(), "at least one species", None));
        }
        Ok(Self { reactants, products, reversible })
    }
}

pub(crate) fn words(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    for (i, c) in text.char_indices() {
        match (c.is_whitespace(), start) {
            (false, None) => start = Some(i),
            (true, Some(s)) => {
                words.push(s..i);
                start = None;
            }
            _ => {}
        }
    }
    words.extend(start.map(|s| s..text.len()));
    words
}

fn side(text: &str, words: &[Range<usize>], empty_at: Range<usize>) -> Result<Vec<Term>, EquationFault> {
    let fault = |span: Range<usize>, expected| EquationFault { span, expected, help: None };
    if let [word] = words
        && &text[word.clone()] == "0"
    {
        return Ok(Vec::new());
    }
    if words.is_empty() {
        return Err(fault(empty_at, "a species, or `0` for an empty side"));
    }
    let mut terms = Vec::new();
    for term in words.split(|w| &text[w.clone()] == "+") {
        let (coefficient, name) = match term {
            [] => return Err(fault(words[0].start..words[words.len() - 1].end, "a species on both sides of `+`")),
            [name] => (1.0, name),
            [coefficient, name] => {
                let value = text[coefficient.clone()].parse::<f64>().ok();
                let value = value.filter(|v| v.is_finite() && *v > 0.0 && *v <= 1e6);
                let expected = "a positive number, or ` + ` between two species";
                (value.ok_or_else(|| fault(coefficient.clone(), expected))?, name)
            }
            [first, .., last] => {
                return Err(fault(first.start..last.end, "`COEFFICIENT NAME`, terms separated by ` + `"));
            }
        };
        let word = &text[name.clone()];
        if word.parse::<f64>().is_ok() {
            return Err(fault(name.clone(), "a species name after the coefficient"));
        }
        terms.push(Term { coefficient, name: word.to_owned(), span: name.clone() });
    }
    Ok(terms)
}

/// `2B` written for `2 B`: the split, if the rest is a known name.
pub(crate) fn missing_space<'a>(name: &'a str, known: &[&str]) -> Option<(&'a str, &'a str)> {
    let end = name.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let (number, rest) = name.split_at(end);
    (!number.is_empty() && known.contains(&rest)).then_some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_terms_with_awkward_names() {
        let step = Equation::parse("HO_lat -> O_lat + H+ + e-").unwrap();
        let names: Vec<_> = step.products.iter().map(|t| t.name.as_str()).collect();
        assert_eq!(names, ["O_lat", "H+", "e-"]);
        let step = Equation::parse("I <=> 0.5 BPA").unwrap();
        assert!(step.reversible);
        assert_eq!(step.products[0].coefficient, 0.5);
        assert!(Equation::parse("0 -> A").unwrap().reactants.is_empty());
    }

    #[test]
    fn marks_the_fault() {
        for (text, span) in [
            ("A B -> C", 0..1),
            ("A + -> C", 0..3),
            ("A => B", 2..4),
            ("A -> B -> C", 7..9),
            ("A", 0..1),
            ("-1 A -> B", 0..2),
            ("A -> ", 4..4),
            ("2 -> B", 0..1),
            ("inf A -> B", 0..3),
        ] {
            assert_eq!(Equation::parse(text).unwrap_err().span, span, "{text}");
        }
    }
}

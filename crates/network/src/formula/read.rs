//! Reading formulas.

use std::collections::BTreeMap;

use super::{Atom, Element, FormulaFault};
use crate::error::did_you_mean;

/// Deepest nesting of parentheses.
const DEEPEST: usize = 8;
/// Largest count of one element; polymers above that are better given as a repeat unit.
const LARGEST: u32 = 1_000_000;

/// Atoms and charge of a formula.
pub(super) fn read(text: &str) -> Result<(BTreeMap<Atom, u32>, i32), FormulaFault> {
    let (body, charge) = split_charge(text)?;
    if body.is_empty() {
        return Err(FormulaFault { at: 0, expected: "an element symbol, such as `C`".into() });
    }
    let mut parser = Parser { text: body, at: 0 };
    let atoms = parser.group(0)?;
    if parser.at < body.len() {
        let digits = parser.digits();
        let labelled = &body[parser.at + digits.len()..];
        let symbol = Parser { text: labelled, at: 0 }.symbol();
        if !digits.is_empty() && Element::from_symbol(symbol).is_some() {
            let expected = format!("an element symbol or `(`; an isotope is written `[{digits}{symbol}]`");
            return Err(parser.fault(&expected));
        }
        return Err(parser.fault("an element symbol or `(`"));
    }
    Ok((atoms, charge))
}

fn split_charge(text: &str) -> Result<(&str, i32), FormulaFault> {
    let Some(start) = text.find(['+', '-', '^']) else {
        return Ok((text, 0));
    };
    let (body, tail) = text.split_at(start);
    let fault = || FormulaFault { at: start, expected: "a charge such as `+`, `-`, `+2` or `^2-`".into() };
    let tail = tail.strip_prefix('^').unwrap_or(tail);
    let sign_of = |c: char| match c {
        '+' => Some(1),
        '-' => Some(-1),
        _ => None,
    };
    let first = tail.chars().next().ok_or_else(fault)?;
    let magnitude = |digits: &str| digits.parse::<i32>().ok().filter(|n| (1..=99).contains(n));
    let charge = if let Some(sign) = sign_of(first) {
        match &tail[1..] {
            "" => sign,
            rest if rest.chars().all(|c| c == first) && rest.len() < 9 => sign * (1 + rest.len() as i32),
            digits => sign * magnitude(digits).ok_or_else(fault)?,
        }
    } else {
        let sign = tail.chars().last().and_then(sign_of).ok_or_else(fault)?;
        sign * magnitude(&tail[..tail.len() - 1]).ok_or_else(fault)?
    };
    Ok((body, charge))
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn group(&mut self, depth: usize) -> Result<BTreeMap<Atom, u32>, FormulaFault> {
        let mut atoms = BTreeMap::new();
        loop {
            let part = match self.text[self.at..].chars().next() {
                Some('(') if depth == DEEPEST => return Err(self.fault("at most 8 parentheses inside each other")),
                Some('(') => {
                    self.at += 1;
                    let inner = self.group(depth + 1)?;
                    if inner.is_empty() {
                        return Err(self.fault("an element symbol or `(`"));
                    }
                    self.skip(')')?;
                    inner
                }
                Some('[') => BTreeMap::from([(self.isotope()?, 1)]),
                Some(c) if c.is_ascii_uppercase() => BTreeMap::from([(self.atom()?, 1)]),
                _ => return Ok(atoms),
            };
            let factor = self.count()?;
            for (atom, n) in part {
                let sum = u64::from(n) * u64::from(factor) + u64::from(*atoms.get(&atom).unwrap_or(&0));
                let sum = u32::try_from(sum).ok().filter(|s| *s <= LARGEST);
                atoms.insert(atom, sum.ok_or_else(|| self.fault("at most 1000000 atoms"))?);
            }
        }
    }

    /// An atom without brackets; `D` and `T` are the two isotopes that have symbols of their own (IUPAC Red Book
    /// 2005, IR-3.3.2).
    fn atom(&mut self) -> Result<Atom, FormulaFault> {
        let (element, mass_number) = match self.symbol() {
            "D" => (Element::HYDROGEN, Some(2)),
            "T" => (Element::HYDROGEN, Some(3)),
            symbol => (Element::from_symbol(symbol).ok_or_else(|| self.unknown(symbol))?, None),
        };
        self.at += self.symbol().len();
        Ok(Atom { element, mass_number })
    }

    /// `[15N]`.
    fn isotope(&mut self) -> Result<Atom, FormulaFault> {
        self.at += 1;
        let (at, digits) = (self.at, self.digits());
        if digits.is_empty() {
            return Err(self.fault("a mass number, as in `[15N]`; groups go in `( )`"));
        }
        self.at += digits.len();
        let symbol = self.symbol();
        if symbol.is_empty() {
            return Err(self.fault("an element symbol, as in `[15N]`"));
        }
        if matches!(symbol, "D" | "T") {
            return Err(self.fault("`H`, the element of D and T"));
        }
        let element = Element::from_symbol(symbol).ok_or_else(|| self.unknown(symbol))?;
        let known = element.mass_numbers();
        let Some(number) = digits.parse().ok().filter(|n| known.contains(n)) else {
            let expected = format!("a mass number of {element}, from {} to {}", known.start(), known.end());
            return Err(FormulaFault { at, expected });
        };
        self.at += symbol.len();
        self.skip(']')?;
        Ok(Atom { element, mass_number: Some(number) })
    }

    fn count(&mut self) -> Result<u32, FormulaFault> {
        let digits = self.digits();
        if digits.is_empty() {
            return Ok(1);
        }
        let count = digits.parse().ok().filter(|n| (1..=LARGEST).contains(n));
        let count = count.ok_or_else(|| self.fault("a count from 1 to 1000000"))?;
        self.at += digits.len();
        Ok(count)
    }

    fn skip(&mut self, bracket: char) -> Result<(), FormulaFault> {
        if !self.text[self.at..].starts_with(bracket) {
            return Err(self.fault(&format!("`{bracket}`")));
        }
        self.at += bracket.len_utf8();
        Ok(())
    }

    /// A capital letter and the small letters after it, or nothing.
    fn symbol(&self) -> &'a str {
        let rest = &self.text[self.at..];
        let is_small = |b: &u8| b.is_ascii_lowercase();
        match rest.bytes().next() {
            Some(b) if b.is_ascii_uppercase() => &rest[..=rest.bytes().skip(1).take_while(is_small).count()],
            _ => "",
        }
    }

    fn digits(&self) -> &'a str {
        let rest = &self.text[self.at..];
        &rest[..rest.bytes().take_while(u8::is_ascii_digit).count()]
    }

    fn fault(&self, expected: &str) -> FormulaFault {
        FormulaFault { at: self.at, expected: expected.to_owned() }
    }

    fn unknown(&self, symbol: &str) -> FormulaFault {
        let hint = match symbol {
            "Ph" => ", the group is `C6H5`".to_owned(),
            "Me" => ", the group is `CH3`".to_owned(),
            "Et" => ", the group is `C2H5`".to_owned(),
            "Bu" => ", the group is `C4H9`".to_owned(),
            _ => did_you_mean(self.meant(symbol)),
        };
        self.fault(&format!("a chemical element; `{symbol}` is none{hint}"))
    }

    /// What letters in the wrong case were to be: `FE` is iron, `Kno` three elements.
    fn meant(&self, symbol: &str) -> Option<String> {
        let before = self.text[..self.at].chars().last().filter(char::is_ascii_uppercase);
        if let (Some(before), 1) = (before, symbol.len()) {
            let joined = format!("{before}{}", symbol.to_ascii_lowercase());
            return Element::from_symbol(&joined).map(|_| joined);
        }
        let capitals = symbol.to_ascii_uppercase();
        let elements = (0..capitals.len()).all(|i| Element::from_symbol(&capitals[i..=i]).is_some());
        elements.then_some(capitals)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Formula;

    #[test]
    fn says_where_reading_stopped() {
        for (text, at) in [
            ("", 0),
            ("Xx", 0),
            ("C6h6", 2),
            ("NO3-x", 3),
            ("(CH", 3),
            ("C0", 1),
            ("+", 0),
            ("é", 0),
            ("()", 1),
            ("[15N]0", 5),
            ("[15N", 4),
            ("[N]", 1),
            ("[15]", 3),
            ("[15n]", 3),
            ("[0N]", 1),
            ("[51N]", 1),
            ("[15Zz]", 3),
            ("[2D]", 2),
            ("[15NH3]", 4),
            ("[1é]", 2),
            ("[", 1),
            ("C]", 1),
            ("K[15", 4),
            ("[99999999999N]", 1),
        ] {
            assert_eq!(Formula::parse(text).unwrap_err().at, at, "{text}");
        }
        assert!(Formula::parse("((((((((((C))))))))))").is_err());
        assert!(Formula::parse("((((((((C))))))))").is_ok());
        assert!(Formula::parse("C99999999999").is_err());
        assert!(Formula::parse("(C100000)100000").is_err());
        assert!(Formula::parse("([15N]100000)100000").is_err());
    }

    #[test]
    fn says_what_was_expected() {
        for (text, expected) in [
            ("Zz", "a chemical element; `Zz` is none"),
            ("FE", "a chemical element; `E` is none; did you mean `Fe`?"),
            ("NaCL", "a chemical element; `L` is none; did you mean `Cl`?"),
            ("Kno3", "a chemical element; `Kno` is none; did you mean `KNO`?"),
            ("Ph2CO", "a chemical element; `Ph` is none, the group is `C6H5`"),
            ("[15N", "`]`"),
            ("[Fe(CN)6]^3-", "a mass number, as in `[15N]`; groups go in `( )`"),
            ("[150N]", "a mass number of N, from 7 to 27"),
            ("[15]", "an element symbol, as in `[15N]`"),
            ("[2D]", "`H`, the element of D and T"),
            ("[15N]0", "a count from 1 to 1000000"),
        ] {
            assert_eq!(Formula::parse(text).unwrap_err().expected, expected, "{text}");
        }
    }

    fn check(text: &str) -> Result<(), TestCaseError> {
        match Formula::parse(text) {
            Ok(formula) => {
                prop_assert_eq!(formula.to_string(), text);
                // The names of the atoms are a formula themselves, of the same composition and mass.
                let plain: Vec<String> = formula.elements().map(|(name, n)| format!("{name}{n}")).collect();
                let plain = plain.concat();
                let again = Formula::parse(&plain).map_err(|e| TestCaseError::fail(format!("{plain}: {e:?}")))?;
                prop_assert!(again.atoms().eq(formula.atoms()), "{plain}");
                prop_assert_eq!(again.molar_mass().is_some(), formula.molar_mass().is_some());
                prop_assert!(formula.monoisotopic_mass().is_none_or(|m| m > 0.0));
            }
            Err(fault) => {
                prop_assert!(text.is_char_boundary(fault.at), "{text}: {fault:?}");
                prop_assert!(!fault.expected.is_empty());
            }
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_panics(text in any::<String>()) {
            check(&text)?;
        }

        /// Nearly right ones get further.
        #[test]
        fn no_near_miss_panics(parts in prop::collection::vec(
            prop::sample::select(vec![
                "[15N]", "[2H]", "[", "]", "(", ")", "H", "D", "T", "C", "Fe", "Tc", "N", "15", "2", "0", "99999", "+", "-",
                "^", "h", "é", " ",
            ]),
            0..12,
        )) {
            check(&parts.concat())?;
        }

        #[test]
        fn right_ones_are_read(parts in prop::collection::vec(
            (prop::sample::select(vec!["[15N]", "[2H]", "D", "Fe", "N", "(C[13C]H3)", "([18O]H)"]), 1..100_u32),
            1..8,
        )) {
            let text: Vec<String> = parts.iter().map(|(part, n)| format!("{part}{n}")).collect();
            let text = text.concat();
            prop_assert!(Formula::parse(&text).is_ok(), "{text}");
            check(&text)?;
        }
    }
}

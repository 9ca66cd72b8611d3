//! Chemical formulas: composition and charge.

use std::collections::BTreeMap;
use std::fmt;

/// The elements of a species and its charge, read from text such as `C13H10O`, `NO3-`, `H+`, `SO4-2`,
/// `Fe(CN)6^3-`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Formula {
    text: String,
    elements: BTreeMap<String, u32>,
    charge: i32,
}

/// Why a formula was refused: the byte where reading stopped and what was expected there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormulaFault {
    /// Byte offset in the text.
    pub at: usize,
    /// What was expected.
    pub expected: String,
}

/// Deepest nesting of parentheses.
const DEEPEST: usize = 8;
/// Largest count of one element; polymers above that are better given as a repeat unit.
const LARGEST: u32 = 1_000_000;

impl Formula {
    /// Reads a formula. Charge comes last: `+`, `-`, `--`, `+2`, `-3`, `^2-`.
    ///
    /// # Errors
    /// [`FormulaFault`] says where reading stopped.
    ///
    /// ```
    /// # use ratelaw_network::Formula;
    /// let imine = Formula::parse("C13H11N").unwrap();
    /// assert_eq!(imine.count("H"), 11);
    /// assert_eq!(Formula::parse("NO3-").unwrap().charge(), -1);
    /// ```
    pub fn parse(text: &str) -> Result<Self, FormulaFault> {
        let (body, charge) = split_charge(text)?;
        if body.is_empty() {
            return Err(FormulaFault { at: 0, expected: "an element symbol, such as `C`".into() });
        }
        let mut parser = Parser { text: body, at: 0 };
        let elements = parser.group(0)?;
        if parser.at < body.len() {
            return Err(parser.fault("an element symbol or `(`"));
        }
        Ok(Self { text: text.to_owned(), elements, charge })
    }

    /// How many atoms of an element.
    pub fn count(&self, element: &str) -> u32 {
        self.elements.get(element).copied().unwrap_or(0)
    }

    /// Elements and their counts, in alphabetical order.
    pub fn elements(&self) -> impl Iterator<Item = (&str, u32)> {
        self.elements.iter().map(|(e, n)| (e.as_str(), *n))
    }

    /// Charge in units of the elementary charge.
    pub fn charge(&self) -> i32 {
        self.charge
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
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

impl Parser<'_> {
    fn group(&mut self, depth: usize) -> Result<BTreeMap<String, u32>, FormulaFault> {
        let mut elements = BTreeMap::new();
        loop {
            let part = match self.text[self.at..].chars().next() {
                Some('(') if depth < DEEPEST => {
                    self.at += 1;
                    let inner = self.group(depth + 1)?;
                    if !self.text[self.at..].starts_with(')') {
                        return Err(self.fault("`)`"));
                    }
                    self.at += 1;
                    inner
                }
                Some(c) if c.is_ascii_uppercase() => BTreeMap::from([(self.element()?, 1)]),
                _ => return Ok(elements),
            };
            let factor = self.count()?;
            for (element, n) in part {
                let sum = u64::from(n) * u64::from(factor) + u64::from(*elements.get(&element).unwrap_or(&0));
                let sum = u32::try_from(sum).ok().filter(|s| *s <= LARGEST);
                elements.insert(element, sum.ok_or_else(|| self.fault("at most 1000000 atoms"))?);
            }
        }
    }

    fn element(&mut self) -> Result<String, FormulaFault> {
        let rest = &self.text[self.at..];
        let lower = rest[1..].bytes().take_while(u8::is_ascii_lowercase).count();
        let symbol = &rest[..=lower];
        if !SYMBOLS.split(' ').any(|s| s == symbol) {
            return Err(self.fault(&format!("a chemical element; `{symbol}` is none")));
        }
        self.at += symbol.len();
        Ok(symbol.to_owned())
    }

    fn count(&mut self) -> Result<u32, FormulaFault> {
        let rest = &self.text[self.at..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return Ok(1);
        }
        let count = rest[..digits].parse().ok().filter(|n| (1..=LARGEST).contains(n));
        let count = count.ok_or_else(|| self.fault("a count from 1 to 1000000"))?;
        self.at += digits;
        Ok(count)
    }

    fn fault(&self, expected: &str) -> FormulaFault {
        FormulaFault { at: self.at, expected: expected.to_owned() }
    }
}

/// IUPAC symbols of the elements, deuterium and tritium included.
const SYMBOLS: &str = "H D T He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga \
Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm \
Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh \
Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_composition_and_charge() {
        for (text, element, count, charge) in [
            ("C26H20N2", "H", 20, 0),
            ("NO3-", "O", 3, -1),
            ("H+", "H", 1, 1),
            ("SO4-2", "S", 1, -2),
            ("SO4--", "O", 4, -2),
            ("Fe(CN)6^3-", "C", 6, -3),
            ("Ca(OH)2", "O", 2, 0),
            ("CH3CN", "C", 2, 0),
        ] {
            let formula = Formula::parse(text).unwrap();
            assert_eq!((formula.count(element), formula.charge()), (count, charge), "{text}");
        }
    }

    #[test]
    fn says_where_reading_stopped() {
        for (text, at) in [("", 0), ("Xx", 0), ("C6h6", 2), ("NO3-x", 3), ("(CH", 3), ("C0", 1), ("+", 0), ("é", 0)] {
            assert_eq!(Formula::parse(text).unwrap_err().at, at, "{text}");
        }
        assert!(Formula::parse("((((((((((C))))))))))").is_err());
        assert!(Formula::parse("C99999999999").is_err());
        assert!(Formula::parse("(C100000)100000").is_err());
    }
}

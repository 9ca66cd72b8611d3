//! Reads an instruction: words apart by blanks, quantities between them.

use std::ops::Range;

use super::instruction::{Instruction, InstructionFault, Limit, Line};
use crate::expression::{Comparison, Expression};
use crate::units::Quantity;

type Parse<T> = Result<T, InstructionFault>;

/// Most repetitions of anything.
const MOST: u32 = 1_000_000;

const VERBS: [&str; 8] = ["hold", "rest", "ramp", "cycle", "dose", "withdraw", "transfer", "repeat"];

impl Instruction {
    /// Reads one instruction.
    ///
    /// # Errors
    /// The part that could not be read, and what was expected there.
    ///
    /// ```
    /// use ratelaw_network::protocol::Instruction;
    ///
    /// let text = "hold 2.0 V until conversion(NH3) >= 0.98 or 12 h";
    /// let hold = Instruction::parse(text).unwrap();
    /// assert_eq!(Instruction::parse(&hold.to_string()).unwrap(), hold);
    /// ```
    pub fn parse(text: &str) -> Parse<Self> {
        let mut words = Words::new(text);
        let Some(verb) = words.next() else { return Err(Words::fault(0..text.len(), EXPECTED)) };
        let instruction = match &text[verb.clone()] {
            "hold" => {
                let value =
                    if words.peek_is(&["for", "until"]) { None } else { Some(words.quantity(&["for", "until"])?) };
                Self::Hold { value, limit: words.limit()? }
            }
            "rest" => Self::Rest { limit: words.limit()? },
            "ramp" => {
                let from = if words.take("from") { Some(words.quantity(&["to"])?) } else { None };
                words.expect("to", if from.is_none() { "`from` or `to`" } else { "`to`" })?;
                let to = words.quantity(&["at"])?;
                words.expect("at", "`at` and a speed, such as `at 1 mV/s`")?;
                Self::Ramp { from, to, rate: words.quantity(&[])? }
            }
            "cycle" => {
                words.expect("from", "`from`")?;
                let from = words.quantity(&["to"])?;
                words.expect("to", "`to`")?;
                let to = words.quantity(&["at"])?;
                words.expect("at", "`at` and a speed, such as `at 50 mV/s`")?;
                let times = words.trailing_times()?;
                Self::Cycle { from, to, rate: words.quantity(&[])?, times }
            }
            "dose" => {
                let species = words.last("a species")?;
                Self::Dose { amount: words.quantity(&[])?, species }
            }
            "withdraw" => {
                let part = words.quantity(&["from"])?;
                words.expect("from", "`from`")?;
                Self::Withdraw { part, phase: words.one("the name of a phase")? }
            }
            "transfer" => {
                let part = words.quantity(&["of"])?;
                words.expect("of", "`of`")?;
                let from = words.one("a species")?;
                words.expect("to", "`to`")?;
                Self::Transfer { part, from, to: words.one("a species")? }
            }
            word => {
                let help = match crate::error::nearest(word, VERBS) {
                    Some("repeat") => {
                        Some("what is repeated is a list: [\"repeat 5 times\", \"hold ...\", ...]".to_owned())
                    }
                    near => near.map(|n| format!("did you mean `{n}`?")),
                };
                return Err(InstructionFault { help, ..Words::fault(verb, EXPECTED) });
            }
        };
        words.end()?;
        Ok(instruction)
    }
}

const EXPECTED: &str = "hold, rest, ramp, cycle, dose, withdraw or transfer";

impl Line {
    /// The number of a line `repeat 5 times`; none for any other line.
    ///
    /// # Errors
    /// A line that begins with `repeat` and goes on otherwise.
    pub(crate) fn repetitions(text: &str) -> Parse<Option<u32>> {
        let mut words = Words::new(text);
        if !words.take("repeat") {
            return Ok(None);
        }
        let times = words.trailing_times()?;
        words.end()?;
        Ok(Some(times))
    }
}

struct Words<'a> {
    text: &'a str,
    spans: Vec<Range<usize>>,
    at: usize,
    end: usize,
}

impl<'a> Words<'a> {
    fn new(text: &'a str) -> Self {
        let spans = crate::equation::words(text);
        let end = spans.len();
        Self { text, spans, at: 0, end }
    }

    fn fault(span: Range<usize>, expected: &'static str) -> InstructionFault {
        InstructionFault { span: span.start..span.end.max(span.start), expected, help: None }
    }

    /// What stands where reading has come to.
    fn here(&self) -> Range<usize> {
        self.spans[self.at..self.end].first().cloned().unwrap_or(self.text.len()..self.text.len())
    }

    fn next(&mut self) -> Option<Range<usize>> {
        let span = self.spans[self.at..self.end].first().cloned()?;
        self.at += 1;
        Some(span)
    }

    fn peek_is(&self, words: &[&str]) -> bool {
        self.spans[self.at..self.end].first().is_some_and(|s| words.contains(&&self.text[s.clone()]))
    }

    fn take(&mut self, word: &str) -> bool {
        let there = self.peek_is(&[word]);
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, word: &str, expected: &'static str) -> Parse<()> {
        if self.take(word) { Ok(()) } else { Err(Self::fault(self.here(), expected)) }
    }

    fn one(&mut self, what: &'static str) -> Parse<String> {
        let here = self.here();
        self.next().map(|s| self.text[s].to_owned()).ok_or_else(|| Self::fault(here, what))
    }

    /// The last word, taken off the end.
    fn last(&mut self, what: &'static str) -> Parse<String> {
        if self.end <= self.at + 1 {
            return Err(Self::fault(self.text.len()..self.text.len(), what));
        }
        self.end -= 1;
        Ok(self.text[self.spans[self.end].clone()].to_owned())
    }

    /// `3 times` at the end.
    fn trailing_times(&mut self) -> Parse<u32> {
        let expected = "a whole number from 1 to 1000000 and the word `times`, such as `3 times`";
        let rest = &self.spans[self.at..self.end];
        let [.., count, word] = rest else { return Err(Self::fault(self.here(), expected)) };
        let is_times = matches!(&self.text[word.clone()], "times" | "time");
        if !is_times {
            return Err(Self::fault(self.text.len()..self.text.len(), expected));
        }
        let times = self.text[count.clone()].parse().ok().filter(|n| (1..=MOST).contains(n));
        match times {
            Some(times) => {
                self.end -= 2;
                Ok(times)
            }
            None => Err(Self::fault(count.start..word.end, expected)),
        }
    }

    /// A quantity, up to one of some words or to the end.
    fn quantity(&mut self, before: &[&str]) -> Parse<Quantity> {
        let start = self.at;
        while self.at < self.end && !self.peek_is(before) {
            self.at += 1;
        }
        let expected = "a number with its unit, such as `2.0 V`";
        let Some(first) = self.spans.get(start).filter(|_| self.at > start) else {
            let here = self.here();
            return Err(Self::fault(here, expected));
        };
        let span = first.start..self.spans[self.at - 1].end;
        let quantity = self.text[span.clone()].parse::<Quantity>();
        if quantity.is_err()
            && let Some(fault) = self.after_quantity(start, before)
        {
            return Err(fault);
        }
        quantity.map_err(|error| {
            let help = if self.text[span.clone()].contains("degC/") {
                "a change by one degree is one kelvin: write `K/min`".to_owned()
            } else {
                error.to_string()
            };
            InstructionFault { span, expected, help: Some(help) }
        })
    }

    /// What is wrong if the words from `start` on begin with a quantity and go on with something else.
    fn after_quantity(&self, start: usize, before: &[&str]) -> Option<InstructionFault> {
        let text = |i: usize| &self.text[self.spans[start].start..self.spans[i].end];
        let is_quantity = |i: &usize| text(*i).parse::<Quantity>().is_ok_and(|q| !q.symbol().is_empty());
        let next = (start..self.at).rev().find(is_quantity)? + 1;
        let span = self.spans.get(next).filter(|_| next < self.at)?.clone();
        let expected = match before {
            ["for", ..] => "`for` or `until`",
            ["to"] => "`to`",
            ["at"] => "`at` and a speed, such as `at 1 mV/s`",
            ["from"] => "`from`",
            ["of"] => "`of`",
            _ => "the end",
        };
        let near = crate::error::nearest(&self.text[span.clone()], before.iter().copied());
        let help = near.map(|n| format!("did you mean `{n}`?"));
        Some(InstructionFault { span, expected, help })
    }

    /// `for 10 h`, `until conversion(NH3) >= 0.98 or 12 h`.
    fn limit(&mut self) -> Parse<Limit> {
        if self.take("for") {
            return Ok(Limit { until: None, time: self.quantity(&[])? });
        }
        if !self.take("until") {
            return Err(Self::fault(self.here(), "`for` and a time, or `until` and a condition"));
        }
        let start = self.at;
        let or = (start..self.end).rev().find(|i| &self.text[self.spans[*i].clone()] == "or");
        let Some(or) = or.filter(|or| *or > start) else {
            let expected = "`or` and the longest time after the condition, such as `or 12 h`";
            return Err(Self::fault(self.text.len()..self.text.len(), expected));
        };
        let span = self.spans[start].start..self.spans[or - 1].end;
        let until = self.condition(span)?;
        self.at = or + 1;
        Ok(Limit { until: Some(until), time: self.quantity(&[])? })
    }

    fn condition(&self, span: Range<usize>) -> Parse<(Expression, Comparison, Expression)> {
        let text = &self.text[span.clone()];
        let mut depth = 0_i32;
        let split = text.char_indices().find_map(|(i, c)| {
            depth += i32::from(matches!(c, '(' | '[')) - i32::from(matches!(c, ')' | ']'));
            let found = Comparison::ALL.into_iter().find(|c| depth == 0 && text[i..].starts_with(c.word()));
            found.map(|c| (i, c))
        });
        let Some((at, comparison)) = split else {
            return Err(Self::fault(
                span,
                "a condition with `>=`, `<=`, `>` or `<`, such as `conversion(NH3) >= 0.98`",
            ));
        };
        let read = |part: Range<usize>| {
            let inner = &text[part.clone()];
            Expression::parse(inner.trim()).map_err(|fault| {
                let blank = inner.len() - inner.trim_start().len();
                let from = span.start + part.start + blank;
                let help = Some(format!("{}, expected {}", fault.found, fault.expected));
                let span = from + fault.span.start..from + fault.span.end;
                InstructionFault { span, expected: "an expression", help }
            })
        };
        Ok((read(0..at)?, comparison, read(at + comparison.word().len()..text.len())?))
    }

    fn end(&self) -> Parse<()> {
        if self.at == self.end { Ok(()) } else { Err(Self::fault(self.here().start..self.text.len(), "the end")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for text in [
            "hold 2 V for 10 h",
            "hold for 10 min",
            "hold 2 V until conversion(NH3) >= 0.98 or 12 h",
            "rest for 1 h",
            "ramp from 1.2 V to 2.2 V at 1 mV/s",
            "ramp to 320 K at 2 K/min",
            "cycle from 0 V to 1 V at 50 mV/s 3 times",
            "dose 0.1 M NH3",
            "withdraw 10 % from cell",
            "transfer 99 % of BPA to BPA_acid",
        ] {
            let instruction = Instruction::parse(text).unwrap_or_else(|e| panic!("{text}: {e:?}"));
            assert_eq!(instruction.to_string(), text);
        }
        assert_eq!(Line::repetitions("repeat 5 times").unwrap(), Some(5));
        assert_eq!(Line::repetitions("hold for 1 h").unwrap(), None);
    }

    #[test]
    fn marks_the_fault() {
        for (text, part) in [
            ("hodl 2 V for 1 h", "hodl"),
            ("hold 2 V", ""),
            ("hold 2 X for 1 h", "2 X"),
            ("hold 2 V until x or 1 h", "x"),
            ("hold 2 V until x >= 2", ""),
            ("hold 2 V until x* >= 2 or 1 h", ""),
            ("ramp to 2 V", ""),
            ("cycle from 0 V to 1 V at 1 V/s 0 times", "0 times"),
            ("withdraw 1 mL cell", "cell"),
            ("rest for 1 h then", "then"),
            ("hold 2 V untill E > 1 V or 1 h", "untill"),
            ("ramp to 2 V in 1 h", "in"),
            ("repeat often", ""),
            ("", ""),
        ] {
            let fault = match Line::repetitions(text) {
                Err(fault) => fault,
                Ok(_) => Instruction::parse(text).unwrap_err(),
            };
            let marked = &text[fault.span.start.min(text.len())..fault.span.end.min(text.len())];
            assert!(part.is_empty() || marked == part, "{text}: {marked}");
        }
    }
}

//! The same model as JSON: read by way of TOML, with every place kept; written from TOML.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::section::in_order;

/// Deepest nesting of a model.
const DEEPEST: usize = 32;

/// A JSON text as TOML.
#[derive(Debug, Default)]
pub(super) struct Translated {
    /// The same content as TOML.
    pub(super) toml: String,
    /// Where each value and key that begins at a byte of the TOML stands in the JSON.
    pub(super) origins: HashMap<usize, Range<usize>>,
}

/// Why a text is no JSON: where, and what was expected.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct JsonFault {
    pub(super) at: Range<usize>,
    pub(super) expected: &'static str,
}

/// Reads a JSON object as the content of a TOML file.
pub(super) fn translate(text: &str) -> Result<Translated, JsonFault> {
    let mut reader = Reader { text, at: 0, out: Translated::default() };
    reader.skip();
    if !reader.rest().starts_with('{') {
        return Err(reader.fault("`{`, the beginning of an object"));
    }
    reader.entries("\n", 0)?;
    reader.skip();
    if reader.rest().is_empty() { Ok(reader.out) } else { Err(reader.fault("the end of the file")) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    out: Translated,
}

type Parse<T> = Result<T, JsonFault>;

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn fault(&self, expected: &'static str) -> JsonFault {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        JsonFault { at: self.at..self.at + length, expected }
    }

    fn take(&mut self, sign: char) -> bool {
        self.skip();
        let there = self.rest().starts_with(sign);
        self.at += if there { sign.len_utf8() } else { 0 };
        there
    }

    /// Notes that what is written next comes from `origin`.
    fn note(&mut self, origin: Range<usize>) {
        self.out.origins.insert(self.out.toml.len(), origin);
    }

    /// The entries of an object, each followed by `end` (but for the last, if that is a comma).
    fn entries(&mut self, end: &str, depth: usize) -> Parse<()> {
        if depth > DEEPEST {
            return Err(self.fault("less deep nesting"));
        }
        self.take('{');
        if self.take('}') {
            return Ok(());
        }
        loop {
            self.skip();
            let start = self.at;
            let key = self.string()?;
            self.note(start..self.at);
            self.write_string(&key);
            if !self.take(':') {
                return Err(self.fault("`:` after the name"));
            }
            self.out.toml.push_str(" = ");
            self.value(depth + 1)?;
            if self.take(',') {
                self.out.toml.push_str(end);
            } else if self.take('}') {
                self.out.toml.push_str(if end == "\n" { end } else { "" });
                return Ok(());
            } else {
                return Err(self.fault("`,` or `}`"));
            }
        }
    }

    fn value(&mut self, depth: usize) -> Parse<()> {
        if depth > DEEPEST {
            return Err(self.fault("less deep nesting"));
        }
        self.skip();
        let (start, written) = (self.at, self.out.toml.len());
        match self.rest().chars().next() {
            Some('{') => {
                self.out.toml.push('{');
                self.entries(", ", depth)?;
                self.out.toml.push('}');
            }
            Some('[') => {
                self.at += 1;
                self.out.toml.push('[');
                while !self.take(']') {
                    self.value(depth + 1)?;
                    self.out.toml.push_str(", ");
                    if !self.take(',') && !self.rest().starts_with(']') {
                        return Err(self.fault("`,` or `]`"));
                    }
                }
                self.out.toml.push(']');
            }
            Some('"') => {
                let text = self.string()?;
                self.write_string(&text);
            }
            Some(c) if c == '-' || c.is_ascii_digit() => self.number()?,
            _ => {
                let word = ["true", "false"].into_iter().find(|w| self.rest().starts_with(w));
                let Some(word) = word else {
                    return Err(self.fault("a text, a number, `true`, `false`, an object or a list"));
                };
                self.at += word.len();
                self.out.toml.push_str(word);
            }
        }
        self.out.origins.insert(written, start..self.at);
        Ok(())
    }

    fn number(&mut self) -> Parse<()> {
        let length = self.rest().find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
        let number = &self.rest()[..length.unwrap_or(self.rest().len())];
        let value = number.parse::<f64>().ok().filter(|v| v.is_finite());
        let value = value.ok_or(JsonFault { at: self.at..self.at + number.len(), expected: "a finite number" })?;
        self.at += number.len();
        // The shortest text that reads back as the same number, and with a point or exponent a float.
        let _ = write!(self.out.toml, "{value:?}");
        Ok(())
    }

    fn string(&mut self) -> Parse<String> {
        if !self.rest().starts_with('"') {
            return Err(self.fault("a name or text in double quotes"));
        }
        let start = self.at;
        let unclosed = || JsonFault { at: start..start + 1, expected: "a closing `\"`" };
        let mut text = String::new();
        let mut characters = self.rest()[1..].char_indices();
        loop {
            let (i, c) = characters.next().ok_or_else(unclosed)?;
            match c {
                '"' => {
                    self.at = start + 1 + i + 1;
                    return Ok(text);
                }
                '\\' => {
                    let at = start + 1 + i;
                    let fault = || JsonFault { at: at..at + 1, expected: "an escape that JSON knows" };
                    let (_, escaped) = characters.next().ok_or_else(fault)?;
                    text.push(match escaped {
                        '"' | '\\' | '/' => escaped,
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        'b' => '\u{8}',
                        'f' => '\u{c}',
                        'u' => {
                            let code = Self::code(&mut characters).ok_or_else(fault)?;
                            Self::character(code, &mut characters).ok_or_else(fault)?
                        }
                        _ => return Err(fault()),
                    });
                }
                c if c.is_control() => {
                    let at = start + 1 + i;
                    return Err(JsonFault { at: at..at + 1, expected: "no control character in a text" });
                }
                c => text.push(c),
            }
        }
    }

    /// Four hexadecimal digits.
    fn code(characters: &mut std::str::CharIndices<'_>) -> Option<u32> {
        (0..4).try_fold(0, |code, _| Some(16 * code + characters.next()?.1.to_digit(16)?))
    }

    /// The character of a code, or of two that make a surrogate pair.
    fn character(high: u32, characters: &mut std::str::CharIndices<'_>) -> Option<char> {
        if !(0xD800..0xDC00).contains(&high) {
            return char::from_u32(high);
        }
        let pair = characters.next()?.1 == '\\' && characters.next()?.1 == 'u';
        let low = Self::code(characters).filter(|low| pair && (0xDC00..0xE000).contains(low))?;
        char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    }

    fn write_string(&mut self, text: &str) {
        push_quoted(&mut self.out.toml, text);
    }
}

/// A text in double quotes, in the form that JSON and TOML share.
fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// The JSON of a TOML text that [`write`](super::write()) made.
pub(crate) fn from_toml(toml: &str) -> String {
    let mut out = String::new();
    if let Ok(root) = DeTable::parse(toml) {
        push_table(&mut out, root.get_ref(), 0);
    }
    out.push('\n');
    out
}

fn push_table(out: &mut String, table: &DeTable<'_>, depth: usize) {
    let indent = "  ".repeat(depth + 1);
    let entries = in_order(table);
    out.push('{');
    for (i, (key, _, value)) in entries.iter().enumerate() {
        // A model, its groups and their items have a line each; what is in an item stands on one line.
        let _ = if depth < 2 { write!(out, "\n{indent}") } else { write!(out, " ") };
        push_quoted(out, key);
        out.push_str(": ");
        push_value(out, value.get_ref(), depth + 1);
        out.push_str(if i + 1 < entries.len() { "," } else { "" });
    }
    let _ = if depth < 2 { write!(out, "\n{}", "  ".repeat(depth)) } else { write!(out, " ") };
    out.push('}');
}

fn push_value(out: &mut String, value: &DeValue<'_>, depth: usize) {
    match value {
        DeValue::String(text) => push_quoted(out, text),
        DeValue::Integer(number) => out.push_str(number.as_str()),
        DeValue::Float(number) => out.push_str(number.as_str()),
        DeValue::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
        DeValue::Array(list) => {
            out.push('[');
            for (i, value) in list.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                push_value(out, value.get_ref(), depth + 1);
            }
            out.push(']');
        }
        DeValue::Table(table) => push_table(out, table, depth),
        // A model holds no dates.
        DeValue::Datetime(_) => out.push_str("null"),
    }
}

//! A table of a model file while it is read: takes known keys, reports the rest.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::places::Places;
use crate::error::{Diagnostic, Diagnostics, Fault, list, nearest};
use crate::units::Quantity;

/// Shared state of a reading.
pub(super) struct Reading {
    pub(super) places: Places,
    pub(super) faults: Diagnostics,
}

/// One table, with the keys that were asked for so far.
pub(super) struct Section<'a> {
    table: &'a DeTable<'a>,
    path: String,
    asked: Vec<&'static str>,
}

/// Within the path of a value, the place of its key.
pub(crate) const KEY: &str = "(key)";

/// Path of a name within a table.
pub(crate) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Entries of a table in the order of the file.
pub(super) fn in_order<'a>(table: &'a DeTable<'a>) -> Vec<(&'a str, Range<usize>, &'a Spanned<DeValue<'a>>)> {
    let mut entries: Vec<_> = table.iter().map(|(k, v)| (k.get_ref().as_ref(), k.span(), v)).collect();
    entries.sort_by_key(|(_, span, _)| span.start);
    entries
}

fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn number_of(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix()).ok().map(|i| i as f64),
        DeValue::Float(f) => f.as_str().parse().ok(),
        _ => None,
    }
}

impl<'a> Section<'a> {
    pub(super) fn new(table: &'a DeTable<'a>, path: String) -> Self {
        Self { table, path, asked: Vec::new() }
    }

    /// The table under a value, or a fault.
    pub(super) fn of(value: &'a Spanned<DeValue<'a>>, path: String, reading: &mut Reading) -> Option<Self> {
        reading.places.insert(path.clone(), value.span());
        if let DeValue::Table(table) = value.get_ref() {
            return Some(Self::new(table, path));
        }
        reading.wrong(&path, value, "a table of keys and values");
        None
    }

    pub(super) fn raw(&mut self, key: &'static str, reading: &mut Reading) -> Option<&'a Spanned<DeValue<'a>>> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        let value = self.table.get(key)?;
        reading.places.insert(join(&self.path, key), value.span());
        Some(value)
    }

    pub(super) fn text(&mut self, key: &'static str, reading: &mut Reading) -> Option<String> {
        let value = self.raw(key, reading)?;
        reading.text(&join(&self.path, key), value)
    }

    pub(super) fn required_text(&mut self, key: &'static str, reading: &mut Reading) -> Option<String> {
        if !self.table.contains_key(key) {
            self.missing(key, "a text", reading);
        }
        self.text(key, reading)
    }

    pub(super) fn missing(&self, key: &'static str, expected: &str, reading: &mut Reading) {
        let fault = Fault::MissingKey { key: key.to_owned(), within: self.title() };
        let keys: Vec<&str> = in_order(self.table).into_iter().map(|(k, _, _)| k).collect();
        let found = if keys.is_empty() { "no keys".to_owned() } else { format!("the keys {}", list(&keys)) };
        let place = reading.places.of(&self.path);
        reading.faults.push(Diagnostic::new(fault, found, format!("`{key}`, {expected}")).at(place));
    }

    pub(super) fn flag(&mut self, key: &'static str, reading: &mut Reading) -> bool {
        match self.raw(key, reading) {
            None => false,
            Some(value) => {
                if let DeValue::Boolean(b) = value.get_ref() {
                    return *b;
                }
                reading.wrong(&join(&self.path, key), value, "`true` or `false`");
                false
            }
        }
    }

    pub(super) fn number(&mut self, key: &'static str, reading: &mut Reading) -> Option<f64> {
        let value = self.raw(key, reading)?;
        let number = number_of(value.get_ref()).filter(|n| n.is_finite());
        if number.is_none() {
            reading.wrong(&join(&self.path, key), value, "a finite number");
        }
        number
    }

    pub(super) fn quantity(&mut self, key: &'static str, example: &str, reading: &mut Reading) -> Option<Quantity> {
        let value = self.raw(key, reading)?;
        reading.quantity(&join(&self.path, key), value, example)
    }

    pub(super) fn required_quantity(
        &mut self,
        key: &'static str,
        example: &str,
        reading: &mut Reading,
    ) -> Option<Quantity> {
        if !self.table.contains_key(key) {
            self.missing(key, &format!("a quantity such as \"{example}\""), reading);
        }
        self.quantity(key, example, reading)
    }

    /// A table of numbers by name, such as `orders = { NH3 = 1 }`.
    pub(super) fn numbers(&mut self, key: &'static str, reading: &mut Reading) -> Vec<(String, f64)> {
        let Some(value) = self.raw(key, reading) else { return Vec::new() };
        let path = join(&self.path, key);
        let Some(table) = Section::of(value, path.clone(), reading) else { return Vec::new() };
        let mut numbers = Vec::new();
        for (name, key, value) in in_order(table.table) {
            let path = join(&path, name);
            reading.places.insert(join(&path, KEY), key);
            reading.places.insert(path.clone(), value.span());
            match number_of(value.get_ref()).filter(|n| n.is_finite()) {
                Some(number) => numbers.push((name.to_owned(), number)),
                None => reading.wrong(&path, value, "a finite number"),
            }
        }
        numbers
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, key: &'static str, reading: &mut Reading) -> Vec<String> {
        let Some(value) = self.raw(key, reading) else { return Vec::new() };
        let path = join(&self.path, key);
        let DeValue::Array(array) = value.get_ref() else {
            reading.wrong(&path, value, "a list of texts, such as [\"BPA\"]");
            return Vec::new();
        };
        array.iter().filter_map(|v| reading.text(&path, v)).collect()
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn table(&self) -> &'a DeTable<'a> {
        self.table
    }

    fn title(&self) -> String {
        if self.path.is_empty() { "the file".to_owned() } else { format!("[{}]", self.path) }
    }

    /// Reports the keys that nobody asked for.
    pub(super) fn finish(self, reading: &mut Reading) {
        for (key, span, _) in in_order(self.table) {
            if !self.asked.contains(&key) {
                let fault = Fault::UnknownKey { key: key.to_owned(), within: self.title() };
                let help = nearest(key, self.asked.iter().copied()).map(|n| format!("did you mean `{n}`?"));
                let place = Some(reading.places.at(span));
                reading
                    .faults
                    .push(Diagnostic::new(fault, format!("`{key}`"), list(&self.asked)).at(place).help_if(help));
            }
        }
    }
}

impl Reading {
    pub(super) fn wrong(&mut self, path: &str, value: &Spanned<DeValue<'_>>, expected: &str) {
        let place = Some(self.places.at(value.span()));
        let fault = Fault::Value { what: format!("`{path}`") };
        self.faults.push(Diagnostic::new(fault, kind_of(value.get_ref()), expected).at(place));
    }

    pub(super) fn text(&mut self, path: &str, value: &Spanned<DeValue<'_>>) -> Option<String> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(text.to_string());
        }
        self.wrong(path, value, "a text in quotes");
        None
    }

    pub(super) fn quantity(&mut self, path: &str, value: &Spanned<DeValue<'_>>, example: &str) -> Option<Quantity> {
        if let Some(number) = number_of(value.get_ref()) {
            return Some(Quantity::number(number));
        }
        let text = self.text(path, value)?;
        text.parse()
            .map_err(|error: crate::error::QuantityError| {
                let place = Some(self.places.at(value.span()));
                let fault = Fault::Value { what: format!("`{path}`") };
                self.faults.push(
                    Diagnostic::new(fault, format!("\"{text}\""), format!("a quantity such as \"{example}\""))
                        .at(place)
                        .help(error.to_string()),
                );
            })
            .ok()
    }
}

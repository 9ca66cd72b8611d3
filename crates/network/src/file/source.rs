//! One file of a model: its text, and the TOML that it is read as.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::{DeArray, DeTable, DeValue};

use super::json;
use super::places::Places;
use super::read::Format;
use crate::error::{Diagnostic, Fault, Place, Result};

/// A file that was read, or a text that stands for one.
pub(super) struct Source {
    /// What it is known by when it is met again: a path has many forms.
    pub(super) id: String,
    /// Its name in messages.
    pub(super) name: String,
    /// Its text as written.
    pub(super) text: String,
    /// Where its bases are looked for; none for a text.
    pub(super) folder: Option<PathBuf>,
    /// Where it begins in the text of all files of the model.
    pub(super) offset: usize,
    toml: String,
    origins: Option<HashMap<usize, Range<usize>>>,
}

impl Source {
    pub(super) fn new(bytes: &[u8], name: &str, format: Format, folder: Option<&Path>) -> Result<Self> {
        let places = Places::new(name, "");
        let place = Some(places.at(0..0));
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Err(Diagnostic::new(Fault::NotText, "bytes that are not UTF-8", "a TOML file").at(place).into());
        };
        if text.contains('\0') {
            return Err(Diagnostic::new(Fault::NotText, "zero bytes", "a TOML file").at(place).into());
        }
        if text.trim().is_empty() {
            let expected = "a model with [model], [species] and [steps]";
            return Err(Diagnostic::new(Fault::Empty, "no text", expected)
                .at(place)
                .help("`ratelaw models robertson` prints a small model to start from")
                .into());
        }
        let (toml, origins) = match format {
            Format::Toml => (text.to_owned(), None),
            Format::Json => match json::translate(text) {
                Ok(translated) => (translated.toml, Some(translated.origins)),
                Err(fault) => {
                    let part = text.get(fault.at.clone()).filter(|part| !part.is_empty());
                    let found = part.map_or("the end".to_owned(), |part| format!("`{part}`"));
                    let place = Some(Places::new(name, text).at(fault.at));
                    return Err(Diagnostic::new(Fault::Json, found, fault.expected).at(place).into());
                }
            },
        };
        let path = folder.and_then(|_| std::fs::canonicalize(name).ok());
        let id = path.map_or_else(|| name.to_owned(), |path| path.display().to_string());
        Ok(Self {
            id,
            name: name.to_owned(),
            text: text.to_owned(),
            folder: folder.map(Path::to_path_buf),
            offset: 0,
            toml,
            origins,
        })
    }

    /// Its content; spans are those of the TOML.
    pub(super) fn parse(&self) -> Result<DeTable<'_>> {
        DeTable::parse(&self.toml).map(toml::Spanned::into_inner).map_err(|error| self.syntax(&error).into())
    }

    /// The place of a span of the TOML.
    pub(super) fn place(&self, span: Range<usize>) -> Place {
        Places::new(&self.name, &self.text).at(self.origin(span))
    }

    /// The bytes of the text that a span of the TOML comes from.
    fn origin(&self, span: Range<usize>) -> Range<usize> {
        match &self.origins {
            Some(origins) => origins.get(&span.start).cloned().unwrap_or(0..0),
            None => span,
        }
    }

    /// The same content with spans in the text of all files.
    pub(super) fn placed<'a>(&self, table: DeTable<'a>) -> DeTable<'a> {
        // A TOML file that stands on nothing has its spans already.
        if self.offset == 0 && self.origins.is_none() {
            return table;
        }
        let entries = table.into_iter().map(|(key, value)| {
            let span = self.shifted(key.span());
            (toml::Spanned::new(span, key.into_inner()), self.placed_value(value))
        });
        entries.collect()
    }

    fn placed_value<'a>(&self, value: toml::Spanned<DeValue<'a>>) -> toml::Spanned<DeValue<'a>> {
        let span = self.shifted(value.span());
        let value = match value.into_inner() {
            DeValue::Table(table) => DeValue::Table(self.placed(table)),
            DeValue::Array(array) => {
                let mut placed = DeArray::new();
                array.into_iter().for_each(|item| placed.push(self.placed_value(item)));
                DeValue::Array(placed)
            }
            other => other,
        };
        toml::Spanned::new(span, value)
    }

    fn shifted(&self, span: Range<usize>) -> Range<usize> {
        let span = self.origin(span);
        span.start + self.offset..span.end + self.offset
    }

    fn syntax(&self, error: &toml::de::Error) -> Diagnostic {
        let span = error.span().unwrap_or(0..0);
        let place = Some(self.place(span.clone()));
        let excerpt: String = self.toml.get(span).unwrap_or("").chars().take(40).collect();
        let found = if excerpt.trim().is_empty() { "the end of the line".to_owned() } else { format!("`{excerpt}`") };
        if error.message().contains("duplicate key") {
            let name = excerpt.trim_matches(['"', '\'']).to_owned();
            return Diagnostic::new(Fault::Duplicate { kind: "name", name }, found, "each name once in its table")
                .at(place);
        }
        let message = error.message().replace('\n', ", ");
        let (found, expected) = match message.split_once(", expected ") {
            Some((what, expected)) => (format!("{found}: {what}"), expected.to_owned()),
            None => (found, message),
        };
        Diagnostic::new(Fault::Toml, found, expected).at(place)
    }
}

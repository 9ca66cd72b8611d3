//! Where each value of a model file stands.

use std::collections::HashMap;
use std::ops::Range;

use crate::error::Place;
use crate::units::Quantity;

/// A line of data by mistake can be very long; a message shows its beginning.
const WIDEST: usize = 160;

/// Byte ranges of the values and keys of a model, by their path: `steps.condensation.equation`. The files that it is
/// made of lie one behind the other in one text, the model's own last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    /// Where each file begins, and its name.
    files: Vec<(usize, String)>,
    text: String,
    line_starts: Vec<usize>,
    spans: HashMap<String, Range<usize>>,
}

impl Places {
    pub(crate) fn new(file: &str, text: &str) -> Self {
        Self::of_files(std::iter::once((file, text)))
    }

    /// Files by name and text.
    pub(super) fn of_files<'a>(all: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let (mut files, mut joined) = (Vec::new(), String::new());
        for (name, text) in all {
            if !files.is_empty() {
                joined.push('\n');
            }
            files.push((joined.len(), name.to_owned()));
            joined.push_str(text);
        }
        let line_starts = std::iter::once(0).chain(joined.match_indices('\n').map(|(i, _)| i + 1)).collect();
        Self { files, text: joined, line_starts, spans: HashMap::new() }
    }

    /// The names of all files but the model's own.
    pub(crate) fn bases(&self) -> Vec<String> {
        let own = self.files.len().saturating_sub(1);
        self.files[..own].iter().map(|(_, name)| name.clone()).collect()
    }

    pub(crate) fn insert(&mut self, path: String, span: Range<usize>) {
        self.spans.insert(path, span);
    }

    /// The place of a path, or of the nearest table around it, or of the file; none for a network that was
    /// built in code.
    pub(crate) fn of(&self, path: &str) -> Option<Place> {
        let mut path = path;
        loop {
            if let Some(span) = self.spans.get(path) {
                return Some(self.at(span.clone()));
            }
            match path.rfind('.') {
                Some(end) => path = &path[..end],
                None => return self.files.last().map(|(start, _)| self.at(*start..*start)),
            }
        }
    }

    /// The place of some bytes within the text value at a path. A value with escapes is marked whole, since
    /// its bytes are not those of the file.
    pub(crate) fn within(&self, path: &str, inner: Range<usize>) -> Option<Place> {
        let span = self.spans.get(path)?;
        let raw = self.text.get(span.clone())?;
        if raw.contains('\\') || raw.starts_with("\"\"\"") || raw.starts_with("'''") {
            return Some(self.at(span.clone()));
        }
        let start = span.start + 1 + inner.start;
        Some(self.at(start..(span.start + 1 + inner.end).max(start + 1)))
    }

    /// The place of a part of the text value at a path: the last occurrence that no other word runs into.
    pub(crate) fn part(&self, path: &str, part: &str) -> Option<Place> {
        let inner = self.inner(path)?;
        let edge = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || "()[]<>=+-*/^,".contains(c));
        let alone =
            |at: &usize| edge(inner[..*at].chars().next_back()) && edge(inner[*at + part.len()..].chars().next());
        let at = inner.rmatch_indices(part).map(|(at, _)| at).find(alone)?;
        self.within(path, at..at + part.len())
    }

    /// The place of a quantity, however it is written, within the text value at a path.
    pub(crate) fn quantity(&self, path: &str, quantity: &Quantity) -> Option<Place> {
        const MOST_WORDS: usize = 4;
        let inner = self.inner(path)?;
        let words = crate::equation::words(inner);
        let spans = (0..words.len()).flat_map(|i| (i..words.len().min(i + MOST_WORDS)).map(move |j| (i, j)));
        let mut spans = spans.map(|(i, j)| words[i].start..words[j].end);
        let span = spans.find(|span| inner[span.clone()].parse().is_ok_and(|read: Quantity| read == *quantity))?;
        self.within(path, span)
    }

    /// The text value at a path, as it stands between its quotes.
    fn inner(&self, path: &str) -> Option<&str> {
        let text = self.text.get(self.spans.get(path)?.clone())?;
        text.get(1..text.len().checked_sub(1)?)
    }

    /// The place of a byte range.
    pub(crate) fn at(&self, span: Range<usize>) -> Place {
        let start = span.start.min(self.text.len());
        let line = self.line_starts.partition_point(|s| *s <= start).max(1) - 1;
        let file = self.files.partition_point(|(first, _)| *first <= start).max(1) - 1;
        let (first, name) = self.files.get(file).map_or((0, ""), |(first, name)| (*first, name.as_str()));
        let first_line = self.line_starts.partition_point(|s| *s <= first).max(1) - 1;
        let line_start = self.line_starts.get(line).copied().unwrap_or(0);
        let full = self.text[line_start..].lines().next().unwrap_or("");
        let before = self.text.get(line_start..start).map_or(0, |s| s.chars().count());
        let last = span.end.min(line_start + full.len()).max(start);
        let length = self.text.get(start..last).map_or(1, |s| s.chars().count()).max(1);
        let text: String = full.chars().take(WIDEST).map(|c| if c == '\t' { ' ' } else { c }).collect();
        let room = WIDEST.saturating_sub(before).max(1);
        Place {
            file: name.to_owned(),
            line: line - first_line + 1,
            column: before + 1,
            length: length.min(room),
            text: if before < WIDEST { text } else { String::new() },
        }
    }
}

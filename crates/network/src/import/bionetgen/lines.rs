//! The text of a `.net` file as logical lines: comments taken out, continued lines joined.

use std::collections::HashSet;
use std::ops::Range;

use crate::error::{Diagnostic, Diagnostics, Fault, Result};
use crate::file::Places;

/// Faults that are listed; a file of another kind would have one in each line.
const MOST_FAULTS: usize = 100;

/// A line of the file, or several joined by `\`.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// Bytes of the text, with those of comments and continuations.
    pub(super) span: Range<usize>,
    /// What its last comment says, without `#`.
    pub(super) comment: String,
}

/// A file and the faults found in it.
pub(super) struct Source {
    /// The text with blanks for comments and continuations, so that every byte stands where it stood.
    clean: String,
    places: Places,
    faults: Diagnostics,
    faulty: HashSet<Range<usize>>,
}

impl Source {
    pub(super) fn new(text: &str, file: &str) -> (Self, Vec<Line>) {
        let mut clean = String::with_capacity(text.len());
        let mut lines = Vec::new();
        let (mut start, mut comment) = (0, String::new());
        for raw in text.split_inclusive('\n') {
            let content = raw.trim_end_matches(['\n', '\r']);
            let code = content.find('#').map_or(content, |hash| {
                content[hash + 1..].trim().clone_into(&mut comment);
                &content[..hash]
            });
            let kept = code.trim_end().strip_suffix('\\');
            clean.push_str(kept.unwrap_or(code));
            let end = clean.len();
            let blanks = raw.len() - kept.unwrap_or(code).len();
            clean.extend(std::iter::repeat_n(' ', blanks));
            if kept.is_none() {
                lines.push(Line { span: start..end, comment: std::mem::take(&mut comment) });
                start = clean.len();
            }
        }
        if start < clean.len() {
            lines.push(Line { span: start..clean.len(), comment });
        }
        let places = Places::new(file, text);
        (Self { clean, places, faults: Diagnostics::default(), faulty: HashSet::new() }, lines)
    }

    /// The text of some bytes.
    pub(super) fn text(&self, span: &Range<usize>) -> &str {
        self.clean.get(span.clone()).unwrap_or("")
    }

    /// The bytes without the blanks around them.
    pub(super) fn trimmed(&self, span: Range<usize>) -> Range<usize> {
        let text = self.text(&span);
        let start = span.start + (text.len() - text.trim_start().len());
        start..start + text.trim().len()
    }

    /// What blanks separate.
    pub(super) fn words(&self, span: &Range<usize>) -> Vec<Range<usize>> {
        self.parts(span, char::is_whitespace).into_iter().filter(|part| !part.is_empty()).collect()
    }

    /// What commas separate, without blanks around it.
    pub(super) fn items(&self, span: &Range<usize>) -> Vec<Range<usize>> {
        self.parts(span, |c| c == ',').into_iter().map(|part| self.trimmed(part)).collect()
    }

    fn parts(&self, span: &Range<usize>, separates: fn(char) -> bool) -> Vec<Range<usize>> {
        let text = self.text(span);
        let mut start = span.start;
        let mut parts = Vec::new();
        for (i, c) in text.char_indices().filter(|(_, c)| separates(*c)) {
            parts.push(start..span.start + i);
            start = span.start + i + c.len_utf8();
        }
        parts.push(start..span.start + text.len());
        parts
    }

    /// Notes a fault at some bytes; a second one at the same bytes follows from the first.
    pub(super) fn fault(&mut self, span: &Range<usize>, diagnostic: Diagnostic) {
        if self.is_full() || !self.faulty.insert(span.clone()) {
            return;
        }
        self.faults.push(diagnostic.at(Some(self.places.at(span.clone()))));
        if self.is_full() {
            let fault = Fault::Conflict { what: "there are more faults than are listed".into() };
            let found = format!("{MOST_FAULTS} faults and more");
            let expected = "a network file as BioNetGen writes it";
            self.faults.push(Diagnostic::new(fault, found, expected).at(Some(self.places.at(span.clone()))));
        }
    }

    /// Notes that some bytes cannot be read.
    pub(super) fn wrong(&mut self, span: &Range<usize>, what: impl Into<String>, expected: &str) {
        let found = match self.text(span) {
            "" => "nothing".to_owned(),
            text => format!("`{}`", text.chars().take(60).collect::<String>()),
        };
        self.fault(span, Diagnostic::new(Fault::Value { what: what.into() }, found, expected));
    }

    /// Whether no further fault will be listed.
    pub(super) fn is_full(&self) -> bool {
        self.faults.0.len() >= MOST_FAULTS
    }

    /// `Err` with all faults so far, if there are any.
    pub(super) fn sound(&mut self) -> Result<()> {
        std::mem::take(&mut self.faults).into_result()
    }
}

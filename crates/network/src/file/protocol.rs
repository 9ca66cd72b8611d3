//! The lines of a protocol in a model file.

use toml::de::DeValue;

use super::section::{Reading, join};
use crate::equation::EquationFault;
use crate::error::{Diagnostic, Fault, Result};
use crate::protocol::{Instruction, Line};

/// Lines of a protocol; a list within the list is repeated as its first line says.
pub(super) fn lines(path: &str, value: &toml::Spanned<DeValue<'_>>, reading: &mut Reading) -> Vec<Line> {
    let DeValue::Array(array) = value.get_ref() else {
        reading.wrong(path, value, "a list of instructions, such as [\"hold 2.0 V for 10 h\"]");
        return Vec::new();
    };
    numbered(path, array.iter(), reading)
}

fn numbered<'a>(
    path: &str,
    values: impl Iterator<Item = &'a toml::Spanned<DeValue<'a>>>,
    reading: &mut Reading,
) -> Vec<Line> {
    let mut all = Vec::new();
    for (i, value) in values.enumerate() {
        let at = join(path, &i.to_string());
        reading.places.insert(at.clone(), value.span());
        if let DeValue::Array(inner) = value.get_ref() {
            all.extend(repeat(&at, inner, reading));
        } else if let Some(text) = reading.text(&at, value) {
            let read = Instruction::parse(&text);
            all.extend(instruction(&at, &text, read, reading).map(|i| Line::Instruction(Box::new(i))));
        }
    }
    all
}

fn repeat<'a>(path: &str, list: &'a toml::de::DeArray<'a>, reading: &mut Reading) -> Option<Line> {
    let (mut at, mut text) = (path.to_owned(), String::new());
    if let Some(first) = list.first() {
        at = join(path, "first");
        reading.places.insert(at.clone(), first.span());
        if let DeValue::String(first) = first.get_ref() {
            text = first.to_string();
        }
    }
    let read = Line::repetitions(&text).and_then(|times| {
        let expected = "`repeat 5 times` as the first line of a list within a protocol";
        times.ok_or(EquationFault { span: 0..text.len(), expected, help: None })
    });
    let times = instruction(&at, &text, read, reading);
    let lines = numbered(path, list.iter().skip(1), reading);
    Some(Line::Repeat { times: times?, lines })
}

fn instruction<T>(path: &str, text: &str, read: Result<T, EquationFault>, reading: &mut Reading) -> Option<T> {
    read.map_err(|fault| {
        let part = text.get(fault.span.clone()).unwrap_or("");
        let found = if part.is_empty() { "the end".to_owned() } else { format!("`{part}`") };
        let place = reading.places.within(path, fault.span).or_else(|| reading.places.of(path));
        let kind = Fault::Instruction { text: text.to_owned() };
        reading.faults.push(Diagnostic::new(kind, found, fault.expected).at(place).help_if(fault.help));
    })
    .ok()
}

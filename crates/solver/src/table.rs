//! Tables of results, written as CSV or JSON.

use std::fmt::Write as _;
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::{Result, SolveError};
use crate::whole::write_whole;

/// Columns with units, and rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Where the numbers come from: name and text.
    pub notes: Vec<(String, String)>,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, each with one cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Name.
    pub name: String,
    /// Unit; `1` for pure numbers, empty for text.
    pub unit: String,
}

impl Column {
    /// A column.
    pub fn new(name: &str, unit: &str) -> Self {
        Self { name: name.to_owned(), unit: unit.to_owned() }
    }

    /// Name and unit as one text: `time / s`.
    pub fn title(&self) -> String {
        if self.unit.is_empty() { self.name.clone() } else { format!("{} / {}", self.name, self.unit) }
    }

    /// Name and unit of a title, `time / s` or `time [s]`; nothing if it lacks one of them.
    pub fn split(title: &str) -> Option<(&str, &str)> {
        title
            .rsplit_once(" / ")
            .or_else(|| title.strip_suffix(']').and_then(|t| t.rsplit_once('[')))
            .map(|(name, unit)| (name.trim(), unit.trim()))
            .filter(|(name, unit)| !name.is_empty() && !unit.is_empty())
    }
}

/// The lines of a CSV text that are neither empty nor notes (`# ...`), and the number of each in the text, from 1: with them,
/// messages name the right line.
pub fn without_notes(text: &str) -> (String, Vec<usize>) {
    let kept = |line: &str| !line.trim().is_empty() && !line.trim().starts_with('#');
    let (numbers, lines): (Vec<usize>, Vec<&str>) =
        text.lines().enumerate().filter(|(_, line)| kept(line)).map(|(i, line)| (i + 1, line)).unzip();
    (lines.join("\n"), numbers)
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Nothing: the value is not defined.
    Empty,
}

impl From<Option<f64>> for Cell {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Self::Empty, Self::Number)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }
}

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values, notes in lines that start with `#`.
    Csv,
    /// One JSON object with `notes`, and `columns` of name, unit and values.
    Json,
}

impl FromStr for Format {
    type Err = SolveError;

    /// By the ending of a file name.
    fn from_str(name: &str) -> Result<Self> {
        match name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).as_deref() {
            Some("csv") => Ok(Self::Csv),
            Some("json") => Ok(Self::Json),
            _ => Err(SolveError::UnknownName {
                kind: "file format of",
                name: name.to_owned(),
                expected: "a name that ends in .csv or .json".to_owned(),
            }),
        }
    }
}

impl Table {
    /// Writes to a file whose ending says the format.
    ///
    /// # Errors
    /// An unknown ending, or a file that cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let format: Format = path.to_string_lossy().parse()?;
        let text = self.to_text(format);
        let refuse = |e: std::io::Error| SolveError::Write { path: path.to_owned(), reason: e.to_string() };
        write_whole(path, text.as_bytes()).map_err(refuse)
    }

    /// The table as text.
    pub fn to_text(&self, format: Format) -> String {
        match format {
            Format::Csv => self.to_csv(),
            Format::Json => format!("{:#}\n", self.to_json()),
        }
    }

    fn to_csv(&self) -> String {
        let mut text = csv_head(&self.notes, &self.columns);
        for row in &self.rows {
            csv_row(row, &mut text);
        }
        text
    }

    /// The table as a JSON value.
    pub fn to_json(&self) -> Value {
        let notes: serde_json::Map<String, Value> = self.notes.iter().map(|(k, v)| (k.clone(), json!(v))).collect();
        let columns: Vec<Value> = self
            .columns
            .iter()
            .enumerate()
            .map(|(i, column)| {
                let values: Vec<Value> = self
                    .rows
                    .iter()
                    .map(|row| match &row[i] {
                        Cell::Number(value) => json!(value),
                        Cell::Text(text) => json!(text),
                        Cell::Empty => Value::Null,
                    })
                    .collect();
                json!({ "name": column.name, "unit": column.unit, "values": values })
            })
            .collect();
        json!({ "notes": notes, "columns": columns })
    }
}

/// What a CSV file begins with: notes in lines with `#`, and the titles of its columns.
pub(crate) fn csv_head(notes: &[(String, String)], columns: &[Column]) -> String {
    let mut text = String::new();
    for (key, value) in notes {
        let _ = writeln!(text, "# {key}: {}", value.replace('\n', " "));
    }
    let titles: Vec<String> = columns.iter().map(|c| quote(&c.title())).collect();
    text.push_str(&titles.join(","));
    text.push('\n');
    text
}

/// Adds a line of CSV.
pub(crate) fn csv_row(row: &[Cell], text: &mut String) {
    for (i, cell) in row.iter().enumerate() {
        if i > 0 {
            text.push(',');
        }
        match cell {
            Cell::Number(value) => text.push_str(&number(*value)),
            Cell::Text(cell) => text.push_str(&quote(cell)),
            Cell::Empty => {}
        }
    }
    text.push('\n');
}

/// The shortest text that reads back as the same number.
fn number(value: f64) -> String {
    let magnitude = value.abs();
    if value != 0.0 && !(1e-4..1e7).contains(&magnitude) { format!("{value:e}") } else { format!("{value}") }
}

/// Quotes a CSV cell where it must be (RFC 4180).
fn quote(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) || text.starts_with('#') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_and_keeps_digits() {
        let table = Table {
            notes: vec![("model".into(), "m".into())],
            columns: vec![Column::new("time", "s"), Column::new("a,b", "")],
            rows: vec![
                vec![Cell::Number(1.0 / 3.0), Cell::Text("say \"x\"".into())],
                vec![Cell::Number(1e-300), Cell::Empty],
            ],
        };
        let text = table.to_text(Format::Csv);
        assert_eq!(text, "# model: m\ntime / s,\"a,b\"\n0.3333333333333333,\"say \"\"x\"\"\"\n1e-300,\n");
        assert_eq!(table.to_json()["columns"][0]["values"][0], 1.0 / 3.0);
    }
}

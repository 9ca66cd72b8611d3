//! Points from a table.

use std::path::Path;

use ratelaw_network::units::{Quantity, Unit};
use serde::{Deserialize, Serialize};

use super::variable::Variable;
use crate::error::{Result, SolveError};
use crate::problem::Problem;
use crate::sweep::row::TEXTS;
use crate::table::{Column, without_notes};

/// Points as the rows of a table: each column a setting, in its unit.
///
/// In a CSV file the first line that is no note (`# ...`) and not empty is the header with name and unit of every column,
/// `potential / V,k2 / 1/s`, pure numbers with `/ 1`; every further line is a point. For Parquet see
/// [`PointTable::from_parquet`]; a reader of another format makes one by [`PointTable::new`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PointTable {
    /// Where it was read from.
    pub source: String,
    /// Columns, all of one length.
    pub columns: Vec<PointColumn>,
}

/// A column of points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PointColumn {
    /// Name of the setting, see [`Setting::parse`](crate::Setting::parse).
    pub name: String,
    /// Unit of the values; `1` for pure numbers.
    pub unit: String,
    /// Values, in the unit.
    pub values: Vec<f64>,
}

/// What the title of a column should be.
pub(super) fn titled(found: &str) -> &'static str {
    if TEXTS.contains(&found) {
        "name and unit; this looks like the result of a sweep, of which only the columns of settings make points"
    } else {
        "name and unit, such as `potential / V`, or `/ 1` for pure numbers"
    }
}

impl PointTable {
    /// A table from its columns, which are checked when the design meets a problem; `source` is the name that messages
    /// give it.
    pub fn new(source: &str, columns: Vec<PointColumn>) -> Self {
        Self { source: source.to_owned(), columns }
    }

    /// Reads a CSV file.
    ///
    /// # Errors
    /// A file that cannot be read, or as [`PointTable::from_text`].
    pub fn from_csv(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|e| SolveError::Read { path: path.to_owned(), reason: e.to_string() })?;
        Self::from_text(&text, &path.display().to_string())
    }

    /// Reads CSV text; `source` is the name that messages give it.
    ///
    /// # Errors
    /// A column without a unit, a line of another length than the header, a cell that is not a finite number, no points.
    pub fn from_text(text: &str, source: &str) -> Result<Self> {
        let fault = |line: usize, what: &str, found: &str, expected: &str| SolveError::OutOfRange {
            what: format!("{source}:{line}: {what}"),
            found: found.to_owned(),
            expected: expected.to_owned(),
        };
        let (text, numbers) = without_notes(text);
        let line_of = |position: Option<&csv::Position>| {
            let index = position.map_or(1, csv::Position::line).max(1) - 1;
            numbers.get(index as usize).copied().unwrap_or(1)
        };
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut columns: Vec<PointColumn> = Vec::new();
        for record in reader.records() {
            let record = record
                .map_err(|e| fault(line_of(e.position()), "the line", &e.to_string(), "comma-separated values"))?;
            let line = line_of(record.position());
            if columns.is_empty() {
                columns = record
                    .iter()
                    .map(|title| match Column::split(title) {
                        Some((name, unit)) => {
                            Ok(PointColumn { name: name.to_owned(), unit: unit.to_owned(), values: Vec::new() })
                        }
                        None => Err(fault(line, "a column", &format!("`{title}`"), titled(title))),
                    })
                    .collect::<Result<_>>()?;
                continue;
            }
            if record.len() != columns.len() {
                let (found, expected) = (record.len().to_string(), columns.len().to_string());
                return Err(fault(line, "the number of cells", &found, &expected));
            }
            for (column, cell) in columns.iter_mut().zip(&record) {
                match cell.parse::<f64>() {
                    Ok(value) if value.is_finite() => column.values.push(value),
                    _ => {
                        let what = format!("a cell of column `{} / {}`", column.name, column.unit);
                        return Err(fault(line, &what, &format!("`{cell}`"), "a finite number"));
                    }
                }
            }
        }
        if columns.first().is_none_or(|c| c.values.is_empty()) {
            return Err(fault(1, "the table of points", "without points", "a header with units and at least one line"));
        }
        Ok(Self::new(source, columns))
    }

    pub(super) fn resolve(&self, problem: &Problem, variables: &mut Vec<Variable>) -> Result<Vec<Vec<f64>>> {
        let fault = |what: String, found: String, expected: &str| {
            Err(SolveError::OutOfRange { what, found, expected: expected.to_owned() })
        };
        let rows = self.columns.first().map_or(0, |c| c.values.len());
        if rows == 0 {
            return fault(format!("the table `{}`", self.source), "without points".into(), "at least one point");
        }
        let mut table = Vec::with_capacity(self.columns.len());
        for (i, PointColumn { name, unit, values }) in self.columns.iter().enumerate() {
            let what = format!("the column `{name}` of `{}`", self.source);
            if self.columns[..i].iter().any(|before| before.name == *name) {
                return fault(what, "there twice".into(), "each setting once");
            }
            let variable = Variable::look_up(problem, name, Some(&Quantity::new(1.0, unit)?))?;
            Quantity::new(1.0, unit)?.si_as(variable.dimension(problem), &what)?;
            if values.len() != rows {
                return fault(what, format!("{} values", values.len()), &format!("{rows} as in the first column"));
            }
            if let Some(value) = values.iter().find(|v| !v.is_finite()) {
                return fault(what, value.to_string(), "finite numbers");
            }
            let unit = Unit::parse(unit)?;
            table.push(values.iter().map(|v| v * unit.factor + unit.offset).collect());
            variables.push(variable);
        }
        Ok(table)
    }
}

//! A data file as cells, each with its place.

use csv::StringRecord;
use ratelaw_network::units::{Dimension, Unit};
use ratelaw_solver::without_notes;

use crate::dataset::Measurement;
use crate::error::{FitError, Result, counted};

/// The unit of a signal whose scale is not known.
pub(crate) const ARBITRARY: &str = "a.u.";
/// Larger values have no square, and no unit in which they were measured.
const LARGEST: f64 = 1e100;
/// The least standard deviation, alone and as a fraction of its value, whose rounding is 1e-16: residuals over a smaller one
/// have no square, or are rounding.
const LEAST: f64 = 1e-100;
const LEAST_FRACTION: f64 = 1e-15;

/// A mistake at a line of a file.
pub(crate) fn fault(
    file: &str,
    line: usize,
    what: impl Into<String>,
    found: impl Into<String>,
    expected: impl Into<String>,
) -> FitError {
    let (what, found, expected) = (what.into(), found.into(), expected.into());
    FitError::Data { file: file.to_owned(), line, what, found, expected }
}

/// A header, and the lines below it as they were found.
pub(crate) struct DataTable<'a> {
    pub(crate) file: &'a str,
    pub(crate) header: StringRecord,
    pub(crate) header_line: usize,
    /// Each with its line, or why it is none: what the header says comes first.
    pub(crate) records: Vec<Result<(StringRecord, usize)>>,
}

impl<'a> DataTable<'a> {
    /// Reads the cells of a CSV text; `file` is the name that messages give it.
    pub(crate) fn read(text: &str, file: &'a str) -> Result<Self> {
        let (text, places) = without_notes(text);
        // No cell goes over lines, and CSV alone would take the rest of the file for one.
        if let Some((line, _)) = places.iter().zip(text.lines()).find(|(_, l)| l.matches('"').count() % 2 == 1) {
            return Err(fault(
                file,
                *line,
                "a quote is not closed",
                "an odd number of `\"`",
                "cells in pairs of quotes",
            ));
        }
        let mut csv = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let place = |p: Option<&csv::Position>| {
            let index = p.map_or(1, |p| p.line() as usize).max(1) - 1;
            places.get(index).copied().unwrap_or(1)
        };
        let mut records = csv.records().map(|record| match record {
            Ok(record) => {
                let line = place(record.position());
                Ok((record, line))
            }
            Err(e) => Err(fault(file, place(e.position()), "this is not CSV", e.to_string(), "comma-separated values")),
        });
        let none = || {
            let expected = "a line such as `time / h, yield(BPA from NH3) / %`";
            fault(file, 1, "the data file has no header", "nothing", expected)
        };
        let (header, header_line) = records.next().ok_or_else(none)??;
        let records = records.filter(|r| !r.as_ref().is_ok_and(|(record, _)| record.iter().all(str::is_empty)));
        let cells = |n: usize| counted(n, "cell", "cells");
        let alike = |(record, line): (StringRecord, usize)| match (record.len(), header.len()) {
            (found, expected) if found != expected => {
                Err(fault(file, line, "a line does not match the header", cells(found), cells(expected)))
            }
            _ => Ok((record, line)),
        };
        let records = records.map(|r| r.and_then(alike)).collect();
        Ok(Self { file, header, header_line, records })
    }

    /// A mistake at a line.
    pub(crate) fn fault<T>(
        &self,
        line: usize,
        what: impl Into<String>,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Result<T> {
        Err(fault(self.file, line, what, found, expected))
    }

    /// A number, or none where it is missing.
    pub(crate) fn number(&self, record: &StringRecord, line: usize, column: usize) -> Result<Option<f64>> {
        let text = &record[column];
        if is_missing(text) {
            return Ok(None);
        }
        match text.parse::<f64>() {
            Ok(value) if value.abs() <= LARGEST => Ok(Some(value)),
            _ => self.fault(
                line,
                format!("a cell of column `{}`", &self.header[column]),
                format!("`{text}`"),
                "a number up to 1e100, or nothing for a missing value",
            ),
        }
    }

    /// A time in its own unit.
    pub(crate) fn time(&self, record: &StringRecord, line: usize, column: usize) -> Result<f64> {
        match self.number(record, line, column)? {
            Some(time) if time >= 0.0 => Ok(time),
            other => {
                let found = other.map_or("nothing".to_owned(), |t| t.to_string());
                self.fault(line, "a time", found, "a number, not negative")
            }
        }
    }

    /// A standard deviation of a series, or none where it is missing.
    pub(crate) fn deviation(
        &self,
        record: &StringRecord,
        line: usize,
        (column, of): (usize, &str),
    ) -> Result<Option<f64>> {
        match self.number(record, line, column)? {
            Some(sd) if sd <= 0.0 => {
                self.fault(line, format!("a standard deviation of `{of}`"), sd.to_string(), "a number above zero")
            }
            sd => Ok(sd),
        }
    }

    /// A measurement of a series; the deviation is in the unit of the value.
    pub(crate) fn measurement(
        &self,
        line: usize,
        of: &str,
        (time, value, sd): (f64, f64, Option<f64>),
    ) -> Result<Measurement> {
        let least = LEAST.max(LEAST_FRACTION * value.abs());
        match sd.filter(|sd| *sd < least) {
            Some(sd) => {
                let found = format!("{sd:e} beside the value {value:?}");
                let expected = format!("at least {least:.0e}, since less is lost in rounding");
                self.fault(line, format!("a standard deviation of `{of}`"), found, expected)
            }
            None => Ok(Measurement { time, value, sd, line }),
        }
    }

    /// One of a unit of time, s.
    pub(crate) fn time_factor(&self, line: usize, text: &str) -> Result<f64> {
        let (unit, _) = self.unit(line, "time", text)?;
        if unit.dimension != Dimension::TIME {
            let expected = "a unit of time: s, min, h, d";
            return self.fault(line, "the unit of column `time`", format!("`{text}`"), expected);
        }
        Ok(unit.factor)
    }

    /// A unit of the data, and whether it is arbitrary.
    pub(crate) fn unit(&self, line: usize, name: &str, text: &str) -> Result<(Unit, bool)> {
        let arbitrary = text == ARBITRARY;
        let what = || format!("the unit of column `{name}`");
        match Unit::parse(if arbitrary { "1" } else { text }) {
            Ok(unit) if unit.offset == 0.0 => Ok((unit, arbitrary)),
            Ok(_) => self.fault(line, what(), text, "a unit that starts at zero"),
            Err(error) => self.fault(line, what(), error.to_string(), "a known unit, such as `min` or `%`"),
        }
    }
}

/// Whether a cell says that there is no value.
pub(crate) fn is_missing(text: &str) -> bool {
    text.is_empty() || text == "NA"
}

//! Measured data from CSV.

use std::path::Path;

use ratelaw_network::units::{Dimension, Unit};

use crate::condition::{self, Condition};
use crate::data_table::{DataTable, fault};
use crate::error::{FitError, Result, counted};
use crate::{long_data, wide_data};

/// Series of measurements over time, as read: values stay in their unit.
///
/// The file: lines that start with `#` are notes, `# source: ...` the source, `# set: potential = 1.8 V` a
/// [`Condition`]; then a header that gives each
/// column's name and unit, `time / min`, `alpha_pinene / %`, `yield(BPA from NH3) / %` (or `[min]`); then one
/// line for each time. A column `sd(NAME) / UNIT` holds standard deviations. Long data have one line for each value
/// instead: `time / min`, `observable`, `value`, `unit` and perhaps `sd`. Columns or lines that repeat are replicates; an
/// empty cell or `NA` is a missing value.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Where it was read from.
    pub file: String,
    /// Notes of the file, in order: key and text, or an empty key.
    pub notes: Vec<(String, String)>,
    /// What the file says was set for its measurements, in order.
    pub conditions: Vec<Condition>,
    /// Measured columns.
    pub series: Vec<Series>,
}

/// One measured quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The observable, as the column names it.
    pub name: String,
    /// Unit as written.
    pub unit: String,
    /// One of the unit, SI.
    pub factor: f64,
    /// What it measures; none for a signal in arbitrary units.
    pub dimension: Dimension,
    /// Whether it is a signal in arbitrary units, `a.u.`, whose scale the fit must find.
    pub arbitrary: bool,
    /// Line that names it: the header, or the first of its lines in long data.
    pub line: usize,
    /// The measurements.
    pub points: Vec<Measurement>,
}

/// One measurement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measurement {
    /// Time, s.
    pub time: f64,
    /// Value, in the unit of its series.
    pub value: f64,
    /// Standard deviation, in the same unit, where the data give one.
    pub sd: Option<f64>,
    /// Line of the file, 0 where there is none.
    pub line: usize,
}

impl Series {
    /// A series without measurements; `line` names it.
    pub(crate) fn new(name: &str, text: &str, unit: &Unit, arbitrary: bool, line: usize) -> Self {
        let (factor, dimension) = (unit.factor, unit.dimension);
        Self { name: name.to_owned(), unit: text.to_owned(), factor, dimension, arbitrary, line, points: Vec::new() }
    }
}

impl Dataset {
    /// Reads a CSV file.
    ///
    /// # Errors
    /// [`FitError::Read`], or [`FitError::Data`] with file, line, column, what was found and expected.
    pub fn from_csv(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|e| FitError::Read { path: path.to_owned(), reason: e.to_string() })?;
        let file = path.display().to_string();
        let text = String::from_utf8(bytes).map_err(|error| {
            let sound = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = sound.split(|byte| *byte == b'\n').count();
            fault(&file, line, "the data file is not text", "bytes that are not UTF-8", "a CSV file in UTF-8")
        })?;
        Self::from_text(&text, &file)
    }

    /// Reads CSV text; `file` is the name that messages give it.
    ///
    /// # Errors
    /// [`FitError::Data`].
    pub fn from_text(text: &str, file: &str) -> Result<Self> {
        let notes = text.lines().filter_map(|l| l.trim().strip_prefix('#')).map(note).collect();
        let conditions = condition::read(text, file)?;
        let table = DataTable::read(text, file)?;
        let (header_line, lines) = (table.header_line, table.records.len());
        let mut series = if long_data::is_long(&table) { long_data::read(table)? } else { wide_data::read(table)? };
        series.retain(|s| !s.points.is_empty());
        let dataset = Self { file: file.to_owned(), notes, conditions, series };
        if dataset.is_empty() {
            let found = match lines {
                0 => "a header only".to_owned(),
                n => format!("missing values only, in {}", counted(n, "line", "lines")),
            };
            let what = "the data file has no measurements";
            return Err(fault(file, header_line, what, found, "at least one line with a value"));
        }
        Ok(dataset)
    }

    /// The source that the file states.
    pub fn source(&self) -> Option<&str> {
        self.notes.iter().find(|(key, _)| key == "source").map(|(_, text)| text.as_str())
    }

    /// Number of measurements.
    pub fn len(&self) -> usize {
        self.series.iter().map(|s| s.points.len()).sum()
    }

    /// The time of the last measurement, s.
    pub fn last_time(&self) -> f64 {
        self.series.iter().flat_map(|s| &s.points).map(|p| p.time).fold(0.0, f64::max)
    }

    /// Whether there is no measurement.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// `# source: text` as key and text.
fn note(line: &str) -> (String, String) {
    match line.split_once(": ") {
        Some((key, text)) if !key.trim().contains(' ') => (key.trim().to_owned(), text.trim().to_owned()),
        _ => (String::new(), line.trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_units_replicates_deviations_and_gaps() {
        let text =
            "# source: a book\n  # free text\ntime / min,A / %,A / %,sd(A) / %,B [mM]\n1,50,52,1,NA\n\n2,25,,0.5,3\n";
        let data = Dataset::from_text(text, "x.csv").unwrap();
        assert_eq!(data.source(), Some("a book"));
        let [a, b] = &data.series[..] else { panic!("{data:?}") };
        assert_eq!((a.points.len(), b.points.len(), data.len()), (3, 1, 4));
        assert_eq!(a.points[1], Measurement { time: 60.0, value: 52.0, sd: Some(1.0), line: 4 });
        assert_eq!((b.points[0].time, b.factor), (120.0, 1.0));
    }

    #[test]
    fn each_replicate_has_its_own_deviation() {
        let text = "time / s,A / 1,sd(A) / 1,A / 1,sd(A) / 1\n1,5,0.1,6,0.2\n";
        let data = Dataset::from_text(text, "x.csv").unwrap();
        let pairs: Vec<_> = data.series[0].points.iter().map(|p| (p.value, p.sd)).collect();
        assert_eq!(pairs, [(5.0, Some(0.1)), (6.0, Some(0.2))]);
    }

    #[test]
    fn faults_name_file_line_and_column() {
        for (text, expected) in [
            ("", "x.csv:1: the data file has no header"),
            ("time,A / %\n", "x.csv:1: the column `time` has no unit"),
            ("# n\ntime / h,A / %\n0,1\n1,abc\n", "x.csv:4: a cell of column `A / %`"),
            ("time / h,A / %\n0,NaN\n", "x.csv:2: a cell of column `A / %`"),
            ("time / h,A / %\n-1,1\n", "x.csv:2: a time"),
            ("time / h,A / %\n1\n", "x.csv:2: a line does not match the header"),
            ("# a\n\n# b\ntime / V,A / %\n", "x.csv:4: the unit of column `time`"),
            ("time / s,A / 1\n\n# note\n0,1\n\n1,1e200\n", "x.csv:6: a cell of column `A / 1`"),
            (
                "time / s,A / 1,sd(A) / 1,A / 1,A / 1,sd(A) / 1\n0,1,1,1,1,1\n",
                "x.csv:1: the columns `sd(A)` do not match",
            ),
            ("A / %,B / %\n1,2\n", "x.csv:1: the header needs a time"),
            ("time / h,A / %\n", "x.csv:1: the data file has no measurements\n  = found: a header only"),
            (
                "time / h,A / %\n1,NA\n2,\n",
                "x.csv:1: the data file has no measurements\n  = found: missing values only",
            ),
            ("time / h,A / %\n1,2\n# n\n\"2,3\n3,4\n", "x.csv:4: a quote is not closed"),
            ("time / h,A / %,sd(A) / %\n1,2,1\n1,2,1e-300\n", "x.csv:3: a standard deviation of `A`"),
            ("time / h,A / %,sd(A) / %\n1,2,1e-17\n", "x.csv:2: a standard deviation of `A`"),
            ("time / h,A / %,sd(A) / %\n1,2,0\n", "x.csv:2: a standard deviation of `A`"),
            ("time / h,A / %,sd(A) / V\n1,2,3\n", "x.csv:1: the unit of column `sd(A)`"),
            ("time / h,A / %,sd(B) / %\n1,2,3\n", "x.csv:1: the column `sd(B)` has no values"),
        ] {
            let error = Dataset::from_text(text, "x.csv").unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_named_by_line() {
        let path = std::env::temp_dir().join(format!("ratelaw-latin1-{}.csv", std::process::id()));
        std::fs::write(&path, b"time / h,A / %\n1,2\n3,\xe9\n").unwrap();
        let error = Dataset::from_csv(&path).unwrap_err().to_string();
        std::fs::remove_file(&path).unwrap();
        assert!(error.contains(".csv:3: the data file is not text"), "{error}");
    }
}

//! Measured data from CSV.

use std::path::Path;

use ratelaw_network::units::{Dimension, Unit};
use ratelaw_solver::{Column, without_notes};

use crate::error::{FitError, Result};

/// Series of measurements over time, as read: values stay in their unit.
///
/// The file: lines that start with `#` are notes, `# source: ...` the source; then a header that gives each
/// column's name and unit, `time / min`, `alpha_pinene / %`, `yield(BPA from NH3) / %` (or `[min]`); then one
/// line for each time. A column `sd(NAME) / UNIT` holds standard deviations. Columns or lines that repeat
/// are replicates; an empty cell or `NA` is a missing value.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Where it was read from.
    pub file: String,
    /// Notes of the file, in order: key and text, or an empty key.
    pub notes: Vec<(String, String)>,
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
    /// Line of the header.
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
        let text = String::from_utf8(bytes).map_err(|_| FitError::Data {
            file: file.clone(),
            line: 1,
            what: "the data file is not text".into(),
            found: "bytes that are not UTF-8".into(),
            expected: "a CSV file".into(),
        })?;
        Self::from_text(&text, &file)
    }

    /// Reads CSV text; `file` is the name that messages give it.
    ///
    /// # Errors
    /// [`FitError::Data`].
    pub fn from_text(text: &str, file: &str) -> Result<Self> {
        Reader { file }.read(text)
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

/// The unit of a signal whose scale is not known.
const ARBITRARY: &str = "a.u.";
/// Larger values have no square, and no unit in which they were measured.
const LARGEST: f64 = 1e100;

struct Reader<'a> {
    file: &'a str,
}

/// What a column holds.
enum Role {
    Time {
        factor: f64,
    },
    /// The how-many-eth column of its series.
    Value {
        series: usize,
        which: usize,
    },
    /// The how-many-eth column of deviations it is for its series.
    Deviation {
        of: String,
        unit: Unit,
        which: usize,
    },
}

impl Reader<'_> {
    fn fault<T>(&self, line: usize, what: impl Into<String>, found: impl Into<String>, expected: &str) -> Result<T> {
        let (what, found, expected) = (what.into(), found.into(), expected.to_owned());
        Err(FitError::Data { file: self.file.to_owned(), line, what, found, expected })
    }

    fn read(&self, text: &str) -> Result<Dataset> {
        let notes = text.lines().filter_map(|l| l.trim().strip_prefix('#')).map(note).collect();
        let (text, places) = without_notes(text);
        let mut csv = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut records = csv.records();
        let Some(header) = records.next() else {
            return self.fault(
                1,
                "the data file has no header",
                "nothing",
                "a line such as `time / h, yield(BPA from NH3) / %`",
            );
        };
        let (header, header_line) = self.record(header, &places)?;
        let mut series: Vec<Series> = Vec::new();
        let mut roles: Vec<Role> = Vec::new();
        for title in &header {
            let role = self.role(title, header_line, &mut series, &roles)?;
            roles.push(role);
        }
        if roles.iter().filter(|r| matches!(r, Role::Time { .. })).count() != 1 {
            let expected = "one column `time / UNIT`";
            return self.fault(
                header_line,
                "the header needs a time",
                header.iter().collect::<Vec<_>>().join(", "),
                expected,
            );
        }
        self.check_deviations(&roles, &series, header_line)?;
        for record in records {
            let (record, line) = self.record(record, &places)?;
            if record.iter().all(str::is_empty) {
                continue;
            }
            if record.len() != header.len() {
                return self.fault(
                    line,
                    "a line does not match the header",
                    format!("{} cells", record.len()),
                    &format!("{} cells", header.len()),
                );
            }
            self.line(&record, line, &header, &roles, &mut series)?;
        }
        series.retain(|s| !s.points.is_empty());
        let dataset = Dataset { file: self.file.to_owned(), notes, series };
        if dataset.is_empty() {
            return self.fault(
                header_line,
                "the data file has no measurements",
                "a header only",
                "at least one line of values",
            );
        }
        Ok(dataset)
    }

    /// Every column of deviations has values of its dimension, and as many columns or one for all.
    fn check_deviations(&self, roles: &[Role], series: &[Series], line: usize) -> Result<()> {
        for role in roles {
            let Role::Deviation { of, unit, .. } = role else { continue };
            let Some(values) = series.iter().find(|s| s.name == *of) else {
                let what = format!("the column `sd({of})` has no values");
                return self.fault(line, what, "no such column", &format!("a column `{of}`"));
            };
            let count = |wanted: &dyn Fn(&Role) -> bool| roles.iter().filter(|r| wanted(r)).count();
            let replicates = count(&|r| matches!(r, Role::Value { series: index, .. } if series[*index].name == *of));
            let deviations = count(&|r| matches!(r, Role::Deviation { of: other, .. } if other == of));
            if deviations != 1 && deviations != replicates {
                let what = format!("the columns `sd({of})` do not match the columns `{of}`");
                let found = format!("{deviations} of the one, {replicates} of the other");
                return self.fault(line, what, found, "one for all replicates, or one for each in their order");
            }
            if values.dimension != unit.dimension {
                let what = format!("the unit of column `sd({of})`");
                let found = format!("a unit of {}", unit.dimension);
                return self.fault(line, what, found, &format!("a unit of {}", values.dimension));
            }
        }
        Ok(())
    }

    fn record(
        &self,
        record: Result<csv::StringRecord, csv::Error>,
        places: &[usize],
    ) -> Result<(csv::StringRecord, usize)> {
        let place = |p: Option<&csv::Position>| {
            let index = p.map_or(1, |p| p.line() as usize).max(1) - 1;
            places.get(index).copied().unwrap_or(1)
        };
        match record {
            Ok(record) => {
                let line = place(record.position());
                Ok((record, line))
            }
            Err(error) => {
                let line = place(error.position());
                self.fault(line, "this is not CSV", error.to_string(), "comma-separated values")
            }
        }
    }

    fn role(&self, title: &str, line: usize, series: &mut Vec<Series>, before: &[Role]) -> Result<Role> {
        let Some((name, text)) = Column::split(title) else {
            let expected = "name and unit, such as `time / min`, `yield(BPA from NH3) / %`, or `/ 1` for pure numbers";
            return self.fault(line, format!("the column `{title}` has no unit"), format!("`{title}`"), expected);
        };
        let arbitrary = text == ARBITRARY;
        let unit = match Unit::parse(if arbitrary { "1" } else { text }) {
            Ok(unit) if unit.offset == 0.0 => unit,
            Ok(_) => {
                return self.fault(line, format!("the unit of column `{name}`"), text, "a unit that starts at zero");
            }
            Err(error) => {
                return self.fault(
                    line,
                    format!("the unit of column `{name}`"),
                    error.to_string(),
                    "a known unit, such as `min` or `%`",
                );
            }
        };
        if name == "time" {
            if unit.dimension != Dimension::TIME {
                return self.fault(
                    line,
                    "the unit of column `time`",
                    format!("`{text}`"),
                    "a unit of time: s, min, h, d",
                );
            }
            return Ok(Role::Time { factor: unit.factor });
        }
        if let Some(of) = name.strip_prefix("sd(").and_then(|n| n.strip_suffix(')')) {
            let of = of.trim().to_owned();
            let which =
                before.iter().filter(|r| matches!(r, Role::Deviation { of: other, .. } if *other == of)).count();
            return Ok(Role::Deviation { of, unit, which });
        }
        // A column of the same name is a replicate of the same series.
        let known = series.iter().position(|s| s.name == name);
        if let Some(known) = known
            && series[known].unit != text
        {
            return self.fault(
                line,
                format!("replicates of `{name}` in two units"),
                format!("`{text}`"),
                &format!("`{}`", series[known].unit),
            );
        }
        let index = known.unwrap_or(series.len());
        if known.is_none() {
            let (name, unit_text) = (name.to_owned(), text.to_owned());
            series.push(Series {
                name,
                unit: unit_text,
                factor: unit.factor,
                dimension: unit.dimension,
                arbitrary,
                line,
                points: Vec::new(),
            });
        }
        let which = before.iter().filter(|r| matches!(r, Role::Value { series, .. } if *series == index)).count();
        Ok(Role::Value { series: index, which })
    }

    fn line(
        &self,
        record: &csv::StringRecord,
        line: usize,
        header: &csv::StringRecord,
        roles: &[Role],
        series: &mut [Series],
    ) -> Result<()> {
        let number = |column: usize| -> Result<Option<f64>> {
            let text = &record[column];
            if text.is_empty() || text == "NA" {
                return Ok(None);
            }
            match text.parse::<f64>() {
                Ok(value) if value.abs() <= LARGEST => Ok(Some(value)),
                _ => self.fault(
                    line,
                    format!("a cell of column `{}`", &header[column]),
                    format!("`{text}`"),
                    "a number up to 1e100, or nothing for a missing value",
                ),
            }
        };
        let mut time = None;
        let mut deviations: Vec<(&str, usize, f64)> = Vec::new();
        for (column, role) in roles.iter().enumerate() {
            match role {
                Role::Time { factor } => match number(column)? {
                    Some(t) if t >= 0.0 => time = Some(t * factor),
                    other => {
                        let found = other.map_or("nothing".to_owned(), |t| t.to_string());
                        return self.fault(line, "a time", found, "a number, not negative");
                    }
                },
                Role::Deviation { of, unit, which } => match number(column)? {
                    Some(sd) if sd > 0.0 => deviations.push((of, *which, sd * unit.factor)),
                    Some(sd) => {
                        return self.fault(
                            line,
                            format!("a standard deviation of `{of}`"),
                            sd.to_string(),
                            "a number above zero",
                        );
                    }
                    None => {}
                },
                Role::Value { .. } => {}
            }
        }
        let paired = |name: &str| {
            roles.iter().any(|r| matches!(r, Role::Deviation { of, which, .. } if of == name && *which > 0))
        };
        for (column, role) in roles.iter().enumerate() {
            if let (Role::Value { series: index, which }, Some(time)) = (role, time)
                && let Some(value) = number(column)?
            {
                let series = &mut series[*index];
                // The deviation of this replicate, or the only one.
                let own =
                    |(of, k, _): &&(&str, usize, f64)| *of == series.name && (k == which || !paired(&series.name));
                let sd = deviations.iter().find(own).map(|(_, _, sd)| sd / series.factor);
                series.points.push(Measurement { time, value, sd });
            }
        }
        Ok(())
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
        assert_eq!(a.points[1], Measurement { time: 60.0, value: 52.0, sd: Some(1.0) });
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
            ("time / h,A / %\n", "x.csv:1: the data file has no measurements"),
            ("time / h,A / %,sd(A) / %\n1,2,0\n", "x.csv:2: a standard deviation of `A`"),
            ("time / h,A / %,sd(A) / V\n1,2,3\n", "x.csv:1: the unit of column `sd(A)`"),
            ("time / h,A / %,sd(B) / %\n1,2,3\n", "x.csv:1: the column `sd(B)` has no values"),
        ] {
            let error = Dataset::from_text(text, "x.csv").unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}

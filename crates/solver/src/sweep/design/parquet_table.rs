//! Points from a Parquet file.

use std::fs::File;
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::{Map, Value};

use super::point_table::{PointColumn, PointTable, titled};
use crate::error::{Result, SolveError};
use crate::sweep::row::TEXTS;
use crate::table::Column;

impl PointTable {
    /// Reads a Parquet file whose columns are numbers, whole or not, without nulls. The unit of a column stands in the
    /// metadata `units` of the file, a JSON object of units by name as the results of sweeps have it, or else in its name as in
    /// CSV, `potential / V`.
    ///
    /// # Errors
    /// A file that cannot be read, a column without a unit, a cell that is not a finite number, no points.
    pub fn from_parquet(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let source = path.display().to_string();
        let unreadable = |reason: String| SolveError::Read { path: path.to_owned(), reason };
        let file = File::open(path).map_err(|e| unreadable(e.to_string()))?;
        let reader = SerializedFileReader::new(file).map_err(|e| unreadable(e.to_string()))?;
        let metadata = reader.metadata().file_metadata();
        let units = metadata.key_value_metadata().and_then(|notes| notes.iter().find(|n| n.key == "units"));
        let units: Map<String, Value> =
            units.and_then(|n| serde_json::from_str(n.value.as_deref()?).ok()).unwrap_or_default();
        let fields = metadata.schema().get_fields();
        let mut columns: Vec<PointColumn> =
            fields.iter().map(|f| column(f.name(), &units, &source)).collect::<Result<_>>()?;
        for (line, row) in reader.get_row_iter(None).map_err(|e| unreadable(e.to_string()))?.enumerate() {
            let row = row.map_err(|e| unreadable(e.to_string()))?;
            for (column, (_, field)) in columns.iter_mut().zip(row.get_column_iter()) {
                let value = number(field).filter(|v| v.is_finite()).ok_or_else(|| SolveError::OutOfRange {
                    what: format!("row {} of column `{}` of {source}", line + 1, column.name),
                    found: field.to_string(),
                    expected: "a finite number".into(),
                })?;
                column.values.push(value);
            }
        }
        if columns.first().is_none_or(|c| c.values.is_empty()) {
            return Err(SolveError::OutOfRange {
                what: format!("the table of points {source}"),
                found: "without points".into(),
                expected: "at least one row".into(),
            });
        }
        Ok(Self::new(&source, columns))
    }
}

/// A column without its values.
fn column(title: &str, units: &Map<String, Value>, source: &str) -> Result<PointColumn> {
    let noted = units.get(title).and_then(Value::as_str).filter(|unit| !unit.is_empty());
    match noted.map(|unit| (title, unit)).or_else(|| Column::split(title)) {
        Some((name, unit)) => Ok(PointColumn { name: name.to_owned(), unit: unit.to_owned(), values: Vec::new() }),
        None => Err(SolveError::OutOfRange {
            what: format!("the unit of column `{title}` of {source}"),
            found: "nowhere".into(),
            expected: if TEXTS.contains(&title) {
                titled(title).to_owned()
            } else {
                "a name with its unit, such as `potential / V`, or metadata `units` such as {\"potential\":\"V\"}"
                    .to_owned()
            },
        }),
    }
}

fn number(field: &Field) -> Option<f64> {
    match field {
        Field::Byte(n) => Some(f64::from(*n)),
        Field::UByte(n) => Some(f64::from(*n)),
        Field::Short(n) => Some(f64::from(*n)),
        Field::UShort(n) => Some(f64::from(*n)),
        Field::Int(n) => Some(f64::from(*n)),
        Field::UInt(n) => Some(f64::from(*n)),
        Field::Long(n) => Some(*n as f64),
        Field::ULong(n) => Some(*n as f64),
        Field::Float(x) => Some(f64::from(*x)),
        Field::Double(x) => Some(*x),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use parquet::data_type::{DoubleType, Int64Type};
    use parquet::file::metadata::KeyValue;
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::*;

    /// A file of a column of numbers and one of whole numbers.
    fn file(folder: &tempfile::TempDir, second: &str, numbers: &[f64], whole: &[i64]) -> PathBuf {
        let path = folder.path().join("t.parquet");
        let schema = format!("message m {{ required double potential; required int64 {second}; }}");
        let schema = Arc::new(parse_message_type(&schema).expect("a schema"));
        let note = KeyValue::new("units".to_owned(), r#"{"potential":"mV","k2":"1/s"}"#.to_owned());
        let properties = WriterProperties::builder().set_key_value_metadata(Some(vec![note])).build();
        let to = File::create(&path).expect("a file");
        let mut writer = SerializedFileWriter::new(to, schema, Arc::new(properties)).expect("a writer");
        let mut group = writer.next_row_group().expect("a group");
        let mut column = group.next_column().expect("a column").expect("the first");
        column.typed::<DoubleType>().write_batch(numbers, None, None).expect("numbers");
        column.close().expect("closed");
        let mut column = group.next_column().expect("a column").expect("the second");
        column.typed::<Int64Type>().write_batch(whole, None, None).expect("whole numbers");
        column.close().expect("closed");
        group.close().expect("closed");
        writer.close().expect("closed");
        path
    }

    #[test]
    fn numbers_and_units_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let table = PointTable::from_parquet(file(&folder, "k2", &[1200.5, -0.1], &[5, 20])).expect("a table");
        let columns: Vec<_> = table.columns.iter().map(|c| (&*c.name, &*c.unit, c.values.clone())).collect();
        assert_eq!(columns, [("potential", "mV", vec![1200.5, -0.1]), ("k2", "1/s", vec![5.0, 20.0])]);
    }

    #[test]
    fn what_is_no_table_of_points_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = |path: PathBuf| PointTable::from_parquet(path).expect_err("no table").to_string();
        let found = error(file(&folder, "k9", &[1.0], &[5]));
        assert!(found.starts_with("the unit of column `k9`"), "{found}");
        let found = error(file(&folder, "k2", &[1.0, f64::NAN], &[5, 6]));
        assert!(found.starts_with("row 2 of column `potential`"), "{found}");
        assert!(error(file(&folder, "k2", &[], &[])).contains("without points"));
        let text = folder.path().join("text.parquet");
        std::fs::write(&text, "potential / V\n1\n").expect("a file");
        assert!(error(text).contains("cannot read `"));
        assert!(error(folder.path().join("none.parquet")).contains("cannot read `"));
    }
}

//! Points from a Parquet file.

use std::fs::File;
use std::path::Path;

use parquet::basic::{LogicalType, Type as Physical};
use parquet::errors::ParquetError;
use parquet::file::metadata::{FileMetaData, KeyValue};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::schema::types::Type;
use serde_json::{Map, Value};

use super::point_table::{PointColumn, PointTable, titled};
use crate::error::{Result, SolveError};
use crate::sweep::row::TEXTS;
use crate::table::Column;

impl PointTable {
    /// Reads a Parquet file whose columns are numbers, whole or not, without nulls, uncompressed or by zstd, snappy, gzip or
    /// lz4. The unit of a column stands in the metadata `units` of the file, a JSON object of units by name as the
    /// results of sweeps have it, or in its name as in CSV, `potential / V`.
    ///
    /// # Errors
    /// A file that cannot be read, a column without a unit or with two, one that does not hold numbers, a cell that is not a
    /// finite number, no points.
    pub fn from_parquet(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let source = path.display().to_string();
        let unreadable = |reason: String| SolveError::Read { path: path.to_owned(), reason };
        let file = File::open(path).map_err(|e| unreadable(e.to_string()))?;
        let reader = SerializedFileReader::new(file).map_err(|e| {
            let hint =
                if super::begins_as_parquet(path) { "" } else { "; it is not Parquet, is it CSV? Then call it .csv" };
            unreadable(format!("{}{hint}", in_words(&e)))
        })?;
        let metadata = reader.metadata().file_metadata();
        let (units, frames) = (units(metadata, &source)?, durations(metadata));
        let fields = metadata.schema().get_fields();
        let mut columns = Vec::with_capacity(fields.len());
        for field in fields {
            let column = column(field.name(), &units, &source)?;
            let duration = frames.iter().any(|name| name == field.name()).then(|| "durations".to_owned());
            if let Some(found) = duration.or_else(|| no_numbers(field)) {
                let what = format!("the column `{}` of {source}", field.name());
                return Err(fault(what, found, "whole or floating numbers"));
            }
            columns.push(column);
        }
        for (line, row) in reader.get_row_iter(None).map_err(|e| unreadable(in_words(&e)))?.enumerate() {
            let row = row.map_err(|e| unreadable(in_words(&e)))?;
            for (column, (_, field)) in columns.iter_mut().zip(row.get_column_iter()) {
                let value = number(field).filter(|v| v.is_finite()).ok_or_else(|| {
                    let what = format!("row {} of column `{}` of {source}", line + 1, column.name);
                    fault(what, field.to_string(), "a finite number")
                })?;
                column.values.push(value);
            }
        }
        if columns.first().is_none_or(|c| c.values.is_empty()) {
            let what = format!("the table of points {source}");
            return Err(fault(what, "without points".into(), "at least one row"));
        }
        Ok(Self::new(&source, columns))
    }
}

fn fault(what: String, found: String, expected: &str) -> SolveError {
    SolveError::OutOfRange { what, found, expected: expected.to_owned() }
}

/// What went wrong, where it can be said better.
fn in_words(error: &ParquetError) -> String {
    match error {
        ParquetError::General(text) if text.contains("feature") => {
            format!("{text}; write its columns with zstd, snappy, gzip, lz4 or uncompressed")
        }
        other => other.to_string(),
    }
}

fn note<'a>(metadata: &'a FileMetaData, key: &str) -> Option<&'a str> {
    let notes: &[KeyValue] = metadata.key_value_metadata().map_or(&[], Vec::as_slice);
    notes.iter().find(|note| note.key == key)?.value.as_deref()
}

/// The units that the file notes, by name.
fn units(metadata: &FileMetaData, source: &str) -> Result<Map<String, Value>> {
    let Some(text) = note(metadata, "units") else { return Ok(Map::new()) };
    let object = serde_json::from_str::<Map<String, Value>>(text).ok();
    object.filter(|units| units.values().all(Value::is_string)).ok_or_else(|| {
        let expected = "a JSON object of units by name, such as {\"potential\":\"V\"}";
        fault(format!("the metadata `units` of {source}"), format!("`{text}`"), expected)
    })
}

/// Columns that a pandas frame held as durations: in the file they are whole numbers like any other.
fn durations(metadata: &FileMetaData) -> Vec<String> {
    let frame = note(metadata, "pandas").and_then(|text| serde_json::from_str::<Value>(text).ok());
    let columns = frame.as_ref().and_then(|frame| frame["columns"].as_array());
    let timed = |column: &&Value| column["numpy_type"].as_str().is_some_and(|t| t.starts_with("timedelta"));
    let name = |column: &Value| column["field_name"].as_str().map(str::to_owned);
    columns.into_iter().flatten().filter(timed).filter_map(name).collect()
}

/// A column without its values.
fn column(title: &str, units: &Map<String, Value>, source: &str) -> Result<PointColumn> {
    let unit_of = |name: &str| units.get(name).and_then(Value::as_str).filter(|unit| !unit.is_empty());
    let of = |name: &str, unit: &str| PointColumn { name: name.into(), unit: unit.into(), values: Vec::new() };
    let what = || format!("the unit of column `{title}` of {source}");
    match (Column::split(title), unit_of(title)) {
        (Some((name, unit)), noted) => match noted.or_else(|| unit_of(name)).filter(|noted| *noted != unit) {
            Some(noted) => {
                Err(fault(what(), format!("`{unit}` in its name and `{noted}` in the metadata"), "one of the two"))
            }
            None => Ok(of(name, unit)),
        },
        (None, Some(unit)) => Ok(of(title, unit)),
        (None, None) => Err(fault(
            what(),
            "nowhere".into(),
            if title.starts_with("__index_level_") {
                "no such column; it is the index of a pandas frame, which `to_parquet(index=False)` leaves out"
            } else if TEXTS.contains(&title) {
                titled(title)
            } else {
                "a name with its unit, such as `potential / V`, or metadata `units` such as {\"potential\":\"V\"}"
            },
        )),
    }
}

/// What a column holds that are no numbers.
fn no_numbers(field: &Type) -> Option<String> {
    if !field.is_primitive() {
        return Some("a nested column".to_owned());
    }
    match (field.get_physical_type(), field.get_basic_info().logical_type_ref()) {
        (Physical::INT32 | Physical::INT64, None | Some(LogicalType::Integer { .. }))
        | (Physical::FLOAT | Physical::DOUBLE, _)
        | (_, Some(LogicalType::Float16)) => None,
        (_, Some(logical)) => {
            let word = format!("{logical:?}");
            Some(format!("of type {}", word.split_once('(').map_or(&*word, |(name, _)| name).to_lowercase()))
        }
        (physical, None) => Some(format!("of type {}", physical.to_string().to_lowercase())),
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
        Field::Float16(x) => Some(f64::from(*x)),
        Field::Float(x) => Some(f64::from(*x)),
        Field::Double(x) => Some(*x),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use parquet::basic::Compression;
    use parquet::data_type::{BoolType, DataType, DoubleType, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::*;

    /// A file of a column `potential` and a second one with a unit in the metadata for both.
    struct Written {
        folder: tempfile::TempDir,
        compression: Compression,
        notes: Vec<KeyValue>,
    }

    impl Written {
        fn new() -> Self {
            let note = KeyValue::new("units".to_owned(), r#"{"potential":"mV","k2":"1/s"}"#.to_owned());
            let folder = tempfile::tempdir().expect("a folder");
            Self { folder, compression: Compression::UNCOMPRESSED, notes: vec![note] }
        }

        fn noted(key: &str, text: &str) -> Self {
            Self { notes: vec![KeyValue::new(key.to_owned(), text.to_owned())], ..Self::new() }
        }

        /// Writes columns of these declarations.
        fn file<A: DataType, B: DataType>(&self, names: [&str; 2], numbers: &[A::T], others: &[B::T]) -> PathBuf {
            let path = self.folder.path().join("t.parquet");
            let columns = [names[0], names[1]].map(|name| format!("required {name};"));
            let schema = format!("message m {{ {} {} }}", columns[0], columns[1]);
            let schema = Arc::new(parse_message_type(&schema).expect("a schema"));
            let properties = WriterProperties::builder()
                .set_compression(self.compression)
                .set_key_value_metadata(Some(self.notes.clone()))
                .build();
            let to = File::create(&path).expect("a file");
            let mut writer = SerializedFileWriter::new(to, schema, Arc::new(properties)).expect("a writer");
            let mut group = writer.next_row_group().expect("a group");
            let mut column = group.next_column().expect("a column").expect("the first");
            column.typed::<A>().write_batch(numbers, None, None).expect("numbers");
            column.close().expect("closed");
            let mut column = group.next_column().expect("a column").expect("the second");
            column.typed::<B>().write_batch(others, None, None).expect("others");
            column.close().expect("closed");
            group.close().expect("closed");
            writer.close().expect("closed");
            path
        }

        fn numbers(&self, second: &str, numbers: &[f64], whole: &[i64]) -> PathBuf {
            let second = format!("int64 {second}");
            self.file::<DoubleType, Int64Type>(["double potential", &second], numbers, whole)
        }
    }

    fn error(path: PathBuf) -> String {
        PointTable::from_parquet(path).expect_err("no table").to_string()
    }

    /// As other programs write them: polars with zstd unless told otherwise, pandas with snappy.
    #[test]
    fn numbers_and_units_are_read_however_compressed() {
        let gzip = Compression::GZIP(parquet::basic::GzipLevel::default());
        let zstd = Compression::ZSTD(parquet::basic::ZstdLevel::default());
        for compression in [Compression::UNCOMPRESSED, Compression::SNAPPY, zstd, gzip, Compression::LZ4_RAW] {
            let written = Written { compression, ..Written::new() };
            let file = written.numbers("k2", &[1200.5, -0.1], &[5, 20]);
            let table = PointTable::from_parquet(file).expect("a table");
            let columns: Vec<_> = table.columns.iter().map(|c| (&*c.name, &*c.unit, c.values.clone())).collect();
            assert_eq!(columns, [("potential", "mV", vec![1200.5, -0.1]), ("k2", "1/s", vec![5.0, 20.0])]);
        }
    }

    #[test]
    fn what_is_no_table_of_points_is_refused() {
        let written = Written::new();
        let found = error(written.numbers("k9", &[1.0], &[5]));
        assert!(found.starts_with("the unit of column `k9`"), "{found}");
        let found = error(written.numbers("k2", &[1.0, f64::NAN], &[5, 6]));
        assert!(found.starts_with("row 2 of column `potential`"), "{found}");
        assert!(error(written.numbers("k2", &[], &[])).contains("without points"));
        let found = error(written.file::<DoubleType, BoolType>(["double potential", "boolean k2"], &[1.0], &[true]));
        assert!(found.contains("the column `k2`") && found.contains("is of type boolean"), "{found}");
        let text = written.folder.path().join("text.parquet");
        std::fs::write(&text, "potential / V\n1\n").expect("a file");
        assert!(error(text).contains("cannot read `"));
        assert!(error(written.folder.path().join("none.parquet")).contains("cannot read `"));
    }

    /// A unit in the name and another in the metadata, metadata that are no units, durations of a frame, which a file holds as
    /// whole numbers.
    #[test]
    fn doubtful_units_are_refused() {
        let both = Written::noted("units", r#"{"potential":"mV","k[1/s]":"1/s"}"#);
        let file = both.file::<DoubleType, Int64Type>(["double potential[V]", "int64 k[1/s]"], &[1.0], &[1]);
        let found = error(file);
        assert!(found.contains("`V` in its name and `mV` in the metadata"), "{found}");
        let found = error(Written::noted("units", r#"{"potential":1}"#).numbers("k2", &[1.0], &[1]));
        assert!(found.contains("the metadata `units` of"), "{found}");
        let mut frame = Written::new();
        let columns = r#"{"columns":[{"field_name":"k2","numpy_type":"timedelta64[ns]"}]}"#;
        frame.notes.push(KeyValue::new("pandas".to_owned(), columns.to_owned()));
        let found = error(frame.numbers("k2", &[1.0], &[1]));
        assert!(found.contains("durations"), "{found}");
    }

    /// A file is known by how it begins, whatever it is called.
    #[test]
    fn a_file_is_known_by_its_beginning() {
        let written = Written::new();
        let called = written.folder.path().join("points.csv");
        std::fs::rename(written.numbers("k2", &[1.0], &[1]), &called).expect("renamed");
        assert_eq!(crate::Design::from_table(&called).expect("a design").blocks.len(), 1);
    }
}

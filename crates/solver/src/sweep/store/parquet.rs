//! Parquet: one row group for a fixed number of rows, the notes as key-value metadata.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use ::parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use ::parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use ::parquet::schema::types::{Type, TypePtr};
use serde_json::{Map, Value};

use super::manifest::Manifest;
use super::seal::{KEY, Seal, ZEROS};
use crate::sweep::row::AFTER;
use crate::table::Cell;

/// Rows of a row group: what is held in memory while a file is written. Not a matter of chunks, so that files of
/// small chunks read as fast.
const GROUP: usize = 65_536;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Numbers,
    Texts,
    Counts,
}

impl Holds {
    /// What a column of so many holds.
    pub(super) fn of(column: usize, columns: usize) -> Self {
        match columns - column {
            left if left > AFTER => Self::Numbers,
            3.. => Self::Texts,
            _ => Self::Counts,
        }
    }
}

/// A file that is being written.
pub(super) struct Parquet<W: Write + Send> {
    writer: SerializedFileWriter<Seal<W>>,
    columns: Vec<(Holds, Vec<Cell>)>,
}

impl<W: Write + Send> Parquet<W> {
    pub(super) fn new(to: W, manifest: &Manifest) -> io::Result<Self> {
        let n = manifest.columns.len();
        let columns: Vec<(Holds, Vec<Cell>)> = (0..n).map(|i| (Holds::of(i, n), Vec::new())).collect();
        let field = |(column, (holds, _)): (&crate::table::Column, &(Holds, Vec<Cell>))| {
            field(&column.name, *holds).map(Arc::new)
        };
        let fields = manifest.columns.iter().zip(&columns).map(field).collect::<Result<_, _>>().map_err(failed)?;
        let schema = Type::group_type_builder("sweep").with_fields(fields).build().map_err(failed)?;
        let units: Map<String, Value> =
            manifest.columns.iter().map(|c| (c.name.clone(), c.unit.clone().into())).collect();
        let notes = manifest.notes.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
        let notes = notes.chain([KeyValue::new("units".to_owned(), Value::Object(units).to_string())]).collect();
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(manifest.plan.program().to_owned())
            .set_key_value_metadata(Some(notes))
            .build();
        let writer =
            SerializedFileWriter::new(Seal::new(to), TypePtr::new(schema), Arc::new(properties)).map_err(failed)?;
        Ok(Self { writer, columns })
    }

    pub(super) fn rows(&mut self, rows: &[Vec<Cell>]) -> io::Result<()> {
        for row in rows {
            for ((_, column), cell) in self.columns.iter_mut().zip(row) {
                column.push(cell.clone());
            }
            if self.columns.first().is_some_and(|(_, c)| c.len() == GROUP) {
                self.group()?;
            }
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        if self.columns.first().is_some_and(|(_, c)| !c.is_empty()) {
            self.group()?;
        }
        self.writer.append_key_value_metadata(KeyValue::new(KEY.to_owned(), ZEROS.to_owned()));
        self.writer.flush()?;
        self.writer.inner_mut().hold();
        // Taking the inner writer out would hide what the system said.
        self.writer.finish().map_err(failed)?;
        self.writer.inner_mut().close(&marker())
    }

    fn group(&mut self) -> io::Result<()> {
        let mut group = self.writer.next_row_group().map_err(failed)?;
        for (holds, cells) in &mut self.columns {
            let mut writer = group.next_column().map_err(failed)?.ok_or_else(|| io::Error::other("too few columns"))?;
            write_column(&mut writer, *holds, cells).map_err(failed)?;
            writer.close().map_err(failed)?;
            cells.clear();
        }
        group.close().map(|_| ()).map_err(failed)
    }
}

fn field(name: &str, holds: Holds) -> ::parquet::errors::Result<Type> {
    let physical = match holds {
        Holds::Numbers => Physical::DOUBLE,
        Holds::Texts => Physical::BYTE_ARRAY,
        Holds::Counts => Physical::INT64,
    };
    let logical = (holds == Holds::Texts).then_some(LogicalType::String);
    Type::primitive_type_builder(name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()
}

fn write_column(
    writer: &mut SerializedColumnWriter<'_>,
    holds: Holds,
    cells: &[Cell],
) -> ::parquet::errors::Result<usize> {
    // A level of 0 is a null, which has no value.
    let levels: Vec<i16> = cells.iter().map(|c| i16::from(*c != Cell::Empty)).collect();
    let numbers = || cells.iter().filter_map(|c| if let Cell::Number(v) = c { Some(*v) } else { None });
    let text = |cell: &Cell| if let Cell::Text(text) = cell { Some(ByteArray::from(text.as_str())) } else { None };
    match holds {
        Holds::Numbers => {
            let values: Vec<f64> = numbers().collect();
            writer.typed::<DoubleType>().write_batch(&values, Some(&levels), None)
        }
        Holds::Counts => {
            let values: Vec<i64> = numbers().map(|v| v as i64).collect();
            writer.typed::<Int64Type>().write_batch(&values, Some(&levels), None)
        }
        Holds::Texts => {
            let values: Vec<ByteArray> = cells.iter().filter_map(text).collect();
            writer.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)
        }
    }
}

/// What the system said, where it is behind an error.
pub(super) fn failed(error: ::parquet::errors::ParquetError) -> io::Error {
    match error {
        ::parquet::errors::ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}

/// The notes of a file; none if it is not one of Parquet.
pub(super) fn notes(file: File) -> Option<Vec<(String, String)>> {
    let reader = SerializedFileReader::new(file).ok()?;
    let notes = reader.metadata().file_metadata().key_value_metadata()?;
    Some(notes.iter().map(|n| (n.key.clone(), n.value.clone().unwrap_or_default())).collect())
}

/// What the fingerprint stands behind: its key, and the header of a text of 64 bytes (Thrift's compact protocol: the next
/// field, of type 8, and the length).
pub(super) fn marker() -> Vec<u8> {
    [KEY.as_bytes(), &[0x18, ZEROS.len() as u8]].concat()
}

/// How many bytes the end of a file has: the footer, whose length stands before the closing magic number.
pub(super) fn end(file: &mut File) -> io::Result<u64> {
    let mut length = [0; 4];
    file.seek(SeekFrom::End(-8))?;
    file.read_exact(&mut length)?;
    Ok(u64::from(u32::from_le_bytes(length)) + 8)
}

//! The rows of a result that is there whole.

use std::fs::File;
use std::io;

use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::Field;

use super::assemble::Target;
use super::manifest::Manifest;
use super::output::Kind;
use super::parquet::{Holds, failed};
use super::summary::{Summary, Tally};
use crate::table::{Cell, Table};

/// Counts the rows of a result of this sweep, and keeps some of them.
pub(super) fn read(target: &Target, manifest: &Manifest, sample: u64) -> io::Result<(Summary, Table)> {
    let mut tally = Tally::new(manifest.points, sample);
    let mut each = |row: Vec<Cell>| tally.row(&manifest.columns, manifest.varied, &row);
    match target.kind {
        Kind::Csv => csv_rows(target, manifest.columns.len(), &mut each)?,
        Kind::Parquet => parquet_rows(target, &mut each)?,
    }
    Ok(tally.finish(&manifest.columns, &manifest.notes))
}

fn csv_rows(target: &Target, columns: usize, each: &mut impl FnMut(Vec<Cell>)) -> io::Result<()> {
    let cell = |(i, text): (usize, &str)| match Holds::of(i, columns) {
        _ if text.is_empty() => Ok(Cell::Empty),
        Holds::Texts => Ok(Cell::Text(text.to_owned())),
        Holds::Numbers | Holds::Counts => text.parse().map(Cell::Number).map_err(io::Error::other),
    };
    // A cell that begins as a note does is in quotes.
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_path(&target.path)?;
    for record in reader.records() {
        each(record?.iter().enumerate().map(cell).collect::<Result<_, _>>()?);
    }
    Ok(())
}

fn parquet_rows(target: &Target, each: &mut impl FnMut(Vec<Cell>)) -> io::Result<()> {
    let cell = |(_, field): (&String, &Field)| match field {
        Field::Double(value) => Cell::Number(*value),
        Field::Long(count) => Cell::Number(*count as f64),
        Field::Str(text) => Cell::Text(text.clone()),
        _ => Cell::Empty,
    };
    let reader = SerializedFileReader::new(File::open(&target.path)?).map_err(failed)?;
    for row in reader.get_row_iter(None).map_err(failed)? {
        each(row.map_err(failed)?.get_column_iter().map(cell).collect());
    }
    Ok(())
}

//! A result as it is written, row by row.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

use super::error::StoreError;
use super::manifest::Manifest;
use super::parquet::{self, Parquet};
use crate::table::{Cell, csv_head, csv_row};

/// How a stored sweep is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Csv,
    Parquet,
}

impl Kind {
    /// By the ending of a name.
    pub(super) fn of(path: &Path) -> Result<Self, StoreError> {
        let ending = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
        match ending.as_deref() {
            Some("csv") => Ok(Self::Csv),
            Some("parquet") => Ok(Self::Parquet),
            _ => Err(StoreError::Ending { path: path.to_owned() }),
        }
    }
}

/// The key of the note that holds the plan's hash.
const PLAN: &str = "plan_sha256";

/// A result that is being written.
pub(super) enum Output<W: Write + Send> {
    Csv(W),
    Parquet(Box<Parquet<W>>),
}

impl<W: Write + Send> Output<W> {
    /// Begins with notes and columns.
    pub(super) fn new(kind: Kind, mut to: W, manifest: &Manifest) -> io::Result<Self> {
        match kind {
            Kind::Csv => {
                to.write_all(csv_head(&manifest.notes, &manifest.columns).as_bytes())?;
                Ok(Self::Csv(to))
            }
            Kind::Parquet => Ok(Self::Parquet(Box::new(Parquet::new(to, manifest)?))),
        }
    }

    /// Adds the rows of a chunk.
    pub(super) fn rows(&mut self, rows: &[Vec<Cell>]) -> io::Result<()> {
        match self {
            Self::Csv(to) => {
                let mut text = String::new();
                for row in rows {
                    csv_row(row, &mut text);
                }
                to.write_all(text.as_bytes())
            }
            Self::Parquet(parquet) => parquet.rows(rows),
        }
    }

    /// Writes what is left.
    pub(super) fn finish(self) -> io::Result<()> {
        match self {
            Self::Csv(mut to) => to.flush(),
            Self::Parquet(parquet) => parquet.finish(),
        }
    }
}

/// The hash of the plan whose whole result a file is; none if it is not the result of a stored sweep.
pub(super) fn plan_of(path: &Path, kind: Kind) -> Option<String> {
    let file = File::open(path).ok()?;
    match kind {
        Kind::Parquet => parquet::note(file, PLAN),
        Kind::Csv => {
            let mut lines = BufReader::new(file).lines().map_while(Result::ok).take_while(|l| l.starts_with('#'));
            let prefix = format!("# {PLAN}: ");
            lines.find_map(|l| l.strip_prefix(&prefix).map(str::to_owned))
        }
    }
}

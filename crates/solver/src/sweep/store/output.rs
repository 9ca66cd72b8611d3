//! A result as it is written, row by row.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use super::error::StoreError;
use super::manifest::Manifest;
use super::parquet::{self, Parquet};
use super::seal::{KEY, Seal, ZEROS, broken};
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
    Csv(Seal<W>),
    Parquet(Box<Parquet<W>>),
}

impl<W: Write + Send> Output<W> {
    /// Begins with notes and columns.
    pub(super) fn new(kind: Kind, to: W, manifest: &Manifest) -> io::Result<Self> {
        match kind {
            Kind::Csv => {
                let mut to = Seal::new(to);
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
            Self::Csv(mut to) => {
                to.hold();
                to.write_all(format!("{}{ZEROS}\n", csv_marker()).as_bytes())?;
                to.close(csv_marker().as_bytes())
            }
            Self::Parquet(parquet) => parquet.finish(),
        }
    }
}

/// What the fingerprint of a CSV file stands behind, in its last line.
fn csv_marker() -> String {
    format!("# {KEY}: ")
}

/// What is at the place of a result.
#[derive(Debug)]
pub(super) enum There {
    /// No file.
    Nothing,
    /// A file that does not say which sweep it is the result of.
    Foreign,
    /// A result, with the hash of its plan, its notes, and what is wrong with it if anything is.
    Result { plan: String, notes: Vec<(String, String)>, broken: Option<String> },
}

/// Longest head of a CSV file that is searched for notes.
const HEAD: u64 = 1 << 22;

/// Looks at what is at the place of a result, down to the last byte.
pub(super) fn there(path: &Path, kind: Kind) -> io::Result<There> {
    let mut file = match File::open(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(There::Nothing),
        opened => opened?,
    };
    let notes = match kind {
        Kind::Parquet => parquet::notes(file.try_clone()?).unwrap_or_default(),
        Kind::Csv => csv_notes(&file),
    };
    let Some(plan) = notes.iter().find(|(key, _)| key == PLAN).map(|(_, plan)| plan.clone()) else {
        return Ok(There::Foreign);
    };
    let broken = match kind {
        Kind::Parquet => {
            let length = parquet::end(&mut file)?;
            broken(&mut file, length, &parquet::marker())?
        }
        Kind::Csv => broken(&mut file, (csv_marker().len() + ZEROS.len() + 1) as u64, csv_marker().as_bytes())?,
    };
    Ok(There::Result { plan, notes, broken })
}

/// The notes that a CSV file begins with.
fn csv_notes(file: &File) -> Vec<(String, String)> {
    let lines = BufReader::new(file.take(HEAD)).lines().map_while(Result::ok).take_while(|l| l.starts_with('#'));
    lines.filter_map(|l| l.strip_prefix("# ")?.split_once(": ").map(|(k, v)| (k.to_owned(), v.to_owned()))).collect()
}

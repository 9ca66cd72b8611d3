//! What came of a sweep, by cause, with a few rows to look at.

use ratelaw_network::units::Quantity;

use crate::sweep::row::{AFTER, NEGATIVE, REFUSED, is_failure};
use crate::table::{Cell, Column, Table};

/// How many points there are, and how many failed of what.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary {
    /// Points.
    pub points: u64,
    /// Points without a result.
    pub failed: u64,
    /// Points with a result in which an amount fell below zero.
    pub negative: u64,
    /// Why points failed, the most frequent first.
    pub causes: Vec<CauseCount>,
}

/// A cause of failure.
#[derive(Debug, Clone, PartialEq)]
pub struct CauseCount {
    /// The word of the status column.
    pub status: String,
    /// How many points failed of it.
    pub count: u64,
    /// Values of the varied settings of the first of them: `k1 = -0.04 1/s`.
    pub first: String,
    /// The cause of the first of them, in words.
    pub cause: String,
}

/// Most causes that are told apart, so that memory does not grow with the number of failures.
const CAUSES: usize = 100;

/// Counts rows as they pass, and keeps some of them.
pub(super) struct Tally {
    summary: Summary,
    /// Rows that are kept, at most.
    sample: u64,
    /// Rows that will pass.
    expected: u64,
    kept: Vec<Vec<Cell>>,
}

impl Tally {
    pub(super) fn new(expected: u64, sample: u64) -> Self {
        Self { summary: Summary::default(), sample: sample.min(expected), expected, kept: Vec::new() }
    }

    /// Looks at a row.
    pub(super) fn row(&mut self, columns: &[Column], axes: usize, row: &[Cell]) {
        // Equally spaced, the first and the last among them.
        let next = u128::from(self.kept.len() as u64) * u128::from(self.expected.saturating_sub(1));
        let due = next / u128::from(self.sample.saturating_sub(1).max(1));
        if (self.kept.len() as u64) < self.sample && due == u128::from(self.summary.points) {
            self.kept.push(row.to_vec());
        }
        self.summary.row(columns, axes, row);
    }

    /// The summary and the kept rows.
    pub(super) fn finish(self, columns: &[Column], notes: &[(String, String)]) -> (Summary, Table) {
        let table = Table { notes: notes.to_vec(), columns: columns.to_vec(), rows: self.kept };
        (self.summary.sorted(), table)
    }
}

impl Summary {
    /// The summary of a sweep's table whose first columns are so many axes.
    pub(crate) fn of(table: &Table, axes: usize) -> Self {
        let mut summary = Self::default();
        for row in &table.rows {
            summary.row(&table.columns, axes, row);
        }
        summary.sorted()
    }

    fn sorted(mut self) -> Self {
        self.causes.sort_by_key(|c| std::cmp::Reverse(c.count));
        self
    }

    fn row(&mut self, columns: &[Column], axes: usize, row: &[Cell]) {
        self.points += 1;
        let status = row.len().checked_sub(AFTER).and_then(|i| row.get(i..));
        let Some([Cell::Text(status), cause, ..]) = status else { return };
        if status == NEGATIVE {
            self.negative += 1;
        }
        if !is_failure(status) {
            return;
        }
        self.failed += 1;
        let cause = if let Cell::Text(cause) = cause { cause.as_str() } else { "" };
        // The solver's own failures differ in time and place, wrong inputs in what is wrong.
        let same = |c: &&mut CauseCount| c.status == *status && (status != REFUSED || alike(&c.cause, cause));
        if let Some(known) = self.causes.iter_mut().find(same) {
            known.count += 1;
        } else if self.causes.len() < CAUSES {
            let shown = |(column, cell): (&Column, &Cell)| match cell {
                Cell::Number(v) => format!("{} = {} {}", column.name, Quantity::number(*v), column.unit),
                _ => column.name.clone(),
            };
            let first = columns.iter().zip(row).take(axes).map(shown).collect::<Vec<_>>().join(", ");
            self.causes.push(CauseCount { status: status.clone(), count: 1, first, cause: cause.to_owned() });
        }
    }
}

/// Whether two texts differ in their numbers alone.
fn alike(a: &str, b: &str) -> bool {
    let words = |text| str::split_whitespace(text).filter(|w| w.trim_matches([',', ';', ':']).parse::<f64>().is_err());
    words(a).eq(words(b))
}

/// Whether a row is that of a point that failed.
pub(super) fn row_failed(row: &[Cell]) -> bool {
    let status = row.len().checked_sub(AFTER).and_then(|i| row.get(i));
    matches!(status, Some(Cell::Text(word)) if is_failure(word))
}

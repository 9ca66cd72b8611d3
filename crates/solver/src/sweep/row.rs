//! What a table keeps of a point.

use ratelaw_network::units::Unit;
use ratelaw_network::{Network, SpeciesId};

use super::Point;
use super::design::Variable;
use crate::error::{Cause, SolveError};
use crate::observe::{DisplayUnit, Observable};
use crate::table::{Cell, Column};

/// One point of a sweep, reduced to what is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Values of the varied settings, SI.
    pub values: Vec<f64>,
    /// Amounts at the end, SI; empty where the point failed.
    pub amounts: Vec<f64>,
    /// Observables at the end, SI, `None` where not defined; empty where the point failed.
    pub observed: Vec<Option<f64>>,
    /// `ok`, `negative` (done, but an amount fell below zero), or one word for why the point failed.
    pub status: &'static str,
    /// What happened, in words; empty for `ok`.
    pub cause: String,
    /// Steps accepted; none where no step was tried.
    pub steps: Option<u64>,
    /// Steps rejected; none where no step was tried.
    pub rejected: Option<u64>,
}

impl Row {
    /// The row of a point.
    pub(super) fn new(point: Point, network: &Network) -> Self {
        let mut row = Self {
            values: point.values,
            amounts: Vec::new(),
            observed: Vec::new(),
            status: OK,
            cause: String::new(),
            steps: None,
            rejected: None,
        };
        let stats = match point.outcome {
            Ok(end) => {
                (row.amounts, row.observed) = (end.state, end.observed);
                if let Some(negative) = end.negative.first() {
                    (row.status, row.cause) = (NEGATIVE, negative.describe(network));
                }
                Some(end.stats)
            }
            Err(error) => {
                row.cause = error.to_string();
                let failure = if let SolveError::Failed(failure) = &error { Some(failure) } else { None };
                row.status = failure.map_or(REFUSED, |f| word(f.cause));
                failure.map(|f| f.partial.stats)
            }
        };
        row.steps = stats.map(|s| s.accepted as u64);
        row.rejected = stats.map(|s| s.rejected as u64);
        row
    }

    /// Whether the point has no result.
    pub fn failed(&self) -> bool {
        is_failure(self.status)
    }
}

/// The status of a point that was solved.
const OK: &str = "ok";
/// The status of a point that was solved, with an amount that fell below zero.
pub(super) const NEGATIVE: &str = "negative";

/// The status of a point that was refused before its first step.
pub(super) const REFUSED: &str = "wrong_input";

/// Whether a status says that a point has no result.
pub(super) fn is_failure(status: &str) -> bool {
    status != OK && status != NEGATIVE
}

/// One word for a failure.
fn word(cause: Cause) -> &'static str {
    match cause {
        Cause::StepTooSmall => "step_too_small",
        Cause::TooManySteps => "too_many_steps",
        Cause::TimeLimit => "time_limit",
        Cause::Stopped => "stopped",
        Cause::NotFinite => "not_finite",
        Cause::Runaway => "runaway",
        Cause::Negative => "negative_amount",
        Cause::Rounding { .. } => "below_rounding",
        Cause::Stiff | Cause::Growth => "stiff",
        Cause::ChargeImbalance => "charge_imbalance",
        Cause::NoCounterReaction => "no_counter_reaction",
    }
}

/// A column's place in a table that everything is shown in: `(si - offset) / factor`.
#[derive(Debug, Clone)]
struct Shown {
    column: Column,
    factor: f64,
    offset: f64,
}

/// The columns of a sweep's table: varied settings, amounts at the end, observables, status, cause and steps.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    settings: Vec<Shown>,
    amounts: Vec<Shown>,
    observables: Vec<Shown>,
}

/// Text columns at the end of a table.
pub(super) const TEXTS: [&str; 2] = ["status", "cause"];
/// Counters at the end of a table.
const COUNTERS: [&str; 2] = ["steps", "rejected"];
/// Columns after those of numbers with a unit.
pub(super) const AFTER: usize = TEXTS.len() + COUNTERS.len();

impl Layout {
    pub(super) fn new(network: &Network, variables: &[Variable], observables: &[Observable], amounts: bool) -> Self {
        let setting = |v: &Variable| {
            let Unit { factor, offset, .. } = v.unit();
            Shown { column: Column::new(&v.name, &v.symbol), factor, offset }
        };
        let settings: Vec<Shown> = variables.iter().map(setting).collect();
        let shown = |name: &str, unit: DisplayUnit| Shown {
            column: Column::new(name, &unit.symbol),
            factor: unit.factor,
            offset: 0.0,
        };
        // A species may also be varied; its amount at the end is then told apart by name.
        let end_name = |name: &str| {
            if variables.iter().any(|v| v.name == name) { format!("{name}(end)") } else { name.to_owned() }
        };
        let species = network.species().iter().enumerate().filter(|_| amounts);
        let amounts =
            species.map(|(i, s)| shown(&end_name(&s.name), DisplayUnit::of_amount(network, SpeciesId(i)))).collect();
        let observables = observables.iter().map(|o| shown(&o.name(network), o.display_unit(network))).collect();
        Self { settings, amounts, observables }
    }

    pub(super) fn columns(&self) -> Vec<Column> {
        let numbers = self.settings.iter().chain(&self.amounts).chain(&self.observables).map(|s| s.column.clone());
        let texts = TEXTS.map(|name| Column::new(name, ""));
        let counters = COUNTERS.map(|name| Column::new(name, "1"));
        numbers.chain(texts).chain(counters).collect()
    }

    /// The cells of a row, in display units.
    pub(super) fn cells(&self, row: &Row) -> Vec<Cell> {
        let show = |shown: &Shown, si: f64| Cell::Number((si - shown.offset) / shown.factor);
        let count = |n: Option<u64>| n.map_or(Cell::Empty, |n| Cell::Number(n as f64));
        let mut cells: Vec<Cell> = self.settings.iter().zip(&row.values).map(|(s, v)| show(s, *v)).collect();
        cells.extend(
            self.amounts.iter().enumerate().map(|(i, s)| row.amounts.get(i).map_or(Cell::Empty, |v| show(s, *v))),
        );
        let observed = |i: usize| row.observed.get(i).copied().flatten();
        cells.extend(self.observables.iter().enumerate().map(|(i, s)| observed(i).map_or(Cell::Empty, |v| show(s, v))));
        cells.extend([Cell::Text(row.status.to_owned()), Cell::from(row.cause.clone())]);
        cells.extend([count(row.steps), count(row.rejected)]);
        cells
    }
}

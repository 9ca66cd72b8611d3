//! Published statements beside what a model gives.

use ratelaw::network::{QuantityError, did_you_mean, nearest};
use ratelaw::prelude::*;
use ratelaw::solver::Table;

use super::context::Shown;
use super::file::Published;
use crate::report::plot::{Extent, Mark, Plot, Series, Side};

/// A published statement whose names were looked up.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Statement {
    /// Which of the observables that are shown it is about.
    pub(super) of: usize,
    /// Places on the x axis, in its unit; of a range the two ends.
    pub(super) at: Vec<f64>,
    /// Whether it holds between its places too.
    pub(super) joined: bool,
    /// In the unit that the observable is shown in.
    pub(super) value: f64,
    pub(super) extent: Extent,
    pub(super) label: String,
    /// What it is about, and what it says, for the notes of a table.
    pub(super) note: (String, String),
}

impl Statement {
    pub(super) fn read(
        own: &Published,
        network: &Network,
        shown: &[Observable],
        place: &dyn Fn(&str) -> Result<f64, String>,
    ) -> Result<Self, String> {
        let names: Vec<String> = shown.iter().map(|o| o.name(network)).collect();
        let of = match &own.of {
            None => 0,
            Some(of) => Self::find(of, &names)?,
        };
        let (observable, name) = shown.get(of).zip(names.get(of)).ok_or("nothing is shown")?;
        let factor = observable.display_unit(network).factor;
        let number = |text: &String| {
            let quantity: Quantity = text.parse().map_err(|e: QuantityError| e.to_string())?;
            let si = quantity.si_as(observable.dimension(network), name).map_err(|e| e.to_string())?;
            Ok::<f64, String>(si / factor)
        };
        Self::with(own, of, name, &number, place)
    }

    /// Its parts, where `number` reads a value and `place` a place.
    pub(super) fn with(
        own: &Published,
        of: usize,
        name: &str,
        number: &dyn Fn(&String) -> Result<f64, String>,
        place: &dyn Fn(&str) -> Result<f64, String>,
    ) -> Result<Self, String> {
        let (value, extent, said) = match (&own.value, &own.within, &own.above, &own.below) {
            (Some(value), None, None, None) => (number(value)?, Extent::Within(0.0), value.clone()),
            (Some(value), Some(within), None, None) => {
                (number(value)?, Extent::Within(number(within)?), format!("{value} within {within}"))
            }
            (None, None, Some(bound), None) => (number(bound)?, Extent::Above, format!("above {bound}")),
            (None, None, None, Some(bound)) => (number(bound)?, Extent::Below, format!("below {bound}")),
            _ => return Err("it needs `value` (with or without `within`), `above` or `below`, and one of them".into()),
        };
        let ends: Vec<&str> = own.at.iter().flat_map(|at| at.split("..").map(str::trim)).collect();
        let joined = own.at.iter().any(|at| at.contains(".."));
        if ends.is_empty() || joined && ends.len() != 2 {
            return Err("`at` is a place, a list of places, or a range FROM..TO".into());
        }
        let at = ends.into_iter().map(place).collect::<Result<Vec<_>, _>>()?;
        let note = (format!("{}: {name} at {}", own.label, own.at.join(", ")), said);
        Ok(Self { of, at, joined, value, extent, label: own.label.clone(), note })
    }

    /// Which of some names is meant.
    pub(super) fn find(of: &str, names: &[String]) -> Result<usize, String> {
        names.iter().position(|name| name == of.trim()).ok_or_else(|| {
            let help = did_you_mean(nearest(of, names.iter().map(String::as_str)));
            format!("`{of}` is not among what is shown{help}")
        })
    }
}

/// Adds what is published to the notes of a table.
pub(super) fn note(table: &mut Table, statements: &[Statement]) {
    table.notes.extend(statements.iter().map(|s| s.note.clone()));
}

/// Adds what is published to a plot whose series are what is shown, says which is which, and makes lines differ without
/// colours too.
pub(super) fn add(plot: &mut Plot, shown: &Shown, statements: &[Statement]) {
    let names: Vec<String> = plot.series.iter().map(|s| s.name.clone()).collect();
    for (i, series) in plot.series.iter_mut().enumerate() {
        series.mark = Mark::Pattern(i);
        if !statements.is_empty() {
            series.name.push_str(", model");
        }
    }
    for statement in statements {
        let side = if statement.of < shown.left.len() { Side::Left } else { Side::Right };
        plot.series.push(Series {
            name: format!("{}, {}", names[statement.of], statement.label),
            points: statement.at.iter().map(|x| (*x, statement.value)).collect(),
            mark: Mark::Statement { like: statement.of, extent: statement.extent, joined: statement.joined },
            side,
        });
    }
}

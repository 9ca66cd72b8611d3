//! Heat maps of sweeps over two axes.

use ratelaw::network::Network;
use ratelaw::prelude::*;
use ratelaw::solver::{Cell, Table};

use super::chart;
use super::plot::{HeatMap, Panel, PlaneAxis, Scale};
use crate::error::{CliError, Result};

/// Most quantities of a heat map.
const PANELS: usize = 2;

/// The observables of a sweep's heat map: those of some names, else those that tell most. None if there is to be no heat
/// map: nobody asks for one, and curves are not too many.
pub(crate) fn shown(network: &Network, axes: &[Axis], asked: bool, names: &[String]) -> Result<Vec<Observable>> {
    let asked = asked || !names.is_empty();
    if asked && axes.len() != 2 {
        return Err(CliError::HeatMapAxes { found: axes.len() });
    }
    if names.len() > PANELS {
        return Err(CliError::HeatMapPanels { found: names.len() });
    }
    let too_many = matches!(axes, [first, _] if first.points() > chart::CURVES);
    if names.is_empty() && (asked || too_many) {
        let (left, right) = chart::defaults(network);
        return Ok(telling(&left, &right));
    }
    names.iter().map(|name| Ok(Observable::parse(network, name)?)).collect()
}

/// Two of the observables that curves would show: the first, and the first efficiency or else the second.
pub(crate) fn telling(left: &[Observable], right: &[Observable]) -> Vec<Observable> {
    let mut all = left.iter().chain(right);
    let first = all.next();
    let is_efficiency = |o: &&Observable| matches!(o, Observable::FaradaicEfficiency { .. });
    let second = all.clone().find(is_efficiency).or_else(|| all.next());
    first.into_iter().chain(second).cloned().collect()
}

/// What a sweep keeps for its heat map: the model's own observables and those of the map that are not among them; empty if
/// the model's own will do. `amounts` says that amounts are kept in any case, as they are where there is nothing else.
pub(crate) fn kept(network: &Network, shown: &[Observable], amounts: bool) -> Vec<Observable> {
    let is_amount = |o: &Observable| matches!(o, Observable::Amount(_));
    let standard = Observable::standard(network);
    let amounts = amounts || standard.is_empty() && shown.iter().all(is_amount);
    let is_missing = |o: &&Observable| !(standard.contains(o) || amounts && is_amount(o));
    let more: Vec<Observable> = shown.iter().filter(is_missing).cloned().collect();
    if more.is_empty() { more } else { [standard, more].concat() }
}

/// Observables of a sweep over two axes, as colours over the plane: the last axis to the right, the first upwards. None
/// for other than two axes, for a table that has not all their points, and for no observables.
pub(crate) fn heat_map(
    title: &str,
    network: &Network,
    axes: &[Axis],
    table: &Table,
    shown: &[Observable],
) -> Option<HeatMap> {
    let [first, last] = axes else { return None };
    let row = last.points();
    if shown.is_empty() || table.rows.len() != first.points() * row {
        return None;
    }
    let axis = |column: usize, about: &Axis, rows: &mut dyn Iterator<Item = &Vec<Cell>>| {
        let values = rows.map(|cells| chart::number(&cells[column])).collect::<Option<Vec<f64>>>()?;
        let scale = if about.is_log() { Scale::Log } else { Scale::Linear };
        Some(PlaneAxis { label: chart::axis_label(network, &table.columns[column]), scale, values })
    };
    let panel = |o: &Observable| {
        let column = chart::column(network, table, axes, o)?;
        let values = table.rows.iter().map(|cells| chart::number(&cells[column])).collect();
        Some(Panel { label: table.columns[column].title(), values })
    };
    Some(HeatMap {
        title: title.to_owned(),
        x: axis(1, last, &mut table.rows.iter().take(row))?,
        y: axis(0, first, &mut table.rows.iter().step_by(row))?,
        panels: shown.iter().map(panel).collect::<Option<_>>()?,
    })
}

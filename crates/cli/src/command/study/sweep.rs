//! `[[sweep]]`: many runs over a grid.

use ratelaw::network::QuantityError;
use ratelaw::network::units::Dimension;
use ratelaw::prelude::*;
use ratelaw::solver::Design;

use super::Part;
use super::context::{Context, Shown, label};
use super::file::Grid;
use super::published::{self, Statement};
use crate::command::sweep;
use crate::error::Result;
use crate::output::say;
use crate::report::{chart, plane};
use crate::{Ending, arguments};

/// A sweep ready to go.
pub(super) struct Ready<'a> {
    own: &'a Grid,
    problem: Problem,
    axes: Vec<Axis>,
    options: SweepOptions,
    shown: Shown,
    statements: Vec<Statement>,
}

pub(super) fn prepare<'a>(own: &'a Grid, context: &Context<'_>) -> Result<Ready<'a>> {
    let network = context.network(&own.model, &own.observables)?;
    let problem = context.problem(&network, &own.set, own.t_end.as_deref())?;
    let axes = own.axes.iter().map(|a| arguments::axis(a).map_err(|e| context.wrong(e)));
    let axes = axes.collect::<Result<Vec<_>>>()?;
    axes.iter().try_for_each(|a| Setting::parse(&network, a.name()).map(|_| ()))?;
    let shown = context.shown(&network, &own.left, &own.right)?;
    let mut observables = Observable::standard(&network);
    for observable in shown.all() {
        if !observables.contains(observable) {
            observables.push(observable.clone());
        }
    }
    let all: Vec<Observable> = shown.all().cloned().collect();
    let statements = match (own.published.as_slice(), axes.as_slice()) {
        ([], _) => Vec::new(),
        (some, [axis]) => {
            let place = Place::of(&problem, axis)?;
            context.statements(some, &network, &all, &|text| place.read(text))?
        }
        _ => return Err(context.wrong("published values are drawn against one axis, and this sweep has more".into())),
    };
    let defaults = SolveOptions::default();
    let solve = SolveOptions { rtol: own.rtol.unwrap_or(defaults.rtol), ..defaults };
    let options = SweepOptions { solve, observables, ..SweepOptions::default() };
    Ok(Ready { own, problem, axes, options, shown, statements })
}

/// Where a value is on an axis.
struct Place {
    dimension: Dimension,
    symbol: String,
    /// Zero and one of the unit, SI.
    zero: f64,
    one: f64,
    /// The ends, SI.
    low: f64,
    high: f64,
}

impl Place {
    fn of(problem: &Problem, axis: &Axis) -> Result<Self> {
        let points = Design::grid([axis.clone()]).resolve(problem)?;
        let variable = &points.variables()[0];
        let symbol = variable.symbol.clone();
        let si = |value: f64| Quantity::new(value, &symbol).map_or(value, |q| q.si());
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for index in 0..points.len() {
            let mut value = [0.0];
            points.point(index, &mut value)?;
            (low, high) = (low.min(value[0]), high.max(value[0]));
        }
        let dimension = variable.setting.dimension(problem.network());
        Ok(Self { dimension, zero: si(0.0), one: si(1.0), symbol, low, high })
    }

    fn read(&self, text: &str) -> Result<f64, String> {
        let quantity: Quantity = text.parse().map_err(|e: QuantityError| e.to_string())?;
        let si = quantity.si_as(self.dimension, "`at`").map_err(|e| e.to_string())?;
        let shown = |si: f64| (si - self.zero) / (self.one - self.zero);
        let slack = 1e-9 * (self.high - self.low);
        if (self.low - slack..=self.high + slack).contains(&si) {
            return Ok(shown(si));
        }
        let (low, high, symbol) = (shown(self.low), shown(self.high), &self.symbol);
        Err(format!("{text} is off the axis, which goes from {low} to {high} {symbol}"))
    }
}

impl Part for Ready<'_> {
    fn run(&self, context: &Context<'_>) -> Result<Ending> {
        let Self { own, problem, axes, options, shown, statements } = self;
        say(&format!("\n{}: {}", own.name, own.title))?;
        let design = Design::grid(axes.iter().cloned());
        let result = sweep::with_progress(problem, &design, options.clone(), &own.name)?;
        let (mut table, summary) = (result.table(), result.summary());
        say(&sweep::shown(&table, &summary, axes.len(), result.observables().len(), 11))?;
        say(&sweep::causes(&summary))?;
        published::note(&mut table, statements);
        context.keep(&own.name, &table)?;
        let ending = if result.failed() > 0 { Ending::Partly } else { Ending::Done };
        if let Some(mut plot) = chart::against_axis(&own.title, problem, axes, &table, &shown.left, &shown.right) {
            published::add(&mut plot, shown, statements);
            label(&mut plot, own.left_label.as_ref(), own.right_label.as_ref());
            plot.note.clone_from(&own.note);
            context.draw(&own.name, &plot)?;
            return Ok(ending);
        }
        let telling = plane::telling(&shown.left, &shown.right);
        match plane::heat_map(&own.title, problem.network(), axes, &table, &telling) {
            Some(map) => context.draw(&own.name, &map)?,
            None => say("no plot: a sweep is drawn against one axis or two")?,
        }
        Ok(ending)
    }
}

//! `[[bars]]`: runs side by side, as bars of what they end with.

use ratelaw::prelude::*;
use ratelaw::solver::{Cell, Column, DisplayUnit, SolveError, Table};

use super::Part;
use super::context::Context;
use super::file::Bars;
use super::published::{self, Statement};
use crate::Ending;
use crate::command::simulate;
use crate::error::{CliError, Result};
use crate::output::say;
use crate::progress::spin;
use crate::report::plot::{AxisLabel, BarChart, BarSeries, Claim, Scale};
use crate::report::{Align, columns, significant};

/// Most bars of a group: as many as there are fillings that a print without colours tells apart.
pub(super) const MOST: usize = 3;

/// Runs ready to go.
pub(super) struct Ready<'a> {
    own: &'a Bars,
    options: SolveOptions,
    /// A problem for each bar, with what is shown of it.
    runs: Vec<(Problem, Vec<Observable>)>,
    units: Vec<DisplayUnit>,
    names: Vec<String>,
    statements: Vec<Statement>,
}

pub(super) fn prepare<'a>(own: &'a Bars, context: &Context<'_>) -> Result<Ready<'a>> {
    if own.show.is_empty() || own.show.len() > MOST {
        return Err(context.wrong(format!("`show` names {} observables, expected 1 to {MOST}", own.show.len())));
    }
    let mut runs = Vec::new();
    for bar in &own.runs {
        let wrong = |e: CliError| context.within(&bar.label, e);
        let network = context.network(&bar.model, &own.observables).map_err(wrong)?;
        let problem = context.problem(&network, &bar.set, bar.t_end.as_deref()).map_err(wrong)?;
        let shown = context.observables(&network, &own.show).map_err(wrong)?;
        runs.push((problem, shown));
    }
    let (first, shown) = runs.first().ok_or_else(|| context.wrong("`runs` is empty".into()))?;
    let network = first.network();
    let units: Vec<DisplayUnit> = shown.iter().map(|o| o.display_unit(network)).collect();
    let names = shown.iter().map(|o| o.name(network)).collect();
    let labels: Vec<&str> = own.runs.iter().map(|r| r.label.as_str()).collect();
    let place = |text: &str| place(text, &labels);
    let statements = context.statements(&own.published, network, shown, &place)?;
    for ((problem, other), bar) in runs.iter().zip(&own.runs) {
        if other.iter().zip(&units).any(|(o, unit)| o.display_unit(problem.network()) != *unit) {
            return Err(context.wrong(format!("`{}` shows other units than `{}`", bar.label, own.runs[0].label)));
        }
    }
    let defaults = SolveOptions::default();
    let options = SolveOptions { rtol: own.rtol.unwrap_or(defaults.rtol), ..defaults };
    Ok(Ready { own, options, runs, units, names, statements })
}

/// The number of the bar of a label.
pub(super) fn place(label: &str, labels: &[&str]) -> Result<f64, String> {
    let found = labels.iter().position(|own| *own == label);
    found.map(|i| i as f64).ok_or_else(|| {
        let near = ratelaw::network::nearest(label, labels.iter().copied());
        let help =
            near.map_or_else(|| format!("; there are: {}", labels.join(", ")), |n| format!("; did you mean `{n}`?"));
        format!("there is no bar `{label}`{help}")
    })
}

/// What the chart and the table of some bars show.
pub(super) struct Shown<'a> {
    pub(super) name: &'a str,
    pub(super) title: &'a str,
    pub(super) note: &'a str,
    /// Label of the axis; the names and the unit if not given.
    pub(super) label: Option<&'a String>,
    pub(super) scale: Scale,
    /// What the bars stand for, as the title of a column.
    pub(super) what: &'a str,
    pub(super) groups: Vec<String>,
    /// Names and units of the bars of a group.
    pub(super) series: Vec<(String, String)>,
    /// For each group a value for each bar.
    pub(super) values: Vec<Vec<Option<f64>>>,
    pub(super) statements: &'a [Statement],
}

impl Shown<'_> {
    /// Prints the numbers, and writes table and picture.
    pub(super) fn write(&self, context: &Context<'_>) -> Result<()> {
        let titles = self.series.iter().map(|(name, unit)| Column::new(name, unit));
        let all: Vec<Column> = [Column::new(self.what, "")].into_iter().chain(titles).collect();
        let mut rows = vec![all.iter().map(Column::title).collect::<Vec<_>>()];
        let mut table = Table { notes: vec![("part".into(), self.title.to_owned())], columns: all, rows: Vec::new() };
        for (group, values) in self.groups.iter().zip(&self.values) {
            let shown = values.iter().map(|v| v.map_or("-".to_owned(), |v| significant(v, 4)));
            rows.push([group.clone()].into_iter().chain(shown).collect());
            let cells = values.iter().map(|v| Cell::from(*v));
            table.rows.push([Cell::Text(group.clone())].into_iter().chain(cells).collect());
        }
        let align: Vec<Align> =
            table.columns.iter().enumerate().map(|(i, _)| if i == 0 { Align::Left } else { Align::Right }).collect();
        say(columns(&align, &rows).trim_end())?;
        for statement in self.statements {
            say(&format!("{}, {}", statement.note.0, statement.note.1))?;
        }
        published::note(&mut table, self.statements);
        context.keep(self.name, &table)?;
        context.draw(self.name, &self.chart())
    }

    fn chart(&self) -> BarChart {
        let unit = &self.series[0].1;
        let names: Vec<&str> = self.series.iter().map(|(name, _)| name.as_str()).collect();
        let label = self.label.cloned().unwrap_or_else(|| format!("{} / {unit}", names.join(", ")));
        let series = self.series.iter().enumerate().map(|(i, (name, _))| BarSeries {
            name: format!("{name}, model"),
            values: self.values.iter().map(|values| values[i]).collect(),
        });
        let claim = |s: &Statement| {
            let one = |at: &f64| Claim {
                group: *at as usize,
                series: s.of,
                value: s.value,
                extent: s.extent,
                label: s.label.clone(),
            };
            s.at.iter().map(one).collect::<Vec<_>>()
        };
        BarChart {
            title: self.title.to_owned(),
            note: self.note.to_owned(),
            y: AxisLabel { label, scale: self.scale, range: None },
            groups: self.groups.clone(),
            series: series.collect(),
            claims: self.statements.iter().flat_map(claim).collect(),
        }
    }
}

impl Part for Ready<'_> {
    fn run(&self, context: &Context<'_>) -> Result<Ending> {
        let Self { own, options, runs, units, names, statements } = self;
        say(&format!("\n{}: {}", own.name, own.title))?;
        let (mut values, mut ending) = (Vec::new(), Ending::Done);
        for ((problem, shown), bar) in runs.iter().zip(&own.runs) {
            values.push(match spin(&bar.label, || solve(problem, options)) {
                Ok(solution) => {
                    simulate::warn(&solution);
                    let moment = solution.times.len().checked_sub(1).map(|last| solution.moment(last));
                    let value = |(o, unit): (&Observable, &DisplayUnit)| Some(o.value(moment.as_ref()?)? / unit.factor);
                    shown.iter().zip(units).map(value).collect()
                }
                Err(SolveError::Failed(failure)) => {
                    CliError::from(SolveError::Failed(failure)).print();
                    ending = Ending::Partly;
                    vec![None; shown.len()]
                }
                Err(error) => return Err(context.within(&own.name, error.into())),
            });
        }
        let shown = Shown {
            name: &own.name,
            title: &own.title,
            note: &own.note,
            label: own.label.as_ref(),
            scale: if own.log { Scale::Log } else { Scale::Linear },
            what: "run",
            groups: own.runs.iter().map(|r| r.label.clone()).collect(),
            series: names.iter().cloned().zip(units.iter().map(|u| u.symbol.clone())).collect(),
            values,
            statements,
        };
        shown.write(context)?;
        Ok(ending)
    }
}

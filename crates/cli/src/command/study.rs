//! `ratelaw study`

use std::path::{Path, PathBuf};

use ratelaw::prelude::*;
use ratelaw::solver::{Design, Format, SolveError, Sweep, Table};
use ratelaw::studies;
use serde::Deserialize;

use super::{fit, simulate, sweep};
use crate::Ending;
use crate::arguments::{self, Study};
use crate::error::{CliError, Result};
use crate::input;
use crate::output::{say, write_file, write_plot};
use crate::progress::spin;
use crate::report::plot::{Drawing, Scale};
use crate::report::{chart, fitted, plane};

/// A study file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    study: Heading,
    #[serde(default)]
    simulate: Vec<Run>,
    #[serde(default)]
    sweep: Vec<Grid>,
    #[serde(default)]
    fit: Vec<Regression>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Heading {
    name: String,
    #[serde(default)]
    title: String,
}

/// A simulation, with what to plot against time.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    name: String,
    #[serde(default)]
    title: String,
    model: String,
    #[serde(default)]
    set: toml::Table,
    t_end: Option<String>,
    points: Option<usize>,
    rtol: Option<f64>,
    #[serde(default)]
    left: Vec<String>,
    #[serde(default)]
    right: Vec<String>,
}

/// A sweep, with what to plot against its first axis.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Grid {
    name: String,
    #[serde(default)]
    title: String,
    model: String,
    #[serde(default)]
    set: toml::Table,
    t_end: Option<String>,
    rtol: Option<f64>,
    axes: Vec<String>,
    #[serde(default)]
    left: Vec<String>,
    #[serde(default)]
    right: Vec<String>,
}

/// A fit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Regression {
    name: String,
    #[serde(default)]
    title: String,
    model: String,
    #[serde(default)]
    set: toml::Table,
    data: String,
    free: Vec<String>,
    starts: Option<usize>,
    seed: Option<u64>,
    rtol: Option<f64>,
}

/// A study with the folder that its paths are relative to.
struct Context<'a> {
    file: String,
    folder: Option<&'a Path>,
    out: &'a Path,
}

pub(crate) fn run(arguments: &Study) -> Result<Ending> {
    let (text, file) = match &arguments.study {
        None => (studies::HYDRAZINE.to_owned(), "hydrazine-2024.toml (embedded)".to_owned()),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|e| CliError::Read { path: path.clone(), reason: e.to_string() })?;
            (text, path.display().to_string())
        }
    };
    let plan: Plan = toml::from_str(&text)
        .map_err(|e| format!("this is not a study\n{}", e.to_string().trim_end()))
        .map_err(|reason| CliError::Study { file: file.clone(), reason })?;
    let folder = arguments.study.as_deref().and_then(Path::parent);
    let context = Context { file, folder, out: &arguments.out };
    context.names(&plan)?;
    // Everything is looked up before anything runs, so that a slip in the last part costs no waiting.
    let within = |name: &str, e| context.within(name, e);
    let runs = plan.simulate.iter().map(|r| context.run(r).map_err(|e| within(&r.name, e)));
    let runs = runs.collect::<Result<Vec<_>>>()?;
    let grids = plan.sweep.iter().map(|g| context.grid(g).map_err(|e| within(&g.name, e)));
    let grids = grids.collect::<Result<Vec<_>>>()?;
    let fits = plan.fit.iter().map(|f| context.regression(f).map_err(|e| within(&f.name, e)));
    let fits = fits.collect::<Result<Vec<_>>>()?;
    std::fs::create_dir_all(&arguments.out)
        .map_err(|e| CliError::Write { path: arguments.out.clone(), reason: e.to_string() })?;

    say(&format!("{}: {}", plan.study.name, plan.study.title))?;
    let mut ending = Ending::Done;
    for (run, prepared) in plan.simulate.iter().zip(runs) {
        if context.simulate(run, &prepared)? == Ending::Partly {
            ending = Ending::Partly;
        }
    }
    for (grid, prepared) in plan.sweep.iter().zip(grids) {
        if context.sweep(grid, &prepared)?.failed() > 0 {
            ending = Ending::Partly;
        }
    }
    for (regression, prepared) in plan.fit.iter().zip(fits) {
        if !context.fit(regression, prepared)?.converged {
            ending = Ending::Partly;
        }
    }
    say(&format!("\ntables (CSV, JSON) and plots (SVG) are in {}", arguments.out.display()))?;
    Ok(ending)
}

/// A run ready to go.
struct PreparedRun {
    problem: Problem,
    options: SolveOptions,
    left: Vec<Observable>,
    right: Vec<Observable>,
}

/// A sweep ready to go.
struct PreparedGrid {
    problem: Problem,
    axes: Vec<Axis>,
    options: SweepOptions,
    left: Vec<Observable>,
    right: Vec<Observable>,
}

/// A fit ready to go.
struct PreparedFit {
    experiment: Experiment,
    free: Vec<Free>,
    options: FitOptions,
}

impl Context<'_> {
    fn wrong(&self, reason: String) -> CliError {
        CliError::Study { file: self.file.clone(), reason }
    }

    /// Says which part of the study an error is about.
    fn within(&self, part: &str, error: CliError) -> CliError {
        match error {
            CliError::Study { reason, .. } => self.wrong(format!("in `{part}`: {reason}")),
            other => self.wrong(format!("in `{part}`: {other}")),
        }
    }

    /// Refuses names that would write over each other's files, or outside the folder of the results.
    fn names(&self, plan: &Plan) -> Result<()> {
        let runs = plan.simulate.iter().map(|r| &r.name);
        let own = runs.chain(plan.sweep.iter().map(|g| &g.name)).chain(plan.fit.iter().map(|f| &f.name)).cloned();
        // A fit writes a second table.
        let names: Vec<String> = own.chain(plan.fit.iter().map(|f| format!("{}-residuals", f.name))).collect();
        for (i, name) in names.iter().enumerate() {
            if names[..i].contains(name) {
                return Err(self.wrong(format!("two parts are named `{name}`, and would write the same files")));
            }
            if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', ':', '\0', '\n']) {
                return Err(
                    self.wrong(format!("`{name}` cannot be the name of a file; expected letters, digits, - and _"))
                );
            }
        }
        Ok(())
    }

    /// A model beside the study, by path, or embedded.
    fn network(&self, name: &str) -> Result<Network> {
        let beside = self.folder.map(|f| f.join(name)).filter(|p| p.is_file());
        match beside {
            Some(path) => Ok(Network::from_file(path)?),
            None => input::network(name),
        }
    }

    fn problem(&self, part: &str, model: &str, set: &toml::Table, t_end: Option<Quantity>) -> Result<Problem> {
        let network = self.network(model)?;
        let mut builder = Problem::builder(&network);
        for (name, value) in set {
            builder = match value {
                toml::Value::String(text) => builder.set_text(name, text),
                toml::Value::Float(v) => builder.set(name, Number(*v)),
                toml::Value::Integer(v) => builder.set(name, Number(*v as f64)),
                other => {
                    let found = other.type_str();
                    return Err(self.wrong(format!("`{part}`: set.{name} is a {found}, expected a quantity")));
                }
            };
        }
        if let Some(t_end) = t_end {
            builder = builder.until(t_end);
        }
        Ok(builder.build()?)
    }

    fn time(&self, text: Option<&str>) -> Result<Option<Quantity>> {
        text.map(|t| t.parse().map_err(|e: ratelaw::network::QuantityError| self.wrong(e.to_string()))).transpose()
    }

    fn observables(&self, network: &Network, names: &[String]) -> Result<Vec<Observable>> {
        let list = names.iter().map(|n| Observable::parse(network, n)).collect::<Result<Vec<_>, _>>()?;
        let unit = |o: &Observable| o.display_unit(network).symbol;
        match list.iter().find(|o| unit(o) != unit(&list[0])) {
            Some(other) => Err(self.wrong(format!(
                "one axis cannot show `{}` in {} and `{}` in {}; use `left` and `right`",
                list[0].name(network),
                unit(&list[0]),
                other.name(network),
                unit(other)
            ))),
            None => Ok(list),
        }
    }

    /// What a plot shows on its left and right axis: what the study names, else what the model asks for.
    fn drawn(
        &self,
        network: &Network,
        left: &[String],
        right: &[String],
    ) -> Result<(Vec<Observable>, Vec<Observable>)> {
        if left.is_empty() && right.is_empty() {
            return Ok(chart::defaults(network));
        }
        Ok((self.observables(network, left)?, self.observables(network, right)?))
    }

    fn run(&self, run: &Run) -> Result<PreparedRun> {
        let mut problem = self.problem(&run.name, &run.model, &run.set, self.time(run.t_end.as_deref())?)?;
        let points = run.points.unwrap_or(201);
        if !(2..=10_000_000).contains(&points) {
            return Err(self.wrong(format!("points is {points}, expected 2 to 10000000")));
        }
        problem.set_save(SavePoints::Uniform(points));
        let network = problem.network().clone();
        let (left, right) = self.drawn(&network, &run.left, &run.right)?;
        let defaults = SolveOptions::default();
        let options = SolveOptions { rtol: run.rtol.unwrap_or(defaults.rtol), ..defaults };
        Ok(PreparedRun { problem, options, left, right })
    }

    fn grid(&self, grid: &Grid) -> Result<PreparedGrid> {
        let problem = self.problem(&grid.name, &grid.model, &grid.set, self.time(grid.t_end.as_deref())?)?;
        let network = problem.network().clone();
        let axes = grid.axes.iter().map(|a| arguments::axis(a).map_err(|e| self.wrong(e)));
        let axes = axes.collect::<Result<Vec<_>>>()?;
        axes.iter().try_for_each(|a| Setting::parse(&network, a.name()).map(|_| ()))?;
        let (left, right) = self.drawn(&network, &grid.left, &grid.right)?;
        let defaults = SolveOptions::default();
        let mut observables = Observable::standard(&network);
        for observable in left.iter().chain(&right) {
            if !observables.contains(observable) {
                observables.push(observable.clone());
            }
        }
        let solve = SolveOptions { rtol: grid.rtol.unwrap_or(defaults.rtol), ..defaults };
        Ok(PreparedGrid {
            problem,
            axes,
            options: SweepOptions { solve, observables, ..SweepOptions::default() },
            left,
            right,
        })
    }

    fn regression(&self, regression: &Regression) -> Result<PreparedFit> {
        let data = input::dataset(&regression.data, self.folder)?;
        let t_end = input::duration(&data);
        let problem = self.problem(&regression.name, &regression.model, &regression.set, Some(t_end))?;
        let experiment = Experiment::new(problem, data)?;
        let free = regression.free.iter().map(|f| arguments::free(f).map_err(|e| self.wrong(e)));
        let free = free.collect::<Result<Vec<_>>>()?;
        free.iter().try_for_each(|f| f.check(std::slice::from_ref(&experiment)))?;
        let defaults = FitOptions::default();
        let options = FitOptions {
            starts: regression.starts.unwrap_or(defaults.starts),
            seed: regression.seed.unwrap_or(defaults.seed),
            solve: SolveOptions { rtol: regression.rtol.unwrap_or(defaults.solve.rtol), ..defaults.solve.clone() },
            ..defaults
        };
        Ok(PreparedFit { experiment, free, options })
    }

    fn path(&self, name: &str, ending: &str) -> PathBuf {
        self.out.join(format!("{name}.{ending}"))
    }

    fn keep(&self, name: &str, table: &Table) -> Result<()> {
        table.write(self.path(name, "csv"))?;
        Ok(table.write(self.path(name, "json"))?)
    }

    fn draw(&self, name: &str, plot: &dyn Drawing) -> Result<()> {
        write_plot(plot, &self.path(name, "svg")).map(|_| ())
    }

    fn simulate(&self, run: &Run, prepared: &PreparedRun) -> Result<Ending> {
        say(&format!("\n{}: {}", run.name, run.title))?;
        let solution = match spin(&run.name, || solve(&prepared.problem, &prepared.options)) {
            Ok(solution) => solution,
            Err(SolveError::Failed(failure)) => {
                // What was computed is kept, and the other parts go on.
                self.keep(&run.name, &failure.partial.table())?;
                CliError::from(SolveError::Failed(failure)).print();
                return Ok(Ending::Partly);
            }
            Err(error) => return Err(self.within(&run.name, error.into())),
        };
        simulate::warn(&solution);
        let shown: Vec<Observable> = prepared.left.iter().chain(&prepared.right).cloned().collect();
        simulate::show_times(&solution, &shown, 11)?;
        self.keep(&run.name, &solution.table())?;
        let plot = chart::against_time(&run.title, &solution, &prepared.left, &prepared.right, Scale::Linear);
        self.draw(&run.name, &plot)?;
        Ok(Ending::Done)
    }

    fn sweep(&self, grid: &Grid, prepared: &PreparedGrid) -> Result<Sweep> {
        say(&format!("\n{}: {}", grid.name, grid.title))?;
        let design = Design::grid(prepared.axes.iter().cloned());
        let result = sweep::with_progress(&prepared.problem, &design, prepared.options.clone(), &grid.name)?;
        let PreparedGrid { problem, axes, left, right, .. } = prepared;
        let (table, summary) = (result.table(), result.summary());
        say(&sweep::shown(&table, &summary, axes.len(), result.observables().len(), 11))?;
        say(&sweep::causes(&summary))?;
        self.keep(&grid.name, &table)?;
        match chart::against_axis(&grid.title, problem, axes, &table, left, right) {
            Some(plot) => self.draw(&grid.name, &plot)?,
            None => {
                let (network, shown) = (problem.network(), plane::telling(left, right));
                match plane::heat_map(&grid.title, network, axes, &table, &shown) {
                    Some(map) => self.draw(&grid.name, &map)?,
                    None => say("no plot: a sweep is drawn against one axis or two")?,
                }
            }
        }
        Ok(result)
    }

    fn fit(&self, regression: &Regression, prepared: PreparedFit) -> Result<FitReport> {
        say(&format!("\n{}: {}", regression.name, regression.title))?;
        let PreparedFit { experiment, free, options } = prepared;
        let report = fit::with_progress(&[experiment], &free, options, &regression.name)?;
        say(report.to_string().trim_end())?;
        for (ending, format) in [("csv", Format::Csv), ("json", Format::Json)] {
            write_file(&self.path(&regression.name, ending), &fit::as_text(&report, format))?;
        }
        self.keep(&format!("{}-residuals", regression.name), &report.residual_table())?;
        write_file(&self.path(&regression.name, "txt"), &report.to_string())?;
        for (i, plot) in fitted::data_and_model(&regression.title, &report, 0)?.iter().enumerate() {
            let number = if i == 0 { String::new() } else { format!("-{}", i + 1) };
            self.draw(&format!("{}{number}", regression.name), plot)?;
        }
        Ok(report)
    }
}

//! `ratelaw fit`

use std::path::Path;
use std::sync::Arc;

use ratelaw::fit::{Bootstrap, BootstrapOptions, FitError, bootstrap, check};
use ratelaw::network::units::Dimension;
use ratelaw::network::{did_you_mean, nearest};
use ratelaw::prelude::*;
use ratelaw::solver::{Distribution, Format, Sampled, StopFlag};
use serde_json::{Value, json};

use crate::Ending;
use crate::arguments::{Estimation, Fit};
use crate::error::{CliError, Result};
use crate::input;
use crate::output::{Sink, write_file, write_plot};
use crate::progress::{Progress, spin};
use crate::report::{Align, columns, fitted, significant};
use crate::stop::stop_on_request;

/// Times of a table of bands.
const BAND_POINTS: usize = 201;

pub(crate) fn run(arguments: &Fit) -> Result<Ending> {
    let sink = Sink::new(&arguments.output)?;
    let network = input::network(&arguments.model)?;
    let experiments = experiments(&network, &arguments.estimation)?;
    let stop = StopFlag::new();
    let options = FitOptions { loss: arguments.loss, stop: Some(stop.clone()), ..options(&arguments.estimation)? };
    let free = with_priors(free_or_bounded(&arguments.free, &network)?, &arguments.prior)?;
    check(&experiments, &free, &options)?;
    if let Some(folder) = &arguments.plots {
        std::fs::create_dir_all(folder).map_err(|e| CliError::Write { path: folder.clone(), reason: e.to_string() })?;
    }
    stop_with_what_is_finished(&stop);
    let report = with_progress(&experiments, &free, options, network.name())?;
    sink.say(report.to_string().trim_end())?;
    let again = arguments.bootstrap.map(|replicates| {
        let seed = arguments.bootstrap_seed.unwrap_or(arguments.estimation.seed);
        let options = BootstrapOptions { resampling: arguments.bootstrap_kind, replicates: replicates as usize, seed };
        spin("bootstrap", || bootstrap(&report, &options))
    });
    let again = again.transpose()?;
    if let Some(again) = &again {
        sink.say(&bootstrap_text(&report, again))?;
    }
    let bands = arguments.bands.is_some() || arguments.plots.is_some();
    let bands = bands.then(|| report.bands_json(BAND_POINTS)).transpose()?;
    sink.write_as(|format| match format {
        Format::Csv => as_text(&report, format),
        Format::Json => format!("{:#}\n", everything(&report, again.as_ref(), bands.as_ref())),
    })?;
    if let Some(path) = &arguments.bands {
        let format = path.to_string_lossy().parse()?;
        write_file(path, &report.band_table(BAND_POINTS)?.to_text(format))?;
        sink.say(&format!("wrote {}", path.display()))?;
    }
    let title = network.definition().title.as_str();
    if let Some(path) = &arguments.plot {
        plots(&report, title, path, &sink)?;
    }
    if let Some(folder) = &arguments.plots {
        for (name, plot) in fitted::all(title, &report)? {
            sink.say(&write_plot(plot.as_ref(), &folder.join(format!("{name}.svg")))?)?;
        }
    }
    let stopped = report.stopped() || again.as_ref().is_some_and(|a| a.unfinished > 0);
    let whole = report.converged && again.is_none_or(|a| a.failed == 0);
    Ok(ending(stopped, whole))
}

/// How a fit ends that was stopped, or whole, or neither.
pub(super) fn ending(stopped: bool, whole: bool) -> Ending {
    match (stopped, whole) {
        (true, _) => Ending::Stopped,
        (false, true) => Ending::Done,
        (false, false) => Ending::Partly,
    }
}

/// Ctrl-C ends the starts, profiles and samples under way; what is finished is reported and written.
pub(super) fn stop_with_what_is_finished(flag: &StopFlag) {
    let first = "stopping; what is finished is reported (again to stop at once)";
    stop_on_request(flag, first, "stopped at once; nothing is reported");
}

/// One experiment for each data file.
pub(crate) fn experiments(network: &Network, estimation: &Estimation) -> Result<Vec<Experiment>> {
    let one = |name: &String| {
        let data = input::dataset(name, None)?;
        let t_end = Some(input::duration(&data));
        let builder = input::builder(network, &estimation.solving, t_end, SavePoints::Ends);
        input::experiment(network, builder, estimation.solving.set.iter().map(|(name, _)| name), data)
    };
    estimation.data.iter().map(one).collect()
}

/// Options with squares as the loss.
pub(crate) fn options(estimation: &Estimation) -> Result<FitOptions> {
    let defaults = FitOptions::default();
    Ok(FitOptions {
        solve: input::options(&estimation.solving, defaults.solve.clone())?,
        starts: estimation.starts,
        seed: estimation.seed,
        noise: estimation.noise,
        max_iterations: estimation.max_iterations,
        ..defaults
    })
}

/// The report in a format: a table of the parameters, or everything as JSON.
pub(crate) fn as_text(report: &FitReport, format: Format) -> String {
    match format {
        Format::Csv => report.table().to_text(format),
        Format::Json => format!("{:#}\n", report.to_json()),
    }
}

/// The report as JSON with what else was asked for.
fn everything(report: &FitReport, again: Option<&Bootstrap>, bands: Option<&Value>) -> Value {
    let mut all = report.to_json();
    if let Some(again) = again {
        all["bootstrap"] = report.bootstrap_json(again);
        all["stopped"] = json!(report.stopped() || again.unfinished > 0);
    }
    if let Some(bands) = bands {
        all["bands"] = bands.clone();
    }
    all
}

/// A bootstrap as a table under its sentence.
fn bootstrap_text(report: &FitReport, again: &Bootstrap) -> String {
    let mut rows = vec![["parameter", "std. error", "low 95 %", "high 95 %", "unit"].map(str::to_owned).to_vec()];
    for (i, p) in report.parameters.iter().enumerate() {
        let shown = |v: Option<f64>| v.map_or("-".to_owned(), |v| significant(v / p.factor, 5));
        let ends = again.interval(i, 0.95);
        let numbers = [again.standard_error(i), ends.map(|e| e.0), ends.map(|e| e.1)].map(shown);
        rows.push([vec![p.name.clone()], numbers.to_vec(), vec![p.unit.clone()]].concat());
    }
    let align = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Left];
    format!("\nbootstrap\n{}{}", columns(&align, &rows), again.methods())
}

/// What is named, or else every parameter that the model gives a range.
pub(crate) fn free_or_bounded(named: &[Free], network: &Network) -> Result<Vec<Free>> {
    if named.is_empty() { bounded(network) } else { Ok(named.to_vec()) }
}

/// Gives each prior to the free parameter of its name.
pub(super) fn with_priors(mut free: Vec<Free>, priors: &[Sampled]) -> Result<Vec<Free>> {
    for (i, Sampled { name, distribution }) in priors.iter().enumerate() {
        if priors[..i].iter().any(|p| p.name == *name) {
            return Err(CliError::SamePrior { name: name.clone() });
        }
        let names = || free.iter().map(Free::name);
        let Some(place) = names().position(|n| n == name) else {
            let help = match nearest(name, names()) {
                None => format!("; free are {}", names().collect::<Vec<_>>().join(", ")),
                near => did_you_mean(near),
            };
            return Err(CliError::PriorOfNone { name: name.clone(), help });
        };
        let own = free[place].clone();
        free[place] = match distribution.clone() {
            Distribution::Normal { mean, deviation } => own.prior(mean, deviation)?,
            Distribution::LogNormal { median, factor } => {
                let what = format!("the factor of the prior of `{name}`");
                let factor = factor.si_as(Dimension::NONE, &what).map_err(FitError::from)?;
                own.log_prior(median, factor)?
            }
            // Refused where the command line is read.
            _ => own,
        };
    }
    Ok(free)
}

/// Every parameter that the model gives a range.
fn bounded(network: &Network) -> Result<Vec<Free>> {
    let free: Vec<Free> =
        network.parameters().iter().filter(|p| p.bounds.is_some()).map(|p| Free::new(&p.name)).collect();
    if free.is_empty() {
        let error = FitError::OutOfRange {
            what: "the list of free parameters".into(),
            found: "empty, and no parameter of the model has bounds".into(),
            expected: "at least one `--free NAME=LO..HI`".into(),
        };
        return Err(error.into());
    }
    Ok(free)
}

/// Fits with a progress bar.
pub(crate) fn with_progress(
    experiments: &[Experiment],
    free: &[Free],
    mut options: FitOptions,
    what: &str,
) -> Result<FitReport> {
    let progress = Progress::new((options.starts + free.len()) as u64, what);
    options.progress = Some(Arc::new(move |done, _| progress.reach(done)));
    Ok(fit(experiments, free, &options)?)
}

/// The plots of all experiments; all but the first get a number before the ending.
fn plots(report: &FitReport, title: &str, path: &Path, sink: &Sink<'_>) -> Result<()> {
    let all = (0..report.experiments.len()).map(|i| fitted::data_and_model(title, report, i));
    let all = all.collect::<Result<Vec<_>>>()?.into_iter().flatten();
    for (i, plot) in all.enumerate() {
        let path = if i == 0 { path.to_owned() } else { path.with_extension(format!("{}.svg", i + 1)) };
        sink.say(&write_plot(&plot, &path)?)?;
    }
    Ok(())
}

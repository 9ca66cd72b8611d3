//! `ratelaw fit`

use std::path::Path;

use ratelaw::fit::FitError;
use ratelaw::prelude::*;
use ratelaw::solver::Format;

use crate::Ending;
use crate::arguments::Fit;
use crate::error::Result;
use crate::input;
use crate::output::{Sink, write_plot};
use crate::progress::Progress;
use crate::report::chart;

pub(crate) fn run(arguments: &Fit) -> Result<Ending> {
    let sink = Sink::new(&arguments.output)?;
    let network = input::network(&arguments.model)?;
    let experiments = arguments
        .data
        .iter()
        .map(|name| {
            let data = input::dataset(name, None)?;
            let t_end = Some(input::duration(&data));
            Ok(Experiment::new(input::problem(&network, &arguments.solving, t_end, SavePoints::Ends)?, data)?)
        })
        .collect::<Result<Vec<_>>>()?;
    let defaults = FitOptions::default();
    let options = FitOptions {
        solve: input::options(&arguments.solving, defaults.solve.clone())?,
        starts: arguments.starts,
        seed: arguments.seed,
        noise: arguments.noise,
        loss: arguments.loss,
        max_iterations: arguments.max_iterations,
        ..defaults
    };
    let free = if arguments.free.is_empty() { bounded(&network)? } else { arguments.free.clone() };
    let report = with_progress(&experiments, &free, options, network.name())?;
    sink.say(report.to_string().trim_end())?;
    sink.write_as(|format| as_text(&report, format))?;
    if let Some(path) = &arguments.plot {
        plots(&report, network.definition().title.as_str(), path, &sink)?;
    }
    Ok(if report.converged { Ending::Done } else { Ending::Partly })
}

/// The report in a format: a table of the parameters, or everything as JSON.
pub(crate) fn as_text(report: &FitReport, format: Format) -> String {
    match format {
        Format::Csv => report.table().to_text(format),
        Format::Json => format!("{:#}\n", report.to_json()),
    }
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
    options.progress = Some(std::sync::Arc::new(move |done, _| progress.reach(done)));
    Ok(fit(experiments, free, &options)?)
}

/// The plots of all experiments; all but the first get a number before the ending.
fn plots(report: &FitReport, title: &str, path: &Path, sink: &Sink<'_>) -> Result<()> {
    let all = (0..report.experiments.len()).flat_map(|i| chart::data_and_model(title, report, i));
    for (i, plot) in all.enumerate() {
        let path = if i == 0 { path.to_owned() } else { path.with_extension(format!("{}.svg", i + 1)) };
        sink.say(&write_plot(&plot, &path)?)?;
    }
    Ok(())
}

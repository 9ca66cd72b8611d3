//! `[[fit]]`: constants from data.

use ratelaw::prelude::*;
use ratelaw::solver::Format;

use super::Part;
use super::context::Context;
use super::file::Regression;
use crate::command::fit;
use crate::error::Result;
use crate::output::{say, write_file};
use crate::report::fitted;
use crate::{Ending, arguments, input};

/// A fit ready to go.
pub(super) struct Ready<'a> {
    own: &'a Regression,
    experiment: Experiment,
    free: Vec<Free>,
    options: FitOptions,
}

pub(super) fn prepare<'a>(own: &'a Regression, context: &Context<'_>) -> Result<Ready<'a>> {
    let data = input::dataset(&own.data, context.folder)?;
    let network = context.network(&own.model, &toml::Table::new())?;
    let t_end = format!("{} s", input::duration(&data).si());
    let builder = input::builder_with(&network, &own.set, Some(&t_end)).map_err(|e| context.wrong(e))?;
    let experiment = input::experiment(&network, builder, own.set.keys(), data)?;
    let free = own.free.iter().map(|f| arguments::free(f).map_err(|e| context.wrong(e)));
    let priors = own.priors.iter().map(|p| arguments::prior(p).map_err(|e| context.wrong(e)));
    let free = fit::with_priors(free.collect::<Result<_>>()?, &priors.collect::<Result<Vec<_>>>()?);
    let free = free.map_err(|e| context.wrong(e.to_string()))?;
    free.iter().try_for_each(|f| f.check(std::slice::from_ref(&experiment)))?;
    let defaults = FitOptions::default();
    let options = FitOptions {
        starts: own.starts.unwrap_or(defaults.starts),
        seed: own.seed.unwrap_or(defaults.seed),
        solve: SolveOptions { rtol: own.rtol.unwrap_or(defaults.solve.rtol), ..defaults.solve.clone() },
        stop: Some(context.stop.clone()),
        ..defaults
    };
    Ok(Ready { own, experiment, free, options })
}

impl Part for Ready<'_> {
    fn run(&self, context: &Context<'_>) -> Result<Ending> {
        let Self { own, experiment, free, options } = self;
        say(&format!("\n{}: {}", own.name, own.title))?;
        let report = fit::with_progress(std::slice::from_ref(experiment), free, options.clone(), &own.name)?;
        say(report.to_string().trim_end())?;
        for (ending, format) in [("csv", Format::Csv), ("json", Format::Json)] {
            write_file(&context.path(&own.name, ending), &fit::as_text(&report, format))?;
        }
        context.keep(&format!("{}-residuals", own.name), &report.residual_table())?;
        write_file(&context.path(&own.name, "txt"), &report.to_string())?;
        for (i, plot) in fitted::data_and_model(&own.title, &report, 0)?.iter().enumerate() {
            let number = if i == 0 { String::new() } else { format!("-{}", i + 1) };
            context.draw(&format!("{}{number}", own.name), plot)?;
        }
        Ok(fit::ending(report.stopped(), report.converged))
    }
}

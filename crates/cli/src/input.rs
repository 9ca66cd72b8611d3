//! Models and data by path or by name.

use std::path::{Path, PathBuf};

use ratelaw::network::nearest;
use ratelaw::network::units::Dimension;
use ratelaw::prelude::*;
use ratelaw::solver::{ChainFile, OnNegative, ProblemBuilder, SolveError};
use ratelaw::{chains, data, models};

use crate::arguments::Solving;
use crate::error::{CliError, Result};

/// A model file if there is one of that name, else an embedded model.
pub(crate) fn network(name: &str) -> Result<Network> {
    if Path::new(name).is_file() {
        return Ok(Network::from_file_with(name, &models::text)?);
    }
    if let Some(model) = models::find(name) {
        return Ok(model.network()?);
    }
    Err(unknown_model(name))
}

/// A file beside a file of `folder`, with or without its ending.
fn beside(name: &str, folder: Option<&Path>) -> Option<PathBuf> {
    let places = folder.into_iter().flat_map(|f| [f.join(name), f.join(format!("{name}.toml"))]);
    places.into_iter().find(|p| p.is_file())
}

/// A file beside `folder`, else at a path.
fn file(name: &str, folder: Option<&Path>) -> Option<PathBuf> {
    beside(name, folder).or_else(|| Some(PathBuf::from(name)).filter(|p| p.is_file()))
}

/// The text of a model as [`network_beside`] finds it, for the `base` of an overlay.
pub(crate) fn model_text(name: &str, folder: Option<&Path>) -> Option<String> {
    file(name, folder).map_or_else(|| models::text(name), |path| std::fs::read_to_string(path).ok())
}

/// A model file beside `folder` (with or without its ending), else one as [`network`] finds it.
pub(crate) fn network_beside(name: &str, folder: Option<&Path>) -> Result<Network> {
    match beside(name, folder) {
        Some(path) => Ok(Network::from_file_with(path, &models::text)?),
        None => network(name),
    }
}

/// A problem with what a study file sets.
pub(crate) fn problem_with(network: &Network, set: &toml::Table, t_end: Option<&str>) -> Result<Problem, String> {
    builder_with(network, set, t_end)?.build().map_err(|e| e.to_string())
}

/// The same, still to be built.
pub(crate) fn builder_with(
    network: &Network,
    set: &toml::Table,
    t_end: Option<&str>,
) -> Result<ProblemBuilder, String> {
    let mut builder = Problem::builder(network);
    for (name, value) in set {
        builder = match value {
            toml::Value::String(text) => builder.set_text(name, text),
            toml::Value::Float(v) => builder.set(name, Number(*v)),
            toml::Value::Integer(v) => builder.set(name, Number(*v as f64)),
            other => return Err(format!("set.{name} is a {}, expected a quantity", other.type_str())),
        };
    }
    if let Some(text) = t_end {
        let t_end: Quantity = text.parse().map_err(|e: ratelaw::network::QuantityError| e.to_string())?;
        builder = builder.until(t_end);
    }
    Ok(builder)
}

/// A chain file beside `folder` (with or without its ending) or at a path, with its folder, else an embedded chain.
pub(crate) fn chain_file(name: &str, folder: Option<&Path>) -> Result<(ChainFile, Option<PathBuf>)> {
    if let Some(path) = file(name, folder) {
        return Ok((ChainFile::read(&path)?, path.parent().map(Path::to_path_buf)));
    }
    if let Some(own) = chains::find(name) {
        return Ok((own.file()?, None));
    }
    let known = || chains::ALL.iter().map(|c| c.name);
    let help = match nearest(name, known()) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => format!("; embedded are: {}", known().collect::<Vec<_>>().join(", ")),
    };
    Err(CliError::NoChain { name: name.to_owned(), help })
}

/// A name that no model has.
pub(crate) fn unknown_model(name: &str) -> CliError {
    let known = models::ALL.iter().map(|m| m.name);
    let help = match nearest(name, known) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => "; `ratelaw models` lists the embedded ones".into(),
    };
    CliError::NoModel { name: name.to_owned(), help }
}

/// A data file if there is one at that path (or beside `folder`), else an embedded one.
pub(crate) fn dataset(name: &str, folder: Option<&Path>) -> Result<Dataset> {
    let beside = folder.map(|f| f.join(name)).filter(|p| p.is_file());
    match (beside, data::find(name)) {
        (Some(path), _) => Ok(Dataset::from_csv(path)?),
        (None, Some(own)) if !Path::new(name).is_file() => Ok(Dataset::from_text(own.text, own.name)?),
        _ => Ok(Dataset::from_csv(name)?),
    }
}

/// How long a run must be for a data set: to its last time.
pub(crate) fn duration(data: &Dataset) -> Quantity {
    let last = data.last_time();
    Quantity::from_si(if last > 0.0 { last } else { 1.0 }, Dimension::TIME)
}

/// A problem with what the command line sets.
pub(crate) fn problem(
    network: &Network,
    solving: &Solving,
    t_end: Option<Quantity>,
    save: SavePoints,
) -> Result<Problem> {
    Ok(builder(network, solving, t_end, save).build()?)
}

/// The same, still to be built.
pub(crate) fn builder(
    network: &Network,
    solving: &Solving,
    t_end: Option<Quantity>,
    save: SavePoints,
) -> ProblemBuilder {
    let mut builder = Problem::builder(network).save(save);
    for (name, value) in &solving.set {
        builder = builder.set_text(name, value);
    }
    match t_end {
        Some(t_end) => builder.until(t_end),
        None => builder,
    }
}

/// Data with a problem under the conditions that they state; `given` are names that the command sets for all data.
pub(crate) fn experiment<'a>(
    network: &Network,
    builder: ProblemBuilder,
    given: impl IntoIterator<Item = &'a String>,
    data: Dataset,
) -> Result<Experiment> {
    for name in given {
        if let Some(condition) = data.condition_on(network, name) {
            return Err(CliError::SetTwice { name: name.clone(), file: data.file.clone(), line: condition.line });
        }
    }
    Ok(Experiment::in_conditions(builder, data)?)
}

/// Solver options of the command line; names and units of absolute tolerances are checked before any work.
pub(crate) fn options(solving: &Solving, defaults: SolveOptions) -> Result<SolveOptions> {
    let atol = solving.atol.iter().map(|(name, value)| Ok((name.clone(), value.parse::<Quantity>()?)));
    let atol = atol.collect::<Result<Vec<_>, ratelaw::network::QuantityError>>().map_err(SolveError::from)?;
    let on_negative = if solving.refuse_negative { OnNegative::Fail } else { defaults.on_negative };
    let rtol = solving.rtol.unwrap_or(defaults.rtol);
    let max_steps = solving.max_steps.unwrap_or(defaults.max_steps);
    let time_limit = solving.time_limit.as_ref().map(time).transpose()?.or(defaults.time_limit);
    Ok(SolveOptions { method: solving.method, rtol, atol, on_negative, max_steps, time_limit, ..defaults })
}

/// A time by the clock.
fn time(limit: &Quantity) -> Result<std::time::Duration> {
    let seconds = limit.si_as(Dimension::TIME, "the limit of time").map_err(SolveError::from)?;
    std::time::Duration::try_from_secs_f64(seconds).map_err(|_| {
        let (found, expected) = (limit.to_string(), "a time above zero".to_owned());
        SolveError::OutOfRange { what: "the limit of time".to_owned(), found, expected }.into()
    })
}

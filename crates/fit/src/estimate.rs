//! The verb: what a fit refuses, before any work.

use crate::data_table::fault;
use crate::error::{FitError, Result};
use crate::experiment::Experiment;
use crate::fitting::Fitting;
use crate::noise::Noise;
use crate::options::FitOptions;
use crate::parameter::{Free, Resolved};
use crate::report::FitReport;
use crate::target::Target;

/// Fits free parameters to the data of one or several experiments.
///
/// The sum of squares (or of a robust loss) is minimised by Levenberg-Marquardt from the model's own values and from
/// further starts, with exact sensitivities; then standard errors come from the Jacobian, and a verdict for each
/// parameter from its profile likelihood.
///
/// # Errors
/// A wrong name, bound or option before any work; [`FitError::NoStart`] if no start can be evaluated. A fit
/// that does not converge is not an error: [`FitReport::converged`] says so.
pub fn fit(experiments: &[Experiment], free: &[Free], options: &FitOptions) -> Result<FitReport> {
    let free = resolve(experiments, free, options)?;
    Fitting::new(experiments, &free, options).run()
}

/// Refuses what [`fit`] would refuse before any work, and gives the names of the free parameters: `each(NAME)` is one for each
/// experiment.
///
/// # Errors
/// A wrong name, bound or option, too few data, standard deviations for some data only.
pub fn check(experiments: &[Experiment], free: &[Free], options: &FitOptions) -> Result<Vec<String>> {
    Ok(resolve(experiments, free, options)?.into_iter().map(|f| f.name).collect())
}

/// Looks all names up and refuses what cannot be fitted.
pub(crate) fn resolve(experiments: &[Experiment], free: &[Free], options: &FitOptions) -> Result<Vec<Resolved>> {
    options.check()?;
    if experiments.is_empty() {
        return Err(refuse("the list of experiments", "empty", "at least one experiment"));
    }
    let free: Vec<Vec<Resolved>> =
        free.iter().map(|f| f.resolve(experiments, &options.solve)).collect::<Result<_>>()?;
    let free: Vec<Resolved> = free.into_iter().flatten().collect();
    if free.is_empty() {
        return Err(refuse("the list of free parameters", "empty", "at least one free parameter"));
    }
    let repeated = (1..free.len()).find(|i| free[..*i].iter().any(|g| g.target.overlaps(&free[*i].target)));
    if let Some(f) = repeated.map(|i| &free[i]) {
        return Err(refuse(&format!("the free parameter `{}`", f.name), "given twice", "each once"));
    }
    for f in &free {
        refuse_overwritten(f, experiments)?;
    }
    for (e, experiment) in experiments.iter().enumerate() {
        for (s, series) in experiment.data().series.iter().enumerate() {
            let scaled = |f: &Resolved| matches!(&f.target, Target::Scale(of) if of[e] == Some(s));
            if series.arbitrary && !free.iter().any(scaled) {
                let what = format!("the scale of the column `{}`, which is in arbitrary units,", series.name);
                return Err(refuse(&what, "not free", &format!("a free parameter `scale({})`", series.name)));
            }
        }
    }
    let data: usize = experiments.iter().map(|e| e.data().len()).sum();
    let points = || {
        experiments
            .iter()
            .flat_map(|e| e.data().series.iter().flat_map(move |s| s.points.iter().map(move |p| (e, s, p))))
    };
    let with_sd = points().filter(|(_, _, p)| p.sd.is_some()).count();
    if let Some((experiment, series, point)) = points().find(|(_, _, p)| p.sd.is_none())
        && with_sd != 0
    {
        let what = format!("a datum of `{}` has no standard deviation", series.name);
        let found = format!("none, but one for {with_sd} of {data} data");
        let file = &experiment.data().file;
        return Err(fault(file, point.line, what, found, "one for every datum, or for none"));
    }
    // As many data as parameters leave nothing over to estimate a variance from; stated ones need no estimate.
    let stated = with_sd == data && options.noise == Noise::Stated;
    let known = data + free.iter().filter(|f| f.prior.is_some()).count();
    if known < free.len() || (known == free.len() && !stated) {
        return Err(FitError::TooFewData { data, free: free.len() });
    }
    Ok(free)
}

/// One value for all experiments would take the place of what the data say was set for one of them.
fn refuse_overwritten(free: &Resolved, experiments: &[Experiment]) -> Result<()> {
    let Target::Setting(settings) = &free.target else { return Ok(()) };
    if settings.iter().flatten().count() < 2 {
        return Ok(());
    }
    for (experiment, setting) in experiments.iter().zip(settings) {
        let (data, network) = (experiment.data(), experiment.problem().network());
        let name = setting.map(|s| s.name(network));
        if let Some(condition) = name.and_then(|name| data.condition_on(network, &name)) {
            let what = format!("`{}` is set for this file, and free with one value for all files", free.name);
            let expected = format!("`each({})` as the free parameter, or no such line", free.name);
            return Err(fault(&data.file, condition.line, what, format!("`{}`", condition.words()), expected));
        }
    }
    Ok(())
}

pub(crate) fn refuse(what: &str, found: &str, expected: &str) -> FitError {
    FitError::OutOfRange { what: what.into(), found: found.into(), expected: expected.into() }
}

//! What a free parameter acts on, in each experiment.

use ratelaw_network::units::Dimension;
use ratelaw_network::{Network, did_you_mean, nearest};
use ratelaw_solver::{DisplayUnit, Setting, SolveOptions, solve};

use crate::error::{FitError, Result};
use crate::experiment::Experiment;

/// What a free parameter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A number of the problem.
    Setting(Setting),
    /// A factor between an observable and its measured signal.
    Scale,
    /// The signal where the observable is zero.
    Offset,
}

/// Where a parameter acts: for each experiment the setting, or the index of the series; none where it does not act.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Target {
    Setting(Vec<Option<Setting>>),
    Scale(Vec<Option<usize>>),
    Offset(Vec<Option<usize>>),
}

impl Target {
    /// Reads `NAME`, `scale(SERIES)` or `offset(SERIES)` for some of the experiments.
    pub(crate) fn parse(name: &str, experiments: &[Experiment], members: &[usize]) -> Result<Self> {
        if let Some(series) = argument(name, "scale") {
            return Ok(Self::Scale(find(name, series, experiments, members)?));
        }
        if let Some(series) = argument(name, "offset") {
            return Ok(Self::Offset(find(name, series, experiments, members)?));
        }
        let mut settings = vec![None; experiments.len()];
        let mut unknown = None;
        let mut dimension: Option<Dimension> = None;
        for e in members {
            let problem = experiments[*e].problem();
            // Experiments may have different models: a parameter acts where there is one of its name.
            match Setting::parse(problem.network(), name) {
                Ok(setting) => {
                    problem.settable(setting)?;
                    let own = setting.dimension(problem.network());
                    if let Some(first) = dimension.filter(|first| *first != own) {
                        return Err(FitError::OutOfRange {
                            what: format!("the unit of `{name}`"),
                            found: format!("{first} in one model and {own} in another"),
                            expected: "one unit in all experiments".into(),
                        });
                    }
                    dimension = Some(own);
                    settings[*e] = Some(setting);
                }
                Err(error) => unknown = unknown.or(Some(error)),
            }
        }
        match unknown {
            Some(error) if settings.iter().all(Option::is_none) => Err(error.into()),
            _ => Ok(Self::Setting(settings)),
        }
    }

    /// The first experiment that it acts on.
    pub(crate) fn first(&self) -> usize {
        let first = match self {
            Self::Setting(settings) => settings.iter().position(Option::is_some),
            Self::Scale(series) | Self::Offset(series) => series.iter().position(Option::is_some),
        };
        first.unwrap_or(0)
    }

    /// Whether both act on one number.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        fn common<T: PartialEq>(a: &[Option<T>], b: &[Option<T>]) -> bool {
            a.iter().zip(b).any(|(a, b)| a.is_some() && a == b)
        }
        match (self, other) {
            (Self::Setting(a), Self::Setting(b)) => common(a, b),
            (Self::Scale(a), Self::Scale(b)) | (Self::Offset(a), Self::Offset(b)) => common(a, b),
            _ => false,
        }
    }

    pub(crate) fn role(&self) -> Role {
        match self {
            // A setting always has a first experiment.
            Self::Setting(settings) => Role::Setting(settings[self.first()].unwrap_or(Setting::Temperature)),
            Self::Scale(_) => Role::Scale,
            Self::Offset(_) => Role::Offset,
        }
    }
}

/// What stands within `word(...)`.
pub(crate) fn argument<'a>(name: &'a str, word: &str) -> Option<&'a str> {
    name.trim().strip_prefix(word)?.trim_start().strip_prefix('(')?.strip_suffix(')').map(str::trim)
}

/// The experiments that a name can have a value of its own in: for a scale or an offset those with the column, or all, so
/// that a column that none has is refused by name.
pub(crate) fn members(name: &str, experiments: &[Experiment]) -> Vec<usize> {
    let all: Vec<usize> = (0..experiments.len()).collect();
    let Some(series) = argument(name, "scale").or_else(|| argument(name, "offset")) else { return all };
    let has = |e: &usize| experiments[*e].data().series.iter().any(|s| s.name == series);
    let own: Vec<usize> = all.iter().copied().filter(has).collect();
    if own.is_empty() { all } else { own }
}

fn find(name: &str, series: &str, experiments: &[Experiment], members: &[usize]) -> Result<Vec<Option<usize>>> {
    let mut found = vec![None; experiments.len()];
    for e in members {
        found[*e] = experiments[*e].data().series.iter().position(|s| s.name == series);
    }
    if found.iter().all(Option::is_none) {
        let known = || members.iter().flat_map(|e| &experiments[*e].data().series).map(|s| s.name.as_str());
        let near = did_you_mean(nearest(series, known()));
        return Err(FitError::OutOfRange {
            what: format!("the column of `{name}`"),
            found: format!("`{series}`"),
            expected: format!("a column of the data ({}){near}", known().collect::<Vec<_>>().join(", ")),
        });
    }
    Ok(found)
}

/// The unit that a setting is stated in by its model, else a usual one; and one of it, SI.
pub(crate) fn shown_unit(network: &Network, setting: Setting) -> (String, f64) {
    let own = match setting {
        Setting::Parameter(id) => {
            let name = &network.parameters()[id.0].name;
            network.definition().parameters.iter().find(|p| p.name == *name).and_then(|p| p.value.quantity())
        }
        _ => None,
    };
    let stated = own.filter(|q| !q.symbol().is_empty());
    match stated.map(|q| (q.symbol(), ratelaw_network::units::Quantity::new(1.0, q.symbol()))) {
        Some((symbol, Ok(one))) => (symbol.to_owned(), one.si()),
        _ => match setting {
            // mM is mol/m3 by the name that a chemist reads.
            Setting::Initial(id) => (DisplayUnit::of_amount(network, id).symbol, 1.0),
            _ => (setting.dimension(network).to_string(), 1.0),
        },
    }
}

/// The factor that brings the model, as it stands, nearest to a signal in arbitrary units; none where there is no such
/// positive factor.
pub(crate) fn scale_at_start(experiment: &Experiment, series: usize, options: &SolveOptions) -> Option<f64> {
    let solution = solve(experiment.problem(), options).ok()?;
    let observable = &experiment.observables()[series];
    let (mut product, mut square, mut signal) = (0.0, 0.0, 0.0);
    for point in &experiment.data().series[series].points {
        let row = solution.times.partition_point(|t| *t < point.time);
        let model = (row < solution.times.len()).then(|| observable.value(&solution.moment(row))).flatten()?;
        product += model * point.value;
        square += model * model;
        signal += point.value * point.value;
    }
    let best = if product > 0.0 { product / square } else { (signal / square).sqrt() };
    (best.is_finite() && best > 0.0).then_some(best)
}

/// The dimension that the number has at the edge.
pub(crate) fn dimension(target: &Target, experiments: &[Experiment]) -> Dimension {
    let e = target.first();
    match target {
        Target::Setting(settings) => {
            settings[e].map_or(Dimension::NONE, |s| s.dimension(experiments[e].problem().network()))
        }
        Target::Scale(_) => Dimension::NONE,
        Target::Offset(series) => series[e].map_or(Dimension::NONE, |s| experiments[e].data().series[s].dimension),
    }
}

//! Free parameters of a fit.

use std::ops::RangeInclusive;

use ratelaw_network::rate::Measures;
use ratelaw_network::units::{Dimension, IntoQuantity, Quantity};
use ratelaw_network::{Network, Scale};
use ratelaw_solver::{Setting, SolveOptions};

use crate::error::{FitError, Result};
use crate::experiment::Experiment;
use crate::prior::{GivenPrior, Prior};
use crate::target::{Target, argument, dimension, members, scale_at_start, shown_unit};

/// A number that the fit may change: a parameter, an initial amount, a condition, or the scale or offset of a series of
/// data.
///
/// Its name is that of a [`Setting`], or `scale(SERIES)` or `offset(SERIES)`: the signal of the series is then
/// `offset + scale * observable`. It is one number for all experiments; `each(NAME)` is one for each of them, called
/// `NAME[1]`, `NAME[2]` and so on.
#[derive(Debug, Clone, PartialEq)]
pub struct Free {
    name: String,
    bounds: Bounds,
    prior: Option<GivenPrior>,
}

#[derive(Debug, Clone, PartialEq)]
enum Bounds {
    /// The model's own, else one that suits what the number is.
    Model,
    Si(f64, f64),
    Quantities(Quantity, Quantity),
}

/// What kind of number it is: one whose decades count, or one on a scale without a natural size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A rate or equilibrium constant, an amount.
    Size,
    /// An energy or entropy of activation.
    Energy,
    /// A potential.
    Potential,
    /// A temperature.
    Temperature,
    /// A transfer coefficient or an exponent.
    Number,
}

fn kind(network: &Network, setting: Setting) -> Kind {
    match setting {
        Setting::Initial(_) | Setting::Step(_) => Kind::Size,
        Setting::Potential => Kind::Potential,
        Setting::Temperature => Kind::Temperature,
        Setting::Parameter(id) => match network.parameters()[id.0].measures {
            Some(Measures::MolarEnergy | Measures::MolarEntropy) => Kind::Energy,
            Some(Measures::Potential) => Kind::Potential,
            Some(Measures::Number) => Kind::Number,
            _ => Kind::Size,
        },
    }
}

/// Where nothing else is said: four decades to either side of a size, half of an energy to either side, half a
/// volt, 50 K, a factor of four of a number.
fn default_range(network: &Network, setting: Setting, value: f64) -> Option<(f64, f64)> {
    let around = |half: f64| (half > 0.0).then_some((value - half, value + half));
    match kind(network, setting) {
        Kind::Size => (value > 0.0).then_some((value * 1e-4, value * 1e4)),
        Kind::Energy => around(0.5 * value.abs()),
        Kind::Potential => around(0.5),
        Kind::Temperature => around(f64::min(50.0, 0.5 * value)),
        Kind::Number => (value > 0.0).then_some((0.25 * value, 4.0 * value)),
    }
}

/// Whether a number below zero could not be evaluated.
fn is_never_negative(target: &Target, experiments: &[Experiment]) -> bool {
    let Target::Setting(settings) = target else { return false };
    let e = target.first();
    match settings[e] {
        Some(Setting::Initial(_) | Setting::Step(_) | Setting::Temperature) => true,
        Some(Setting::Parameter(id)) => {
            let measures = experiments[e].problem().network().parameters()[id.0].measures;
            measures.is_some_and(|m| m.is_magnitude() || m.is_divisor())
        }
        Some(Setting::Potential) | None => false,
    }
}

impl Free {
    /// A setting by name within the model's bounds; without those, four decades to either side of a rate
    /// constant or an amount, half of an energy, half a volt, 50 K, or a factor of four of a pure number.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), bounds: Bounds::Model, prior: None }
    }

    /// A setting by name within bounds in SI units; constants and amounts are varied on a logarithmic scale if
    /// both bounds are positive, energies, potentials, temperatures and pure numbers on a linear one.
    pub fn log10(name: &str, bounds: RangeInclusive<f64>) -> Self {
        let (low, high) = bounds.into_inner();
        Self { name: name.to_owned(), bounds: Bounds::Si(low, high), prior: None }
    }

    /// A setting by name within bounds with units, `"50 mM"` or a [`Quantity`].
    ///
    /// # Errors
    /// A bound that is not a number with a known unit.
    pub fn between(name: &str, low: impl IntoQuantity, high: impl IntoQuantity) -> Result<Self> {
        let bounds = Bounds::Quantities(low.into_quantity()?, high.into_quantity()?);
        Ok(Self { name: name.to_owned(), bounds, prior: None })
    }

    /// The same, one for each experiment.
    #[must_use]
    pub fn each(mut self) -> Self {
        self.name = format!("each({})", self.name);
        self
    }

    /// The same with a mean and a standard deviation that are known from elsewhere: `((p - mean) / sd)^2` joins the sum
    /// of squares.
    ///
    /// # Errors
    /// What is not a number with a known unit.
    pub fn prior(mut self, mean: impl IntoQuantity, sd: impl IntoQuantity) -> Result<Self> {
        self.prior = Some(GivenPrior::Normal(mean.into_quantity()?, sd.into_quantity()?));
        Ok(self)
    }

    /// The same with a median that is known from elsewhere to within a factor (one standard deviation of the
    /// logarithm): `(ln(p / median) / ln(factor))^2` joins the sum of squares.
    ///
    /// # Errors
    /// What is not a number with a known unit.
    pub fn log_prior(mut self, median: impl IntoQuantity, factor: f64) -> Result<Self> {
        self.prior = Some(GivenPrior::LogNormal(median.into_quantity()?, factor));
        Ok(self)
    }

    /// Name as given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Looks the name up and checks the bounds, without fitting.
    ///
    /// # Errors
    /// A name that means nothing in the experiments, or bounds that are none.
    pub fn check(&self, experiments: &[Experiment]) -> Result<()> {
        self.resolve(experiments, &SolveOptions::default()).map(|_| ())
    }

    /// Looks the name up and checks the bounds: one parameter, or one for each experiment.
    pub(crate) fn resolve(&self, experiments: &[Experiment], options: &SolveOptions) -> Result<Vec<Resolved>> {
        match argument(&self.name, "each") {
            Some(name) => members(name, experiments)
                .into_iter()
                .map(|e| self.resolve_in(name, format!("{name}[{}]", e + 1), experiments, &[e], options))
                .collect(),
            None => {
                let all: Vec<usize> = (0..experiments.len()).collect();
                let resolved = self.resolve_in(&self.name, self.name.clone(), experiments, &all, options)?;
                Ok(vec![resolved])
            }
        }
    }

    fn resolve_in(
        &self,
        name: &str,
        shown: String,
        experiments: &[Experiment],
        members: &[usize],
        options: &SolveOptions,
    ) -> Result<Resolved> {
        let target = Target::parse(name, experiments, members)?;
        let own = Own::of(&target, experiments, options);
        let dimension = dimension(&target, experiments);
        let what = format!("the bound of `{}`", self.name);
        let (low, high) = match &self.bounds {
            Bounds::Si(low, high) => (*low, *high),
            Bounds::Quantities(low, high) => (low.si_as(dimension, &what)?, high.si_as(dimension, &what)?),
            Bounds::Model => own.range.ok_or_else(|| FitError::OutOfRange {
                what: format!("the range of `{}`", self.name),
                found: format!("not given, and the model's value is {}", own.value),
                expected: format!("bounds: `{}=LOW..HIGH`", self.name),
            })?,
        };
        if !(low.is_finite() && high.is_finite() && low < high) {
            return Err(FitError::OutOfRange {
                what: format!("the range of `{}`", self.name),
                found: match &self.bounds {
                    Bounds::Quantities(low, high) => format!("{low} to {high}"),
                    _ => format!("{low} to {high}"),
                },
                expected: "a lower and a higher finite bound".into(),
            });
        }
        if low < 0.0 && is_never_negative(&target, experiments) {
            let unit = if own.unit == "1" { String::new() } else { format!(" {}", own.unit) };
            return Err(FitError::OutOfRange {
                what: format!("the lower bound of `{}`", self.name),
                found: format!("{}{unit}", low / own.factor),
                expected: "zero or more, since it cannot be negative".into(),
            });
        }
        let scale = match own.scale {
            Some(Scale::Log) if low > 0.0 => Scale::Log,
            None if low > 0.0 && own.kind == Kind::Size => Scale::Log,
            _ => Scale::Linear,
        };
        let prior = self.prior.as_ref().map(|p| p.resolve(&self.name, dimension)).transpose()?;
        if matches!(prior, Some(Prior::LogNormal { .. })) && low <= 0.0 {
            return Err(FitError::OutOfRange {
                what: format!("the lower bound of `{}`, which has a prior on the logarithmic scale,", self.name),
                found: low.to_string(),
                expected: "a number above zero".into(),
            });
        }
        let name = match (&target, shown == name) {
            (Target::Setting(settings), true) => {
                let e = target.first();
                settings[e].map_or(shown, |s| s.name(experiments[e].problem().network()))
            }
            _ => shown,
        };
        let (start, kind) = (own.value.clamp(low, high), own.kind);
        Ok(Resolved {
            name,
            target,
            scale,
            low,
            high,
            start,
            dimension,
            kind,
            prior,
            unit: own.unit,
            factor: own.factor,
        })
    }
}

/// What a target brings along: value, range, scale and unit that hold where the user says nothing else.
struct Own {
    value: f64,
    range: Option<(f64, f64)>,
    scale: Option<Scale>,
    kind: Kind,
    unit: String,
    factor: f64,
}

impl Own {
    fn of(target: &Target, experiments: &[Experiment], options: &SolveOptions) -> Self {
        let e = target.first();
        let experiment = &experiments[e];
        let around = |value: f64| Some((value * 1e-4, value * 1e4));
        match target {
            Target::Setting(settings) => {
                // A setting acts on at least one experiment.
                let setting = settings[e].unwrap_or(Setting::Temperature);
                let network = experiment.problem().network();
                let value = experiment.problem().get(setting);
                let (bounds, scale) = match setting {
                    Setting::Parameter(id) => (network.parameters()[id.0].bounds, network.parameters()[id.0].scale),
                    _ => (None, None),
                };
                let range = bounds.or_else(|| default_range(network, setting, value));
                let (unit, factor) = shown_unit(network, setting);
                Self { value, range, scale, kind: kind(network, setting), unit, factor }
            }
            Target::Scale(series) => {
                let index = series[e].unwrap_or(0);
                let series = &experiment.data().series[index];
                let dimension = experiment.observables()[index].dimension(experiment.problem().network());
                let unit = match series.arbitrary {
                    true if dimension != ratelaw_network::units::Dimension::NONE => {
                        format!("{} per {dimension}", series.unit)
                    }
                    true => series.unit.clone(),
                    false => "1".into(),
                };
                let value =
                    if series.arbitrary { scale_at_start(experiment, index, options).unwrap_or(1.0) } else { 1.0 };
                Self { value, range: around(value), scale: None, kind: Kind::Size, unit, factor: 1.0 }
            }
            Target::Offset(series) => {
                let series = &experiment.data().series[series[e].unwrap_or(0)];
                let largest = series.points.iter().map(|p| p.value.abs()).fold(f64::MIN_POSITIVE, f64::max);
                let most = largest * series.factor;
                let (unit, factor) = (series.unit.clone(), series.factor);
                let range = Some((-most, most));
                Self { value: 0.0, range, scale: Some(Scale::Linear), kind: Kind::Number, unit, factor }
            }
        }
    }
}

/// A free parameter of a given problem; values are SI.
#[derive(Debug, Clone)]
pub(crate) struct Resolved {
    pub(crate) name: String,
    pub(crate) target: Target,
    pub(crate) scale: Scale,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) start: f64,
    pub(crate) dimension: Dimension,
    pub(crate) kind: Kind,
    pub(crate) prior: Option<Prior>,
    /// Unit it is shown in, and one of it in SI.
    pub(crate) unit: String,
    pub(crate) factor: f64,
}

impl Resolved {
    /// The coordinate that the fit works in.
    pub(crate) fn to_coordinate(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Log => value.ln(),
            Scale::Linear => value,
        }
    }

    /// The value at a coordinate, also outside the range.
    pub(crate) fn to_value(&self, x: f64) -> f64 {
        match self.scale {
            Scale::Log => x.exp(),
            Scale::Linear => x,
        }
    }

    /// The value at a coordinate of the range; exactly the bound where rounding would pass it.
    pub(crate) fn within(&self, x: f64) -> f64 {
        self.to_value(x).clamp(self.low, self.high)
    }

    /// `d value / d coordinate`.
    pub(crate) fn slope(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Log => value,
            Scale::Linear => 1.0,
        }
    }

    /// Bounds of the coordinate.
    pub(crate) fn range(&self) -> (f64, f64) {
        (self.to_coordinate(self.low), self.to_coordinate(self.high))
    }
}

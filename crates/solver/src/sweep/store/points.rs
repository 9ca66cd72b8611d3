//! The points of a plan.

use serde::{Deserialize, Serialize};

use crate::error::{Result, SolveError};
use crate::problem::Problem;
use crate::setting::Setting;
use crate::sweep::axis::{Axis, Laid, Resolved, Spacing};
use crate::sweep::exact::Exact;

/// Which points are solved, as plain data: a point by its index, and none of them listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Points {
    axes: Vec<PlannedAxis>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct PlannedAxis {
    name: String,
    unit: String,
    factor: Exact,
    offset: Exact,
    values: Spacing,
}

impl Points {
    /// A grid, the last axis fastest.
    pub(super) fn grid(problem: &Problem, axes: &[Axis]) -> Result<Self> {
        let planned = |axis: &Axis| {
            let Laid { spacing, symbol, unit, .. } = axis.lay(problem)?;
            let (factor, offset) = (Exact(unit.factor), Exact(unit.offset));
            Ok(PlannedAxis { name: axis.name().to_owned(), unit: symbol, factor, offset, values: spacing })
        };
        let points = Self { axes: axes.iter().map(planned).collect::<Result<_>>()? };
        points.counted()?;
        Ok(points)
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.counted().unwrap_or(0)
    }

    fn counted(&self) -> Result<u64> {
        let numbers = || self.axes.iter().map(|a| a.values.points() as u64);
        let count = numbers().try_fold(1_u64, u64::checked_mul).filter(|n| *n <= MOST);
        count.ok_or_else(|| SolveError::OutOfRange {
            what: "the number of points".into(),
            found: numbers().map(|n| n.to_string()).collect::<Vec<_>>().join(" x "),
            expected: format!("at most {MOST}"),
        })
    }

    /// Sets `values` to those of the varied settings, SI, at a point below [`Points::count`].
    pub fn point(&self, index: u64, values: &mut [f64]) {
        let mut rest = index;
        for (axis, value) in self.axes.iter().zip(values).rev() {
            let points = axis.values.points() as u64;
            *value = axis.values.value((rest % points) as usize);
            rest /= points;
        }
    }

    /// Names of the varied settings.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.axes.iter().map(|a| a.name.as_str())
    }

    /// What is varied, without the values: the settings of a network and how they are shown.
    pub(super) fn resolve(&self, problem: &Problem) -> Result<Vec<Resolved>> {
        let one = |axis: &PlannedAxis| {
            let setting = Setting::parse(problem.network(), &axis.name)?;
            let dimension = setting.dimension(problem.network());
            let unit = ratelaw_network::units::Unit { factor: axis.factor.0, offset: axis.offset.0, dimension };
            let (name, symbol) = (axis.name.clone(), axis.unit.clone());
            Ok(Resolved { setting, name, values: Vec::new(), symbol, unit })
        };
        self.axes.iter().map(one).collect()
    }

    /// One line of text that says what they are.
    pub fn describe(&self) -> String {
        let axis = |axis: &PlannedAxis| {
            let shown = |i: usize| (axis.values.value(i) - axis.offset.0) / axis.factor.0;
            let unit = if axis.unit == "1" { String::new() } else { format!(" {}", axis.unit) };
            let n = axis.values.points();
            let how = match &axis.values {
                Spacing::List(_) => "listed",
                Spacing::Range { logarithmic: true, .. } => "logarithmic",
                Spacing::Range { .. } => "linear",
            };
            format!("{} = {}..{}{unit}, {n} {how}", axis.name, shown(0), shown(n.saturating_sub(1)))
        };
        format!("grid: {}", self.axes.iter().map(axis).collect::<Vec<_>>().join(" x "))
    }
}

/// Most points of a sweep that is kept in files.
const MOST: u64 = 1_000_000_000_000;

//! Exact derivatives of observables, and their check.

mod check;
mod stencil;

use ratelaw_network::units::Dimension;

pub use check::{Comparison, SensitivityCheck, check_sensitivities};

use crate::error::Result;
use crate::integrate::solve;
use crate::observe::Observable;
use crate::options::SolveOptions;
use crate::problem::Problem;
use crate::setting::Setting;
use crate::solution::Solution;
use crate::table::{Cell, Column, Table};

/// Derivatives of observables in settings at the save points of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitivities {
    /// The run that they are derivatives of.
    pub solution: Solution,
    /// The observables.
    pub observables: Vec<Observable>,
    /// Values for each observable and time, SI; `None` where it is not defined.
    pub values: Vec<Vec<Option<f64>>>,
    /// Derivatives for each observable, time and setting, SI; `None` where the observable is not defined.
    pub derivatives: Vec<Vec<Option<Vec<f64>>>>,
}

/// Derivatives of observables in settings, exact for the numbers that the run gives.
///
/// ```
/// use ratelaw_network::{Law, Network, Species, units::Seconds};
/// use ratelaw_solver::{Observable, Problem, Setting, SolveOptions, sensitivities};
///
/// let network = Network::builder("decay")
///     .solution("cell", "1 L")?
///     .species(Species::new("A").composition_waived().initial("1 M")?)
///     .species(Species::new("B").composition_waived())
///     .parameter("k", "0.1 1/s")?
///     .step("decay", "A -> B", Law::mass_action("k"))
///     .build()?;
/// let problem = Problem::builder(&network).until(Seconds(10.0)).build()?;
/// let (of, by) = (Observable::amount(&network, "A")?, Setting::parse(&network, "k")?);
/// let all = sensitivities(&problem, &[of], &[by], &SolveOptions::default())?;
/// // d ln A / d ln k = -k t
/// assert!((all.relative(0, 100, 0).unwrap() + 1.0).abs() < 1e-5);
/// # Ok::<(), ratelaw_solver::SolveError>(())
/// ```
///
/// # Errors
/// What [`solve`] refuses or fails at.
pub fn sensitivities(
    problem: &Problem,
    observables: &[Observable],
    settings: &[Setting],
    options: &SolveOptions,
) -> Result<Sensitivities> {
    let solution = solve(problem, &SolveOptions { sensitivities: settings.to_vec(), ..options.clone() })?;
    let derivatives = |o| (0..solution.times.len()).map(|i| solution.observe_derivatives(o, i)).collect();
    Ok(Sensitivities {
        values: observables.iter().map(|o| solution.observe(o)).collect(),
        derivatives: observables.iter().map(derivatives).collect(),
        observables: observables.to_vec(),
        solution,
    })
}

impl Sensitivities {
    /// The derivative at an observable, time and setting, SI.
    pub fn derivative(&self, observable: usize, time: usize, setting: usize) -> Option<f64> {
        self.derivatives[observable][time].as_ref().map(|all| all[setting])
    }

    /// The relative change of the observable for a relative change of the setting; for potentials, whose zero is a
    /// convention, for one volt. `None` where the observable is zero or not defined.
    pub fn relative(&self, observable: usize, time: usize, setting: usize) -> Option<f64> {
        let size = self.values[observable][time].filter(|v| *v != 0.0)?;
        Some(self.derivative(observable, time, setting)? / size * self.per(setting).0)
    }

    /// What a relative change of a setting is: its size, SI, and its unit for the reader.
    pub fn per(&self, setting: usize) -> (f64, &'static str) {
        let problem = &self.solution.problem;
        let setting = self.solution.settings[setting];
        if setting.dimension(problem.network()) == Dimension::potential() {
            (1.0, "1/V")
        } else {
            (problem.get(setting), "1")
        }
    }

    /// One row for each observable, time and setting: all values in SI.
    pub fn table(&self) -> Table {
        let network = self.solution.network();
        let units = [("observable", ""), ("time", "s"), ("value", ""), ("unit", ""), ("setting", "")];
        let more = [("derivative", ""), ("derivative unit", ""), ("relative", ""), ("relative unit", "")];
        let columns = units.iter().chain(&more).map(|(name, unit)| Column::new(name, unit)).collect();
        let mut rows = Vec::new();
        for (o, observable) in self.observables.iter().enumerate() {
            for (i, time) in self.solution.times.iter().enumerate() {
                for (s, setting) in self.solution.settings.iter().enumerate() {
                    let (of, by) = (observable.dimension(network), setting.dimension(network));
                    rows.push(vec![
                        Cell::Text(observable.name(network)),
                        Cell::from(Some(*time)),
                        Cell::from(self.values[o][i]),
                        Cell::Text(of.to_string()),
                        Cell::Text(setting.name(network)),
                        Cell::from(self.derivative(o, i, s)),
                        Cell::Text(format!("({of})/({by})")),
                        Cell::from(self.relative(o, i, s)),
                        Cell::Text(self.per(s).1.to_owned()),
                    ]);
                }
            }
        }
        let mut notes = self.solution.table().notes;
        notes.push(("values".into(), "exact derivatives, SI; relative: d ln(value) / d ln(setting)".into()));
        Table { notes, columns, rows }
    }
}

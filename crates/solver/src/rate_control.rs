//! Which steps control an observable.

use ratelaw_network::StepId;

use crate::error::Result;
use crate::integrate::solve;
use crate::observe::Observable;
use crate::options::SolveOptions;
use crate::problem::Problem;
use crate::setting::Setting;
use crate::table::{Cell, Column, Table};

/// Degrees of rate control of an observable: for each step the relative change of the observable for a relative
/// change of the step's rate in both directions, its equilibrium held (Campbell, ACS Catal. 7 (2017) 2770; for
/// transients at each time). For a rate at steady state they sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct RateControl {
    /// The observable.
    pub observable: String,
    /// Names of the steps.
    pub steps: Vec<String>,
    /// Times, s.
    pub times: Vec<f64>,
    /// For each time and step `d ln O / d ln k`; `None` where the observable is zero or not defined.
    pub degrees: Vec<Vec<Option<f64>>>,
}

/// Works out the rate control of observables at the save points of a problem, from exact sensitivities.
///
/// # Errors
/// What [`solve`] refuses or fails at.
///
/// ```
/// use ratelaw_network::{Law, Network, Species, units::Seconds};
/// use ratelaw_solver::{Observable, Problem, SolveOptions, rate_control};
///
/// let network = Network::builder("two steps")
///     .solution("cell", "1 L")?
///     .species(Species::new("A").composition_waived().initial("1 M")?)
///     .species(Species::new("B").composition_waived())
///     .species(Species::new("C").composition_waived())
///     .parameter("fast", "10 1/s")?
///     .parameter("slow", "0.01 1/s")?
///     .step("first", "A -> B", Law::mass_action("fast"))
///     .step("second", "B -> C", Law::mass_action("slow"))
///     .build()?;
/// let problem = Problem::builder(&network).until(Seconds(10.0)).build()?;
/// let control = rate_control(&problem, &[Observable::amount(&network, "C")?], &SolveOptions::default())?;
/// let end = control[0].degrees.last().unwrap();
/// assert!(end[0].unwrap() < 0.02 && end[1].unwrap() > 0.9);
/// # Ok::<(), ratelaw_solver::SolveError>(())
/// ```
pub fn rate_control(problem: &Problem, observables: &[Observable], options: &SolveOptions) -> Result<Vec<RateControl>> {
    let network = problem.network();
    let steps = (0..network.steps().len()).map(|i| Setting::Step(StepId(i))).collect();
    let solution = solve(problem, &SolveOptions { sensitivities: steps, ..options.clone() })?;
    let control = |observable: &Observable| {
        let values = solution.observe(observable);
        let degrees = values.iter().enumerate().map(|(i, value)| {
            let size = value.filter(|v| *v != 0.0);
            let slopes = solution.observe_derivatives(observable, i);
            (0..network.steps().len()).map(|s| Some(slopes.as_ref()?[s] / size?)).collect()
        });
        RateControl {
            observable: observable.name(network),
            steps: network.steps().iter().map(|s| s.name.clone()).collect(),
            times: solution.times.clone(),
            degrees: degrees.collect(),
        }
    };
    Ok(observables.iter().map(control).collect())
}

impl RateControl {
    /// One row for each time, one column for each step.
    pub fn rows(&self) -> Vec<Vec<Cell>> {
        let row = |(t, degrees): (&f64, &Vec<Option<f64>>)| {
            std::iter::once(Cell::from(Some(*t))).chain(degrees.iter().map(|d| Cell::from(*d))).collect()
        };
        self.times.iter().zip(&self.degrees).map(row).collect()
    }

    /// The table of several observables, one below the other.
    pub fn table(all: &[Self], notes: Vec<(String, String)>) -> Table {
        let mut columns = vec![Column::new("observable", ""), Column::new("time", "s")];
        columns.extend(all.first().into_iter().flat_map(|c| &c.steps).map(|s| Column::new(s, "1")));
        let rows = all
            .iter()
            .flat_map(|c| {
                c.rows()
                    .into_iter()
                    .map(|row| std::iter::once(Cell::Text(c.observable.clone())).chain(row).collect::<Vec<Cell>>())
            })
            .collect();
        Table { notes, columns, rows }
    }
}

//! Steady states: amounts and potentials at which nothing changes.

mod equations;
mod laws;
mod newton;
mod search;
mod stability;
mod unrest;

use ratelaw_network::{Network, SpeciesId, StepId};

use crate::error::{Result, SolveError};
use crate::method::Method;
use crate::observe::{DisplayUnit, Moment, Observable};
use crate::options::SolveOptions;
use crate::problem::{Problem, initial_direction};
use crate::setting::Setting;
use crate::stats::Stats;
use crate::system::System;
use crate::table::{Cell, Column, Table};

use equations::Equations;

pub use stability::Stability;
pub use unrest::{NoSteadyState, Unrest};

/// How a steady state was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approach {
    /// The start is at rest.
    Start,
    /// The run from the start comes to rest at it.
    Run,
    /// By Newton's method alone: the run from the start does not come to rest, or not there.
    Newton,
}

/// A state in which nothing changes.
#[derive(Debug, Clone, PartialEq)]
pub struct SteadyState {
    /// The problem; its amounts at the start give the conserved totals, and the one among several steady states.
    pub problem: Problem,
    /// Amounts, SI, in the network's order of species.
    pub amounts: Vec<f64>,
    /// Potentials that were found together with them, V, in the order of [`Network::floating_potentials`].
    pub potentials: Vec<f64>,
    /// Net rates of all steps, mol/s.
    pub rates: Vec<f64>,
    /// The largest imbalance of a species: what is made less what is consumed, as a part of their sum.
    pub residual: f64,
    /// The eigenvalue with the largest real part: real part and size of the imaginary part, 1/s; none where nothing
    /// can change or there is no answer.
    pub eigenvalue: Option<(f64, f64)>,
    /// Whether it is stable.
    pub stability: Stability,
    /// How it was come by.
    pub approach: Approach,
    /// How long the run was before Newton's method took over, s.
    pub time: f64,
    /// What the derivatives are in.
    pub settings: Vec<Setting>,
    /// Derivatives of the variables (amounts, potentials) in each setting; none where the equations are singular.
    pub derivatives: Option<Vec<Vec<f64>>>,
    /// What the run cost.
    pub stats: Stats,
}

/// A steady state as the search finds it.
struct Found {
    z: Vec<f64>,
    approach: Approach,
    time: f64,
    residual: f64,
    eigenvalue: Option<(f64, f64)>,
    stability: Stability,
    stats: Stats,
}

/// Finds the steady state that a problem comes to: a run from its start until it is near rest, then Newton's method on
/// `f(z) = 0` under the conservation laws, to rounding. A state with a negative amount is never a result.
///
/// If the run does not come to rest, as when it oscillates, Newton's method is tried from its mean and from its last
/// state, and [`SteadyState::approach`] says so. The length of the run in the problem is not used. Derivatives in
/// [`SolveOptions::sensitivities`] are by the implicit function theorem.
///
/// # Errors
/// [`SolveError::NotConstant`] for a protocol or a rate that depends on the time, [`SolveError::NoSteadyState`] with
/// the reason if none was found, and what [`solve`](crate::solve) refuses.
///
/// ```
/// use ratelaw_network::{Law, Network, Species};
/// use ratelaw_solver::{Problem, SolveOptions, Stability, steady_state};
///
/// let network = Network::builder("isomers")
///     .solution("cell", "1 L")?
///     .species(Species::new("A").composition_waived().initial("1 M")?)
///     .species(Species::new("B").composition_waived())
///     .parameter("k1", "3 1/s")?
///     .parameter("k2", "1 1/s")?
///     .step("there", "A -> B", Law::mass_action("k1"))
///     .step("back", "B -> A", Law::mass_action("k2"))
///     .t_end("1 s")?
///     .build()?;
/// let steady = steady_state(&Problem::builder(&network).build()?, &SolveOptions::default())?;
/// assert!((steady.amount("B")? / 750.0 - 1.0).abs() < 1e-12);
/// assert_eq!(steady.stability, Stability::Stable);
/// assert!((steady.eigenvalue.unwrap().0 / -4.0 - 1.0).abs() < 1e-12);
/// # Ok::<(), ratelaw_solver::SolveError>(())
/// ```
pub fn steady_state(problem: &Problem, options: &SolveOptions) -> Result<SteadyState> {
    options.check()?;
    problem.check()?;
    if options.method != Method::Rodas5P {
        let what = "find steady states";
        return Err(SolveError::Unsupported { method: options.method, what, instead: Method::Rodas5P });
    }
    let network = problem.network();
    let refuse = |why: &str| Err(SolveError::NotConstant { why: why.to_owned() });
    if !network.stages().is_empty() {
        return refuse("the model has a protocol; remove it and set what it holds");
    }
    let tables = network.compiled();
    if tables.time().is_some() {
        return refuse("a rate depends on the time");
    }
    let bound = network.bound(tables, problem.parameters(), problem.conditions())?;
    let system = System::new(tables, bound);
    let tolerance = options.tolerance(problem)?;
    let start = problem.variables(&vec![problem.conditions().potential; tables.potentials().len()]);
    let equations = Equations::new(network, &system, problem.initial(), &tolerance, options);
    let found = search::search(equations, &system, &tolerance, options, &start);
    let (found, mut equations) = found.map_err(|failure| SolveError::NoSteadyState(Box::new(failure)))?;
    let rates = equations.rates(&found.z).to_vec();
    let rates = (0..network.steps().len()).map(|i| tables.step_rate(StepId(i), &rates).0[0]).collect();
    let derivatives = derivatives(problem, &mut equations, &found.z, &options.sensitivities);
    let potentials = found.z[problem.initial().len()..].to_vec();
    let mut amounts = found.z;
    amounts.truncate(problem.initial().len());
    Ok(SteadyState {
        problem: problem.clone(),
        amounts,
        potentials,
        rates,
        residual: found.residual,
        eigenvalue: found.eigenvalue,
        stability: found.stability,
        approach: found.approach,
        time: found.time,
        settings: options.sensitivities.clone(),
        derivatives,
        stats: found.stats,
    })
}

/// `dz/dp = -F_z^-1 F_p` of the equations `F(z, p) = 0`, for each setting.
fn derivatives(
    problem: &Problem,
    equations: &mut Equations<'_>,
    z: &[f64],
    settings: &[Setting],
) -> Option<Vec<Vec<f64>>> {
    if settings.is_empty() {
        return Some(Vec::new());
    }
    if equations.singular {
        return None;
    }
    let network = problem.network();
    let linear = equations.linear(z)?;
    let of = |setting: &Setting| {
        let along = setting.direction().map(|direction| {
            let along = network.along(problem.parameters(), direction);
            network.bound_along(network.compiled(), problem.parameters(), problem.conditions(), along)
        });
        let mut start = vec![0.0; problem.initial().len()];
        if let Setting::Initial(id) = setting {
            for (species, share) in initial_direction(network, *id) {
                start[species.0] = share;
            }
        }
        let change = equations.along(z, along.as_ref(), &start);
        linear.solve(&-change).map(|dz| dz.iter().copied().collect())
    };
    settings.iter().map(of).collect()
}

impl SteadyState {
    /// The network.
    pub fn network(&self) -> &Network {
        self.problem.network()
    }

    /// The amount of a species, SI.
    ///
    /// # Errors
    /// An unknown species.
    pub fn amount(&self, species: &str) -> Result<f64> {
        Ok(self.amounts[self.network().species_id(species)?.0])
    }

    /// The state for observables. No charge has a value in it, since charge passes for ever.
    fn read<T>(&self, with: impl FnOnce(&Moment<'_>) -> T) -> T {
        let turnovers = vec![f64::NAN; self.network().compiled().electron_steps().len()];
        with(&Moment {
            problem: &self.problem,
            time: self.time,
            y: &self.amounts,
            potentials: &self.potentials,
            turnovers: &turnovers,
            conditions: self.problem.conditions(),
            supplied: self.problem.initial(),
            turnover_rates: &[],
            applied: None,
        })
    }

    /// An observable, SI; `None` where it is not defined. Whatever needs the charge passed is not.
    pub fn observe(&self, observable: &Observable) -> Option<f64> {
        self.read(|moment| observable.value(moment))
    }

    /// Derivatives of an observable in each setting; `None` where it, or a derivative of the state, is not defined.
    pub fn observe_derivatives(&self, observable: &Observable) -> Option<Vec<f64>> {
        self.observe(observable)?;
        let turnovers = vec![0.0; self.network().compiled().electron_steps().len()];
        let all = self.settings.iter().zip(self.derivatives.as_ref()?);
        self.read(|moment| {
            all.map(|(setting, dz)| observable.derivative(moment, *setting, (dz, &turnovers, &[]))).collect()
        })
    }

    /// Degrees of rate control: the relative change of an observable for one of each setting,
    /// `d ln O / d ln k` for settings that are [`Setting::Step`]. Those of a rate in all steps sum to 1, since time is
    /// the only unit that all constants share (C. T. Campbell, ACS Catal. 7 (2017) 2770). `None` as
    /// [`SteadyState::observe_derivatives`], or where the observable is zero.
    pub fn rate_control(&self, observable: &Observable) -> Option<Vec<f64>> {
        let value = self.observe(observable).filter(|v| *v != 0.0)?;
        let relative = |(d, setting): (f64, &Setting)| d * self.problem.get(*setting) / value;
        Some(self.observe_derivatives(observable)?.into_iter().zip(&self.settings).map(relative).collect())
    }

    /// Amounts, potentials, rates and the model's observables, one a row.
    pub fn table(&self) -> Table {
        let network = self.network();
        let columns = vec![
            Column::new("kind", ""),
            Column::new("name", ""),
            Column::new("value", "SI, as the unit says"),
            Column::new("unit", ""),
        ];
        let row = |kind: &str, name: &str, value: Option<f64>, unit: &str| {
            vec![Cell::Text(kind.into()), Cell::Text(name.into()), value.into(), Cell::Text(unit.into())]
        };
        let species = network.species().iter().enumerate();
        let mut rows: Vec<Vec<Cell>> = species
            .map(|(i, s)| {
                let unit = DisplayUnit::of_amount(network, SpeciesId(i));
                row("amount", &s.name, Some(self.amounts[i] / unit.factor), &unit.symbol)
            })
            .collect();
        for (floating, value) in network.floating_potentials().iter().zip(&self.potentials) {
            rows.push(row("potential", &network.definition().phases[floating.phase.0].name, Some(*value), "V"));
        }
        rows.extend(
            network.steps().iter().zip(&self.rates).map(|(s, rate)| row("rate", &s.name, Some(*rate), "mol/s")),
        );
        for observable in Observable::standard(network) {
            let unit = observable.display_unit(network);
            let value = self.observe(&observable).map(|v| v / unit.factor);
            rows.push(row("observable", &observable.name(network), value, &unit.symbol));
        }
        let mut notes = self.problem.notes();
        notes.retain(|(key, _)| key != "t_end");
        notes.push(("stability".to_owned(), self.stability.to_string()));
        if let Some((re, im)) = self.eigenvalue {
            notes.push(("eigenvalue".to_owned(), format!("{re:e} +- {im:e} i, 1/s")));
        }
        notes.push(("approach".to_owned(), self.approach.to_string()));
        notes.push(("residual".to_owned(), format!("{:e}", self.residual)));
        Table { notes, columns, rows }
    }
}

impl std::fmt::Display for Approach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Start => "the start is at rest",
            Self::Run => "the run from the start comes to rest there",
            Self::Newton => "by Newton's method alone; the run from the start does not come to rest there",
        })
    }
}

//! What a run gives.

use std::sync::Arc;

use ratelaw_network::{Conditions, Network, SpeciesId};

use crate::applied::Applied;
use crate::error::Result;
use crate::method::{Choice, Method};
use crate::observe::{DisplayUnit, Moment, Observable};
use crate::options::SolveOptions;
use crate::problem::Problem;
use crate::setting::Setting;
use crate::stats::Stats;
use crate::table::{Column, Table};

/// An amount that fell below zero by more than the tolerance explains.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Negative {
    /// The species.
    pub species: SpeciesId,
    /// Its lowest amount, SI.
    pub amount: f64,
    /// When, s.
    pub time: f64,
}

/// An error that rounding alone leaves in a state that was reported, as estimated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoundingError {
    /// The species that has the largest.
    pub species: SpeciesId,
    /// The error in units of the tolerance, `atol + rtol |y|`.
    pub error: f64,
    /// When, s.
    pub time: f64,
}

impl RoundingError {
    /// An error above this many tolerances is reported with the solution.
    pub const WARNED: f64 = 3.0;
    /// An error by sums of rates above this many tolerances fails a run, if the options say so. The estimate is right to
    /// some such factor.
    pub const REFUSED: f64 = 10.0;

    /// A sentence on it.
    pub fn describe(&self, network: &Network) -> String {
        format!(
            "rounding alone leaves an error of about {:.1e} tolerances in `{}` at t = {:.4e} s",
            self.error,
            network.species()[self.species.0].name,
            self.time
        )
    }
}

/// How often a step has turned over since the start.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Turnover {
    /// Forward less reverse, mol.
    pub net: f64,
    /// Forward, mol.
    pub forward: f64,
}

impl Turnover {
    /// Reverse, mol; zero for an irreversible step.
    pub fn reverse(self) -> f64 {
        self.forward - self.net
    }
}

/// Amounts and turnovers at the save points.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// The problem that was solved.
    pub problem: Problem,
    /// Times, s.
    pub times: Vec<f64>,
    /// Amounts at each time, SI, in the network's order of species.
    pub states: Vec<Vec<f64>>,
    /// Potentials that were found together with the amounts, V, at each time, in the order of
    /// [`Network::floating_potentials`].
    pub potentials: Vec<Vec<f64>>,
    /// Conditions of the stage that each time falls into.
    pub conditions: Vec<Conditions>,
    /// How potential and temperature change with each setting, at each save point.
    pub(crate) applied: Vec<Vec<Applied>>,
    /// What was supplied of each species until each time, SI: the amounts at the start and what a protocol dosed.
    pub supplied: Vec<Arc<[f64]>>,
    /// Net turnovers since the start, mol, of the steps that exchange electrons, in the order of
    /// [`Compiled::electron_steps`](ratelaw_network::Compiled::electron_steps).
    pub turnovers: Vec<Vec<f64>>,
    /// Turnovers of all steps since the start at each time, where
    /// [`SolveOptions::all_turnovers`] asked for them; empty otherwise.
    pub all_turnovers: Vec<Vec<Turnover>>,
    /// Conditions of the protocol that did not end their stage: because they never held, or held from its start.
    pub unmet: Vec<String>,
    /// Rates of those turnovers, mol/s, from the dense output of the run: smooth where forward and reverse rate of a fast
    /// step nearly cancel. Empty where it has no use (no step exchanges electrons both ways) and
    /// at a time that a stage ends at by a condition.
    pub turnover_rates: Vec<Vec<f64>>,
    /// Their derivatives at each time, for each setting.
    pub turnover_rate_derivatives: Vec<Vec<Vec<f64>>>,
    /// What the derivatives are in.
    pub settings: Vec<Setting>,
    /// Derivatives of the variables (amounts, floating potentials, time) and turnovers at each time, for each setting.
    pub derivatives: Vec<Vec<(Vec<f64>, Vec<f64>)>>,
    /// Amounts that fell below zero by more than the tolerance explains, as a step of order zero makes them when
    /// its reactant is used up. They are reported, never clipped.
    pub negative: Vec<Negative>,
    /// The largest error by rounding in a state that was reported, where it is above [`RoundingError::WARNED`].
    pub rounding: Option<RoundingError>,
    /// What it cost.
    pub stats: Stats,
    /// How it was integrated.
    pub method: Method,
    /// Why, where it was [`Method::Auto`]'s choice.
    pub choice: Option<Choice>,
    /// Relative tolerance it was integrated to.
    pub rtol: f64,
}

impl Solution {
    pub(crate) fn new(problem: Problem, options: &SolveOptions) -> Self {
        Self {
            problem,
            times: Vec::new(),
            states: Vec::new(),
            potentials: Vec::new(),
            conditions: Vec::new(),
            applied: Vec::new(),
            supplied: Vec::new(),
            unmet: Vec::new(),
            turnover_rates: Vec::new(),
            turnover_rate_derivatives: Vec::new(),
            turnovers: Vec::new(),
            all_turnovers: Vec::new(),
            settings: options.sensitivities.clone(),
            derivatives: Vec::new(),
            negative: Vec::new(),
            rounding: None,
            stats: Stats::default(),
            method: options.method,
            choice: None,
            rtol: options.rtol,
        }
    }

    pub(crate) fn push(
        &mut self,
        t: f64,
        z: &[f64],
        mut q: Vec<f64>,
        derivatives: Vec<(Vec<f64>, Vec<f64>)>,
        (conditions, applied, supplied): (&Conditions, Vec<Applied>, &Arc<[f64]>),
        (rates, rate_derivatives): (Vec<f64>, Vec<Vec<f64>>),
    ) {
        self.turnover_rates.push(rates);
        self.turnover_rate_derivatives.push(rate_derivatives);
        self.conditions.push(*conditions);
        self.applied.push(applied);
        self.supplied.push(Arc::clone(supplied));
        self.times.push(t);
        let species = self.network().species().len();
        let floating = self.network().floating_potentials().len();
        self.states.push(z[..species].to_vec());
        self.potentials.push(z[species..species + floating].to_vec());
        let electron_steps = self.problem.tables().electron_steps().len();
        let all = q.split_off(electron_steps.min(q.len()));
        if !all.is_empty() {
            let (net, forward) = all.split_at(all.len() / 2);
            let turnover = |(net, forward): (&f64, &f64)| Turnover { net: *net, forward: *forward };
            self.all_turnovers.push(net.iter().zip(forward).map(turnover).collect());
        }
        self.turnovers.push(q);
        self.derivatives.push(derivatives);
    }

    /// Notes amounts below zero, and gives the first of them; `floor` is the size that each may have by the tolerance.
    pub(crate) fn note_negative(&mut self, time: f64, y: impl Iterator<Item = f64>, floor: &[f64]) -> Option<usize> {
        let mut first = None;
        for (i, (amount, floor)) in y.zip(floor).enumerate() {
            if amount < -floor {
                first = first.or(Some(i));
                match self.negative.iter_mut().find(|n| n.species.0 == i) {
                    Some(known) if known.amount <= amount => {}
                    Some(known) => (known.amount, known.time) = (amount, time),
                    None => self.negative.push(Negative { species: SpeciesId(i), amount, time }),
                }
            }
        }
        first
    }

    /// What a reader should know of the run before trusting it.
    pub fn warnings(&self) -> Vec<String> {
        let negative = self.negative.iter().map(|n| n.describe(self.network()));
        let rounding = self.rounding.iter().map(|r| r.describe(self.network()));
        negative.chain(rounding).chain(self.unmet.iter().cloned()).collect()
    }

    /// The network.
    pub fn network(&self) -> &Network {
        self.problem.network()
    }

    /// Amounts of a species at all times, SI.
    ///
    /// # Errors
    /// An unknown species.
    pub fn amount(&self, species: &str) -> Result<Vec<f64>> {
        let id = self.network().species_id(species)?;
        Ok(self.states.iter().map(|y| y[id.0]).collect())
    }

    /// The state at a save point.
    pub fn moment(&self, index: usize) -> Moment<'_> {
        Moment {
            problem: &self.problem,
            time: self.times[index],
            y: &self.states[index],
            potentials: &self.potentials[index],
            turnovers: &self.turnovers[index],
            conditions: &self.conditions[index],
            supplied: &self.supplied[index],
            turnover_rates: &self.turnover_rates[index],
            applied: None,
        }
    }

    /// An observable at all times, SI; `None` where it is not defined, as a faradaic efficiency before any
    /// charge has passed.
    pub fn observe(&self, observable: &Observable) -> Vec<Option<f64>> {
        (0..self.times.len()).map(|i| observable.value(&self.moment(i))).collect()
    }

    /// Derivatives of an observable at a save point in each setting; `None` where it is not defined.
    pub fn observe_derivatives(&self, observable: &Observable, index: usize) -> Option<Vec<f64>> {
        let moment = self.moment(index);
        self.settings
            .iter()
            .zip(&self.derivatives[index])
            .enumerate()
            .map(|(i, (setting, (y, q)))| {
                let rates = self.turnover_rate_derivatives[index].get(i).map_or(&[][..], Vec::as_slice);
                let moment = Moment { applied: self.applied[index].get(i).copied(), ..moment };
                observable.derivative(&moment, *setting, (y, q, rates))
            })
            .collect()
    }

    /// A sentence on the choice of the method, where there was one.
    pub fn choice_note(&self) -> Option<String> {
        self.choice.map(|choice| choice.describe(self.method))
    }

    /// Where the numbers come from: model, values, method, tolerance, program.
    fn notes(&self) -> Vec<(String, String)> {
        let mut notes = self.problem.notes();
        notes.push(("method".to_owned(), format!("{}, rtol {:e}", self.method, self.rtol)));
        notes.extend(self.choice_note().map(|note| ("choice".to_owned(), note)));
        notes.extend(self.warnings().into_iter().map(|w| ("warning".to_owned(), w)));
        notes
    }

    fn last(&self, observable: &Observable) -> Result<f64> {
        let last = self.observe(observable).pop().flatten();
        last.ok_or_else(|| observable.undefined(self.network()))
    }

    /// Yield of a product from a feed at the end, as a fraction; see [`Observable::yield_of`].
    ///
    /// # Errors
    /// Unknown names, or a yield that has no meaning.
    pub fn yield_of(&self, product: &str, feed: &str) -> Result<f64> {
        self.last(&Observable::yield_of(self.network(), product, feed)?)
    }

    /// Conversion of a feed at the end, as a fraction.
    ///
    /// # Errors
    /// An unknown name, or a feed that is absent at the start.
    pub fn conversion(&self, feed: &str) -> Result<f64> {
        self.last(&Observable::conversion(self.network(), feed)?)
    }

    /// Faradaic efficiency of a product at the end, as a fraction: `n F c V / Q` from the integrated charge.
    ///
    /// # Errors
    /// An unknown name, a product whose electrons the model does not state, or no charge passed.
    pub fn faradaic_efficiency(&self, product: &str) -> Result<f64> {
        self.last(&Observable::faradaic_efficiency(self.network(), product)?)
    }

    /// Charge passed at all times, C; positive for an oxidation.
    pub fn charge(&self) -> Vec<f64> {
        self.observe(&Observable::Charge).into_iter().flatten().collect()
    }

    /// Writes the table to a file whose ending, .csv or .json, says the format.
    ///
    /// # Errors
    /// An unknown ending, or a file that cannot be written.
    pub fn write(&self, path: impl AsRef<std::path::Path>) -> Result<()> {
        self.table().write(path)
    }

    /// Everything as a table: time, amounts, and the model's observables.
    pub fn table(&self) -> Table {
        let network = self.network();
        let observables = Observable::standard(network);
        let mut columns = vec![Column::new("time", "s")];
        columns.extend(
            network
                .species()
                .iter()
                .enumerate()
                .map(|(i, s)| Column::new(&s.name, &DisplayUnit::of_amount(network, SpeciesId(i)).symbol)),
        );
        let units: Vec<DisplayUnit> = observables.iter().map(|o| o.display_unit(network)).collect();
        columns.extend(observables.iter().zip(&units).map(|(o, u)| Column::new(&o.name(network), &u.symbol)));
        let rows = (0..self.times.len())
            .map(|i| {
                let observed = Observable::values(&observables, &self.moment(i));
                std::iter::once(Some(self.times[i]))
                    .chain(self.states[i].iter().copied().map(Some))
                    .chain(observed.into_iter().zip(&units).map(|(value, u)| Some(value? / u.factor)))
                    .map(Into::into)
                    .collect()
            })
            .collect();
        Table { notes: self.notes(), columns, rows }
    }
}

impl Negative {
    /// A sentence on it.
    pub fn describe(&self, network: &Network) -> String {
        let unit = DisplayUnit::of_amount(network, self.species);
        format!(
            "the amount of `{}` falls to {:.4e} {} at t = {:.4e} s: a step goes on when its reactant is used up, as one \
             of order zero does",
            network.species()[self.species.0].name,
            self.amount / unit.factor,
            if unit.symbol == "1" { "" } else { &unit.symbol },
            self.time
        )
    }
}

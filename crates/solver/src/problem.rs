//! A network with everything that a run needs.

use ratelaw_network::protocol::Swept;
use ratelaw_network::units::{Dimension, IntoQuantity, Quantity};
use ratelaw_network::{Compiled, Conditions, GAS_CONSTANT, Network, PhaseKind, ROOM_TEMPERATURE, Reference, SpeciesId};

use crate::error::{Result, SolveError};
use crate::schedule;
use crate::setting::Setting;

/// What to integrate: a network, its parameters, the amounts at the start, conditions, and when to look.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    network: Network,
    parameters: Vec<f64>,
    initial: Vec<f64>,
    conditions: Conditions,
    /// Whether anyone gave the potential; until then it is not a number.
    potential_given: bool,
    t_end: f64,
    /// Whether the length is that of the protocol, so that a condition in it can end the run earlier.
    by_protocol: bool,
    save: SavePoints,
}

/// Times at which a run is reported.
#[derive(Debug, Clone, PartialEq)]
pub enum SavePoints {
    /// The start and the end.
    Ends,
    /// So many points from the start to the end, equally spaced; at least 2.
    Uniform(usize),
    /// The start, then so many points equally spaced in the logarithm of time; the first time in s.
    Logarithmic(usize, f64),
    /// These times, s, ascending, none negative, none after the end.
    Times(Vec<f64>),
}

/// Largest concentration, mol/m3: metals have up to 2e5.
const DENSEST: f64 = 1e6;

impl SavePoints {
    pub(crate) fn times(&self, t_end: f64) -> Vec<f64> {
        match self {
            Self::Ends => vec![0.0, t_end],
            Self::Uniform(n) => {
                let last = (*n).max(2) - 1;
                (0..=last).map(|i| if i == last { t_end } else { t_end * i as f64 / last as f64 }).collect()
            }
            Self::Logarithmic(n, first) => {
                let last = (*n).max(2) - 1;
                let ratio = (t_end / first).ln();
                let at = |i: usize| if i == last { t_end } else { first * (ratio * i as f64 / last as f64).exp() };
                std::iter::once(0.0).chain((0..=last).map(at)).collect()
            }
            Self::Times(times) => times.clone(),
        }
    }
}

impl Problem {
    /// Starts a problem; what the user does not give is taken from the model's own defaults.
    ///
    /// ```
    /// use ratelaw_network::{Law, Network, Species, units::{Molar, Seconds}};
    /// use ratelaw_solver::{Problem, SolveOptions, solve};
    ///
    /// let network = Network::builder("decay")
    ///     .solution("cell", "1 L")?
    ///     .species(Species::new("A").composition_waived())
    ///     .species(Species::new("B").composition_waived())
    ///     .parameter("k", "0.1 1/s")?
    ///     .step("decay", "A -> B", Law::mass_action("k"))
    ///     .build()?;
    /// let problem = Problem::builder(&network).initial("A", Molar(1.0)).until(Seconds(10.0)).build()?;
    /// let solution = solve(&problem, &SolveOptions::default())?;
    /// let left = solution.amount("A")?.last().copied().unwrap();
    /// assert!((left / 1000.0 - (-1.0_f64).exp()).abs() < 1e-6);
    /// # Ok::<(), ratelaw_solver::SolveError>(())
    /// ```
    pub fn builder(network: &Network) -> ProblemBuilder {
        ProblemBuilder { network: network.clone(), settings: Vec::new(), reference: None, t_end: None, save: None }
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Parameters, SI, in the network's order.
    pub fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    /// Amounts at the start, SI, in the network's order.
    pub fn initial(&self) -> &[f64] {
        &self.initial
    }

    /// Temperature and potential.
    pub fn conditions(&self) -> &Conditions {
        &self.conditions
    }

    /// Length of the run, s.
    pub fn t_end(&self) -> f64 {
        self.t_end
    }

    /// Whether the run ends with its protocol, which a condition can make shorter than [`Problem::t_end`].
    pub fn ends_with_protocol(&self) -> bool {
        self.by_protocol
    }

    /// Times that are reported, s.
    pub fn times(&self) -> Vec<f64> {
        self.save.times(self.t_end)
    }

    /// The value of a setting, SI.
    pub fn get(&self, setting: Setting) -> f64 {
        match setting {
            Setting::Parameter(id) => self.parameters[id.0],
            Setting::Initial(id) => self.initial[id.0],
            Setting::Potential => self.conditions.potential,
            Setting::Temperature => self.conditions.temperature,
            Setting::Step(_) => 1.0,
        }
    }

    /// Refuses a condition that the protocol sets before anything happens, so that a value for it has no effect.
    ///
    /// # Errors
    /// [`SolveError::SetByProtocol`].
    pub fn settable(&self, setting: Setting) -> Result<()> {
        let what = match setting {
            Setting::Potential => Swept::Potential,
            Setting::Temperature => Swept::Temperature,
            Setting::Parameter(_) | Setting::Initial(_) | Setting::Step(_) => return Ok(()),
        };
        if schedule::sets(self.network.stages(), what) {
            return Err(SolveError::SetByProtocol { name: setting.name(&self.network) });
        }
        Ok(())
    }

    /// The amount of a gas that is given as a pressure, at the temperature of the problem.
    fn pressure(&self, setting: Setting, value: &Quantity) -> Option<f64> {
        let Setting::Initial(id) = setting else { return None };
        let phase = &self.network.definition().phases[self.network.species()[id.0].phase.0].kind;
        let is_gas = matches!(phase, PhaseKind::Gas { .. } | PhaseKind::Reservoir);
        let rt = GAS_CONSTANT * self.conditions.temperature;
        (is_gas && value.dimension() == Dimension::pressure()).then(|| value.si() / rt)
    }

    /// Sets a value, SI. It is checked when the problem is solved, so that a sweep can hold a point that is
    /// wrong. An amount put on surface sites is taken from the vacant ones.
    pub fn set(&mut self, setting: Setting, value: f64) {
        match setting {
            Setting::Parameter(id) => {
                self.parameters[id.0] = value;
                self.network.complete(&mut self.parameters);
            }
            Setting::Potential => {
                self.conditions.potential = value;
                self.potential_given = true;
            }
            Setting::Temperature => self.conditions.temperature = value,
            // No parameter holds it; the reading of names never gives it out to be set.
            Setting::Step(_) => {}
            Setting::Initial(id) => {
                let change = value - self.initial[id.0];
                for (species, share) in initial_direction(&self.network, id) {
                    if species == id {
                        self.initial[id.0] = value;
                    } else {
                        let vacant = &mut self.initial[species.0];
                        let (before, taken) = (*vacant, share * change);
                        *vacant += taken;
                        // Full coverage is not missed by a rounding error.
                        if vacant.abs() <= 1e-12 * (before.abs() + taken.abs()) {
                            *vacant = 0.0;
                        }
                    }
                }
            }
        }
    }

    /// The tables that a run uses: with the time as a variable if its protocol changes conditions steadily.
    pub(crate) fn tables(&self) -> &Compiled {
        if schedule::has_ramps(self.network.stages()) {
            self.network.compiled_with_time()
        } else {
            self.network.compiled()
        }
    }

    /// The variables at the start: amounts, then floating potentials, then the time where it is one.
    pub(crate) fn variables(&self, potentials: &[f64]) -> Vec<f64> {
        self.variables_at(&self.initial, potentials, self.conditions.time)
    }

    /// The variables for given amounts and potentials at a time.
    pub(crate) fn variables_at(&self, amounts: &[f64], potentials: &[f64], time: f64) -> Vec<f64> {
        let timed = self.tables().time().is_some();
        amounts.iter().chain(potentials).copied().chain(timed.then_some(time)).collect()
    }

    /// What is solved, for the notes of a table: model, conditions, every parameter and amount, program.
    pub(crate) fn notes(&self) -> Vec<(String, String)> {
        let network = &self.network;
        let note = |key: &str, value: String| (key.to_owned(), value);
        let list = |entries: Vec<String>| entries.join("; ");
        let unit = |d: Dimension| if d == Dimension::NONE { String::new() } else { format!(" {d}") };
        let parameters = network.parameters().iter().zip(&self.parameters);
        let initial = network.species().iter().zip(&self.initial).enumerate().filter(|(_, (_, y))| **y != 0.0);
        let mut notes = vec![
            note("model", network.name().to_owned()),
            note("t_end", format!("{} s", self.t_end)),
            note("temperature", format!("{} K", self.conditions.temperature)),
        ];
        if network.is_electrochemical() {
            let against = network.reference().map_or(String::new(), |r| format!(" against {}", r.word()));
            notes.push(note("potential", format!("{} V{against}", self.conditions.potential)));
        }
        notes.push(note(
            "parameters",
            list(parameters.map(|(p, v)| format!("{} = {v:?}{}", p.name, unit(p.dimension))).collect()),
        ));
        notes.push(note(
            "initial",
            list(
                initial
                    .map(|(i, (s, y))| format!("{} = {y:?}{}", s.name, unit(network.amount_dimension(SpeciesId(i)))))
                    .collect(),
            ),
        ));
        notes.push(note("program", concat!("ratelaw ", env!("CARGO_PKG_VERSION")).to_owned()));
        notes
    }

    /// A problem from the numbers of another one over the same network, in the network's order, each checked when it is
    /// solved. None where there are too many or too few.
    pub(crate) fn restored(
        network: Network,
        parameters: Vec<f64>,
        initial: Vec<f64>,
        (temperature, potential): (f64, f64),
        (t_end, by_protocol): (f64, bool),
    ) -> Option<Self> {
        let fits = parameters.len() == network.parameters().len() && initial.len() == network.species().len();
        let conditions = Conditions::new(temperature, potential);
        let potential_given = !potential.is_nan();
        fits.then_some(Self {
            network,
            parameters,
            initial,
            conditions,
            potential_given,
            t_end,
            by_protocol,
            save: SavePoints::Ends,
        })
    }

    /// Sets when to look.
    pub fn set_save(&mut self, save: SavePoints) {
        self.save = save;
    }

    /// Sets the length of the run, s.
    pub fn set_t_end(&mut self, t_end: f64) {
        self.by_protocol = false;
        self.t_end = t_end;
    }

    /// Refuses what cannot be integrated, by name.
    pub(crate) fn check(&self) -> Result<()> {
        let refuse = |what: String, found, expected| Err(SolveError::out_of_range(what, found, expected));
        let Conditions { temperature, potential, .. } = self.conditions;
        if !(temperature.is_finite() && temperature > 0.0) {
            return refuse("the temperature (K)".into(), temperature, "a finite number above zero");
        }
        if potential.is_nan() && !self.potential_given {
            return Err(SolveError::Missing {
                what: "the potential".into(),
                help: "give it (`--set potential=2.0V`, an axis) or put potential under [run] in the model".into(),
            });
        }
        if !potential.is_finite() {
            return refuse("the potential (V)".into(), potential, "a finite number");
        }
        if !(self.t_end.is_finite() && self.t_end > 0.0) {
            return refuse("the length of the run (s)".into(), self.t_end, "a finite number above zero");
        }
        for (parameter, value) in self.network.parameters().iter().zip(&self.parameters) {
            if !value.is_finite() {
                return refuse(format!("the parameter `{}`", parameter.name), *value, "a finite number");
            }
        }
        for (species, y) in self.network.species().iter().zip(&self.initial) {
            let what = || format!("the initial amount of `{}`", species.name);
            if !(y.is_finite() && *y >= 0.0) {
                return refuse(what(), *y, "a finite number, not negative");
            }
            let phase = &self.network.definition().phases[species.phase.0].kind;
            if matches!(phase, PhaseKind::Solution { .. }) && *y > DENSEST {
                return refuse(what(), *y, "at most 1e6 mol/m3, which is denser than any solid");
            }
        }
        let times = self.times();
        if let Some(t) = times.iter().find(|t| !(t.is_finite() && **t >= 0.0 && **t <= self.t_end)) {
            return refuse("a save point (s)".into(), *t, "a time from 0 to the end of the run");
        }
        if let Some(pair) = times.windows(2).find(|p| p[0] > p[1]) {
            return refuse("a save point (s)".into(), pair[1], "a time after the save point before it");
        }
        Ok(())
    }
}

/// The conditions that the model gives; the potential is not a number where it gives none.
fn run_conditions(network: &Network) -> Conditions {
    let run = &network.definition().run;
    let temperature = run.temperature.as_ref().map_or(ROOM_TEMPERATURE, Quantity::si);
    Conditions::new(temperature, run.potential.as_ref().map_or(f64::NAN, Quantity::si))
}

/// How the initial amounts change when that of one species is raised by 1: itself, and vacant sites.
pub(crate) fn initial_direction(network: &Network, id: SpeciesId) -> Vec<(SpeciesId, f64)> {
    let mut direction = vec![(id, 1.0)];
    for (site, count) in &network.species()[id.0].sites {
        let vacant = &network.definition().sites[site.0].vacant;
        if let Ok(vacant) = network.species_id(vacant)
            && vacant != id
        {
            let share = network.species()[vacant.0].sites.iter().find(|(s, _)| s == site).map_or(1.0, |s| s.1);
            direction.push((vacant, -count / share));
        }
    }
    direction
}

/// Collects what a problem needs; [`ProblemBuilder::build`] checks it.
#[derive(Debug, Clone)]
#[must_use]
pub struct ProblemBuilder {
    network: Network,
    settings: Vec<(String, Result<Quantity>)>,
    reference: Option<Reference>,
    t_end: Option<Result<Quantity>>,
    save: Option<SavePoints>,
}

fn quantity(value: impl IntoQuantity) -> Result<Quantity> {
    Ok(value.into_quantity()?)
}

impl ProblemBuilder {
    /// Sets the amount of a species at the start.
    pub fn initial(self, species: &str, value: impl IntoQuantity) -> Self {
        self.set(&format!("{species}(0)"), value)
    }

    /// Sets a parameter.
    pub fn parameter(self, name: &str, value: impl IntoQuantity) -> Self {
        self.set(name, value)
    }

    /// Sets anything by name from a text, a potential also against a reference electrode: `2.0 V vs SHE`.
    pub fn set_text(mut self, name: &str, text: &str) -> Self {
        let Some((value, reference)) = text.split_once(" vs ").filter(|_| name.trim() == "potential") else {
            return self.set(name, text);
        };
        match Reference::from_word(reference.trim()) {
            Some(reference) => {
                self.reference = Some(reference);
                self.set(name, value)
            }
            None => {
                let words: Vec<&str> = Reference::ALL.iter().map(|r| r.word()).collect();
                let error = SolveError::UnknownName {
                    kind: "reference electrode",
                    name: reference.trim().to_owned(),
                    expected: words.join(", "),
                };
                self.settings.push((name.to_owned(), Err(error)));
                self
            }
        }
    }

    /// Sets anything by name: a parameter, the initial amount of a species, `potential`, `temperature`.
    pub fn set(mut self, name: &str, value: impl IntoQuantity) -> Self {
        self.settings.push((name.to_owned(), quantity(value)));
        self
    }

    /// Sets the potential against a reference electrode, which is converted to that of the model.
    pub fn potential(mut self, value: impl IntoQuantity, reference: Reference) -> Self {
        self.reference = Some(reference);
        self.set("potential", value)
    }

    /// Sets the temperature.
    pub fn temperature(self, value: impl IntoQuantity) -> Self {
        self.set("temperature", value)
    }

    /// Sets the length of the run.
    pub fn until(mut self, value: impl IntoQuantity) -> Self {
        self.t_end = Some(quantity(value));
        self
    }

    /// Sets when to look.
    pub fn save(mut self, save: SavePoints) -> Self {
        self.save = Some(save);
        self
    }

    /// Checks everything.
    ///
    /// # Errors
    /// An unknown name, a wrong unit, a value out of range, a length of run that neither the user nor the
    /// model gives.
    pub fn build(self) -> Result<Problem> {
        let network = self.network;
        let run = &network.definition().run;
        let by_protocol = self.t_end.is_none() && run.t_end.is_none();
        let t_end = match (self.t_end, &run.t_end) {
            (Some(given), _) => given?.si_as(Dimension::TIME, "the length of the run")?,
            (None, Some(default)) => default.si(),
            (None, None) if !network.stages().is_empty() => {
                schedule::longest(network.stages(), run_conditions(&network))
            }
            (None, None) => {
                return Err(SolveError::Missing {
                    what: "the length of the run".into(),
                    help: "give it (`--t-end 10h`, `.until(Hours(10.0))`) or put t_end under [run] in the model".into(),
                });
            }
        };
        let electrode_laws = network.steps().iter().any(|s| s.law.reads_potential());
        let mut conditions = run_conditions(&network);
        // A network without electrode laws does not ask for a potential, nor does one whose protocol sets it.
        let asked = electrode_laws && !schedule::sets(network.stages(), Swept::Potential);
        if !asked && conditions.potential.is_nan() {
            conditions.potential = 0.0;
        }
        let mut problem = Problem {
            parameters: network.parameter_values(),
            initial: network.initial_values(),
            conditions,
            potential_given: run.potential.is_some() || !asked,
            t_end,
            by_protocol,
            save: self.save.unwrap_or(SavePoints::Uniform(101)),
            network,
        };
        let mut settings = Vec::new();
        for (name, value) in self.settings {
            settings.push((Setting::parse(&problem.network, &name)?, name, value));
        }
        // Vacant sites last: what is set of them holds, whatever adsorbed species took before.
        let is_vacant = |s: &Setting| match s {
            Setting::Initial(id) => {
                let name = &problem.network.species()[id.0].name;
                problem.network.definition().sites.iter().any(|site| site.vacant == *name)
            }
            _ => false,
        };
        // The potential of a hydrogen electrode goes with the temperature, so that comes first.
        settings.sort_by_key(|(setting, _, _)| (is_vacant(setting), *setting != Setting::Temperature));
        for (setting, name, value) in settings {
            problem.settable(setting)?;
            let dimension = setting.dimension(&problem.network);
            let value = value?;
            let mut si = match problem.pressure(setting, &value) {
                Some(amount) => amount,
                None => value.si_as(dimension, &format!("`{name}`"))?,
            };
            if let (Setting::Potential, Some(reference)) = (setting, self.reference) {
                si = problem.network.convert_potential(si, reference, problem.conditions.temperature)?;
            }
            problem.set(setting, si);
        }
        if problem.potential_given {
            problem.check()?;
            problem.network.bound(problem.tables(), &problem.parameters, &problem.conditions)?;
        }
        Ok(problem)
    }
}

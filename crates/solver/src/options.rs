//! How to solve.

use std::time::Duration;

use ratelaw_network::units::Quantity;

use crate::control::Tolerance;
use crate::error::{Result, SolveError};
use crate::method::{Choice, Method};
use crate::problem::Problem;
use crate::setting::Setting;
use crate::stop_flag::StopFlag;

/// Options of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct SolveOptions {
    /// Integration method.
    pub method: Method,
    /// Relative tolerance of every amount, from 1e-13 to 0.1.
    pub rtol: f64,
    /// The absolute tolerance of a species, as a fraction of `rtol` times its scale (the smallest amount
    /// present in its phase at the start, see [`Network::scales`](ratelaw_network::Network::scales)): amounts below this
    /// fraction of the scale are not resolved relatively.
    pub resolution: f64,
    /// Absolute tolerances of single species, by name, each in a unit of its amount; they take the place of what
    /// `resolution` gives.
    pub atol: Vec<(String, Quantity)>,
    /// What an amount below zero does to a run.
    pub on_negative: OnNegative,
    /// What a tolerance below rounding does to a run.
    pub on_rounding: OnRounding,
    /// Most steps, accepted and rejected.
    pub max_steps: usize,
    /// Most time of a run by the clock; none for any. In lanes it is the run's share of the time of its block: what all
    /// took, divided by the runs in it. The clock is not the same twice: a run near its limit fails at one time and not at
    /// another.
    pub time_limit: Option<Duration>,
    /// Ends runs with [`Cause::Stopped`](crate::Cause::Stopped) when it is set.
    pub stop: Option<StopFlag>,
    /// Exact derivatives of the solution that are computed with it.
    pub sensitivities: Vec<Setting>,
    /// Whether the turnovers of all steps are integrated, and not only of those that exchange electrons. It changes
    /// nothing else: no step, no bit of the state (but of the explicit methods, whose norm rounds differently).
    pub all_turnovers: bool,
}

/// What is done about an amount that falls below zero by more than the tolerance explains. It is never clipped: that
/// would make matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnNegative {
    /// The run goes on, and the solution warns, see [`Solution::negative`](crate::Solution::negative).
    #[default]
    Report,
    /// The run fails there with [`Cause::Negative`](crate::Cause::Negative) and the species' name.
    Fail,
}

/// What is done about a tolerance that rounding alone passes by far in a state that is reported, see
/// [`RoundingError::REFUSED`](crate::RoundingError::REFUSED). Where it passes it at all, the solution warns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnRounding {
    /// The run fails there with [`Cause::Rounding`](crate::Cause::Rounding): the tolerance cannot be met.
    #[default]
    Fail,
    /// The run goes on, and the solution warns, see [`Solution::rounding`](crate::Solution::rounding).
    Report,
}

impl Default for SolveOptions {
    fn default() -> Self {
        Self {
            method: Method::default(),
            rtol: 1e-6,
            resolution: 1e-6,
            atol: Vec::new(),
            on_negative: OnNegative::default(),
            on_rounding: OnRounding::default(),
            max_steps: 100_000,
            time_limit: None,
            stop: None,
            sensitivities: Vec::new(),
            all_turnovers: false,
        }
    }
}

impl SolveOptions {
    /// The same with a method that is one, for so many variables, and why where it was chosen.
    pub(crate) fn settled(&self, size: usize) -> (Self, Option<Choice>) {
        let (method, choice) = self.method.settled(size, self.rtol, !self.sensitivities.is_empty());
        (Self { method, ..self.clone() }, choice)
    }

    pub(crate) fn check(&self) -> Result<()> {
        let refuse = |what: &str, found, expected| Err(SolveError::out_of_range(what, found, expected));
        if !(1e-13..=0.1).contains(&self.rtol) {
            return refuse("the relative tolerance", self.rtol, "a number from 1e-13 to 0.1");
        }
        if !(self.resolution > 0.0 && self.resolution <= 1.0) {
            return refuse("the resolution", self.resolution, "a number above 0, at most 1");
        }
        if self.max_steps == 0 {
            return refuse("the limit of steps", 0.0, "at least 1");
        }
        if self.time_limit.is_some_and(|limit| limit.is_zero()) {
            return refuse("the limit of time", 0.0, "a time above zero");
        }
        if self.method.tableau().is_none() && !self.sensitivities.is_empty() {
            let what = "compute sensitivities";
            return Err(SolveError::Unsupported { method: self.method, what, instead: Method::Rodas5P });
        }
        Ok(())
    }

    /// The same at another relative tolerance, with the absolute ones larger or smaller by as much.
    #[must_use]
    pub fn at_rtol(&self, rtol: f64) -> Self {
        let scaled = |q: &Quantity| Quantity::from_si(q.si() * (rtol / self.rtol), q.dimension());
        let atol = self.atol.iter().map(|(name, q)| (name.clone(), scaled(q))).collect();
        Self { rtol, atol, ..self.clone() }
    }

    /// Method and tolerance, for the notes of a table.
    pub(crate) fn note(&self) -> (String, String) {
        ("method".to_owned(), format!("{}, rtol {:e}", self.method, self.rtol))
    }

    /// The tolerance of a problem's variables.
    pub(crate) fn tolerance(&self, problem: &Problem) -> Result<Tolerance> {
        let (network, tables) = (problem.network(), problem.tables());
        let scale = network.scales(problem.initial());
        let (potentials, timed) = (tables.potentials().len(), tables.time().is_some());
        let mut tolerance = Tolerance::new(self.rtol, self.resolution, scale, potentials, timed);
        for (i, (name, given)) in self.atol.iter().enumerate() {
            let id = network.species_id(name)?;
            let what = format!("the absolute tolerance of `{name}`");
            let atol = given.si_as(network.amount_dimension(id), &what)?;
            let refuse = |expected: &str| {
                Err(SolveError::OutOfRange { what: what.clone(), found: given.to_string(), expected: expected.into() })
            };
            if !(atol.is_finite() && atol > 0.0) {
                return refuse("a finite amount above zero");
            }
            if self.atol[..i].iter().any(|(other, _)| other == name) {
                return refuse("to be given once");
            }
            tolerance.absolute[id.0] = atol;
        }
        Ok(tolerance)
    }
}

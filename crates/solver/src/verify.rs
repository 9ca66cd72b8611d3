//! The true error of a run, by another method.

use ratelaw_network::SpeciesId;

use crate::error::Result;
use crate::integrate::solve;
use crate::method::Method;
use crate::observe::Observable;
use crate::options::{OnRounding, SolveOptions};
use crate::problem::Problem;
use crate::solution::Solution;

/// How far a run is from the truth, in units of its tolerance.
///
/// The tolerance holds each step; what the errors of the steps add up to is not said by it. Here the truth is a run by
/// another method to a tolerance a hundred times as tight, so that neither the steps nor the formulas are shared.
#[derive(Debug, Clone, PartialEq)]
pub struct Verification {
    /// The run that was verified.
    pub solution: Solution,
    /// The run that it was compared with.
    pub reference: Solution,
    /// The largest deviation of each species, in the network's order.
    pub species: Vec<Deviation>,
    /// The largest deviation of the charge passed; `None` for a network without electrodes.
    pub charge: Option<Deviation>,
    /// Number of save points that were compared: those that both runs have at the same time, and the ends. Where a
    /// condition of a protocol ends a stage, the two differ in that time and are not compared there.
    pub compared: usize,
    /// What rounding alone leaves in the reference, in units of the tolerance of the run, as estimated (to some factor of ten); 0
    /// where it is below three times the tolerance of the reference. Errors below it are not told.
    pub uncertainty: f64,
    /// How much later than the reference the run ends, s; 0 unless a condition of a protocol ends it.
    pub shift: f64,
}

/// A difference between two runs.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Deviation {
    /// Its size over the tolerance there, `atol + rtol |y|`.
    pub error: f64,
    /// When, s.
    pub time: f64,
}

impl Deviation {
    fn note(&mut self, difference: f64, tolerance: f64, time: f64) {
        // No difference is none, also where there is no tolerance; and a difference that is no number is the largest.
        let error = if difference == 0.0 { 0.0 } else { difference.abs() / tolerance };
        if error > self.error || error.is_nan() {
            *self = Self { error: if error.is_nan() { f64::INFINITY } else { error }, time };
        }
    }
}

/// How much tighter the tolerance of the reference is, and the tightest there is.
const TIGHTER: f64 = 100.0;
const TIGHTEST: f64 = 1e-13;
/// A reference takes more steps, so its limit is higher.
const MORE_STEPS: usize = 10;

/// Solves a problem, and once more by another method to a tolerance a hundred times as tight (but not below 1e-13), and
/// compares the two at the save points: Radau5 checks Rodas5P and the explicit methods, Rodas5P checks Radau5.
///
/// ```
/// use ratelaw_network::{Law, Network, Species, units::{Number, Quantity, Seconds}};
/// use ratelaw_solver::{Problem, SavePoints, SolveOptions, verify};
///
/// let network = Network::builder("decay")
///     .abstract_phase("mixture")
///     .species(Species::new("A").composition_waived().initial(Number(1.0))?)
///     .species(Species::new("B").composition_waived())
///     .step("decay", "A -> B", Law::constant(Quantity::new(0.1, "1/s")?)?)
///     .build()?;
/// let problem = Problem::builder(&network).until(Seconds(50.0)).save(SavePoints::Uniform(11)).build()?;
/// let verification = verify(&problem, &SolveOptions::default())?;
/// assert!(verification.holds() && verification.error() < 2.0);
/// assert_eq!(verification.compared, 11);
/// # Ok::<(), ratelaw_solver::SolveError>(())
/// ```
///
/// # Errors
/// As [`solve`], for either of the runs.
pub fn verify(problem: &Problem, options: &SolveOptions) -> Result<Verification> {
    Verification::of(solve(problem, options)?, options)
}

impl Verification {
    /// The largest error, in units of the tolerance, that a sound run shows: errors of steps add up to a few times
    /// that of each.
    pub const LIMIT: f64 = 10.0;

    /// Verifies a run that is there already; `options` are those that it was solved with.
    ///
    /// # Errors
    /// As [`solve`], for the run that it is compared with.
    pub fn of(solution: Solution, options: &SolveOptions) -> Result<Self> {
        let method = if solution.method == Method::Radau5 { Method::Rodas5P } else { Method::Radau5 };
        let rtol = (solution.rtol / TIGHTER).max(TIGHTEST);
        let max_steps = options.max_steps.saturating_mul(MORE_STEPS);
        // The reference need not keep its own tolerance, but that of the run.
        let on_rounding = OnRounding::Report;
        let tighter =
            SolveOptions { method, on_rounding, max_steps, sensitivities: Vec::new(), ..options.at_rtol(rtol) };
        let reference = solve(&solution.problem, &tighter)?;
        let absolute = SolveOptions { rtol: solution.rtol, ..options.clone() }.tolerance(&solution.problem)?.absolute;
        let tightest = tighter.tolerance(&solution.problem)?.absolute;
        let uncertainty = reference.rounding.map_or(0.0, |rounding| {
            let id = rounding.species.0;
            let size = reference.states.last().map_or(0.0, |y| y[id].abs());
            rounding.error * (tightest[id] + rtol * size) / (absolute[id] + solution.rtol * size)
        });
        Ok(Self { uncertainty, ..Self::between(solution, reference, &absolute) })
    }

    fn between(solution: Solution, reference: Solution, absolute: &[f64]) -> Self {
        let network = solution.network();
        let species = vec![Deviation::default(); network.species().len()];
        let charge = network.is_electrochemical().then(Deviation::default);
        let shift = match (solution.times.last(), reference.times.last()) {
            (Some(own), Some(other)) => own - other,
            _ => 0.0,
        };
        let mut all = Self { solution, reference, species, charge, compared: 0, uncertainty: 0.0, shift };
        let (mut own, mut other, mut most_charge) = (0, 0, 0.0);
        while let (Some(time), Some(there)) = (all.solution.times.get(own), all.reference.times.get(other)) {
            let ends = own + 1 == all.solution.times.len() && other + 1 == all.reference.times.len();
            let (step_own, step_other) = (time <= there, there <= time);
            if ends || time == there {
                all.compare((own, other), absolute, &mut most_charge);
            }
            own += usize::from(step_own);
            other += usize::from(step_other);
        }
        all
    }

    /// Compares a save point of the run with one of the reference.
    fn compare(&mut self, (own, other): (usize, usize), absolute: &[f64], most_charge: &mut f64) {
        let Self { solution, reference, species, charge, compared, .. } = self;
        let (time, rtol) = (solution.times[own], solution.rtol);
        let states = solution.states[own].iter().zip(&reference.states[other]);
        for (deviation, ((y, exact), atol)) in species.iter_mut().zip(states.zip(absolute)) {
            deviation.note(y - exact, atol + rtol * exact.abs(), time);
        }
        if let Some(charge) = charge {
            let passed = |run: &Solution, i| Observable::Charge.value(&run.moment(i)).unwrap_or(0.0);
            let exact = passed(reference, other);
            // What passes back and forth leaves the errors of both ways: the size is the largest charge so far.
            *most_charge = most_charge.max(exact.abs());
            charge.note(passed(solution, own) - exact, rtol * *most_charge, time);
        }
        *compared += 1;
    }

    /// The species with the largest deviation.
    pub fn worst(&self) -> Option<(SpeciesId, Deviation)> {
        let all = self.species.iter().enumerate();
        all.max_by(|a, b| a.1.error.total_cmp(&b.1.error)).map(|(i, deviation)| (SpeciesId(i), *deviation))
    }

    /// The largest deviation of all, of species and charge.
    pub fn error(&self) -> f64 {
        self.species.iter().chain(&self.charge).map(|d| d.error).fold(0.0, f64::max)
    }

    /// Whether the error is at most [`Verification::LIMIT`] times the tolerance, anything was compared, and the reference is good
    /// enough to tell.
    pub fn holds(&self) -> bool {
        self.compared > 0 && self.error().max(self.uncertainty) <= Self::LIMIT
    }

    /// A sentence on it.
    pub fn describe(&self) -> String {
        let mut text = format!("true error: {} of the tolerance", figure(self.error()));
        if let Some((id, worst)) = self.worst() {
            let name = &self.solution.network().species()[id.0].name;
            text.push_str(&format!(", worst species `{name}` ({}) at t = {:.4e} s", figure(worst.error), worst.time));
        }
        if let Some(charge) = self.charge {
            text.push_str(&format!(", charge {} at t = {:.4e} s", figure(charge.error), charge.time));
        }
        if self.shift != 0.0 {
            text.push_str(&format!(
                ", the end {:.1e} s {}",
                self.shift.abs(),
                if self.shift > 0.0 { "late" } else { "early" }
            ));
        }
        let Self { reference, compared, .. } = self;
        text.push_str(&format!(
            " ({compared} times, against {} at rtol {:.1e}, {} steps)",
            reference.method, reference.rtol, reference.stats.accepted
        ));
        if self.uncertainty > 0.0 {
            text.push_str(&format!(
                "; rounding alone leaves the reference wrong by about {} of the tolerance, so less than that is not told",
                figure(self.uncertainty)
            ));
        }
        text
    }
}

/// Two digits, of which more would say nothing.
fn figure(error: f64) -> String {
    if error == 0.0 || (1e-3..1e4).contains(&error) { format!("{error:.2}") } else { format!("{error:.1e}") }
}

//! What makes a species and what consumes it, integrated over a time.

use ratelaw_network::{Network, SpeciesId, StepId};

use crate::error::{Result, SolveError};
use crate::integrate::solve;
use crate::options::SolveOptions;
use crate::problem::{Problem, SavePoints};
use crate::solution::{Solution, Turnover};
use crate::table::{Cell, Column, Table};

/// Turnovers of all steps over a time span of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Fluxes {
    /// The run that they are from, saved at the start and at the end of the span.
    pub solution: Solution,
    /// Start and end of the span, s.
    pub span: (f64, f64),
    /// Turnover of each step in the span, mol.
    pub turnovers: Vec<Turnover>,
    /// Change of each species in the span, mol.
    pub changes: Vec<f64>,
}

/// What one step did to a species.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contribution {
    /// The step.
    pub step: StepId,
    /// Net change of the species by the step, mol; negative where the step consumed it.
    pub net: f64,
    /// Change by the forward direction alone, mol.
    pub forward: f64,
    /// Change by the reverse direction alone, mol.
    pub reverse: f64,
    /// Part of all that steps made (or consumed) of the species, net, 0 to 1.
    pub part: f64,
}

/// Integrates what each step does from one time of a run to another.
///
/// The turnovers are quadratures beside the run, outside its error norm: the run takes the same steps to the same bits
/// as without them. They are combined as the state is, so that the contributions of all steps add up to the change of
/// each species to rounding, whatever the tolerance.
///
/// # Errors
/// A span that is not within the run; what [`solve`] refuses or fails at.
///
/// ```
/// use ratelaw_network::{Law, Network, Species, units::Seconds};
/// use ratelaw_solver::{Problem, SolveOptions, flux};
///
/// let network = Network::builder("two ways")
///     .solution("cell", "1 L")?
///     .species(Species::new("A").composition_waived().initial("1 M")?)
///     .species(Species::new("B").composition_waived())
///     .species(Species::new("C").composition_waived())
///     .parameter("k1", "3 1/s")?
///     .parameter("k2", "1 1/s")?
///     .step("to_B", "A -> B", Law::mass_action("k1"))
///     .step("to_C", "A -> C", Law::mass_action("k2"))
///     .build()?;
/// let problem = Problem::builder(&network).until(Seconds(50.0)).build()?;
/// let fluxes = flux(&problem, (0.0, 50.0), &SolveOptions::default())?;
/// let consumed = fluxes.consumes("A")?;
/// assert!((consumed[0].net + 0.75).abs() < 1e-6 && (consumed[1].part - 0.25).abs() < 1e-6);
/// # Ok::<(), ratelaw_solver::SolveError>(())
/// ```
pub fn flux(problem: &Problem, span: (f64, f64), options: &SolveOptions) -> Result<Fluxes> {
    let (from, to) = span;
    if !(from >= 0.0 && from < to && to <= problem.t_end()) {
        return Err(SolveError::OutOfRange {
            what: "the time span (s)".into(),
            found: format!("{from} to {to}"),
            expected: format!("two ascending times within the run, which ends at {} s", problem.t_end()),
        });
    }
    let mut problem = problem.clone();
    problem.set_save(SavePoints::Times(vec![from, to]));
    let solution = solve(&problem, &SolveOptions { all_turnovers: true, ..options.clone() })?;
    // A protocol adds moments of its own, where something is dosed or taken: the last at a time is after that.
    let at = |time: f64| solution.times.iter().rposition(|t| *t <= time);
    let (start, end) = match (at(from), at(to)) {
        (Some(start), Some(end)) if end > start => (start, end),
        _ => {
            return Err(SolveError::OutOfRange {
                what: "the time span (s)".into(),
                found: format!("{from} to {to}"),
                expected: format!("times before the run ended, at {:?} s", solution.times.last()),
            });
        }
    };
    let network = problem.network();
    let difference = |(b, a): (&Turnover, &Turnover)| Turnover { net: b.net - a.net, forward: b.forward - a.forward };
    let turnovers = solution.all_turnovers[end].iter().zip(&solution.all_turnovers[start]).map(difference).collect();
    let species = network.species().iter().enumerate();
    let change = |i: usize| solution.states[end][i] - solution.states[start][i];
    let changes = species.map(|(i, s)| change(i) * network.size(s.phase)).collect();
    let span = (solution.times[start], solution.times[end]);
    Ok(Fluxes { solution, span, turnovers, changes })
}

impl Fluxes {
    fn network(&self) -> &Network {
        self.solution.network()
    }

    /// Steps that made a species in net, the largest first.
    ///
    /// # Errors
    /// An unknown species.
    pub fn makes(&self, species: &str) -> Result<Vec<Contribution>> {
        let id = self.network().species_id(species)?;
        Ok(self.side(id, 1.0))
    }

    /// Steps that consumed a species in net, the largest first; their changes are negative.
    ///
    /// # Errors
    /// An unknown species.
    pub fn consumes(&self, species: &str) -> Result<Vec<Contribution>> {
        let id = self.network().species_id(species)?;
        Ok(self.side(id, -1.0))
    }

    /// What all steps did to a species in net, mol.
    pub fn by_steps(&self, species: SpeciesId) -> f64 {
        self.all(species).map(|c| c.net).sum()
    }

    /// What changed a species beside the steps, mol: doses, samples and transfers of a protocol, and what a reservoir
    /// that is held constant took up or gave. Rounding apart zero for all else.
    pub fn from_outside(&self, species: SpeciesId) -> f64 {
        self.changes[species.0] - self.by_steps(species)
    }

    fn all(&self, species: SpeciesId) -> impl Iterator<Item = Contribution> {
        self.network().steps().iter().enumerate().filter_map(move |(i, step)| {
            let change = step.change.iter().find(|(id, _)| *id == species)?.1;
            let turnover = self.turnovers[i];
            Some(Contribution {
                step: StepId(i),
                net: change * turnover.net,
                forward: change * turnover.forward,
                // Zero without its sign for an irreversible step.
                reverse: 0.0 - change * turnover.reverse(),
                part: 0.0,
            })
        })
    }

    fn side(&self, species: SpeciesId, sign: f64) -> Vec<Contribution> {
        let mut side: Vec<Contribution> = self.all(species).filter(|c| c.net * sign > 0.0).collect();
        side.sort_by(|a, b| b.net.abs().total_cmp(&a.net.abs()));
        let total: f64 = side.iter().map(|c| c.net).sum();
        for contribution in &mut side {
            contribution.part = contribution.net / total;
        }
        side
    }

    /// What makes and consumes the given species, as a table.
    pub fn table(&self, species: &[SpeciesId]) -> Table {
        let network = self.network();
        let columns = vec![
            Column::new("species", ""),
            Column::new("step", ""),
            Column::new("net", "mol"),
            Column::new("forward", "mol"),
            Column::new("reverse", "mol"),
            Column::new("part", "%"),
        ];
        let row = |id: SpeciesId, c: Contribution| {
            let names = [&network.species()[id.0].name, &network.steps()[c.step.0].name];
            let numbers = [c.net, c.forward, c.reverse, 100.0 * c.part];
            names.into_iter().cloned().map(Cell::Text).chain(numbers.into_iter().map(Cell::Number)).collect()
        };
        let both = |id: SpeciesId| [1.0, -1.0].into_iter().flat_map(move |sign| self.side(id, sign));
        let rows = species.iter().flat_map(|id| both(*id).map(|c| row(*id, c))).collect();
        let mut notes = self.solution.problem.notes();
        notes.push(("span".to_owned(), format!("{} s to {} s", self.span.0, self.span.1)));
        notes.push(("rtol".to_owned(), format!("{:e}", self.solution.rtol)));
        Table { notes, columns, rows }
    }
}

//! Running a chain.

use ratelaw_network::SpeciesId;

use super::error::{ChainError, ChainFailure};
use super::figure::Course;
use super::hand_over::HandOver;
use super::ledger::{self, Flows, Ledger};
use super::result::{ChainResult, Receipt, StageRun};
use super::sequence::Chain;
use super::work::{self, Work};
use crate::error::SolveError;
use crate::integrate::solve;
use crate::observe::Observable;
use crate::options::SolveOptions;
use crate::problem::Problem;
use crate::setting::Setting;

impl Chain {
    /// Runs all stages of all cycles. Sensitivities are not computed; absolute tolerances by name must be names of every
    /// stage.
    ///
    /// # Errors
    /// [`ChainError::Failed`] for the first stage that cannot be run, with what was done until then.
    pub fn run(&self, options: &SolveOptions) -> Result<ChainResult, ChainError> {
        self.run_with(options, |_, _| {})
    }

    /// The same, and says before each run which stage it is of and which cycle, from 1.
    ///
    /// # Errors
    /// Those of [`Chain::run`].
    pub fn run_with(
        &self,
        options: &SolveOptions,
        mut before: impl FnMut(&str, usize),
    ) -> Result<ChainResult, ChainError> {
        let mut runs: Vec<StageRun> = Vec::new();
        for cycle in 1..=self.times {
            for (number, stage) in self.stages.iter().enumerate() {
                before(&stage.name, cycle);
                let (problem, received) = self.prepare(number, &runs);
                match run_stage(problem, options) {
                    Ok(run) => runs.push(StageRun { stage: stage.name.clone(), cycle, received, ..run }),
                    Err(error) => {
                        let (stage, partial) = (stage.name.clone(), self.result(runs));
                        return Err(Box::new(ChainFailure { stage, cycle, error, partial }).into());
                    }
                }
            }
        }
        Ok(self.result(runs))
    }

    /// The run whose end a hand-over to the next run takes from; none in the first cycle from a later stage.
    fn giver(&self, hand_over: &HandOver, done: usize) -> Option<usize> {
        let cycle = done / self.stages.len();
        let of_cycle = if hand_over.is_of_last_cycle() { cycle.checked_sub(1)? } else { cycle };
        Some(of_cycle * self.stages.len() + hand_over.from)
    }

    /// The problem of the next run, after the runs that are done, and what it received.
    fn prepare(&self, number: usize, runs: &[StageRun]) -> (Problem, Vec<Receipt>) {
        let stage = &self.stages[number];
        let mut problem = stage.problem.clone();
        let network = problem.network().clone();
        let mut received = Vec::new();
        let mut arrived: Vec<(SpeciesId, bool, f64)> = Vec::new();
        for hand_over in self.hand_overs.iter().filter(|h| h.to == number) {
            let Some(giver) = self.giver(hand_over, runs.len()).map(|i| &runs[i]) else { continue };
            let available = moles(giver, hand_over.source);
            let moles = available * hand_over.recovery;
            match arrived.iter_mut().find(|(id, ..)| *id == hand_over.target) {
                Some((_, _, sum)) => *sum += moles,
                None => arrived.push((hand_over.target, hand_over.add, moles)),
            }
            let own = &stage.receives[hand_over.receive];
            received.push(Receipt {
                from: giver.stage.clone(),
                cycle: giver.cycle,
                species: own.species.clone(),
                target: own.target.clone(),
                available,
                recovery: hand_over.recovery,
                arrived: moles,
                origin: own.origin.map(ratelaw_network::Origin::word),
                note: own.note.clone(),
                add: hand_over.add,
            });
        }
        // Vacant sites follow the species that adsorb; where they are handed over themselves, that holds.
        let sites = &network.definition().sites;
        arrived.sort_by_key(|(id, ..)| sites.iter().any(|s| s.vacant == network.species()[id.0].name));
        for (id, add, moles) in arrived {
            let before = if add { stage.problem.initial()[id.0] } else { 0.0 };
            problem.set(Setting::Initial(id), before + moles / network.size(network.species()[id.0].phase));
        }
        (problem, received)
    }

    /// What the runs come to: their accounts, the ledger and the figures.
    fn result(&self, mut runs: Vec<StageRun>) -> ChainResult {
        let flows = self.flows(&runs);
        for (run, flows) in runs.iter_mut().zip(&flows) {
            run.accounts = ledger::accounts(&run.solution, flows);
        }
        let stages: Vec<String> = self.stages.iter().map(|s| s.name.clone()).collect();
        let ledger = Ledger::of(&stages, &runs);
        let all = Course { stages: &self.stages, runs: &runs, times: self.times };
        let figures = self.figures.iter().map(|(figure, checked)| all.evaluate(figure, checked)).collect();
        ChainResult {
            name: self.name.clone(),
            title: self.title.clone(),
            stages,
            times: self.times,
            runs,
            ledger,
            figures,
        }
    }

    /// What came to and went from each run. A hand-over that did not happen, as after the last cycle, leaves its part
    /// where it is.
    fn flows(&self, runs: &[StageRun]) -> Vec<Flows> {
        let mut flows: Vec<Flows> = runs.iter().map(|r| Flows::new(r.solution.network().species().len())).collect();
        let mut done = Vec::new();
        for (taker, _) in runs.iter().enumerate() {
            for hand_over in self.hand_overs.iter().filter(|h| h.to == taker % self.stages.len()) {
                let Some(giver) = self.giver(hand_over, taker) else { continue };
                let arrived = moles(&runs[giver], hand_over.source) * hand_over.recovery;
                flows[giver].handed_on[hand_over.source.0] += arrived;
                flows[taker].received[hand_over.target.0] += arrived;
                done.push((giver, hand_over.source));
            }
        }
        done.sort_unstable();
        done.dedup();
        for (giver, source) in done {
            let from = giver % self.stages.len();
            let claims = self.hand_overs.iter().filter(|h| (h.from, h.source) == (from, source));
            let claimed: f64 = claims.map(|h| h.recovery).sum();
            // Parts that add up to all but for rounding lose nothing.
            flows[giver].lost[source.0] = moles(&runs[giver], source) * (1.0 - claimed).max(0.0);
        }
        flows
    }
}

/// Runs one stage; its place in the chain and its accounts are filled in later.
fn run_stage(mut problem: Problem, options: &SolveOptions) -> Result<StageRun, SolveError> {
    let network = problem.network().clone();
    if network.floating_potentials().iter().any(|f| f.counter) {
        problem.set_save(work::save_points(problem.t_end()));
    }
    let all_turnovers = options.all_turnovers || ledger::is_open(&network);
    let options = SolveOptions { all_turnovers, sensitivities: Vec::new(), ..options.clone() };
    let solution = solve(&problem, &options)?;
    let charge = network.is_electrochemical().then(|| solution.observe(&Observable::Charge).pop().flatten()).flatten();
    Ok(StageRun {
        stage: String::new(),
        cycle: 0,
        seconds: solution.times.last().copied().unwrap_or(0.0),
        received: Vec::new(),
        charge,
        work: Work::of(&solution),
        readings: StageRun::read(&solution),
        accounts: Vec::new(),
        warnings: solution.warnings(),
        solution,
    })
}

/// What there is of a species at the end of a run to hand on, mol. An amount that fell below zero within the tolerance stays
/// where it is: to clip it would make matter.
fn moles(run: &StageRun, species: SpeciesId) -> f64 {
    let network = run.solution.network();
    let amount = run.solution.states.last().map_or(0.0, |y| y[species.0]);
    amount.max(0.0) * network.size(network.species()[species.0].phase)
}

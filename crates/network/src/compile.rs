//! From checked steps to flat tables: what the kernels run over.

use std::ops::Range;

use crate::conditions::FARADAY;
use crate::network::{CheckedSpecies, CheckedStep, StepId};

/// Flat tables of a network. Every direction of every step is one entry; directions are sorted by the form
/// of their rate into homogeneous runs, so that no loop branches on a reaction.
#[derive(Debug, Clone)]
pub struct Compiled {
    pub(crate) species: usize,
    pub(crate) runs: Runs,
    /// Factors of each direction's rate, `prod y^order`.
    pub(crate) factors: Vec<Factor>,
    pub(crate) factor_ranges: Vec<Range<usize>>,
    /// Change of each species by each direction: rows are species.
    pub(crate) stoichiometry: Rows,
    /// Derivatives `d rate / d y`, one for each factor: direction and species are those of the factor.
    pub(crate) jacobian: Pattern,
    /// Direction indices of each step.
    step_directions: Vec<(usize, Option<usize>)>,
    /// Step of each direction.
    direction_steps: Vec<StepId>,
    /// Steps that exchange electrons, with the charge that one unit of their rate passes.
    pub(crate) electron_steps: Vec<(StepId, f64)>,
    /// Size of each step's phase, which turns its rate into mol/s.
    pub(crate) step_sizes: Vec<f64>,
}

/// Directions by the form of their rate.
#[derive(Debug, Clone, Default)]
pub(crate) struct Runs {
    /// `k`
    pub(crate) constant: Range<usize>,
    /// `k a`
    pub(crate) linear: Range<usize>,
    /// `k a a`
    pub(crate) square: Range<usize>,
    /// `k a b`
    pub(crate) product: Range<usize>,
    /// `k prod y^order`
    pub(crate) general: Range<usize>,
}

/// A factor `y^order` of a rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Factor {
    pub(crate) species: usize,
    pub(crate) order: f64,
}

/// A sparse matrix by rows: each row lists (column, coefficient).
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    pub(crate) starts: Vec<usize>,
    pub(crate) entries: Vec<(usize, f64)>,
}

impl Rows {
    fn new(rows: Vec<Vec<(usize, f64)>>) -> Self {
        let mut table = Self { starts: vec![0], entries: Vec::new() };
        for row in rows {
            table.entries.extend(row);
            table.starts.push(table.entries.len());
        }
        table
    }

    #[inline]
    pub(crate) fn row(&self, i: usize) -> &[(usize, f64)] {
        &self.entries[self.starts[i]..self.starts[i + 1]]
    }
}

/// The non-zero entries of the Jacobian, by rows, and the derivative terms that each adds up.
#[derive(Debug, Clone, Default)]
pub struct Pattern {
    /// Row and column of each entry.
    pub entries: Vec<(usize, usize)>,
    /// For each entry, its terms: index of the factor, and coefficient.
    pub(crate) terms: Rows,
}

impl Compiled {
    pub(crate) fn new(species: &[CheckedSpecies], steps: &[CheckedStep], sizes: &[f64]) -> Self {
        // A direction: its step, whether reverse, and its factors.
        let mut all: Vec<(StepId, bool, Vec<Factor>)> = Vec::new();
        for (i, step) in steps.iter().enumerate() {
            let factors = |orders: &[(crate::network::SpeciesId, f64)]| {
                orders.iter().map(|(s, order)| Factor { species: s.0, order: *order }).collect::<Vec<_>>()
            };
            all.push((StepId(i), false, factors(&step.orders)));
            if step.reverse != crate::rate::Reverse::None {
                all.push((StepId(i), true, factors(&step.reverse_orders)));
            }
        }
        all.sort_by_key(|(_, _, factors)| form(factors));
        let mut runs = [const { 0..0 }; 5];
        for (form_index, run) in runs.iter_mut().enumerate() {
            let start = all.partition_point(|(_, _, f)| form(f) < form_index);
            let end = all.partition_point(|(_, _, f)| form(f) <= form_index);
            *run = start..end;
        }
        let [constant, linear, square, product, general] = runs;
        let runs = Runs { constant, linear, square, product, general };

        let mut step_directions = vec![(0, None); steps.len()];
        let mut rows: Vec<Vec<(usize, f64)>> = vec![Vec::new(); species.len()];
        let (mut factors, mut factor_ranges) = (Vec::new(), Vec::new());
        for (d, (step, reverse, own)) in all.iter().enumerate() {
            if *reverse {
                step_directions[step.0].1 = Some(d);
            } else {
                step_directions[step.0].0 = d;
            }
            let sign = if *reverse { -1.0 } else { 1.0 };
            let size = sizes[steps[step.0].phase.0];
            for (s, change) in &steps[step.0].change {
                let target = &species[s.0];
                if !target.fixed {
                    // Per area of the step's electrode to per volume of the species' solution, or the like.
                    let ratio = if target.phase == steps[step.0].phase { 1.0 } else { size / sizes[target.phase.0] };
                    rows[s.0].push((d, sign * change * ratio));
                }
            }
            let start = factors.len();
            factors.extend(own.iter().copied());
            factor_ranges.push(start..factors.len());
        }
        let jacobian = pattern(&rows, &factors, &factor_ranges);
        let electron_steps = steps
            .iter()
            .enumerate()
            .filter(|(_, s)| s.electrons != 0.0)
            .map(|(i, s)| (StepId(i), s.electrons * FARADAY * sizes[s.phase.0]))
            .collect();
        Self {
            species: species.len(),
            runs,
            factors,
            factor_ranges,
            stoichiometry: Rows::new(rows),
            jacobian,
            step_directions,
            direction_steps: all.iter().map(|(s, _, _)| *s).collect(),
            electron_steps,
            step_sizes: steps.iter().map(|s| sizes[s.phase.0]).collect(),
        }
    }

    /// Number of species.
    pub fn species(&self) -> usize {
        self.species
    }

    /// Number of directions: one for each irreversible step, two for each reversible one.
    pub fn directions(&self) -> usize {
        self.direction_steps.len()
    }

    /// The step of a direction.
    pub fn direction_step(&self, direction: usize) -> StepId {
        self.direction_steps[direction]
    }

    /// Forward and reverse direction of a step.
    pub fn step_directions(&self, step: StepId) -> (usize, Option<usize>) {
        self.step_directions[step.0]
    }

    /// Row and column of every entry of the Jacobian that can differ from zero, by rows.
    pub fn jacobian_entries(&self) -> &[(usize, usize)] {
        &self.jacobian.entries
    }

    /// Number of derivative terms `d rate / d y`.
    pub fn term_count(&self) -> usize {
        self.factors.len()
    }

    /// Steps that exchange electrons, with the current (A) that one unit of their rate is; positive for an
    /// oxidation.
    pub fn electron_steps(&self) -> &[(StepId, f64)] {
        &self.electron_steps
    }
}

/// Which run a direction belongs to.
fn form(factors: &[Factor]) -> usize {
    match factors {
        [] => 0,
        [a] if a.order == 1.0 => 1,
        [a] if a.order == 2.0 => 2,
        [a, b] if a.order == 1.0 && b.order == 1.0 => 3,
        _ => 4,
    }
}

fn pattern(rows: &[Vec<(usize, f64)>], factors: &[Factor], ranges: &[Range<usize>]) -> Pattern {
    let (mut entries, mut terms) = (Vec::new(), Vec::new());
    for (i, row) in rows.iter().enumerate() {
        let mut columns: Vec<(usize, usize, f64)> =
            row.iter().flat_map(|(d, c)| ranges[*d].clone().map(move |t| (factors[t].species, t, *c))).collect();
        columns.sort_by_key(|(column, term, _)| (*column, *term));
        for group in columns.chunk_by(|a, b| a.0 == b.0) {
            entries.push((i, group[0].0));
            terms.push(group.iter().map(|(_, t, c)| (*t, *c)).collect());
        }
    }
    Pattern { entries, terms: Rows::new(terms) }
}

//! From checked steps to flat tables: what the kernels run over.

use std::ops::Range;

use crate::conditions::FARADAY;
use crate::expression::Variable;
use crate::lane::Lane;
use crate::network::{CheckedSpecies, CheckedStep, FloatingPotential, ParameterId, SpeciesId, StepId};
use crate::rate::{RateLaw, Reverse};

/// Flat tables of a network. Every direction of every step is one entry; directions are sorted by the form
/// of their rate into homogeneous runs, so that no loop branches on a reaction.
///
/// The variables are the amounts of all species, then the potentials that are found together with them (of
/// electrodes with an ohmic drop, and of a counter electrode), then the time where a rate depends on it.
#[derive(Debug, Clone)]
pub struct Compiled {
    pub(crate) species: usize,
    pub(crate) floating: Vec<Floating>,
    pub(crate) time: Option<usize>,
    pub(crate) runs: Runs,
    /// Factors of each direction's rate, `prod y^order`.
    pub(crate) factors: Vec<Factor>,
    pub(crate) factor_ranges: Vec<Range<usize>>,
    /// The species of the first two factors of each direction with a constant, 0 where there is none.
    pub(crate) pairs: Vec<[u32; 2]>,
    /// Rates that are no constant times a product, in the order of their run.
    pub(crate) free: Vec<Free>,
    /// Derivative terms `d rate / d variable` of each direction, and the variable of each.
    pub(crate) term_ranges: Vec<Range<usize>>,
    pub(crate) columns: Vec<usize>,
    /// Change of each species by each direction, then the current (A) of each floating potential: rows are
    /// variables.
    pub(crate) stoichiometry: NetRows,
    /// Derivatives of the right-hand side.
    pub(crate) jacobian: Pattern,
    /// Direction indices of each step.
    step_directions: Vec<(usize, Option<usize>)>,
    /// Step of each direction.
    direction_steps: Vec<StepId>,
    pub(crate) electron_steps: Vec<ElectronStep>,
    /// Size of each step's phase, which turns its rate into mol/s.
    pub(crate) step_sizes: Vec<f64>,
}

/// A step that exchanges electrons.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ElectronStep {
    /// The step.
    pub step: StepId,
    /// The current (A) that one unit of its rate is; positive for an oxidation.
    pub current: f64,
    /// Whether it runs at the counter electrode, so that its current is not the cell's but the return of it.
    pub counter: bool,
}

/// A potential that is found together with the amounts: `0 = E_applied - E - R I` with the current of its electrode, or
/// for a counter electrode `0 = -I` with the current of all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Floating {
    pub(crate) resistance: Option<ParameterId>,
    pub(crate) counter: bool,
    /// Entries of the Jacobian in its row, its diagonal among them, and that of the time.
    pub(crate) entries: (usize, usize),
    pub(crate) diagonal: usize,
    pub(crate) by_time: Option<usize>,
}

/// A rate that is a formula of the amounts, or whose constant depends on a potential or a time that varies.
#[derive(Debug, Clone)]
pub(crate) struct Free {
    pub(crate) law: RateLaw,
    pub(crate) kind: Reverse,
    pub(crate) is_reverse: bool,
    pub(crate) electrochemical: bool,
    /// The variable that is the potential of its electrode; the applied one if it does not float.
    pub(crate) potential: Option<usize>,
    /// Whether its rate has a derivative in the floating potential, its last term but for that in the time.
    pub(crate) by_potential: bool,
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
    /// Anything else.
    pub(crate) free: Range<usize>,
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

/// The change of each variable by the net rates of the steps: of a reversible step forward less reverse, taken before
/// anything is summed, so that what the step keeps is kept to the last digit however fast both directions are.
#[derive(Debug, Clone, Default)]
pub(crate) struct NetRows {
    starts: Vec<usize>,
    entries: Vec<NetEntry>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct NetEntry {
    forward: u32,
    /// [`NetEntry::NONE`] for a step that runs one way. Short numbers, since rows are read at every stage of a step.
    reverse: u32,
    coefficient: f64,
}

impl NetEntry {
    const NONE: u32 = u32::MAX;

    /// The change by the net rate, for given rates of all directions.
    #[inline(always)]
    pub(crate) fn change<const W: usize>(&self, rates: &[Lane<W>]) -> Lane<W> {
        let mut net = rates[self.forward as usize];
        if self.reverse != Self::NONE {
            net -= rates[self.reverse as usize];
        }
        net * self.coefficient
    }
}

impl NetRows {
    #[inline(always)]
    pub(crate) fn row(&self, i: usize) -> &[NetEntry] {
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

/// A direction while the tables are made.
struct Draft {
    step: StepId,
    is_reverse: bool,
    factors: Vec<Factor>,
    free: bool,
}

impl Compiled {
    pub(crate) fn new(
        species: &[CheckedSpecies],
        steps: &[CheckedStep],
        sizes: &[f64],
        floating: &[FloatingPotential],
        timed: bool,
    ) -> Self {
        let n = species.len();
        let time = timed.then_some(n + floating.len());
        let potential_of = |step: &CheckedStep| floating.iter().position(|f| f.phase == step.phase).map(|i| n + i);
        let all = drafts(steps, timed, &|step| potential_of(step).is_some());
        let mut runs = [const { 0..0 }; 6];
        for (form_index, run) in runs.iter_mut().enumerate() {
            let start = all.partition_point(|d| form(d) < form_index);
            let end = all.partition_point(|d| form(d) <= form_index);
            *run = start..end;
        }
        let [constant, linear, square, product, general, free] = runs;
        let runs = Runs { constant, linear, square, product, general, free };

        let mut step_directions = vec![(0, None); steps.len()];
        let mut rows: Vec<Vec<(usize, f64)>> = vec![Vec::new(); n + floating.len()];
        let (mut factors, mut factor_ranges) = (Vec::new(), Vec::new());
        let (mut columns, mut term_ranges, mut free) = (Vec::new(), Vec::new(), Vec::new());
        for (d, draft) in all.iter().enumerate() {
            let step = &steps[draft.step.0];
            let sign = if draft.is_reverse { -1.0 } else { 1.0 };
            let size = sizes[step.phase.0];
            if draft.is_reverse {
                step_directions[draft.step.0].1 = Some(d);
            } else {
                step_directions[draft.step.0].0 = d;
            }
            for (s, change) in &step.change {
                let target = &species[s.0];
                if !target.fixed {
                    // Per area of the step's electrode to per volume of the species' solution, or the like.
                    let ratio = if target.phase == step.phase { 1.0 } else { size / sizes[target.phase.0] };
                    rows[s.0].push((d, sign * change * ratio));
                }
            }
            for (i, own) in floating.iter().enumerate() {
                if step.electrons != 0.0 && (own.counter || own.phase == step.phase) {
                    rows[n + i].push((d, sign * step.electrons * FARADAY * size));
                }
            }
            let (factor_start, term_start) = (factors.len(), columns.len());
            factors.extend(draft.factors.iter().copied());
            columns.extend(draft.factors.iter().map(|f| f.species));
            if draft.free {
                free.push(free_rate(draft, step, potential_of(step), time, &mut columns));
            }
            factor_ranges.push(factor_start..factors.len());
            term_ranges.push(term_start..columns.len());
        }
        let species_of = |draft: &Draft, i: usize| draft.factors.get(i).map_or(0, |f| f.species as u32);
        let pairs = all.iter().map(|draft| [species_of(draft, 0), species_of(draft, 1)]).collect();
        let mut table = Self {
            pairs,
            species: n,
            floating: Vec::new(),
            time,
            runs,
            factors,
            factor_ranges,
            free,
            jacobian: Pattern::default(),
            columns,
            term_ranges,
            stoichiometry: NetRows::default(),
            step_directions,
            direction_steps: all.iter().map(|d| d.step).collect(),
            electron_steps: steps
                .iter()
                .enumerate()
                .filter(|(_, s)| s.electrons != 0.0)
                .map(|(i, s)| ElectronStep {
                    step: StepId(i),
                    current: s.electrons * FARADAY * sizes[s.phase.0],
                    counter: floating.iter().any(|f| f.counter && f.phase == s.phase),
                })
                .collect(),
            step_sizes: steps.iter().map(|s| sizes[s.phase.0]).collect(),
        };
        table.jacobian = table.pattern(&rows);
        table.floating = floating.iter().enumerate().map(|(i, own)| table.floating_row(n + i, *own)).collect();
        table.stoichiometry = table.net_rows(&rows);
        table
    }

    /// Rows of directions as rows of steps.
    fn net_rows(&self, rows: &[Vec<(usize, f64)>]) -> NetRows {
        let mut table = NetRows { starts: vec![0], entries: Vec::new() };
        for row in rows {
            for (direction, coefficient) in row {
                let (forward, reverse) = self.step_directions[self.direction_steps[*direction].0];
                if *direction == forward {
                    let reverse = reverse.map_or(NetEntry::NONE, |d| d as u32);
                    table.entries.push(NetEntry { forward: forward as u32, reverse, coefficient: *coefficient });
                }
            }
            table.starts.push(table.entries.len());
        }
        table
    }

    fn floating_row(&self, row: usize, own: FloatingPotential) -> Floating {
        let entries = &self.jacobian.entries;
        let start = entries.partition_point(|(i, _)| *i < row);
        let end = entries.partition_point(|(i, _)| *i <= row);
        let at = |column| entries[start..end].iter().position(|(_, j)| *j == column).map(|k| start + k);
        Floating {
            resistance: own.resistance,
            counter: own.counter,
            entries: (start, end),
            diagonal: at(row).unwrap_or(start),
            by_time: self.time.and_then(at),
        }
    }

    fn pattern(&self, rows: &[Vec<(usize, f64)>]) -> Pattern {
        let (mut entries, mut terms) = (Vec::new(), Vec::new());
        for (i, row) in rows.iter().enumerate() {
            let mut columns: Vec<(usize, Option<usize>, f64)> = row
                .iter()
                .flat_map(|(d, c)| self.term_ranges[*d].clone().map(move |t| (self.columns[t], Some(t), *c)))
                .collect();
            if i >= self.species {
                // A floating potential appears in its own row, and so does the time by way of the applied one.
                columns.push((i, None, 0.0));
                columns.extend(self.time.map(|time| (time, None, 0.0)));
            }
            columns.sort_by_key(|(column, term, _)| (*column, *term));
            for group in columns.chunk_by(|a, b| a.0 == b.0) {
                entries.push((i, group[0].0));
                terms.push(group.iter().filter_map(|(_, t, c)| Some(((*t)?, *c))).collect());
            }
        }
        Pattern { entries, terms: Rows::new(terms) }
    }

    /// Number of variables: species, floating potentials, and the time if a rate depends on it.
    pub fn size(&self) -> usize {
        self.species + self.floating.len() + usize::from(self.time.is_some())
    }

    /// The index of the time among the variables, if it is one.
    pub fn time(&self) -> Option<usize> {
        self.time
    }

    /// The indices of the floating potentials among the variables.
    pub fn potentials(&self) -> Range<usize> {
        self.species..self.species + self.floating.len()
    }

    /// Whether the kernels work out the rate of a step themselves.
    pub fn is_free(&self, step: StepId) -> bool {
        self.runs.free.contains(&self.step_directions[step.0].0)
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

    /// Number of derivative terms `d rate / d variable`.
    pub fn term_count(&self) -> usize {
        self.columns.len()
    }

    /// Whether a step exchanges electrons both ways, so that its current can be the difference of two large rates.
    pub fn has_reversible_currents(&self) -> bool {
        self.electron_steps.iter().any(|s| self.step_directions(s.step).1.is_some())
    }

    /// Steps that exchange electrons.
    pub fn electron_steps(&self) -> &[ElectronStep] {
        &self.electron_steps
    }
}

/// The directions of all steps, sorted into runs.
fn drafts(steps: &[CheckedStep], timed: bool, floats: &dyn Fn(&CheckedStep) -> bool) -> Vec<Draft> {
    let mut all = Vec::new();
    for (i, step) in steps.iter().enumerate() {
        let law = &step.law;
        let varies = timed && (law.reads_potential() || law.reads_temperature(step.reverse) || law.reads_time());
        let is_formula = matches!(law, RateLaw::Formula(_));
        let free = is_formula || varies || (law.reads_potential() && floats(step));
        let factors = |orders: &[(SpeciesId, f64)]| {
            let own = orders.iter().filter(|_| !is_formula);
            own.map(|(s, order)| Factor { species: s.0, order: *order }).collect()
        };
        all.push(Draft { step: StepId(i), is_reverse: false, factors: factors(&step.orders), free });
        if step.reverse != Reverse::None {
            all.push(Draft { step: StepId(i), is_reverse: true, factors: factors(&step.reverse_orders), free });
        }
    }
    all.sort_by_key(form);
    all
}

/// A rate that the kernels work out themselves; adds the columns of its terms beyond those of its factors.
fn free_rate(
    draft: &Draft,
    step: &CheckedStep,
    potential: Option<usize>,
    time: Option<usize>,
    columns: &mut Vec<usize>,
) -> Free {
    if let RateLaw::Formula(formula) = &step.law {
        columns.extend(formula.variables().iter().filter_map(|v| match v {
            Variable::Amount(id) => Some(id.0),
            _ => None,
        }));
    }
    let by_potential = potential.filter(|_| step.law.reads_potential());
    columns.extend(by_potential);
    columns.extend(time);
    Free {
        law: step.law.clone(),
        kind: step.reverse,
        is_reverse: draft.is_reverse,
        electrochemical: step.electrons != 0.0,
        potential,
        by_potential: by_potential.is_some(),
    }
}

/// Which run a direction belongs to.
fn form(draft: &Draft) -> usize {
    match draft.factors.as_slice() {
        _ if draft.free => 5,
        [] => 0,
        [a] if a.order == 1.0 => 1,
        [a] if a.order == 2.0 => 2,
        [a, b] if a.order == 1.0 && b.order == 1.0 => 3,
        _ => 4,
    }
}

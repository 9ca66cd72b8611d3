//! Symbolic LU factorisation, made once for a network.

use std::ops::Add;
use std::sync::Arc;

use ratelaw_network::Compiled;

/// A sparse LU factorisation as flat lists: the order of pivots, the fill, and every operation with the
/// places it reads and writes. Pivots are taken from the diagonal in Markowitz order (H. M. Markowitz,
/// Management Science 3 (1957) 255): least product of row and column counts first.
#[derive(Debug, Clone)]
pub(crate) struct SymbolicLu {
    pub(super) n: usize,
    /// Number of stored values, fill included.
    slots: usize,
    /// Place of each diagonal entry.
    diagonal: Vec<usize>,
    /// Place of each entry of the given pattern; together they are the first places.
    entry_slots: Vec<u32>,
    pub(super) pivots: Vec<Pivot>,
    pub(super) multipliers: Vec<Multiplier>,
    /// `values[target] -= values[multiplier] * values[source]`, by multiplier.
    pub(super) updates: Vec<(u32, u32)>,
    /// Entries right of the diagonal and their columns, by pivot.
    pub(super) upper: Vec<Operand>,
    /// Rows with entries left of the diagonal, in the order of elimination, those of the tail last; and these entries with
    /// their columns, by row.
    pub(super) lower_rows: Vec<LowerRow>,
    pub(super) lower: Vec<Operand>,
    /// Row and column of every place, for the fallback with pivoting.
    pub(super) coordinates: Vec<(usize, usize)>,
    /// Rows that are left to a dense factorisation of their own, in their order.
    pub(super) tail: Vec<usize>,
    /// Places of the entries of the tail, and where they are in it, row by row.
    pub(super) tail_slots: Vec<(usize, usize)>,
}

/// Operations beyond this, 64 MB of them, are not worth a list: what is left is as good as dense.
const MOST_UPDATES: usize = 8_000_000;
/// What is left is factorised dense if it has so many rows and is full to this part: a listed operation takes some ten
/// times as long as one of a full row, and the rest fills in further.
const TAIL_ROWS: usize = 32;
const TAIL_FULL: f64 = 0.4;

/// One elimination step.
#[derive(Debug, Clone)]
pub(super) struct Pivot {
    pub(super) row: usize,
    pub(super) slot: usize,
    pub(super) multipliers: std::ops::Range<usize>,
    pub(super) upper: std::ops::Range<usize>,
}

/// A factor of a substitution: the place of a value, and the variable that it multiplies. Short numbers, since such
/// lists are read at every step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operand {
    pub(super) slot: u32,
    pub(super) column: u32,
}

impl Operand {
    fn new(slot: usize, column: usize) -> Self {
        Self { slot: slot as u32, column: column as u32 }
    }
}

/// One row with entries left of the diagonal.
#[derive(Debug, Clone)]
pub(super) struct LowerRow {
    pub(super) row: usize,
    pub(super) operands: std::ops::Range<usize>,
}

/// One row below a pivot.
#[derive(Debug, Clone)]
pub(super) struct Multiplier {
    pub(super) row: usize,
    pub(super) slot: usize,
    pub(super) updates: std::ops::Range<usize>,
}

impl SymbolicLu {
    /// The plan for the Jacobian of a network.
    pub(crate) fn of(tables: &Compiled) -> Arc<Self> {
        Arc::new(Self::new(tables.size(), tables.jacobian_entries()))
    }

    /// Plans the factorisation of an `n` by `n` matrix with the given entries, each once, and a full diagonal.
    pub(super) fn new(n: usize, entries: &[(usize, usize)]) -> Self {
        const EMPTY: u32 = u32::MAX;
        // Dense maps from coordinates to places: simple, and small for the networks this is meant for.
        let mut slot = vec![EMPTY; n * n];
        let mut coordinates = Vec::new();
        let mut place = |i: usize, j: usize, coordinates: &mut Vec<(usize, usize)>| {
            let cell = &mut slot[i * n + j];
            if *cell == EMPTY {
                *cell = coordinates.len() as u32;
                coordinates.push((i, j));
            }
            *cell as usize
        };
        let entry_slots = entries.iter().map(|(i, j)| place(*i, *j, &mut coordinates) as u32).collect();
        let diagonal: Vec<usize> = (0..n).map(|i| place(i, i, &mut coordinates)).collect();
        let mut rows: Vec<Vec<usize>> = vec![Vec::new(); n];
        let mut columns: Vec<Vec<usize>> = vec![Vec::new(); n];
        for &(i, j) in &coordinates {
            rows[i].push(j);
            columns[j].push(i);
        }
        let mut left = vec![true; n];
        // Entries of a row and of a column that are left, without that on the diagonal.
        let mut in_row: Vec<usize> = rows.iter().map(|row| row.len() - 1).collect();
        let mut in_column: Vec<usize> = columns.iter().map(|column| column.len() - 1).collect();
        let mut active = coordinates.len();
        let (mut pivots, mut multipliers, mut updates, mut upper) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for done in 0..n {
            let remain = n - done;
            let full = active as f64 >= TAIL_FULL * (remain * remain) as f64;
            if (remain >= TAIL_ROWS && full) || updates.len() > MOST_UPDATES {
                break;
            }
            let Some(k) = (0..n).filter(|k| left[*k]).min_by_key(|k| in_row[*k] * in_column[*k]) else { break };
            left[k] = false;
            let below: Vec<usize> = columns[k].iter().copied().filter(|i| left[*i]).collect();
            let right: Vec<usize> = rows[k].iter().copied().filter(|j| left[*j]).collect();
            for i in &below {
                in_row[*i] -= 1;
            }
            for j in &right {
                in_column[*j] -= 1;
            }
            active -= 1 + below.len() + right.len();
            let first_upper = upper.len();
            for &j in &right {
                upper.push(Operand::new(place(k, j, &mut coordinates), j));
            }
            let first_multiplier = multipliers.len();
            for &i in &below {
                let first_update = updates.len();
                for &j in &right {
                    let before = coordinates.len();
                    let target = place(i, j, &mut coordinates);
                    if coordinates.len() > before {
                        rows[i].push(j);
                        columns[j].push(i);
                        in_row[i] += 1;
                        in_column[j] += 1;
                        active += 1;
                    }
                    updates.push((target as u32, place(k, j, &mut coordinates) as u32));
                }
                let slot = place(i, k, &mut coordinates);
                multipliers.push(Multiplier { row: i, slot, updates: first_update..updates.len() });
            }
            pivots.push(Pivot {
                row: k,
                slot: diagonal[k],
                multipliers: first_multiplier..multipliers.len(),
                upper: first_upper..upper.len(),
            });
        }
        let tail: Vec<usize> = (0..n).filter(|k| left[*k]).collect();
        let mut tail_slots = Vec::new();
        for (r, i) in tail.iter().enumerate() {
            for (c, j) in tail.iter().enumerate() {
                let cell = slot[i * n + j];
                if cell != EMPTY {
                    tail_slots.push((cell as usize, r * tail.len() + c));
                }
            }
        }
        let (lower_rows, lower) = lower_rows(n, &pivots, &multipliers, &tail);
        let slots = coordinates.len();
        Self {
            n,
            slots,
            diagonal,
            entry_slots,
            pivots,
            multipliers,
            updates,
            upper,
            lower_rows,
            lower,
            coordinates,
            tail,
            tail_slots,
        }
    }

    /// Number of stored values, fill included.
    pub(crate) fn slots(&self) -> usize {
        self.slots
    }

    /// Writes a matrix to its places: its entries in the order of the pattern it was planned for, and what is added to the
    /// diagonal of some rows.
    #[inline(always)]
    pub(crate) fn assemble<T: Copy + Add<Output = T>>(
        &self,
        values: &mut [T],
        zero: T,
        entries: impl Iterator<Item = T>,
        (diagonal, has_it): (T, impl Fn(usize) -> bool),
    ) {
        for (slot, entry) in self.entry_slots.iter().zip(entries) {
            values[*slot as usize] = entry;
        }
        values[self.entry_slots.len()..].fill(zero);
        for (row, slot) in self.diagonal.iter().enumerate() {
            if has_it(row) {
                values[*slot] = values[*slot] + diagonal;
            }
        }
    }

    /// Place of each diagonal entry.
    pub(super) fn diagonal(&self) -> &[usize] {
        &self.diagonal
    }
}

/// The multipliers by the rows that they are in.
fn lower_rows(n: usize, pivots: &[Pivot], multipliers: &[Multiplier], tail: &[usize]) -> (Vec<LowerRow>, Vec<Operand>) {
    let mut rows: Vec<Vec<Operand>> = vec![Vec::new(); n];
    for pivot in pivots {
        for multiplier in &multipliers[pivot.multipliers.clone()] {
            rows[multiplier.row].push(Operand::new(multiplier.slot, pivot.row));
        }
    }
    let (mut table, mut all) = (Vec::new(), Vec::new());
    for row in pivots.iter().map(|pivot| pivot.row).chain(tail.iter().copied()) {
        if !rows[row].is_empty() {
            let start = all.len();
            all.append(&mut rows[row]);
            table.push(LowerRow { row, operands: start..all.len() });
        }
    }
    (table, all)
}

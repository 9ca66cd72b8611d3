//! Which vectors of a list are sums of those before them.

use super::fraction::Fraction;

/// A number that elimination can work with; None where a result cannot be represented.
pub(super) trait Number: Copy {
    const ONE: Self;
    /// `self - factor * other`.
    fn minus_product(self, factor: Self, other: Self) -> Option<Self>;
    fn over(self, divisor: Self) -> Option<Self>;
    fn is_zero(self) -> bool;
    /// How good a pivot it is: positive, and the greater, the better.
    fn preference(self) -> f64;
    /// The numbers by a common factor, whole and as small as can be.
    fn smallest_whole(numbers: &[Self]) -> Vec<f64>;
}

/// A difference this small against what was subtracted is rounding.
const ROUNDING: f64 = 1e-9;

impl Number for f64 {
    const ONE: Self = 1.0;

    fn minus_product(self, factor: Self, other: Self) -> Option<Self> {
        let product = factor * other;
        let difference = self - product;
        let clean = if difference.abs() <= ROUNDING * self.abs().max(product.abs()) { 0.0 } else { difference };
        clean.is_finite().then_some(clean)
    }

    fn over(self, divisor: Self) -> Option<Self> {
        Some(self / divisor).filter(|q| q.is_finite())
    }

    fn is_zero(self) -> bool {
        self == 0.0
    }

    fn preference(self) -> f64 {
        self.abs()
    }

    /// Rounded where they are near whole numbers, and left alone otherwise.
    fn smallest_whole(numbers: &[Self]) -> Vec<f64> {
        let tidy = |w: &f64| if (w - w.round()).abs() < ROUNDING { w.round() } else { *w };
        numbers.iter().map(tidy).collect()
    }
}

/// What elimination found out about a list of vectors.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Elimination {
    /// Whether every number was exact.
    pub(super) exact: bool,
    /// Number of independent vectors.
    pub(super) rank: usize,
    /// The vectors that are sums of earlier ones, in their order.
    pub(super) dependent: Vec<Dependent>,
}

/// A vector that is a sum of earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dependent {
    /// Its place in the list.
    pub(super) index: usize,
    /// Multiples of vectors that sum to zero, itself the last and with a positive multiple; the others are
    /// independent. Empty if relations were not asked for.
    pub(super) relation: Vec<(usize, f64)>,
}

/// Sparse row: columns, ascending, and entries that are not zero.
type Row<N> = Vec<(usize, N)>;

/// Entries touched before exact elimination is given up; about a second.
const MOST_EXACT: usize = 30_000_000;
/// Entries touched before elimination in floating point is given up; about a second.
const MOST_FLOATING: usize = 250_000_000;

/// Entries held before either is given up; a quarter of a gigabyte.
const MOST_HELD: usize = 10_000_000;

/// Rank and dependences of sparse vectors with entries in `0..columns`, each by column.
///
/// Exact fractions if all entries are whole or decimals with up to six digits. Where they are not, or where a
/// numerator or denominator leaves 64 bits, or after 3e7 touched entries, floating point with a relative rounding
/// of 1e-9 is used instead; None if that takes more than 2.5e8 touched entries or if more than 1e7 would have to be held.
pub(super) fn eliminate(vectors: &[Row<f64>], columns: usize, relations: bool) -> Option<Elimination> {
    let exact = |row: &Row<f64>| -> Option<Row<Fraction>> {
        let entries = row.iter().map(|(c, x)| Some((*c, Fraction::from_decimal(*x)?)));
        entries.filter(|e| e.is_none_or(|(_, x)| !x.is_zero())).collect()
    };
    let fractions: Option<Vec<Row<Fraction>>> = vectors.iter().map(exact).collect();
    let found = fractions.and_then(|rows| run(&rows, columns, relations, MOST_EXACT));
    let (exact, found) = match found {
        Some(found) => (true, Some(found)),
        None => (false, run(vectors, columns, relations, MOST_FLOATING)),
    };
    found.map(|(rank, dependent)| Elimination { exact, rank, dependent })
}

fn run<N: Number>(
    vectors: &[Row<N>],
    columns: usize,
    relations: bool,
    most_work: usize,
) -> Option<(usize, Vec<Dependent>)> {
    let mut echelon = Echelon {
        rows: Vec::new(),
        pivot_row: vec![None; columns],
        counts: vec![0; columns],
        held: 0,
        work: 0,
        most_work,
    };
    let mut dependent = Vec::new();
    for (index, vector) in vectors.iter().enumerate() {
        let mut row = vector.clone();
        if relations {
            // A further column for each vector records what was added up.
            row.push((columns + index, N::ONE));
        }
        if let Added::Dependent(rest) = echelon.enlarge(row)? {
            echelon.held += rest.len();
            let numbers: Vec<N> = rest.iter().map(|(_, x)| *x).collect();
            let places = rest.iter().map(|(c, _)| c - columns);
            let relation = places.zip(N::smallest_whole(&numbers)).collect();
            dependent.push(Dependent { index, relation });
        }
    }
    Some((echelon.rows.len(), dependent))
}

/// Independent rows in reduced echelon form: each has a pivot of 1 in a column where all others have nothing. So a
/// row is no longer than one more than the number of conserved sums, once all steps are in.
struct Echelon<N> {
    rows: Vec<Row<N>>,
    /// The row with its pivot in a column.
    pivot_row: Vec<Option<usize>>,
    /// How many rows have a column.
    counts: Vec<i32>,
    /// Entries of all rows and relations.
    held: usize,
    /// Entries touched so far.
    work: usize,
    most_work: usize,
}

/// What became of a row.
enum Added<N> {
    Independent,
    /// What is left of it beyond the columns.
    Dependent(Row<N>),
}

impl<N: Number> Echelon<N> {
    /// Adds a row if it is independent. None if the numbers or the work became too large.
    fn enlarge(&mut self, mut row: Row<N>) -> Option<Added<N>> {
        if self.work > self.most_work || self.held > MOST_HELD {
            return None;
        }
        let known = |(c, x): &(usize, N)| Some((self.pivot_row.get(*c).copied().flatten()?, *x));
        let hits: Vec<(usize, N)> = row.iter().filter_map(known).collect();
        for (pivot, factor) in hits {
            self.work += row.len() + self.rows[pivot].len();
            row = subtract(&row, factor, &self.rows[pivot])?;
        }
        let Some((column, pivot)) = self.pivot(&row) else { return Some(Added::Dependent(row)) };
        for entry in &mut row {
            entry.1 = entry.1.over(pivot)?;
        }
        // Rows that have the new pivot's column; for most there are none, and the rows need not be looked through.
        if self.counts[column] > 0 {
            self.work += self.rows.len();
            for other in &mut self.rows {
                if let Ok(at) = other.binary_search_by_key(&column, |(c, _)| *c) {
                    self.work += row.len() + other.len();
                    count(&mut self.counts, other, -1);
                    self.held -= other.len();
                    *other = subtract(other, other[at].1, &row)?;
                    count(&mut self.counts, other, 1);
                    self.held += other.len();
                }
            }
        }
        self.pivot_row[column] = Some(self.rows.len());
        count(&mut self.counts, &row, 1);
        self.held += row.len();
        self.rows.push(row);
        Some(Added::Independent)
    }

    /// Of the entries that are no worse than half the best, the one whose column the fewest rows have: so rows stay
    /// short (H. Markowitz, Manag. Sci. 3 (1957) 255).
    fn pivot(&self, row: &[(usize, N)]) -> Option<(usize, N)> {
        let within = || row.iter().filter(|(c, _)| *c < self.pivot_row.len());
        let best = within().map(|(_, x)| x.preference()).fold(0.0, f64::max);
        within().filter(|(_, x)| x.preference() >= 0.5 * best).min_by_key(|(c, _)| self.counts[*c]).copied()
    }
}

/// Counts the columns of a row in or out.
fn count<N>(counts: &mut [i32], row: &[(usize, N)], by: i32) {
    for (column, _) in row {
        if let Some(count) = counts.get_mut(*column) {
            *count += by;
        }
    }
}

/// `row - factor * other`.
fn subtract<N: Number>(row: &[(usize, N)], factor: N, other: &[(usize, N)]) -> Option<Row<N>> {
    let zero = N::ONE.minus_product(N::ONE, N::ONE)?;
    let mut sum = Vec::with_capacity(row.len() + other.len());
    let (mut i, mut j) = (0, 0);
    while i < row.len() || j < other.len() {
        let (a, b) = (row.get(i).map_or(usize::MAX, |e| e.0), other.get(j).map_or(usize::MAX, |e| e.0));
        let entry = match a.cmp(&b) {
            std::cmp::Ordering::Less => row[i],
            std::cmp::Ordering::Greater => (b, zero.minus_product(factor, other[j].1)?),
            std::cmp::Ordering::Equal => (a, row[i].1.minus_product(factor, other[j].1)?),
        };
        i += usize::from(a <= b);
        j += usize::from(b <= a);
        if !entry.1.is_zero() {
            sum.push(entry);
        }
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_triangle_and_a_multiple() {
        // A -> B, B -> C, A -> C, 2 A -> 2 C, nothing.
        let vectors = [
            vec![(0, -1.0), (1, 1.0)],
            vec![(1, -1.0), (2, 1.0)],
            vec![(0, -1.0), (2, 1.0)],
            vec![(0, -2.0), (2, 2.0)],
            vec![],
        ];
        let found = eliminate(&vectors, 3, true).unwrap();
        assert!(found.exact);
        assert_eq!(found.rank, 2);
        let relations: Vec<&[(usize, f64)]> = found.dependent.iter().map(|d| d.relation.as_slice()).collect();
        assert_eq!(
            relations,
            [
                [(0, -1.0), (1, -1.0), (2, 1.0)].as_slice(),
                [(0, -2.0), (1, -2.0), (3, 1.0)].as_slice(),
                [(4, 1.0)].as_slice()
            ]
        );
    }

    #[test]
    fn fractions_become_whole_and_odd_numbers_fall_back() {
        let vectors = [vec![(0, -1.0), (1, 0.5)], vec![(0, -3.0), (1, 1.5)]];
        assert_eq!(eliminate(&vectors, 2, true).unwrap().dependent[0].relation, [(0, -3.0), (1, 1.0)]);
        let vectors = [vec![(0, -3.0), (1, 1.5)], vec![(0, -2.0), (1, 1.0)]];
        assert_eq!(eliminate(&vectors, 2, true).unwrap().dependent[0].relation, [(0, -2.0), (1, 3.0)]);
        let third = 1.0 / 3.0;
        let vectors = [vec![(0, -1.0), (1, third)], vec![(0, -3.0), (1, 1.0)]];
        let found = eliminate(&vectors, 2, true).unwrap();
        assert_eq!((found.exact, found.rank), (false, 1));
        assert_eq!(found.dependent[0].relation, [(0, -3.0), (1, 1.0)]);
    }

    /// Numerators that leave 64 bits: the fallback answers, and says that it did.
    #[test]
    fn numbers_too_large_fall_back() {
        let mut state = 1_u64;
        let mut next = || {
            state = state * 48_271 % 2_147_483_647;
            (state % 10_007) as f64
        };
        let vectors: Vec<Row<f64>> = (0..8).map(|_| (0..8).map(|j| (j, next())).collect()).collect();
        let found = eliminate(&vectors, 8, false).unwrap();
        assert_eq!((found.exact, found.rank), (false, 8));
    }
}

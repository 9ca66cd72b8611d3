//! Conserved sums with no negative weight, in exact whole numbers.

/// More rows than this, and the network is left to the elimination of [`super::conservation`].
const MOST_ROWS: usize = 600;
/// More pairs than this in one step of the algorithm, likewise: each holds a row of all steps.
const MOST_PAIRS: usize = 2400;

/// All sums of amounts with non-negative whole weights that no step changes and that contain no smaller such
/// sum: the minimal invariants of Farkas' algorithm (J. Colom and M. Silva, LNCS 483 (1991) 79). They read as a
/// chemist would say them, `DPK + DPKI + 2 BPA`.
///
/// `changes` has one row for each species and one column for each step. None if the coefficients are no small
/// multiples of a common fraction, or if there are too many combinations.
pub(super) fn minimal_invariants(changes: &[Vec<f64>]) -> Option<Vec<Vec<i64>>> {
    let steps = changes.first()?.len();
    let n = changes.len();
    let mut rows: Vec<(Vec<i64>, Vec<i64>)> = Vec::with_capacity(n);
    let columns: Vec<Vec<i64>> =
        (0..steps).map(|s| whole(&changes.iter().map(|row| row[s]).collect::<Vec<_>>())).collect::<Option<_>>()?;
    for i in 0..n {
        let unit = (0..n).map(|j| i64::from(i == j)).collect();
        rows.push((columns.iter().map(|c| c[i]).collect(), unit));
    }
    for s in 0..steps {
        let (zero, other): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(change, _)| change[s] == 0);
        rows = zero;
        let (plus, minus): (Vec<_>, Vec<_>) = other.iter().partition(|(change, _)| change[s] > 0);
        if plus.len() * minus.len() > MOST_PAIRS {
            return None;
        }
        for (a, wa) in &plus {
            for (b, wb) in &minus {
                let (fa, fb) = (b[s].checked_neg()?, a[s]);
                let combine = |x: &[i64], y: &[i64]| -> Option<Vec<i64>> {
                    x.iter().zip(y).map(|(x, y)| x.checked_mul(fa)?.checked_add(y.checked_mul(fb)?)).collect()
                };
                let (mut change, mut weights) = (combine(a, b)?, combine(wa, wb)?);
                let divisor = change.iter().chain(&weights).fold(0, |d, v| gcd(d, v.abs())).max(1);
                change.iter_mut().chain(&mut weights).for_each(|v| *v /= divisor);
                rows.push((change, weights));
            }
        }
        keep_minimal(&mut rows);
        if rows.len() > MOST_ROWS {
            return None;
        }
    }
    Some(rows.into_iter().map(|(_, weights)| weights).collect())
}

/// Drops every row whose species contain all those of another row.
fn keep_minimal(rows: &mut Vec<(Vec<i64>, Vec<i64>)>) {
    let contains = |big: &[i64], small: &[i64]| big.iter().zip(small).all(|(b, s)| *s == 0 || *b != 0);
    rows.sort_by_key(|(_, weights)| weights.iter().filter(|w| **w != 0).count());
    let mut kept: Vec<(Vec<i64>, Vec<i64>)> = Vec::new();
    for row in rows.drain(..) {
        if !kept.iter().any(|(_, small)| contains(&row.1, small)) {
            kept.push(row);
        }
    }
    *rows = kept;
}

/// A column in whole numbers, by the smallest factor that makes it so.
fn whole(column: &[f64]) -> Option<Vec<i64>> {
    const LARGEST_FACTOR: i32 = 1000;
    let near = |v: f64| (v - v.round()).abs() <= 1e-9 * v.abs() && v.abs() < 1e6;
    let factor = (1..=LARGEST_FACTOR).map(f64::from).find(|f| column.iter().all(|c| near(c * f)))?;
    Some(column.iter().map(|c| (c * factor).round() as i64).collect())
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// E + S <=> ES -> E + P: the enzyme and the substrate.
    #[test]
    fn enzyme_and_substrate() {
        let changes = vec![vec![-1.0, 1.0], vec![-1.0, 0.0], vec![1.0, -1.0], vec![0.0, 1.0]];
        let mut found = minimal_invariants(&changes).unwrap();
        found.sort_unstable();
        assert_eq!(found, [vec![0, 1, 1, 1], vec![1, 0, 1, 0]]);
    }

    #[test]
    fn broken_coefficients_and_none() {
        assert_eq!(minimal_invariants(&[vec![-1.0], vec![0.5]]).unwrap(), [vec![1, 2]]);
        assert!(minimal_invariants(&[vec![1.0]]).unwrap().is_empty());
        assert!(minimal_invariants(&[vec![-1.0], vec![std::f64::consts::PI]]).is_none());
    }
}

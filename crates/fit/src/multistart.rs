//! Many starts, so that one basin is not taken for the world.

use nalgebra::DVector;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::parameter::Resolved;

/// The user's own start, then points of a Latin hypercube over the bounds; the same seed gives the same
/// starts everywhere (ChaCha8 is portable).
pub(crate) fn starts(free: &[Resolved], count: usize, seed: u64) -> Vec<DVector<f64>> {
    let own = DVector::from_iterator(free.len(), free.iter().map(|f| f.to_coordinate(f.start)));
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let others = count.saturating_sub(1);
    let columns: Vec<Vec<f64>> = free
        .iter()
        .map(|f| {
            let (low, high) = f.range();
            let mut strata: Vec<usize> = (0..others).collect();
            strata.shuffle(&mut random);
            strata
                .into_iter()
                .map(|s| low + (high - low) * (s as f64 + random.random::<f64>()) / others as f64)
                .collect()
        })
        .collect();
    let point = |i: usize| DVector::from_iterator(free.len(), columns.iter().map(|c| c[i]));
    std::iter::once(own).chain((0..others).map(point)).collect()
}

//! Many starts, so that one basin is not taken for the world.

use nalgebra::DVector;
use ratelaw_solver::{SamplingMethod, UnitCube};

use crate::error::Result;
use crate::parameter::Resolved;

/// The user's own start, then points of a Latin hypercube over the bounds; the same seed gives the same starts everywhere.
pub(crate) fn starts(free: &[Resolved], count: usize, seed: u64) -> Result<Vec<DVector<f64>>> {
    let own = DVector::from_iterator(free.len(), free.iter().map(|f| f.to_coordinate(f.start)));
    let mut starts = vec![own];
    if count > 1 && !free.is_empty() {
        let cube = UnitCube::new(SamplingMethod::LatinHypercube, count as u64 - 1, free.len(), seed)?;
        for index in 0..cube.count() {
            let mut start = DVector::zeros(free.len());
            for (dimension, (x, f)) in start.iter_mut().zip(free).enumerate() {
                let (low, high) = f.range();
                *x = low + (high - low) * cube.coordinate(index, dimension)?;
            }
            starts.push(start);
        }
    }
    Ok(starts)
}

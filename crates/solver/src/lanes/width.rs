//! How many lanes a block has.

use super::Queue;
use super::engine::{Jobs, Occupancy, drive};
use crate::error::Result;
use crate::solution::Solution;

/// The widths that blocks come in.
pub(crate) const WIDTHS: [usize; 4] = [1, 8, 16, 32];
/// What a block may take of the cache nearest to all else but the processor, bytes: half of the 1 MB that present
/// processors have for each core.
const CACHE: usize = 512 * 1024;

/// The width for so many jobs: the widest that the cache holds and that the jobs can keep busy.
pub(crate) fn width(queue: &Queue<'_>, jobs: usize) -> usize {
    let fits = |w: &&usize| **w * queue.lane_bytes() <= CACHE && (**w == 1 || jobs >= 2 * **w);
    WIDTHS.iter().rev().find(fits).copied().unwrap_or(1)
}

/// Solves all jobs in blocks of a width; one that is not among [`WIDTHS`] counts as 1.
pub(crate) fn drive_wide(
    queue: &Queue<'_>,
    width: usize,
    jobs: Jobs<'_>,
    done: &mut dyn FnMut(usize, Result<Solution>),
) -> Occupancy {
    match width {
        8 => drive::<8>(queue, jobs, done),
        16 => drive::<16>(queue, jobs, done),
        32 => drive::<32>(queue, jobs, done),
        _ => drive::<1>(queue, jobs, done),
    }
}

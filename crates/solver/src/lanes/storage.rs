//! Memory for blocks of lanes.

use aligned_vec::{AVec, ConstAlign};
use ratelaw_network::Lane;

/// Blocks of lanes, so placed that a vector of eight never lies across two lines of the cache.
pub(crate) type Lanes<const W: usize> = AVec<Lane<W>, ConstAlign<64>>;

/// So many blocks, all zero.
pub(crate) fn lanes<const W: usize>(count: usize) -> Lanes<W> {
    AVec::from_iter(64, std::iter::repeat_n(Lane::ZERO, count))
}

/// As single lanes.
pub(crate) fn singles(values: &[f64]) -> Vec<Lane<1>> {
    values.iter().map(|v| Lane([*v])).collect()
}

/// Of single lanes.
pub(crate) fn plain(lanes: &[Lane<1>]) -> Vec<f64> {
    lanes.iter().map(|x| x.0[0]).collect()
}

//! Sparse LU for the small matrices of reaction networks: planned once, run on lanes.

mod numeric;
mod symbolic;

pub(crate) use numeric::NumericLu;
pub(crate) use symbolic::SymbolicLu;

//! Sparse LU for the small matrices of reaction networks: planned once, run on lanes.

mod complex;
mod elimination;
mod numeric;
mod symbolic;
mod tail;

pub(crate) use complex::ComplexLu;
pub(crate) use numeric::NumericLu;
pub(crate) use symbolic::SymbolicLu;

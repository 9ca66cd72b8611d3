//! The numbers that the kernels take: constants, parameters and conditions of `W` lanes.

use std::cell::RefCell;

use crate::conditions::Conditions;
use crate::lane::Lane;
use crate::rate::{Along, Dual, HyperDual};

/// Parameters and conditions of one lane.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// All parameters, SI, those worked out from others included.
    pub parameters: Vec<f64>,
    /// Temperature and potential.
    pub conditions: Conditions,
}

/// A network's numbers at given parameters and conditions.
#[derive(Debug, Clone)]
pub struct Bound<const W: usize> {
    /// Rate constants, one for each direction; 0 where the kernels work the rate out themselves.
    pub constants: Vec<Lane<W>>,
    /// What those rates are worked out from, for each lane.
    pub(crate) values: [Values; W],
    pub(super) registers: RefCell<Registers>,
}

/// Working memory of formulas, so that no step asks for memory.
#[derive(Debug, Clone, Default)]
pub(super) struct Registers {
    pub(super) plain: Vec<f64>,
    pub(super) dual: Vec<Dual>,
    pub(super) hyper: Vec<HyperDual>,
}

impl<const W: usize> Bound<W> {
    /// Numbers of all lanes; `constants` are those of [`Network::bind`](crate::Network::bind).
    pub fn new(values: [Values; W], constants: &[Vec<f64>; W]) -> Self {
        Self { constants: side_by_side(constants), values, registers: RefCell::default() }
    }

    /// The conditions of a lane.
    pub fn conditions(&self, lane: usize) -> &Conditions {
        &self.values[lane].conditions
    }
}

/// How a network's numbers change in one direction for each lane.
#[derive(Debug, Clone)]
pub struct BoundAlong<const W: usize> {
    pub(crate) constants: Vec<Lane<W>>,
    pub(crate) lanes: [Along; W],
}

impl<const W: usize> BoundAlong<W> {
    /// Changes of all lanes; `constants` are those of [`Network::bind_along`](crate::Network::bind_along).
    pub fn new(lanes: [Along; W], constants: &[Vec<f64>; W]) -> Self {
        Self { constants: side_by_side(constants), lanes }
    }
}

fn side_by_side<const W: usize>(constants: &[Vec<f64>; W]) -> Vec<Lane<W>> {
    (0..constants[0].len()).map(|d| Lane(std::array::from_fn(|lane| constants[lane][d]))).collect()
}

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

    /// The same numbers in all lanes.
    pub fn splat(one: &Bound<1>) -> Self {
        let values = std::array::from_fn(|_| one.values[0].clone());
        let constants = one.constants.iter().map(|k| Lane::splat(k.0[0])).collect();
        Self { constants, values, registers: RefCell::default() }
    }

    /// Sets parameters and conditions of all lanes.
    pub(crate) fn set_values(&mut self, parameters: &[f64], conditions: &Conditions) {
        for own in &mut self.values {
            own.parameters.clear();
            own.parameters.extend_from_slice(parameters);
            own.conditions = *conditions;
        }
    }

    /// Takes the numbers of one lane from those of a single one.
    pub fn set_lane(&mut self, lane: usize, one: &Bound<1>) {
        for (wide, one) in self.constants.iter_mut().zip(&one.constants) {
            wide.0[lane] = one.0[0];
        }
        let (own, one) = (&mut self.values[lane], &one.values[0]);
        own.parameters.clone_from(&one.parameters);
        own.conditions = one.conditions;
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

impl<const W: usize> BoundAlong<W> {
    /// No change in any lane, of a network with so many directions and parameters.
    pub fn none(directions: usize, parameters: usize) -> Self {
        let none = Along { parameters: vec![0.0; parameters], temperature: 0.0, potential: 0.0, step: None };
        Self { constants: vec![Lane::ZERO; directions], lanes: std::array::from_fn(|_| none.clone()) }
    }

    /// Takes the changes of one lane from those of a single one.
    pub fn set_lane(&mut self, lane: usize, one: &BoundAlong<1>) {
        for (wide, one) in self.constants.iter_mut().zip(&one.constants) {
            wide.0[lane] = one.0[0];
        }
        self.lanes[lane].clone_from(&one.lanes[0]);
    }
}

fn side_by_side<const W: usize>(constants: &[Vec<f64>; W]) -> Vec<Lane<W>> {
    (0..constants[0].len()).map(|d| Lane(std::array::from_fn(|lane| constants[lane][d]))).collect()
}

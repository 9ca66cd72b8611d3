//! The numbers that the kernels take: constants, parameters and conditions of `W` lanes.

use std::cell::RefCell;

use crate::conditions::Conditions;
use crate::lane::Lane;
use crate::network::{ParameterId, StepId};
use crate::rate::{Along, Dual, HyperDual, Real};

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
    /// What those rates are worked out from.
    pub(super) parameters: Vec<Lane<W>>,
    pub(super) conditions: ConditionLanes<W>,
    pub(super) registers: RefCell<Registers<W>>,
}

/// [`Conditions`] with a number for each lane.
#[derive(Debug, Clone, Copy)]
pub(super) struct ConditionLanes<const W: usize> {
    pub(super) temperature: Lane<W>,
    pub(super) potential: Lane<W>,
    pub(super) time: Lane<W>,
    pub(super) temperature_rate: Lane<W>,
    pub(super) potential_rate: Lane<W>,
    /// 1 if connected, else 0.
    pub(super) connected: Lane<W>,
}

impl<const W: usize> ConditionLanes<W> {
    const NONE: Self = Self {
        temperature: Lane::ZERO,
        potential: Lane::ZERO,
        time: Lane::ZERO,
        temperature_rate: Lane::ZERO,
        potential_rate: Lane::ZERO,
        connected: Lane::ZERO,
    };

    fn set(&mut self, lane: usize, to: &Conditions) {
        self.temperature.0[lane] = to.temperature;
        self.potential.0[lane] = to.potential;
        self.time.0[lane] = to.time;
        self.temperature_rate.0[lane] = to.temperature_rate;
        self.potential_rate.0[lane] = to.potential_rate;
        self.connected.0[lane] = f64::from(u8::from(to.connected));
    }
}

/// Working memory of formulas, so that no step asks for memory.
#[derive(Debug, Clone)]
pub(super) struct Registers<const W: usize> {
    pub(super) plain: Vec<Lane<W>>,
    pub(super) dual: Vec<Dual<Lane<W>>>,
    pub(super) hyper: Vec<HyperDual<Lane<W>>>,
}

impl<const W: usize> Bound<W> {
    /// Numbers of all lanes; `constants` are those of [`Network::bind`](crate::Network::bind).
    #[expect(clippy::needless_pass_by_value, reason = "callers make the array for this call")]
    pub fn new(values: [Values; W], constants: &[Vec<f64>; W]) -> Self {
        let mut bound = Self {
            constants: vec![Lane::ZERO; constants[0].len()],
            parameters: vec![Lane::ZERO; values[0].parameters.len()],
            conditions: ConditionLanes::NONE,
            registers: RefCell::new(Registers { plain: Vec::new(), dual: Vec::new(), hyper: Vec::new() }),
        };
        for (lane, (values, constants)) in values.iter().zip(constants).enumerate() {
            bound.set_lane(lane, &values.parameters, &values.conditions, constants);
        }
        bound
    }

    /// Puts other numbers into one lane; the others keep theirs.
    pub fn set_lane(&mut self, lane: usize, parameters: &[f64], conditions: &Conditions, constants: &[f64]) {
        self.set_values(lane, parameters, conditions);
        put(&mut self.constants, lane, constants);
    }

    /// Sets parameters and conditions of a lane.
    pub(crate) fn set_values(&mut self, lane: usize, parameters: &[f64], conditions: &Conditions) {
        put(&mut self.parameters, lane, parameters);
        self.conditions.set(lane, conditions);
    }

    /// One number in lanes whose electrodes are connected, another in the rest.
    pub(super) fn where_connected<N: Real<Part = Lane<W>>>(&self, yes: N, no: N) -> N {
        let lanes = self.conditions.connected;
        N::select((lanes, lanes), |connected, _| connected != 0.0, yes, no)
    }

    /// The same numbers in all lanes.
    pub fn splat(one: &Bound<1>) -> Self {
        let splat = |of: &[Lane<1>]| of.iter().map(|x| Lane::splat(x.0[0])).collect();
        let mut bound = Self {
            constants: splat(&one.constants),
            parameters: splat(&one.parameters),
            conditions: ConditionLanes::NONE,
            registers: RefCell::new(Registers { plain: Vec::new(), dual: Vec::new(), hyper: Vec::new() }),
        };
        for lane in 0..W {
            bound.conditions.set(lane, &one.conditions(0));
        }
        bound
    }

    /// Takes the numbers of one lane from those of a single one.
    pub fn copy_lane(&mut self, lane: usize, one: &Bound<1>) {
        copy(&mut self.constants, lane, &one.constants);
        copy(&mut self.parameters, lane, &one.parameters);
        self.conditions.set(lane, &one.conditions(0));
    }

    /// The conditions of a lane.
    pub fn conditions(&self, lane: usize) -> Conditions {
        let lanes = &self.conditions;
        Conditions {
            temperature: lanes.temperature.0[lane],
            potential: lanes.potential.0[lane],
            time: lanes.time.0[lane],
            temperature_rate: lanes.temperature_rate.0[lane],
            potential_rate: lanes.potential_rate.0[lane],
            connected: lanes.connected.0[lane] != 0.0,
        }
    }
}

/// How a network's numbers change in one direction for each lane.
#[derive(Debug, Clone)]
pub struct BoundAlong<const W: usize> {
    pub(super) constants: Vec<Lane<W>>,
    pub(super) parameters: Vec<Lane<W>>,
    pub(super) temperature: Lane<W>,
    pub(super) potential: Lane<W>,
    steps: [Option<StepId>; W],
}

impl<const W: usize> BoundAlong<W> {
    /// Changes of all lanes; `constants` are those of [`Network::bind_along`](crate::Network::bind_along).
    #[expect(clippy::needless_pass_by_value, reason = "callers make the array for this call")]
    pub fn new(lanes: [Along; W], constants: &[Vec<f64>; W]) -> Self {
        let mut bound = Self {
            constants: vec![Lane::ZERO; constants[0].len()],
            parameters: vec![Lane::ZERO; lanes[0].parameters.len()],
            temperature: Lane::ZERO,
            potential: Lane::ZERO,
            steps: [None; W],
        };
        for (lane, (along, constants)) in lanes.iter().zip(constants).enumerate() {
            put(&mut bound.parameters, lane, &along.parameters);
            put(&mut bound.constants, lane, constants);
            bound.temperature.0[lane] = along.temperature;
            bound.potential.0[lane] = along.potential;
            bound.steps[lane] = along.step;
        }
        bound
    }

    /// No change in any lane, of a network with so many directions and parameters.
    pub fn none(directions: usize, parameters: usize) -> Self {
        Self {
            constants: vec![Lane::ZERO; directions],
            parameters: vec![Lane::ZERO; parameters],
            temperature: Lane::ZERO,
            potential: Lane::ZERO,
            steps: [None; W],
        }
    }

    /// Takes the changes of one lane from those of a single one.
    pub fn copy_lane(&mut self, lane: usize, one: &BoundAlong<1>) {
        copy(&mut self.constants, lane, &one.constants);
        copy(&mut self.parameters, lane, &one.parameters);
        self.temperature.0[lane] = one.temperature.0[0];
        self.potential.0[lane] = one.potential.0[0];
        self.steps[lane] = one.steps[0];
    }

    /// In which lanes a step's rate changes by its own size, as ones among zeros; none if in no lane.
    pub(super) fn scales(&self, step: StepId) -> Option<Lane<W>> {
        let mut lanes = Lane::ZERO;
        for (lane, of) in lanes.0.iter_mut().zip(self.steps) {
            *lane = f64::from(u8::from(of == Some(step)));
        }
        (lanes != Lane::ZERO).then_some(lanes)
    }

    /// Whether a parameter changes in any lane.
    pub(super) fn changes(&self, parameter: ParameterId) -> bool {
        self.parameters[parameter.0] != Lane::ZERO
    }
}

fn put<const W: usize>(lanes: &mut [Lane<W>], lane: usize, values: &[f64]) {
    for (lanes, value) in lanes.iter_mut().zip(values) {
        lanes.0[lane] = *value;
    }
}

fn copy<const W: usize>(lanes: &mut [Lane<W>], lane: usize, from: &[Lane<1>]) {
    for (lanes, from) in lanes.iter_mut().zip(from) {
        lanes.0[lane] = from.0[0];
    }
}

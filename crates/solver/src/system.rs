//! The one view that a method has of a problem.

use ratelaw_network::{Bound, Compiled, Lane, Network, StepId};

/// `M dz/dt = f(z)` of a network at given parameters and conditions, and the quadratures `dq/dt = g(z)`: turnovers
/// (mol) of steps. `M` is 1 for amounts and the time and 0 for floating potentials, whose rows are equations.
/// Quadratures depend on the state and nothing depends on them, so they stay outside the error norm and the linear
/// systems.
#[derive(Debug, Clone)]
pub(crate) struct System<'a, const W: usize> {
    pub(crate) compiled: &'a Compiled,
    pub(crate) bound: Bound<W>,
    /// Net turnovers of the steps that exchange electrons, then whatever else was asked for.
    pub(crate) quadratures: Vec<Quadrature>,
}

/// A turnover that is integrated beside the state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Quadrature {
    /// Forward less reverse.
    Net(StepId),
    /// One direction alone; its size turns a rate into mol/s.
    Direction { direction: usize, size: f64 },
}

/// The shortest time in which a species multiplies by itself (autocatalysis), from the diagonal of a Jacobian; infinite where none
/// does.
pub(crate) fn growth_time(jacobian: &[Lane<1>], diagonal: &[usize]) -> f64 {
    diagonal.iter().map(|entry| jacobian[*entry].0[0]).fold(0.0, f64::max).recip()
}

impl<'a, const W: usize> System<'a, W> {
    pub(crate) fn new(compiled: &'a Compiled, bound: Bound<W>) -> Self {
        let quadratures = compiled.electron_steps().iter().map(|s| Quadrature::Net(s.step)).collect();
        Self { compiled, bound, quadratures }
    }

    /// Integrates the turnovers of all steps too: the net one of each, then the forward one of each. The net one has a
    /// quadrature of its own, since forward less reverse of a fast equilibrium has lost its digits.
    pub(crate) fn with_all_turnovers(mut self, network: &Network) -> Self {
        self.quadratures.extend((0..network.steps().len()).map(|i| Quadrature::Net(StepId(i))));
        let forward = network.steps().iter().enumerate().map(|(i, step)| Quadrature::Direction {
            direction: self.compiled.step_directions(StepId(i)).0,
            size: network.size(step.phase),
        });
        self.quadratures.extend(forward);
        self
    }

    /// Number of variables.
    pub(crate) fn size(&self) -> usize {
        self.compiled.size()
    }

    /// Entries of the Jacobian on its diagonal.
    pub(crate) fn diagonal(&self) -> Vec<usize> {
        let entries = self.compiled.jacobian_entries();
        (0..entries.len()).filter(|e| entries[*e].0 == entries[*e].1).collect()
    }

    /// Whether the row of a variable is a differential equation.
    pub(crate) fn is_differential(&self, row: usize) -> bool {
        !self.compiled.potentials().contains(&row)
    }

    /// The derivative of one quadrature for given rates (or for derivatives of rates).
    #[inline(always)]
    pub(crate) fn quadrature(&self, quadrature: &Quadrature, rates: &[Lane<W>]) -> Lane<W> {
        match quadrature {
            Quadrature::Net(step) => self.compiled.step_rate(*step, rates),
            Quadrature::Direction { direction, size } => rates[*direction] * *size,
        }
    }

    /// How one quadrature's derivative changes when the variables change by `v`, from the terms at the same point.
    #[inline(always)]
    pub(crate) fn quadrature_along(&self, quadrature: &Quadrature, terms: &[Lane<W>], v: &[Lane<W>]) -> Lane<W> {
        match quadrature {
            Quadrature::Net(step) => self.compiled.step_rate_along(*step, terms, v),
            Quadrature::Direction { direction, size } => self.compiled.rate_along(*direction, terms, v) * *size,
        }
    }

    /// Quadrature derivatives for given rates (or for derivatives of rates).
    pub(crate) fn turnover(&self, rates: &[Lane<W>], dq: &mut [Lane<W>]) {
        for (dq, quadrature) in dq.iter_mut().zip(&self.quadratures) {
            *dq = self.quadrature(quadrature, rates);
        }
    }
}

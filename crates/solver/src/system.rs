//! The one view that a method has of a problem.

use ratelaw_network::{Compiled, Lane, StepId};

/// `dy/dt = f(y)` of a network with bound rate constants, and the quadratures `dq/dt = g(y)`: net turnovers
/// (mol) of the steps that exchange electrons. Quadratures depend on the state and nothing depends on them,
/// so they stay outside the error norm and the linear systems.
#[derive(Debug, Clone)]
pub(crate) struct System<'a, const W: usize> {
    pub(crate) compiled: &'a Compiled,
    pub(crate) constants: Vec<Lane<W>>,
    pub(crate) quadratures: Vec<StepId>,
}

impl<'a, const W: usize> System<'a, W> {
    /// A system; `constants` has one entry for each lane and each direction.
    pub(crate) fn new(compiled: &'a Compiled, constants: &[Vec<f64>; W]) -> Self {
        let constants =
            (0..compiled.directions()).map(|d| Lane(std::array::from_fn(|lane| constants[lane][d]))).collect();
        let quadratures = compiled.electron_steps().iter().map(|(step, _)| *step).collect();
        Self { compiled, constants, quadratures }
    }

    pub(crate) fn size(&self) -> usize {
        self.compiled.species()
    }

    /// Quadrature derivatives for given rates (or for derivatives of rates).
    pub(crate) fn turnover(&self, rates: &[Lane<W>], dq: &mut [Lane<W>]) {
        for (dq, step) in dq.iter_mut().zip(&self.quadratures) {
            *dq = self.compiled.step_rate(*step, rates);
        }
    }
}

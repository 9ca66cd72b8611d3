//! Drivers of the minimiser: one start, or many asked together.

use nalgebra::DVector;
use rayon::prelude::*;

use crate::error::Result;
use crate::minimiser::{Minimiser, Minimum, Rules};
use crate::residual::Residuals;

/// Something with residuals.
pub(crate) trait Model: Sync {
    /// Residuals and derivatives at a point.
    fn evaluate(&self, x: &DVector<f64>) -> Result<Residuals>;

    /// The same at many points, each with its own outcome, in their order.
    fn evaluate_all(&self, points: &[&DVector<f64>]) -> Vec<Result<Residuals>> {
        points.par_iter().map(|x| self.evaluate(x)).collect()
    }
}

/// A least-squares problem: residuals, where the coordinates may go, and when to stop.
#[derive(Clone, Copy)]
pub(crate) struct Search<'a> {
    pub(crate) model: &'a dyn Model,
    pub(crate) rules: Rules<'a>,
}

impl Search<'_> {
    /// Minimises the sum of squares from a start.
    pub(crate) fn minimise(&self, start: DVector<f64>) -> Result<Minimum> {
        let mut machine = Minimiser::new(self.rules, start);
        while let Some(point) = machine.ask() {
            let outcome = self.model.evaluate(point);
            machine.tell(outcome);
        }
        machine.finish()
    }

    /// Goes on from a minimum that other rules have found, as one minimisation with it. What did not converge stays.
    pub(crate) fn refine(&self, found: Minimum) -> Result<Minimum> {
        if !found.converged() {
            return Ok(found);
        }
        let max_iterations = self.rules.max_iterations.saturating_sub(found.iterations);
        let fine = Self { rules: Rules { max_iterations, ..self.rules }, ..*self }.minimise(found.x.clone())?;
        Ok(fine.after(&found))
    }

    /// Minimises from every start, and evaluates the points that all of them ask for together: first by a coarser search of
    /// the same minima where there is one, whose evaluations cost less. `done` is called after each that ends.
    pub(crate) fn minimise_all(
        &self,
        starts: Vec<DVector<f64>>,
        coarse: Option<Self>,
        done: &(dyn Fn() + Sync),
    ) -> Vec<Result<Minimum>> {
        let first = coarse.as_ref().unwrap_or(self).rules;
        let mut machines: Vec<Minimiser<'_>> = starts.into_iter().map(|s| Minimiser::new(first, s)).collect();
        if let Some(coarse) = coarse {
            drive(&mut machines, &|asked| coarse.evaluate(asked), &|| ());
            for machine in &mut machines {
                machine.go_on(self.rules);
            }
        }
        drive(&mut machines, &|asked| self.evaluate(asked), done);
        machines.into_iter().map(Minimiser::finish).collect()
    }

    fn evaluate(&self, asked: &[Asked<'_>]) -> Vec<Result<Residuals>> {
        self.model.evaluate_all(&asked.iter().map(|a| a.1).collect::<Vec<_>>())
    }
}

/// Which of many minimisations asks, and for which point.
pub(crate) type Asked<'a> = (usize, &'a DVector<f64>);

/// Runs many minimisations round by round: `evaluate` gets the points that all of them ask for at once.
pub(crate) fn minimise_together(mut machines: Vec<Minimiser<'_>>, evaluate: &Evaluate<'_>) -> Vec<Result<Minimum>> {
    drive(&mut machines, evaluate, &|| ());
    machines.into_iter().map(Minimiser::finish).collect()
}

/// Gives residuals at the points that are asked for together.
type Evaluate<'a> = dyn Fn(&[Asked<'_>]) -> Vec<Result<Residuals>> + 'a;

/// Takes all minimisations to their ends.
fn drive(machines: &mut [Minimiser<'_>], evaluate: &Evaluate<'_>, done: &(dyn Fn() + Sync)) {
    loop {
        let asked: Vec<Asked<'_>> = machines.iter().enumerate().filter_map(|(i, m)| Some((i, m.ask()?))).collect();
        if asked.is_empty() {
            return;
        }
        let outcomes = evaluate(&asked);
        let asking: Vec<&mut Minimiser<'_>> = machines.iter_mut().filter(|m| m.ask().is_some()).collect();
        asking.into_par_iter().zip(outcomes).for_each(|(machine, outcome)| {
            machine.tell(outcome);
            if machine.ask().is_none() {
                done();
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, dvector};

    use super::*;
    use crate::error::FitError;
    use crate::minimiser::{Ending, SMALLEST_GAIN};

    /// Rosenbrock's valley, which cannot be evaluated left of -3.
    struct Valley;

    impl Model for Valley {
        fn evaluate(&self, x: &DVector<f64>) -> Result<Residuals> {
            if x[0] < -3.0 {
                return Err(FitError::NotFinite);
            }
            let values = dvector![10.0 * (x[1] - x[0] * x[0]), 1.0 - x[0]];
            Ok(Residuals { values, jacobian: DMatrix::from_row_slice(2, 2, &[-20.0 * x[0], 10.0, -1.0, 0.0]) })
        }
    }

    /// Asked together or one by one, every start takes the same way to the last bit; one that cannot be evaluated stays
    /// with its place.
    #[test]
    fn many_starts_are_each_what_they_are_alone() {
        let (low, high, held) = ([-5.0, -5.0], [5.0, 5.0], [false, false]);
        let (gain, resolution, derivatives) = (SMALLEST_GAIN, 1e-12, 0.0);
        let (max_iterations, stop) = (100, None);
        let rules = Rules { low: &low, high: &high, held: &held, max_iterations, gain, resolution, derivatives, stop };
        let search = Search { model: &Valley, rules };
        let starts = [dvector![-1.2, 1.0], dvector![-4.0, 0.0], dvector![2.0, -2.0], dvector![0.0, 4.0]];
        let together = search.minimise_all(starts.to_vec(), None, &|| ());
        assert!(together[1].is_err());
        for (start, found) in starts.into_iter().zip(together) {
            let (Ok(alone), Ok(found)) = (search.minimise(start), found) else { continue };
            assert_eq!((&alone.x, alone.iterations, alone.ending), (&found.x, found.iterations, Ending::Exact));
            assert!((&found.x - dvector![1.0, 1.0]).amax() < 1e-9, "{found:?}");
        }
    }
}

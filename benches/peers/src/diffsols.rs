//! diffsol: BDF, ESDIRK34 and TR-BDF2 on dense matrices. The problem is built once; each trajectory makes its solver.

use diffsol::{
    Context, NalgebraLU, NalgebraMat, OdeBuilder, OdeEquations, OdeSolverMethod, OdeSolverStopReason, Op, VectorCommon,
};

use crate::odes::Ode;
use crate::{Outcome, Run};

type M = NalgebraMat<f64>;
type Lu = NalgebraLU<f64>;

/// Steps to the end and returns the state and the steps.
fn finish<'a, E, S>(mut solver: S, end: f64) -> Result<(Vec<f64>, usize), String>
where
    E: OdeEquations<T = f64, V = diffsol::NalgebraVec<f64>> + 'a,
    S: OdeSolverMethod<'a, E>,
{
    solver.set_stop_time(end).map_err(|e| e.to_string())?;
    loop {
        match solver.step() {
            Ok(OdeSolverStopReason::TstopReached) => break,
            Ok(_) => {}
            Err(e) => return Err(e.to_string()),
        }
    }
    let stats = solver.get_statistics();
    let steps = stats.number_of_steps + stats.number_of_error_test_failures;
    Ok((solver.state().y.inner().as_slice().to_vec(), steps))
}

/// The problem of `$P`, with its own constants, or with those that are the parameters of a run.
macro_rules! problem {
    ($P:ident, $rtol:expr, $atol:expr, $k:expr) => {{
        let (k, initial) = ($k, $P::initial());
        OdeBuilder::<M>::new()
            .rtol($rtol)
            .atol($atol.to_vec())
            .p($P::K.to_vec())
            .rhs_implicit(move |y, p, _t, f| $P::rhs(k(p), y, f), move |y, p, _t, v, f| $P::product(k(p), y, v, f))
            .init(move |_p, _t, y| y.copy_from_slice(&initial), $P::N)
            .use_coloring(true)
            .build()
            .expect("a sound problem")
    }};
}

macro_rules! method {
    ($name:ident) => {
        pub fn $name<P: Ode>(rtol: f64, atol: &[f64]) -> Run {
            let problem = problem!(P, rtol, atol, |_: &[f64]| P::K);
            Box::new(move || {
                let before = problem.eqn.rhs().statistics().number_of_calls;
                let solver = problem.$name::<Lu>().map_err(|e| e.to_string())?;
                let (y, steps) = finish(solver, P::END)?;
                Ok(Outcome { y, steps, evaluations: problem.eqn.rhs().statistics().number_of_calls - before })
            })
        }
    };
}

method!(bdf);
method!(esdirk34);
method!(tr_bdf2);

/// BDF for constants and an end that are given to each run.
pub fn bdf_free<P: Ode>(rtol: f64, atol: &[f64]) -> impl FnMut(&[f64], f64) -> Result<Outcome, String> + use<P> {
    fn same(p: &[f64]) -> &[f64] {
        p
    }
    let mut problem = problem!(P, rtol, atol, same);
    move |k: &[f64], end: f64| {
        let constants = problem.context().vector_from_vec(k.to_vec());
        problem.eqn.set_params(&constants);
        let before = problem.eqn.rhs().statistics().number_of_calls;
        let (y, steps) = finish(problem.bdf::<Lu>().map_err(|e| e.to_string())?, end)?;
        Ok(Outcome { y, steps, evaluations: problem.eqn.rhs().statistics().number_of_calls - before })
    }
}

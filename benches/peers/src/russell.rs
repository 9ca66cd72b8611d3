//! russell_ode: Radau5 with its own sparse direct solver. It has one absolute tolerance, so variables are measured in
//! units of `atol / rtol`. The solver is made once.

use russell_lab::Vector;
use russell_ode::prelude::*;
use russell_sparse::Sym;

use crate::odes::Ode;
use crate::{Outcome, Run};

struct Scratch {
    y: Vec<f64>,
    f: Vec<f64>,
    unit: Vec<f64>,
}

pub fn radau5<P: Ode>(rtol: f64, atol: &[f64]) -> Run {
    let mut entries = 0;
    P::jacobian(P::K, &P::initial(), |_, _, _| entries += 1);
    let mut system = System::new(P::N, |f: &mut Vector, _x: f64, y: &Vector, s: &mut Scratch| {
        for i in 0..P::N {
            s.y[i] = y[i] * s.unit[i];
        }
        P::rhs(P::K, &s.y, &mut s.f);
        for i in 0..P::N {
            f[i] = s.f[i] / s.unit[i];
        }
        Ok(())
    });
    let _ = system.set_jacobian(Some(entries), Sym::No, |jj, alpha, _x, y: &Vector, s: &mut Scratch| {
        for i in 0..P::N {
            s.y[i] = y[i] * s.unit[i];
        }
        jj.reset();
        let mut bad = None;
        let unit = &s.unit;
        P::jacobian(P::K, &s.y, |i, j, value| {
            bad = bad.or(jj.put(i, j, alpha * value * unit[j] / unit[i]).err());
        });
        bad.map_or(Ok(()), Err)
    });
    let mut params = Params::new(Method::Radau5);
    params.set_tolerances(rtol, rtol, None).expect("a tolerance");
    params.step.n_step_max = 1_000_000;
    params.radau5.concurrent = false;
    let mut solver = OdeSolver::new(params, system).expect("a sound problem");
    let unit: Vec<f64> = atol.iter().map(|a| a / rtol).collect();
    let initial: Vec<f64> = P::initial().iter().zip(&unit).map(|(y, u)| y / u).collect();
    let mut scratch = Scratch { y: vec![0.0; P::N], f: vec![0.0; P::N], unit };
    Box::new(move || {
        let mut y = Vector::from(&initial);
        solver.solve(&mut y, 0.0, P::END, None, &mut scratch, None).map_err(str::to_owned)?;
        let stats = solver.stats();
        let y = (0..P::N).map(|i| y[i] * scratch.unit[i]).collect();
        Ok(Outcome { y, steps: stats.n_steps, evaluations: stats.n_function })
    })
}

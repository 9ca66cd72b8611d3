//! Alpha-pinene, as the user of a general solver writes it, with forward sensitivities by diffsol. In per cent and minutes.

use std::sync::Mutex;

use diffsol::{NalgebraLU, NalgebraMat, OdeBuilder, OdeEquations, SensitivitiesOdeSolverMethod, Vector};
use ratelaw::fit::Evaluation;

pub const N: usize = 5;
pub const RTOL: f64 = 1e-8;
/// Per cent; ours is by default tighter, 1e-12 %.
const ATOL: f64 = 1e-10;
/// What the constants are of the size of, for the absolute tolerance of sensitivities, 1/min.
const TYPICAL: f64 = 1e-4;
type Lu = NalgebraLU<f64>;

/// alpha-pinene, dipentene, allo-ocimene, pyronene, dimer. Linear in `y` and in `p`: with a direction in the place of
/// either it is the derivative.
fn rates(p: &[f64], y: &[f64], f: &mut [f64]) {
    let dimerised = p[3] * y[2] - p[4] * y[4];
    f[0] = -(p[0] + p[1]) * y[0];
    f[1] = p[0] * y[0];
    f[2] = p[1] * y[0] - p[2] * y[2] - dimerised;
    f[3] = p[2] * y[2];
    f[4] = dimerised;
}

/// What diffsol integrates with.
#[derive(Clone, Copy, PartialEq)]
pub enum Integrator {
    Bdf,
    /// With the sensitivities in the error norm.
    BdfControlled,
    Esdirk34,
    TrBdf2,
}

/// Residuals and their derivatives in the constants, 1/min.
pub type Model = Box<dyn Fn(&[f64]) -> Evaluation + Sync>;

/// The residuals of `data`, rows of the amounts at each of `times`. A failed integration gives what is not finite, which the
/// minimiser rejects. The problem is built once, its solver for each set of constants.
pub fn model(integrator: Integrator, times: &[f64], data: &[[f64; N]]) -> Model {
    let mut builder = OdeBuilder::<NalgebraMat<f64>>::new()
        .rtol(RTOL)
        .atol([ATOL; N])
        .p([TYPICAL; N])
        .rhs_sens_implicit(
            |y, p, _t, f| rates(p, y, f),
            |_y, p, _t, v, f| rates(p, v, f),
            |y, _p, _t, v, f| rates(v, y, f),
        )
        .init_sens(|_p, _t, y| y.copy_from_slice(&[100.0, 0.0, 0.0, 0.0, 0.0]), |_p, _t, _v, y| y.fill(0.0), N)
        .use_coloring(true);
    if integrator == Integrator::BdfControlled {
        builder = builder.sens_rtol(RTOL).sens_atol([ATOL; N]).param_scales([TYPICAL; N]);
    }
    let problem = Mutex::new(builder.build().expect("a sound problem"));
    let (times, data) = (times.to_vec(), data.to_vec());
    Box::new(move |constants| {
        let mut problem = problem.lock().expect("no other thread");
        let given = Vector::from_vec(constants.to_vec(), problem.context().clone());
        problem.eqn.set_params(&given);
        let solved = match integrator {
            Integrator::Bdf | Integrator::BdfControlled => {
                problem.bdf_sens::<Lu>().and_then(|mut s| s.solve_dense_sensitivities(&times))
            }
            Integrator::Esdirk34 => problem.esdirk34_sens::<Lu>().and_then(|mut s| s.solve_dense_sensitivities(&times)),
            Integrator::TrBdf2 => problem.tr_bdf2_sens::<Lu>().and_then(|mut s| s.solve_dense_sensitivities(&times)),
        };
        let Ok((y, slopes, _)) = solved else { return vec![f64::NAN; N * times.len()].into() };
        let places: Vec<(usize, usize)> = (0..times.len()).flat_map(|t| (0..N).map(move |i| (t, i))).collect();
        let residuals: Vec<f64> = places.iter().map(|&(t, i)| y[(i, t)] - data[t][i]).collect();
        let jacobian = places.iter().map(|&(t, i)| slopes.iter().map(|s| s[(i, t)]).collect());
        (residuals, jacobian.collect::<Vec<Vec<f64>>>()).into()
    })
}

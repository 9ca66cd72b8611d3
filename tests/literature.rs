//! Published stiff problems over six decades of tolerance: the delivered error is at most 10 rtol above atol.

mod problems;

use problems::run;
use problems::stiff::{AKZO, AKZO_END, E5, E5_TIMES, OREGO, OREGO_END, akzo, e5, oregonator};
use ratelaw::prelude::*;

const RTOL: [f64; 6] = [1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9];

/// The largest error in units of `rtol |y| + atol`.
fn error(y: &[f64], exact: &[f64], rtol: f64, atol: f64) -> f64 {
    y.iter().zip(exact).map(|(y, e)| (y - e).abs() / (rtol * e.abs() + atol)).fold(0.0, f64::max)
}

fn at(rtol: f64, resolution: f64) -> SolveOptions {
    SolveOptions { rtol, resolution, ..SolveOptions::default() }
}

#[test]
fn oregonator_over_a_cycle() {
    for rtol in RTOL {
        let solution = run(&oregonator(), &[OREGO_END], &at(rtol, 1e-6));
        let error = error(&solution.states[0], &OREGO, rtol, 0.0);
        println!("oregonator {rtol:e}: {error:.2} rtol, {} steps", solution.stats.accepted);
        assert!(error < 10.0, "rtol {rtol:e}: {error} rtol");
    }
}

/// Amounts of 1e-3 to 1e-22. At the default resolution they are right to `10 (rtol |y| + atol)` at all times; resolved
/// ten decades below the largest, relatively at 1e5 s.
///
/// At 1e11 s no resolution brings relative digits of y2 and y3: the two are made and consumed in pairs, 1.76e-3 in all,
/// and rounding of that, 4e-19, stays as their difference for ever, while they themselves fall to 1e-20.
#[test]
fn e5_to_1e13() {
    for rtol in RTOL {
        for (resolution, times) in [(1e-6, &E5_TIMES[..]), (1e-10, &E5_TIMES[..1])] {
            let solution = run(&e5(), times, &at(rtol, resolution));
            let atol = rtol * resolution * 1.76e-3;
            for ((t, y), exact) in solution.times.iter().zip(&solution.states).zip(&E5) {
                let error = error(y, exact, rtol, atol);
                println!("e5 {rtol:e}, {resolution:e}, t {t:e}: {error:.2}, {} steps", solution.stats.accepted);
                assert!(error < 10.0, "rtol {rtol:e}, resolution {resolution:e}, t = {t:e}: {error}, {y:?}");
            }
        }
    }
}

#[test]
fn akzo_nobel() {
    let network = akzo();
    let sixth = Observable::parse(&network, "y6").unwrap();
    for rtol in RTOL {
        let solution = run(&network, &[AKZO_END], &at(rtol, 1e-6));
        let mut y = solution.states[0].clone();
        y.extend(solution.observe(&sixth)[0]);
        let error = error(&y, &AKZO, rtol, 0.0);
        println!("akzo {rtol:e}: {error:.2} rtol, {} steps", solution.stats.accepted);
        assert!(y.len() == 6 && error < 10.0, "rtol {rtol:e}: {error} rtol");
    }
}

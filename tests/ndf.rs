//! The numerical differentiation formulas on published stiff problems, electrodes and protocols, with work counters.

mod problems;

use problems::{HIRES, HIRES_END, POLLU, POLLU_END, ROBER, ROBER_TIMES, error, hires, pollu, run};
use ratelaw::prelude::*;

fn options(rtol: f64) -> SolveOptions {
    SolveOptions { rtol, method: Method::Ndf, ..SolveOptions::default() }
}

fn robertson() -> Network {
    ratelaw::models::find("robertson").unwrap().network().unwrap()
}

#[test]
fn survey() {
    for k in 3..=10 {
        let rtol = 10_f64.powi(-k);
        let solution = run(&robertson(), &ROBER_TIMES, &options(rtol));
        let s = solution.stats;
        let worst = solution.states.iter().zip(&ROBER).map(|(y, e)| error(y, e)/rtol);
        println!("rober 1e-{k} {:.2?} {s:?}", worst.collect::<Vec<_>>());
        for (network, end, exact) in [(hires(), HIRES_END, &HIRES[..]), (pollu(), POLLU_END, &POLLU[..])] {
            let solution = run(&network, &[end], &options(rtol));
            let error = error(&solution.states[0], exact);
            println!("{} 1e-{k} {:.2} {:?}", network.name(), error/rtol, solution.stats);
        }
    }
}

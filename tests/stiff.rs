mod problems;
use problems::*;
use ratelaw::prelude::*;

#[test]
fn print_errors() {
    for rtol in [1e-3, 1e-4, 1e-5, 1e-6, 1e-8, 1e-10] {
        for res in [1e-3, 1e-4, 1e-6] {
            let options = SolveOptions { rtol, resolution: res, ..SolveOptions::default() };
            let rober = ratelaw::models::find("robertson").unwrap().network().unwrap();
            let s = run(&rober, &ROBER_TIMES, &options);
            let e: Vec<f64> = s.states.iter().zip(&ROBER).map(|(y, x)| error(y, x)).collect();
            let h = run(&hires(), &[HIRES_END], &options);
            let p = run(&pollu(), &[POLLU_END], &options);
            println!(
                "{rtol:e} {res:e} rober {e:?} {:?}\n   hires {:.1e} {} {}  pollu {:.1e} {} {}",
                s.stats,
                error(&h.states[0], &HIRES),
                h.stats.accepted,
                h.stats.rejected,
                error(&p.states[0], &POLLU),
                p.stats.accepted,
                p.stats.rejected
            );
        }
    }
}

//! One trajectory of each shipped model and of the classic stiff problems. `cargo bench --bench solve`

#[path = "../tests/problems/mod.rs"]
mod problems;

use criterion::{Criterion, criterion_group, criterion_main};
use ratelaw::prelude::*;

fn trajectories(c: &mut Criterion) {
    let mut cases: Vec<(String, Problem)> = Vec::new();
    for (network, end) in [(problems::hires(), problems::HIRES_END), (problems::pollu(), problems::POLLU_END)] {
        let problem = Problem::builder(&network).until(Seconds(end)).save(SavePoints::Ends).build();
        cases.push((network.name().to_owned(), problem.expect("a sound problem")));
    }
    for model in ratelaw::models::ALL {
        let network = model.network().expect("a sound model");
        let problem = Problem::builder(&network).save(SavePoints::Ends).build().expect("a sound problem");
        cases.push((model.name.to_owned(), problem));
    }
    for (name, problem) in &cases {
        for rtol in [1e-4, 1e-6, 1e-8] {
            let options = SolveOptions { rtol, ..SolveOptions::default() };
            c.bench_function(&format!("{name}/{rtol:e}"), |b| b.iter(|| solve(problem, &options)));
        }
    }
}

fn sensitivities(c: &mut Criterion) {
    let network = ratelaw::models::find("alpha-pinene").expect("embedded").network().expect("a sound model");
    let problem = Problem::builder(&network).save(SavePoints::Ends).build().expect("a sound problem");
    let all = (0..network.parameters().len()).map(|i| Setting::Parameter(ratelaw::network::ParameterId(i)));
    let options = SolveOptions { sensitivities: all.collect(), ..SolveOptions::default() };
    c.bench_function("alpha-pinene/5 sensitivities", |b| b.iter(|| solve(&problem, &options)));
}

criterion_group!(benches, trajectories, sensitivities);
criterion_main!(benches);

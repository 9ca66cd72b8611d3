use ratelaw::prelude::*;
fn main() {
    let network = ratelaw::models::find("jia-2024-electrosynthesis").unwrap().network().unwrap();
    let problem = Problem::builder(&network).build().unwrap();
    let s = solve(&problem, &SolveOptions::default()).unwrap();
    println!("{:?} yield {} FE {} conv {}", s.stats, s.yield_of("BPA", "NH3").unwrap(), s.faradaic_efficiency("BPA").unwrap(), s.conversion("NH3").unwrap());
    for law in ratelaw::network::analysis::conservation_laws(&network) { println!("{}", law.name); }
    let curve = sweep(&problem, &[Axis::potential(1.2..=2.2, 11)], &SweepOptions::default()).unwrap();
    println!("{}", curve.table().to_text(ratelaw::solver::Format::Csv));
    let y = Observable::parse(&network, "yield(BPA)").unwrap();
    let c = Observable::Current;
    let set: Vec<Setting> = ["k1", "k2", "potential", "NH3", "DPKI*"].iter().map(|n| Setting::parse(&network, n).unwrap()).collect();
    let o = SolveOptions { sensitivities: set.clone(), ..Default::default() };
    let s = solve(&problem, &o).unwrap();
    for i in [1, 30, 100] {
    let d = s.observe_derivatives(&y, i).unwrap();
    let dc = s.observe_derivatives(&c, i).unwrap();
    for (j, set) in set.iter().enumerate() {
        let x = problem.get(*set);
        let dx = if x == 0.0 { 1e-7 } else { 1e-4 * x };
        let v: Vec<(f64, f64)> = [dx, -dx].iter().map(|d| { let mut p = problem.clone(); if x == 0.0 { p.set(*set, d.max(0.0)) } else { p.set(*set, x + d) }; let s = solve(&p, &SolveOptions { rtol: 1e-10, ..Default::default() }).unwrap(); (s.observe(&y)[i].unwrap(), s.observe(&c)[i].unwrap()) }).collect();
        let w = if x == 0.0 { dx } else { 2.0 * dx };
        println!("{} yield {:e} {:e}  current {:e} {:e}", set.name(&network), d[j], (v[0].0 - v[1].0) / w, dc[j], (v[0].1 - v[1].1) / w);
    } }
}

use ratelaw::prelude::*;
use ratelaw::fit::*;
fn main() {
    let network = ratelaw::models::find("alpha-pinene").unwrap().network().unwrap();
    for rtol in [1e-8, 1e-9, 1e-10, 1e-11,1e-12] {
    let problem = Problem::builder(&network).build().unwrap();
    let data = Dataset::from_csv("data/fuguitt-hawkins-1947-alpha-pinene-189C.csv").unwrap();
    let s = solve(&problem, &SolveOptions{rtol, ..Default::default()}).unwrap();
    let t = std::time::Instant::now();
    let free: Vec<Free> = ["p1","p2","p3","p4","p5"].iter().map(|p| Free::new(p)).collect();
    let r = fit(&[Experiment::new(problem, data).unwrap()], &free, &FitOptions { starts: 1, solve: SolveOptions { rtol, ..Default::default()}, ..Default::default() }).unwrap();
    println!("{rtol:e} {} {} {:?} {:?} {:?}", s.stats.accepted, r.sse, r.parameters.iter().zip([5.92584877332400e-5, 2.96340211343621e-5, 2.04728401128039e-5, 2.74467931457317e-4, 3.99794994705403e-5]).map(|(p,t)| p.value/p.factor/t-1.0).collect::<Vec<_>>(), r.starts, t.elapsed());
    }
}

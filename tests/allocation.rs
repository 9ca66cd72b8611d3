//! The step loop asks for no memory: a counting allocator sees no more calls in a long run than in a short one.

mod problems;

use problems::stiff::{akzo, oregonator};
use ratelaw::network::StepId;
use ratelaw::prelude::*;

/// Steps and calls for memory of a run that is saved at its ends alone.
fn calls(network: &Network, end: f64, options: &SolveOptions) -> (usize, usize) {
    let problem = Problem::builder(network).until(Seconds(end)).save(SavePoints::Ends).build().unwrap();
    let mut accepted = 0;
    let calls = allocation_counter::measure(|| {
        accepted = solve(&problem, options).unwrap_or_else(|e| panic!("{e}")).stats.accepted;
    });
    (accepted, calls.count_total as usize)
}

#[test]
fn steps_ask_for_no_memory() {
    let electrodes = ratelaw::models::find("jia-2024-feasibility").unwrap().network().unwrap();
    let steps = |n: usize| (0..n).map(|i| Setting::Step(StepId(i))).collect();
    let all = SolveOptions { all_turnovers: true, sensitivities: steps(9), ..SolveOptions::default() };
    for (network, end, options) in [
        (oregonator(), 700.0, SolveOptions::default()),
        (oregonator(), 700.0, all),
        (akzo(), 45.0, SolveOptions { rtol: 1e-9, ..SolveOptions::default() }),
        (oregonator(), 700.0, SolveOptions { method: Method::Ndf, ..SolveOptions::default() }),
        (electrodes.clone(), 3600.0, SolveOptions { method: Method::Ndf, ..SolveOptions::default() }),
        (electrodes, 3600.0, SolveOptions::default()),
    ] {
        // What is set up once, such as tables made when first asked for, is so before.
        calls(&network, end, &options);
        let (short, few) = calls(&network, end, &options);
        let (long, many) = calls(&network, 4.0 * end, &options);
        println!("{}: {short} steps {few} calls, {long} steps {many} calls", network.name());
        assert!(long > short);
        assert_eq!(few, many, "{}: {short} steps {few} calls, {long} steps {many} calls", network.name());
    }
}

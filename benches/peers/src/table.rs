//! What came out of a sweep, as tables.

use crate::fit::{End, Method, STARTS};
use crate::sweep::{CVODE, Candidate, DIFFSOL, OURS, TARGETS, WIDTHS, name};
use crate::time_at;

/// What our time has to be in that of CVODE and of diffsol, at least.
const GATES: [f64; 2] = [15.0, 6.0];

/// All candidates, ours of all widths in one row: what they deliver is the same.
pub fn deliveries(candidates: &[Candidate], n: usize) {
    println!(
        "| method | rtol | p95 error | median error | failed | steps | us (ours: 1, 8, 16, 32 lanes) | occupancy |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let list = |cells: Vec<String>| cells.join(", ");
    for c in candidates.iter().filter(|c| c.lanes.is_none_or(|w| w == WIDTHS[0])) {
        let same: Vec<&Candidate> = candidates.iter().filter(|o| o.method == c.method && o.rtol == c.rtol).collect();
        let delivered = |c: &Candidate| [c.p95, c.median, c.steps].map(f64::to_bits);
        assert!(same.iter().all(|o| delivered(o) == delivered(c)), "{}: the width changes the results", c.method);
        let times = same.iter().map(|o| format!("{:.1}", o.time(n))).collect();
        let busy = same.iter().filter_map(|o| o.busy).map(|b| format!("{b:.3}")).collect();
        let (method, rtol, p95, median, failed, steps) = (c.method, c.rtol, c.p95, c.median, c.failed, c.steps);
        println!(
            "| {method} | {rtol:.1e} | {p95:.1e} | {median:.1e} | {failed} | {steps:.0} | {} | {} |",
            list(times),
            list(busy)
        );
    }
}

/// The times at equal errors, and whether the gates are met.
pub fn targets(title: &str, candidates: &[Candidate], n: usize) {
    println!("\n| problem | p95 error | method | us | CVODE BDF | ratio | diffsol BDF | ratio | gates |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for target in TARGETS {
        let time = |method, lanes| time_of(candidates, n, target, method, lanes);
        let peers = [CVODE, DIFFSOL].map(|peer| time(peer, None));
        let ours = OURS.into_iter().flat_map(|m| WIDTHS.map(|w| (m, w)));
        let ours: Vec<_> = ours.filter_map(|(m, w)| Some((m, w, time(name(m), Some(w))?))).collect();
        let best = ours.iter().map(|o| o.2).fold(f64::INFINITY, f64::min);
        for (method, width, own) in ours {
            let ratios = peers.map(|peer| peer.map(|p| p / own));
            let met = ratios.iter().zip(GATES).all(|(ratio, gate)| ratio.is_some_and(|r| r >= gate));
            let cell = |value: Option<f64>| value.map_or("-".into(), |v| format!("{v:.1}"));
            println!(
                "| {title} | {target:.0e} | {}, {width} lanes{} | {own:.1} | {} | {} | {} | {} | {} |",
                name(method),
                if own == best { " (best)" } else { "" },
                cell(peers[0]),
                cell(ratios[0]),
                cell(peers[1]),
                cell(ratios[1]),
                if met { "met" } else { "missed" }
            );
        }
    }
}

pub fn time_of(candidates: &[Candidate], n: usize, target: f64, method: &str, lanes: Option<usize>) -> Option<f64> {
    let of = candidates.iter().filter(|c| c.method == method && c.lanes == lanes);
    time_at(target, &of.map(|c| (c.p95, c.time(n))).collect::<Vec<_>>())
}

/// The fits: time for all starts, and that over ours, which is the first.
pub fn fits(methods: &[Method]) {
    let seconds = |m: &Method| {
        let mut each: Vec<f64> = m.turns.iter().map(|t| t.seconds).collect();
        each.sort_by(f64::total_cmp);
        // What does a share of the starts in a turn is taken over all turns, and up to all starts.
        let starts: usize = m.turns.iter().map(|t| t.ends.len()).sum();
        if m.together { each[each.len() / 2] } else { each.iter().sum::<f64>() * STARTS as f64 / starts as f64 }
    };
    let ours = seconds(&methods[0]);
    println!(
        "\n| method | s for {STARTS} starts | over ours | arrived | solves a start | sum of squares above | std. errors off |"
    );
    println!("|---|---|---|---|---|---|---|");
    for m in methods {
        let turns = &m.turns[..if m.together { 1 } else { m.turns.len() }];
        let starts: usize = turns.iter().map(|t| t.ends.len()).sum();
        let ends: Vec<&End> = turns.iter().flat_map(|t| &t.ends).flatten().collect();
        let arrived: Vec<&&End> = ends.iter().filter(|e| e.arrived()).collect();
        let solves = ends.iter().map(|e| e.solves).sum::<usize>() as f64 / ends.len() as f64;
        let above = arrived.iter().map(|e| e.above()).fold(0.0, f64::max);
        let errors = turns.iter().map(|t| t.errors).fold(0.0, f64::max);
        let (name, time, arrived) = (&m.name, seconds(m), arrived.len());
        let ratio = time / ours;
        println!(
            "| {name} | {time:.4} | {ratio:.2} | {arrived} of {starts} | {solves:.1} | {above:.0e} | {errors:.0e} |"
        );
    }
}

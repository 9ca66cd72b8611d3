//! Sparse LU of the step matrix of large networks: the library's own, compiled from its source, against that of faer.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::prelude::*;
use faer::sparse::linalg::SupernodalThreshold;
use faer::sparse::linalg::lu::{LuRef, LuSymbolicParams, NumericLu as FaerLu, factorize_symbolic_lu};
use faer::sparse::{SparseColMat, Triplet};
use faer::{Conj, Par};
use ratelaw::network::Lane;
use ratelaw::prelude::*;

use crate::cpu;
use crate::linalg::{NumericLu, SymbolicLu};
use crate::problems::large::{bionetgen, generated};

/// Of so many repetitions the shortest time counts.
const ROUNDS: usize = 15;

/// The Jacobian of a network at a state of its run, and the diagonal of the step there.
struct Step<'a> {
    tables: &'a ratelaw::network::Compiled,
    jacobian: Vec<Lane<1>>,
    diagonal: f64,
}

/// What a factorisation costs, s.
struct Cost {
    plan: f64,
    factorise: f64,
    solve: f64,
    /// Largest residual over the largest term of its row.
    residual: f64,
}

pub fn measure() {
    println!("| network | n | entries | step | LU | plan, ms | factorise, us | solve, us | residual |");
    println!("|---|---|---|---|---|---|---|---|---|");
    let mut shares = Vec::new();
    if let Some(network) = bionetgen("egfr_net") {
        shares.push(one("egfr_net", &network, 120.0));
    }
    shares.push(one("300 species, 6000 steps, second order", &generated(300, 6000, true, 9), 100.0));
    shares.push(one("1000 species, 20 000 steps, first order", &generated(1000, 20_000, false, 9), 100.0));
    shares.push(one("1000 species, 20 000 steps, second order", &generated(1000, 20_000, true, 9), 1.0));
    println!("\n{}", shares.join("\n"));
}

/// The matrix `1 / (h gamma) - J` in the middle of a run of Ndf, for a thousandth and a tenth of the run as `h gamma`. Gives
/// what part of that run is linear algebra.
fn one(name: &str, network: &Network, end: f64) -> String {
    let problem = Problem::builder(network).until(Seconds(end)).save(SavePoints::Uniform(3)).build();
    let problem = problem.expect("a sound problem");
    let begun = cpu();
    let solution = solve(&problem, &SolveOptions { method: Method::Ndf, rtol: 1e-4, ..SolveOptions::default() });
    let solution = solution.expect("a solution");
    let run = cpu() - begun;
    let tables = problem.network().compiled_for(problem.conditions());
    let bound = network.bound(tables, problem.parameters(), problem.conditions()).expect("sound constants");
    let z: Vec<Lane<1>> = solution.states[1].iter().map(|y| Lane([*y])).collect();
    let (mut terms, mut jacobian) =
        (vec![Lane::ZERO; tables.term_count()], vec![Lane::ZERO; tables.jacobian_entries().len()]);
    tables.terms(&bound, &z, &mut terms);
    tables.jacobian(&bound, &terms, &mut jacobian);
    let mut last = (0.0, 0.0);
    for part in [1e-3, 0.1] {
        let step = Step { tables, jacobian: jacobian.clone(), diagonal: 1.0 / (part * end) };
        let kinds = [
            ("faer, by its choice", SupernodalThreshold::AUTO),
            ("faer, simplicial", SupernodalThreshold::FORCE_SIMPLICIAL),
            ("faer, supernodal", SupernodalThreshold::FORCE_SUPERNODAL),
        ];
        let own = ours(&step);
        let theirs = kinds.map(|(kind, threshold)| (kind, faers(&step, threshold)));
        let work = (own.factorise, own.solve);
        for (kind, c) in [("ours", own)].into_iter().chain(theirs) {
            println!(
                "| {name} | {} | {} | {:e} s | {kind} | {:.2} | {:.1} ({:.2}) | {:.1} ({:.2}) | {:.0e} |",
                tables.size(),
                step.jacobian.len(),
                part * end,
                1e3 * c.plan,
                1e6 * c.factorise,
                c.factorise / work.0,
                1e6 * c.solve,
                c.solve / work.1,
                c.residual
            );
        }
        last = work;
    }
    let (factorisations, solves) = (solution.stats.factorisations as f64, solution.stats.solves as f64);
    format!(
        "{name}: Ndf at rtol 1e-4 takes {:.0} ms, of which {factorisations} factorisations {:.0} % and {solves} solves {:.0} %",
        1e3 * run,
        100.0 * factorisations * last.0 / run,
        100.0 * solves * last.1 / run
    )
}

/// The shortest time of a task, s.
fn shortest(mut task: impl FnMut()) -> f64 {
    let times = (0..ROUNDS).map(|_| {
        let begun = cpu();
        task();
        cpu() - begun
    });
    times.fold(f64::INFINITY, f64::min)
}

fn ours(step: &Step<'_>) -> Cost {
    let plan = shortest(|| drop(SymbolicLu::of(step.tables)));
    let symbolic = SymbolicLu::of(step.tables);
    let mut lu = NumericLu::<1>::new(&symbolic);
    let mut sound = true;
    let factorise = shortest(|| {
        sound &= lu.factorise_step(&symbolic, &step.jacobian, (Lane([step.diagonal]), |_| true))[0];
    });
    assert!(sound, "a pivot was lost");
    let mut x = vec![Lane::ZERO; step.tables.size()];
    let solve = shortest(|| {
        x.fill(Lane([1.0]));
        lu.solve(&symbolic, &mut x);
    });
    let x: Vec<f64> = x.iter().map(|x| x.0[0]).collect();
    Cost { plan, factorise, solve, residual: step.residual(&x) }
}

/// With one symbolic analysis, and memory of one factorisation for the next.
fn faers(step: &Step<'_>, threshold: SupernodalThreshold) -> Cost {
    let n = step.tables.size();
    let entries = step.tables.jacobian_entries().iter().zip(&step.jacobian);
    let entries = entries.map(|((i, j), value)| Triplet::new(*i, *j, -value.0[0]));
    let triplets: Vec<_> = entries.chain((0..n).map(|i| Triplet::new(i, i, step.diagonal))).collect();
    let matrix = SparseColMat::<usize, f64>::try_new_from_triplets(n, n, &triplets).expect("a matrix");
    let analyse = || {
        let parameters = LuSymbolicParams { supernodal_flop_ratio_threshold: threshold, ..Default::default() };
        factorize_symbolic_lu(matrix.symbolic(), parameters).expect("a plan")
    };
    let plan = shortest(|| drop(analyse()));
    let symbolic = analyse();
    let mut numeric = FaerLu::new();
    let mut memory = MemBuffer::new(symbolic.factorize_numeric_lu_scratch::<f64>(Par::Seq, Default::default()));
    let factorise = shortest(|| {
        let stack = MemStack::new(&mut memory);
        let done = symbolic.factorize_numeric_lu(&mut numeric, matrix.rb(), Par::Seq, stack, Default::default());
        done.expect("factors");
    });
    let mut memory = MemBuffer::new(symbolic.solve_in_place_scratch::<f64>(1, Par::Seq));
    let mut x = Mat::<f64>::zeros(n, 1);
    let solve = shortest(|| {
        x.fill(1.0);
        let factors = LuRef::new_unchecked(&symbolic, &numeric);
        factors.solve_in_place_with_conj(Conj::No, x.as_mut(), Par::Seq, MemStack::new(&mut memory));
    });
    let x: Vec<f64> = (0..n).map(|i| x[(i, 0)]).collect();
    Cost { plan, factorise, solve, residual: step.residual(&x) }
}

impl Step<'_> {
    /// Of `(1 / (h gamma) - J) x = 1`.
    fn residual(&self, x: &[f64]) -> f64 {
        let mut rows: Vec<(f64, f64)> =
            x.iter().map(|x| (self.diagonal * x - 1.0, (self.diagonal * x).abs().max(1.0))).collect();
        for ((i, j), value) in self.tables.jacobian_entries().iter().zip(&self.jacobian) {
            let term = value.0[0] * x[*j];
            rows[*i].0 -= term;
            rows[*i].1 = rows[*i].1.max(term.abs());
        }
        rows.iter().map(|(sum, largest)| sum.abs() / largest).fold(0.0, f64::max)
    }
}

//! Many problems of one network, in lanes and on all cores.

use std::sync::atomic::{AtomicUsize, Ordering};

use ratelaw_network::Network;
use rayon::prelude::*;

use crate::error::{Result, SolveError};
use crate::integrate::{chosen, queue, solve, supported, unbound};
use crate::lanes::{Occupancy, drive_wide, width};
use crate::options::SolveOptions;
use crate::problem::Problem;
use crate::solution::Solution;

/// How many problems are solved side by side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ManyOptions {
    /// Worker threads; none for as many as the machine has.
    pub threads: Option<usize>,
    /// Lanes of a block: 1, 8, 16 or 32; none for what the size of the network suggests. It changes the speed and no bit of
    /// a result.
    pub lanes: Option<usize>,
}

impl ManyOptions {
    pub(crate) fn check(&self) -> Result<()> {
        match self.lanes {
            Some(lanes) if !crate::lanes::WIDTHS.contains(&lanes) => Err(SolveError::OutOfRange {
                what: "the number of lanes".into(),
                found: lanes.to_string(),
                expected: "1, 8, 16 or 32".into(),
            }),
            _ => Ok(()),
        }
    }

    /// Runs work on the threads that are asked for.
    pub(crate) fn on_threads<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T> {
        let Some(threads) = self.threads else { return Ok(work()) };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|e| SolveError::Threads { threads, reason: e.to_string() })?;
        Ok(pool.install(work))
    }
}

/// Has each thread work with what `next` gives it, as soon as it has room for it: numbers from 0, and each once. So lanes are
/// empty only after the last has been given away. A thread gets about `part` of them.
pub(crate) fn in_turns<T: Send>(
    count: usize,
    work: impl Fn(&mut dyn FnMut() -> Option<usize>, usize) -> T + Sync,
) -> Vec<T> {
    let (given, threads) = (AtomicUsize::new(0), rayon::current_num_threads());
    let next = || Some(given.fetch_add(1, Ordering::Relaxed)).filter(|i| *i < count);
    (0..threads).into_par_iter().with_max_len(1).map(|_| work(&mut || next(), count.div_ceil(threads))).collect()
}

/// Solves many problems of one network: in lanes where the method is a Rosenbrock method, on all cores, each with the bits that
/// [`solve`] gives it alone. The outcomes are in the order of the problems; one that fails leaves the others alone.
///
/// ```
/// use ratelaw_network::{Law, Network, Species, units::{Molar, Seconds}};
/// use ratelaw_solver::{ManyOptions, Problem, Setting, SolveOptions, solve_many};
///
/// let network = Network::builder("decay")
///     .solution("cell", "1 L")?
///     .species(Species::new("A").composition_waived())
///     .species(Species::new("B").composition_waived())
///     .parameter("k", "0.1 1/s")?
///     .step("decay", "A -> B", Law::mass_action("k"))
///     .build()?;
/// let problem = Problem::builder(&network).initial("A", Molar(1.0)).until(Seconds(10.0)).build()?;
/// let k = Setting::parse(&network, "k")?;
/// let problems: Vec<Problem> = (1..=100)
///     .map(|i| {
///         let mut own = problem.clone();
///         own.set(k, 0.01 * f64::from(i));
///         own
///     })
///     .collect();
/// let solutions = solve_many(&problems, &SolveOptions::default(), &ManyOptions::default())?;
/// assert_eq!(solutions.len(), 100);
/// let left = solutions[99].as_ref().unwrap().amount("A")?.last().copied().unwrap();
/// assert!((left / 1000.0 - (-10.0_f64).exp()).abs() < 1e-6);
/// # Ok::<(), ratelaw_solver::SolveError>(())
/// ```
///
/// # Errors
/// Options that are wrong, or problems of several networks; never a single problem.
pub fn solve_many(problems: &[Problem], options: &SolveOptions, many: &ManyOptions) -> Result<Vec<Result<Solution>>> {
    solve_many_with_occupancy(problems, options, many).map(|(outcomes, _)| outcomes)
}

/// The same as [`solve_many`], and how busy the lanes were: nothing is counted where the method has no lanes.
///
/// # Errors
/// Those of [`solve_many`].
pub fn solve_many_with_occupancy(
    problems: &[Problem],
    options: &SolveOptions,
    many: &ManyOptions,
) -> Result<(Vec<Result<Solution>>, Occupancy)> {
    many.check()?;
    let Some(first) = problems.first() else { return Ok((Vec::new(), Occupancy::default())) };
    if problems.iter().any(|p| !p.network().is(first.network())) {
        return Err(SolveError::OutOfRange {
            what: "the problems".into(),
            found: "several networks".into(),
            expected: "problems of one network".into(),
        });
    }
    let solved = many.on_threads(|| {
        in_turns(problems.len(), |next, part| {
            let mut outcomes = Vec::with_capacity(part);
            let mut jobs = || next().map(|i| (i, problems[i].clone()));
            let mut done = |i, outcome| outcomes.push((i, outcome));
            let occupancy = solve_each(first, options, many.lanes, part, &mut jobs, &mut done)?;
            Ok((outcomes, occupancy))
        })
    })?;
    let solved: Vec<_> = solved.into_iter().collect::<Result<_>>()?;
    let (outcomes, occupancies): (Vec<_>, Vec<_>) = solved.into_iter().unzip();
    let mut outcomes: Vec<(usize, Result<Solution>)> = outcomes.into_iter().flatten().collect();
    outcomes.sort_unstable_by_key(|(i, _)| *i);
    Ok((outcomes.into_iter().map(|(_, outcome)| outcome).collect(), occupancies.into_iter().sum()))
}

/// Solves about `count` jobs of the network of `first` on this thread, as they come.
///
/// # Errors
/// Options that are wrong; never a single job.
pub(crate) fn solve_each(
    first: &Problem,
    options: &SolveOptions,
    lanes: Option<usize>,
    count: usize,
    jobs: &mut dyn FnMut() -> Option<(usize, Problem)>,
    done: &mut dyn FnMut(usize, Result<Solution>),
) -> Result<Occupancy> {
    let (settled, choice) = &options.settled(first.tables().size());
    settled.check()?;
    supported(first, settled)?;
    let network: &Network = first.network();
    let system = unbound(first, settled);
    if let Some(queue) = queue(network, settled, &system) {
        let width = lanes.unwrap_or_else(|| width(&queue, count));
        let mut done = |job, outcome| done(job, chosen(outcome, *choice));
        return Ok(drive_wide(&queue, width, jobs, &mut done));
    }
    // Not the settled options: each problem may be stiff or not.
    while let Some((job, problem)) = jobs() {
        done(job, solve(&problem, options));
    }
    Ok(Occupancy::default())
}

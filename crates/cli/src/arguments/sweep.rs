//! The command line of sweeps.

use std::path::PathBuf;

use clap::Args;
use ratelaw::prelude::*;
use ratelaw::solver::{SamplingMethod, Shard, SolveError, StoreError, Vary};

use super::{Duration, Output, Solving, svg};

/// Integrate a model at many points, in parallel.
///
/// The table has what is varied, the observables, and the status, cause and steps of each point. A point that fails stays
/// in the table with its cause.
///
/// With `--out F.parquet` or `--out F.csv`, finished points are kept in the folder `F.parts` until all are there. A run that
/// was stopped or killed goes on with `--resume`, and gives the same bytes. Parts made with `--shard` are put together by
/// `ratelaw merge`.
///
/// Example: `ratelaw sweep jia-2024-electrosynthesis --vary potential=1.2V..2.2V:101 --out sweep.parquet`
#[derive(Debug, Args)]
pub(crate) struct Sweep {
    /// Model file or name of an embedded model.
    pub(crate) model: String,
    #[command(flatten)]
    pub(crate) varying: Varying,
    #[command(flatten)]
    pub(crate) duration: Duration,
    #[command(flatten)]
    pub(crate) solving: Solving,
    /// Write a plot of what the model asks for to this SVG file: against a single axis; over two axes a curve for each of
    /// up to eight values of the first, and for more a heat map.
    #[arg(long, value_name = "F.svg", value_parser = svg, conflicts_with = "shard")]
    pub(crate) plot: Option<PathBuf>,
    /// Plot a heat map over two axes in any case: the last to the right, the first upwards, values as colours.
    #[arg(long, requires = "plot")]
    pub(crate) heatmap: bool,
    /// An observable of the heat map, such as `yield(BPA)`; up to two. If not given, the model's first observable and its
    /// first faradaic efficiency, or else its second observable.
    #[arg(long, value_name = "OBSERVABLE", requires = "plot")]
    pub(crate) show: Vec<String>,
    /// Worker threads; as many as the machine has if not given. The result does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Points that a thread solves side by side: 1, 8, 16 or 32; follows from the size of the model if not given. The result
    /// does not depend on it.
    #[arg(long, value_name = "W", hide_short_help = true)]
    pub(crate) lanes: Option<usize>,
    #[command(flatten)]
    pub(crate) storing: Storing,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Which points a sweep has.
#[derive(Debug, Args)]
pub(crate) struct Varying {
    /// What is varied: a parameter, an initial amount, `potential` or `temperature`, as a range `k2=5..80 1/s:20:log`, as
    /// values `k2=5,10,20 1/s`, as ranges that go together `zip(potential=1V..2V:3; k2=5,10,20 1/s)`, or sampled,
    /// `K1~lognormal(20, 2)`. May be repeated: every value with every other, the last fastest, samples all at once.
    #[arg(long, alias = "axis", value_name = "NAME=LO..HI:N", value_parser = vary, required_unless_present = "table")]
    pub(crate) vary: Vec<Vary>,
    /// Points from the lines of a table, .csv or .parquet, whose columns are settings with their units. What --vary gives
    /// multiplies them, and runs faster.
    #[arg(long, value_name = "F")]
    pub(crate) table: Option<PathBuf>,
    /// Space all ranges logarithmically.
    #[arg(long)]
    pub(crate) log: bool,
    /// Number of samples of what is sampled.
    #[arg(long, value_name = "N")]
    pub(crate) samples: Option<u64>,
    /// How samples are spread: lhs (Latin hypercube), sobol or random.
    #[arg(long, value_name = "METHOD", value_parser = sampling, default_value = "lhs", requires = "samples")]
    pub(crate) sampling: SamplingMethod,
    /// The same seed gives the same samples on every machine.
    #[arg(long, value_name = "SEED", default_value_t = 1, requires = "samples")]
    pub(crate) seed: u64,
}

/// How a sweep to a `.parquet` or `.csv` file is stored.
#[derive(Debug, Args)]
pub(crate) struct Storing {
    /// Go on with a sweep to the same file that was stopped or killed; begin it if there is none.
    #[arg(long, requires = "out", conflicts_with = "fresh")]
    pub(crate) resume: bool,
    /// Throw away a sweep to the same file that was stopped or killed, and begin anew.
    #[arg(long, requires = "out")]
    pub(crate) fresh: bool,
    /// Solve the i-th of n parts only, and leave its folder of finished points for `ratelaw merge`.
    #[arg(long, value_name = "i/n", requires = "out", value_parser = shard)]
    pub(crate) shard: Option<Shard>,
    /// Keep the amounts at the end too; they are kept in any case if the model has no observables.
    #[arg(long, requires = "out")]
    pub(crate) amounts: bool,
    /// Points that are solved and stored together; follows from the number of points if not given.
    #[arg(long, value_name = "N", requires = "out", hide_short_help = true)]
    pub(crate) chunk: Option<u64>,
}

/// Put the parts of a sweep together.
///
/// The file has the same bytes as that of one run of the whole sweep. The folders stay.
///
/// Example: `ratelaw merge s.parquet.1-of-2.parts s.parquet.2-of-2.parts --out s.parquet`
#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// Folders that `ratelaw sweep --shard` left.
    #[arg(value_name = "F.parts", required = true)]
    pub(crate) parts: Vec<PathBuf>,
    /// File for the result, .parquet or .csv.
    #[arg(long, value_name = "F")]
    pub(crate) out: PathBuf,
}

fn shard(text: &str) -> Result<Shard, String> {
    text.parse().map_err(|e: StoreError| e.to_string())
}

fn vary(text: &str) -> Result<Vary, String> {
    text.parse().map_err(|e: SolveError| e.to_string())
}

fn sampling(text: &str) -> Result<SamplingMethod, String> {
    match text {
        "lhs" => Ok(SamplingMethod::LatinHypercube),
        other => other.parse().map_err(|e: SolveError| e.to_string()),
    }
}

/// An axis in its text form, see `Axis`.
pub(crate) fn axis(text: &str) -> Result<Axis, String> {
    text.parse().map_err(|e: SolveError| e.to_string())
}

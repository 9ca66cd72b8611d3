//! Designs: what points a sweep has.
//!
//! A [`Design`] is a product of blocks, the last fastest: axes, axes that go together, samples, a table. It is a plain
//! value that can be stored; [`Design::resolve`] looks its names up in a problem and gives [`Points`], each by its index.
//! The same design gives the same bits on every machine, in any order and on any number of threads: random numbers are
//! whole-number hashes of seed, index and dimension, and exponentials and logarithms are compiled from Rust (`libm`).

mod cube;
mod distribution;
mod normal;
mod parquet_table;
mod permutation;
mod philox;
mod point_table;
mod points;
mod samples;
mod sobol;
mod split_mix;
mod text;
mod variable;

use serde::{Deserialize, Serialize};

pub use cube::{SamplingMethod, UnitCube};
pub use distribution::Distribution;
pub use point_table::{PointColumn, PointTable};
pub use points::Points;
pub use samples::{Sampled, Samples};
pub use text::{Vary, Zip, parse_range};
pub use variable::Variable;

use super::axis::Axis;
use crate::error::{Result, SolveError};
use crate::problem::Problem;
use points::Source;

/// Most points of a design.
const MOST_POINTS: u64 = 1_000_000_000_000;

/// What points a sweep has: the product of its blocks, the last fastest. Without blocks one point, where nothing is varied.
///
/// ```
/// use ratelaw_solver::{Design, Sampling};
///
/// let sampling = Sampling { count: Some(1000), seed: 7, ..Sampling::default() };
/// let design = Design::parse(&["potential=1.2V..2.2V:11", "k2~loguniform(5, 80 1/s)", "K1~normal(20, 2)"], &sampling)?;
/// assert_eq!(design.blocks.len(), 2);
/// # Ok::<(), ratelaw_solver::SolveError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Design {
    /// The factors of the product.
    pub blocks: Vec<Block>,
}

/// A factor of a design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Block {
    /// The values of one setting.
    Axis(Axis),
    /// Axes of one length whose values go together.
    Zip(Zip),
    /// Samples of several settings at once.
    Samples(Samples),
    /// Points from a table.
    Table(PointTable),
}

/// How the sampled settings of a command line are sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sampling {
    /// How many samples; needed as soon as something is sampled, refused otherwise.
    pub count: Option<u64>,
    /// How they are spread.
    pub method: SamplingMethod,
    /// The same seed gives the same samples on every machine.
    pub seed: u64,
}

impl Design {
    /// The grid that axes span, the last fastest.
    pub fn grid(axes: impl IntoIterator<Item = Axis>) -> Self {
        Self { blocks: axes.into_iter().map(Block::Axis).collect() }
    }

    /// The points of a table of settings, in CSV, or in Parquet where the file begins as one or ends in `.parquet`.
    ///
    /// # Errors
    /// As [`PointTable::from_parquet`] and [`PointTable::from_csv`].
    pub fn from_table(path: impl AsRef<std::path::Path>) -> Result<Self> {
        let path = path.as_ref();
        let is_parquet = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet")) || begins_as_parquet(path);
        let table = if is_parquet { PointTable::from_parquet(path)? } else { PointTable::from_csv(path)? };
        Ok(Self { blocks: vec![Block::Table(table)] })
    }

    /// Reads blocks in their text form: `NAME=LO..HI:N[:log]`, `NAME=V1,V2,...`, `zip(AXIS; AXIS)` and
    /// `NAME~DISTRIBUTION(...)`, see [`Vary`].
    ///
    /// # Errors
    /// A text that is none of these, or as [`Design::from_parts`].
    pub fn parse<S: AsRef<str>>(texts: &[S], sampling: &Sampling) -> Result<Self> {
        Self::from_parts(texts.iter().map(|t| t.as_ref().parse()).collect::<Result<_>>()?, sampling)
    }

    /// Puts together what a command line varies. All sampled settings are sampled at once; their block stands where the
    /// first of them stands.
    ///
    /// # Errors
    /// Sampled settings without a number of samples, or the number without sampled settings.
    pub fn from_parts(parts: Vec<Vary>, sampling: &Sampling) -> Result<Self> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut place = None;
        let mut of = Vec::new();
        for part in parts {
            match part {
                Vary::Axis(axis) => blocks.push(Block::Axis(axis)),
                Vary::Zip(zip) => blocks.push(Block::Zip(zip)),
                Vary::Sampled(sampled) => {
                    place.get_or_insert(blocks.len());
                    of.push(sampled);
                }
            }
        }
        match (place, sampling.count) {
            (None, None) => {}
            (Some(place), Some(count)) => {
                blocks
                    .insert(place, Block::Samples(Samples { of, count, method: sampling.method, seed: sampling.seed }));
            }
            (Some(_), None) => {
                return Err(SolveError::Missing {
                    what: "the number of samples".into(),
                    help: "give it, as in `--samples 1000`".into(),
                });
            }
            (None, Some(count)) => {
                return Err(SolveError::OutOfRange {
                    what: "the number of samples".into(),
                    found: format!("{count}, but nothing is sampled"),
                    expected: "a sampled setting beside it, such as k2~loguniform(5 1/s, 80 1/s)".into(),
                });
            }
        }
        Ok(Self { blocks })
    }

    /// Looks names up and checks units and values.
    ///
    /// # Errors
    /// An unknown name, a wrong unit, a setting varied twice, axes of different lengths that should go together, numbers
    /// that a distribution or a spacing cannot have, nothing in a block, more than 1e12 points.
    pub fn resolve(&self, problem: &Problem) -> Result<Points> {
        let mut variables = Vec::new();
        let sources = self.blocks.iter().map(|block| block.resolve(problem, &mut variables)).collect::<Result<_>>()?;
        Points::new(sources, variables)
    }
}

/// Whether a file has the magic number that Parquet begins with.
fn begins_as_parquet(path: &std::path::Path) -> bool {
    let mut magic = [0; 4];
    let read = std::fs::File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut magic));
    read.is_ok() && magic == *b"PAR1"
}

impl Block {
    fn resolve(&self, problem: &Problem, variables: &mut Vec<Variable>) -> Result<Source> {
        Ok(match self {
            Self::Axis(axis) => Source::Together(together(std::slice::from_ref(axis), problem, variables)?),
            Self::Zip(Zip(axes)) => Source::Together(together(axes, problem, variables)?),
            Self::Samples(samples) => Source::Samples(samples.resolve(problem, variables)?),
            Self::Table(table) => Source::Table(table.resolve(problem, variables)?),
        })
    }
}

fn together(axes: &[Axis], problem: &Problem, variables: &mut Vec<Variable>) -> Result<Vec<super::axis::Progression>> {
    let lengths: Vec<usize> = axes.iter().map(Axis::points).collect();
    if lengths.is_empty() || lengths.iter().any(|n| *n != lengths[0]) {
        let found: Vec<String> = axes.iter().map(|a| format!("`{}` with {}", a.name(), a.points())).collect();
        return Err(SolveError::OutOfRange {
            what: "the length of axes that go together".into(),
            found: if found.is_empty() { "that of no axes".into() } else { found.join(", ") },
            expected: "at least one axis, all with the same number of values".into(),
        });
    }
    axes.iter()
        .map(|axis| {
            let (variable, progression) = axis.progression(problem)?;
            variables.push(variable);
            Ok(progression)
        })
        .collect()
}

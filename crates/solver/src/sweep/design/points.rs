//! The points of a design for a given problem, each by its index.

use super::MOST_POINTS;
use super::samples::Sampler;
use super::variable::Variable;
use crate::error::{Result, SolveError};
use crate::sweep::axis::Progression;

/// The points of a design for a given problem. No point is stored (but for those of a table); each is worked out from its
/// index, so they can be asked for in any order and from any thread.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    blocks: Vec<Source>,
    variables: Vec<Variable>,
    len: u64,
}

/// A factor of the product.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    /// Axes of one length.
    Together(Vec<Progression>),
    Samples(Sampler),
    Table(Vec<Vec<f64>>),
}

impl Source {
    fn len(&self) -> u64 {
        match self {
            Self::Together(axes) => axes.first().map_or(0, |a| a.len() as u64),
            Self::Samples(sampler) => sampler.count(),
            Self::Table(columns) => columns.first().map_or(0, |c| c.len() as u64),
        }
    }

    fn width(&self) -> usize {
        match self {
            Self::Together(axes) => axes.len(),
            Self::Samples(sampler) => sampler.width(),
            Self::Table(columns) => columns.len(),
        }
    }

    /// Writes the values at an index below its length.
    fn fill(&self, index: u64, values: &mut [f64]) {
        let write = |values: &mut [f64], from: &mut dyn Iterator<Item = f64>| {
            values.iter_mut().zip(from).for_each(|(value, given)| *value = given);
        };
        match self {
            Self::Together(axes) => write(values, &mut axes.iter().map(|a| a.at(index as usize))),
            Self::Samples(sampler) => write(values, &mut sampler.values(index)),
            Self::Table(columns) => write(values, &mut columns.iter().map(|c| c[index as usize])),
        }
    }
}

impl Points {
    pub(super) fn new(blocks: Vec<Source>, variables: Vec<Variable>) -> Result<Self> {
        Variable::once(&variables)?;
        let len = blocks.iter().try_fold(1_u64, |n, block| n.checked_mul(block.len())).filter(|n| *n <= MOST_POINTS);
        match len {
            Some(len) => Ok(Self { blocks, variables, len }),
            None => Err(SolveError::OutOfRange {
                what: "the number of points".into(),
                found: blocks.iter().map(|b| b.len().to_string()).collect::<Vec<_>>().join(" x "),
                expected: format!("at most {MOST_POINTS}"),
            }),
        }
    }

    /// Number of points; at least 1.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are none; never.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What is varied, in the order of the values of a point.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// Writes the values of a point, SI, one for each of [`Points::variables`]. The last block of the design runs fastest.
    ///
    /// # Errors
    /// An index beyond the last point, or room for another number of values.
    pub fn point(&self, index: u64, values: &mut [f64]) -> Result<()> {
        let refuse = |what: &str, found: String, expected: String| {
            Err(SolveError::OutOfRange { what: what.to_owned(), found, expected })
        };
        if index >= self.len {
            return refuse("the index of a point", index.to_string(), format!("below {}", self.len));
        }
        if values.len() != self.variables.len() {
            let expected = self.variables.len().to_string();
            return refuse("the room for the values of a point", values.len().to_string(), expected);
        }
        self.fill(index, values);
        Ok(())
    }

    /// The values of a point below the number of points, SI.
    pub(crate) fn values(&self, index: u64) -> Vec<f64> {
        let mut values = vec![0.0; self.variables.len()];
        self.fill(index, &mut values);
        values
    }

    fn fill(&self, index: u64, values: &mut [f64]) {
        let (mut rest, mut end) = (index, values.len());
        for block in self.blocks.iter().rev() {
            let start = end - block.width();
            block.fill(rest % block.len(), &mut values[start..end]);
            (rest, end) = (rest / block.len(), start);
        }
    }
}

//! Points in the unit cube: Latin hypercube, scrambled Sobol, random.

use serde::{Deserialize, Serialize};

use super::MOST_POINTS;
use super::permutation::Permutation;
use super::philox::{Purpose, Random};
use super::sobol::{self, DIGITS, DIMENSIONS, Directions, Scrambling};
use crate::error::{Result, SolveError};

/// How points are spread over what is sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SamplingMethod {
    /// Of `n` points one lies in each of `n` equally likely intervals of every setting (M. D. McKay, R. J. Beckman, W. J.
    /// Conover, Technometrics 21 (1979) 239-245, doi:10.1080/00401706.1979.10489755). The points depend on their number.
    #[default]
    LatinHypercube,
    /// Sobol points scrambled after Owen, from the first on; most even if their number is a power of two. More points
    /// begin with the same ones. At most 256 settings.
    Sobol,
    /// Independent points. More points begin with the same ones.
    Random,
}

impl SamplingMethod {
    /// All methods.
    pub const ALL: [Self; 3] = [Self::LatinHypercube, Self::Sobol, Self::Random];

    /// The word for it on the command line and in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::LatinHypercube => "latin-hypercube",
            Self::Sobol => "sobol",
            Self::Random => "random",
        }
    }
}

impl std::str::FromStr for SamplingMethod {
    type Err = SolveError;

    fn from_str(text: &str) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|m| m.word() == text);
        known.ok_or_else(|| super::text::unknown("sampling method", text, &Self::ALL.map(Self::word)))
    }
}

/// Points in the unit cube by their index; the same seed gives the same points on every machine, in any order.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitCube {
    count: u64,
    dimensions: usize,
    random: Random,
    spread: Spread,
}

/// What a method needs of each dimension.
#[derive(Debug, Clone, PartialEq)]
enum Spread {
    LatinHypercube(Vec<Permutation>),
    Sobol(Vec<(Directions, Scrambling)>),
    Random,
}

/// Digits of a point of a Latin hypercube; few enough that rounding never moves it out of its stratum.
const FINE: u32 = 48;

impl UnitCube {
    /// So many points in so many dimensions.
    ///
    /// # Errors
    /// No points or more than 1e12, no dimensions, or more than 256 for Sobol points.
    pub fn new(method: SamplingMethod, count: u64, dimensions: usize, seed: u64) -> Result<Self> {
        let refuse = |what: &str, found: String, expected: String| {
            Err(SolveError::OutOfRange { what: what.to_owned(), found, expected })
        };
        if !(1..=MOST_POINTS).contains(&count) {
            return refuse("the number of samples", count.to_string(), format!("1 to {MOST_POINTS}"));
        }
        let most = if method == SamplingMethod::Sobol { DIMENSIONS } else { u32::MAX as usize };
        if !(1..=most).contains(&dimensions) {
            let what = format!("the number of settings sampled by `{}`", method.word());
            return refuse(&what, dimensions.to_string(), format!("1 to {most}"));
        }
        let random = Random::new(seed);
        let all = 0..dimensions as u32;
        let spread = match method {
            SamplingMethod::Random => Spread::Random,
            SamplingMethod::LatinHypercube => {
                Spread::LatinHypercube(all.map(|d| Permutation::new(count, d, random)).collect())
            }
            SamplingMethod::Sobol => {
                let directions = sobol::directions(dimensions);
                Spread::Sobol(directions.into_iter().zip(all.map(|d| Scrambling::new(d, random))).collect())
            }
        };
        Ok(Self { count, dimensions, random, spread })
    }

    /// Number of points.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// A coordinate of a point, above 0 and below 1.
    ///
    /// # Errors
    /// An index or a dimension beyond the last.
    pub fn coordinate(&self, index: u64, dimension: usize) -> Result<f64> {
        if index >= self.count || dimension >= self.dimensions {
            return Err(SolveError::OutOfRange {
                what: "the coordinate of a sample".into(),
                found: format!("number {dimension} of point {index}"),
                expected: format!("one of {} of {} points, from 0", self.dimensions, self.count),
            });
        }
        Ok(self.inside(index, dimension))
    }

    /// As [`Self::coordinate`], for an index and a dimension known to be inside.
    pub(super) fn inside(&self, index: u64, dimension: usize) -> f64 {
        let d = dimension as u32;
        match &self.spread {
            Spread::Random => open(self.random.bits(index, d, Purpose::Coordinate), DIGITS),
            Spread::Sobol(dimensions) => {
                let (directions, scrambling) = &dimensions[dimension];
                open(scrambling.of(sobol::digits(directions, index)) << (u64::BITS - DIGITS), DIGITS)
            }
            Spread::LatinHypercube(permutations) => {
                let stratum = permutations[dimension].of(index);
                let fine = FINE - (u64::BITS - self.count.leading_zeros());
                let within = open(self.random.bits(index, d, Purpose::Within), fine);
                (stratum as f64 + within) / self.count as f64
            }
        }
    }
}

/// The middle of the interval that the first digits of a random number name; exact, never 0 or 1.
fn open(bits: u64, digits: u32) -> f64 {
    let odd = bits >> (u64::BITS - digits) << 1 | 1;
    odd as f64 / (1_u64 << (digits + 1)) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stratum_has_one_point() {
        for n in (1..40).chain([999, 65_536, 100_000]) {
            let cube = UnitCube::new(SamplingMethod::LatinHypercube, n, 3, 5).unwrap();
            for d in 0..3 {
                let mut seen = vec![false; n as usize];
                for i in 0..n {
                    let stratum = (cube.coordinate(i, d).unwrap() * n as f64) as usize;
                    assert!(!std::mem::replace(&mut seen[stratum], true), "{n} points, dimension {d}");
                }
            }
        }
    }

    #[test]
    fn strata_of_very_many_points_are_distinct() {
        for n in [1_000_000_000, MOST_POINTS] {
            let cube = UnitCube::new(SamplingMethod::LatinHypercube, n, 2, 5).unwrap();
            for d in 0..2 {
                let permutation = Permutation::new(n, d as u32, cube.random);
                let stratum = |i: u64| {
                    let u = cube.coordinate(i, d).unwrap();
                    let found = (u * n as f64) as u64;
                    assert_eq!(found, permutation.of(i), "rounding must not leave the stratum");
                    found
                };
                let seen: std::collections::HashSet<u64> =
                    (0..5000).chain(n - 5000..n).chain((1..=5000).map(|k| k * 99_991)).map(stratum).collect();
                // One of the last series is not among the others, as 5000 < 99991.
                assert_eq!(seen.len(), 15_000);
            }
        }
    }

    #[test]
    fn coordinates_are_inside() {
        assert_eq!(open(0, DIGITS), f64::EPSILON / 2.0);
        assert_eq!(open(u64::MAX, DIGITS), 1.0 - f64::EPSILON / 2.0);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (method, count, dimensions) in [
            (SamplingMethod::Random, 0, 1),
            (SamplingMethod::Random, MOST_POINTS + 1, 1),
            (SamplingMethod::LatinHypercube, 5, 0),
            (SamplingMethod::Sobol, 5, 257),
        ] {
            assert!(UnitCube::new(method, count, dimensions, 0).is_err());
        }
        let cube = UnitCube::new(SamplingMethod::Sobol, 5, 256, 0).unwrap();
        assert!(cube.coordinate(5, 0).is_err() && cube.coordinate(0, 256).is_err() && cube.coordinate(4, 255).is_ok());
        let error = "sobel".parse::<SamplingMethod>().unwrap_err().to_string();
        assert!(error.contains("did you mean `sobol`"), "{error}");
    }

    /// The mean of n independent coordinates has a standard error of 1/sqrt(12 n); five of them are not passed by chance.
    #[test]
    fn random_coordinates_are_independent_and_even() {
        const N: u64 = 20_000;
        let cube = UnitCube::new(SamplingMethod::Random, N, 2, 11).unwrap();
        let u = |i, d| cube.coordinate(i, d).unwrap() - 0.5;
        let error = 1.0 / (12.0 * N as f64).sqrt();
        let mean = |f: &dyn Fn(u64) -> f64| (0..N).map(f).sum::<f64>() / N as f64;
        assert!(mean(&|i| u(i, 0)).abs() < 5.0 * error && mean(&|i| u(i, 1)).abs() < 5.0 * error);
        // The product of two has a standard deviation of 1/12.
        assert!(mean(&|i| u(i, 0) * u(i, 1)).abs() < 5.0 / (12.0 * (N as f64).sqrt()));
        assert!(mean(&|i| u(i, 0) * u((i + 1) % N, 0)).abs() < 5.0 / (12.0 * (N as f64).sqrt()));
    }
}

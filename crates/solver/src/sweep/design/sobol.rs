//! Sobol points, scrambled after Owen.
//!
//! Direction numbers: `new-joe-kuo-6.256.txt`, the first 256 dimensions of the file `new-joe-kuo-6.21201` of S. Joe, F. Y.
//! Kuo, Constructing Sobol sequences with better two-dimensional projections, SIAM J. Sci. Comput. 30 (2008) 2635-2654,
//! doi:10.1137/070709359 (copyright 2008 Frances Y. Kuo and Stephen Joe, licence `new-joe-kuo-6.LICENSE` beside it).
//! Recurrence: S. Joe, F. Y. Kuo, Remark on algorithm 659, ACM Trans. Math. Softw. 29 (2003) 49-57,
//! doi:10.1145/641876.641879.
//!
//! Scrambling: A. B. Owen, Randomly permuted (t,m,s)-nets and (t,s)-sequences, LNS 106 (1995) 299-317,
//! doi:10.1007/978-1-4612-2552-2_19: every digit is changed by a random number that belongs to the digits before it. Here
//! that number is a hash of those digits, so nothing is stored.

use super::philox::{Purpose, Random};
use super::split_mix::Stream;

/// Binary digits of a coordinate; a coordinate in the middle of its last interval is then exact in `f64`.
pub(super) const DIGITS: u32 = 52;
/// Dimensions that there are direction numbers for.
pub(super) const DIMENSIONS: usize = 256;

const JOE_KUO: &str = include_str!("new-joe-kuo-6.256.txt");

/// What one dimension's coordinates are made of: one number for each digit of the index.
pub(super) type Directions = [u64; DIGITS as usize];

/// The first dimensions, at most [`DIMENSIONS`].
pub(super) fn directions(dimensions: usize) -> Vec<Directions> {
    // The first dimension is not in the file: the digits of the index in reverse.
    let first = std::array::from_fn(|i| 1 << (DIGITS as usize - 1 - i));
    std::iter::once(first).chain(JOE_KUO.lines().skip(1).map(dimension)).take(dimensions).collect()
}

/// One line of the file: dimension, degree, coefficients of the polynomial, first odd numbers.
fn dimension(line: &str) -> Directions {
    let numbers: Vec<u64> = line.split_whitespace().skip(1).filter_map(|word| word.parse().ok()).collect();
    let (degree, coefficients, odd) = match &numbers[..] {
        [degree, coefficients, odd @ ..] => (*degree as usize, *coefficients, odd),
        _ => (0, 0, &[][..]),
    };
    let mut directions = [0; DIGITS as usize];
    for i in 0..directions.len() {
        directions[i] = if i < degree {
            odd.get(i).copied().unwrap_or_default() << (DIGITS as usize - 1 - i)
        } else {
            let before = directions[i - degree];
            (1..degree)
                .filter(|k| coefficients >> (degree - 1 - k) & 1 == 1)
                .fold(before ^ before >> degree, |sum, k| sum ^ directions[i - k])
        };
    }
    directions
}

/// The digits of a coordinate. The order is that of the index itself, not of its Gray code; the first `2^k` points are
/// the same set in both.
pub(super) fn digits(directions: &Directions, index: u64) -> u64 {
    let mut sum = 0;
    let mut rest = index & ((1 << DIGITS) - 1);
    while rest != 0 {
        sum ^= directions[rest.trailing_zeros() as usize];
        rest &= rest - 1;
    }
    sum
}

/// Levels of the scrambling tree that one random number serves: it has a bit for each node of so deep a tree.
const GROUP: u32 = 6;

/// The scrambling of a dimension.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scrambling([Stream; DIGITS.div_ceil(GROUP) as usize]);

impl Scrambling {
    /// The scrambling that belongs to a dimension.
    pub(super) fn new(dimension: u32, random: Random) -> Self {
        Self(std::array::from_fn(|group| random.stream(dimension, Purpose::Scramble(group as u8))))
    }

    /// Changes every digit by a random bit that belongs to the digits before it.
    pub(super) fn of(&self, digits: u64) -> u64 {
        let mut out = 0;
        for (stream, level) in self.0.iter().zip((0..DIGITS).step_by(GROUP as usize)) {
            let tree = stream.at(digits >> (DIGITS - level));
            // Nodes are numbered from 1, the children of k are 2k and 2k + 1.
            let mut node = 1;
            for place in (0..DIGITS - level).rev().take(GROUP as usize) {
                let digit = digits >> place & 1;
                out |= (digit ^ (tree >> node & 1)) << place;
                node = node << 1 | digit;
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gray(index: u64) -> u64 {
        index ^ index >> 1
    }

    /// The ten points in three dimensions that Joe and Kuo print beside their program (`sobol.cc`, 2008); it goes through
    /// the indices in the order of their Gray code.
    #[test]
    fn gives_the_published_points() {
        let published = [
            [0.0, 0.0, 0.0],
            [0.5, 0.5, 0.5],
            [0.75, 0.25, 0.25],
            [0.25, 0.75, 0.75],
            [0.375, 0.375, 0.625],
            [0.875, 0.875, 0.125],
            [0.625, 0.125, 0.875],
            [0.125, 0.625, 0.375],
            [0.1875, 0.3125, 0.9375],
            [0.6875, 0.8125, 0.4375],
        ];
        let directions = directions(3);
        for (i, point) in published.iter().enumerate() {
            for (d, x) in point.iter().enumerate() {
                let digits = digits(&directions[d], gray(i as u64));
                assert_eq!(digits as f64 / (1_u64 << DIGITS) as f64, *x, "point {i}, dimension {d}");
            }
        }
    }

    /// `scipy.stats.qmc.Sobol(256, scramble=False)` of SciPy 1.17.1, which has the same direction numbers: points 999 and
    /// 123456788, in units of 2^-30.
    #[test]
    fn agrees_with_scipy_in_high_dimensions() {
        let directions = directions(DIMENSIONS);
        assert_eq!(directions.len(), DIMENSIONS);
        for (index, expected) in [
            (999, [168820736, 976224256, 87031808, 1062207488, 678428672, 535822336, 468713472]),
            (123456788, [510991304, 313996392, 543749208, 438932424, 970584168, 135476136, 677784312]),
        ] {
            let found = [0, 1, 2, 3, 9, 99, 255].map(|d: usize| digits(&directions[d], gray(index)) >> (DIGITS - 30));
            assert_eq!(found, expected);
        }
    }

    /// A Sobol sequence in two dimensions has t = 0: of 2^m points one lies in each rectangle of area 2^-m with sides
    /// that are powers of two (H. Niederreiter, Random number generation and quasi-Monte Carlo methods, 1992, chapter 4).
    /// Scrambling keeps that (Owen 1995).
    #[test]
    fn scrambled_points_are_a_net() {
        let directions = directions(2);
        for seed in 0..5 {
            let scrambling = [0, 1].map(|d| Scrambling::new(d, Random::new(seed)));
            for m in 0..=10 {
                for first in [0, 3 << m] {
                    for split in 0..=m {
                        let mut seen = vec![false; 1 << m];
                        for i in first..first + (1 << m) {
                            let [x, y] = [0, 1].map(|d: usize| scrambling[d].of(digits(&directions[d], i)));
                            let cell = (x >> (DIGITS - split)) << (m - split) | y >> (DIGITS - (m - split));
                            assert!(!std::mem::replace(&mut seen[cell as usize], true), "seed {seed}, m {m}, {split}");
                        }
                    }
                }
            }
        }
    }

    /// In each of all dimensions 2^m points are one in each interval of 2^-m.
    #[test]
    fn every_dimension_is_stratified() {
        for (d, directions) in directions(DIMENSIONS).iter().enumerate() {
            let mut seen = [false; 256];
            let scrambling = Scrambling::new(d as u32, Random::new(7));
            for i in 0..256 {
                let x = scrambling.of(digits(directions, i)) >> (DIGITS - 8);
                assert!(!std::mem::replace(&mut seen[x as usize], true), "dimension {d}");
            }
        }
    }

    /// The scrambling is one to one, and digits below the first that differs are changed independently.
    #[test]
    fn scrambling_is_nested() {
        let scrambling = Scrambling::new(0, Random::new(1));
        let (a, b) = (0b1011 << 48, 0b1010 << 48);
        let difference = scrambling.of(a) ^ scrambling.of(b);
        assert_eq!(difference >> 48, 1, "the digits before, and that digit's difference, are kept");
        assert_ne!(difference & ((1 << 48) - 1), 0);
    }
}

//! A permutation of the first `n` numbers in no memory, for the strata of a Latin hypercube.
//!
//! An alternating Feistel network permutes the next power of two; a number that comes out too large goes in once more
//! until it fits, which keeps it a permutation: cycle walking, J. Black, P. Rogaway, Ciphers with arbitrary finite domains,
//! CT-RSA 2002, LNCS 2271, 114-130, doi:10.1007/3-540-45760-7_9. Less than two rounds of the walk are needed on average.

use super::philox::{Purpose, Random};
use super::split_mix::Stream;

/// Rounds of the network, as many as in FF1 of NIST SP 800-38G, where the halves may be as small.
const ROUNDS: u8 = 10;

/// A permutation of the numbers below `n`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Permutation {
    n: u64,
    /// Binary digits of the lower half.
    low: u32,
    masks: [u64; 2],
    rounds: [Stream; ROUNDS as usize],
}

impl Permutation {
    /// The permutation that belongs to a dimension.
    pub(super) fn new(n: u64, dimension: u32, random: Random) -> Self {
        let bits = u64::BITS - n.saturating_sub(1).leading_zeros();
        let low = bits / 2;
        Self {
            n,
            low,
            masks: [(1_u64 << (bits - low)) - 1, (1_u64 << low) - 1],
            rounds: std::array::from_fn(|round| random.stream(dimension, Purpose::Round(round as u8))),
        }
    }

    /// Where a number goes; it must be below `n`.
    pub(super) fn of(&self, index: u64) -> u64 {
        let mut number = index;
        loop {
            let mut halves = [number >> self.low, number & self.masks[1]];
            for (round, stream) in self.rounds.iter().enumerate() {
                // Each half in turn is changed by the other.
                let (changed, by) = if round % 2 == 0 { (0, 1) } else { (1, 0) };
                halves[changed] ^= stream.at(halves[by]) & self.masks[changed];
            }
            number = halves[0] << self.low | halves[1];
            if number < self.n {
                return number;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{HashMap, HashSet};

    #[test]
    fn every_number_comes_out_once() {
        for n in (1..70).chain([127, 128, 129, 1000, 4097, 100_000]) {
            for seed in 0..2 {
                let (mut seen, permutation) = (vec![false; n as usize], Permutation::new(n, 3, Random::new(seed)));
                for i in 0..n {
                    let to = permutation.of(i) as usize;
                    assert!(!std::mem::replace(&mut seen[to], true), "{to} twice of {n}");
                }
            }
        }
    }

    #[test]
    fn large_ranges_have_no_repeats_among_those_looked_at() {
        for n in [1_000_000_000, 1_000_000_000_000] {
            let permutation = Permutation::new(n, 0, Random::new(9));
            let at = |k: u64| permutation.of(k * (n / 20_000));
            let seen: HashSet<u64> = (0..20_000).map(at).collect();
            assert_eq!(seen.len(), 20_000);
            assert!(seen.iter().all(|x| *x < n));
        }
    }

    /// All 24 orders of four things are equally likely: chi-squared with 23 degrees of freedom is below 49.7 in 999 of
    /// 1000 cases (tables of the distribution).
    #[test]
    fn small_permutations_are_evenly_spread() {
        const SEEDS: u64 = 24_000;
        let mut counts: HashMap<Vec<u64>, f64> = HashMap::new();
        for seed in 0..SEEDS {
            let permutation = Permutation::new(4, 0, Random::new(seed));
            let order = (0..4).map(|i| permutation.of(i)).collect();
            *counts.entry(order).or_default() += 1.0;
        }
        let expected = SEEDS as f64 / 24.0;
        let chi: f64 = counts.values().map(|n| (n - expected).powi(2) / expected).sum();
        assert!(counts.len() == 24 && chi < 49.7, "{} orders, {chi}", counts.len());
    }
}

//! A permutation of the first `n` numbers in no memory, for the strata of a Latin hypercube.
//!
//! An alternating Feistel network permutes the next power of two; a number that comes out too large goes in once more
//! until it fits, which keeps it a permutation: cycle walking, J. Black, P. Rogaway, Ciphers with arbitrary finite domains,
//! CT-RSA 2002, LNCS 2271, 114-130, doi:10.1007/3-540-45760-7_9. Less than two rounds of the walk are needed on average.

use super::philox::{Purpose, Random};

/// Rounds of the network, as many as in FF1 of NIST SP 800-38G, where the halves may be as small.
const ROUNDS: u8 = 10;

/// Where a number below `n` goes; `index` must be below `n`.
pub(super) fn permuted(index: u64, n: u64, dimension: u32, random: Random) -> u64 {
    let bits = u64::BITS - n.saturating_sub(1).leading_zeros();
    let low = bits / 2;
    let masks = [(1_u64 << (bits - low)) - 1, (1_u64 << low) - 1];
    let mut number = index;
    loop {
        let mut halves = [number >> low, number & masks[1]];
        for round in 0..ROUNDS {
            // Each half in turn is changed by the other.
            let (changed, by) = if round % 2 == 0 { (0, 1) } else { (1, 0) };
            halves[changed] ^= random.bits(halves[by], dimension, Purpose::Round(round)) & masks[changed];
        }
        number = halves[0] << low | halves[1];
        if number < n {
            return number;
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
                let mut seen = vec![false; n as usize];
                for i in 0..n {
                    let to = permuted(i, n, 3, Random::new(seed)) as usize;
                    assert!(!std::mem::replace(&mut seen[to], true), "{to} twice of {n}");
                }
            }
        }
    }

    #[test]
    fn large_ranges_have_no_repeats_among_those_looked_at() {
        for n in [1_000_000_000, 1_000_000_000_000] {
            let at = |k: u64| permuted(k * (n / 20_000), n, 0, Random::new(9));
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
            let order = (0..4).map(|i| permuted(i, 4, 0, Random::new(seed))).collect();
            *counts.entry(order).or_default() += 1.0;
        }
        let expected = SEEDS as f64 / 24.0;
        let chi: f64 = counts.values().map(|n| (n - expected).powi(2) / expected).sum();
        assert!(counts.len() == 24 && chi < 49.7, "{} orders, {chi}", counts.len());
    }
}

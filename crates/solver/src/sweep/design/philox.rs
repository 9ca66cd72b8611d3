//! Random numbers by their place: no state, so any of them can be had without those before.
//!
//! Philox4x32-10 of J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, Parallel random numbers: as easy as 1, 2, 3, SC '11
//! (2011), doi:10.1145/2063384.2063405. Whole numbers only, so the bits are the same on every machine.

use super::split_mix::Stream;

/// Multipliers of a round (table 2 of the paper).
const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
/// What the key grows by from round to round: the golden ratio, and the square root of 3 less 1.
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
/// Rounds.
const ROUNDS: usize = 10;

/// 128 bits that belong to a key and a place.
pub(super) fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    let product = |a: u32, b: u32| {
        let wide = u64::from(a) * u64::from(b);
        ((wide >> 32) as u32, wide as u32)
    };
    for round in 0..ROUNDS {
        if round > 0 {
            key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
        }
        let (high0, low0) = product(MULTIPLIERS[0], counter[0]);
        let (high1, low1) = product(MULTIPLIERS[1], counter[2]);
        counter = [high1 ^ counter[1] ^ key[0], low1, high0 ^ counter[3] ^ key[1], low0];
    }
    counter
}

/// What a random number is for; numbers for different ends never share their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A coordinate of its own.
    Coordinate,
    /// Where in its stratum a point of a Latin hypercube lies.
    Within,
    /// A round of a permutation.
    Round(u8),
    /// A group of levels of a scrambled Sobol coordinate.
    Scramble(u8),
}

impl Purpose {
    fn code(self) -> u32 {
        match self {
            Self::Coordinate => 0,
            Self::Within => 1,
            Self::Round(round) => 0x100 | u32::from(round),
            Self::Scramble(group) => 0x200 | u32::from(group),
        }
    }
}

/// The random numbers of one seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Random {
    key: [u32; 2],
}

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self { key: [seed as u32, (seed >> 32) as u32] }
    }

    /// 64 random bits for an index in a dimension.
    pub(super) fn bits(self, index: u64, dimension: u32, purpose: Purpose) -> u64 {
        let [a, b, ..] = philox([index as u32, (index >> 32) as u32, dimension, purpose.code()], self.key);
        u64::from(a) | u64::from(b) << 32
    }

    /// A stream of random numbers of its own for a dimension.
    pub(super) fn stream(self, dimension: u32, purpose: Purpose) -> Stream {
        Stream(self.bits(0, dimension, purpose))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The file `tests/kat_vectors` of Random123 1.14.0 (D. E. Shaw Research), lines `philox4x32 10`.
    #[test]
    fn gives_the_published_answers() {
        let pi = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
        for (counter, key, answer) in [
            ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            ([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (pi, [0xa409_3822, 0x299f_31d0], [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
        ] {
            assert_eq!(philox(counter, key), answer);
        }
    }
}

//! A stream of random numbers by their index, quicker than Philox where many are needed for one coordinate.
//!
//! SplitMix64 of G. L. Steele, D. Lea, C. H. Flood, Fast splittable pseudorandom number generators, OOPSLA '14 (2014) 453-472,
//! doi:10.1145/2660193.2660195: a hash of a counter, so any number of the stream can be had.

/// What the counter grows by: the golden ratio.
const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// A stream that begins at a random place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stream(pub(super) u64);

impl Stream {
    /// The number at an index.
    pub(super) fn at(self, index: u64) -> u64 {
        let z = self.0.wrapping_add(GAMMA.wrapping_mul(index.wrapping_add(1)));
        let z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers for the seed 1234567, as printed under `Pseudo-random numbers/Splitmix64` on Rosetta Code.
    #[test]
    fn gives_the_published_numbers() {
        let numbers = [0, 1, 2, 3, 4].map(|i| Stream(1_234_567).at(i));
        let published = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(numbers, published);
    }
}

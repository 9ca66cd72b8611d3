//! Fingerprints of plans and chunks.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// Length of a fingerprint in bytes.
pub(super) const LENGTH: usize = 32;

/// SHA-256 of some bytes.
pub(super) fn fingerprint(bytes: &[u8]) -> [u8; LENGTH] {
    Sha256::digest(bytes).into()
}

/// SHA-256 of parts in hexadecimal; each part goes in with its length, so that no two lists of parts are alike.
pub(super) fn sha256(parts: &[&[u8]]) -> String {
    let mut state = Sha256::new();
    for part in parts {
        state.update((part.len() as u64).to_le_bytes());
        state.update(part);
    }
    hexadecimal(&state.finalize())
}

/// Bytes as digits, two for each.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-2, appendix B.1.
    #[test]
    fn the_published_example() {
        assert_eq!(fingerprint(b"abc")[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert_ne!(sha256(&[b"ab", b"c"]), sha256(&[b"a", b"bc"]));
    }
}

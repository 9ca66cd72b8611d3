//! The fingerprint that a result carries of itself.
//!
//! A file cannot hold the hash of all its bytes. So the digits are written as zeros, the bytes are hashed with these, and the
//! hash takes their place: whoever checks puts the zeros back. Nothing before the end is written twice.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use sha2::{Digest, Sha256};

use super::digest::hexadecimal;

/// The name that the fingerprint has among the notes of a file.
pub(super) const KEY: &str = "file_sha256";

/// What stands for the digits while the bytes are hashed.
pub(super) const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Bytes that are read at once.
const BUFFER: usize = 1 << 16;

/// Hashes what is written, and puts the fingerprint into the end.
pub(super) struct Seal<W> {
    to: W,
    state: Sha256,
    end: Option<Vec<u8>>,
}

impl<W: Write> Seal<W> {
    pub(super) fn new(to: W) -> Self {
        Self { to, state: Sha256::new(), end: None }
    }

    /// Keeps what is written from here on back, until the fingerprint is known.
    pub(super) fn hold(&mut self) {
        self.end = Some(Vec::new());
    }

    /// Puts the fingerprint where the zeros stand behind the last `marker`, and writes the end.
    pub(super) fn close(&mut self, marker: &[u8]) -> io::Result<()> {
        let mut end = self.end.take().unwrap_or_default();
        self.state.update(&end);
        let digits = hexadecimal(&self.state.finalize_reset());
        let place = place(&end, marker).and_then(|at| end.get_mut(at..at + ZEROS.len()));
        place.ok_or_else(|| io::Error::other("no place for the fingerprint"))?.copy_from_slice(digits.as_bytes());
        self.to.write_all(&end)?;
        self.to.flush()
    }
}

impl<W: Write> Write for Seal<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(end) = &mut self.end {
            end.extend(bytes);
            return Ok(bytes.len());
        }
        let count = self.to.write(bytes)?;
        self.state.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.end.is_some() { Ok(()) } else { self.to.flush() }
    }
}

/// Where the digits begin: behind the last `marker`.
fn place(end: &[u8], marker: &[u8]) -> Option<usize> {
    end.windows(marker.len()).rposition(|w| w == marker).map(|at| at + marker.len())
}

/// What is wrong with a file whose last `length` bytes hold its fingerprint behind `marker`; none if it has every byte
/// that was written.
pub(super) fn broken(file: &mut File, length: u64, marker: &[u8]) -> io::Result<Option<String>> {
    let size = file.metadata()?.len();
    let start = size.saturating_sub(length);
    file.seek(SeekFrom::Start(start))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    let found = place(&end, marker).filter(|at| at + ZEROS.len() <= end.len());
    let Some(at) = found else {
        return Ok(Some("its end, which holds its fingerprint, is not there".to_owned()));
    };
    let digits = end[at..at + ZEROS.len()].to_vec();
    end[at..at + ZEROS.len()].copy_from_slice(ZEROS.as_bytes());
    let mut state = Sha256::new();
    file.seek(SeekFrom::Start(0))?;
    let mut front = file.take(start);
    let mut buffer = vec![0; BUFFER];
    loop {
        match front.read(&mut buffer)? {
            0 => break,
            count => state.update(&buffer[..count]),
        }
    }
    state.update(&end);
    let is_whole = hexadecimal(&state.finalize()).as_bytes() == digits;
    Ok((!is_whole).then(|| "its content does not have the fingerprint that stands at its end".to_owned()))
}

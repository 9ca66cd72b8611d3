//! The file of a chunk: finished rows, with a fingerprint that tells a torn or changed one.
//!
//! All numbers are little-endian: a magic text, the plan's hash as text, the number of the chunk, numbers of rows and columns,
//! the cells row by row (a tag; a number as its 8 bytes, a text as length and UTF-8), and SHA-256 of all before.

use super::digest::{LENGTH, fingerprint};
use crate::table::Cell;

const MAGIC: &[u8; 16] = b"ratelaw chunk 1\n";
const EMPTY: u8 = 0;
const NUMBER: u8 = 1;
const TEXT: u8 = 2;

/// Rows of cells.
pub(super) type Rows = Vec<Vec<Cell>>;

/// What a chunk must be to be taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Label<'a> {
    pub(super) plan: &'a str,
    pub(super) chunk: u64,
    pub(super) rows: u64,
    pub(super) columns: u64,
}

impl Label<'_> {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(self.plan.as_bytes());
        for number in [self.chunk, self.rows, self.columns] {
            bytes.extend(number.to_le_bytes());
        }
        bytes
    }
}

/// The bytes of a chunk.
pub(super) fn encode(label: &Label<'_>, rows: &[Vec<Cell>]) -> Vec<u8> {
    let mut bytes = label.bytes();
    for cell in rows.iter().flatten() {
        match cell {
            Cell::Empty => bytes.push(EMPTY),
            Cell::Number(value) => {
                bytes.push(NUMBER);
                bytes.extend(value.to_le_bytes());
            }
            Cell::Text(text) => {
                bytes.push(TEXT);
                bytes.extend((text.len() as u64).to_le_bytes());
                bytes.extend(text.as_bytes());
            }
        }
    }
    let sum = fingerprint(&bytes);
    bytes.extend(sum);
    bytes
}

/// The rows of a chunk; none if the bytes are not a whole chunk of that label.
pub(super) fn decode(label: &Label<'_>, bytes: &[u8]) -> Option<Rows> {
    let (content, sum) = bytes.split_at_checked(bytes.len().checked_sub(LENGTH)?)?;
    if fingerprint(content) != sum {
        return None;
    }
    let mut rest = content.strip_prefix(label.bytes().as_slice())?;
    let mut rows = Vec::new();
    for _ in 0..label.rows {
        let row: Option<Vec<Cell>> = (0..label.columns).map(|_| cell(&mut rest)).collect();
        rows.push(row?);
    }
    rest.is_empty().then_some(rows)
}

fn cell(rest: &mut &[u8]) -> Option<Cell> {
    let [tag] = take(rest)?;
    match tag {
        EMPTY => Some(Cell::Empty),
        NUMBER => Some(Cell::Number(f64::from_le_bytes(take(rest)?))),
        TEXT => {
            let length = usize::try_from(u64::from_le_bytes(take(rest)?)).ok()?;
            let (text, after) = rest.split_at_checked(length)?;
            *rest = after;
            Some(Cell::Text(std::str::from_utf8(text).ok()?.to_owned()))
        }
        _ => None,
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cut_and_every_changed_byte_is_seen() {
        let label = Label { plan: "abc", chunk: 7, rows: 2, columns: 3 };
        let rows = vec![
            vec![Cell::Number(-0.0), Cell::Empty, Cell::Text("é, \"x\"\n".into())],
            vec![Cell::Number(1.0 / 3.0), Cell::Number(f64::MAX), Cell::Text(String::new())],
        ];
        let bytes = encode(&label, &rows);
        assert_eq!(decode(&label, &bytes), Some(rows));
        for cut in 0..bytes.len() {
            assert_eq!(decode(&label, &bytes[..cut]), None, "cut at {cut}");
            let mut changed = bytes.clone();
            changed[cut] ^= 1;
            assert_eq!(decode(&label, &changed), None, "changed at {cut}");
        }
        for other in [Label { plan: "abd", ..label }, Label { chunk: 8, ..label }, Label { rows: 3, ..label }] {
            assert_eq!(decode(&other, &bytes), None, "{other:?}");
        }
    }
}

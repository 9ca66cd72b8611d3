//! A part of a sweep that runs by itself.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::error::StoreError;

/// The i-th of n parts: every n-th chunk, so that parts take about as long where the cost changes along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    index: u64,
    of: u64,
}

impl Shard {
    /// The whole sweep.
    pub const WHOLE: Self = Self { index: 1, of: 1 };

    /// Part `index` of `of`, counted from 1.
    ///
    /// # Errors
    /// [`StoreError::Shard`] for a number below 1 or above `of`.
    pub fn new(index: u64, of: u64) -> Result<Self, StoreError> {
        let shard = Self { index, of };
        if (1..=of).contains(&index) { Ok(shard) } else { Err(StoreError::Shard { found: shard.to_string() }) }
    }

    /// Whether a chunk, counted from 0, belongs to it.
    pub fn has(self, chunk: u64) -> bool {
        chunk % self.of == self.index - 1
    }

    /// Of so many chunks, how many belong to it.
    pub(super) fn count(self, chunks: u64) -> u64 {
        chunks.saturating_sub(self.index - 1).div_ceil(self.of)
    }

    /// Its k-th chunk, counted from 0.
    pub(super) fn chunk(self, k: u64) -> u64 {
        k * self.of + self.index - 1
    }

    /// Into how many parts the sweep is split.
    pub fn of(self) -> u64 {
        self.of
    }

    /// What the name of its folder has before the ending.
    pub(super) fn suffix(self) -> String {
        if self == Self::WHOLE { String::new() } else { format!(".{}-of-{}", self.index, self.of) }
    }
}

impl Default for Shard {
    fn default() -> Self {
        Self::WHOLE
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl FromStr for Shard {
    type Err = StoreError;

    /// `2/4`.
    fn from_str(text: &str) -> Result<Self, StoreError> {
        let number = |part: &str| part.trim().parse().ok();
        let parts = text.split_once('/').and_then(|(i, n)| Some((number(i)?, number(n)?)));
        let (index, of) = parts.ok_or_else(|| StoreError::Shard { found: text.to_owned() })?;
        Self::new(index, of)
    }
}

impl TryFrom<String> for Shard {
    type Error = StoreError;

    fn try_from(text: String) -> Result<Self, StoreError> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

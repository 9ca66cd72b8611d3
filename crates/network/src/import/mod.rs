//! Networks written by other programs, read into a [`Definition`](crate::Definition).

mod bionetgen;

pub use bionetgen::bionetgen;

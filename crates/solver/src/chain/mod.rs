//! Chains: stages that run one after the other and hand species over, once or in cycles.
//!
//! A [`Chain`] is made of checked [`ChainStage`]s; [`Chain::run`] runs them and gives a [`ChainResult`] with the solution
//! of every stage, what was handed over, the [`Ledger`] of atoms and charge, and the [`Figure`]s over the chain.

mod error;
mod figure;
mod file;
mod hand_over;
mod ledger;
mod result;
mod run;
mod sequence;
mod stage;
mod work;

pub use error::{ChainError, ChainFailure, ChainFault, ChainPlace, ChainProblem};
pub use figure::{Figure, FigureKind, FigureValue, Per, Tally};
pub use file::ChainFile;
pub use ledger::{Account, Exchange, Ledger, LedgerEntry};
pub use result::{ChainResult, Reading, Receipt, StageRun};
pub use sequence::Chain;
pub use stage::{ChainStage, Receive};
pub use work::Work;

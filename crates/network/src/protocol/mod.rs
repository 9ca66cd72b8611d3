//! What is done to a cell during a run, as data: hold, ramp, cycle, dose, withdraw, transfer, rest, repeat.

mod instruction;
mod parse;
mod stage;

pub use instruction::{Instruction, InstructionFault, Limit, Line, Swept};
pub use stage::{Condition, Stage, StageLimit};

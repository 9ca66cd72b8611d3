//! Integration of reaction networks: a stiff method with exact Jacobian and exact sensitivities, another to check
//! it by, explicit methods behind the same options, and parallel sweeps.
//!
//! [`solve`] turns a [`Problem`] into a [`Solution`]; [`sweep`] does so over a grid of [`Axis`] values, and
//! [`verify`] says how far the solution is from the truth.

mod applied;
mod chain;
mod charge;
mod control;
mod error;
mod flux;
mod initialise;
mod integrate;
mod lanes;
mod linalg;
mod many;
mod method;
mod observe;
mod options;
mod patience;
mod problem;
mod rate_control;
mod rounding;
mod run;
mod schedule;
mod sensitivity;
mod setting;
mod solution;
mod stats;
mod steady;
mod stop_flag;
mod sweep;
mod system;
mod table;
mod verify;
mod whole;

pub use applied::Applied;
pub use chain::{
    Account, Chain, ChainError, ChainFailure, ChainFault, ChainFile, ChainPlace, ChainProblem, ChainResult, ChainStage,
    Exchange, Figure, FigureKind, FigureValue, Ledger, LedgerEntry, Per, Reading, Receipt, Receive, StageRun, Tally,
    Work,
};
pub use error::{Cause, Failure, Result, SolveError};
pub use flux::{Contribution, Fluxes, flux};
pub use integrate::solve;
pub use lanes::Occupancy;
pub use many::{ManyOptions, solve_many, solve_many_with_occupancy};
pub use method::{Choice, Left, Method};
pub use observe::{DisplayUnit, Moment, Observable, Share};
pub use options::{OnNegative, OnRounding, SolveOptions};
pub use problem::{Problem, ProblemBuilder, SavePoints};
pub use rate_control::{RateControl, rate_control};
pub use sensitivity::{Comparison, Sensitivities, SensitivityCheck, check_sensitivities, sensitivities};
pub use setting::Setting;
pub use solution::{Negative, RoundingError, Solution, Turnover};
pub use stats::Stats;
pub use steady::{Approach, NoSteadyState, Stability, SteadyState, Unrest, steady_state};
pub use stop_flag::StopFlag;
pub use sweep::{
    Axis, CauseCount, End, OnNotice, OnProgress, Place, Plan, Point, Progress, Row, Shard, Start, StoreError,
    StoreOptions, Stored, Summary, Sweep, SweepOptions, WorkItem, merge, sweep, sweep_design, sweep_to_file,
};
pub use sweep::{
    Block, Design, Distribution, PointColumn, PointTable, Points, Sampled, Samples, Sampling, SamplingMethod, UnitCube,
    Variable, Vary, Zip, parse_range,
};
pub use table::{Cell, Column, Format, Table, without_notes};
pub use verify::{Deviation, Verification, verify};
pub use whole::write_whole;

//! What ends the program with a message.

use std::io::Write;
use std::path::PathBuf;

use ratelaw::fit::FitError;
use ratelaw::network::NetworkError;
use ratelaw::solver::{Cause, ChainError, SolveError, StoreError};
use thiserror::Error;

use crate::report::plot::PlotError;
use crate::{INPUT_IS_WRONG, PARTLY, STOPPED};

/// Result of a command.
pub(crate) type Result<T, E = CliError> = std::result::Result<T, E>;

/// Why a command could not be carried out.
#[derive(Debug, Error)]
pub(crate) enum CliError {
    #[error(transparent)]
    Network(#[from] NetworkError),
    #[error(transparent)]
    Solve(#[from] SolveError),
    #[error(transparent)]
    Chain(#[from] ChainError),
    #[error(transparent)]
    Fit(#[from] FitError),
    #[error(transparent)]
    Plot(#[from] PlotError),
    #[error("`{name}` is neither a file nor an embedded model{help}")]
    NoModel { name: String, help: String },
    #[error("`{name}` is neither a file nor an embedded chain{help}")]
    NoChain { name: String, help: String },
    #[error("cannot read `{}`: {reason}", path.display())]
    Read { path: PathBuf, reason: String },
    #[error("cannot write `{}`: {reason}", path.display())]
    Write { path: PathBuf, reason: String },
    #[error("{option} is for a sweep to a file: --out F.parquet or F.csv")]
    NotStored { option: &'static str },
    #[error("`{}` is what this command reads ({what}); write to another file", path.display())]
    OwnInput { path: PathBuf, what: &'static str },
    #[error("model `{model}` names no products; say what to look at: --of OBSERVABLE")]
    NothingToControl { model: String },
    #[error(
        "--plot draws a sweep against one axis or two, of ranges or lists, and this sweep has {found}; leave --plot out"
    )]
    PlotAxes { found: String },
    #[error("a heat map has two axes, and this sweep has {found}; give two, or leave --heatmap and --show out")]
    HeatMapAxes { found: usize },
    #[error("a heat map shows one or two observables, and --show names {found}")]
    HeatMapPanels { found: usize },
    #[error(
        "{}: the same model with the same free parameters; give each candidate once",
        if first == second { format!("the candidate `{first}` is given twice") }
        else { format!("the candidates `{first}` and `{second}` are one") }
    )]
    SameCandidate { first: String, second: String },
    #[error(
        "--nested, but `{first}` and `{second}` have {count} free parameters each, so neither is a special case of the other; \
         leave --nested out, or give candidates of different numbers"
    )]
    NotNested { first: String, second: String, count: usize },
    #[error("`{name}` is set by {file}:{line} and by this command too; leave one of them out")]
    SetTwice { name: String, file: String, line: usize },
    #[error("the prior of `{name}`, which is not free{help}")]
    PriorOfNone { name: String, help: String },
    #[error("`{name}` has two priors; give one")]
    SamePrior { name: String },
    #[error("{file}: {reason}")]
    Study { file: String, reason: String },
}

fn of_solver(error: &SolveError) -> u8 {
    match error {
        SolveError::Store(StoreError::Cancelled { .. } | StoreError::MergeStopped { .. }) => STOPPED,
        SolveError::Failed(failure) if failure.cause == Cause::Stopped => STOPPED,
        SolveError::Failed(_) | SolveError::NoSteadyState(_) => PARTLY,
        _ => INPUT_IS_WRONG,
    }
}

fn of_fit(error: &FitError) -> u8 {
    match error {
        FitError::Solve(error) => of_solver(error),
        FitError::NoStart { first } => of_fit(first),
        FitError::NotFinite => PARTLY,
        _ => INPUT_IS_WRONG,
    }
}

impl CliError {
    /// The exit code: what was asked is wrong, or its computation failed or was stopped.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Solve(error) => of_solver(error),
            Self::Fit(error) => of_fit(error),
            Self::Chain(ChainError::Failed(failure)) => of_solver(&failure.error),
            _ => INPUT_IS_WRONG,
        }
    }

    /// Prints the message to standard error; a list of faults says `error:` for each by itself.
    pub(crate) fn print(&self) {
        let text = self.to_string();
        let prefix = if text.starts_with("error:") { "" } else { "error: " };
        let _ = writeln!(std::io::stderr(), "{prefix}{text}");
    }
}

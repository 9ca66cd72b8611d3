//! `ratelaw merge`

use ratelaw::solver::{SolveError, merge};

use super::sweep::{ROWS, causes};
use crate::Ending;
use crate::arguments::Merge;
use crate::error::Result;
use crate::output::say;

pub(crate) fn run(arguments: &Merge) -> Result<Ending> {
    let stored = merge(&arguments.parts, &arguments.out, ROWS as u64).map_err(SolveError::from)?;
    say(&causes(&stored.summary))?;
    say(&format!("wrote {}", arguments.out.display()))?;
    Ok(if stored.summary.failed > 0 { Ending::Partly } else { Ending::Done })
}

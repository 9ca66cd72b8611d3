//! `ratelaw merge`

use ratelaw::solver::{SolveError, StopFlag, merge};

use super::sweep::{ROWS, causes};
use crate::Ending;
use crate::arguments::Merge;
use crate::error::Result;
use crate::output::say;
use crate::stop::stop_on_request;

pub(crate) fn run(arguments: &Merge) -> Result<Ending> {
    let stop = StopFlag::new();
    stop_on_request(&stop, "stopping (again to stop at once)", "stopped at once; the parts are as they were");
    let stored = merge(&arguments.parts, &arguments.out, ROWS as u64, Some(&stop)).map_err(SolveError::from)?;
    say(&causes(&stored.summary))?;
    say(&format!("wrote {}", arguments.out.display()))?;
    Ok(if stored.summary.failed > 0 { Ending::Partly } else { Ending::Done })
}

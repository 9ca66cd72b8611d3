//! `ratelaw merge`

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ratelaw::solver::{SolveError, merge};

use super::sweep::{ROWS, causes, stop_on_request};
use crate::Ending;
use crate::arguments::Merge;
use crate::error::Result;
use crate::output::say;

pub(crate) fn run(arguments: &Merge) -> Result<Ending> {
    let cancel = Arc::new(AtomicBool::new(false));
    stop_on_request(&cancel, "stopping (again to stop at once)", "stopped at once; the parts are as they were");
    let stored = merge(&arguments.parts, &arguments.out, ROWS as u64, Some(&cancel)).map_err(SolveError::from)?;
    say(&causes(&stored.summary))?;
    say(&format!("wrote {}", arguments.out.display()))?;
    Ok(if stored.summary.failed > 0 { Ending::Partly } else { Ending::Done })
}

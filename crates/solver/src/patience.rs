//! How long runs may go on by the clock, and whether they may at all.

use std::time::{Duration, Instant};

use crate::error::Cause;
use crate::options::SolveOptions;
use crate::stop_flag::StopFlag;

/// What ends a run from outside: its time is up, or all work is to stop.
#[derive(Debug)]
pub(crate) struct Patience<'a> {
    limit: Option<Duration>,
    stop: Option<&'a StopFlag>,
    since: Instant,
}

impl<'a> Patience<'a> {
    pub(crate) fn new(options: &'a SolveOptions) -> Self {
        Self { limit: options.time_limit, stop: options.stop.as_ref(), since: Instant::now() }
    }

    /// Whether nothing can end a run, so that nobody needs to ask.
    pub(crate) fn is_endless(&self) -> bool {
        self.limit.is_none() && self.stop.is_none()
    }

    /// The time since it was asked last; none is taken where there is no limit.
    pub(crate) fn lap(&mut self) -> Duration {
        if self.limit.is_none() {
            return Duration::ZERO;
        }
        let now = Instant::now();
        now.duration_since(std::mem::replace(&mut self.since, now))
    }

    /// Why the only run since it was made ends now.
    pub(crate) fn over(&self) -> Option<Cause> {
        self.ends(self.limit.map_or(Duration::ZERO, |_| self.since.elapsed()))
    }

    /// Why a run that took so long ends now.
    pub(crate) fn ends(&self, spent: Duration) -> Option<Cause> {
        if self.stop.is_some_and(StopFlag::is_set) {
            return Some(Cause::Stopped);
        }
        self.limit.filter(|limit| spent > *limit).map(|_| Cause::TimeLimit)
    }
}

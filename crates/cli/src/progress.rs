//! Progress on standard error for work that takes longer than a second; nothing in a pipe.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work shorter than this shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);
const REFRESH_HZ: u8 = 10;

/// A bar that shows itself once the work has taken a second.
pub(crate) struct Progress {
    bar: ProgressBar,
    what: String,
    done: AtomicU64,
    started: Instant,
}

impl Progress {
    /// A bar over so many parts.
    pub(crate) fn new(parts: u64, what: &str) -> Arc<Self> {
        let bar = ProgressBar::with_draw_target(Some(parts), ProgressDrawTarget::hidden());
        let template = "{msg} [{wide_bar}] {pos}/{len} {per_sec} {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        Arc::new(Self { bar, what: what.to_owned(), done: AtomicU64::new(0), started: Instant::now() })
    }

    /// One part is done.
    pub(crate) fn advance(&self) {
        self.bar.inc(1);
        self.show();
    }

    /// So many parts are done.
    pub(crate) fn reach(&self, done: usize) {
        self.bar.set_position(done as u64);
        self.show();
    }

    /// So many parts of so many are done, and so many of these failed.
    pub(crate) fn report(&self, parts: u64, done: u64, failed: u64) {
        self.bar.set_length(parts);
        // Reports of several threads may overtake each other; a bar that goes back forgets its rate.
        let before = self.done.fetch_max(done, Ordering::Relaxed);
        self.bar.inc(done.saturating_sub(before));
        if failed > 0 {
            self.bar.set_message(format!("{} ({failed} failed)", self.what));
        }
        self.show();
    }

    fn show(&self) {
        if self.bar.is_hidden() && self.started.elapsed() > PATIENCE {
            // What an earlier run did says nothing about the rate of this one.
            self.bar.reset_eta();
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(REFRESH_HZ));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Does one piece of work with a spinner if it takes longer than a second.
pub(crate) fn spin<T: Send>(what: &str, work: impl FnOnce() -> T + Send) -> T {
    let spinner = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    spinner.set_message(what.to_owned());
    let (finished, waiting) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let bar = &spinner;
        scope.spawn(move || {
            if waiting.recv_timeout(PATIENCE).is_err_and(|e| e == std::sync::mpsc::RecvTimeoutError::Timeout) {
                bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(REFRESH_HZ));
                bar.enable_steady_tick(Duration::from_millis(100));
                // Woken when the work ends and drops the sender.
                let _ = waiting.recv();
            }
            bar.finish_and_clear();
        });
        let result = work();
        drop(finished);
        result
    })
}

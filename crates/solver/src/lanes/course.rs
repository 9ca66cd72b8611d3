//! Where the runs of a block are.

use ratelaw_network::{Lane, wide};

use crate::run::Run;

/// What most steps need of the runs of a block, side by side; a run is told when it has something to do.
#[derive(Debug)]
pub(super) struct Course<const W: usize> {
    /// Stages of a step, and settings that it is differentiated in.
    stages: usize,
    settings: usize,
    /// Which lanes have a run.
    pub(super) present: [bool; W],
    /// Present times, and the ends of the present stretches.
    pub(super) t: Lane<W>,
    pub(super) end: Lane<W>,
    /// Steps that end before these times hold nothing that a run must look at.
    quiet: Lane<W>,
    /// Tries that are left of the most.
    left: [usize; W],
    /// Tries, accepted steps and Jacobians that the run was not told of.
    tries: [usize; W],
    accepted: [usize; W],
    jacobians: [usize; W],
    /// Whether the Jacobian at the present state was used by no try yet.
    fresh: [bool; W],
}

/// What the tries of a round came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends<const W: usize> {
    /// Where the steps end.
    pub(super) next: Lane<W>,
    /// The lanes whose run must look at its step.
    pub(super) looks: [bool; W],
}

impl<const W: usize> Course<W> {
    pub(super) fn new(stages: usize, settings: usize) -> Self {
        let (zero, none, no) = (Lane::ZERO, [0; W], [false; W]);
        Self {
            stages,
            settings,
            present: no,
            t: zero,
            end: zero,
            quiet: zero,
            left: none,
            tries: none,
            accepted: none,
            jacobians: none,
            fresh: no,
        }
    }

    /// A run begins a stretch in a lane.
    pub(super) fn begin(&mut self, lane: usize, run: &Run<'_>) {
        let stats = &run.solution.stats;
        self.left[lane] = run.max_steps().saturating_sub(stats.accepted + stats.rejected);
        self.end.0[lane] = run.end;
        (self.present[lane], self.fresh[lane]) = (true, true);
        self.go_on(lane, run);
    }

    /// A run goes on from where it is.
    pub(super) fn go_on(&mut self, lane: usize, run: &Run<'_>) {
        self.t.0[lane] = run.t;
        self.quiet.0[lane] = run.quiet_until();
    }

    /// A lane is without a run.
    pub(super) fn leave(&mut self, lane: usize) {
        self.present[lane] = false;
    }

    /// Tells a run where it is, and what was done for it since it was told last.
    pub(super) fn tell(&mut self, lane: usize, run: &mut Run<'_>) {
        run.t = self.t.0[lane];
        let take = |counts: &mut [usize; W]| std::mem::take(&mut counts[lane]);
        let (tries, accepted, stats) = (take(&mut self.tries), take(&mut self.accepted), &mut run.solution.stats);
        stats.accepted += accepted;
        stats.rejected += tries - accepted;
        stats.jacobians += take(&mut self.jacobians);
        stats.evaluations += self.stages * tries;
        stats.factorisations += tries;
        stats.solves += self.stages * (tries + self.settings * accepted);
    }

    /// Whether a lane has no try left.
    pub(super) fn is_over(&self, lane: usize) -> bool {
        self.left[lane] == 0
    }

    /// Counts the tries of some lanes, and says where they end.
    pub(super) fn count(&mut self, tried: &[bool; W], taken: &[bool; W], h: Lane<W>) -> Ends<W> {
        wide::<W, _>(
            #[inline(always)]
            || {
                let mut ends = Ends { next: self.t, looks: [false; W] };
                for lane in 0..W {
                    let (tried, taken) = (tried[lane], taken[lane]);
                    self.left[lane] -= usize::from(tried);
                    self.tries[lane] += usize::from(tried);
                    self.accepted[lane] += usize::from(taken);
                    self.jacobians[lane] += usize::from(tried && self.fresh[lane]);
                    self.fresh[lane] = taken || (self.fresh[lane] && !tried);
                    let (t, end, h) = (self.t.0[lane], self.end.0[lane], h.0[lane]);
                    let next = if h == end - t { end } else { t + h };
                    ends.next.0[lane] = next;
                    ends.looks[lane] = taken && next >= self.quiet.0[lane];
                }
                ends
            },
        )
    }

    /// Takes some lanes on to the ends of their steps.
    pub(super) fn advance(&mut self, next: Lane<W>, taken: &[bool; W]) {
        self.t = self.t.replaced(next, taken);
    }
}

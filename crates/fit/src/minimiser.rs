//! Levenberg-Marquardt with bounds, as a machine that asks for points and is told their residuals.

use nalgebra::DVector;
use ratelaw_solver::StopFlag;

use crate::error::{FitError, Result};
use crate::linear::Linear;
use crate::residual::Residuals;

/// Why a minimisation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The undamped step of the linear model would lower the sum of squares by next to nothing.
    Gradient,
    /// What is left to gain is less than the evaluation resolves, and the gradient cannot be lowered either.
    Accuracy,
    /// The residuals are zero as far as the evaluation resolves them.
    Exact,
    /// No coordinate can move: each is held, at a bound that the data push it against, or not felt at all.
    Bounds,
    /// The limit of iterations was reached.
    Iterations,
    /// No step lowers the sum of squares, although the gradient says that one should.
    Stalled,
    /// The user asked to stop.
    Stopped,
}

impl Ending {
    /// Whether it is a minimum.
    pub fn converged(self) -> bool {
        !matches!(self, Self::Iterations | Self::Stalled | Self::Stopped)
    }

    /// In words, for reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Gradient => "the gradient vanishes",
            Self::Accuracy => "nothing is left to gain that the evaluation resolves",
            Self::Exact => "the residuals vanish",
            Self::Bounds => "no parameter can move: at a bound, or not felt",
            Self::Iterations => "the limit of iterations was reached",
            Self::Stalled => "no step lowers the sum of squares",
            Self::Stopped => "stopped by request",
        }
    }
}

/// Where a minimisation ended.
#[derive(Debug, Clone)]
pub(crate) struct Minimum {
    pub(crate) x: DVector<f64>,
    pub(crate) residuals: Residuals,
    pub(crate) ending: Ending,
    pub(crate) iterations: usize,
    /// Trial points that could not be evaluated; they are rejected, never given a number.
    pub(crate) failed_trials: usize,
}

impl Minimum {
    pub(crate) fn sse(&self) -> f64 {
        self.residuals.sse()
    }

    pub(crate) fn converged(&self) -> bool {
        self.ending.converged()
    }

    /// The same as the end of one minimisation with that which came before.
    pub(crate) fn after(mut self, first: &Self) -> Self {
        self.iterations += first.iterations;
        self.failed_trials += first.failed_trials;
        self
    }
}

/// Where a minimisation may go and when it ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) low: &'a [f64],
    pub(crate) high: &'a [f64],
    /// Coordinates that stay where they are.
    pub(crate) held: &'a [bool],
    pub(crate) max_iterations: usize,
    /// Converged when the undamped step promises less than this fraction of the sum of squares.
    pub(crate) gain: f64,
    /// What the evaluation cannot resolve in the residuals, as a norm.
    pub(crate) resolution: f64,
    /// Relative error of the derivatives.
    pub(crate) derivatives: f64,
    /// Ends a minimisation between two points when it is set.
    pub(crate) stop: Option<&'a StopFlag>,
}

/// Converged when the linear model promises to lower the sum of squares by less than this fraction of it: the
/// step left is then about 1e-9 standard errors.
pub(crate) const SMALLEST_GAIN: f64 = 1e-19;
/// The same for one of many starts: the step left is about 1e-5 standard errors, and the sum of squares has ten digits and
/// more. On alpha-pinene it saves a fifth of the evaluations.
pub(crate) const FROM_A_START: f64 = 1e-12;
/// Rounding of the residuals, relative to the terms that make them up.
const ROUNDING: f64 = 1e-15;
/// Longest step of a coordinate, as a fraction of its range: the linear model of a rate constant says little beyond.
const LONGEST: f64 = 0.25;
const FIRST_DAMPING: f64 = 0.1;
const SMALLEST_DAMPING: f64 = 1e-15;
const LARGEST_DAMPING: f64 = 1e12;
/// The gradient counts as lowered when the gain it promises falls to this fraction.
const LOWERED: f64 = 0.25;
/// Directions are flat below this multiple of the derivatives' relative error: a run adds up the errors of its steps, for
/// which the least allowed rise of a profile has the same factor.
const UNRESOLVED: f64 = 100.0;
/// A fall of at least this fraction of what was predicted keeps the promise.
const PROMISED: f64 = 0.25;

/// One minimisation: [`Minimiser::ask`] names the point it wants evaluated, [`Minimiser::tell`] takes the outcome.
/// Many of them can be asked together, so that one batch evaluates all their points.
pub(crate) struct Minimiser<'a> {
    rules: Rules<'a>,
    trial: DVector<f64>,
    best: Option<Best>,
    /// Largest norm of each column of the Jacobian so far (Moré 1978).
    norms: Vec<f64>,
    damping: f64,
    growth: f64,
    /// What the linear model promises of the trial.
    predicted: f64,
    iterations: usize,
    failed_trials: usize,
    ending: Option<Ending>,
    refused: Option<FitError>,
}

/// The lowest point so far.
struct Best {
    x: DVector<f64>,
    residuals: Residuals,
    sse: f64,
    /// None where nothing can move.
    linear: Option<Linear>,
    newton_gain: f64,
}

impl<'a> Minimiser<'a> {
    pub(crate) fn new(rules: Rules<'a>, start: DVector<f64>) -> Self {
        let mut machine = Self {
            rules,
            norms: vec![0.0; start.len()],
            trial: DVector::zeros(0),
            best: None,
            damping: FIRST_DAMPING,
            growth: 2.0,
            predicted: 0.0,
            iterations: 0,
            failed_trials: 0,
            ending: None,
            refused: None,
        };
        machine.trial = machine.project(start);
        machine
    }

    /// The point whose residuals and derivatives are wanted; none when it has ended.
    pub(crate) fn ask(&self) -> Option<&DVector<f64>> {
        (self.ending.is_none() && self.refused.is_none()).then_some(&self.trial)
    }

    /// Takes the outcome of the point that was asked for.
    pub(crate) fn tell(&mut self, outcome: Result<Residuals>) {
        self.take(outcome);
        // Looked at here alone, so that between two calls of `ask` nothing changes.
        if self.ask().is_some() && self.rules.stop.is_some_and(StopFlag::is_set) {
            self.ending = Some(Ending::Stopped);
        }
    }

    fn take(&mut self, outcome: Result<Residuals>) {
        let outcome = outcome.and_then(Residuals::finite);
        let Some(best) = &self.best else {
            match outcome {
                Ok(residuals) => self.stand(self.trial.clone(), residuals),
                Err(error) => self.refused = Some(error),
            }
            return;
        };
        let floor = self.floor(best);
        let (sse, newton_gain) = (best.sse, best.newton_gain);
        match outcome {
            // A fall that the evaluation does not resolve counts if it is the promised one.
            Ok(next)
                if next.sse() < sse && (self.predicted > floor || sse - next.sse() > PROMISED * self.predicted) =>
            {
                let ratio = (sse - next.sse()) / self.predicted;
                let factor = f64::max(1.0 / 3.0, 1.0 - (2.0 * ratio - 1.0).powi(3));
                self.damping = (self.damping * factor).max(SMALLEST_DAMPING);
                self.growth = 2.0;
                self.stand(self.trial.clone(), next);
            }
            Ok(next) if newton_gain <= floor => {
                // What is left is hidden in the sum of squares, and the gradient tells whether the trial is better.
                let lower = self.linear(&self.trial, &next).is_some_and(|l| l.newton_gain() < LOWERED * newton_gain);
                if lower {
                    self.damping = (0.1 * self.damping).max(SMALLEST_DAMPING);
                    self.stand(self.trial.clone(), next);
                } else {
                    self.ending = Some(Ending::Accuracy);
                }
            }
            outcome => {
                self.failed_trials += usize::from(outcome.is_err());
                self.reject();
                self.propose();
            }
        }
    }

    /// Goes on by other rules from the lowest point so far, or from the start that could not be evaluated: residuals of another
    /// accuracy are another function, so that point is asked for again. Not where it is to stop.
    pub(crate) fn go_on(&mut self, rules: Rules<'a>) {
        if self.ending == Some(Ending::Stopped) {
            return;
        }
        if let Some(best) = self.best.take() {
            self.trial = best.x;
        }
        (self.rules, self.growth) = (rules, 2.0);
        self.damping = self.damping.min(FIRST_DAMPING);
        (self.ending, self.refused) = (None, None);
    }

    /// The minimum, or why the start could not be evaluated.
    pub(crate) fn finish(self) -> Result<Minimum> {
        match (self.best, self.refused) {
            (Some(best), _) => Ok(Minimum {
                x: best.x,
                residuals: best.residuals,
                ending: self.ending.unwrap_or(Ending::Iterations),
                iterations: self.iterations,
                failed_trials: self.failed_trials,
            }),
            (None, error) => Err(error.unwrap_or(FitError::NotEvaluated)),
        }
    }

    fn reject(&mut self) {
        self.damping *= self.growth;
        self.growth *= 2.0;
    }

    /// What rounding and the evaluation hide of a change of the sum of squares.
    fn floor(&self, best: &Best) -> f64 {
        let columns = best.residuals.jacobian.column_iter().zip(best.x.iter());
        let terms: f64 = columns.map(|(c, x)| c.norm() * x.abs()).sum();
        let resolution = self.rules.resolution.max(ROUNDING * (best.sse.sqrt() + terms));
        2.0 * best.sse.sqrt() * resolution + resolution * resolution
    }

    /// Makes an evaluated point the best, and proposes the next unless the search ends here.
    fn stand(&mut self, x: DVector<f64>, residuals: Residuals) {
        for (norm, column) in self.norms.iter_mut().zip(residuals.jacobian.column_iter()) {
            *norm = norm.max(column.norm());
        }
        let sse = residuals.sse();
        let Some(linear) = self.linear(&x, &residuals) else {
            // No coordinate can move, or the derivatives have no decomposition.
            let none = self.moving(&x, &residuals).is_empty();
            self.ending = Some(if none { Ending::Bounds } else { Ending::Stalled });
            self.best = Some(Best { x, residuals, sse, linear: None, newton_gain: 0.0 });
            return;
        };
        let newton_gain = linear.newton_gain();
        let best = Best { x, residuals, sse, linear: Some(linear), newton_gain };
        if sse <= self.rules.resolution.powi(2) {
            self.ending = Some(Ending::Exact);
        } else if newton_gain <= self.rules.gain * sse {
            self.ending = Some(Ending::Gradient);
        }
        self.best = Some(best);
        self.propose();
    }

    /// The next trial: the damped step within the bounds, with more damping until it promises a gain.
    fn propose(&mut self) {
        let Some(best) = self.best.as_ref().filter(|_| self.ending.is_none()) else { return };
        let Some(linear) = &best.linear else { return };
        let gradient = best.residuals.gradient();
        loop {
            let step = linear.step(self.damping, best.x.len());
            let trial = self.project(&best.x + &step);
            let taken = &trial - &best.x;
            let predicted = -2.0 * gradient.dot(&taken) - (&best.residuals.jacobian * &taken).norm_squared();
            if taken.amax() == 0.0 || self.damping > LARGEST_DAMPING {
                // A direction as flat as the derivatives' own error promises what is not there: no step keeps it.
                let promised = linear.gain_above(UNRESOLVED * self.rules.derivatives);
                let resolved = promised > self.floor(best);
                self.ending = Some(if resolved { Ending::Stalled } else { Ending::Accuracy });
                return;
            }
            if predicted > 0.0 && self.short(&taken) {
                (self.trial, self.predicted) = (trial, predicted);
                break;
            }
            self.damping *= 2.0;
        }
        if self.iterations >= self.rules.max_iterations {
            self.ending = Some(Ending::Iterations);
        }
        self.iterations += usize::from(self.ending.is_none());
    }

    /// Whether no coordinate goes too far for its range.
    fn short(&self, step: &DVector<f64>) -> bool {
        let Rules { low, high, .. } = self.rules;
        step.iter().enumerate().all(|(i, s)| s.abs() <= LONGEST * (high[i] - low[i]) * (1.0 + 1e-9))
    }

    fn linear(&self, x: &DVector<f64>, residuals: &Residuals) -> Option<Linear> {
        let moving = self.moving(x, residuals);
        if moving.is_empty() {
            return None;
        }
        let scale: Vec<f64> = self.norms.iter().map(|n| n.max(f64::MIN_POSITIVE)).collect();
        Linear::new(residuals, moving, &scale)
    }

    /// Coordinates that are not held, not pushed against their bound, and felt by the residuals.
    fn moving(&self, x: &DVector<f64>, residuals: &Residuals) -> Vec<usize> {
        let gradient = residuals.gradient();
        let Rules { low, high, held, .. } = self.rules;
        let stuck = |i: usize| (x[i] <= low[i] && gradient[i] > 0.0) || (x[i] >= high[i] && gradient[i] < 0.0);
        (0..x.len()).filter(|i| !held[*i] && !stuck(*i) && gradient[*i] != 0.0).collect()
    }

    fn project(&self, mut x: DVector<f64>) -> DVector<f64> {
        let Rules { low, high, held, .. } = self.rules;
        for i in 0..x.len() {
            if !held[i] {
                x[i] = x[i].clamp(low[i], high[i]);
            }
        }
        x
    }
}

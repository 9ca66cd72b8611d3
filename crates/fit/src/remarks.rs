//! What the numbers of a report alone do not say, in plain sentences.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::fitting::SUSPICIOUS;
use crate::identifiability::{Cause, Exchange, OtherMinimum, Verdict, list};
use crate::loss::Loss;
use crate::minimiser::Ending;
use crate::report::{Estimate, FitReport};

/// A value in the unit that the parameter is shown in.
fn shown(p: &Estimate, value: f64) -> String {
    let unit = if p.unit == "1" { String::new() } else { format!(" {}", p.unit) };
    format!("{:.3e}{unit}", value / p.factor)
}

impl FitReport {
    /// Plain sentences on what the numbers alone do not say.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = self.of_stop();
        let alone = self.parameters.len() == 1;
        remarks.extend(self.parameters.iter().flat_map(|p| of_parameter(p, alone)));
        remarks.extend(self.exchanges.iter().map(|e| self.of_exchange(e)));
        remarks.extend(self.other_minima.iter().map(|m| self.of_minimum(m)));
        if self.correlation.is_none() && self.parameters.iter().any(|p| !p.at_bound) {
            remarks.push("no standard errors: the data leave a combination of the parameters open".into());
        }
        remarks.extend(self.of_flat_minimum());
        remarks.extend(self.of_noise());
        if self.arrived() == 0 && self.starts.iter().any(|s| s.ending.is_some_and(Ending::converged)) {
            remarks.push("this minimum was met on the way of a profile, by no start: try more starts".into());
        }
        let failed = self.starts.iter().filter(|s| s.sse.is_none()).count();
        if failed > 0 {
            let cause = self.starts.iter().find_map(|s| s.cause.clone()).unwrap_or_default();
            remarks.push(format!("{failed} starts could not be evaluated, the first because {cause}"));
        }
        let failed: usize = self.starts.iter().map(|s| s.failed_trials).sum();
        if failed > 0 {
            remarks.push(format!("{failed} trial points could not be evaluated and were rejected"));
        }
        remarks.extend(self.warnings.iter().cloned());
        if !self.converged {
            let why = self.ending.word();
            remarks.push(format!("the minimisation did not converge ({why}); the values are where it stopped"));
        }
        remarks
    }

    /// Whether another place fits equally well and has another value of the parameter.
    pub fn ambiguous(&self, parameter: usize) -> bool {
        let p = &self.parameters[parameter];
        let outside = |m: &OtherMinimum| match p.verdict {
            Verdict::Determined { low, high } => !(low..=high).contains(&m.values[parameter]),
            _ => false,
        };
        self.exchanges.iter().any(|e| e.pair.0 == parameter || e.pair.1 == parameter)
            || self.other_minima.iter().any(outside)
    }

    /// What a request to stop left undone.
    fn of_stop(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let (unfinished, all) = (self.unfinished_starts(), self.starts.len());
        if unfinished > 0 {
            remarks.push(format!(
                "stopped by request: {unfinished} of {all} starts had not ended; the lowest of all was taken to its minimum, and a \
                 lower one may have been missed"
            ));
        }
        let without: Vec<String> =
            self.parameters.iter().filter(|p| p.verdict == Verdict::Stopped).map(|p| p.name.clone()).collect();
        if !without.is_empty() {
            let (it, profile) = if without.len() == 1 { ("its", "profile was") } else { ("their", "profiles were") };
            remarks.push(format!(
                "stopped by request: {} without limits and verdict, since {it} {profile} not done",
                list(&without)
            ));
        }
        remarks
    }

    fn of_exchange(&self, exchange: &Exchange) -> String {
        let (a, b) = (&self.parameters[exchange.pair.0], &self.parameters[exchange.pair.1]);
        format!(
            "{0} and {1} can be exchanged: with {0} = {2:.4e} and {1} = {3:.4e} {4} the data fit equally well \
             (SSE {5:.6}); which is which the data cannot tell",
            a.name,
            b.name,
            b.value / a.factor,
            a.value / b.factor,
            b.unit,
            exchange.sse
        )
    }

    fn of_minimum(&self, other: &OtherMinimum) -> String {
        let all = self.parameters.iter().zip(&other.values);
        let values: Vec<String> = all.map(|(p, v)| format!("{} = {}", p.name, shown(p, *v))).collect();
        format!("another minimum fits equally well (SSE {:.6}): {}", other.sse, values.join(", "))
    }

    /// Standard errors that say nothing, since the sum rises otherwise than their parabola.
    fn of_flat_minimum(&self) -> Option<String> {
        let is_narrow = |i: usize| match (self.parameters[i].verdict, self.linear_interval(i)) {
            (Verdict::Determined { low, high }, Some((below, above))) => high - low < SUSPICIOUS * (above - below),
            _ => false,
        };
        let of: Vec<String> =
            (0..self.parameters.len()).filter(|i| is_narrow(*i)).map(|i| self.parameters[i].name.clone()).collect();
        let (them, say) = if of.len() == 1 { ("it", "error") } else { ("them", "errors") };
        (!of.is_empty()).then(|| {
            format!(
                "the data fix {} by more than the linear model at the minimum sees: go by the limits, which are those of the profile; the \
                 standard {say} of {them}, and what follows from {say}, says nothing here",
                list(&of)
            )
        })
    }

    fn of_noise(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let degrees = self.degrees_of_freedom as f64;
        // Chi-squared with a tail of 1 % says that the stated deviations do not explain the residuals.
        if self.known_noise
            && self.loss == Loss::Squared
            && ChiSquared::new(degrees).is_ok_and(|chi| chi.sf(self.sse) < 0.01)
        {
            remarks.push(format!(
                "the residuals are {:.1} times larger than the stated standard deviations allow: the model or the \
                 deviations are wrong, and the errors here are too small",
                (self.sse / degrees).sqrt()
            ));
        }
        for level in &self.noise {
            let what = level.of(&self.experiments);
            remarks.push(if self.weighted {
                format!("the stated deviations of {what} are taken {:.4e} times", level.sd)
            } else {
                format!("the noise of {what} is estimated: standard deviation {:.4e}", level.sd)
            });
        }
        if self.loss != Loss::Squared {
            remarks.push(format!("robust loss {}: large residuals count less than their squares", self.loss));
        }
        remarks
    }
}

/// Verdict, obstacles, bound and prior of one parameter.
fn of_parameter(p: &Estimate, alone: bool) -> Vec<String> {
    let mut remarks = Vec::new();
    let shown = |v: f64| shown(p, v);
    let free_side = |direction: &str| {
        if p.obstacles.is_empty() && p.cause != Some(Cause::Range) {
            format!("; any {direction} value fits as well, so its value here is one of many")
        } else {
            String::new()
        }
    };
    let cause = p.cause.as_ref().map_or(String::new(), |c| format!(" ({})", c.words()));
    let sentence = match p.verdict {
        Verdict::BoundedFromBelow { low } => {
            let free = free_side("larger");
            Some(format!("{} is only bounded from below: at least {} (95 %){free}{cause}", p.name, shown(low)))
        }
        Verdict::BoundedFromAbove { high } => {
            let free = free_side("smaller");
            Some(format!("{} is only bounded from above: at most {} (95 %){free}{cause}", p.name, shown(high)))
        }
        Verdict::NotDetermined if p.obstacles.is_empty() => {
            let (low, high) = (shown(p.low), shown(p.high));
            Some(format!("{} is not determined: no value from {low} to {high} is refused by the data{cause}", p.name))
        }
        Verdict::NotDetermined => {
            Some(format!("{} is not determined: the data set no limit of their own to it{cause}", p.name))
        }
        Verdict::EndOfRange => Some(format!(
            "the data{} would have {} outside its range of {} to {}: a wider range fits better",
            if p.prior.is_some() { " and its prior" } else { "" },
            p.name,
            shown(p.low),
            shown(p.high)
        )),
        Verdict::Determined { .. } | Verdict::Stopped => None,
    };
    remarks.extend(sentence);
    for obstacle in &p.obstacles {
        let value = shown(obstacle.value);
        let beyond = format!("beyond {} = {value}", p.name);
        remarks.push(match (&obstacle.range_of, &obstacle.failure) {
            (Some(other), _) => format!("{beyond} it is the range of {other} that the fit runs into, not the data"),
            (None, Some((at, cause))) => format!(
                "{beyond} the profile could not be followed, so whether the data object there is open: at {} {cause}",
                shown(*at)
            ),
            (None, None) => format!(
                "{beyond} the profile could not be followed, so whether the data object there is open: the other \
                 parameters did not follow"
            ),
        });
    }
    if p.at_bound && p.verdict != Verdict::EndOfRange {
        let others = if alone { "" } else { "; what is said of the others holds with it there" };
        remarks.push(format!("{} stands at a bound of its range, {}{others}", p.name, shown(p.value)));
    }
    if let Some(prior) = p.prior {
        let prior = prior.words(&p.unit, p.factor);
        remarks.push(format!("{} has a prior ({prior}), which its value, error and limits contain", p.name));
    }
    remarks
}

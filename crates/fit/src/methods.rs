//! How a fit was made, in words that can go into the methods section of a paper.

use ratelaw_network::Scale;

use crate::condition::Condition;
use crate::experiment::Experiment;
use crate::identifiability::list;
use crate::loss::Loss;
use crate::noise::Noise;
use crate::report::{Estimate, FitReport};

impl FitReport {
    /// A paragraph on model, data, noise, minimisation, integration and intervals, with the numbers of this fit.
    pub fn methods(&self) -> String {
        let mut text = [self.what(), self.scales(), self.weights(), self.search(), self.limits()].join(" ");
        if self.stopped() {
            let unfinished = self.unfinished_starts();
            text += &format!(
                " The work was stopped by request before it was done: {unfinished} starts had not ended, the \
                 lowest of all was taken to its minimum, and parameters without a verdict have no limits."
            );
        }
        text
    }

    fn what(&self) -> String {
        let names: Vec<String> = self.parameters.iter().map(|p| p.name.clone()).collect();
        let file = |e: &Experiment| {
            let set: Vec<String> = e.data().conditions.iter().map(Condition::words).collect();
            let at = if set.is_empty() { "" } else { " at " };
            format!("{}{at}{}", e.data().file, list(&set))
        };
        let files: Vec<String> = self.experiments.iter().map(file).collect();
        let count = names.len();
        let plural = if count == 1 { "" } else { "s" };
        format!(
            "{count} parameter{plural} ({}) of the model `{}` {} fitted to {} data ({}) with ratelaw {}.",
            list(&names),
            self.model(),
            if count == 1 { "was" } else { "were" },
            self.comparisons.len(),
            list(&files),
            env!("CARGO_PKG_VERSION")
        )
    }

    fn scales(&self) -> String {
        let of = |scale: Scale| -> Vec<String> {
            self.resolved.iter().filter(|f| f.scale == scale).map(|f| f.name.clone()).collect()
        };
        let verb = |names: &[String]| if names.len() == 1 { "was" } else { "were" };
        let mut text = match (of(Scale::Log), of(Scale::Linear)) {
            (logarithmic, linear) if linear.is_empty() => {
                format!("{} varied on a logarithmic scale", subject(&logarithmic))
            }
            (logarithmic, linear) if logarithmic.is_empty() => format!("{} varied on a linear scale", subject(&linear)),
            (logarithmic, linear) => format!(
                "{} {} varied on a logarithmic scale, {} on a linear one",
                list(&logarithmic),
                verb(&logarithmic),
                list(&linear)
            ),
        };
        let prior = |p: &Estimate| Some(format!("{} ({})", p.name, p.prior?.words(&p.unit, p.factor)));
        let priors: Vec<String> = self.parameters.iter().filter_map(prior).collect();
        text += if text.contains(" linear one") { ", all within bounds" } else { " within bounds" };
        if !priors.is_empty() {
            text += &format!(", with a prior on {}", list(&priors));
        }
        text + "."
    }

    fn weights(&self) -> String {
        let s = (self.sse / self.degrees_of_freedom as f64).sqrt();
        let summed = match self.loss {
            Loss::Squared => "The sum of squared residuals (model less datum)".to_owned(),
            loss => format!("The sum of a robust loss ({loss}) of the residuals (model less datum)"),
        };
        let degrees = self.degrees_of_freedom;
        let noise = if self.known_noise {
            "each over the standard deviation that the data state".to_owned()
        } else if self.noise.is_empty() {
            let weight = if self.weighted { "weighted by the stated standard deviations" } else { "unweighted" };
            format!(
                "{weight}, with one unknown variance of the noise, estimated from {degrees} degrees of freedom (s = {s:.4e})"
            )
        } else {
            let group = match self.options.noise {
                Noise::EachExperiment => "each experiment",
                Noise::EachSeries => "each column of the data",
                Noise::Stated | Noise::Common => "all data together",
            };
            let relative = if self.weighted { ", relative to the stated ones," } else { "" };
            format!(
                "each over a standard deviation that was estimated for {group}{relative} in turns with the parameters"
            )
        };
        let distribution = match self.loss {
            Loss::Squared => "the noise was taken as normal and independent",
            _ => "the noise was taken as independent, with outliers",
        };
        format!("{summed}, {noise}, was minimised; {distribution}.")
    }

    fn search(&self) -> String {
        let others = match self.starts.len() {
            1 => "the values of the model as the only start".to_owned(),
            n => format!(
                "{n} starts (the values of the model and a Latin hypercube over the bounds, seed {}), {} of which arrived at \
                 the minimum that is reported",
                self.seed,
                self.arrived()
            ),
        };
        let end = if self.converged {
            "The minimisation converged.".to_owned()
        } else {
            format!("The minimisation did not converge: {}.", self.ending.word())
        };
        format!(
            "A bounded Levenberg-Marquardt method with exact forward sensitivities was run from {others}. {end} The \
             differential equations were integrated by {} with a relative tolerance of {:e}.",
            self.options.solve.method, self.rtol
        )
    }

    fn limits(&self) -> String {
        let known = self.known_noise && self.loss == Loss::Squared;
        let threshold = if known {
            "the 95 % quantile of chi-squared with one degree of freedom".to_owned()
        } else {
            format!("the square of Student's t at 97.5 % for {} degrees of freedom", self.degrees_of_freedom)
        };
        format!(
            "Limits are 95 % intervals by profile likelihood, with {threshold} as the threshold; standard errors are those of \
             the linear model at the minimum."
        )
    }
}

/// Names as the subject of a sentence about several or one.
fn subject(names: &[String]) -> &'static str {
    if names.len() == 1 { "It was" } else { "All were" }
}

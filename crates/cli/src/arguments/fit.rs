//! Arguments of fits.

use std::path::{Path, PathBuf};

use clap::Args;
use ratelaw::fit::{Loss, Noise, Resampling};
use ratelaw::prelude::*;
use ratelaw::solver::{Distribution, Sampled};

use super::{Output, Solving, free, svg};

/// What every fit needs.
#[derive(Debug, Args)]
pub(crate) struct Estimation {
    /// Data file, or the name of an embedded one; may be repeated. A run lasts as long as its data, and is under the conditions that
    /// the file states: `# set: potential = 1.8 V vs SHE`.
    #[arg(long, value_name = "F.csv", required = true)]
    pub(crate) data: Vec<String>,
    #[command(flatten)]
    pub(crate) solving: Solving,
    /// Number of starts: the model's own values, and the rest spread over the ranges.
    #[arg(long, value_name = "N", default_value_t = 12)]
    pub(crate) starts: usize,
    /// Seed of the starts.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Where the size of the noise comes from: stated (by the data; one unknown variance where they state none), common,
    /// each-experiment or each-series. With the last three, deviations of the data are weights.
    #[arg(long, value_name = "NOISE", default_value = "stated")]
    pub(crate) noise: Noise,
    /// Most iterations from each start.
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(crate) max_iterations: usize,
}

/// Fit parameters to measured data.
///
/// The CSV has a header with units, `time / min,alpha_pinene / %`, where a column is a species or an observable
/// such as `yield(BPA from NH3)`, and `sd(...)` columns hold standard deviations.
///
/// Example: `ratelaw fit alpha-pinene --data fuguitt-hawkins-1947-alpha-pinene-189C.csv --free p1 --free p2`
#[derive(Debug, Args)]
pub(crate) struct Fit {
    /// Model file or name of an embedded model.
    pub(crate) model: String,
    #[command(flatten)]
    pub(crate) estimation: Estimation,
    /// A free parameter, with its range; may be repeated. `scale(COLUMN)` and `offset(COLUMN)` are those of a column of
    /// the data, `each(NAME)` is a parameter of its own for each data file. Without a range the model's, or one by its kind: four
    /// decades to either side of a constant or an amount, half of an energy, half a volt, 50 K. If none is
    /// given, all parameters that have bounds in the model.
    #[arg(long, value_name = "NAME[=LO..HI]", value_parser = free)]
    pub(crate) free: Vec<Free>,
    /// What is known of a free parameter from elsewhere: `NAME~normal(MEAN, DEVIATION)` or `NAME~lognormal(MEDIAN, FACTOR)`,
    /// such as `--prior "k2~normal(1.2e-4 1/s, 1e-5)"`; may be repeated. A plain number takes the unit of the other.
    #[arg(long, value_name = "NAME~PRIOR", value_parser = prior)]
    pub(crate) prior: Vec<Sampled>,
    /// What is summed over the residuals: squared, huber, soft-l1 or cauchy, also with a scale as in `huber:1.345`.
    #[arg(long, value_name = "LOSS", default_value = "squared")]
    pub(crate) loss: Loss,
    /// Fit so many data sets made anew from the fitted model, for intervals by bootstrap.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    pub(crate) bootstrap: Option<u32>,
    /// Noise of these data sets: residual (the fit's own, drawn again) or parametric (normal).
    #[arg(long, value_name = "KIND", default_value = "residual", requires = "bootstrap")]
    pub(crate) bootstrap_kind: Resampling,
    /// Seed of these data sets; that of the starts if not given.
    #[arg(long, value_name = "SEED", requires = "bootstrap")]
    pub(crate) bootstrap_seed: Option<u64>,
    /// Write the fitted curves with their 95 % bands to this file, .csv or .json; they are in the JSON of --out then too.
    #[arg(long, value_name = "F", value_parser = table)]
    pub(crate) bands: Option<PathBuf>,
    /// Write a plot of data and model to this SVG file; further plots get a number before the ending.
    #[arg(long, value_name = "F.svg", value_parser = svg)]
    pub(crate) plot: Option<PathBuf>,
    /// Write all plots to this folder: data and model, residuals, the profile of each parameter, the starts, the
    /// correlation. It is made if it is not there.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) plots: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Say which of several models the data prefer.
///
/// Fits each to the same data, and prints AICc, BIC and Akaike weights, the best model first. A candidate is a model, or a
/// model and its free parameters: `MODEL:NAME[=LO..HI],NAME...`; without names, all parameters that have bounds in the
/// model are free. Where one candidate frees more parameters of the same model than another, the p-value of the likelihood
/// ratio is printed too. Ends with 3 if a fit did not converge.
///
/// Example: `ratelaw compare jia-2024-two-step:k2 jia-2024-two-step:k1,k2 --data synthetic-jia-2024-two-step.csv`
#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// Models, two or more.
    #[arg(value_name = "MODEL[:FREE,...]", required = true, num_args = 2.., value_parser = candidate)]
    pub(crate) candidates: Vec<Candidate>,
    #[command(flatten)]
    pub(crate) estimation: Estimation,
    /// Each candidate is a special case of all that have more parameters: print the likelihood ratio of each to the next.
    #[arg(long)]
    pub(crate) nested: bool,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// A model and what is free in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Candidate {
    /// As given.
    pub(crate) text: String,
    /// Model file or name of an embedded model.
    pub(crate) model: String,
    /// Empty for all parameters that have bounds.
    pub(crate) free: Vec<Free>,
}

/// `MODEL[:FREE,...]`; a path that is there is a model even with a colon in it.
fn candidate(text: &str) -> Result<Candidate, String> {
    let whole = || Candidate { text: text.to_owned(), model: text.to_owned(), free: Vec::new() };
    match text.rsplit_once(':').filter(|_| !Path::new(text).is_file()) {
        None => Ok(whole()),
        Some((model, list)) => {
            let free = parts(list).into_iter().map(free).collect::<Result<Vec<_>, _>>()?;
            Ok(Candidate { model: model.to_owned(), free, ..whole() })
        }
    }
}

/// `NAME~normal(...)` or `NAME~lognormal(...)`, spelt as the distributions of a sweep.
pub(crate) fn prior(text: &str) -> Result<Sampled, String> {
    let expected =
        "expected NAME~normal(MEAN, DEVIATION) or NAME~lognormal(MEDIAN, FACTOR), such as k2~normal(1e-4 1/s, 1e-5)";
    let sampled: Sampled = text.parse().map_err(|e| format!("{e}; {expected}"))?;
    match sampled.distribution {
        Distribution::Normal { .. } | Distribution::LogNormal { .. } => Ok(sampled),
        other => Err(format!("`{other}` is no prior that a sum of squares can hold; {expected}")),
    }
}

/// The pieces between the commas that no parentheses enclose.
fn parts(list: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let split = |c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    };
    list.split(split).collect()
}

/// A name of a table's file, whose format is known and whose folder is there.
fn table(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match text.parse() {
        Ok(ratelaw::solver::Format::Csv | ratelaw::solver::Format::Json) => super::in_a_folder(path),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prior_is_normal_or_lognormal() {
        assert_eq!(prior("k2 ~ normal(1e-4 1/s, 1e-5)").unwrap().name, "k2");
        assert!(prior("k2~lognormal(1e-4 1/s, 2)").is_ok());
        for wrong in
            ["k2", "k2=1e-4 1/s", "k2~uniform(1/s, 2/s)", "k2~normal(1/s)", "k2~gauss(1, 2)", "k2~normal(x, 2)"]
        {
            assert!(prior(wrong).unwrap_err().contains("expected NAME~normal(MEAN, DEVIATION)"), "{wrong}");
        }
    }

    #[test]
    fn a_candidate_is_a_model_with_its_free_parameters() {
        let read = |text: &str| candidate(text).unwrap();
        assert_eq!((read("a.toml").model, read("a.toml").free), ("a.toml".to_owned(), vec![]));
        let both = read("a:k1,k2=1/s..2/s");
        assert_eq!((both.model.as_str(), both.free.len()), ("a", 2));
        assert_eq!(both.free[0], Free::new("k1"));
        assert_eq!(parts("scale(f(x, y)),k1"), ["scale(f(x, y))", "k1"]);
        assert!(candidate("a:k1=1..").is_err());
    }
}

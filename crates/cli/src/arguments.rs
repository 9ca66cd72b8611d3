//! The command line.

mod fit;
mod sweep;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use ratelaw::prelude::*;
use ratelaw::solver::{Format, parse_range};

pub(crate) use fit::{Compare, Estimation, Fit, prior};
pub(crate) use sweep::{Merge, Storing, Sweep, Varying, axis};

/// Reaction-network kinetics: simulate, sweep and fit.
///
/// MODEL is a model file (TOML) or the name of an embedded model; `ratelaw models` lists those. Values carry
/// units: `2.0V`, `"0.1 M"`, `10h`, `1e-4/s`.
///
/// Exit codes: 0 done; 1 the input is wrong; 2 the command line is wrong; 3 done, but a run or some points failed or a
/// fit did not converge; 130 stopped by Ctrl-C.
#[derive(Debug, Parser)]
#[command(name = "ratelaw", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Study(Study),
    Anchors(Anchors),
    Chain(Chain),
    Models(Models),
    Check(Check),
    Graph(Graph),
    Import(Import),
    Simulate(Simulate),
    Control(Control),
    Sensitivities(Sensitivities),
    Steady(Steady),
    Flux(Flux),
    Sweep(Sweep),
    Merge(Merge),
    Fit(Fit),
    Compare(Compare),
}

/// Run a whole study: simulations, sweeps, bars, chains and fits, with tables and plots.
///
/// Without a file, the embedded hydrazine study: yield, faradaic efficiency and current against time at 2.0 V,
/// yield and efficiency against potential, the two-step model fitted to synthetic data, and alpha-pinene's five
/// constants fitted to measured data. `ratelaw study jia-2024-figures` draws the pictures of the paper, each with what is
/// published beside the model. Tables are printed, and CSV, JSON and SVG files written to DIR.
#[derive(Debug, Args)]
pub(crate) struct Study {
    /// Study file (TOML) or name of an embedded study; `studies/hydrazine-2024.toml` of the source is one to start from.
    pub(crate) study: Option<PathBuf>,
    /// Folder for the results; made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "study-results")]
    pub(crate) out: PathBuf,
}

/// Run a chain: stages that run one after the other and hand species over, once or in cycles.
///
/// Prints time, charge, mean cell voltage, work and what each stage's model asks for; what was handed over and what was
/// lost; where atoms and charge come from and go to over the whole chain; and the figures of the chain.
///
/// Example: `ratelaw chain jia-2024-azine --set electrosynthesis.potential=1.8V --out chain.json`
#[derive(Debug, Args)]
pub(crate) struct Chain {
    /// Chain file (TOML) or name of an embedded chain.
    #[arg(value_name = "CHAIN")]
    pub(crate) file: String,
    /// Set a parameter, an initial amount, `potential` or `temperature` of a stage; may be repeated.
    #[arg(long, value_name = "STAGE.NAME=VALUE", value_parser = assignment)]
    pub(crate) set: Vec<(String, String)>,
    /// Cycles; as the chain says if not given.
    #[arg(long, value_name = "N")]
    pub(crate) times: Option<usize>,
    /// Relative tolerance, 1e-13 to 0.1.
    #[arg(long, value_name = "R")]
    pub(crate) rtol: Option<f64>,
    /// Most steps of a stage's run, accepted and rejected; 100000 if not given.
    #[arg(long, value_name = "N")]
    pub(crate) max_steps: Option<usize>,
    /// Write a plot of the yields of all stages, one after the other, to this SVG file.
    #[arg(long, value_name = "F.svg", value_parser = svg)]
    pub(crate) plot: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Hold the models against published figures, one by one.
///
/// Without a file, those of the nitrate to hydrazine cascade: for each anchor what is published, what the models give, and
/// whether that is within the stated uncertainty. Ends with 3 if one that can be met is missed. With --calibrate the
/// constants are fitted to the figures anew, and written as files that models take in with `base`.
///
/// Example: `ratelaw anchors --out anchors.csv`
#[derive(Debug, Args)]
pub(crate) struct Anchors {
    /// File of anchors (TOML); `studies/jia-2024-anchors.toml` of the source is one to start from.
    #[arg(value_name = "ANCHORS")]
    pub(crate) file: Option<PathBuf>,
    /// Fit the constants that the file calls calibrated, and write them to this folder.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "format"])]
    pub(crate) calibrate: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// List the embedded models, or print one as TOML.
///
/// Example: `ratelaw models robertson > my-model.toml`
#[derive(Debug, Args)]
pub(crate) struct Models {
    /// Name of a model to print.
    pub(crate) name: Option<String>,
    /// Print it together with all that it stands on, as one model.
    #[arg(long, requires = "name")]
    pub(crate) merged: bool,
}

/// Read and check a model, and show what it means.
///
/// Prints species, steps, the unit of every constant as it follows from its step, the conservation laws, and the
/// structure: rank and deficiency, steps that are sums of others, species that nothing makes or consumes, and whether
/// the equilibrium constants round every loop of reversible steps multiply to 1.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Model file or name of an embedded model.
    pub(crate) model: String,
}

/// Draw a model's graph: species, steps, and what goes in and out.
///
/// Example: `ratelaw graph jia-2024-electrosynthesis | dot -Tsvg > graph.svg`
#[derive(Debug, Args)]
pub(crate) struct Graph {
    /// Model file or name of an embedded model.
    pub(crate) model: String,
    /// Language of the graph.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = GraphFormat::Dot)]
    pub(crate) format: GraphFormat,
    /// File for the graph; standard output if not given, or `-`.
    #[arg(long, value_name = "F")]
    pub(crate) out: Option<PathBuf>,
}

/// Languages of graphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// Graphviz.
    Dot,
    /// Mermaid, which many documents show as it is.
    Mermaid,
}

/// Say which steps control an observable, at several times of a run.
///
/// The degree of rate control of a step (Campbell) is the relative change of the observable for a relative change of the
/// step's rate in both directions, its equilibrium held: 1 for the step that controls it alone, 0 for one that does
/// not matter, negative for one that hinders it. From exact sensitivities, so for transients at any potential.
///
/// Example: `ratelaw control jia-2024-electrosynthesis --of "yield(BPA)" --set potential=1.4V`
#[derive(Debug, Args)]
pub(crate) struct Control {
    /// Model file or name of an embedded model.
    pub(crate) model: String,
    /// Observables; those of the model's first product if none is given. May be repeated.
    #[arg(long, value_name = "OBSERVABLE")]
    pub(crate) of: Vec<String>,
    /// Number of times, equally spaced to the end of the run.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) points: u32,
    #[command(flatten)]
    pub(crate) duration: Duration,
    #[command(flatten)]
    pub(crate) solving: Solving,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Say how observables depend on parameters, initial amounts, potential and temperature, at several times of a run.
///
/// Prints d ln(observable) / d ln(setting), for potentials per volt, from exact sensitivities; the table of --out has the
/// derivatives themselves too. With --check they are compared with differences of runs that are solved anew, and the
/// command ends with 3 if the two disagree.
///
/// Example: `ratelaw sensitivities jia-2024-electrosynthesis --of "yield(BPA)" --by k2 --by g_ox --at 1h --check`
#[derive(Debug, Args)]
pub(crate) struct Sensitivities {
    /// Model file or name of an embedded model.
    pub(crate) model: String,
    /// Observables; what the model asks for if none is given, else the amounts of all species. May be repeated.
    #[arg(long, value_name = "OBSERVABLE")]
    pub(crate) of: Vec<String>,
    /// A parameter, an initial amount, `potential` or `temperature`; all that matter if none is given. May be repeated.
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Vec<String>,
    /// A time to look at; three, equally spaced to the end of the run, if none is given. May be repeated.
    #[arg(long, value_name = "TIME", value_parser = quantity)]
    pub(crate) at: Vec<Quantity>,
    /// Compare with differences of runs that are solved anew.
    #[arg(long)]
    pub(crate) check: bool,
    #[command(flatten)]
    pub(crate) duration: Duration,
    #[command(flatten)]
    pub(crate) solving: Solving,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Find the steady state that a model comes to, and say whether it is stable.
///
/// Runs the model until it is near rest, then solves for amounts and potentials at which nothing changes, under its
/// conservation laws. Ends with 3 if there is none, and says why, such as a species that accumulates. A state that is solved for
/// though the run does not come to rest there, as that of an oscillation, is printed with a word on that and as unstable.
///
/// Example: `ratelaw steady alpha-pinene --out steady.csv`
#[derive(Debug, Args)]
pub(crate) struct Steady {
    /// Model file or name of an embedded model.
    pub(crate) model: String,
    #[command(flatten)]
    pub(crate) solving: Solving,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Say which steps make and consume a species, integrated over a time of a run.
///
/// For each step the net change of the species by it in mol, that by its forward and its reverse direction alone, and its
/// part of all that was made or consumed. The contributions add up to the change of the species.
///
/// Example: `ratelaw flux jia-2024-electrosynthesis --species BPA --from 0h --to 10h`
#[derive(Debug, Args)]
pub(crate) struct Flux {
    /// Model file or name of an embedded model.
    pub(crate) model: String,
    /// Species; may be repeated.
    #[arg(long, value_name = "SPECIES", required = true)]
    pub(crate) species: Vec<String>,
    /// Start of the time span; the start of the run if not given.
    #[arg(long, value_name = "TIME", value_parser = quantity)]
    pub(crate) from: Option<Quantity>,
    /// End of the time span; the end of the run if not given.
    #[arg(long, value_name = "TIME", value_parser = quantity)]
    pub(crate) to: Option<Quantity>,
    #[command(flatten)]
    pub(crate) duration: Duration,
    #[command(flatten)]
    pub(crate) solving: Solving,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Turn a network of BioNetGen (`.net`) into a model file.
///
/// Amounts become pure numbers and every rate constant is in 1/s, since such a file has no units; its groups become
/// observables. The length of a run is not in the file: give it with `--t-end`, or write `t_end` under `[run]`.
///
/// Example: `ratelaw import egfr_net.net --out egfr.toml`
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Network file.
    #[arg(value_name = "X.net")]
    pub(crate) network: PathBuf,
    /// File for the model; standard output if not given, or `-`.
    #[arg(long, value_name = "Y.toml")]
    pub(crate) out: Option<PathBuf>,
}

/// How runs are solved.
#[derive(Debug, Clone, Args)]
pub(crate) struct Solving {
    /// Set a parameter, an initial amount, `potential` (`"potential=2.0 V vs SHE"`) or `temperature`; may be repeated.
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    pub(crate) set: Vec<(String, String)>,
    /// Relative tolerance, 1e-13 to 0.1.
    #[arg(long, value_name = "R")]
    pub(crate) rtol: Option<f64>,
    /// Most steps of a run, accepted and rejected; 100000 if not given.
    #[arg(long, value_name = "N")]
    pub(crate) max_steps: Option<usize>,
    /// Most time that a run, of a sweep each point, may take by the clock, such as `10s` or `2min`; it then fails. Where the
    /// clock decides, a repeated run may differ.
    #[arg(long, value_name = "TIME", value_parser = quantity)]
    pub(crate) time_limit: Option<Quantity>,
    /// Absolute tolerance of a species' amount, such as `--atol "NH3=1e-9 M"`; may be repeated. Others follow from the
    /// relative tolerance and the amounts at the start.
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    pub(crate) atol: Vec<(String, String)>,
    /// Stop a run where an amount falls below zero by more than the tolerance explains, rather than only say so.
    #[arg(long)]
    pub(crate) refuse_negative: bool,
    /// rodas5p or rodas4p (stiff and all others), radau5 (the same, at tight tolerances), ndf (large networks), dopri5 or dop853
    /// (not stiff), auto: below 200 variables radau5 for an rtol below 1e-9, else rodas5p; from 200 on ndf, or dopri5 where
    /// the problem is not stiff.
    #[arg(long, value_name = "M", value_parser = method, default_value = "rodas5p")]
    pub(crate) method: Method,
}

/// How long a run is.
#[derive(Debug, Args)]
pub(crate) struct Duration {
    /// Length of the run; the model's own if not given.
    #[arg(long, value_name = "TIME", value_parser = quantity)]
    pub(crate) t_end: Option<Quantity>,
}

/// Where results go.
#[derive(Debug, Args)]
pub(crate) struct Output {
    /// File for the results, .csv or .json, of a sweep also .parquet; `-` for standard output with nothing else on it.
    #[arg(long, value_name = "F")]
    pub(crate) out: Option<PathBuf>,
    /// Format for `--out -`: csv (if not given) or json; a file says it by its ending.
    #[arg(long, value_name = "FORMAT", value_parser = format, requires = "out")]
    pub(crate) format: Option<Format>,
}

/// Integrate a model once.
///
/// Example: `ratelaw simulate jia-2024-electrosynthesis --set potential=1.6V --t-end 5h --out run.csv`
#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// Model file or name of an embedded model.
    pub(crate) model: String,
    #[command(flatten)]
    pub(crate) duration: Duration,
    #[command(flatten)]
    pub(crate) solving: Solving,
    /// Number of times in the table, equally spaced from the start to the end.
    #[arg(long, value_name = "N", default_value_t = 101, value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    pub(crate) points: u32,
    /// Space the times equally in the logarithm, over so many decades before the end; the start is one more.
    #[arg(long, value_name = "DECADES", value_parser = decades)]
    pub(crate) log_time: Option<f64>,
    /// Solve once more by another method, to a tolerance a hundred times as tight, and say how far the run is from it;
    /// exit code 3 if that is more than 10 times the tolerance.
    #[arg(long)]
    pub(crate) verify: bool,
    /// Write a plot of conversion, yields, faradaic efficiencies and current, or of amounts where the model
    /// asks for none of those, to this SVG file.
    #[arg(long, value_name = "F.svg", value_parser = svg)]
    pub(crate) plot: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
}

fn quantity(text: &str) -> Result<Quantity, String> {
    text.parse().map_err(|e: ratelaw::network::QuantityError| e.to_string())
}

fn method(text: &str) -> Result<Method, String> {
    text.parse().map_err(|e: ratelaw::solver::SolveError| e.to_string())
}

fn format(text: &str) -> Result<Format, String> {
    match text {
        "csv" => Ok(Format::Csv),
        "json" => Ok(Format::Json),
        _ => Err("expected csv or json".into()),
    }
}

fn decades(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|d| (0.1..=300.0).contains(d)).ok_or_else(|| "expected a number from 0.1 to 300".into())
}

fn svg(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if !path.extension().is_some_and(|e| e.eq_ignore_ascii_case("svg")) {
        return Err("expected a name that ends in .svg".into());
    }
    in_a_folder(path)
}

/// A folder that is not there would be found out only after the work.
fn in_a_folder(path: PathBuf) -> Result<PathBuf, String> {
    match path.parent().filter(|f| !f.as_os_str().is_empty() && !f.is_dir()) {
        Some(folder) => Err(format!("there is no folder `{}`", folder.display())),
        None => Ok(path),
    }
}

/// `NAME=VALUE`, split at the last `=` before the value, since names may hold any character.
fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.rsplit_once('=').ok_or("expected NAME=VALUE, such as potential=2.0V")?;
    if name.trim().is_empty() {
        return Err("expected a name before `=`".into());
    }
    // A potential may say its reference: `2.0 V vs SHE`.
    quantity(value.split_once(" vs ").map_or(value, |(value, _)| value))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// `NAME[=LO..HI]`.
pub(crate) fn free(text: &str) -> Result<Free, String> {
    match text.rsplit_once('=') {
        None => Ok(Free::new(text.trim())),
        Some((name, ends)) => {
            let (low, high) = parse_range(ends).map_err(|e| e.to_string())?;
            Free::between(name.trim(), low, high).map_err(|e| e.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn ranges_share_their_unit() {
        let (low, high) = parse_range("1.2..2200mV").unwrap();
        assert_eq!((low.si(), high.si()), (0.0012, 2.2));
        assert!(axis("potential=1V..2V").is_err());
        assert!(axis("potential=1V..2V:x").is_err());
        assert!(axis("k2=1e-5/s..1e-3/s:5:log").is_ok());
        assert_eq!(assignment("a=b=3 V").unwrap().0, "a=b");
    }
}

//! The `ratelaw` program: describe, simulate, sweep and fit reaction networks from the command line.

mod arguments;
mod command;
mod error;
mod input;
mod output;
mod progress;
mod report;
mod stop;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};

/// How the program ends when it does not end in an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Everything was done.
    Done,
    /// Done, but some points failed, or a fit did not converge.
    Partly,
    /// Stopped by the user, with what was computed until then.
    Stopped,
}

/// What was asked is wrong.
pub(crate) const INPUT_IS_WRONG: u8 = 1;
/// What was asked could not be computed, or not all of it.
pub(crate) const PARTLY: u8 = 3;
/// What a shell reports of a program that Ctrl-C ended: 128 + SIGINT.
pub(crate) const STOPPED: u8 = 130;

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Study(arguments) => command::study::run(&arguments),
        Command::Anchors(arguments) => command::anchors::run(&arguments),
        Command::Chain(arguments) => command::chain::run(&arguments),
        Command::Models(arguments) => command::models::run(&arguments),
        Command::Check(arguments) => command::check::run(&arguments),
        Command::Graph(arguments) => command::graph::run(&arguments),
        Command::Control(arguments) => command::control::run(&arguments),
        Command::Sensitivities(arguments) => command::sensitivities::run(&arguments),
        Command::Steady(arguments) => command::steady::run(&arguments),
        Command::Flux(arguments) => command::flux::run(&arguments),
        Command::Import(arguments) => command::import::run(&arguments),
        Command::Simulate(arguments) => command::simulate::run(&arguments),
        Command::Sweep(arguments) => command::sweep::run(&arguments),
        Command::Merge(arguments) => command::merge::run(&arguments),
        Command::Fit(arguments) => command::fit::run(&arguments),
        Command::Compare(arguments) => command::compare::run(&arguments),
    };
    match outcome {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Partly) => ExitCode::from(PARTLY),
        Ok(Ending::Stopped) => ExitCode::from(STOPPED),
        Err(error) => {
            error.print();
            ExitCode::from(error.code())
        }
    }
}

//! `laptime`: lap times for your CI, on one machine.

mod args;
mod command;
mod demo;
mod output;
mod place;
mod settings;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command};
use crate::command::Outcome;

fn main() -> ExitCode {
    let args = Args::parse();
    settings::start_logging();
    let done = match args.command {
        Command::Demo(args) => command::demo::run(&args),
        Command::Serve(args) => command::serve::run(&args),
        Command::Replay(args) => command::replay::run(&args),
        Command::Aggregate(args) => command::aggregate::run(&args),
        Command::Report(args) => command::report::run(&args),
        Command::Detect(args) => command::detect::run(&args),
        Command::Findings(args) => command::findings::run(&args),
        Command::Notify(args) => command::notify::run(&args),
        Command::Limits(args) => command::limits::run(&args),
        Command::Status(args) => command::status::run(&args),
        Command::Plan(args) => command::plan::run(&args),
        Command::Check(args) => command::check::run(&args),
        Command::Completions { shell } => command::completions(shell),
    };
    match done {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Err(error) => {
            output::tell(&format!("laptime: {}", output::chain(&error)));
            ExitCode::from(2)
        }
    }
}

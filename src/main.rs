//! The binary: arguments in, exit status out.

use std::process::ExitCode;

use clap::Parser;
use sigap::cli::{self, Cli};

fn main() -> ExitCode {
    cli::run(Cli::parse())
}

//! The binary: arguments in, exit status out.

use std::process::ExitCode;

use clap::Parser;
use sigap::cli::{self, Cli};

/// A message makes some thousand small texts that the next one throws away, on whichever thread it is handled.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run(Cli::parse())
}

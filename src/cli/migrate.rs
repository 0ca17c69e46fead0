//! `sigap migrate`: everything that is kept, from one place to another.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli;
use crate::store::{self, StorePlace};

/// Arguments of `sigap migrate`.
#[derive(Debug, Args)]
pub struct Migrate {
    /// Where everything is now: a folder, or postgres://USER@HOST1,HOST2/DATABASE
    #[arg(long, value_name = "PLACE")]
    from: String,
    /// Where it should be: an empty or new folder, or an empty database
    #[arg(long, value_name = "PLACE")]
    to: String,
}

impl Migrate {
    /// Copies, verifies, and says what to do next.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let from: StorePlace = self.from.parse().context("in `--from`")?;
        let to: StorePlace = self.to.parse().context("in `--to`")?;
        let bar = ProgressBar::new(0).with_style(
            ProgressStyle::with_template("{bar:40} {pos}/{len} records, {eta} left")
                .expect("the template is well-formed"),
        );
        let mut progress = |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        };
        let moved = store::migrate(&from, &to, &mut progress);
        let moved = cli::runtime()?.block_on(moved);
        bar.finish_and_clear();
        writeln!(
            io::stdout().lock(),
            "{} records copied from {} to {} and read back the same; start the bot with `--state` at the new place",
            moved?,
            from,
            to
        )?;
        Ok(ExitCode::SUCCESS)
    }
}

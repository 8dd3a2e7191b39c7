//! Chores of the project: `cargo xtask stack`, `cargo xtask test`, `cargo xtask manifests`, `cargo xtask bench`.
//!
//! People and `.ci/run` call it; nothing of the product depends on it. It never writes outside the checkout's
//! ignored folder (see [`layout`]), except for figures in `docs/benchmarks.md`, and it ends no process that
//! it did not start.

mod bench;
mod cli;
mod failure;
mod http;
mod install;
mod layout;
mod manifests;
mod ports;
mod process;
mod report;
mod run;
mod stack;
mod test;
mod tools;
mod versions;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Chore, Cli};
use crate::failure::Failure;
use crate::layout::Layout;

fn main() -> ExitCode {
    match carry_out(Cli::parse().chore) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report::failure(&failure);
            ExitCode::FAILURE
        }
    }
}

fn carry_out(chore: Chore) -> Result<(), Failure> {
    let layout = Layout::of_checkout()?;
    match chore {
        Chore::Stack(action) => stack::carry_out(&layout, &action),
        Chore::Test(options) => test::run(&layout, &options),
        Chore::Manifests => manifests::check(&layout, &tools::Tools::find()),
        Chore::Bench(options) => bench::run(&layout, &options),
    }
}

//! The command line. `main` dispatches on it; it holds no behaviour.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::stack::Part;

/// Chores of the project.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) chore: Chore,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Chore {
    /// Install and run the real servers that the tests talk to
    #[command(subcommand)]
    Stack(StackAction),
    /// Run every check and every test, in order, and stop at the first that fails
    Test(TestOptions),
    /// Check the rendered manifests against the schemas of Kubernetes; a part of `test`
    Manifests,
    /// Measure, and write the figures to docs/benchmarks.md
    Bench(BenchOptions),
}

#[derive(Debug, Subcommand)]
pub(crate) enum StackAction {
    /// Install what is not there yet, start it on free ports of 127.0.0.1, wait until it answers
    Up(UpOptions),
    /// End the servers that `up` started
    Down,
    /// Say which servers run and where; exit 1 when one of them is gone
    Status,
}

#[derive(Debug, Args)]
pub(crate) struct UpOptions {
    /// Start only these and the store that each needs
    #[arg(long, value_delimiter = ',', value_name = "SERVER")]
    pub(crate) only: Vec<Part>,
}

#[derive(Debug, Args)]
pub(crate) struct TestOptions {
    /// Leave out the real servers: only what needs nothing but Rust
    #[arg(long)]
    pub(crate) fast: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BenchOptions {
    /// Measure this program instead of building one with the release profile
    #[arg(long, value_name = "FILE")]
    pub(crate) binary: Option<PathBuf>,
    /// Measure only these parts
    #[arg(long, value_delimiter = ',', value_name = "PART")]
    pub(crate) only: Vec<crate::bench::Part>,
    /// Print the tables and leave docs/benchmarks.md as it is
    #[arg(long)]
    pub(crate) print: bool,
}

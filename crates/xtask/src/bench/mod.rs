//! `cargo xtask bench`: measures, prints tables and keeps them in `docs/benchmarks.md`. A bench reports; no
//! time fails it.
//!
//! Each part is one file with a `measure` that returns a [`Table`]; another part is one more variant of
//! [`Part`].

mod command;
mod curator;
mod function;
mod infra;
mod measure;
mod page;
mod peers;
mod plan;
mod planner;
mod served;
mod startup;
mod thanos;

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::ValueEnum;

use crate::cli::BenchOptions;
use crate::failure::Failure;
use crate::layout::Layout;
use crate::tools::Tools;
use crate::{report, run};

/// What is measured; each has its own place in `docs/benchmarks.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// `es2s3 --version`: what every call pays
    Startup,
    /// A whole plan of up to 100,000 indices and 20,000 snapshots against the sandbox, and its requests
    Plan,
    /// The planner alone, up to a million indices
    Planner,
    /// A plan of 1,200 indices beside Elastic's Curator, on the running Elasticsearch
    Curator,
    /// A plan of the AWS side without a change beside Terraform and the CDK, on the running emulator
    Infra,
    /// The scheduled function: its package, its start, a run over 1,000 indices
    Function,
    /// The audit of a bucket of Thanos blocks beside Thanos's own tools, on the running SeaweedFS
    Thanos,
}

impl Part {
    const ALL: [Self; 7] =
        [Self::Startup, Self::Plan, Self::Planner, Self::Curator, Self::Infra, Self::Function, Self::Thanos];

    fn name(self) -> &'static str {
        match self {
            Self::Startup => "startup",
            Self::Plan => "plan",
            Self::Planner => "planner",
            Self::Curator => "curator",
            Self::Infra => "infra",
            Self::Function => "function",
            Self::Thanos => "thanos",
        }
    }

    fn measure(self, bench: &Bench<'_>) -> Result<Table, Failure> {
        match self {
            Self::Startup => startup::measure(bench),
            Self::Plan => plan::measure(bench),
            Self::Planner => planner::measure(bench),
            Self::Curator => curator::measure(bench),
            Self::Infra => infra::measure(bench),
            Self::Function => function::measure(bench),
            Self::Thanos => thanos::measure(bench),
        }
    }
}

/// What every part needs.
#[derive(Debug)]
struct Bench<'a> {
    layout: &'a Layout,
    tools: Tools,
    /// The program that is measured.
    binary: PathBuf,
}

/// Figures with a sentence on how they came about.
#[derive(Debug)]
struct Table {
    how: String,
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn markdown(&self) -> String {
        format!("{}\n\n{}", self.how, report::table(&self.head, &self.rows))
    }
}

pub(crate) fn run(layout: &Layout, options: &BenchOptions) -> Result<(), Failure> {
    let binary = options.binary.as_deref().map_or_else(|| build(layout), absolute)?;
    let bench = Bench { layout, tools: Tools::find(), binary };
    let parts = if options.only.is_empty() { &Part::ALL[..] } else { &options.only };
    for part in parts {
        report::headline(part.name());
        let table = part.measure(&bench)?.markdown();
        report::line(table.trim_end());
        if !options.print {
            page::keep(layout, part.name(), &table)?;
        }
    }
    Ok(())
}

fn build(layout: &Layout) -> Result<PathBuf, Failure> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    run::shown(cargo.current_dir(layout.checkout()).args(["build", "--release", "--package", "es2s3"]))?;
    Ok(layout.checkout().join("target/release/es2s3"))
}

fn absolute(binary: &Path) -> Result<PathBuf, Failure> {
    binary
        .canonicalize()
        .map_err(|error| Failure::new(format!("no program at {}: {error}", binary.display())))
}

//! stub
use crate::{cli::BenchOptions, failure::Failure, layout::Layout};
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    Startup,
    Curator,
}
pub(crate) fn run(_l: &Layout, _o: &BenchOptions) -> Result<(), Failure> {
    Err(Failure::new("later"))
}

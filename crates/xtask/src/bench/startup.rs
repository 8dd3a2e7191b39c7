//! What it costs to start the program at all.

use super::measure::{RUNS, median};
use super::{Bench, Table};
use crate::failure::Failure;

pub(super) fn measure(bench: &Bench<'_>) -> Result<Table, Failure> {
    let cost = median(&bench.tools, &bench.binary, &["--version".into()])?;
    let [wall, cpu, memory] = cost.cells();
    Ok(Table {
        how: format!("Starting the program: the median of {RUNS} runs after one that warms the caches."),
        head: vec!["command", "wall", "CPU", "memory"],
        rows: vec![vec!["`es2s3 --version`".to_owned(), wall, cpu, memory]],
    })
}

//! Wall time, CPU time and memory of a command, as the kernel accounts for them.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use crate::failure::{Context, Failure};
use crate::process::Stat;
use crate::run;
use crate::tools::{Tool, Tools};

const PROGRAM: &str = include_str!("../../python/measure.py");

/// Runs that count, after one that warms the caches.
pub(crate) const RUNS: usize = 5;

/// One run, or the median of each figure over several.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(super) struct Cost {
    /// Seconds on the clock.
    pub(super) wall: f64,
    /// User and system seconds.
    pub(super) cpu: f64,
    /// Largest resident size in KiB.
    pub(super) kib: u64,
}

/// As [`median`], and the mean of what a server spent of CPU meanwhile, in seconds a run.
pub(super) fn beside(
    tools: &Tools,
    program: &Path,
    arguments: &[OsString],
    server: u32,
) -> Result<(Cost, f64), Failure> {
    // Each run that counts has another beside it, in which its memory is watched.
    const STARTED: usize = 1 + 2 * RUNS;
    let before = cpu_of(server)?;
    let cost = median(tools, program, arguments)?;
    Ok((cost, (cpu_of(server)? - before) / STARTED as f64))
}

/// User and system seconds of a process and all its threads. The kernel counts in hundredths, on every Linux that there is.
fn cpu_of(process: u32) -> Result<f64, Failure> {
    let stat = Stat::of(process).context(format!("process {process} does not run"))?;
    Ok(stat.ran as f64 / 100.0)
}

/// The median of [`RUNS`] runs of `program`, which must end with 0.
pub(super) fn median(tools: &Tools, program: &Path, arguments: &[OsString]) -> Result<Cost, Failure> {
    let mut python = Command::new(tools.path(Tool::Python)?);
    python.args(["-c", PROGRAM, &RUNS.to_string()]).arg(program).args(arguments);
    let lines = run::captured(&mut python)?;
    let runs: Vec<Cost> = lines
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()
        .context("cannot read the measurements")?;
    median_of(&runs).context("nothing was measured")
}

fn median_of(runs: &[Cost]) -> Option<Cost> {
    let middle = |figure: fn(&Cost) -> f64| {
        let mut figures: Vec<f64> = runs.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied()
    };
    let mut sizes: Vec<u64> = runs.iter().map(|run| run.kib).collect();
    sizes.sort_unstable();
    Some(Cost {
        wall: middle(|run| run.wall)?,
        cpu: middle(|run| run.cpu)?,
        kib: *sizes.get(sizes.len() / 2)?,
    })
}

impl Cost {
    /// Cells: wall and CPU in milliseconds, memory in MB.
    pub(super) fn cells(self) -> [String; 3] {
        let milliseconds = |seconds: f64| format!("{:.1} ms", seconds * 1e3);
        let megabytes = self.kib * 1024 / 100_000;
        [milliseconds(self.wall), milliseconds(self.cpu), format!("{}.{} MB", megabytes / 10, megabytes % 10)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_figure_has_its_own_median() {
        let run = |wall, cpu, kib| Cost { wall, cpu, kib };
        let runs = [run(3.0, 0.1, 10), run(1.0, 0.3, 30), run(2.0, 0.2, 20)];
        assert_eq!(median_of(&runs), Some(run(2.0, 0.2, 20)));
        assert_eq!(median_of(&[]), None);
    }

    #[test]
    fn a_process_that_runs_has_an_account_and_one_that_is_gone_has_none() {
        assert!(cpu_of(std::process::id()).is_ok_and(|seconds| seconds >= 0.0));
        assert!(cpu_of(u32::MAX).is_err());
    }

    #[test]
    fn a_cost_is_told_in_milliseconds_and_megabytes() {
        let cost = Cost { wall: 0.0042, cpu: 0.26, kib: 36_700 };
        assert_eq!(cost.cells(), ["4.2 ms", "260.0 ms", "37.5 MB"]);
    }
}

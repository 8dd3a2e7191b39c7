//! `cargo xtask test`: every check and every test, in order, up to the first that fails.
//!
//! What needs a network or a long build starts in the background while cargo compiles. The real servers are
//! leashed: they end with this program, however it ends.

use std::process::Command;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::cli::TestOptions;
use crate::failure::{Context, Failure};
use crate::layout::Layout;
use crate::process::Life;
use crate::stack::{self, Part};
use crate::tools::Tools;
use crate::{install, manifests, report, run};

/// Tests on real servers are `#[ignore]`d, so that plain `cargo test` needs nothing but Rust.
const REAL_TESTS: [&str; 8] =
    ["test", "--test", "real", "--test", "state", "--", "--ignored", "--test-threads=1"];

/// Stages that need nothing but Rust: a name and cargo's arguments.
const RUST_STAGES: [(&str, &[&str]); 3] = [
    ("formatting", &["fmt", "--all", "--check"]),
    ("lints", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    ("tests that need only Rust", &["test", "--workspace"]),
];

pub(crate) fn run(layout: &Layout, options: &TestOptions) -> Result<(), Failure> {
    let mut stages = Stages::default();
    let outcome =
        if options.fast { rust_stages(layout, &mut stages) } else { all_stages(layout, &mut stages) };
    stages.summarise();
    outcome?;
    report::line(if options.fast {
        "passed, without the real servers (--fast)"
    } else {
        "passed, all of it"
    });
    Ok(())
}

fn all_stages(layout: &Layout, stages: &mut Stages) -> Result<(), Failure> {
    let tools = Tools::find();
    stages.run("tools", || tools.demand(&stack::tools(&Part::ALL)))?;
    let installation = install_in_background()?;
    let built = rust_stages(layout, stages);
    // Waited for in any case: what it started would go on writing after this program has ended.
    let installed = stages.run("installation of the real servers", || finish(installation));
    built.and(installed)?;
    stages.run("manifests against the schemas of Kubernetes", || manifests::check(layout, &tools))?;
    real_stages(layout, &tools, stages)
}

fn rust_stages(layout: &Layout, stages: &mut Stages) -> Result<(), Failure> {
    for (name, arguments) in RUST_STAGES {
        stages.run(name, || run::shown(cargo(layout).args(arguments)))?;
    }
    Ok(())
}

fn real_stages(layout: &Layout, tools: &Tools, stages: &mut Stages) -> Result<(), Failure> {
    let folder = layout.test_run();
    let start = || stack::start(layout, &folder, tools, &Part::ALL, Life::Leashed);
    let servers = stages.run("start of the real servers", start)?;
    let tested = stages.run("tests on the real servers", || {
        let record = folder.stack_json();
        let count = some_tests(&run::captured(real_tests(layout).args(["--list", "--format", "terse"]))?)?;
        report::line(&format!("tests on the real servers: {count}"));
        run::shown(real_tests(layout).env("ES2S3_STACK", &record).arg("--nocapture"))
    });
    if tested.is_err() {
        servers.obituaries().iter().for_each(|obituary| report::line(obituary));
    }
    let ended = servers.end(&folder);
    tested.and(ended)
}

/// How many there are; a test target without tests would pass, and prove nothing.
fn some_tests(list: &str) -> Result<usize, Failure> {
    match list.lines().filter(|line| line.ends_with(": test")).count() {
        0 => Err(Failure::new(
            "tests/real.rs holds no test marked #[ignore], so nothing was tried on the real servers",
        )),
        count => Ok(count),
    }
}

fn real_tests(layout: &Layout) -> Command {
    let mut cargo = cargo(layout);
    cargo.args(REAL_TESTS);
    cargo
}

fn cargo(layout: &Layout) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(layout.checkout());
    cargo
}

type Installation = JoinHandle<Result<(), Failure>>;

fn install_in_background() -> Result<Installation, Failure> {
    let layout = Layout::of_checkout()?;
    Ok(thread::spawn(move || install::parts(&layout, &Tools::find(), &Part::ALL)))
}

fn finish(installation: Installation) -> Result<(), Failure> {
    installation.join().map_err(|_| "the installer died").context("cannot install")?
}

/// The stages that ran, with what each took.
#[derive(Debug, Default)]
struct Stages(Vec<Stage>);

#[derive(Debug)]
struct Stage {
    name: &'static str,
    took: Duration,
    passed: bool,
}

impl Stages {
    fn run<T>(
        &mut self,
        name: &'static str,
        stage: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        report::headline(name);
        let began = Instant::now();
        let outcome = stage();
        let took = began.elapsed();
        self.0.push(Stage { name, took, passed: outcome.is_ok() });
        report::line(&format!("--- {name}: {} after {}", verdict(outcome.is_ok()), report::span(took)));
        outcome.context(format!("stage `{name}` failed"))
    }

    fn summarise(&self) {
        report::headline("summary");
        report::line(report::table(&["stage", "verdict", "time"], &self.rows()).trim_end());
    }

    /// One row a stage, and a last one for all of them.
    fn rows(&self) -> Vec<Vec<String>> {
        let row =
            |name: &str, passed, took| vec![name.to_owned(), verdict(passed).to_owned(), report::span(took)];
        let all_passed = self.0.iter().all(|stage| stage.passed);
        let total = self.0.iter().map(|stage| stage.took).sum();
        let stages = self.0.iter().map(|stage| row(stage.name, stage.passed, stage.took));
        stages.chain([row("all stages that ran", all_passed, total)]).collect()
    }
}

fn verdict(passed: bool) -> &'static str {
    if passed { "passed" } else { "FAILED" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_without_tests_does_not_pass() {
        assert!(some_tests("\n0 tests, 0 benchmarks\n").is_err());
        assert_eq!(some_tests("retention::plans_the_same: test\n\n1 test, 0 benchmarks\n").unwrap(), 1);
    }

    #[test]
    fn one_stage_that_failed_fails_the_whole() {
        let stage = |name, seconds, passed| Stage { name, took: Duration::from_secs(seconds), passed };
        let rows = Stages(vec![stage("formatting", 1, true), stage("lints", 59, false)]).rows();
        assert_eq!(rows[1], ["lints", "FAILED", "59.0 s"]);
        assert_eq!(rows[2], ["all stages that ran", "FAILED", "1 min 00 s"]);
    }
}

//! The sandbox in another process, for what is measured against it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::Bench;
use crate::failure::{Context, Failure};
use crate::run;

/// The sandbox as it is released.
pub(super) fn build(bench: &Bench<'_>) -> Result<PathBuf, Failure> {
    let checkout = bench.layout.checkout();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    run::shown(cargo.current_dir(checkout).args(["build", "--release", "--package", "sandbox"]))?;
    Ok(checkout.join("target/release/sandbox"))
}

/// A sandbox in a process of its own, ended with this value.
#[derive(Debug)]
pub(super) struct Served {
    child: Child,
    pub(super) engine: String,
    pub(super) s3: String,
    pub(super) bucket: String,
    pub(super) access_key: String,
    pub(super) secret_key: String,
}

impl Served {
    pub(super) fn start(sandbox: &Path, indices: usize, snapshots: usize) -> Result<Self, Failure> {
        Self::serve(sandbox, &["--indices", &indices.to_string(), "--snapshots", &snapshots.to_string()])
    }

    /// With a bucket of so many Thanos blocks.
    pub(super) fn with_blocks(sandbox: &Path, blocks: usize) -> Result<Self, Failure> {
        Self::serve(sandbox, &["--blocks", &blocks.to_string()])
    }

    /// The same, and so many objects of others beside them.
    pub(super) fn with_foreign(sandbox: &Path, blocks: usize, foreign: usize) -> Result<Self, Failure> {
        Self::serve(sandbox, &["--blocks", &blocks.to_string(), "--foreign", &foreign.to_string()])
    }

    /// With blocks alone, and each answer comes so many milliseconds late.
    pub(super) fn with_blocks_afar(sandbox: &Path, blocks: usize, latency: u64) -> Result<Self, Failure> {
        Self::serve(sandbox, &["--blocks", &blocks.to_string(), "--s3-latency", &latency.to_string()])
    }

    pub(super) fn process(&self) -> u32 {
        self.child.id()
    }

    fn serve(sandbox: &Path, world: &[&str]) -> Result<Self, Failure> {
        let mut command = Command::new(sandbox);
        command.arg("serve").args(world);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context(format!("cannot start {}", sandbox.display()))?;
        let output = child.stdout.take().context("the sandbox has no output")?;
        let mut world = Self {
            child,
            engine: String::new(),
            s3: String::new(),
            bucket: String::new(),
            access_key: String::new(),
            secret_key: String::new(),
        };
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            world.hear(&line);
            // Its last line: from here on it writes nothing to the pipe that closes now.
            if line.starts_with("Ctrl-C") {
                break;
            }
        }
        if world.is_known() { Ok(world) } else { Err(Failure::new("the sandbox did not say where it is")) }
    }

    fn hear(&mut self, line: &str) {
        for (start, place) in [
            ("engine ", &mut self.engine),
            ("aws ", &mut self.s3),
            ("bucket ", &mut self.bucket),
            ("export AWS_ACCESS_KEY_ID=", &mut self.access_key),
            ("export AWS_SECRET_ACCESS_KEY=", &mut self.secret_key),
        ] {
            if let Some(rest) = line.strip_prefix(start) {
                rest.trim().clone_into(place);
            }
        }
    }

    fn is_known(&self) -> bool {
        [&self.engine, &self.s3, &self.bucket, &self.access_key, &self.secret_key]
            .into_iter()
            .all(|known| !known.is_empty())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It keeps nothing, so there is nothing to end gently.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

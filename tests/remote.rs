//! `access: lambda` and `auto`: the same commands from where the domain is out of reach, against the same world, byte for byte.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on says where"
)]

mod support;

#[allow(dead_code, reason = "the plays of tests/crash.rs use the rest of it")]
#[path = "crash/world.rs"]
mod world;

#[path = "remote/apply.rs"]
mod apply;
#[path = "remote/bounds.rs"]
mod bounds;
#[path = "remote/large.rs"]
mod large;
#[path = "remote/reading.rs"]
mod reading;

use sandbox::World;
use support::function::Function;
use support::scene::Ran;
use world::Small;

/// A small world, and the function that stands beside it.
struct Apart {
    small: Small,
    function: Function,
}

impl Apart {
    async fn new() -> Self {
        Self::of(|world| world, &[], &[]).await
    }

    /// With further lines of the configuration, and with what only the function's environment has.
    async fn of(change: impl FnOnce(World) -> World, lines: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut small = Small::of(change).await;
        small.scene.extra.extend(lines.iter().map(|line| (*line).to_owned()));
        let function = Function::start(&small.scene, &small.scene.config(), environment).await;
        small.scene.extra.push("access: lambda".into());
        Self { small, function }
    }

    async fn run(&self, arguments: &[&str]) -> Ran {
        self.function.run(&self.small.scene, arguments).await
    }

    async fn run_to(&self, code: i32, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments).await;
        assert_eq!(ran.code, code, "es2s3 {arguments:?}\n{}\n{}", ran.stdout, ran.stderr);
        ran
    }

    /// The same from where the domain can be reached.
    async fn direct(&mut self, arguments: &[&str]) -> Ran {
        let access = self.small.scene.extra.pop();
        let ran = self.small.scene.run(arguments).await;
        self.small.scene.extra.extend(access);
        ran
    }

    /// Both, with the same on standard output and the same exit code.
    async fn both(&mut self, arguments: &[&str]) -> Ran {
        let direct = self.direct(arguments).await;
        let apart = self.run(arguments).await;
        alike(arguments, &direct, &apart);
        apart
    }

    /// What is left in the state bucket of calls.
    async fn left(&self) -> Vec<String> {
        let bucket = self.small.scene.state_bucket();
        let keys = bucket.keys(&format!("{}/", self.small.scene.repository)).await;
        keys.into_iter().filter(|key| key.contains("/asks/") || key.contains("/answers/")).collect()
    }
}

#[track_caller]
fn alike(arguments: &[&str], direct: &Ran, apart: &Ran) {
    let said = format!(
        "es2s3 {arguments:?}\ndirect {}:\n{}\nlambda {}:\n{}",
        direct.code, direct.stderr, apart.code, apart.stderr
    );
    // The one clock that goes on while a command runs.
    let lines = |ran: &Ran| -> Vec<String> {
        let lines = ran.stdout.split_inclusive('\n').filter(|line| !line.starts_with("  \"now\": "));
        lines.map(str::to_owned).collect()
    };
    let (one, other) = (lines(direct), lines(apart));
    if let Some(at) = (0..one.len().max(other.len())).find(|at| one.get(*at) != other.get(*at)) {
        panic!("line {at}: {:?} and {:?}\n{said}", one.get(at), other.get(at));
    }
    assert_eq!(direct.code, apart.code, "{said}");
}

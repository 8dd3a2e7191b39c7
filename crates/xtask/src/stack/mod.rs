//! The real servers: OpenSearch over SeaweedFS, Elasticsearch over versitygw, two emulators of AWS, and
//! a store that has to be refused, all on 127.0.0.1
//! and on free ports.
//!
//! `up` installs, starts, waits until each really answers, makes the buckets through S3 and only then writes
//! `stack.json`. Whatever fails on the way, what was started is ended again.

mod elasticsearch;
mod engine;
mod ministack;
mod moto;
mod opensearch;
mod part;
mod record;
mod s3;
mod s3rver;
mod seaweedfs;
mod versitygw;

use std::time::{Duration, Instant};

use crate::cli::{StackAction, UpOptions};
use crate::failure::Failure;
use crate::layout::{self, Layout, RunFolder};
use crate::ports::Ports;
use crate::process::{Launch, Life, Server};
use crate::tools::Tools;
use crate::{install, report};

pub(crate) use part::{Part, tools};
pub(crate) use record::{CloudRecord, EngineRecord, StackRecord};
use s3::Store;

/// How long a server may take until it answers; on a busy machine a first start takes 30 s.
const START_LIMIT: Duration = Duration::from_secs(180);

pub(crate) fn carry_out(layout: &Layout, action: &StackAction) -> Result<(), Failure> {
    let run = layout.standing_run();
    match action {
        StackAction::Up(options) => up(layout, &run, options),
        StackAction::Down => down(&run),
        StackAction::Status => status(&run),
    }
}

/// What every server's start needs to know.
#[derive(Debug)]
struct Ground<'a> {
    layout: &'a Layout,
    tools: &'a Tools,
    run: &'a RunFolder,
    life: Life,
}

/// Running servers, and what `stack.json` says of them.
#[derive(Debug, Default)]
pub(crate) struct Stack {
    servers: Vec<Server>,
    pub(crate) record: StackRecord,
}

impl Stack {
    /// Ends the servers.
    pub(crate) fn end(self, run: &RunFolder) -> Result<(), Failure> {
        down_quietly(run).map(|_| ())
    }

    /// The end of the log of each server that has died.
    pub(crate) fn obituaries(&self) -> Vec<String> {
        let dead = self.servers.iter().map(|server| &server.identity).filter(|identity| !identity.runs());
        dead.map(|identity| {
            format!("{} has died; the end of its log:\n{}", identity.name, crate::run::tail(&identity.log))
        })
        .collect()
    }
}

fn up(layout: &Layout, run: &RunFolder, options: &UpOptions) -> Result<(), Failure> {
    let parts = part::with_stores(&options.only);
    if runs(run, &parts) {
        report::line("already up");
        return status(run);
    }
    let tools = Tools::find();
    tools.demand(&part::tools(&parts))?;
    install::parts(layout, &tools, &parts)?;
    start(layout, run, &tools, &parts, Life::Standing)?;
    status(run)
}

/// Starts installed servers in place of those that ran in this folder before.
///
/// # Errors
/// The first server that does not come up, with the end of its log; then none is left running.
pub(crate) fn start(
    layout: &Layout,
    run: &RunFolder,
    tools: &Tools,
    parts: &[Part],
    life: Life,
) -> Result<Stack, Failure> {
    down_quietly(run)?;
    let ground = Ground { layout, tools, run, life };
    let mut stack = Stack::default();
    match start_all(&ground, parts, &mut stack) {
        Ok(()) => Ok(stack),
        Err(failure) => {
            down_quietly(run)?;
            Err(failure)
        }
    }
}

/// Stores and engines start together; an engine needs its store only once a repository is registered.
fn start_all(ground: &Ground<'_>, parts: &[Part], stack: &mut Stack) -> Result<(), Failure> {
    let began = Instant::now();
    let mut ports = Ports::new();
    let mut waits: Vec<(usize, Probe)> = Vec::new();
    let mut seaweedfs = None;
    let mut versitygw = None;
    for part in parts {
        let (launch, probe) = match part {
            Part::Seaweedfs => seaweedfs::plan(ground, &mut ports, &mut seaweedfs)?,
            Part::Versitygw => versitygw::plan(ground, &mut ports, &mut versitygw)?,
            Part::S3rver => s3rver::plan(ground, &mut ports, &mut stack.record)?,
            Part::Ministack => ministack::plan(ground, &mut ports, seaweedfs.as_ref(), &mut stack.record)?,
            Part::GuardedMinistack => ministack::plan_guarded(ground, &mut ports, &mut stack.record)?,
            Part::Moto => moto::plan(ground, &mut ports, &mut stack.record)?,
            Part::Thanos => {
                stack.record.thanos = Some(install::thanos(&install::folder(ground.layout, *part)));
                continue;
            }
            Part::Prometheus => {
                let folder = install::folder(ground.layout, *part);
                stack.record.prometheus = Some(install::prometheus(&folder));
                stack.record.promtool = Some(install::promtool(&folder));
                continue;
            }
            Part::Opensearch => opensearch::plan(ground, &mut ports, seaweedfs.as_ref(), &mut stack.record)?,
            Part::Elasticsearch => {
                elasticsearch::plan(ground, &mut ports, versitygw.as_ref(), &mut stack.record)?
            }
        };
        waits.push((stack.servers.len(), probe));
        stack.servers.push(launch.start(ground.life)?);
        record_processes(ground.run, stack)?;
    }
    for (server, probe) in waits {
        if let Some(server) = stack.servers.get_mut(server) {
            server.wait_until(START_LIMIT, probe)?;
            report::line(&format!("{} answers ({})", server.identity.name, report::span(began.elapsed())));
        }
    }
    make_buckets(ground, stack)?;
    stack.record.write(&ground.run.stack_json())
}

/// Asks a server whether it answers.
type Probe = Box<dyn Fn() -> bool>;

fn record_processes(run: &RunFolder, stack: &mut Stack) -> Result<(), Failure> {
    stack.record.processes = stack.servers.iter().map(|server| server.identity.clone()).collect();
    stack.record.write(&run.processes_json())
}

fn make_buckets(ground: &Ground<'_>, stack: &Stack) -> Result<(), Failure> {
    for engine in &stack.record.engines {
        for bucket in &engine.buckets {
            Store::of(engine).make_bucket(ground.tools, bucket)?;
        }
    }
    Ok(())
}

/// Whether a stack with these parts runs in this folder, every process of it.
fn runs(run: &RunFolder, parts: &[Part]) -> bool {
    StackRecord::read(&run.stack_json()).is_ok_and(|record| {
        record.processes.iter().all(crate::process::Identity::runs)
            && parts.iter().all(|part| match part {
                Part::Thanos => record.thanos.is_some(),
                Part::Prometheus => record.prometheus.is_some(),
                _ => record.processes.iter().any(|process| process.name == part.name()),
            })
    })
}

fn down(run: &RunFolder) -> Result<(), Failure> {
    let ended = down_quietly(run)?;
    if ended.is_empty() {
        report::line("nothing was running");
    } else {
        report::line(&format!("ended {}", ended.join(", ")));
    }
    Ok(())
}

/// Ends every process that was recorded and still is the one that was started.
fn down_quietly(run: &RunFolder) -> Result<Vec<String>, Failure> {
    let record = StackRecord::read_if_there(&run.processes_json())?;
    let mut ended = Vec::new();
    for process in record.iter().flat_map(|record| &record.processes) {
        if process.end()? {
            ended.push(process.name.clone());
        }
    }
    for file in [run.stack_json(), run.processes_json()] {
        let _ = std::fs::remove_file(file);
    }
    Ok(ended)
}

fn status(run: &RunFolder) -> Result<(), Failure> {
    let Some(record) = StackRecord::read_if_there(&run.stack_json())? else {
        return Err(Failure::new("the stack is not up; run `cargo xtask stack up`"));
    };
    for engine in &record.engines {
        report::line(&format!(
            "{} {} at {}, S3 ({}) at {}, bucket {}",
            engine.kind,
            engine.version,
            engine.endpoint,
            engine.s3_server,
            engine.s3_endpoint,
            engine.buckets.join(", ")
        ));
    }
    if let Some(cloud) = &record.cloud {
        report::line(&format!("ministack at {}, account {}", cloud.endpoint, cloud.account));
    }
    if let Some(guarded) = &record.guarded {
        report::line(&format!("ministack with IAM at {}, account {}", guarded.endpoint, guarded.account));
    }
    if let Some(second) = &record.second {
        report::line(&format!("moto at {}, account {}", second.endpoint, second.account));
    }
    if let Some(heedless) = &record.heedless {
        report::line(&format!("s3rver at {}", heedless.endpoint));
    }
    for (name, program) in [("thanos", &record.thanos), ("prometheus", &record.prometheus)] {
        if let Some(program) = program {
            report::line(&format!("{name} is {}", program.display()));
        }
    }
    report::line(&format!("written to {}", run.stack_json().display()));
    let dead: Vec<&str> =
        record.processes.iter().filter(|process| !process.runs()).map(|process| &*process.name).collect();
    if dead.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(format!("no longer running: {}", dead.join(", "))))
    }
}

/// Makes a server's working folder anew, with these folders inside.
fn fresh_home(run: &RunFolder, server: &str, inside: &[&str]) -> Result<std::path::PathBuf, Failure> {
    let home = run.home(server);
    layout::remove_folder(&home)?;
    layout::make_folder(&home)?;
    for folder in inside {
        layout::make_folder(&home.join(folder))?;
    }
    Ok(home)
}

/// A server's start: how, and how to ask whether it answers.
type Start = (Launch, Probe);

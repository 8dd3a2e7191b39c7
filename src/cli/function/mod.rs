//! The same program as an AWS Lambda function: one event, one command, its output and its exit code.
//!
//! Called by `main` where Lambda's runtime interface is named in the environment. Each event is a command line in disguise,
//! carried out by the same code as on a terminal; the function has no way of its own to do anything. It never looks at
//! the AWS side, over which its role has no right.

mod answer;
mod ask;
mod log;
mod metrics;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Parser as _;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;

use self::answer::Answer;
use self::ask::{Ask, Do};
use super::args::{Cli, Command, StateCommand};
use super::connect;
use super::output::Output;
use crate::apply::Interrupt;
use crate::clients::aws::Aws;
use crate::config::{self, Config, StateLocation};
use crate::error::{Exit, Failure};
use crate::state::Store;

/// How a plan's header names the configuration.
const CONFIG_FILE: &str = "app-config.yml";

/// So long before Lambda ends the function a run stops between two items: what an item at hand may still need.
const RESERVE: Duration = Duration::from_secs(45);

/// Serves events until Lambda ends the process.
pub(super) fn serve() -> Exit {
    let served = super::runtime().map_err(|failure| failure.message).and_then(|runtime| {
        runtime.block_on(lambda_runtime::run(service_fn(handle))).map_err(|error| error.to_string())
    });
    match served {
        Ok(()) => Exit::Done,
        Err(_) => Exit::Error,
    }
}

async fn handle(event: LambdaEvent<Value>) -> Result<Answer, Diagnostic> {
    let ask = Ask::read(event.payload).map_err(|failure| answer::refused(&failure))?;
    let stop = stop_before(event.context.deadline);
    let scheduled = ask.is_scheduled();
    let answer = match place().await {
        Ok(place) => place.answer(ask, stop).await,
        Err(failure) => Answer::failed(&failure),
    };
    if scheduled && answer.did_run() {
        metrics::write(&event.context.env_config.function_name, &answer);
    }
    if scheduled { answer.or_alarm() } else { Ok(answer) }
}

/// Set when the time is nearly over, so that the run ends soundly and a later tick carries on.
fn stop_before(deadline_ms: u64) -> Interrupt {
    let stop = Interrupt::default();
    let deadline = UNIX_EPOCH + Duration::from_millis(deadline_ms);
    let left = deadline.duration_since(SystemTime::now()).unwrap_or_default();
    let flag = stop.clone();
    tokio::spawn(async move {
        tokio::time::sleep(left.saturating_sub(RESERVE.min(left / 3))).await;
        flag.set();
    });
    stop
}

/// Where the state is and which configuration counts, by the function's environment.
struct Place {
    store: Store,
    config_hash: String,
}

async fn place() -> Result<Place, Failure> {
    let set = |name: &str| {
        std::env::var(name).map_err(|_| {
            Failure::new(format!("the function's environment lacks {name}"))
                .help("let es2s3 make the function: es2s3 apply --only infra")
        })
    };
    let state = set("ES2S3_STATE")?;
    let place = state.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
    let (bucket, name) =
        place.ok_or_else(|| Failure::new(format!("ES2S3_STATE is {state}, not s3://bucket/name")))?;
    let location = StateLocation { bucket: bucket.into(), name: name.into(), lease: config::DEFAULT_LEASE };
    let aws = Aws::connect(&set("AWS_REGION")?).await;
    Ok(Place { store: Store::new(&aws, &location), config_hash: set("ES2S3_CONFIG_HASH")? })
}

impl Place {
    async fn answer(&self, ask: Ask, stop: Interrupt) -> Answer {
        if matches!(ask.asked, Do::CarryOn) {
            match self.store.read().await {
                Ok(loaded) if loaded.state.waiting.is_none() => return Answer::nothing_waits(),
                Ok(_) => {}
                Err(error) => return Answer::failed(&super::commands::state_failure(&error)),
            }
        }
        match self.carry_out(ask, stop).await {
            Ok(answer) => answer,
            Err(failure) => Answer::failed(&failure),
        }
    }

    async fn carry_out(&self, ask: Ask, stop: Interrupt) -> Result<Answer, Failure> {
        let scheduled = ask.is_scheduled();
        let cli = Cli::try_parse_from(ask.command_line()).map_err(|error| Failure::new(error.to_string()))?;
        confined(&cli.command)?;
        let config = self.config().await?;
        let (output, kept) = Output::kept(&cli.global, ask.color, ask.width);
        let output = if cli.command.writes() { output.streaming() } else { output };
        let mut session =
            connect::session_with(config, CONFIG_FILE.to_owned(), &output, log::into_log).await?;
        session.stop = Some(stop);
        // Not its business, and it has no right to look.
        session.world.cloud = None;
        let exit = match super::dispatch(&cli.command, &session).await {
            Ok(exit) => exit,
            Err(failure) => {
                output.failure(&failure);
                failure.exit
            }
        };
        let answer = Answer::of(exit, &kept);
        Ok(if scheduled { answer.in_short() } else { answer })
    }

    /// The one that was applied last, and no other: who may call the function may not choose what it does.
    async fn config(&self) -> Result<Config, Failure> {
        let read = self.store.config(&self.config_hash).await;
        let bytes = read.map_err(|error| super::commands::state_failure(&error))?;
        let parsed = config::parse(CONFIG_FILE, &bytes)
            .map_err(|faults| Failure::new(faults.render(false, 120).trim_end().to_owned()))?;
        if crate::desired::config_hash(&parsed.config) != self.config_hash {
            return Err(Failure::new("the configuration in the state is not the one that was applied")
                .help("apply again: es2s3 apply --only infra"));
        }
        Ok(parsed.config)
    }
}

/// What a caller may ask for: what reads or writes data, and nothing that mends state or infrastructure.
fn confined(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Plan(_)
        | Command::Apply(_)
        | Command::Prove { .. }
        | Command::Restore(_)
        | Command::Status
        | Command::Holds
        | Command::State(StateCommand::Show) => Ok(()),
        _ => Err(Failure::new(
            "the function does not take this command; it takes plan, apply, prove, restore, status",
        )),
    }
}

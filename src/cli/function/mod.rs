//! The same program as an AWS Lambda function: one event, one command, its output and its exit code.
//!
//! Called by `main` where Lambda's runtime interface is named in the environment. Each event is a command line in disguise,
//! carried out by the same code as on a terminal; the function has no way of its own to do anything. It never looks at
//! the AWS side, over which its role has no right.

mod answer;
mod ask;
mod log;
mod metrics;
mod place;
mod trust;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;

pub(super) use self::answer::{Answer, Told};
pub(super) use self::ask::{Ask, Call, Sent, Step, Who, other_version};
use self::place::Place;
use crate::apply::Interrupt;
use crate::error::Exit;

/// So long before Lambda ends the function a run stops between two items: what an item at hand may still need.
const RESERVE: Duration = Duration::from_secs(45);

/// Whether this process is the function: Lambda names its runtime interface in the environment.
pub(super) fn is_here() -> bool {
    std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some()
}

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
    let answer = match Place::of_this_function().await {
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

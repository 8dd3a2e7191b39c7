//! One call of the function: by way of the state bucket where it is long, and watched in the log where it takes long.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::time::Instant;

use super::Remote;
use crate::cli::args::Format;
use crate::cli::commands::{self, logs, state_failure};
use crate::cli::connect::Session;
use crate::cli::function::{Answer, Ask, Call, Sent, Step, other_version};
use crate::cli::signal;
use crate::clients::aws::{AwsError, Invoked};
use crate::error::{Exit, Failure};
use crate::reconcile::Given;
use crate::state::exchange::Way;
use crate::state::random_name;

/// Lambda takes and gives 6 MB in one call. JSON within JSON is counted with its escapes, hence the margin.
const LIMIT: usize = 5_000_000;
/// So long a call waits for another execution, which is mostly a look whether a run waits.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What is asked of the function, beside the command line.
pub(super) struct Question {
    pub config: Sent,
    pub step: Step,
    pub given: Option<Box<Given>>,
    /// Requests that were sent for it here.
    pub requests: u64,
    /// How long to wait while it is at work for somebody else.
    pub patience: Duration,
    /// Whether its log is shown while it works.
    pub followed: bool,
}

impl Question {
    pub fn of(config: Sent, step: Step) -> Self {
        Self { config, step, given: None, requests: 0, patience: PATIENCE, followed: false }
    }

    /// For what may take long.
    pub fn followed(self) -> Self {
        Self { followed: true, ..self }
    }
}

/// What came back.
pub(super) struct Answered {
    pub answer: Answer,
    /// Whether lines of its log were seen.
    pub followed: bool,
}

impl Remote {
    pub(super) async fn call(&self, session: &Session, question: Question) -> Result<Answered, Failure> {
        let (ask_name, answer_name) = (random_name(), random_name());
        let (patience, followed) = (question.patience.max(PATIENCE), question.followed);
        let style = &session.output.style;
        let call = self.worded(session, question, answer_name.clone());
        let ask = Ask::command(self.arguments.clone(), style.color, style.width, call);
        let text = serde_json::to_string(&ask).map_err(Failure::new)?;
        let long = text.len() > LIMIT;
        let event = if long { left(session, &ask_name, &text).await? } else { value(&ask)? };
        let answered = self.answer(session, &event, patience, followed).await;
        // Whoever stopped watching leaves the question to the function, which may not have read it yet.
        if long && !matches!(answered, Ok(None)) {
            let _left_behind = session.world.store.remove_left(Way::Ask, &ask_name).await;
        }
        let answered = match answered? {
            Some(answered) if answered.answer.stored => elsewhere(session, &answer_name, answered).await?,
            Some(answered) => answered,
            None => return Err(gone_on()),
        };
        if long || answered.answer.stored {
            let _next_time = session.world.store.remove_left_behind(Timestamp::now()).await;
        }
        Ok(answered)
    }

    fn worded(&self, session: &Session, question: Question, answer: String) -> Call {
        Call {
            version: env!("CARGO_PKG_VERSION").into(),
            file: session.world.wanted.config_file.clone(),
            by: session.who.clone(),
            config: question.config,
            answer,
            limit: LIMIT,
            step: question.step,
            given: question.given,
            requests: question.requests,
        }
    }

    /// `None` when somebody pressed Ctrl-C: the function goes on.
    async fn answer(
        &self,
        session: &Session,
        event: &Value,
        patience: Duration,
        followed: bool,
    ) -> Result<Option<Answered>, Failure> {
        if !followed {
            let answer = self.invoked(session, event, patience).await?;
            return Ok(Some(Answered { answer, followed }));
        }
        let mut tail = logs::Tail::of(session, Timestamp::now().as_millisecond());
        let mut seen = false;
        let (call, pressed) = (self.invoked(session, event, patience), signal::pressed());
        tokio::pin!(call, pressed);
        let answer = loop {
            tokio::select! {
                answer = &mut call => break answer?,
                () = &mut pressed => return Ok(None),
                () = tokio::time::sleep(LOOK_AGAIN) => seen |= self.show(session, &mut tail).await,
            }
        };
        seen |= self.show(session, &mut tail).await;
        Ok(Some(Answered { answer, followed: seen }))
    }

    /// A log that cannot be read takes nothing from the run. In JSON the events are the result, and come with it.
    async fn show(&self, session: &Session, tail: &mut logs::Tail) -> bool {
        if session.output.format == Format::Json {
            return false;
        }
        let lines = tail.new_lines(&self.reader).await.unwrap_or_default();
        lines.iter().filter(|line| logs::remark(session, line)).count() > 0
    }

    /// The function takes one call at a time.
    async fn invoked(&self, session: &Session, event: &Value, patience: Duration) -> Result<Answer, Failure> {
        let give_up = Instant::now() + patience;
        let mut told = false;
        loop {
            match self.writer.invoke(&self.function, event).await {
                Ok(invoked) => return understood(invoked),
                Err(AwsError::Throttled { .. }) if Instant::now() < give_up => {
                    if !told {
                        session.output.remark("waiting: the function is at work for somebody else");
                    }
                    told = true;
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
                Err(error) => return Err(not_called(&error, &self.function)),
            }
        }
    }
}

async fn left(session: &Session, name: &str, text: &str) -> Result<Value, Failure> {
    commands::own_bucket(session).await?;
    let left = session.world.store.leave(Way::Ask, name, text).await;
    left.map_err(|error| state_failure(&error))?;
    value(&Ask::stored(name))
}

fn value(ask: &Ask) -> Result<Value, Failure> {
    serde_json::to_value(ask).map_err(Failure::new)
}

/// Removed whether it can be read or not.
async fn elsewhere(session: &Session, name: &str, answered: Answered) -> Result<Answered, Failure> {
    let store = &session.world.store;
    let read = store.left(Way::Answer, name).await;
    let _next_time = store.remove_left(Way::Answer, name).await;
    let text = read.map_err(|error| state_failure(&error))?;
    let mut answer: Answer = serde_json::from_str(&text).map_err(|error| no_answer(&error.to_string()))?;
    // What was left there is the whole of it; that it was is still to be told.
    answer.stored = true;
    Ok(Answered { answer, ..answered })
}

fn understood(invoked: Invoked) -> Result<Answer, Failure> {
    let Invoked { payload, failed } = invoked;
    if failed {
        let message = payload["errorMessage"].as_str().unwrap_or("the function ended without a word");
        // The text of a refusal has its help in it.
        let refused = payload["errorType"] == "Refused";
        let older = message.contains("unknown field `call`");
        let failure = Failure::new(message);
        return Err(match (older, refused) {
            (true, _) => other_version(env!("CARGO_PKG_VERSION"), "of an older version"),
            (false, true) => failure,
            (false, false) => failure.help("see more: es2s3 logs --errors"),
        });
    }
    let version = payload["es2s3"].as_str().unwrap_or("of an unknown version").to_owned();
    if version != env!("CARGO_PKG_VERSION") {
        return Err(other_version(env!("CARGO_PKG_VERSION"), &version));
    }
    serde_json::from_value(payload).map_err(|error| no_answer(&error.to_string()))
}

fn no_answer(why: &str) -> Failure {
    Failure::new(format!("the function's answer is not understood: {why}"))
        .help("bring the function up to date: es2s3 apply --only infra")
}

fn not_called(error: &AwsError, function: &str) -> Failure {
    let failure = Failure::new(error);
    match error {
        AwsError::NotFound { .. } => {
            failure.help("make it first: es2s3 apply --only infra; where the domain can be reached, `access: direct` needs none")
        }
        AwsError::Throttled { .. } => Failure::new(format!("function {function} is at work for somebody else"))
            .exit(Exit::Locked)
            .help("wait for it: --lock-timeout 10m")
            .help("see what it does: es2s3 logs --follow"),
        _ => failure,
    }
}

fn gone_on() -> Failure {
    Failure::new("nobody watches any more; the run goes on in the function")
        .exit(Exit::Partial)
        .help("follow it: es2s3 logs --follow")
        .help("see how it ended: es2s3 history")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_of_another_version_is_refused() {
        let understood = |failed, payload| understood(Invoked { payload, failed });
        let own = env!("CARGO_PKG_VERSION");
        assert_eq!(understood(false, json!({"es2s3": own, "exit": 3})).expect("understood").exit, 3);
        for (failed, payload, words) in [
            (false, json!({"es2s3": "0.0.1", "exit": 0}), "the function is es2s3 0.0.1"),
            (false, json!({"exit": 0}), "of an unknown version"),
            (false, json!({"es2s3": own}), "missing field `exit`"),
            (
                true,
                json!({"errorType": "Refused", "errorMessage": "the event is not understood: unknown field `call`"}),
                "of an older version",
            ),
            (true, json!({"errorMessage": "Task timed out after 900.00 seconds"}), "Task timed out"),
        ] {
            let failure = understood(failed, payload.clone()).expect_err("refused");
            assert!(failure.message.contains(words), "{payload}: {}", failure.message);
        }
    }
}

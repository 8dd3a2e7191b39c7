//! Where the function stands: its state, the configuration that was applied, and one event carried out there.

use clap::Parser as _;

use super::answer::Answer;
use super::ask::{Ask, Call, Do, Sent, Step};
use super::{log, trust};
use crate::apply::Interrupt;
use crate::cli::args::{Cli, Command, OverrideArgs, SelectionArgs};
use crate::cli::commands::{self, state_failure};
use crate::cli::connect::{self, Session, Way};
use crate::cli::output::{Asking, Kept, Output};
use crate::clients::aws::Aws;
use crate::config::{self, Config, StateLocation};
use crate::error::{Exit, Failure};
use crate::plan;
use crate::reconcile::CloudSide;
use crate::state::{Store, exchange};

/// How a plan's header names the configuration, unless the caller says it.
const CONFIG_FILE: &str = "app-config.yml";

/// Where the state is and which configuration counts, by the function's environment.
pub(super) struct Place {
    store: Store,
    location: StateLocation,
    config_hash: String,
}

impl Place {
    pub async fn of_this_function() -> Result<Self, Failure> {
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
        let location =
            StateLocation { bucket: bucket.into(), name: name.into(), lease: config::DEFAULT_LEASE };
        let aws = Aws::connect(&set("AWS_REGION")?, None).await;
        Ok(Self { store: Store::new(&aws, &location), location, config_hash: set("ES2S3_CONFIG_HASH")? })
    }

    pub async fn answer(&self, ask: Ask, stop: Interrupt) -> Answer {
        if matches!(ask.asked, Do::CarryOn) {
            match self.store.read().await {
                Ok(loaded) if loaded.state.waiting.is_none() => return Answer::nothing_waits(),
                Ok(_) => {}
                Err(error) => return Answer::failed(&state_failure(&error)),
            }
        }
        let ask = match self.whole(ask).await {
            Ok(ask) => ask,
            Err(failure) => return Answer::refused(failure),
        };
        let back = ask.call.as_ref().map(|call| (call.answer.clone(), call.limit));
        let answer = self.carry_out(ask, stop).await;
        match back {
            Some((name, limit)) => {
                self.handed_back(answer.unwrap_or_else(Answer::refused), &name, limit).await
            }
            None => answer.unwrap_or_else(|failure| Answer::failed(&failure)),
        }
    }

    /// The event itself, wherever it is.
    async fn whole(&self, ask: Ask) -> Result<Ask, Failure> {
        let Some(name) = &ask.stored else { return Ok(ask) };
        let text = self.store.left(exchange::Way::Ask, name).await.map_err(|error| state_failure(&error))?;
        let event = serde_json::from_str(&text)
            .map_err(|error| Failure::new(format!("the stored event is no JSON: {error}")))?;
        let whole = Ask::read(event)?;
        if whole.stored.is_some() || whole.is_scheduled() {
            return Err(Failure::new("a stored event is a command, and is stored once"));
        }
        Ok(whole)
    }

    /// By way of the state bucket, when it is longer than a reply may be.
    async fn handed_back(&self, answer: Answer, name: &str, limit: usize) -> Answer {
        let Ok(text) = serde_json::to_string(&answer) else { return answer };
        if text.len() <= limit {
            return answer;
        }
        match self.store.leave(exchange::Way::Answer, name, &text).await {
            Ok(()) => Answer::elsewhere(),
            Err(error) => Answer::refused(state_failure(&error)),
        }
    }

    async fn carry_out(&self, ask: Ask, stop: Interrupt) -> Result<Answer, Failure> {
        let scheduled = ask.is_scheduled();
        let mut cli =
            Cli::try_parse_from(ask.command_line()).map_err(|error| Failure::new(error.to_string()))?;
        let step = ask.call.as_ref().map_or(&Step::Whole, |call| &call.step);
        trust::confined(&cli.command, step)?;
        let plan_alone = matches!(step, Step::Plan);
        let config = self.config(ask.call.as_deref(), &cli.command).await?;
        let (output, kept) = output(&cli, &ask);
        let file = ask.call.as_ref().map_or(CONFIG_FILE, |call| &call.file).to_owned();
        let way = Way { listen: log::into_log, direct: true, profile: None };
        let mut session = connect::session_with(config, file, &output, way).await?;
        session.stop = Some(stop);
        // Not its business, and it has no right to look; a caller may have looked.
        session.world.cloud = CloudSide::Left;
        let for_text = ask.call.is_none();
        if let Some(call) = ask.call {
            prepare(&mut session, &mut cli.command, *call)?;
        }
        let done = match cli.command.selection() {
            Some((overrides, selection)) if plan_alone => {
                plan_file(&session, &overrides, &selection, &kept).await
            }
            Some(_) | None => crate::cli::dispatch(&cli.command, &session).await,
        };
        let exit = match done {
            Ok(exit) => exit,
            Err(failure) => {
                if !kept.waits_for_an_answer() {
                    output.failure(&failure);
                }
                failure.exit
            }
        };
        let answer = Answer::of(exit, &kept);
        let answer = if for_text { answer.in_words(&output) } else { answer };
        Ok(if scheduled { answer.in_short() } else { answer })
    }

    /// The one that was applied last; a caller's own for the same place, and for what writes only from the state.
    async fn config(&self, call: Option<&Call>, command: &Command) -> Result<Config, Failure> {
        let (sent, writes) = match call.map(|call| &call.config) {
            None => return self.kept_config(&self.config_hash).await,
            Some(Sent::Hash(hash)) if *hash == self.config_hash => return self.kept_config(hash).await,
            Some(Sent::Hash(hash)) => (self.kept_config(hash).await?, command.writes()),
            Some(Sent::Text(_)) if command.writes() && call.is_some_and(|call| call.step != Step::Plan) => {
                return Err(Failure::new("what writes goes by a configuration that is kept in the state"));
            }
            Some(Sent::Text(text)) => (parsed(text.as_bytes())?, false),
        };
        if crate::desired::config_hash(&sent) != self.config_hash {
            let applied = self.kept_config(&self.config_hash).await?;
            trust::same_place(&applied, &sent, &self.location, writes)?;
        }
        Ok(sent)
    }

    /// From the state, and only when it is the one of this hash.
    async fn kept_config(&self, hash: &str) -> Result<Config, Failure> {
        let bytes = self.store.config(hash).await.map_err(|error| state_failure(&error))?;
        let config = parsed(&bytes)?;
        if crate::desired::config_hash(&config) != hash {
            return Err(Failure::new("the configuration in the state is not the one that was applied")
                .help("apply again: es2s3 apply --only infra"));
        }
        Ok(config)
    }
}

fn parsed(bytes: &[u8]) -> Result<Config, Failure> {
    config::parse(CONFIG_FILE, bytes)
        .map(|parsed| parsed.config)
        .map_err(|faults| Failure::new(faults.render(false, 120).trim_end().to_owned()))
}

fn output(cli: &Cli, ask: &Ask) -> (Output, Kept) {
    let call = ask.call.as_deref();
    let asking = match call.map(|call| &call.step) {
        Some(Step::Ask) => Asking::HandOver,
        Some(Step::Approved { shown }) => Asking::Answered { shown: shown.clone() },
        Some(Step::Whole | Step::Plan | Step::CarryOut { .. }) | None => Asking::Nobody,
    };
    let (output, kept) = Output::kept(&cli.global, ask.color, ask.width, asking);
    let output = if cli.command.writes() { output.streaming() } else { output };
    let skips_reading = call.is_some_and(|call| matches!(call.step, Step::CarryOut { .. }));
    (if skips_reading { output.without_reading() } else { output }, kept)
}

/// What the caller says beside the command line.
fn prepare(session: &mut Session, command: &mut Command, call: Call) -> Result<(), Failure> {
    session.who = call.by;
    session.world.requests_elsewhere = call.requests;
    if let Some(given) = call.given {
        session.world.cloud = CloudSide::Given(given);
    }
    if let (Step::CarryOut { plan }, Command::Apply(args)) = (call.step, command) {
        let plan = plan::file::from_bytes(plan.as_bytes(), session.began)
            .map_err(|error| Failure::new(error).exit(Exit::Stale))?;
        session.approved = Some(plan);
        // It is on the caller's machine, and has been read there.
        args.planfile = None;
    }
    Ok(())
}

/// The plan that the command would begin with, for the caller to show and to ask about.
async fn plan_file(
    session: &Session,
    overrides: &OverrideArgs,
    selection: &SelectionArgs,
    kept: &Kept,
) -> Result<Exit, Failure> {
    let plan = commands::plan::make(session, overrides, selection).await?;
    let bytes = plan::file::to_bytes(&plan).map_err(Failure::new)?;
    kept.keep_file(bytes).map_err(Failure::new)?;
    Ok(Exit::Done)
}

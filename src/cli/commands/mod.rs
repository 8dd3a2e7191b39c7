//! One file a command, and the few things that several of them do.

pub(super) mod apply;
pub(super) mod bootstrap;
pub(super) mod config;
pub(super) mod destroy;
pub(super) mod doctor;
pub(super) mod history;
pub(super) mod holds;
pub(super) mod init;
pub(super) mod logs;
pub(super) mod man;
pub(super) mod package;
pub(super) mod plan;
pub(super) mod prove;
pub(super) mod restore;
pub(super) mod run;
pub(super) mod show;
pub(super) mod state;
pub(super) mod status;
pub(super) mod thanos;
pub(super) mod validate;

use std::sync::Arc;
use std::time::Duration;

use super::connect::Session;
use super::function::Who;
use crate::apply::{Blocks, Cloud, Domain, Fatal, Ledger};
use crate::clients::engine::Writer;
use crate::clients::{aws, s3};
use crate::config::Config;
use crate::error::{Exit, Failure};
use crate::model::thanos::ThanosSpec;
use crate::model::{Engine, Live, Place, RunId};
use crate::plan::Plan;
use crate::state::{Claim, Journal, Lease, StateError, Store};

/// What must be known before a command may write.
struct Prepared {
    /// A run died: its journal waits to be closed, or its expired lease to be taken over.
    left_behind: bool,
}

/// Refuses to write into an account that was not prepared, and names the command.
async fn prepared(session: &Session) -> Result<Prepared, Failure> {
    let store = &session.world.store;
    let waits = store.read().await.map_err(|error| state_failure(&error))?.state.waiting.is_some();
    let open = store.open_runs(3).await.map_err(|error| state_failure(&error))?;
    let lock = store.lock().await.map_err(|error| state_failure(&error))?;
    let expired = lock.is_some_and(|lock| lock.expires <= session.now());
    Ok(Prepared { left_behind: waits || expired || !open.is_empty() })
}

/// Nothing is written to a bucket of another account, whoever made it accessible.
pub(in crate::cli) async fn own_bucket(session: &Session) -> Result<(), Failure> {
    if !session.world.aws.has_accounts() {
        return Ok(());
    }
    session.world.store.reader().owned_by(&session.config().account).await.map_err(Failure::new)
}

/// Nothing of AWS is written with credentials of another account than the configuration's, nor with some of an unknown one.
async fn own_account(session: &Session) -> Result<(), Failure> {
    const HELP: &str = "choose the profile of that account (AWS_PROFILE), or correct `account`";
    let reader = aws::Reader::new(&session.world.aws).map_err(Failure::new)?;
    let caller = reader.caller().await.map_err(|error| {
        Failure::new(format!(
            "nothing is written to AWS before it is known whose the credentials are: {error}"
        ))
        .help("es2s3 doctor tells more")
    })?;
    match caller.mismatch(&session.config().account, &session.world.wanted.config_file) {
        Some(why) => Err(Failure::new(why).help(HELP)),
        None => Ok(()),
    }
}

/// What the AWS side is carried out with; nothing where it is left to others.
fn cloud(session: &Session) -> Option<Cloud> {
    session.world.cloud.reader().map(|reader| cloud_of(session, reader.clone()))
}

fn cloud_of(session: &Session, reader: aws::Reader) -> Cloud {
    let world = &session.world;
    Cloud {
        writer: aws::Writer::new(reader.clone()),
        reader,
        domain: world
            .direct
            .then(|| Domain { reader: world.engine.clone(), transport: session.transport.clone() }),
        tags: crate::desired::infra::tags(&world.config),
        scope: world.scope(),
        package: world.package.present().cloned(),
        own_package: crate::cli::package::of_this_program,
    }
}

/// What the bucket of blocks is written with.
fn blocks(session: &Session, spec: &ThanosSpec) -> Result<Blocks, Failure> {
    let world = &session.world;
    let aws = world.block_store(spec);
    let reader = s3::Reader::new(aws.s3(), spec.bucket.clone());
    let own = world.wanted.thanos.as_ref().is_some_and(|wanted| wanted.lifecycle);
    let settings = own.then(|| aws::Reader::new(&aws).map(aws::Writer::new)).transpose();
    Ok(Blocks {
        writer: s3::Writer::new(reader.clone()),
        reader,
        settings: settings.map_err(Failure::new)?,
        spec: spec.clone(),
    })
}

async fn take_lease(
    session: &Session,
    run: &RunId,
    operation: &'static str,
    patience: Duration,
) -> Result<Lease, Failure> {
    own_bucket(session).await?;
    let Who { user: owner, host, commit } = session.who.clone();
    let claim = Claim { owner, host, operation, commit };
    let store = &session.world.store;
    Lease::take(store, claim, run.clone(), session.clock.clone(), patience, &session.events)
        .await
        .map_err(|error| state_failure(&error))
}

/// Lease and journal of a run that needs no domain. The lease is given back when the journal cannot be begun.
async fn ledger(
    session: &Session,
    run: &RunId,
    operation: &'static str,
    patience: Duration,
) -> Result<Ledger, Failure> {
    let lease = take_lease(session, run, operation, patience).await?;
    let begun = Journal::begin(lease.store(), run, operation, &session.who.to_string(), session.now()).await;
    match begun {
        Ok(journal) => Ok(Ledger::new(lease, journal)),
        Err(error) => {
            drop(lease.release().await);
            Err(state_failure(&error))
        }
    }
}

/// Writes to the domain go out only while the lease stands: each try asks.
fn writer(session: &Session, engine: Engine, lease: &Lease) -> Writer {
    Writer::new(session.transport.clone().gated(Arc::new(lease.gate())), engine)
}

/// Where the repository is now, or will be once it is registered. One that could not be read is not one that is not there: its
/// objects would be looked for where another repository's may lie.
async fn place(session: &Session) -> Result<Place, Failure> {
    let world = &session.world;
    match world.engine.repository(&world.wanted.repository.name).await {
        Live::Unknown(unknown) => {
            Err(Failure::new(format!("the repository could not be read: {}", unknown.why)))
        }
        repository => Ok(world.place(&repository)),
    }
}

/// Keeps the plan as applied, and the configuration that the schedule goes by.
async fn save_plan(store: &Store, run: &RunId, plan: &Plan, config: &Config) -> Result<(), Failure> {
    let bytes = crate::plan::file::to_bytes(plan).map_err(Failure::new)?;
    store.save_plan(run, bytes).await.map_err(|error| state_failure(&error))?;
    let (hash, shown) = (crate::desired::config_hash(config), crate::config::show(config));
    store.save_config(&hash, shown).await.map_err(|error| state_failure(&error))
}

pub(in crate::cli) fn state_failure(error: &StateError) -> Failure {
    let failure = Failure::new(error);
    match error {
        StateError::NotPrepared { .. } => failure.help("prepare the account first: es2s3 bootstrap"),
        StateError::Locked(holder) => failure
            .exit(Exit::Locked)
            .help("wait for it: --lock-timeout 10m")
            .help(format!("when that run is surely dead: es2s3 state unlock {}", holder.run)),
        StateError::WrongClock { .. } => failure.exit(Exit::Locked).help("set this machine's clock"),
        StateError::LeaseLost { run, .. } => {
            failure.exit(Exit::Locked).help(format!("see how far it came: es2s3 history {run}"))
        }
        StateError::Moved { .. } => failure.help("run the command again"),
        StateError::S3(error) => error.hint().into_iter().fold(failure, Failure::help),
        StateError::Newer { .. } | StateError::Garbled { .. } => failure,
    }
}

fn fatal(error: &Fatal) -> Failure {
    match error {
        Fatal::State(error) => state_failure(error),
        Fatal::Engine(_) | Fatal::Interrupted => Failure::new(error),
    }
}

/// One value as a JSON document.
fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::new(format!("could not be written as JSON: {error}")))?;
    Ok(text + "\n")
}

//! `es2s3 hold`, `unhold`, `holds`.

use std::time::Duration;

use crate::cli::args::Format;
use crate::cli::connect::Session;
use crate::clients::engine::request::is_exact;
use crate::config::Access;
use crate::error::{Exit, Failure};
use crate::model::{Hold, HoldReason, IndexName, State};
use crate::render;
use crate::state::{Lease, holds, new_run_id};

pub(in crate::cli) async fn hold(
    session: &Session,
    indices: &[String],
    note: &str,
    length: Option<Duration>,
) -> Result<Exit, Failure> {
    exact(indices)?;
    let now = session.now();
    let until = match length {
        Some(length) => {
            Some(now.checked_add(length).map_err(|_| Failure::new("--for reaches beyond the end of time"))?)
        }
        None => None,
    };
    let made = Hold {
        uuid: None,
        reason: HoldReason::Asked { note: note.to_owned() },
        by: session.who.to_string(),
        since: now,
        until,
    };
    let mut lease = lease(session, "hold").await?;
    let mut stand = Vec::new();
    let changed = lease.change(|state| stand = put_all(state, indices, &made)).await;
    finish(lease, changed).await?;
    for (index, hold) in &stand {
        session.output.result(&format!("{index}: {}\n", render::hold(hold)));
        if *hold != made {
            session.output.remark(&format!("{index} is held longer already; es2s3 unhold ends that"));
        }
    }
    tell_unborne(session, &stand).await;
    Ok(Exit::Done)
}

/// The holds that stand afterwards: the one that was asked for, or one that lasts longer.
fn put_all(state: &mut State, indices: &[String], made: &Hold) -> Vec<(IndexName, Hold)> {
    let put_one = |index: &String| {
        let index = IndexName::from(index.as_str());
        holds::put(state, index.clone(), made.clone());
        let stands = state.holds.get(&index).unwrap_or(made).clone();
        (index, stands)
    };
    indices.iter().map(put_one).collect()
}

/// A pattern would be kept as a name that no index bears, and what it was meant to hold would be deleted.
fn exact(indices: &[String]) -> Result<(), Failure> {
    match indices.iter().find(|index| !is_exact(index)) {
        None => Ok(()),
        Some(index) => Err(Failure::new(format!("`{index}` is no index name: a hold is on one exact name"))
            .help("name each index: es2s3 hold app-2026.10.20 app-2026.10.21")),
    }
}

/// A misspelt name is held, and the right one is not. Worth a word, and no obstacle: the index may be archived by now.
async fn tell_unborne(session: &Session, held: &[(IndexName, Hold)]) {
    if session.config().access == Access::Lambda {
        return;
    }
    let names: Vec<IndexName> = held.iter().map(|(index, _)| index.clone()).collect();
    // The holds are written: nobody waits long for a domain that does not answer.
    let asked = tokio::time::timeout(Duration::from_secs(5), session.world.engine.index_uuids(&names)).await;
    let Ok(Ok(live)) = asked else { return };
    for name in names.iter().filter(|name| !live.contains_key(*name)) {
        session.output.remark(&format!("{name}: no live index bears this name"));
    }
}

/// Exit 1 when one of them was not held: it may be a misspelt name, and the right one still is.
pub(in crate::cli) async fn unhold(session: &Session, indices: &[String]) -> Result<Exit, Failure> {
    let names: Vec<IndexName> = indices.iter().map(|index| IndexName::from(index.as_str())).collect();
    let mut lease = lease(session, "unhold").await?;
    let mut unheld = Vec::new();
    let now = session.now();
    let changed = lease.change(|state| unheld = holds::release(state, &names, now)).await;
    finish(lease, changed).await?;
    for name in names.iter().filter(|name| !unheld.contains(name)) {
        session.output.result(&format!("{name}: released\n"));
    }
    if unheld.is_empty() {
        return Ok(Exit::Done);
    }
    let unheld = unheld.iter().map(IndexName::as_str).collect::<Vec<_>>().join(", ");
    Err(Failure::new(format!("not held: {unheld}")).help("see what is: es2s3 holds"))
}

pub(in crate::cli) async fn list(session: &Session) -> Result<Exit, Failure> {
    let loaded = session.world.store.read().await.map_err(|error| super::state_failure(&error))?;
    session.output.result(&match session.output.format {
        Format::Json => super::json(&loaded.state.holds)?,
        Format::Human | Format::Markdown => render::holds(&loaded.state, session.now()),
    });
    Ok(Exit::Done)
}

async fn lease(session: &Session, operation: &'static str) -> Result<Lease, Failure> {
    super::take_lease(session, &new_run_id(session.now()), operation, Duration::from_secs(10)).await
}

/// The lease goes back whatever became of the change.
async fn finish(lease: Lease, changed: Result<(), crate::state::StateError>) -> Result<(), Failure> {
    let released = lease.release().await;
    changed.and(released).map_err(|error| super::state_failure(&error))
}

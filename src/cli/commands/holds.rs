//! `es2s3 hold`, `unhold`, `holds`.

use std::time::Duration;

use crate::cli::args::Format;
use crate::cli::connect::Session;
use crate::error::{Exit, Failure};
use crate::model::{Hold, HoldReason, IndexName};
use crate::render;
use crate::state::{Lease, holds, new_run_id};

pub(in crate::cli) async fn hold(
    session: &Session,
    indices: &[String],
    note: &str,
    length: Option<Duration>,
) -> Result<Exit, Failure> {
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
        by: super::who(),
        since: now,
        until,
    };
    let mut lease = lease(session, "hold").await?;
    let changed = lease
        .change(|state| {
            for index in indices {
                holds::put(state, IndexName::from(index.as_str()), made.clone());
            }
        })
        .await;
    finish(lease, changed).await?;
    for index in indices {
        session.output.result(&format!("{index}: {}\n", render::hold(&made)));
    }
    Ok(Exit::Done)
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

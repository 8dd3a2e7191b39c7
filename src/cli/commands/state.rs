//! `es2s3 state`: looking at what es2s3 remembers, and mending it.

use std::time::Duration;

use serde_json::json;

use crate::cli::args::Format;
use crate::cli::connect::Session;
use crate::error::{Exit, Failure};
use crate::model::{Address, RunId};
use crate::render;
use crate::state::{Manifest, new_run_id};

pub(in crate::cli) async fn show(session: &Session) -> Result<Exit, Failure> {
    let store = &session.world.store;
    let loaded = store.read().await.map_err(|error| super::state_failure(&error))?;
    let lock = store.lock().await.map_err(|error| super::state_failure(&error))?;
    session.output.result(&match session.output.format {
        Format::Json => super::json(&json!({"state": loaded.state, "lock": lock}))?,
        Format::Human | Format::Markdown => {
            render::state(&store.place("state.json"), &loaded.state, lock.as_ref(), session.now())
        }
    });
    Ok(Exit::Done)
}

pub(in crate::cli) async fn unlock(session: &Session, run: &str) -> Result<Exit, Failure> {
    let removed = session.world.store.break_lease(&RunId::from(run)).await;
    if removed.map_err(|error| super::state_failure(&error))? {
        session.output.result(&format!("the lock of run {run} is removed\n"));
        Ok(Exit::Done)
    } else {
        Err(Failure::new("there is no lock"))
    }
}

/// One JSON line an object: the state, then every line of the manifest, then every entry of every journal.
pub(in crate::cli) async fn export(session: &Session) -> Result<Exit, Failure> {
    let store = &session.world.store;
    let failed = |error| super::state_failure(&error);
    let loaded = store.read().await.map_err(failed)?;
    line(session, &json!({"state": loaded.state}));
    for deleted in Manifest::new(store).read().await.map_err(failed)? {
        line(session, &json!({"manifest": deleted}));
    }
    for run in store.runs().await.map_err(failed)? {
        let record = store.run(&run).await.map_err(failed)?;
        line(session, &json!({"run": record.run, "journal": record.entries}));
    }
    Ok(Exit::Done)
}

fn line(session: &Session, value: &serde_json::Value) {
    session.output.result(&format!("{value}\n"));
}

pub(in crate::cli) async fn forget(session: &Session, address: &Address) -> Result<Exit, Failure> {
    let run = new_run_id(session.now());
    let mut lease = super::take_lease(session, &run, "forget", Duration::from_secs(10)).await?;
    let mut known = false;
    let changed = lease.change(|state| known = state.owned.remove(address).is_some()).await;
    let released = lease.release().await;
    changed.and(released).map_err(|error| super::state_failure(&error))?;
    if !known {
        return Err(Failure::new(format!("{address} is not among what es2s3 owns"))
            .help("see what is: es2s3 state show"));
    }
    session.output.result(&format!("{address} is forgotten; the thing itself was left alone\n"));
    Ok(Exit::Done)
}

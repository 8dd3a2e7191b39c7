//! `es2s3 history`: the runs so far, or one run in full.

use serde_json::json;

use crate::cli::args::Format;
use crate::cli::connect::Session;
use crate::error::{Exit, Failure};
use crate::model::RunId;
use crate::render;
use crate::state::Manifest;

pub(in crate::cli) async fn run(session: &Session, run: Option<&str>, last: usize) -> Result<Exit, Failure> {
    match run {
        Some(run) => one(session, &RunId::from(run)).await,
        None => list(session, last).await,
    }
}

async fn list(session: &Session, last: usize) -> Result<Exit, Failure> {
    let store = &session.world.store;
    let failed = |error| super::state_failure(&error);
    store.read().await.map_err(failed)?;
    let mut records = Vec::new();
    for run in store.runs().await.map_err(failed)?.into_iter().take(last) {
        records.push(store.run(&run).await.map_err(failed)?);
    }
    session.output.result(&match session.output.format {
        Format::Json => super::json(&records)?,
        Format::Human | Format::Markdown => render::runs(&records),
    });
    Ok(Exit::Done)
}

async fn one(session: &Session, run: &RunId) -> Result<Exit, Failure> {
    let store = &session.world.store;
    let failed = |error| super::state_failure(&error);
    let record = store.run(run).await.map_err(failed)?;
    if record.entries.is_empty() {
        return Err(Failure::new(format!("there is no run {run}")).help("see which there are: es2s3 history"));
    }
    let lines = Manifest::new(store).of_run(run).await.map_err(failed)?;
    session.output.result(&match session.output.format {
        Format::Json => super::json(&json!({"run": record, "deleted": lines}))?,
        Format::Human | Format::Markdown => render::run(&record, &lines),
    });
    Ok(Exit::Done)
}

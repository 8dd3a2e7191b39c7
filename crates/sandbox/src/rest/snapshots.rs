//! Snapshots: listed, made, removed.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::indices::texts;
use super::query::TIMEOUTS;
use super::reply::{Ask, Decided, acknowledged};
use crate::engine::Kind;
use crate::glob;
use crate::snapshot::catalogue::State as SnapshotState;
use crate::snapshot::root::{Failure, Root};
use crate::world::archive::Request;
use crate::world::refusal::{Outcome, Refusal};
use crate::world::selection::Options;
use crate::world::state::State;

pub(super) fn list(ask: &mut Ask<'_>, repository: &str, names: &str) -> Decided {
    ask.allow(&[TIMEOUTS, &["verbose", "ignore_unavailable", "sort", "order", "include_repository"]])?;
    // What runs is known without a look at the repository.
    if names == "_current" {
        ask.state.repository(repository)?;
    } else {
        ask.state.archive(repository)?;
    }
    ask.state.look(Some(repository));
    let ignore = ask.query.flag("ignore_unavailable", false);
    let found = chosen(ask.state, repository, names, ignore)?;
    let verbose = ask.query.flag("verbose", true);
    let engine = &ask.state.engine;
    let shown = found.iter().map(|root| if verbose { full(root, engine) } else { brief(root, engine) });
    let mut shown: Vec<Value> = shown.collect();
    if !engine.since(7, 16) {
        return Ok(json!({"snapshots": shown}));
    }
    for snapshot in &mut shown {
        snapshot["repository"] = repository.into();
    }
    Ok(json!({"total": shown.len(), "remaining": 0, "snapshots": shown}))
}

/// Finished and running snapshots by names, patterns, `_all` or `_current`, in the order of making.
pub(super) fn chosen(state: &State, repository: &str, names: &str, ignore: bool) -> Outcome<Vec<Root>> {
    let running = state.running.iter().filter(|running| running.repository == repository);
    let running: Vec<Root> = running.map(|running| running.root(SnapshotState::InProgress, 0)).collect();
    if names == "_current" {
        return Ok(running);
    }
    let archive = state.archive(repository)?;
    let finished = archive.into_iter().flat_map(|archive| {
        archive
            .catalogue
            .snapshots
            .iter()
            .filter_map(|entry| Some(archive.kept.get(&entry.uuid)?.root.clone()))
    });
    let all: Vec<Root> = finished.chain(running).collect();
    if names == "_all" {
        return Ok(all);
    }
    let patterns: Vec<&str> = names.split(',').filter(|name| !name.is_empty()).collect();
    for name in patterns.iter().filter(|name| !name.contains('*') && !ignore) {
        if !all.iter().any(|root| root.name == **name) {
            let snapshot = (*name).to_owned();
            return Err(Refusal::SnapshotMissing { repository: repository.to_owned(), snapshot });
        }
    }
    let wanted = |root: &Root| patterns.iter().any(|pattern| glob::matches(pattern, &root.name));
    Ok(all.into_iter().filter(wanted).collect())
}

fn brief(root: &Root, engine: &crate::engine::Engine) -> Value {
    let mut body = Map::new();
    body.insert("snapshot".into(), root.name.clone().into());
    body.insert("uuid".into(), root.uuid.clone().into());
    body.insert("indices".into(), json!(root.indices));
    if engine.since(7, 9) {
        body.insert("data_streams".into(), json!([]));
    }
    body.insert("state".into(), root.state.word().into());
    body.into()
}

fn full(root: &Root, engine: &crate::engine::Engine) -> Value {
    let runs = root.state == SnapshotState::InProgress;
    let mut body = Map::new();
    let mut put = |key: &str, value: Value| drop(body.insert(key.to_owned(), value));
    put("snapshot", root.name.clone().into());
    put("uuid", root.uuid.clone().into());
    put("version_id", engine.version_id().into());
    put("version", engine.version.clone().into());
    if engine.kind == Kind::OpenSearch {
        put("remote_store_index_shallow_copy", root.shallow.into());
    }
    put("indices", json!(root.indices));
    if engine.since(7, 9) {
        put("data_streams", json!([]));
    }
    put("include_global_state", false.into());
    if !root.metadata.is_null() {
        put("metadata", root.metadata.clone());
    }
    put("state", root.state.word().into());
    put("start_time", date(root.started).into());
    put("start_time_in_millis", root.started.into());
    put("end_time", date(root.ended).into());
    put("end_time_in_millis", root.ended.into());
    put("duration_in_millis", if runs { 0 } else { root.ended - root.started }.into());
    let failures: Vec<Value> =
        if runs { Vec::new() } else { root.failures.iter().map(Failure::json).collect() };
    put("failures", failures.into());
    let shards =
        if runs { (0, 0, 0) } else { (root.shards_total, root.failures.len(), root.shards_successful) };
    put("shards", json!({"total": shards.0, "failed": shards.1, "successful": shards.2}));
    if engine.since(7, 12) {
        put("feature_states", json!([]));
    }
    body.into()
}

/// `2026-11-23T04:15:05.879Z`.
pub(super) fn date(millis: i64) -> String {
    let time = Timestamp::from_millisecond(millis).unwrap_or_default();
    format!("{time:.3}")
}

/// The engines refuse more, counted in bytes.
const METADATA_LIMIT: usize = 1024;

pub(super) fn put(ask: &mut Ask<'_>, repository: &str, name: &str) -> Decided {
    ask.allow(&[TIMEOUTS, &["wait_for_completion"]])?;
    let body = ask.json()?;
    // Keys that a version does not know are passed over.
    let metadata = body.get("metadata").filter(|_| ask.state.engine.since(7, 3)).cloned();
    let metadata = metadata.unwrap_or(Value::Null);
    check_metadata(&metadata)?;
    ask.state.repository(repository)?;
    let flag = |key: &str| body.get(key).and_then(Value::as_bool).unwrap_or(false);
    let options = Options { ignore_unavailable: flag("ignore_unavailable"), ..Options::OPEN_AND_CLOSED };
    let indices = body.get("indices").map(texts).unwrap_or_default().join(",");
    let indices = ask.state.select(if indices.is_empty() { "_all" } else { &indices }, options)?;
    let request = Request {
        repository: repository.to_owned(),
        snapshot: name.to_owned(),
        indices,
        metadata,
        partial: flag("partial"),
    };
    ask.state.begin_snapshot(request)?;
    if !ask.query.flag("wait_for_completion", false) {
        return Ok(json!({"accepted": true}));
    }
    ask.state.end_all();
    let made = chosen(ask.state, repository, name, false)?;
    Ok(json!({"snapshot": made.first().map(|root| full(root, &ask.state.engine))}))
}

fn check_metadata(metadata: &Value) -> Outcome<()> {
    let length = if metadata.is_null() { 0 } else { metadata.to_string().len() };
    if length <= METADATA_LIMIT {
        return Ok(());
    }
    let text = format!("1: metadata must be smaller than {METADATA_LIMIT} bytes, but was [{length}];");
    Err(Refusal::Validation(text))
}

pub(super) fn delete(ask: &mut Ask<'_>, repository: &str, names: &str) -> Decided {
    ask.allow(&[TIMEOUTS])?;
    let found = chosen(ask.state, repository, names, false)?;
    let names: Vec<String> = found.into_iter().map(|root| root.name).collect();
    ask.state.delete_snapshots(repository, &names)?;
    Ok(acknowledged())
}

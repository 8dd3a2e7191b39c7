//! Restores, and how the shards of indices came to be where they are.

use serde_json::{Map, Value, json};

use super::cat::{COLUMNS, row};
use super::indices::texts;
use super::query::{SELECTION, TIMEOUTS};
use super::reply::{Ask, Decided};
use super::settings::flattened;
use crate::engine::{Engine, Kind};
use crate::world::index::{Index, Recovery};
use crate::world::restoring::Restore;
use crate::world::selection::Options;

pub(super) fn restore(ask: &mut Ask<'_>, repository: &str, name: &str) -> Decided {
    ask.allow(&[TIMEOUTS, &["wait_for_completion"]])?;
    let body = ask.json()?;
    let flag = |key: &str, default| body.get(key).and_then(Value::as_bool).unwrap_or(default);
    let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
    let restore = Restore {
        repository: repository.to_owned(),
        snapshot: name.to_owned(),
        indices: body.get("indices").map(texts).unwrap_or_default().join(","),
        ignore_unavailable: flag("ignore_unavailable", false),
        rename: text("rename_pattern").zip(text("rename_replacement")),
        include_aliases: flag("include_aliases", true),
        settings: body.get("index_settings").map(flattened).unwrap_or_default(),
        ignored_settings: body.get("ignore_index_settings").map(texts).unwrap_or_default(),
        mount: text("storage_type").as_deref() == Some("remote_snapshot"),
    };
    let (names, shards) = ask.state.restore(&restore)?;
    if !ask.query.flag("wait_for_completion", false) {
        return Ok(json!({"accepted": true}));
    }
    let shards = json!({"total": shards, "failed": 0, "successful": shards});
    Ok(json!({"snapshot": {"snapshot": name, "indices": names, "shards": shards}}))
}

pub(super) fn list(ask: &mut Ask<'_>, pattern: Option<&str>) -> Decided {
    ask.allow(&[SELECTION, &["detailed", "active_only"]])?;
    let names = ask.state.select(pattern.unwrap_or("_all"), ask.query.options(Options::OPEN_AND_CLOSED))?;
    let active = ask.query.flag("active_only", false);
    let found = names
        .iter()
        .filter_map(|name| ask.state.indices.get(name))
        .filter(|index| !active || index.relocating);
    let engine = &ask.state.engine;
    let shown: Map<String, Value> =
        found.map(|index| (index.name.clone(), json!({"shards": shards(index, engine)}))).collect();
    Ok(shown.into())
}

fn shards(index: &Index, engine: &Engine) -> Vec<Value> {
    let shard = |number: usize| {
        let (kind, stage) = (kind(index), stage(index));
        let source =
            index.recovered_from.as_ref().map_or_else(|| json!({}), |recovery| source(recovery, engine));
        json!({"id": number, "type": kind, "stage": stage, "primary": true, "source": source})
    };
    (0..index.shards.len()).map(shard).collect()
}

fn kind(index: &Index) -> &'static str {
    match (index.relocating, &index.recovered_from) {
        (true, _) => "PEER",
        (false, Some(_)) => "SNAPSHOT",
        (false, None) => "EMPTY_STORE",
    }
}

fn stage(index: &Index) -> &'static str {
    if index.relocating { "INDEX" } else { "DONE" }
}

fn source(recovery: &Recovery, engine: &Engine) -> Value {
    let mut source = json!({
        "repository": recovery.repository,
        "snapshot": recovery.snapshot,
        "version": engine.version,
        "index": recovery.index,
        "restoreUUID": recovery.restore_uuid,
    });
    if engine.kind == Kind::OpenSearch {
        source["isSearchableSnapshot"] = false.into();
        source["remoteStoreIndexShallowCopy"] = false.into();
        source["sourceRemoteStoreRepository"] = Value::Null;
        source["sourceRemoteTranslogRepository"] = Value::Null;
    }
    source
}

pub(super) fn cat(ask: &mut Ask<'_>, pattern: Option<&str>) -> Decided {
    ask.allow(&[SELECTION, COLUMNS, &["active_only", "detailed", "index"]])?;
    let options = ask.query.options(Options { hidden: true, ..Options::OPEN_AND_CLOSED });
    let names = ask.state.select(pattern.unwrap_or("_all"), options)?;
    let active = ask.query.flag("active_only", false);
    let columns: Vec<&str> =
        ask.query.get("h").unwrap_or("index,shard,type,stage,repository,snapshot").split(',').collect();
    let found = names
        .iter()
        .filter_map(|name| ask.state.indices.get(name))
        .filter(|index| !active || index.relocating);
    let rows = found.flat_map(|index| (0..index.shards.len()).map(move |shard| (index, shard)));
    Ok(rows.map(|(index, shard)| row(&columns, |column| cell(index, shard, column))).collect())
}

fn cell(index: &Index, shard: usize, column: &str) -> Option<Value> {
    let from = |text: fn(&Recovery) -> &String| {
        index.recovered_from.as_ref().map_or("n/a", |one| text(one).as_str())
    };
    Some(match column {
        "index" => index.name.clone().into(),
        "shard" => shard.to_string().into(),
        "type" => kind(index).to_lowercase().into(),
        "stage" => stage(index).to_lowercase().into(),
        "repository" => from(|recovery| &recovery.repository).into(),
        "snapshot" => from(|recovery| &recovery.snapshot).into(),
        _ => return None,
    })
}

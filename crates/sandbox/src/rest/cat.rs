//! The tables: `_cat/indices`, `_cat/shards`, `_cat/snapshots`, as JSON.

use serde_json::{Map, Value, json};

use super::query::SELECTION;
use super::reply::{Ask, Decided};
use crate::world::index::{Health, Index};
use crate::world::selection::Options;

pub(super) const COLUMNS: &[&str] = &["h", "bytes", "s", "v", "time", "local"];

const INDEX_COLUMNS: &str =
    "health,status,index,uuid,pri,rep,docs.count,docs.deleted,store.size,pri.store.size";

pub(super) fn indices(ask: &mut Ask<'_>, pattern: Option<&str>) -> Decided {
    let expanding = if ask.state.engine.since(7, 7) { SELECTION } else { &[] };
    ask.allow(&[expanding, COLUMNS, &["health", "pri", "include_unloaded_segments"]])?;
    let options = ask.query.options(Options { ignore_unavailable: false, ..Options::OPEN_AND_CLOSED });
    let names = ask.state.select(pattern.unwrap_or("_all"), options)?;
    let columns: Vec<&str> = ask.query.get("h").unwrap_or(INDEX_COLUMNS).split(',').collect();
    let exact = ask.query.get("bytes") == Some("b");
    let rows = names.iter().filter_map(|name| ask.state.indices.get(name));
    Ok(rows.map(|index| row(&columns, |column| index_cell(index, column, exact))).collect())
}

/// A row of the columns that there are.
pub(super) fn row(columns: &[&str], cell: impl Fn(&str) -> Option<Value>) -> Value {
    let cells: Map<String, Value> =
        columns.iter().filter_map(|column| Some(((*column).to_owned(), cell(column)?))).collect();
    cells.into()
}

fn index_cell(index: &Index, column: &str, exact: bool) -> Option<Value> {
    let counted = index.open && index.health != Health::Red;
    let if_counted = |text: String| if counted { Value::String(text) } else { Value::Null };
    Some(match column {
        "health" | "h" => index.health.word().into(),
        "status" | "s" => if index.open { "open" } else { "close" }.into(),
        "index" | "i" | "idx" => index.name.clone().into(),
        "uuid" | "id" => index.uuid.clone().into(),
        "pri" | "p" => index.shards.len().to_string().into(),
        "rep" | "r" => index.replicas.to_string().into(),
        "docs.count" | "dc" => if_counted(index.docs().to_string()),
        "docs.deleted" | "dd" => if_counted("0".to_owned()),
        "store.size" | "ss" | "pri.store.size" => if_counted(size(index.bytes(), exact)),
        "creation.date" | "cd" => index.created.to_string().into(),
        "creation.date.string" | "cds" => super::snapshots::date(index.created).into(),
        _ => return None,
    })
}

/// Bytes, exactly or as a person reads them.
pub(super) fn size(bytes: u64, exact: bool) -> String {
    if exact {
        return bytes.to_string();
    }
    let mut number = bytes as f64;
    for unit in ["b", "kb", "mb", "gb"] {
        if number < 1024.0 {
            return if unit == "b" { format!("{bytes}b") } else { format!("{number:.1}{unit}") };
        }
        number /= 1024.0;
    }
    format!("{number:.1}tb")
}

pub(super) fn shards(ask: &mut Ask<'_>, pattern: Option<&str>) -> Decided {
    ask.allow(&[SELECTION, COLUMNS])?;
    let options = ask.query.options(Options { hidden: true, ..Options::OPEN_AND_CLOSED });
    let names = ask.state.select(pattern.unwrap_or("_all"), options)?;
    let columns: Vec<&str> =
        ask.query.get("h").unwrap_or("index,shard,prirep,state,docs,store,ip,node").split(',').collect();
    let exact = ask.query.get("bytes") == Some("b");
    let node = ask.state.engine.name();
    let mut rows = Vec::new();
    for index in names.iter().filter_map(|name| ask.state.indices.get(name)) {
        for shard in 0..index.shards.len() {
            rows.push(row(&columns, |column| shard_cell(index, shard, column, exact, node)));
        }
    }
    Ok(rows.into())
}

fn shard_cell(index: &Index, shard: usize, column: &str, exact: bool, node: &str) -> Option<Value> {
    let assigned = index.health != Health::Red;
    let if_assigned = |text: String| if assigned { Value::String(text) } else { Value::Null };
    Some(match column {
        "index" => index.name.clone().into(),
        "shard" => shard.to_string().into(),
        "prirep" => "p".into(),
        "state" => shard_state(index).into(),
        "docs" => if_assigned(index.shards[shard].docs().to_string()),
        "store" => if_assigned(size(index.bytes() / index.shards.len() as u64, exact)),
        "ip" => if_assigned("127.0.0.1".to_owned()),
        "node" => if_assigned(node.to_owned()),
        _ => return None,
    })
}

/// How the primaries of an index stand.
pub(super) fn shard_state(index: &Index) -> &'static str {
    match (index.health, index.relocating) {
        (Health::Red, _) => "UNASSIGNED",
        (_, true) => "RELOCATING",
        (_, false) => "STARTED",
    }
}

pub(super) fn snapshots(ask: &mut Ask<'_>, repository: &str) -> Decided {
    ask.allow(&[COLUMNS, &["ignore_unavailable"]])?;
    let archive = ask.state.archive(repository)?;
    let rows = archive.into_iter().flat_map(|archive| archive.kept.values()).map(|kept| {
        let root = &kept.root;
        json!({
            "id": root.name,
            "status": root.state.word(),
            "start_epoch": (root.started / 1000).to_string(),
            "end_epoch": (root.ended / 1000).to_string(),
            "indices": root.indices.len().to_string(),
            "successful_shards": root.shards_successful.to_string(),
            "failed_shards": root.failures.len().to_string(),
            "total_shards": root.shards_total.to_string(),
        })
    });
    Ok(rows.collect())
}

//! Documents, counted and never kept: written, committed, refreshed.

use serde_json::{Map, Value, json};

use super::query::{SELECTION, TIMEOUTS};
use super::reply::{Ask, Decided};
use crate::engine::Kind;
use crate::world::refusal::{Outcome, Refusal};
use crate::world::selection::Options;

const WRITING: &[&str] =
    &["refresh", "routing", "wait_for_active_shards", "op_type", "pipeline", "require_alias"];

pub(super) fn write(ask: &mut Ask<'_>, index: &str) -> Decided {
    ask.allow(&[WRITING, TIMEOUTS])?;
    ask.json()?;
    written(ask, index)
}

/// An index that is missing is made, as the engines do unless told otherwise.
fn written(ask: &mut Ask<'_>, name: &str) -> Decided {
    match ask.state.writable(name) {
        Err(Refusal::IndexMissing(_)) => {
            ask.state.create_index(name, 1)?;
        }
        Err(refusal) => return Err(refusal),
        Ok(_) => {}
    }
    let kind = ask.kind();
    let id = ask.state.ids.uuid()[..20].to_owned();
    let index = ask.state.writable(name)?;
    index.write(1);
    let seq_no = index.shards.iter().map(|shard| shard.max_seq_no).max();
    let mut body = Map::new();
    let mut put = |key: &str, value: Value| drop(body.insert(key.to_owned(), value));
    put("_index", index.name.clone().into());
    if kind == Kind::Elasticsearch {
        put("_type", "_doc".into());
    }
    put("_id", id.into());
    put("_version", 1.into());
    put("result", "created".into());
    put("_shards", json!({"total": 1 + index.replicas, "successful": 1, "failed": 0}));
    put("_seq_no", json!(seq_no));
    put("_primary_term", 1.into());
    Ok(body.into())
}

/// Lines of action and source; each action that writes counts as one document.
pub(super) fn bulk(ask: &mut Ask<'_>, default: Option<&str>) -> Decided {
    ask.allow(&[WRITING, TIMEOUTS])?;
    let text = String::from_utf8_lossy(ask.body).into_owned();
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let mut items = Vec::new();
    let mut failed = false;
    while let Some(line) = lines.next() {
        let action: Value = serde_json::from_str(line).map_err(|why| Refusal::Parse(why.to_string()))?;
        let Some((verb, said)) = action.as_object().and_then(|action| action.iter().next()) else { continue };
        if verb != "delete" {
            lines.next();
        }
        let index = said.get("_index").and_then(Value::as_str).or(default).unwrap_or_default().to_owned();
        let (status, item) = match written(ask, &index) {
            Ok(item) => (201, item),
            Err(refusal) => {
                failed = true;
                let (status, body) = super::errors::reply(&refusal, ask.kind());
                (status, json!({"_index": index, "error": body["error"]}))
            }
        };
        items.push(json!({verb.as_str(): with_status(item, status)}));
    }
    Ok(json!({"took": 0, "errors": failed, "items": items}))
}

fn with_status(mut item: Value, status: u16) -> Value {
    item["status"] = status.into();
    item
}

pub(super) fn flush(ask: &mut Ask<'_>, pattern: Option<&str>) -> Decided {
    ask.allow(&[SELECTION, &["force", "wait_if_ongoing"]])?;
    let names = ask.state.select(pattern.unwrap_or("_all"), ask.query.options(Options::OPEN))?;
    let force = ask.query.flag("force", false);
    ask.state.flush(&names, force);
    shards_of(ask, &names)
}

pub(super) fn refresh(ask: &mut Ask<'_>, pattern: Option<&str>) -> Decided {
    ask.allow(&[SELECTION])?;
    let names = ask.state.select(pattern.unwrap_or("_all"), ask.query.options(Options::OPEN))?;
    shards_of(ask, &names)
}

fn shards_of(ask: &Ask<'_>, names: &[String]) -> Outcome<Value> {
    let found = names.iter().filter_map(|name| ask.state.indices.get(name));
    let (mut total, mut successful) = (0, 0);
    for index in found {
        total += index.shards.len() * (1 + index.replicas as usize);
        successful += index.shards.len();
    }
    Ok(json!({"_shards": {"total": total, "successful": successful, "failed": 0}}))
}

pub(super) fn count(ask: &mut Ask<'_>, pattern: Option<&str>) -> Decided {
    ask.allow(&[SELECTION, &["q"]])?;
    let names = ask.state.select(pattern.unwrap_or("_all"), ask.query.options(Options::OPEN))?;
    let found = || names.iter().filter_map(|name| ask.state.indices.get(name));
    let count: u64 = found().map(|index| index.docs()).sum();
    let shards: usize = found().map(|index| index.shards.len()).sum();
    Ok(json!({"count": count, "_shards": {"total": shards, "successful": shards, "skipped": 0, "failed": 0}}))
}

//! Of the cluster as a whole: its greeting, its health.

use serde_json::{Map, Value, json};

use super::reply::{Ask, Decided};
use crate::engine::Kind;
use crate::world::index::{Health, Index};
use crate::world::state::State;

pub(super) fn root(ask: &mut Ask<'_>) -> Decided {
    let State { engine, cluster_uuid, .. } = &*ask.state;
    let mut version = Map::new();
    let mut put = |key: &str, value: Value| drop(version.insert(key.to_owned(), value));
    if engine.kind == Kind::OpenSearch {
        put("distribution", "opensearch".into());
    }
    put("number", engine.version.clone().into());
    if engine.kind == Kind::Elasticsearch {
        put("build_flavor", if engine.since(7, 11) { "default" } else { "unknown" }.into());
    }
    put("build_type", "unknown".into());
    put("build_hash", "0000000000000000000000000000000000000000".into());
    put("build_date", "2026-01-01T00:00:00Z".into());
    put("build_snapshot", false.into());
    put("lucene_version", engine.lucene_text().into());
    let [wire, index] = engine.compatible_with();
    put("minimum_wire_compatibility_version", wire.into());
    put("minimum_index_compatibility_version", index.into());
    let tagline = match engine.kind {
        Kind::OpenSearch => "The OpenSearch Project: https://opensearch.org/",
        Kind::Elasticsearch => "You Know, for Search",
    };
    Ok(json!({
        "name": engine.name(),
        "cluster_name": format!("sandbox-{}", engine.name()),
        "cluster_uuid": cluster_uuid,
        "version": version,
        "tagline": tagline,
    }))
}

pub(super) fn settings(_: &mut Ask<'_>) -> Decided {
    Ok(json!({"persistent": {}, "transient": {}}))
}

/// Of all indices, or of the one that is named. A real engine waits for a missing one; here it is simply not in the answer.
pub(super) fn health(ask: &mut Ask<'_>, name: Option<&str>) -> Decided {
    ask.allow(&[&["level", "timeout", "master_timeout", "wait_for_status", "expand_wildcards", "local"]])?;
    let state = &*ask.state;
    let mut sums = [0; 4];
    let asked = || state.indices.values().filter(|index| name.is_none_or(|name| *index.name == *name));
    for index in asked() {
        let counts = counts(index);
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    let [active, relocating, unassigned, all] = sums;
    let percent = if all == 0 { 100.0 } else { 100.0 * active as f64 / all as f64 };
    let mut body = Map::new();
    let mut put = |key: &str, value: Value| drop(body.insert(key.to_owned(), value));
    put("cluster_name", format!("sandbox-{}", state.engine.name()).into());
    put("status", state.health().word().into());
    put("timed_out", false.into());
    put("number_of_nodes", 1.into());
    put("number_of_data_nodes", 1.into());
    if state.engine.kind == Kind::OpenSearch {
        put("discovered_master", true.into());
        put("discovered_cluster_manager", true.into());
    }
    put("active_primary_shards", active.into());
    put("active_shards", active.into());
    put("relocating_shards", relocating.into());
    put("initializing_shards", 0.into());
    put("unassigned_shards", unassigned.into());
    put("delayed_unassigned_shards", 0.into());
    put("number_of_pending_tasks", 0.into());
    put("number_of_in_flight_fetch", 0.into());
    put("task_max_waiting_in_queue_millis", 0.into());
    put("active_shards_percent_as_number", percent.into());
    if matches!(ask.query.get("level"), Some("indices" | "shards")) {
        put("indices", asked().map(|index| (index.name.clone(), of_index(index))).collect());
    }
    Ok(body.into())
}

/// Active, relocating, unassigned, all. Replicas have no second node to be on.
fn counts(index: &Index) -> [usize; 4] {
    let primaries = index.shards.len();
    let active = if index.health == Health::Red { 0 } else { primaries };
    let all = primaries * (1 + index.replicas as usize);
    [active, if index.relocating { 1 } else { 0 }, all - active, all]
}

fn of_index(index: &Index) -> Value {
    let [active, relocating, unassigned, _] = counts(index);
    json!({
        "status": index.health.word(),
        "number_of_shards": index.shards.len(),
        "number_of_replicas": index.replicas,
        "active_primary_shards": active,
        "active_shards": active,
        "relocating_shards": relocating,
        "initializing_shards": 0,
        "unassigned_shards": unassigned,
    })
}

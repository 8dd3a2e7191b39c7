//! `_stats`: counts, sizes and, shard by shard, the last commit and the sequence numbers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::cat::shard_state;
use super::query::SELECTION;
use super::reply::{Ask, Decided};
use crate::engine::Kind;
use crate::world::index::{Health, Index, Shard};
use crate::world::refusal::{Outcome, Refusal};
use crate::world::selection::Options;
use crate::world::state::State;

pub(super) fn stats(ask: &mut Ask<'_>, pattern: Option<&str>, metrics: Option<&str>) -> Decided {
    let forbidding: &[&str] = if ask.state.engine.since(7, 2) { &["forbid_closed_indices"] } else { &[] };
    ask.allow(&[SELECTION, forbidding, &["level", "include_unloaded_segments"]])?;
    let names = ask.state.select(pattern.unwrap_or("_all"), ask.query.options(Options::OPEN))?;
    let found: Vec<&Index> = names.iter().filter_map(|name| ask.state.indices.get(name)).collect();
    if ask.query.flag("forbid_closed_indices", true) {
        refuse_closed(&found)?;
    }
    let wanted = |metric: &str| {
        metrics.is_none_or(|metrics| metrics.split(',').any(|one| one == metric || one == "_all"))
    };
    let metrics = Metrics { docs: wanted("docs"), store: wanted("store") };
    let by_shard = ask.query.get("level") == Some("shards");
    let total: usize = found.iter().map(|index| index.shards.len() * (1 + index.replicas as usize)).sum();
    let successful: usize =
        found.iter().filter(|index| index.health != Health::Red).map(|index| index.shards.len()).sum();
    let (docs, bytes) =
        (found.iter().map(|index| index.docs()).sum(), found.iter().map(|index| index.bytes()).sum());
    let all = metrics.json(docs, bytes);
    let indices: Map<String, Value> = found
        .iter()
        .map(|index| (index.name.clone(), of_index(index, metrics, by_shard, ask.state)))
        .collect();
    Ok(json!({
        "_shards": {"total": total, "successful": successful, "failed": 0},
        "_all": {"primaries": all, "total": all},
        "indices": indices,
    }))
}

#[derive(Clone, Copy)]
struct Metrics {
    docs: bool,
    store: bool,
}

impl Metrics {
    fn json(self, docs: u64, bytes: u64) -> Map<String, Value> {
        let mut body = Map::new();
        if self.docs {
            body.insert("docs".into(), json!({"count": docs, "deleted": 0}));
        }
        if self.store {
            body.insert("store".into(), json!({"size_in_bytes": bytes, "reserved_in_bytes": 0}));
        }
        body
    }
}

fn refuse_closed(found: &[&Index]) -> Outcome<()> {
    match found.iter().find(|index| !index.open) {
        None => Ok(()),
        Some(index) => Err(Refusal::IndexClosed { name: index.name.clone(), uuid: index.uuid.clone() }),
    }
}

fn of_index(index: &Index, metrics: Metrics, by_shard: bool, state: &State) -> Value {
    let sums = metrics.json(index.docs(), index.bytes());
    let mut body = Map::new();
    body.insert("uuid".into(), index.uuid.clone().into());
    body.insert("primaries".into(), sums.clone().into());
    body.insert("total".into(), sums.into());
    if by_shard {
        let assigned = index.shards.iter().enumerate().filter(|_| index.health != Health::Red);
        let shards: Map<String, Value> = assigned
            .map(|(number, shard)| (number.to_string(), json!([of_shard(index, shard, metrics, state)])))
            .collect();
        body.insert("shards".into(), shards.into());
    }
    body.into()
}

fn of_shard(index: &Index, shard: &Shard, metrics: Metrics, state: &State) -> Value {
    let mut body = Map::new();
    let relocating = index.relocating.then_some("BBBBBBBBBBBBBBBBBBBBBB");
    body.insert(
        "routing".into(),
        json!({"state": shard_state(index), "primary": true, "node": state.node_id, "relocating_node": relocating}),
    );
    body.extend(metrics.json(shard.docs(), index.bytes() / index.shards.len().max(1) as u64));
    let commit = json!({
        "id": STANDARD.encode(shard.commit.id),
        "generation": shard.commit.generation,
        "user_data": user_data(shard, state.engine.kind),
        "num_docs": shard.commit.docs(),
    });
    body.insert("commit".into(), commit);
    let highest = shard.max_seq_no;
    let numbers = json!({"max_seq_no": highest, "local_checkpoint": highest, "global_checkpoint": highest});
    body.insert("seq_no".into(), numbers);
    body.into()
}

/// In the order of the engine's replies; the commit of a new shard does not tell what it retains.
fn user_data(shard: &Shard, kind: Kind) -> Map<String, Value> {
    const OPENSEARCH: [&str; 6] = [
        "min_retained_seq_no",
        "translog_uuid",
        "history_uuid",
        "local_checkpoint",
        "max_seq_no",
        "max_unsafe_auto_id_timestamp",
    ];
    const ELASTICSEARCH: [&str; 6] = [
        "local_checkpoint",
        "max_unsafe_auto_id_timestamp",
        "min_retained_seq_no",
        "translog_uuid",
        "history_uuid",
        "max_seq_no",
    ];
    let data = shard.commit.user_data(kind);
    let order = match kind {
        Kind::OpenSearch => OPENSEARCH,
        Kind::Elasticsearch => ELASTICSEARCH,
    };
    let is_new = shard.commit.generation == 2;
    order
        .iter()
        .filter(|key| !(is_new && **key == "min_retained_seq_no"))
        .filter_map(|key| data.iter().find(|(name, _)| name == key))
        .map(|(key, value)| ((*key).to_owned(), value.clone().into()))
        .collect()
}

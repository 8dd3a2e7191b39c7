//! Who else looks after indices: data streams, ILM, ISM. Bare servers know none of it, or only data streams.

use serde_json::{Map, Value, json};

use super::query::SELECTION;
use super::reply::{Ask, Decided, acknowledged};
use crate::glob;
use crate::world::index::Index;
use crate::world::refusal::Refusal;
use crate::world::selection::Options;

pub(super) fn data_streams(ask: &mut Ask<'_>, names: Option<&str>) -> Decided {
    if !ask.state.features.data_streams {
        let (name, why) = ("_data_stream".to_owned(), "must not start with '_'.".to_owned());
        return Err(Refusal::InvalidIndexName { name, why });
    }
    ask.allow(&[])?;
    let patterns: Vec<&str> = names.unwrap_or("*").split(',').collect();
    let streams = ask.state.data_streams.values();
    let found = streams.filter(|stream| patterns.iter().any(|pattern| glob::matches(pattern, &stream.name)));
    let shown = found.map(|stream| {
        let uuid = |name: &String| ask.state.indices.get(name).map(|index| index.uuid.clone());
        let managed_by = if stream.lifecycle { "Data stream lifecycle" } else { "Unmanaged" };
        let backing = |name: &String| {
            let mut backing = json!({"index_name": name, "index_uuid": uuid(name)});
            if ask.state.engine.since(8, 11) {
                backing["managed_by"] = managed_by.into();
            }
            backing
        };
        json!({
            "name": stream.name,
            "timestamp_field": {"name": "@timestamp"},
            "indices": stream.backing.iter().map(backing).collect::<Vec<_>>(),
            "generation": stream.backing.len(),
            "status": "GREEN",
            "template": stream.name,
        })
    });
    Ok(json!({"data_streams": shown.collect::<Vec<_>>()}))
}

pub(super) fn delete_data_streams(ask: &mut Ask<'_>, names: &str) -> Decided {
    for name in names.split(',') {
        let stream = ask.state.data_streams.remove(name);
        let stream = stream.ok_or_else(|| Refusal::IndexMissing(name.to_owned()))?;
        ask.state.delete_indices(&stream.backing)?;
    }
    Ok(acknowledged())
}

/// Every index that the pattern means, with its policy or null, and their number.
pub(super) fn ism(ask: &mut Ask<'_>, pattern: Option<&str>) -> Decided {
    ask.allow(&[
        SELECTION,
        &["show_policy", "validate_action", "local", "size", "from", "sortField", "sortOrder", "queryString"],
    ])?;
    let names =
        ask.state.select(pattern.unwrap_or("*"), Options { hidden: true, ..Options::OPEN_AND_CLOSED })?;
    let found = || names.iter().filter_map(|name| ask.state.indices.get(name));
    let mut shown: Map<String, Value> = found().map(|index| (index.name.clone(), managed(index))).collect();
    let count = found().filter(|index| index.ism.is_some()).count();
    shown.insert("total_managed_indices".into(), count.into());
    Ok(shown.into())
}

fn managed(index: &Index) -> Value {
    let mut body = json!({
        "index.plugins.index_state_management.policy_id": index.ism,
        "index.opendistro.index_state_management.policy_id": index.ism,
        "enabled": index.ism.as_ref().map(|_| true),
    });
    if let Some(policy) = &index.ism {
        body["index"] = index.name.clone().into();
        body["index_uuid"] = index.uuid.clone().into();
        body["policy_id"] = policy.clone().into();
    }
    body
}

pub(super) fn ilm(ask: &mut Ask<'_>, pattern: &str) -> Decided {
    ask.allow(&[SELECTION, &["only_managed", "only_errors", "master_timeout"]])?;
    let names = ask.state.select(pattern, Options { hidden: true, ..Options::OPEN_AND_CLOSED })?;
    let only_managed = ask.query.flag("only_managed", false);
    let found = names.iter().filter_map(|name| ask.state.indices.get(name));
    let shown = found.filter(|index| !only_managed || index.ilm.is_some()).map(|index| {
        let value = match &index.ilm {
            Some(policy) => json!({
                "index": index.name,
                "managed": true,
                "policy": policy,
                "lifecycle_date_millis": index.created,
                "phase": "hot",
                "action": "complete",
                "step": "complete",
            }),
            None => json!({"index": index.name, "managed": false}),
        };
        (index.name.clone(), value)
    });
    Ok(json!({"indices": shown.collect::<Map<_, _>>()}))
}

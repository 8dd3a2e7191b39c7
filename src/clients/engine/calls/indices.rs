//! Indices: listing, settings, managers, commits, write blocks, deletion.

use serde_json::json;

use super::since;
use crate::clients::engine::Request;
use crate::clients::engine::request::{encoded, in_chunks, joined};
use crate::model::{Distribution, Engine, IndexName, Version};

/// Every index in one request, hidden and closed ones too.
///
/// `expand_wildcards` came to this call with hidden indices in 7.7; before it, open and closed are what there is.
pub fn cat(engine: Engine) -> Request {
    let columns = "h=health,status,index,uuid,pri,rep,docs.count,pri.store.size,creation.date";
    let all = if since(engine, 7, 7) { "&expand_wildcards=all" } else { "" };
    Request::get("/_cat/indices").query(&format!("format=json&bytes=b{all}&{columns}"))
}

/// What `_cat/indices` does not tell, for every index in one request.
///
/// Settings come nested here, not flat: `filter_path` cannot look into a flat key, which has dots of its own.
pub fn settings() -> Request {
    Request::get("/*").query(
        "expand_wildcards=all&filter_path=*.aliases,*.data_stream,*.settings.index.uuid,*.settings.index.blocks,\
         *.settings.index.hidden,*.settings.index.frozen,*.settings.index.lifecycle.name,*.settings.index.store,\
         *.settings.index.searchable_snapshot",
    )
}

/// UUID and blocks of these names, as few requests as their lengths allow. A name that is not there is left out of the reply.
pub fn facts(names: &[IndexName]) -> Vec<Request> {
    in_chunks(names, |names| {
        Request::get(format!("/{}", joined(names))).query(
            "ignore_unavailable=true&filter_path=*.settings.index.uuid,*.settings.index.blocks,*.settings.index.store,\
             *.settings.index.searchable_snapshot",
        )
    })
}

pub fn data_streams() -> Request {
    Request::get("/_data_stream")
}

/// The most managed indices that ISM lists in one reply (`index.max_result_window`).
pub const MOST_ISM: usize = 10_000;

/// What ISM manages: a plug-in of OpenSearch, and of AWS's Elasticsearch up to 7.10. `None` where it cannot be.
///
/// Without a pattern only the managed ones are listed. The earlier route of Open Distro wants a pattern.
pub fn ism(engine: Engine) -> Option<Request> {
    match engine.distribution {
        Distribution::OpenSearch => {
            Some(Request::get("/_plugins/_ism/explain").query(&format!("size={MOST_ISM}")))
        }
        Distribution::Elasticsearch if engine.version < Version::new(7, 11, 0) => {
            Some(Request::get("/_opendistro/_ism/explain/*"))
        }
        Distribution::Elasticsearch => None,
    }
}

/// Commit and sequence numbers of every copy of every shard of these indices. A name that is not there is left out of the reply.
///
/// A closed index refuses (`index_closed_exception`) unless told not to, which it can be from 7.2 on.
pub fn shard_stats(engine: Engine, names: &[IndexName]) -> Vec<Request> {
    let closed = if since(engine, 7, 2) { "&forbid_closed_indices=false" } else { "" };
    let query = format!(
        "level=shards&ignore_unavailable=true&expand_wildcards=none{closed}&filter_path=indices.*.uuid,\
         indices.*.shards.*.routing.primary,indices.*.shards.*.commit,indices.*.shards.*.seq_no"
    );
    in_chunks(names, |names| Request::get(format!("/{}/_stats/docs", joined(names))).query(&query))
}

/// Refuses writes from now on. `_block` waits for writes under way (Elasticsearch 7.9); before it the setting is all there is.
pub fn add_write_block(engine: Engine, index: &IndexName) -> Request {
    let name = encoded(index.as_str());
    let request = if since(engine, 7, 9) {
        Request::put(format!("/{name}/_block/write")).query("expand_wildcards=none")
    } else {
        Request::put(format!("/{name}/_settings"))
            .query("expand_wildcards=none")
            .body(json!({"index.blocks.write": true}))
    };
    request.repeatable()
}

/// Takes the setting away, as it was before the block.
pub fn remove_write_block(index: &IndexName) -> Request {
    Request::put(format!("/{}/_settings", encoded(index.as_str())))
        .query("expand_wildcards=none")
        .body(json!({"index.blocks.write": null}))
        .repeatable()
}

/// Deletes one index. Repeatable: the second meets a 404, which the caller takes for done.
pub fn delete(index: &IndexName) -> Request {
    Request::delete(format!("/{}", encoded(index.as_str())))
        .query("expand_wildcards=none&ignore_unavailable=false&allow_no_indices=false")
        .repeatable()
}

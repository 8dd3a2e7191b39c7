//! `_stats?level=shards`: the Lucene commit and the sequence numbers of every copy of every shard.

use std::collections::BTreeMap;
use std::io::Read;

use serde::Deserialize;
use serde::de::Error;

use crate::model::{IndexName, IndexUuid};

/// One started copy of a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardStats {
    pub index: IndexName,
    pub uuid: IndexUuid,
    pub shard: u32,
    pub primary: bool,
    /// 16 bytes in base64.
    pub commit_id_base64: String,
    /// N of `segments_N`.
    pub generation: i64,
    pub history_uuid: String,
    /// Live, not as of the commit.
    pub max_seq_no: i64,
    pub local_checkpoint: i64,
    pub global_checkpoint: i64,
    /// Documents in the commit.
    pub docs: u64,
}

#[derive(Deserialize)]
struct Reply {
    #[serde(default)]
    indices: BTreeMap<IndexName, OneIndex>,
}

#[derive(Deserialize)]
struct OneIndex {
    /// An index whose UUID is not told cannot be matched with a copy, and is left out.
    uuid: Option<IndexUuid>,
    #[serde(default)]
    shards: BTreeMap<String, Vec<OneCopy>>,
}

#[derive(Deserialize)]
struct OneCopy {
    routing: Routing,
    commit: Option<Commit>,
    seq_no: Option<SeqNo>,
}

#[derive(Deserialize)]
struct Routing {
    primary: bool,
}

#[derive(Deserialize)]
struct Commit {
    id: String,
    generation: i64,
    num_docs: u64,
    #[serde(default)]
    user_data: UserData,
}

#[derive(Default, Deserialize)]
struct UserData {
    history_uuid: Option<String>,
}

#[derive(Deserialize)]
struct SeqNo {
    max_seq_no: i64,
    local_checkpoint: i64,
    global_checkpoint: i64,
}

/// Every started copy. A copy without a commit or sequence numbers is left out, which makes its shard unproven.
///
/// # Errors
///
/// What is not such a reply.
pub fn stats(reader: &mut dyn Read) -> serde_json::Result<Vec<ShardStats>> {
    let reply: Reply = serde_json::from_reader(reader)?;
    let mut stats = Vec::new();
    for (name, index) in reply.indices {
        let Some(uuid) = index.uuid else { continue };
        for (shard, copies) in index.shards {
            let shard = shard.parse().map_err(serde_json::Error::custom)?;
            stats.extend(copies.into_iter().filter_map(|copy| one_copy(&name, &uuid, shard, copy)));
        }
    }
    Ok(stats)
}

fn one_copy(index: &IndexName, uuid: &IndexUuid, shard: u32, copy: OneCopy) -> Option<ShardStats> {
    let (commit, seq_no) = (copy.commit?, copy.seq_no?);
    Some(ShardStats {
        index: index.clone(),
        uuid: uuid.clone(),
        shard,
        primary: copy.routing.primary,
        commit_id_base64: commit.id,
        generation: commit.generation,
        history_uuid: commit.user_data.history_uuid?,
        max_seq_no: seq_no.max_seq_no,
        local_checkpoint: seq_no.local_checkpoint,
        global_checkpoint: seq_no.global_checkpoint,
        docs: commit.num_docs,
    })
}

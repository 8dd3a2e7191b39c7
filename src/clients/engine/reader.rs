//! What es2s3 asks a domain. Nothing here writes.

use std::collections::{BTreeMap, HashMap};

use super::replies::{self, CatIndex, ClusterHealth, DataStreams, IndexFacts, IndexSettings};
use super::request::{chunk_names, encoded, joined};
use super::{EngineError, Request, Restored, Root, ShardStats, SnapshotProgress, Transport};
use crate::model::{
    IndexName, IndexUuid, Live, Mount, Repository, RepositoryName, RunningSnapshot, SnapshotInfo,
    SnapshotName, SnapshotState, Unknown,
};

/// Reads one domain.
#[derive(Clone)]
pub struct Reader {
    transport: Transport,
}

/// Bytes of a request line besides the names: path, query, method, version.
const OVERHEAD: usize = 400;
/// Verbose snapshots read one blob each on the server.
const SNAPSHOTS_AT_ONCE: usize = 50;

type Result<T> = std::result::Result<T, EngineError>;

impl Reader {
    pub fn new(transport: Transport) -> Self {
        Self { transport }
    }

    pub fn requests(&self) -> u64 {
        self.transport.requests()
    }

    pub fn clock_skew_seconds(&self) -> Option<i64> {
        self.transport.clock_skew_seconds()
    }

    pub async fn root(&self) -> Result<Root> {
        self.transport.send(&Request::get("/"), replies::root).await
    }

    pub async fn health(&self) -> Result<ClusterHealth> {
        let request = Request::get("/_cluster/health").query("filter_path=status,relocating_shards");
        self.transport.send(&request, |reply| serde_json::from_reader(reply)).await
    }

    /// The registered repository.
    pub async fn repository(&self, name: &RepositoryName) -> Live<Repository> {
        let request = Request::get(format!("/_snapshot/{}", encoded(name.as_str())));
        let asked = name.clone();
        let found = self.transport.send(&request, move |reply| repository(reply, &asked)).await;
        live(found, |found| found)
    }

    /// Every index in one request, hidden and closed ones too.
    pub async fn cat_indices(&self) -> Result<Vec<CatIndex>> {
        let request = Request::get("/_cat/indices").query(
            "format=json&bytes=b&expand_wildcards=all&h=health,status,index,docs.count,pri.store.size",
        );
        self.transport.send(&request, replies::cat_indices).await
    }

    /// Settings, aliases and data stream of every index in one request.
    pub async fn index_settings(&self) -> Result<HashMap<IndexName, IndexSettings>> {
        let request = Request::get("/*")
            .query("expand_wildcards=all&flat_settings=true&filter_path=*.aliases,*.settings,*.data_stream");
        self.transport.send(&request, replies::index_settings).await
    }

    pub async fn data_streams(&self) -> Result<DataStreams> {
        self.transport.send(&Request::get("/_data_stream"), replies::data_streams).await
    }

    /// ISM's own list, by the route of this plug-in generation: `_plugins` or `_opendistro`.
    pub async fn ism(&self, route: &str) -> Result<HashMap<IndexName, String>> {
        self.transport.send(&Request::get(format!("/{route}/_ism/explain/*")), replies::ism).await
    }

    pub async fn relocating(&self) -> Result<Vec<IndexName>> {
        let request = Request::get("/_cat/shards").query("format=json&h=index,state");
        self.transport.send(&request, replies::relocating).await
    }

    /// Snapshots that the repository is writing at this moment.
    pub async fn running(&self, repository: &RepositoryName) -> Result<Vec<RunningSnapshot>> {
        let request = Request::get(format!("/_snapshot/{}/_current", encoded(repository.as_str())));
        let asked = repository.to_string();
        self.transport.send(&request, move |reply| replies::running(reply, &asked)).await
    }

    /// One snapshot in full.
    pub async fn snapshot(&self, repository: &RepositoryName, name: &SnapshotName) -> Live<SnapshotInfo> {
        let request =
            Request::get(format!("/_snapshot/{}/{}", encoded(repository.as_str()), encoded(name.as_str())));
        let found = self.transport.send(&request, replies::snapshots).await;
        live(found, |found| found.into_iter().next())
    }

    /// Several snapshots in full, fifty a request.
    pub async fn snapshot_info(
        &self,
        repository: &RepositoryName,
        names: &[SnapshotName],
    ) -> Result<Vec<SnapshotInfo>> {
        let mut found = Vec::with_capacity(names.len());
        for chunk in names.chunks(SNAPSHOTS_AT_ONCE).flat_map(|some| chunk_names(some, OVERHEAD)) {
            let names = joined(chunk.iter().map(SnapshotName::as_str));
            let request = Request::get(format!("/_snapshot/{}/{names}", encoded(repository.as_str())));
            found.extend(self.transport.send(&request, replies::snapshots).await?);
        }
        Ok(found)
    }

    /// How far a snapshot is; `None` when there is no such snapshot.
    ///
    /// `_status` of a finished snapshot reads every shard's file on the server, so only a running one is asked for bytes.
    pub async fn snapshot_progress(
        &self,
        repository: &RepositoryName,
        name: &SnapshotName,
    ) -> Result<Option<SnapshotProgress>> {
        let path = format!("/_snapshot/{}/{}", encoded(repository.as_str()), encoded(name.as_str()));
        let info = match self.transport.send(&Request::get(&path), replies::snapshots).await {
            Ok(found) => found.into_iter().next(),
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error),
        };
        let Some(info) = info else { return Ok(None) };
        if info.state == SnapshotState::InProgress {
            let status = Request::get(format!("{path}/_status"));
            // Only for the bar: what it says of the state is not used, and a failure is no news.
            if let Ok(Some(progress)) = self.transport.send(&status, replies::status).await {
                return Ok(Some(SnapshotProgress { state: SnapshotState::InProgress, ..progress }));
            }
        }
        Ok(Some(SnapshotProgress { state: info.state, done: Default::default(), total: Default::default() }))
    }

    /// Commits and sequence numbers of every copy of every shard of these indices.
    pub async fn shard_stats(&self, names: &[IndexName]) -> Result<Vec<ShardStats>> {
        let mut stats = Vec::new();
        for chunk in chunk_names(names, OVERHEAD) {
            let names = joined(chunk.iter().map(IndexName::as_str));
            let request = Request::get(format!("/{names}/_stats/docs")).query(
                "level=shards&ignore_unavailable=true&expand_wildcards=none&filter_path=indices.*.uuid,\
                 indices.*.shards.*.routing.primary,indices.*.shards.*.commit,indices.*.shards.*.seq_no",
            );
            stats.extend(self.transport.send(&request, replies::shard_stats).await?);
        }
        Ok(stats)
    }

    /// The live UUIDs of these names; a name that is not there is left out.
    pub async fn index_uuids(&self, names: &[IndexName]) -> Result<BTreeMap<IndexName, IndexUuid>> {
        Ok(self.index_facts(names).await?.into_iter().map(|(name, facts)| (name, facts.uuid)).collect())
    }

    /// UUID and write block of these names; a name that is not there is left out.
    pub async fn index_facts(&self, names: &[IndexName]) -> Result<BTreeMap<IndexName, IndexFacts>> {
        let mut facts = BTreeMap::new();
        for chunk in chunk_names(names, OVERHEAD) {
            let names = joined(chunk.iter().map(IndexName::as_str));
            let request = Request::get(format!("/{names}")).query(
                "ignore_unavailable=true&flat_settings=true&filter_path=*.aliases,*.settings,*.data_stream",
            );
            let found = match self.transport.send(&request, replies::index_settings).await {
                Ok(found) => found,
                Err(error) if error.is_index_missing() => HashMap::new(),
                Err(error) => return Err(error),
            };
            // An alias of that name would answer with another index's name: only exact names count.
            let asked = found.into_iter().filter(|(name, _)| chunk.contains(name));
            facts.extend(asked.map(|(name, index)| {
                (name, IndexFacts { uuid: index.uuid, write_blocked: index.blocks.write })
            }));
        }
        Ok(facts)
    }

    /// Every mounted index with the snapshot that it reads.
    pub async fn mounts(&self) -> Result<Vec<(IndexName, Mount)>> {
        let indices = self.index_settings().await?;
        Ok(indices.into_iter().filter_map(|(name, index)| Some((name, index.mount?))).collect())
    }

    /// How far an index is on its way back; `None` while there is no such index.
    pub async fn restored(&self, index: &IndexName) -> Result<Option<Restored>> {
        // Asked for the health of an index that is not there, an engine waits for it to come.
        if self.index_uuids(std::slice::from_ref(index)).await?.is_empty() {
            return Ok(None);
        }
        let name = encoded(index.as_str());
        let health = Request::get(format!("/_cluster/health/{name}"))
            .query("level=indices&filter_path=indices.*.status,indices.*.active_primary_shards,indices.*.number_of_shards");
        let reply: serde_json::Value =
            match self.transport.send(&health, |reply| serde_json::from_reader(reply)).await {
                Ok(reply) => reply,
                Err(error) if error.is_not_found() => return Ok(None),
                Err(error) => return Err(error),
            };
        let told = &reply["indices"][index.as_str()];
        let (Some(active), Some(wanted)) =
            (told["active_primary_shards"].as_u64(), told["number_of_shards"].as_u64())
        else {
            return Ok(None);
        };
        if active < wanted {
            return Ok(Some(Restored { whole: false, docs: None }));
        }
        let stats =
            Request::get(format!("/{name}/_stats/docs")).query("filter_path=_all.primaries.docs.count");
        let reply: serde_json::Value =
            self.transport.send(&stats, |reply| serde_json::from_reader(reply)).await?;
        Ok(Some(Restored { whole: true, docs: reply["_all"]["primaries"]["docs"]["count"].as_u64() }))
    }
}

fn repository(
    reply: &mut dyn std::io::Read,
    asked: &RepositoryName,
) -> serde_json::Result<Option<Repository>> {
    #[derive(serde::Deserialize)]
    struct Raw {
        #[serde(rename = "type")]
        kind: String,
        #[serde(default)]
        uuid: Option<String>,
        #[serde(default)]
        settings: crate::model::RepositorySettings,
    }
    let mut found: HashMap<RepositoryName, Raw> = serde_json::from_reader(reply)?;
    Ok(found.remove(asked).map(|raw| Repository {
        name: asked.clone(),
        kind: raw.kind,
        settings: raw.settings,
        uuid: raw.uuid,
    }))
}

/// 404 is "not there"; anything else that failed is "could not be read".
fn live<T, U>(found: Result<T>, one: impl FnOnce(T) -> Option<U>) -> Live<U> {
    match found.map(one) {
        Ok(Some(thing)) => Live::Present(thing),
        Ok(None) => Live::Absent,
        Err(error) if error.is_not_found() => Live::Absent,
        Err(error) => Live::Unknown(Unknown { why: error.to_string(), missing: error.missing_action() }),
    }
}

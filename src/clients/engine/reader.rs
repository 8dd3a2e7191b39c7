//! What es2s3 asks a domain. Nothing here writes.
//!
//! Held by `observe`, `proof` and `apply`. A thing that the engine says is not there is `None`, `Absent` or left out; a thing that could
//! not be read is an error or `Unknown`, never the same as absent.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::replies::cluster::Claim;
use super::{
    CatIndex, ClusterHealth, DataStreams, EngineError, IndexSettings, Request, Root, ShardStats,
    SnapshotProgress, Transport, calls, replies,
};
use crate::model::infra::SecurityRoleSpec;
use crate::model::{
    Bytes, Distribution, Engine, Health, IndexName, IndexUuid, Live, Mount, Repository, RepositoryName,
    RunningSnapshot, SnapshotInfo, SnapshotName, SnapshotState, Version,
};

/// Reads one domain. Cloning shares the connections and what is known of the engine.
#[derive(Clone)]
pub struct Reader {
    transport: Transport,
    root: Arc<OnceCell<Root>>,
}

/// UUID and write block of one index, for the look just before acting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexFacts {
    pub uuid: IndexUuid,
    pub write_blocked: bool,
}

/// An index that is being restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// Every primary is started, and its documents can be counted.
    pub whole: bool,
    pub docs: Option<u64>,
}

type Result<T> = std::result::Result<T, EngineError>;

impl Reader {
    pub fn new(transport: Transport) -> Self {
        Self { transport, root: Arc::default() }
    }

    /// Requests sent so far over this connection, every try counted.
    pub fn requests(&self) -> u64 {
        self.transport.requests()
    }

    /// This machine's clock minus the domain's, in seconds; `None` while no reply had a date.
    pub fn clock_skew_seconds(&self) -> Option<i64> {
        self.transport.clock_skew_seconds()
    }

    /// Which engine this is; asked once, then remembered.
    ///
    /// # Errors
    ///
    /// [`EngineError::UnsupportedEngine`], and whatever stands between here and the domain.
    pub async fn root(&self) -> Result<Root> {
        self.root.get_or_try_init(|| self.ask_root()).await.cloned()
    }

    async fn ask_root(&self) -> Result<Root> {
        let banner = self.transport.send(&calls::cluster::root(), replies::cluster::banner).await?;
        let engine = match banner.claim {
            Claim::Engine(engine) => engine,
            Claim::Disguised => self.undisguised().await,
            Claim::Unsupported(what) => return Err(EngineError::UnsupportedEngine { what }),
        };
        Ok(Root { engine, cluster_name: banner.cluster_name, cluster_uuid: banner.cluster_uuid })
    }

    /// The lowest version that a node admits to; 1.0 when none does, which asks for the fewest features.
    async fn undisguised(&self) -> Engine {
        let told = self
            .transport
            .send(&calls::cluster::node_versions(), replies::cluster::lowest_node_version)
            .await;
        let version = told.ok().flatten().filter(|version| version.major < 7);
        Engine { distribution: Distribution::OpenSearch, version: version.unwrap_or(Version::new(1, 0, 0)) }
    }

    pub async fn health(&self) -> Result<ClusterHealth> {
        self.transport.send(&calls::cluster::health(), replies::cluster::health).await
    }

    /// The registered repository.
    pub async fn repository(&self, name: &RepositoryName) -> Live<Repository> {
        let asked = name.clone();
        let parse = move |reply: &mut dyn Read| replies::repositories::repository(reply, &asked);
        live(self.transport.send(&calls::repositories::get(name), parse).await, |error| {
            matches!(error, EngineError::RepositoryMissing { .. })
        })
    }

    /// Every index in one request, hidden and closed ones too; sorted by name.
    pub async fn cat_indices(&self) -> Result<Vec<CatIndex>> {
        let engine = self.root().await?.engine;
        self.transport.send(&calls::indices::cat(engine), replies::cat::indices).await
    }

    /// Settings, aliases and data stream of every index in one request; sorted by name.
    pub async fn index_settings(&self) -> Result<Vec<IndexSettings>> {
        self.transport.send(&calls::indices::settings(), replies::index_settings::indices).await
    }

    pub async fn data_streams(&self) -> Result<DataStreams> {
        self.transport.send(&calls::indices::data_streams(), replies::managers::data_streams).await
    }

    /// What ISM manages; empty where the plug-in is not installed.
    ///
    /// # Errors
    ///
    /// A denial, which is not the same as nothing; [`EngineError::Garbled`] when the list is as long as ISM's replies can be, because
    /// then some are missing from it.
    pub async fn ism(&self) -> Result<HashMap<IndexName, String>> {
        let Some(request) = calls::indices::ism(self.root().await?.engine) else { return Ok(HashMap::new()) };
        match self.transport.send(&request, replies::managers::ism).await {
            Ok(managed) if managed.len() >= calls::indices::MOST_ISM => {
                let why = format!("ISM lists {} managed indices at most", calls::indices::MOST_ISM);
                Err(EngineError::Garbled { request: request.to_string(), why })
            }
            Err(error) if error.is_no_such_route() => Ok(HashMap::new()),
            answer => answer,
        }
    }

    /// Indices that have a shard on the move; sorted.
    pub async fn relocating(&self) -> Result<Vec<IndexName>> {
        self.transport.send(&calls::cluster::relocating(), replies::cluster::relocating).await
    }

    /// Snapshots that the repository is writing at this moment.
    pub async fn running(&self, repository: &RepositoryName) -> Result<Vec<RunningSnapshot>> {
        let asked = repository.clone();
        let parse = move |reply: &mut dyn Read| replies::snapshots::running(reply, &asked);
        self.transport.send(&calls::snapshots::running(repository), parse).await
    }

    /// One snapshot in full. Of a repository that is not registered nothing is known.
    pub async fn snapshot(&self, repository: &RepositoryName, name: &SnapshotName) -> Live<SnapshotInfo> {
        let found =
            self.transport.send(&calls::snapshots::get(repository, name), replies::snapshots::infos).await;
        live(found.map(|found| found.into_iter().next()), |error| {
            matches!(error, EngineError::SnapshotMissing { .. })
        })
    }

    /// Several snapshots in full, fifty a request; one that is not there is left out.
    pub async fn snapshot_info(
        &self,
        repository: &RepositoryName,
        names: &[SnapshotName],
    ) -> Result<Vec<SnapshotInfo>> {
        let mut found = Vec::with_capacity(names.len());
        for (request, asked) in calls::snapshots::get_many(repository, names) {
            match self.transport.send(&request, replies::snapshots::infos).await {
                // One that is missing fails its whole request; `ignore_unavailable` would also hide those that cannot be read.
                Err(EngineError::SnapshotMissing { .. }) => {
                    found.extend(self.one_by_one(repository, &asked).await?);
                }
                answer => found.extend(answer?),
            }
        }
        Ok(found)
    }

    async fn one_by_one(
        &self,
        repository: &RepositoryName,
        names: &[SnapshotName],
    ) -> Result<Vec<SnapshotInfo>> {
        let mut found = Vec::new();
        for name in names {
            let request = calls::snapshots::get(repository, name);
            match self.transport.send(&request, replies::snapshots::infos).await {
                Err(EngineError::SnapshotMissing { .. }) => {}
                answer => found.extend(answer?),
            }
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
        let info = match self
            .transport
            .send(&calls::snapshots::get(repository, name), replies::snapshots::infos)
            .await
        {
            Err(EngineError::SnapshotMissing { .. }) => None,
            answer => answer?.into_iter().next(),
        };
        let Some(info) = info else { return Ok(None) };
        let (done, total) = if info.state == SnapshotState::InProgress {
            self.running_bytes(repository, name).await
        } else {
            (Bytes(0), Bytes(0))
        };
        Ok(Some(SnapshotProgress { state: info.state, done, total }))
    }

    /// Only for the bar: a failure is no news.
    async fn running_bytes(&self, repository: &RepositoryName, name: &SnapshotName) -> (Bytes, Bytes) {
        let request = calls::snapshots::status(repository, name);
        let told = self.transport.send(&request, replies::snapshots::bytes).await;
        told.ok().flatten().unwrap_or_default()
    }

    /// Commits and sequence numbers of every copy of every shard of these indices, closed ones too. A name that is not there, and a
    /// copy that is not started, is left out.
    pub async fn shard_stats(&self, names: &[IndexName]) -> Result<Vec<ShardStats>> {
        let engine = self.root().await?.engine;
        let mut stats = Vec::new();
        for request in calls::indices::shard_stats(engine, names) {
            stats.extend(self.unless_missing(&request, replies::shards::stats).await?);
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
        // An alias of that name would answer with another index's name: only exact names count.
        let asked: HashSet<&IndexName> = names.iter().collect();
        for request in calls::indices::facts(names) {
            for index in self.unless_missing(&request, replies::index_settings::indices).await? {
                if asked.contains(&index.name) {
                    facts.insert(
                        index.name,
                        IndexFacts { uuid: index.uuid, write_blocked: index.blocks.write },
                    );
                }
            }
        }
        Ok(facts)
    }

    /// Engines differ in whether `ignore_unavailable` makes a request whose every name is missing a 200 or a 404.
    async fn unless_missing<T: Send + 'static>(
        &self,
        request: &Request,
        parse: fn(&mut dyn Read) -> serde_json::Result<Vec<T>>,
    ) -> Result<Vec<T>> {
        match self.transport.send(request, parse).await {
            Err(error) if error.is_index_missing() => Ok(Vec::new()),
            answer => answer,
        }
    }

    /// Every mounted index with the snapshot that it reads.
    pub async fn mounts(&self) -> Result<Vec<(IndexName, Mount)>> {
        let indices = self.index_settings().await?;
        Ok(indices.into_iter().filter_map(|index| Some((index.name, index.mount?))).collect())
    }

    /// A role inside the domain, where fine-grained access control decides.
    ///
    /// # Errors
    ///
    /// A denial: AWS shows roles and mappings to the domain's master user alone.
    pub async fn security_role(&self, name: &str) -> Result<Option<SecurityRoleSpec>> {
        let engine = self.secured().await?;
        let asked = name.to_owned();
        let parse = move |reply: &mut dyn Read| replies::security::role(reply, &asked);
        unless_unmapped(self.transport.send(&calls::security::role(engine, name), parse).await)
    }

    /// The backend roles that have a role inside the domain, in their order; `None` when nobody has it.
    ///
    /// # Errors
    ///
    /// A denial, as above.
    pub async fn backend_roles(&self, role: &str) -> Result<Option<Vec<String>>> {
        let engine = self.secured().await?;
        let asked = role.to_owned();
        let parse = move |reply: &mut dyn Read| replies::security::backend_roles(reply, &asked);
        unless_unmapped(self.transport.send(&calls::security::mapping(engine, role), parse).await)
    }

    /// The engine, when its roles have the shape that is known: that of Elasticsearch 6 is another.
    async fn secured(&self) -> Result<Engine> {
        let engine = self.root().await?.engine;
        if engine.distribution == Distribution::Elasticsearch && engine.version < Version::new(7, 0, 0) {
            let why = "the roles inside a domain of Elasticsearch 6 are kept by hand".into();
            return Err(EngineError::NotSent { request: "a look at its roles".into(), why });
        }
        Ok(engine)
    }

    /// How far an index is on its way back; `None` while there is no such index.
    pub async fn restored(&self, index: &IndexName) -> Result<Option<Restored>> {
        let found = self.unless_missing(&calls::restores::progress(index), replies::cat::indices).await?;
        let Some(row) = found.into_iter().find(|row| row.name == *index) else { return Ok(None) };
        if row.health.is_none_or(|health| health == Health::Red) {
            return Ok(Some(Restored { whole: false, docs: None }));
        }
        let count = move |reply: &mut dyn Read| replies::cat::documents(reply, row.primaries);
        let docs = self.transport.send(&calls::restores::documents(index), count).await?;
        Ok(Some(Restored { whole: docs.is_some(), docs }))
    }
}

/// No such role or mapping.
fn unless_unmapped<T>(found: Result<Option<T>>) -> Result<Option<T>> {
    match found {
        Err(EngineError::SecurityMissing { .. }) => Ok(None),
        answer => answer,
    }
}

/// What the engine says is not there is absent; anything else that failed could not be read.
fn live<T>(found: Result<Option<T>>, says_absent: fn(&EngineError) -> bool) -> Live<T> {
    match found {
        Ok(Some(thing)) => Live::Present(thing),
        Ok(None) => Live::Absent,
        Err(error) if says_absent(&error) => Live::Absent,
        Err(error) => Live::Unknown(error.unknown()),
    }
}

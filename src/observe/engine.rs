//! What the domain tells: at most nine requests, whatever the number of indices.
//!
//! 1 `/` · 2 `_cluster/health` · 3 `_snapshot/{r}` · 4 `_cat/indices` · 5 `/*` · 6 `_data_stream` · 7 ISM · 8 `_current` ·
//! 9 `_cat/shards`, only while shards are moving. A denied read makes all that hangs on it `Unknown`, never empty.

use std::collections::{HashMap, HashSet};

use futures_util::future::{join, join4};

use crate::clients::engine::{CatIndex, DataStreams, EngineError, IndexSettings, Reader};
use crate::event::{Event, Events};
use crate::model::{
    Cluster, DataStream, Distribution, Engine, Index, IndexName, Live, Managed, Repository, RepositorySpec,
    RunningSnapshot, Unknown, Version,
};

/// The domain as far as it could be read.
#[derive(Debug, Clone)]
pub struct EngineSeen {
    pub cluster: Live<Cluster>,
    pub repository: Live<Repository>,
    pub indices: Live<Vec<Index>>,
    pub running: Live<Vec<RunningSnapshot>>,
}

/// Reads the domain. The first request goes alone: without an answer to it there is nothing to ask.
pub async fn engine(reader: &Reader, wanted: &RepositorySpec, events: &Events) -> EngineSeen {
    let root = match reader.root().await {
        Ok(root) => root,
        Err(error) => return unreached(&error),
    };
    let (health, repository, running, indices) = join4(
        reader.health(),
        reader.repository(&wanted.name),
        reader.running(&wanted.name),
        indices(reader, root.engine, events),
    )
    .await;
    let cluster = match health {
        Ok(health) => Live::Present(Cluster {
            engine: root.engine,
            name: root.cluster_name,
            uuid: root.cluster_uuid,
            health: health.status,
            relocating_shards: health.relocating_shards,
            clock_skew_seconds: reader.clock_skew_seconds(),
        }),
        Err(error) => Live::Unknown(unknown(&error)),
    };
    let indices = mark_relocating(reader, &cluster, indices).await;
    EngineSeen { cluster, repository, indices, running: running_or_none(running) }
}

fn unreached(error: &EngineError) -> EngineSeen {
    let why = || unknown(error);
    EngineSeen {
        cluster: Live::Unknown(why()),
        repository: Live::Unknown(why()),
        indices: Live::Unknown(why()),
        running: Live::Unknown(why()),
    }
}

/// A repository that is not there writes nothing.
fn running_or_none(running: Result<Vec<RunningSnapshot>, EngineError>) -> Live<Vec<RunningSnapshot>> {
    match running {
        Ok(running) => Live::Present(running),
        Err(error) if error.is_not_found() => Live::Present(Vec::new()),
        Err(error) => Live::Unknown(unknown(&error)),
    }
}

async fn indices(reader: &Reader, engine: Engine, events: &Events) -> Live<Vec<Index>> {
    events.emit(Event::Reading { what: "indices" });
    let ((cat, settings), (streams, ism)) = join(
        join(reader.cat_indices(), reader.index_settings()),
        join(reader.data_streams(), ism(reader, engine)),
    )
    .await;
    let optional = |error: &EngineError| error.is_no_such_route();
    let (cat, settings) = match (cat, settings) {
        (Ok(cat), Ok(settings)) => (cat, settings),
        (Err(error), _) | (_, Err(error)) => return Live::Unknown(unknown(&error)),
    };
    let streams = match streams {
        Ok(streams) => streams,
        // Builds without data streams refuse the route.
        Err(error) if optional(&error) => DataStreams::new(),
        Err(error) => return Live::Unknown(unknown(&error)),
    };
    let ism = match ism {
        Ok(ism) => ism,
        Err(error) if optional(&error) => HashMap::new(),
        Err(error) => return Live::Unknown(unknown(&error)),
    };
    Live::Present(merged(cat, settings, &streams, &ism))
}

/// ISM is a plug-in of OpenSearch and of AWS's Elasticsearch up to 7.10; ILM shows in the settings.
async fn ism(reader: &Reader, engine: Engine) -> Result<HashMap<IndexName, String>, EngineError> {
    match engine.distribution {
        Distribution::OpenSearch => reader.ism("_plugins").await,
        Distribution::Elasticsearch if engine.version < Version::new(7, 11, 0) => {
            reader.ism("_opendistro").await
        }
        Distribution::Elasticsearch => Ok(HashMap::new()),
    }
}

/// An index that only one of the two listings has came or went in between: it is left for the next plan.
fn merged(
    cat: Vec<CatIndex>,
    mut settings: HashMap<IndexName, IndexSettings>,
    streams: &DataStreams,
    ism: &HashMap<IndexName, String>,
) -> Vec<Index> {
    let mut indices = Vec::with_capacity(cat.len());
    for row in cat {
        let Some(found) = settings.remove(&row.name) else { continue };
        let stream = streams.get(&row.name);
        let managed = match (ism.get(&row.name), found.ilm) {
            (Some(policy), _) => Some(Managed::Ism(policy.clone())),
            (None, Some(policy)) => Some(Managed::Ilm(policy)),
            (None, None) => None,
        };
        // A backing index whose stream could not be listed may be the one that takes the writes.
        let data_stream = stream
            .map(|(name, write)| DataStream { name: name.clone(), write: *write })
            .or_else(|| found.data_stream.map(|name| DataStream { name, write: true }));
        indices.push(Index {
            name: row.name,
            uuid: found.uuid,
            health: row.health,
            open: row.open,
            primaries: found.primaries,
            replicas: found.replicas,
            docs: row.docs,
            bytes: row.bytes,
            created: found.created,
            aliases: found.aliases,
            data_stream,
            mount: found.mount,
            managed,
            blocks: found.blocks,
            hidden: found.hidden,
            frozen: found.frozen,
            relocating: false,
        });
    }
    indices
}

async fn mark_relocating(
    reader: &Reader,
    cluster: &Live<Cluster>,
    indices: Live<Vec<Index>>,
) -> Live<Vec<Index>> {
    let moving = cluster.present().is_some_and(|cluster| cluster.relocating_shards > 0);
    let Live::Present(mut indices) = indices else { return indices };
    if moving {
        match reader.relocating().await {
            Ok(names) => {
                let names: HashSet<IndexName> = names.into_iter().collect();
                for index in &mut indices {
                    index.relocating = names.contains(&index.name);
                }
            }
            // Which ones move is not known, so all of them may.
            Err(_) => indices.iter_mut().for_each(|index| index.relocating = true),
        }
    }
    Live::Present(indices)
}

fn unknown(error: &EngineError) -> Unknown {
    Unknown { why: error.to_string(), missing: error.missing_action() }
}

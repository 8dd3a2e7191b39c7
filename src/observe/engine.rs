//! What the domain tells: at most nine requests, whatever the number of indices.
//!
//! 1 `/` · 2 `_cluster/health` · 3 `_snapshot/{r}` · 4 `_current` · 5 `_cat/indices` · 6 `/*` · 7 ISM · 8 `_data_stream`, only where an
//! index belongs to one · 9 health by index, only while shards are moving. Called by `reconcile`; holds a reader only. A denied read
//! makes all that hangs on it `Unknown`, never empty.

use std::collections::{HashMap, HashSet};

use futures_util::future::{join3, join4};

use crate::clients::engine::{
    CatIndex, ClusterHealth, DataStreams, EngineError, IndexSettings, Reader, Root,
};
use crate::event::{Event, Events};
use crate::model::{
    Cluster, DataStream, Index, IndexName, Live, Managed, Repository, RepositorySpec, RunningSnapshot,
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
    events.emit(Event::Reading { what: "indices" });
    let (health, repository, running, indices) = join4(
        reader.health(),
        reader.repository(&wanted.name),
        reader.running(&wanted.name),
        indices(reader, events),
    )
    .await;
    let indices = match &health {
        Ok(health) if health.relocating_shards > 0 => mark_relocating(reader, indices).await,
        _ => indices,
    };
    EngineSeen {
        cluster: cluster(reader, root, health),
        repository,
        indices: known(indices),
        running: known(unless_unregistered(running)),
    }
}

fn unreached(error: &EngineError) -> EngineSeen {
    let why = || error.unknown();
    EngineSeen {
        cluster: Live::Unknown(why()),
        repository: Live::Unknown(why()),
        indices: Live::Unknown(why()),
        running: Live::Unknown(why()),
    }
}

fn known<T>(read: Result<T, EngineError>) -> Live<T> {
    match read {
        Ok(thing) => Live::Present(thing),
        Err(error) => Live::Unknown(error.unknown()),
    }
}

fn cluster(reader: &Reader, root: Root, health: Result<ClusterHealth, EngineError>) -> Live<Cluster> {
    known(health.map(|health| Cluster {
        engine: root.engine,
        name: root.cluster_name,
        uuid: root.cluster_uuid,
        health: health.status,
        relocating_shards: health.relocating_shards,
        clock_skew_seconds: reader.clock_skew_seconds(),
    }))
}

/// A repository that is not there writes nothing.
fn unless_unregistered(
    running: Result<Vec<RunningSnapshot>, EngineError>,
) -> Result<Vec<RunningSnapshot>, EngineError> {
    match running {
        Err(EngineError::RepositoryMissing { .. }) => Ok(Vec::new()),
        answer => answer,
    }
}

async fn indices(reader: &Reader, events: &Events) -> Result<Vec<Index>, EngineError> {
    let (rows, settings, ism) = join3(reader.cat_indices(), reader.index_settings(), reader.ism()).await;
    let (rows, settings) = (rows?, settings?);
    let managers = Managers { streams: streams(reader, &settings).await?, ism: ism? };
    let listed = rows.len().max(settings.len());
    let indices = merged(rows, settings, &managers);
    if indices.len() < listed {
        let some = listed - indices.len();
        events.emit(Event::Notice {
            text: format!(
                "{some} indices came or went while they were being listed; the next plan sees them"
            ),
        });
    }
    Ok(indices)
}

/// Not every engine has data streams, and not every caller may list them: asked only when some index belongs to one.
async fn streams(reader: &Reader, settings: &[IndexSettings]) -> Result<DataStreams, EngineError> {
    if settings.iter().any(|index| index.data_stream.is_some()) {
        reader.data_streams().await
    } else {
        Ok(DataStreams::new())
    }
}

struct Managers {
    streams: DataStreams,
    ism: HashMap<IndexName, String>,
}

/// Both lists are sorted by name. An index that only one of them has, or that has another UUID there, came or went in between: it is
/// left out, and so left alone.
fn merged(rows: Vec<CatIndex>, settings: Vec<IndexSettings>, managers: &Managers) -> Vec<Index> {
    let mut indices = Vec::with_capacity(rows.len());
    let mut settings = settings.into_iter().peekable();
    for row in rows {
        while settings.next_if(|index| index.name < row.name).is_some() {}
        if let Some(found) = settings.next_if(|index| index.name == row.name)
            && found.uuid == row.uuid
        {
            indices.push(index(row, found, managers));
        }
    }
    indices
}

fn index(row: CatIndex, found: IndexSettings, managers: &Managers) -> Index {
    Index {
        data_stream: data_stream(&row.name, &found, managers),
        managed: managed(&row.name, found.ilm, managers),
        name: row.name,
        uuid: row.uuid,
        health: row.health,
        open: row.open,
        primaries: row.primaries,
        replicas: row.replicas,
        docs: row.docs,
        bytes: row.bytes,
        created: row.created,
        aliases: found.aliases,
        mount: found.mount,
        blocks: found.blocks,
        hidden: found.hidden,
        frozen: found.frozen,
        relocating: false,
    }
}

/// A backing index that its stream's list does not have may be the one that takes the writes: it was made a moment ago.
fn data_stream(name: &IndexName, found: &IndexSettings, managers: &Managers) -> Option<DataStream> {
    match (managers.streams.get(name), &found.data_stream) {
        (Some(backing), _) => Some(DataStream { name: backing.stream.clone(), write: backing.write }),
        (None, Some(stream)) => Some(DataStream { name: stream.clone(), write: true }),
        (None, None) => None,
    }
}

fn managed(name: &IndexName, ilm: Option<String>, managers: &Managers) -> Option<Managed> {
    let own = || managers.streams.get(name).is_some_and(|backing| backing.own_lifecycle);
    match (managers.ism.get(name), ilm) {
        (Some(policy), _) => Some(Managed::Ism(policy.clone())),
        (None, Some(policy)) => Some(Managed::Ilm(policy)),
        (None, None) => own().then(|| Managed::Ilm("the data stream's own lifecycle".into())),
    }
}

/// When it cannot be told which ones move, all of them may.
async fn mark_relocating(
    reader: &Reader,
    indices: Result<Vec<Index>, EngineError>,
) -> Result<Vec<Index>, EngineError> {
    let mut indices = indices?;
    let moving: Option<HashSet<IndexName>> =
        reader.relocating().await.ok().map(|names| names.into_iter().collect());
    for index in &mut indices {
        index.relocating = moving.as_ref().is_none_or(|names| names.contains(&index.name));
    }
    Ok(indices)
}

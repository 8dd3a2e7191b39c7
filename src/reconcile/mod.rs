//! The only place that knows all phases: connect, gather, plan, and hand to the executor.
//!
//! Called by `cli`. It holds no policy and prints nothing; what it learns leaves as values and events.

mod cloud;
mod thanos;

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use futures_util::future::{OptionFuture, join, join4};
use jiff::{SignedDuration, Timestamp};

use crate::clients::aws::Aws;
use crate::clients::{engine, s3};
use crate::config::Config;
use crate::desired::infra::{Names, mapped_roles};
use crate::event::{Event, Events};
use crate::model::infra::Package;
use crate::model::{
    Catalogue, Cluster, IndexName, IndexUuid, Live, Place, SnapshotInfo, SnapshotUuid, Verdict,
};
use crate::observe;
use crate::observe::engine::EngineSeen;
use crate::observe::infra::Scope;
use crate::plan::{Observed, Overrides, PlanInput, Selection, Shortlist, Wanted, shortlist};
use crate::proof::{LiveShards, Subject, Verifier, live_shards};
use crate::state::{Loaded, Manifest, StateError, Store};

pub use cloud::{CloudSide, Given, given};
pub use thanos::{blocks, old_versions};

use cloud::{around, cloud_side};

/// How many indices are proven at once while planning. Each costs one GET and one LIST a shard.
const PROOFS_AT_ONCE: usize = 8;

/// How far back deletions are read at each plan: the manifest grows for ever. Who restores by other means an index that was
/// deleted before that finds it treated like any other, and archived anew.
const DELETED_LOOKED_AT: SignedDuration = SignedDuration::from_hours(24 * 400);

/// Readers for everything that a plan looks at. Nothing in it can write.
#[derive(Clone)]
pub struct World {
    pub config: Config,
    pub wanted: Wanted,
    pub aws: Aws,
    pub engine: engine::Reader,
    /// Whether the domain is spoken to from here; else by the function.
    pub direct: bool,
    pub cloud: CloudSide,
    /// The zip for the function, when one is at hand.
    pub package: Live<Package>,
    pub store: Store,
    pub events: Events,
    /// Where what is known of the bucket of blocks is kept from run to run; none: nowhere.
    pub memory: Option<std::path::PathBuf>,
    /// Requests that somebody else has sent for the same plan.
    pub requests_elsewhere: u64,
}

impl World {
    /// A reader of the bucket in which the repository lives, which may differ from the configured one.
    pub fn bucket(&self, place: &Place) -> s3::Reader {
        s3::Reader::new(self.aws.s3(), place.bucket.clone())
    }

    pub fn verifier(&self, place: &Place) -> Verifier {
        Verifier::new(self.bucket(place), self.engine.clone(), place, self.events.clone())
    }

    /// Where the AWS side is looked for.
    pub fn scope(&self) -> Scope {
        let (repository, state) = (&self.wanted.repository, &self.config.state);
        let folders = [(&repository.bucket, &repository.base_path), (&state.bucket, &state.name)];
        Scope {
            account: self.wanted.account.clone(),
            store_has_accounts: self.aws.has_accounts(),
            folders: folders.map(|(bucket, folder)| (bucket.to_string(), format!("{folder}/"))).to_vec(),
            mapped: mapped_roles(&self.config, &Names::of(&self.config)),
        }
    }

    /// Where the registered repository is, or where a new one would be.
    pub fn place(&self, observed: &Live<crate::model::Repository>) -> Place {
        let spec = &self.wanted.repository;
        observed.present().and_then(crate::model::Repository::place).unwrap_or_else(|| Place {
            repository: spec.name.clone(),
            bucket: spec.bucket.clone(),
            base_path: spec.base_path.clone(),
        })
    }
}

/// What a plan is made from, and where its proofs were looked for.
pub struct Gathered {
    pub input: PlanInput,
    pub place: Place,
}

/// Reads the world: at most nine requests to the domain, the catalogue, then only what the shortlist asks for.
pub async fn gather(world: &World, now: Timestamp, overrides: Overrides, selection: Selection) -> Gathered {
    let in_domain = selection.may_take_the_domain();
    let state = world.store.load();
    let blocks = OptionFuture::from(selection.may_take_thanos().then(|| thanos::blocks(world, now)));
    let (state, seen, around, blocks) =
        join4(state, domain(world, in_domain), around(world, &selection), blocks).await;
    let cloud = match &world.cloud {
        CloudSide::Given(given) if selection.may_take_objects() => (**given).clone(),
        CloudSide::Given(_) | CloudSide::Read(_) | CloudSide::Left => cloud_side(world, around, &state).await,
    };
    let mut planned = world.wanted.clone();
    planned.objects = cloud.wanted;
    let place = world.place(&seen.repository);
    let catalogue =
        if in_domain { read_catalogue(world, &seen.repository, &place).await } else { Live::Absent };
    // The manifest is a part of the state: without it a restored index would look merely due.
    let (state, deleted) = match read_deleted(world, &state, now, in_domain).await {
        Ok(deleted) => (state, deleted),
        Err(error) => (Live::Unknown(error.as_unknown()), BTreeMap::new()),
    };
    let observed = Observed {
        caller: cloud.caller,
        cluster: clocked(seen.cluster, world.aws.clock_skew_seconds()),
        repository: seen.repository,
        objects: cloud.observed,
        indices: seen.indices,
        catalogue,
        running: seen.running,
        deleted,
        thanos: blocks.flatten(),
        rendered: Live::Absent,
        snapshots: BTreeMap::new(),
        proofs: BTreeMap::new(),
        requests: 0,
        domain_requests: 0,
    };
    let mut input = PlanInput {
        now,
        wanted: planned,
        observed,
        state: state.map(|loaded| loaded.state),
        overrides,
        selection,
    };
    let wanted = shortlist(&input);
    let (snapshots, proofs) =
        join(read_snapshots(world, &place, &wanted), prove(world, &place, &input, &wanted)).await;
    input.observed.snapshots = snapshots;
    input.observed.proofs = proofs;
    input.observed.domain_requests = world.engine.requests();
    input.observed.requests = world.engine.requests() + world.aws.requests() + world.requests_elsewhere;
    Gathered { input, place }
}

/// The domain; all of it `Absent` when no line of the plan could hang on it.
async fn domain(world: &World, in_domain: bool) -> EngineSeen {
    if !in_domain {
        let (cluster, repository) = (Live::Absent, Live::Absent);
        return EngineSeen { cluster, repository, indices: Live::Absent, running: Live::Absent };
    }
    world.events.emit(Event::Reading { what: "domain" });
    observe::engine::engine(&world.engine, &world.wanted.repository, &world.events).await
}

/// Bare engines tell no time; the store of the repository always does. On a clock that is far ahead every snapshot would be past
/// its retention.
fn clocked(cluster: Live<Cluster>, store: Option<i64>) -> Live<Cluster> {
    cluster.map(|cluster| Cluster { clock_skew_seconds: cluster.clock_skew_seconds.or(store), ..cluster })
}

/// Where the repository is, or will be: one that is not registered here may be another cluster's.
async fn read_catalogue(
    world: &World,
    repository: &Live<crate::model::Repository>,
    place: &Place,
) -> Live<Catalogue> {
    match repository {
        Live::Unknown(unknown) => return Live::Unknown(unknown.clone()),
        // Its bucket may be yet to make; that of a registered one must be there.
        Live::Absent => match world.bucket(place).exists().await {
            Ok(true) => {}
            Ok(false) => return Live::Absent,
            Err(error) => return Live::Unknown(error.unknown()),
        },
        Live::Present(_) => {}
    }
    world.events.emit(Event::Reading { what: "catalogue" });
    let read = observe::catalogue::catalogue(&world.bucket(place), &place.base_path).await;
    read.map(|(catalogue, _)| catalogue)
}

async fn read_snapshots(
    world: &World,
    place: &Place,
    wanted: &Shortlist,
) -> BTreeMap<SnapshotUuid, Live<SnapshotInfo>> {
    if wanted.to_read.is_empty() {
        return BTreeMap::new();
    }
    world.events.emit(Event::Reading { what: "snapshots" });
    observe::snapshots::snapshots(&world.bucket(place), &place.base_path, wanted.to_read.iter().cloned())
        .await
}

/// What was deleted under each name, to tell a restored index from one that is merely due. Nothing before bootstrap.
async fn read_deleted(
    world: &World,
    state: &Live<Loaded>,
    now: Timestamp,
    in_domain: bool,
) -> Result<BTreeMap<IndexName, Vec<(IndexUuid, Option<Timestamp>)>>, StateError> {
    let mut deleted: BTreeMap<IndexName, Vec<_>> = BTreeMap::new();
    if state.present().is_none() || !in_domain {
        return Ok(deleted);
    }
    let from = now.saturating_sub(DELETED_LOOKED_AT).unwrap_or(Timestamp::MIN);
    for line in Manifest::new(&world.store).since(from).await? {
        deleted.entry(line.index).or_default().push((line.uuid, line.created));
    }
    Ok(deleted)
}

/// Verdicts on all indices that are due and have a copy, some at a time.
async fn prove(
    world: &World,
    place: &Place,
    input: &PlanInput,
    wanted: &Shortlist,
) -> BTreeMap<IndexUuid, Live<Verdict>> {
    let Live::Present(catalogue) = &input.observed.catalogue else { return BTreeMap::new() };
    if wanted.to_prove.is_empty() {
        return BTreeMap::new();
    }
    world.events.emit(Event::Reading { what: "proofs" });
    let verifier = world.verifier(place);
    let names: Vec<_> = wanted.to_prove.iter().map(|due| due.index.clone()).collect();
    let live = match live_shards(&world.engine, &names).await {
        Live::Present(live) => live,
        Live::Absent => LiveShards::new(),
        Live::Unknown(unknown) => {
            return wanted
                .to_prove
                .iter()
                .map(|due| (due.uuid.clone(), Live::Unknown(unknown.clone())))
                .collect();
        }
    };
    let total = wanted.to_prove.len() as u64;
    let verdicts = futures_util::stream::iter(&wanted.to_prove).map(|due| {
        let (verifier, live) = (&verifier, &live);
        async move {
            let subject =
                Subject { name: due.index.clone(), uuid: due.uuid.clone(), primaries: due.primaries };
            let verdict = verifier.verify_any(&subject, catalogue, due.level, live).await;
            (due.uuid.clone(), verdict)
        }
    });
    let mut proofs = BTreeMap::new();
    let mut verdicts = verdicts.buffer_unordered(PROOFS_AT_ONCE);
    while let Some((uuid, verdict)) = verdicts.next().await {
        proofs.insert(uuid, verdict);
        world.events.emit(Event::ReadProgress { what: "proofs", done: proofs.len() as u64, total });
    }
    proofs
}

//! Worlds of a few lines for tests of the planner: text in, plan as lines out.
//!
//! A configuration is one line a policy: `app- 30 365 [proof=api] [managed=take] [age=name] [keep-last-copy]`.
//! A world is one line a fact; what is not said is well: a green OpenSearch 3.6.0, a repository as wanted, an empty state.
#![allow(dead_code, unused_imports, reason = "each test program uses its own part of this module")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a world that cannot be read is a fault of the test")]

mod lines;

use std::collections::BTreeMap;

use es2s3::model::*;
use es2s3::plan::check::check as violations;
use es2s3::plan::*;
use jiff::Timestamp;

pub(crate) use lines::{decision, lines};

pub(crate) const NOW: &str = "2026-11-23T05:00:00Z";

/// Plans the world and compares the lines; every promise and the determinism of the plan are checked on the way.
#[track_caller]
pub(crate) fn check(config: &str, world: &str, expect: &str) {
    let plan = planned(&input(config, world));
    let trim =
        |text: &str| text.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n");
    assert_eq!(lines(&plan), trim(expect));
}

/// A plan that keeps its promises and comes out the same twice.
#[track_caller]
pub(crate) fn planned(input: &PlanInput) -> Plan {
    let first = plan(input);
    assert_eq!(violations(input, &first), vec![]);
    assert_eq!(serde_json::to_vec(&first).unwrap(), serde_json::to_vec(&plan(input)).unwrap());
    first
}

pub(crate) fn time(text: &str) -> Timestamp {
    match text.len() {
        10 => format!("{text}T00:00:00Z").parse().unwrap(),
        13 => format!("{text}:00:00Z").parse().unwrap(),
        _ => text.parse().unwrap(),
    }
}

/// The facts of a line: `word`, `name`, then `key=value` or bare words.
struct Line<'a> {
    word: &'a str,
    name: &'a str,
    rest: Vec<(&'a str, &'a str)>,
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Self {
        let mut words = line.split_whitespace();
        let (word, name) = (words.next().unwrap(), words.next().unwrap_or(""));
        Self { word, name, rest: words.map(|w| w.split_once('=').unwrap_or((w, ""))).collect() }
    }

    fn get(&self, key: &str) -> Option<&'a str> {
        self.rest.iter().find(|(k, _)| *k == key).map(|(_, value)| *value)
    }

    fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    fn list(&self, key: &str) -> Vec<&'a str> {
        self.get(key).map(|list| list.split(',').collect()).unwrap_or_default()
    }
}

fn lines_of(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(Line::parse)
}

pub(crate) fn policy(line: &str) -> Policy {
    let line = Line::parse(line);
    let days = line.rest.first().and_then(|(days, _)| days.parse().ok());
    Policy {
        name: line.word.trim_end_matches(['-', '_', '.']).into(),
        prefix: line.word.into(),
        index_retention: Days(line.name.parse().unwrap()),
        snapshot_retention: Days(days.unwrap_or(365)),
        proof: if line.get("proof") == Some("api") { ProofLevel::Api } else { ProofLevel::Full },
        freeze: true,
        age_from: if line.get("age") == Some("name") { AgeFrom::Name } else { AgeFrom::Youngest },
        managed: if line.get("managed") == Some("take") {
            ManagedIndices::Take
        } else {
            ManagedIndices::Leave
        },
        expire_last_copy: !line.has("keep-last-copy"),
    }
}

/// Room for everything, so that a test meets only the guard that it is about.
fn generous() -> Guards {
    Guards {
        max_indices: 1_000_000,
        max_bytes: Bytes(u64::MAX),
        max_share_percent: 100,
        min_remaining: 0,
        max_snapshots: 1_000_000,
        max_snapshot_share_percent: 100,
        max_block_share_percent: 100,
        max_growth: 2,
    }
}

pub(crate) fn input(config: &str, world: &str) -> PlanInput {
    let policies = config.lines().map(str::trim).filter(|l| !l.is_empty()).map(policy).collect();
    let mut input = healthy(policies);
    let mut shelf = Shelf::default();
    for line in lines_of(world) {
        fact(&mut input, &mut shelf, &line);
    }
    let unread = lines_of(world).filter(|line| line.word == "unread").map(|l| l.name.to_string());
    if !matches!(input.observed.catalogue, Live::Unknown(_)) {
        input.observed.catalogue = Live::Present(shelf.catalogue());
    }
    unread.for_each(|what| forget(&mut input, &what));
    input
}

fn healthy(policies: Vec<Policy>) -> PlanInput {
    let spec = RepositorySpec {
        name: "logs".into(),
        bucket: "snaps".into(),
        base_path: "snapshots/logs".into(),
        base_path_set: false,
        region: "us-west-2".into(),
        role_arn: None,
        settings: BTreeMap::new(),
    };
    let settings = [("bucket", "snaps"), ("base_path", "snapshots/logs"), ("shard_path_type", "FIXED")];
    let settings = settings.into_iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    PlanInput {
        now: time(NOW),
        wanted: Wanted {
            objects: Vec::new(),
            infrastructure: false,
            owner: "state/logs".into(),
            account: "630216610805".into(),
            region: "us-west-2".into(),
            repository: spec,
            policies,
            thanos: None,
            guards: generous(),
            prices: Prices::default(),
            config_hash: "c0ffee".into(),
            config_file: "app-config.yml".into(),
        },
        observed: Observed {
            objects: BTreeMap::new(),
            caller: Live::Absent,
            cluster: Live::Present(Cluster {
                engine: Engine { distribution: Distribution::OpenSearch, version: Version::new(3, 6, 0) },
                name: "logs".into(),
                uuid: "cluster".into(),
                health: Health::Green,
                relocating_shards: 0,
                clock_skew_seconds: Some(0),
            }),
            repository: Live::Present(Repository {
                name: "logs".into(),
                kind: "s3".into(),
                settings,
                uuid: None,
            }),
            indices: Live::Present(Vec::new()),
            catalogue: Live::Absent,
            running: Live::Present(Vec::new()),
            snapshots: BTreeMap::new(),
            proofs: BTreeMap::new(),
            deleted: BTreeMap::new(),
            rendered: Live::Absent,
            thanos: None,
            domain_requests: 4,
            requests: 9,
        },
        state: Live::Present(State {
            format: 1,
            serial: 7,
            lineage: "lineage".into(),
            owned: BTreeMap::new(),
            holds: BTreeMap::new(),
            protected: Vec::new(),
            last_run: None,
            waiting: None,
        }),
        overrides: Overrides::default(),
        selection: Selection::default(),
    }
}

pub(crate) fn state(input: &mut PlanInput) -> &mut State {
    let Live::Present(state) = &mut input.state else { panic!("the state is there") };
    state
}

pub(crate) fn cluster(input: &mut PlanInput) -> &mut Cluster {
    let Live::Present(cluster) = &mut input.observed.cluster else { panic!("the cluster is there") };
    cluster
}

pub(crate) fn indices(input: &mut PlanInput) -> &mut Vec<Index> {
    let Live::Present(indices) = &mut input.observed.indices else { panic!("the indices are there") };
    indices
}

fn fact(input: &mut PlanInput, shelf: &mut Shelf, line: &Line<'_>) {
    match line.word {
        "now" => input.now = time(line.name),
        "index" => index(input, shelf, line),
        "snapshot" => snapshot(input, shelf, line),
        "running" => running(input, line),
        "hold" => hold(input, line),
        "protect" => state(input).protected.push(line.name.parse().unwrap()),
        "deleted" => {
            let fact = (line.get("uuid").unwrap().into(), line.get("created").map(time));
            input.observed.deleted.entry(line.name.into()).or_default().push(fact);
        }
        "cluster" => match line.name {
            "red" => cluster(input).health = Health::Red,
            "skewed" => cluster(input).clock_skew_seconds = Some(line.get("by").unwrap().parse().unwrap()),
            engine => cluster(input).engine = parse_engine(engine),
        },
        "written-by" => shelf.cluster_id = Some(line.name.into()),
        "repository" => repository(input, line),
        "last-run" => last_run(input, line),
        "guard" => guard(&mut input.wanted.guards, line),
        "allow" => allow(&mut input.overrides, line),
        "only" => input.selection.only.push(line.name.parse().unwrap()),
        "exclude" => input.selection.exclude.push(line.name.parse().unwrap()),
        "no" => input.state = Live::Absent,
        "unread" => {}
        other => panic!("no fact is called {other}"),
    }
}

fn forget(input: &mut PlanInput, what: &str) {
    let why = || Unknown { why: "answered 403".into(), missing: Some(format!("read:{what}")) };
    match what {
        "cluster" => input.observed.cluster = Live::Unknown(why()),
        "repository" => input.observed.repository = Live::Unknown(why()),
        "indices" => input.observed.indices = Live::Unknown(why()),
        "catalogue" => input.observed.catalogue = Live::Unknown(why()),
        "running" => input.observed.running = Live::Unknown(why()),
        "state" => input.state = Live::Unknown(why()),
        other => panic!("{other} cannot be unread"),
    }
}

fn parse_engine(text: &str) -> Engine {
    let (name, version) = text.split_once('-').unwrap();
    let parts: Vec<u16> = version.split('.').map(|part| part.parse().unwrap()).collect();
    let distribution = if name == "os" { Distribution::OpenSearch } else { Distribution::Elasticsearch };
    Engine { distribution, version: Version::new(parts[0], parts[1], parts[2]) }
}

fn index(input: &mut PlanInput, shelf: &mut Shelf, line: &Line<'_>) {
    let uuid = line.get("uuid").map_or(format!("u-{}", line.name), str::to_string);
    let size = line.get("gib").map_or(1, |gib| gib.parse::<u64>().unwrap()) * Bytes::GIB;
    let health = match line.get("health") {
        Some("red") => Some(Health::Red),
        Some("yellow") => Some(Health::Yellow),
        Some("unsaid") => None,
        _ => Some(Health::Green),
    };
    let alias = |name: &str| match name.split_once(':') {
        Some((name, write)) => Alias { name: name.into(), write: Some(write == "write") },
        None => Alias { name: name.into(), write: None },
    };
    let stream = |name: &str| DataStream {
        name: name.trim_end_matches(":write").into(),
        write: name.ends_with(":write"),
    };
    let open = !line.has("closed");
    indices(input).push(Index {
        name: line.name.into(),
        uuid: uuid.as_str().into(),
        health,
        open,
        primaries: 1,
        replicas: 1,
        docs: open.then_some(100),
        bytes: open.then_some(Bytes(size)),
        created: line.get("created").map(time),
        aliases: line.list("alias").into_iter().map(alias).collect(),
        data_stream: line.get("stream").map(stream),
        mount: line.get("mount").map(|snapshot| Mount {
            repository: line.get("mount-repository").unwrap_or("logs").into(),
            snapshot: snapshot.into(),
            snapshot_uuid: None,
        }),
        managed: line
            .get("ilm")
            .map(|p| Managed::Ilm(p.into()))
            .or(line.get("ism").map(|p| Managed::Ism(p.into()))),
        blocks: Blocks {
            write: line.has("write-block"),
            metadata: line.has("metadata-block"),
            read_only: line.has("read-only"),
            read_only_allow_delete: line.has("read-only-allow-delete"),
        },
        hidden: line.has("hidden"),
        frozen: line.has("frozen"),
        relocating: line.has("relocating"),
    });
    copies(input, shelf, line, &uuid);
}

/// `proven`, `stale`, `damaged`, `unverified` and `copied` each put the index into the snapshot `nightly` (or the one named).
fn copies(input: &mut PlanInput, shelf: &mut Shelf, line: &Line<'_>, uuid: &str) {
    for kind in ["proven", "api-proven", "stale", "damaged", "unverified", "copied", "copied-without-uuid"] {
        let Some(snapshot) = line.get(kind) else { continue };
        let snapshot = if snapshot.is_empty() { "nightly" } else { snapshot };
        let known = (kind != "copied-without-uuid").then(|| uuid.to_string());
        shelf.entry(snapshot).1.push((line.name.into(), known));
        let verdict = match kind {
            "proven" => Live::Present(Verdict::Proven(evidence(line.name, uuid, snapshot, &Clause::ALL))),
            "api-proven" => {
                Live::Present(Verdict::Proven(evidence(line.name, uuid, snapshot, &[Clause::Snapshot])))
            }
            "stale" => Live::Present(Verdict::Missing(missing(snapshot, Clause::Commit, true))),
            "damaged" => Live::Present(Verdict::Missing(missing(snapshot, Clause::Bytes, false))),
            "unverified" => Live::Unknown(Unknown::because("GET answered 503")),
            _ => continue,
        };
        input.observed.proofs.insert(uuid.into(), verdict);
    }
}

pub(crate) fn evidence(index: &str, uuid: &str, snapshot: &str, clauses: &[Clause]) -> Evidence {
    Evidence {
        index: index.into(),
        uuid: uuid.into(),
        snapshot: snapshot.into(),
        snapshot_uuid: format!("s-{snapshot}").into(),
        snapshot_started: time("2026-11-01"),
        repository_url: "s3://snaps/snapshots/logs".into(),
        docs: Some(100),
        shards: 1,
        blobs: 3,
        bytes: Bytes(Bytes::GIB),
        clauses: clauses
            .iter()
            .map(|&clause| ClauseEvidence { clause, says: format!("{clause} holds") })
            .collect(),
        commits: Vec::new(),
    }
}

fn missing(snapshot: &str, clause: Clause, mended_by_snapshot: bool) -> Missing {
    let why =
        if mended_by_snapshot { "shard 0 took writes after the snapshot" } else { "a blob is not there" };
    Missing { clause, snapshot: Some(snapshot.into()), object: None, why: why.into(), mended_by_snapshot }
}

/// `snapshot NAME [state=PARTIAL] [holds=index:uuid,…] [started=T] [marks=policy|none] [gib=N] [unread]`.
fn snapshot(input: &mut PlanInput, shelf: &mut Shelf, line: &Line<'_>) {
    let entry = shelf.entry(line.name);
    entry.0 = match line.get("state") {
        Some("PARTIAL") => SnapshotState::Partial,
        Some("FAILED") => SnapshotState::Failed,
        _ => SnapshotState::Success,
    };
    let state = entry.0;
    for held in line.list("holds") {
        let (name, uuid) =
            held.split_once(':').map_or((held, format!("u-{held}")), |(n, u)| (n, u.to_string()));
        entry.1.push((name.into(), (uuid != "unknown").then_some(uuid)));
    }
    let uuid = SnapshotUuid::from(format!("s-{}", line.name));
    if line.has("unread") {
        input.observed.snapshots.insert(uuid.clone(), Live::Unknown(Unknown::because("GET answered 403")));
    }
    let Some(started) = line.get("started").map(time) else { return };
    let marks = line.get("marks").filter(|marks| *marks != "none").map(|policy| Marks {
        policy: policy.into(),
        day: jiff::civil::Date::constant(2025, 1, 1),
        run: "RUN".into(),
        bytes: Bytes(line.get("gib").map_or(1, |gib| gib.parse().unwrap()) * Bytes::GIB),
    });
    let info = SnapshotInfo {
        name: line.name.into(),
        uuid: uuid.clone(),
        state,
        started,
        ended: None,
        indices: Vec::new(),
        shards_total: 1,
        shards_successful: 1,
        failures: Vec::new(),
        marks,
        shallow: false,
    };
    input.observed.snapshots.insert(uuid, Live::Present(info));
}

fn running(input: &mut PlanInput, line: &Line<'_>) {
    let marks = line.get("marks").map(|policy| Marks {
        policy: policy.into(),
        day: jiff::civil::Date::constant(2026, 10, 20),
        run: "RUN".into(),
        bytes: Bytes(0),
    });
    let running = RunningSnapshot {
        repository: line.get("repository").unwrap_or("logs").into(),
        name: line.name.into(),
        indices: line.list("holds").into_iter().map(IndexName::from).collect(),
        marks,
    };
    let Live::Present(all) = &mut input.observed.running else { panic!("running snapshots are there") };
    all.push(running);
}

fn hold(input: &mut PlanInput, line: &Line<'_>) {
    let hold = Hold {
        uuid: line.get("uuid").map(IndexUuid::from),
        reason: HoldReason::Asked { note: "audit".into() },
        by: "alice@ci".into(),
        since: time("2026-11-01"),
        until: line.get("until").map(time),
    };
    state(input).holds.insert(line.name.into(), hold);
}

/// `repository absent`, `repository kind=fs`, or settings to lay over the registered ones.
fn repository(input: &mut PlanInput, line: &Line<'_>) {
    if line.name == "absent" {
        input.observed.repository = Live::Absent;
        return;
    }
    let Live::Present(live) = &mut input.observed.repository else { panic!("the repository is there") };
    let (key, value) = line.name.split_once('=').unwrap();
    match (key, value) {
        ("kind", kind) => live.kind = kind.into(),
        (key, "-") => drop(live.settings.remove(key)),
        (key, value) => drop(live.settings.insert(key.into(), value.into())),
    }
}

/// `last-run 3 app=app-,30` or, with the days of snapshots, `app=app-,30,365`.
fn last_run(input: &mut PlanInput, line: &Line<'_>) {
    let policies = line.rest.iter().map(|(name, rest)| {
        let mut parts = rest.split(',');
        let (prefix, days) = (parts.next().unwrap(), parts.next().unwrap());
        let snapshot_days = parts.next().map_or(365, |days| days.parse().unwrap());
        (name.to_string(), prefix.to_string(), days.parse().unwrap(), snapshot_days)
    });
    state(input).last_run = Some(LastRun {
        run: "RUN".into(),
        finished: time("2026-11-22"),
        exit: 0,
        deleted_indices: line.name.parse().unwrap(),
        deleted_bytes: Bytes(0),
        archived_indices: 0,
        expired_snapshots: 0,
        policies: policies.collect(),
    });
}

fn guard(guards: &mut Guards, line: &Line<'_>) {
    let (key, value) = line.name.split_once('=').unwrap();
    let amount: u64 = value.parse().unwrap();
    match key {
        "indices" => guards.max_indices = amount,
        "gib" => guards.max_bytes = Bytes(amount * Bytes::GIB),
        "share" => guards.max_share_percent = u8::try_from(amount).unwrap(),
        "snapshots" => guards.max_snapshots = amount,
        "snapshot-share" => guards.max_snapshot_share_percent = u8::try_from(amount).unwrap(),
        "remaining" => guards.min_remaining = amount,
        "growth" => guards.max_growth = u32::try_from(amount).unwrap(),
        other => panic!("no guard is called {other}"),
    }
}

fn allow(overrides: &mut Overrides, line: &Line<'_>) {
    let (key, value) = line.name.split_once('=').unwrap();
    let amount: u64 = value.parse().unwrap();
    match key {
        "count" => overrides.delete_count = Some(amount),
        "gib" => overrides.delete_bytes = Some(Bytes(amount * Bytes::GIB)),
        "share" => overrides.delete_share = Some(u8::try_from(amount).unwrap()),
        "expire-count" => overrides.expire_count = Some(amount),
        "expire-share" => overrides.expire_share = Some(u8::try_from(amount).unwrap()),
        other => panic!("no override is called {other}"),
    }
}

/// Snapshots in the repository: name to state and contents.
#[derive(Default)]
struct Shelf {
    snapshots: BTreeMap<String, Entry>,
    cluster_id: Option<String>,
}

pub(crate) type Entry = (SnapshotState, Vec<(String, Option<String>)>);

impl Shelf {
    fn entry(&mut self, name: &str) -> &mut Entry {
        self.snapshots.entry(name.into()).or_insert((SnapshotState::Success, Vec::new()))
    }

    fn catalogue(self) -> Catalogue {
        catalogue(self.snapshots, self.cluster_id)
    }
}

pub(crate) fn catalogue(snapshots: BTreeMap<String, Entry>, cluster_id: Option<String>) -> Catalogue {
    let mut names: Vec<&String> =
        snapshots.values().flat_map(|(_, held)| held.iter().map(|(name, _)| name)).collect();
    names.sort();
    names.dedup();
    let at = |name: &String| u32::try_from(names.binary_search(&name).unwrap()).unwrap();
    let mut copies: Vec<Copy> = Vec::new();
    for (snapshot, (_, held)) in (0u32..).zip(snapshots.values()) {
        copies.extend(held.iter().map(|(name, uuid)| Copy {
            index: at(name),
            snapshot,
            uuid: uuid.as_deref().map(IndexUuid::from),
        }));
    }
    copies.sort_by_key(|copy| (copy.index, copy.snapshot));
    let index = |name: &&String| CatalogueIndex {
        name: name.as_str().into(),
        id: format!("id-{name}"),
        shard_path_type: 0,
    };
    Catalogue {
        generation: 1,
        indices: names.iter().map(index).collect(),
        snapshots: snapshots
            .iter()
            .map(|(name, (state, _))| SnapshotEntry {
                name: name.as_str().into(),
                uuid: format!("s-{name}").into(),
                state: *state,
            })
            .collect(),
        copies,
        cluster_id,
    }
}

//! Every way of damaging a repository, as values: the clauses on blobs that a real engine wrote, one damage at a time.
//!
//! The world is a repository of Elasticsearch 7.10.2 with split blobs (`tests/repository/`): two shards of
//! `orders-2026.01.01`, in snapshot `orders-chunk-1`, and what `_stats` said of the live index.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use serde_json::Value;

use super::clause_bytes::{self, ShardAudit};
use super::refusal::malformed;
use super::*;
use crate::model::{Catalogue, Clause, ClauseEvidence, Missing, ProofLevel};
use crate::repository::{IndexMetadata, Layout, read_catalogue};

const BASE: &str = "snapshots/orders-chunk";
const INDEX: &str = "orders-2026.01.01";

struct Object {
    /// Absent for data blobs, of which only the length matters.
    bytes: Option<Vec<u8>>,
    size: u64,
    class: &'static str,
}

struct World {
    objects: BTreeMap<String, Object>,
    subject: Subject,
    id: SnapshotId,
    live: Option<LiveIndex>,
    layout: Layout,
}

fn world() -> World {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/repository/elasticsearch-7.10.2");
    let listing = std::fs::read_to_string(folder.join("listing.tsv")).unwrap();
    let objects = listing.lines().map(|line| line.split_once('\t').unwrap()).map(|(key, size)| {
        let bytes = std::fs::read(folder.join("bucket").join(key)).ok();
        (key.to_owned(), Object { bytes, size: size.parse().unwrap(), class: "STANDARD" })
    });
    let live = live(&folder, "after-first-snapshot");
    let layout = Layout::new(BASE);
    let mut world = World {
        objects: objects.collect(),
        subject: Subject { name: INDEX.into(), uuid: live.uuid.clone(), primaries: 2 },
        id: SnapshotId { name: "orders-chunk-1".into(), uuid: "".into() },
        live: Some(live),
        layout,
    };
    world.id = world.snapshot_called("orders-chunk-1");
    world
}

fn live(folder: &Path, moment: &str) -> LiveIndex {
    let text = std::fs::read_to_string(folder.join("live.json")).unwrap();
    let index = &serde_json::from_str::<Value>(&text).unwrap()[moment]["indices"][INDEX];
    let shard = |entry: &Value| LiveShard {
        commit: base64::prelude::BASE64_STANDARD
            .decode(entry["commit"]["id"].as_str().unwrap())
            .map(|id| id.iter().map(|byte| format!("{byte:02x}")).collect())
            .unwrap(),
        history_uuid: entry["commit"]["user_data"]["history_uuid"].as_str().unwrap().into(),
        max_seq_no: entry["seq_no"]["max_seq_no"].as_i64().unwrap(),
        local_checkpoint: entry["seq_no"]["local_checkpoint"].as_i64().unwrap(),
        docs: entry["docs"]["count"].as_u64().unwrap(),
    };
    let shards = index["shards"].as_object().unwrap().iter();
    LiveIndex {
        uuid: index["uuid"].as_str().unwrap().into(),
        shards: shards.map(|(number, copies)| (number.parse().unwrap(), shard(&copies[0]))).collect(),
    }
}

impl World {
    fn catalogue(&self) -> Catalogue {
        read_catalogue(self.bytes(&format!("{BASE}/index-1")).unwrap(), 1).unwrap()
    }

    fn bytes(&self, key: &str) -> Option<&[u8]> {
        self.objects.get(key).map(|object| object.bytes.as_deref().unwrap())
    }

    fn snapshot_called(&self, name: &str) -> SnapshotId {
        let catalogue = self.catalogue();
        let entry = catalogue.snapshots.iter().find(|entry| entry.name.as_str() == name).unwrap();
        SnapshotId { name: entry.name.clone(), uuid: entry.uuid.clone() }
    }

    /// `indices/<id>/`, with the base path in front.
    fn index_folder(&self) -> String {
        let catalogue = self.catalogue();
        let index = catalogue.indices.iter().find(|index| index.name.as_str() == INDEX).unwrap();
        format!("{BASE}/indices/{}/", index.id)
    }

    /// The `nth` key of shard 0 whose file name begins with `start`.
    fn key(&self, start: &str, nth: usize) -> String {
        let prefix = format!("{}0/{start}", self.index_folder());
        self.objects.keys().filter(|key| key.starts_with(&prefix)).nth(nth).unwrap().clone()
    }

    fn root_key(&self) -> String {
        self.layout.snapshot(&self.id.uuid)
    }

    fn shard_file(&self) -> String {
        self.key("snap-", 0)
    }

    fn flip(&mut self, key: &str) {
        let bytes = self.objects.get_mut(key).unwrap().bytes.as_mut().unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x10;
    }

    /// Replaces `from` by `to`, of the same length, inside a blob, and makes its checksum right again.
    fn forge(&mut self, key: &str, from: &[u8], to: &[u8]) {
        assert_eq!(from.len(), to.len());
        let bytes = self.objects.get_mut(key).unwrap().bytes.as_mut().unwrap();
        let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
        bytes[at..at + to.len()].copy_from_slice(to);
        if key.ends_with(".dat") {
            let end = bytes.len();
            let sum = u64::from(crc32fast::hash(&bytes[..end - 8]));
            bytes[end - 8..].copy_from_slice(&sum.to_be_bytes());
        }
    }

    fn put(&mut self, key: &str, bytes: Vec<u8>) {
        let size = bytes.len() as u64;
        self.objects.insert(key.to_owned(), Object { bytes: Some(bytes), size, class: "STANDARD" });
    }

    /// The clauses in the verifier's order, without its I/O.
    fn judge(&self) -> Result<Vec<ClauseEvidence>, Missing> {
        let (subject, id, layout) = (&self.subject, &self.id, &self.layout);
        let catalogue = match read_catalogue(self.bytes(&layout.catalogue(1)).unwrap_or_default(), 1) {
            Ok(catalogue) => catalogue,
            Err(error) => return Err(malformed(Clause::Identity, &layout.catalogue(1), &error)),
        };
        let identity = clause_identity::check(subject, id, &catalogue, layout);
        let info = clause_snapshot::read(&self.root_key(), self.bytes(&self.root_key()))?;
        let first = clause_snapshot::check(subject, id, &info, &self.root_key())?;
        let (index, second) = identity?;
        let prefix = layout.index_metadata(index);
        let metadata = self.objects.keys().filter(|key| key.starts_with(&prefix));
        let metadata: Result<Vec<_>, _> =
            metadata.map(|key| clause_bytes::read_metadata(key, self.bytes(key).unwrap())).collect();
        clause_bytes::check_metadata(subject, &prefix, &metadata?)?;
        let shards: Result<Vec<_>, _> = (0..subject.primaries)
            .map(|shard| {
                let folder = clause_bytes::folder(layout, index, shard)?;
                let file = self.bytes(&clause_bytes::file_key(&folder, id));
                let mut audit = ShardAudit::read(shard, &folder, file, id)?;
                self.objects.iter().for_each(|(key, object)| audit.see(key, object.size, object.class));
                audit.finish()
            })
            .collect();
        let shards = shards?;
        let third = clause_bytes::evidence(&shards);
        let fourth = clause_commit::check(subject, &shards, self.live.as_ref())?;
        let fifth = clause_now::first(subject, self.live.as_ref())?;
        Ok(vec![first, second, third, fourth, fifth])
    }
}

#[test]
fn an_undamaged_copy_is_proven_in_five_sentences() {
    let world = world();
    let says: Vec<_> = world.judge().unwrap().into_iter().map(|clause| clause.says).collect();
    let id = world.index_folder().replace(&format!("{BASE}/"), "");
    assert_eq!(says[0], "SUCCESS, 4 of 4 shards, no failures");
    assert_eq!(
        says[1],
        format!("index-1 names uuid {} for {}", world.subject.uuid, id.trim_end_matches('/'))
    );
    assert_eq!(says[2], "7 of 7 blobs, each of its exact length, 8.9 KiB, all STANDARD");
    let commit = &world.live.as_ref().unwrap().shards[&0].commit;
    assert_eq!(says[3], format!("2 of 2 shards: the live Lucene commit (shard 0 {commit})"));
    assert!(says[4].starts_with("uuid and sequence numbers of 2 shards"));
}

type Damage = fn(&mut World);

/// What is done to the repository or to the index, the clause that must fail, words it must say, and whether a new
/// snapshot would mend it.
#[rustfmt::skip]
const DAMAGES: &[(&str, Damage, Clause, &str, bool)] = &[
    ("blob missing", |w| { let key = w.key("__", 0); w.objects.remove(&key); }, Clause::Bytes, "not there", false),
    ("part missing", |w| { let key = w.objects.keys().find(|k| k.starts_with(&w.index_folder()) && k.contains(".part1")).unwrap().clone(); w.objects.remove(&key); }, Clause::Bytes, "not there", false),
    ("blob short", |w| { let key = w.key("__", 0); w.objects.get_mut(&key).unwrap().size -= 1; }, Clause::Bytes, "blob short", false),
    ("blob long", |w| { let key = w.key("__", 1); w.objects.get_mut(&key).unwrap().size += 1; }, Clause::Bytes, "blob long", false),
    ("blob in Glacier", |w| { let key = w.key("__", 0); w.objects.get_mut(&key).unwrap().class = "GLACIER"; }, Clause::Bytes, "storage class GLACIER", false),
    ("blob in Deep Archive", |w| { let key = w.key("__", 0); w.objects.get_mut(&key).unwrap().class = "DEEP_ARCHIVE"; }, Clause::Bytes, "storage class DEEP_ARCHIVE", false),
    ("shard's file in Glacier", |w| { let key = w.shard_file(); w.objects.get_mut(&key).unwrap().class = "GLACIER"; }, Clause::Bytes, "storage class GLACIER", false),
    ("unknown storage class", |w| { let key = w.key("__", 0); w.objects.get_mut(&key).unwrap().class = "TAPE"; }, Clause::Bytes, "storage class TAPE", false),
    ("shard missing", |w| { let key = w.shard_file(); w.objects.remove(&key); }, Clause::Bytes, "shard 0 is not in the snapshot", false),
    ("shard's file with a wrong checksum", |w| { let key = w.shard_file(); w.flip(&key); }, Clause::Bytes, "checksum wrong", false),
    ("shard's file empty", |w| { let key = w.shard_file(); w.put(&key, vec![]); }, Clause::Bytes, "too few", false),
    ("shard's file cut", |w| { let key = w.shard_file(); w.objects.get_mut(&key).unwrap().bytes.as_mut().unwrap().truncate(300); }, Clause::Bytes, "cut or overwritten", false),
    ("shard's file is the root file", |w| { let (root, key) = (w.root_key(), w.shard_file()); let bytes = w.bytes(&root).unwrap().to_vec(); w.put(&key, bytes); }, Clause::Bytes, "cannot be read", false),
    ("shard's file of another snapshot", |w| { let other = w.snapshot_called("orders-chunk-2"); let from = w.objects.keys().find(|k| k.contains("/0/") && k.ends_with(&format!("snap-{}.dat", other.uuid)) && k.starts_with(BASE)).unwrap().clone(); let bytes = w.bytes(&from).unwrap().to_vec(); let key = w.shard_file(); w.put(&key, bytes); }, Clause::Bytes, "is of snapshot orders-chunk-2", false),
    ("shard's file of another shard", |w| { let from = w.shard_file().replace("/0/snap", "/1/snap"); let bytes = w.bytes(&from).unwrap().to_vec(); let key = w.shard_file(); w.put(&key, bytes); }, Clause::Bytes, "not there", false),
    ("index metadata missing", |w| { let prefix = format!("{}meta-", w.index_folder()); w.objects.retain(|key, _| !key.starts_with(&prefix)); }, Clause::Bytes, "could not be restored", false),
    ("index metadata with a wrong checksum", |w| { let prefix = format!("{}meta-", w.index_folder()); let key = w.objects.keys().find(|k| k.starts_with(&prefix)).unwrap().clone(); w.flip(&key); }, Clause::Bytes, "checksum wrong", false),
    ("fewer shards than the index has", |w| w.subject.primaries = 3, Clause::Snapshot, "4 shards", true),
    ("other number of primaries in the copy", |w| w.subject.primaries = 1, Clause::Bytes, "tells 2 primaries, the index has 1", false),
    ("root file missing", |w| { let key = w.root_key(); w.objects.remove(&key); }, Clause::Snapshot, "root file is not there", false),
    ("root file with a wrong checksum", |w| { let key = w.root_key(); w.flip(&key); }, Clause::Snapshot, "checksum wrong", false),
    ("root file of another snapshot", |w| { let other = w.snapshot_called("orders-chunk-2"); let bytes = w.bytes(&w.layout.snapshot(&other.uuid)).unwrap().to_vec(); let key = w.root_key(); w.put(&key, bytes); }, Clause::Snapshot, "describes snapshot orders-chunk-2", false),
    ("catalogue of another generation", |w| { let key = format!("{BASE}/index-1"); let name = w.id.uuid.to_string(); let other = "A".repeat(22); while w.bytes(&key).unwrap().windows(22).any(|at| at == name.as_bytes()) { w.forge(&key, name.as_bytes(), other.as_bytes()); } }, Clause::Identity, "does not list snapshot orders-chunk-1", false),
    ("catalogue that contradicts the root file", |w| { let key = format!("{BASE}/index-1"); let from = format!("{}\",\"state\":1", w.id.uuid); let to = from.replace(":1", ":3"); w.forge(&key, from.as_bytes(), to.as_bytes()); }, Clause::Identity, "calls the snapshot PARTIAL", false),
    ("catalogue cut", |w| { let key = format!("{BASE}/index-1"); w.objects.get_mut(&key).unwrap().bytes.as_mut().unwrap().truncate(200); }, Clause::Identity, "cannot be read", false),
    ("another index of the same name", |w| w.subject.uuid = "B".repeat(22).into(), Clause::Identity, "another index of the same name", true),
    ("index not in the snapshot", |w| w.id = w.snapshot_called("orders-chunk-2"), Clause::Snapshot, "does not list index orders-2026.01.01", true),
    ("catalogue without uuids, as before 7.9", |w| { let key = format!("{BASE}/index-1"); for _ in 0..2 { w.forge(&key, b"index_metadata_lookup", b"index_metadata_lookuq"); } }, Clause::Identity, "does not tell the index's uuid", false),
    ("document written after the snapshot", |w| w.shard(1).max_seq_no += 1, Clause::Commit, "shard 1 took writes after the snapshot", true),
    ("document written, same last commit", |w| { let live = w.shard(0); live.max_seq_no += 1; live.local_checkpoint += 1; }, Clause::Commit, "shard 0 took writes", true),
    ("write under way", |w| w.shard(0).local_checkpoint -= 1, Clause::Commit, "under way", true),
    ("another history", |w| w.shard(0).history_uuid = "C".repeat(22), Clause::Commit, "another history", true),
    ("primary not started", |w| { w.live.as_mut().unwrap().shards.remove(&1); }, Clause::Commit, "primary of shard 1 is not started", false),
    ("index closed", |w| w.live = None, Clause::Commit, "closed or gone", false),
    ("index made anew since", |w| w.live.as_mut().unwrap().uuid = "D".repeat(22).into(), Clause::Commit, "another one by now", false),
];

impl World {
    fn shard(&mut self, number: u32) -> &mut LiveShard {
        self.live.as_mut().unwrap().shards.get_mut(&number).unwrap()
    }
}

#[test]
fn every_damage_is_found_by_its_clause_and_names_the_object() {
    for (name, damage, clause, words, mended) in DAMAGES {
        let mut world = world();
        damage(&mut world);
        let missing = world.judge().expect_err(name);
        assert_eq!(missing.clause, *clause, "{name}: {missing}");
        assert!(missing.why.contains(words), "{name}: {missing} does not say {words:?}");
        assert_eq!(missing.mended_by_snapshot, *mended, "{name}: {missing}");
        assert!(missing.object.is_some_and(|object| !object.is_empty()), "{name} names no object");
    }
}

#[test]
fn an_unfinished_or_shallow_snapshot_is_never_proof() {
    use crate::model::SnapshotState::{Failed, InProgress, Incompatible, Partial};
    let world = world();
    let whole = clause_snapshot::read(&world.root_key(), world.bytes(&world.root_key())).unwrap();
    let judge = |change: &dyn Fn(&mut crate::model::SnapshotInfo)| {
        let mut info = whole.clone();
        change(&mut info);
        let missing = clause_snapshot::check(&world.subject, &world.id, &info, "root").unwrap_err();
        (missing.why, missing.mended_by_snapshot)
    };
    let failure = || vec!["orders-2026.01.01 shard 1: node left".to_owned()];
    for (words, mended, (why, found)) in [
        ("still being written", false, judge(&|i| i.state = InProgress)),
        ("failed", true, judge(&|i| i.state = Failed)),
        ("cannot read", true, judge(&|i| i.state = Incompatible)),
        (
            "partial: 4 of 4 shards, first orders-2026.01.01 shard 1: node left",
            true,
            judge(&|i| {
                i.state = Partial;
                i.failures = failure();
            }),
        ),
        ("1 of its shards failed", true, judge(&|i| i.failures = failure())),
        ("only 3 of 4 shards", true, judge(&|i| i.shards_successful = 3)),
        ("shallow copy holds no data", false, judge(&|i| i.shallow = true)),
        (
            "5 shards",
            true,
            judge(&|i| {
                i.indices.truncate(1);
                i.indices[0] = INDEX.into();
                (i.shards_total, i.shards_successful) = (5, 5);
            }),
        ),
    ] {
        assert!(why.contains(words), "{why:?} does not say {words:?}");
        assert_eq!(found, mended, "{why}");
    }
}

#[test]
fn a_copy_of_sources_alone_is_never_proof() {
    let subject = world().subject;
    let metadata = |source_only| IndexMetadata {
        name: INDEX.into(),
        uuid: subject.uuid.clone(),
        primaries: 2,
        source_only,
    };
    let check = |found: &[IndexMetadata]| clause_bytes::check_metadata(&subject, "meta-", found);
    assert_eq!(check(&[metadata(false)]), Ok(()));
    // Which of two is of this snapshot nobody can say.
    for found in [vec![metadata(true)], vec![metadata(false), metadata(true)]] {
        let missing = check(&found).unwrap_err();
        assert!(missing.why.contains("sources alone"), "{}", missing.why);
        assert!(!missing.mended_by_snapshot);
    }
}

#[test]
fn a_flush_or_merge_leaves_the_proof_standing() {
    let mut world = world();
    world.shard(0).commit = "00".repeat(16);
    let says = world.judge().unwrap()[3].says.clone();
    assert!(says.contains("1 of them the live Lucene commit"), "{says}");
}

#[test]
fn the_last_reading_must_equal_the_first() {
    let world = world();
    let before = world.live.as_ref();
    let changed = |change: fn(&mut LiveIndex)| {
        let mut now = world.live.clone().unwrap();
        change(&mut now);
        clause_now::unchanged(&world.subject, before, Some(&now)).map(|evidence| evidence.says)
    };
    assert_eq!(changed(|_| {}).unwrap(), clause_now_says(&world));
    for (words, found) in [
        ("took writes while", changed(|now| now.shards.get_mut(&0).unwrap().max_seq_no += 1)),
        ("took writes while", changed(|now| now.shards.get_mut(&0).unwrap().local_checkpoint += 1)),
        ("took writes while", changed(|now| now.shards.get_mut(&1).unwrap().history_uuid = "x".into())),
        ("1 of 2 primaries", changed(|now| drop(now.shards.remove(&1)))),
        ("another one by now", changed(|now| now.uuid = "x".into())),
        ("closed or gone", clause_now::unchanged(&world.subject, before, None).map(|e| e.says)),
    ] {
        let missing = found.unwrap_err();
        assert_eq!(missing.clause, Clause::Now);
        assert!(missing.why.contains(words), "{missing} does not say {words:?}");
    }
}

fn clause_now_says(world: &World) -> String {
    let highest = world.live.as_ref().unwrap().shards.values().map(|s| s.max_seq_no).max().unwrap();
    format!("uuid and sequence numbers of 2 shards (up to {highest}) unchanged")
}

#[test]
fn only_snapshots_that_hold_this_very_uuid_are_candidates() {
    let mut world = world();
    let catalogue = world.catalogue();
    assert_eq!(candidates::of(&world.subject, &catalogue, ProofLevel::Full), [world.id.clone()]);
    for (name, uuid) in [(INDEX, "E"), ("unheard-of", "E")] {
        world.subject = Subject { name: name.into(), uuid: uuid.repeat(22).into(), primaries: 2 };
        assert_eq!(candidates::of(&world.subject, &catalogue, ProofLevel::Api), []);
        let missing = candidates::none(&world.subject, &catalogue, &world.layout);
        assert!(missing.mended_by_snapshot && missing.why.contains("no snapshot holds"), "{missing}");
    }
}

#[test]
fn the_api_level_takes_a_copy_whose_uuid_is_not_told_and_the_full_level_does_not() {
    let mut world = world();
    let key = format!("{BASE}/index-1");
    (0..2).for_each(|_| world.forge(&key, b"index_metadata_lookup", b"index_metadata_lookuq"));
    let catalogue = world.catalogue();
    assert_eq!(candidates::of(&world.subject, &catalogue, ProofLevel::Api), [world.id.clone()]);
    assert_eq!(candidates::of(&world.subject, &catalogue, ProofLevel::Full), []);
    let missing = candidates::none(&world.subject, &catalogue, &world.layout);
    assert_eq!((missing.clause, missing.mended_by_snapshot), (Clause::Identity, false));
    assert!(missing.why.contains("`proof: api`"));
}

#[test]
fn what_could_not_be_read_outweighs_what_was_found_wanting() {
    use crate::model::{Live, Unknown, Verdict};
    let missing = |why: &str| Live::Present(Verdict::Missing(refusal::outdated(Clause::Commit, "o", why)));
    let unknown = || Live::Unknown(Unknown::because("503"));
    let better = candidates::better;
    assert_eq!(better(None, missing("newer")), missing("newer"));
    assert_eq!(better(Some(missing("newer")), missing("older")), missing("newer"));
    assert_eq!(better(Some(missing("newer")), unknown()), unknown());
    assert_eq!(better(Some(unknown()), missing("older")), unknown());
}

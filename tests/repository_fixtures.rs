//! The format parser on repositories that OpenSearch 3.6.0 and Elasticsearch 7.10.2 wrote.
//!
//! `tests/repository/<engine>/` holds the metadata blobs under their own keys (`bucket/`), every key of the repositories
//! with its size (`listing.tsv`) and what `_stats?level=shards` answered at four moments (`live.json`). Three daily
//! indices went into snapshot 1; then `orders-2026.01.02` was deleted, made anew and went into snapshot 2.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a broken fixture fails the test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use es2s3::model::{Catalogue, SnapshotState};
use es2s3::repository::{
    FormatError, Layout, parse_index_metadata, parse_latest, parse_segments, parse_shard_snapshot,
    parse_snapshot, read_catalogue,
};
use serde_json::Value;

/// Engine and repository: plain and deflated documents, split blobs, hashed shard paths.
const REPOSITORIES: [(&str, &str); 7] = [
    ("elasticsearch-7.10.2", "orders-plain"),
    ("elasticsearch-7.10.2", "orders-deflate"),
    ("elasticsearch-7.10.2", "orders-chunk"),
    ("opensearch-3.6.0", "orders-plain"),
    ("opensearch-3.6.0", "orders-deflate"),
    ("opensearch-3.6.0", "orders-prefix"),
    ("opensearch-3.6.0", "orders-infix"),
];

struct Fixture {
    folder: PathBuf,
    name: &'static str,
    layout: Layout,
    sizes: BTreeMap<String, u64>,
}

fn fixtures() -> impl Iterator<Item = Fixture> {
    REPOSITORIES.iter().map(|&(engine, name)| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/repository").join(engine);
        let listing = std::fs::read_to_string(folder.join("listing.tsv")).unwrap();
        let sizes = listing
            .lines()
            .map(|line| line.split_once('\t').unwrap())
            .map(|(key, size)| (key.to_owned(), size.parse().unwrap()))
            .collect();
        Fixture { folder, name, layout: Layout::new(&format!("snapshots/{name}")), sizes }
    })
}

impl Fixture {
    fn get(&self, key: &str) -> Vec<u8> {
        std::fs::read(self.folder.join("bucket").join(key)).unwrap_or_else(|why| panic!("{key}: {why}"))
    }

    fn catalogue(&self) -> Catalogue {
        read_catalogue(self.get(&self.layout.catalogue(1)).as_slice(), 1).unwrap()
    }

    fn live(&self, moment: &str) -> Value {
        let text = std::fs::read_to_string(self.folder.join("live.json")).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()[moment]["indices"].take()
    }

    /// Keys of all metadata blobs that carry a checksum.
    fn framed(&self) -> Vec<&String> {
        let ours = |key: &&String| key.contains(self.name) && key.ends_with(".dat");
        self.sizes.keys().filter(ours).filter(|key| self.folder.join("bucket").join(key).exists()).collect()
    }
}

#[test]
fn the_catalogue_tells_each_copy_with_its_uuid() {
    for fixture in fixtures() {
        let catalogue = fixture.catalogue();
        assert_eq!(parse_latest(&fixture.get(&fixture.layout.latest())), Ok(1));
        let positions = catalogue.index_positions();
        let uuids = |name: &str| -> Vec<String> {
            let copies = catalogue.copies_of(positions[name]).iter();
            copies.map(|copy| copy.uuid.as_ref().unwrap().to_string()).collect()
        };
        let (first, second) = (fixture.live("after-first-snapshot"), fixture.live("after-second-snapshot"));
        assert_eq!(uuids("orders-2026.01.01"), [first["orders-2026.01.01"]["uuid"].as_str().unwrap()]);
        let mut both = [&first, &second].map(|live| live["orders-2026.01.02"]["uuid"].as_str().unwrap());
        assert_ne!(both[0], both[1]);
        let mut found = uuids("orders-2026.01.02");
        both.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, both, "{}", fixture.name);
    }
}

#[test]
fn root_files_tell_state_shards_and_marks() {
    for fixture in fixtures() {
        let catalogue = fixture.catalogue();
        for entry in &catalogue.snapshots {
            let info = parse_snapshot(&fixture.get(&fixture.layout.snapshot(&entry.uuid))).unwrap();
            assert_eq!(
                (&info.name, &info.uuid, info.state),
                (&entry.name, &entry.uuid, SnapshotState::Success)
            );
            assert!(info.failures.is_empty() && !info.shallow);
            assert!(info.ended.unwrap() >= info.started);
            let first = entry.name.as_str().ends_with("-1");
            assert_eq!(info.shards_total, if first { 4 } else { 1 });
            assert_eq!(info.shards_successful, info.shards_total);
            assert_eq!(
                info.marks.map(|marks| (marks.policy.to_string(), marks.bytes.0)),
                first.then(|| ("orders".into(), 1234))
            );
        }
    }
}

/// Each blob that a shard's file lists lies in the listing, with the length that it says.
#[test]
fn every_blob_is_where_the_layout_says_with_its_exact_length() {
    for fixture in fixtures() {
        let catalogue = fixture.catalogue();
        let mut parts = 0;
        for copy in &catalogue.copies {
            let index = &catalogue.indices[copy.index as usize];
            let snapshot = &catalogue.snapshots[copy.snapshot as usize];
            for shard in 0..if index.name.as_str() == "orders-2026.01.01" { 2 } else { 1 } {
                let folder = fixture.layout.shard(index, shard).unwrap();
                let file = parse_shard_snapshot(&fixture.get(&format!("{folder}snap-{}.dat", snapshot.uuid)))
                    .unwrap();
                assert_eq!(file.snapshot, snapshot.name.as_str());
                for blob in file.blobs().unwrap() {
                    assert_eq!(
                        fixture.sizes.get(&format!("{folder}{}", blob.name)),
                        Some(&blob.length),
                        "{blob:?}"
                    );
                    parts += u32::from(blob.name.contains(".part"));
                }
            }
        }
        assert_eq!(parts > 0, fixture.name == "orders-chunk");
    }
}

/// The commit id, history and sequence number inside `segments_N` are those that the engine told when it was live.
#[test]
fn the_live_commit_is_found_in_the_copy() {
    for fixture in fixtures() {
        let catalogue = fixture.catalogue();
        // Snapshot 1 flushed each shard; the statistics read after the last of several snapshots still show that commit.
        for (moment, number, name, shards) in [
            ("after-first-snapshot", "1", "orders-2026.01.01", 2),
            ("after-first-snapshot", "1", "orders-2026.01.02", 1),
            ("after-first-snapshot", "1", "orders-2026.01.03", 1),
            ("after-second-snapshot", "2", "orders-2026.01.02", 1),
        ] {
            let index = catalogue.indices.iter().find(|index| index.name.as_str() == name).unwrap();
            let snapshot = catalogue.snapshots.iter().find(|s| s.name.as_str().ends_with(number)).unwrap();
            for shard in 0..shards {
                let folder = fixture.layout.shard(index, shard).unwrap();
                let file = fixture.get(&format!("{folder}snap-{}.dat", snapshot.uuid));
                let commit = parse_shard_snapshot(&file).unwrap().commit().unwrap();
                let live = &fixture.live(moment)[name]["shards"][shard.to_string()][0]["commit"];
                let id = base64::prelude::BASE64_STANDARD.decode(live["id"].as_str().unwrap()).unwrap();
                assert_eq!(commit.id, id.iter().map(|b| format!("{b:02x}")).collect::<String>());
                assert_eq!(commit.history_uuid.as_deref(), live["user_data"]["history_uuid"].as_str());
                let max = commit.max_seq_no.map(|max| max.to_string());
                assert_eq!(max.as_deref(), live["user_data"]["max_seq_no"].as_str());
            }
        }
    }
}

#[test]
fn index_metadata_tells_uuid_and_primaries() {
    for fixture in fixtures() {
        let mut read = 0;
        for index in &fixture.catalogue().indices {
            let prefix = fixture.layout.index_metadata(index);
            for key in fixture.sizes.keys().filter(|key| key.starts_with(&prefix)) {
                let metadata = parse_index_metadata(&fixture.get(key)).unwrap();
                assert_eq!(metadata.name, index.name);
                assert_eq!(
                    metadata.primaries,
                    if index.name.as_str() == "orders-2026.01.01" { 2 } else { 1 }
                );
                read += 1;
            }
        }
        assert_eq!(read, 4, "{}", fixture.name);
    }
}

/// What any of the three parsers of framed blobs says, as one result.
fn parse(key: &str, bytes: &[u8]) -> Result<(), FormatError> {
    if key.contains("/meta-") {
        return parse_index_metadata(bytes).map(drop);
    }
    if key.contains("/indices/") {
        let file = parse_shard_snapshot(bytes)?;
        return file.blobs().and_then(|_| file.commit()).map(drop);
    }
    parse_snapshot(bytes).map(drop)
}

#[test]
fn every_flipped_bit_and_every_cut_is_detected() {
    for fixture in fixtures() {
        for key in fixture.framed() {
            let whole = fixture.get(key);
            assert_eq!(parse(key, &whole), Ok(()), "{key}");
            for length in 0..whole.len() {
                assert!(parse(key, &whole[..length]).is_err(), "{key} cut to {length}");
            }
            for bit in 0..whole.len() * 8 {
                let mut damaged = whole.clone();
                damaged[bit / 8] ^= 1 << (bit % 8);
                assert!(parse(key, &damaged).is_err(), "{key} bit {bit}");
            }
        }
    }
}

/// A checksum can be forged; the parsers must still not panic. The footer is made right again after each damage.
#[test]
fn damage_under_a_right_checksum_never_panics() {
    let fixture = fixtures().next().unwrap();
    for key in fixture.framed() {
        let whole = fixture.get(key);
        let body = whole.len() - 16;
        for at in 0..body {
            for byte in [0x00, 0x01, 0x20, 0x26, 0x2a, 0x7f, 0x80, 0xe0, 0xe8, 0xf8, 0xfa, 0xfb, 0xfd, 0xff] {
                let mut forged = whole.clone();
                forged[at] = byte;
                let sum = u64::from(crc32fast::hash(&forged[..body + 8]));
                forged[body + 8..].copy_from_slice(&sum.to_be_bytes());
                let _ = parse(key, &forged);
            }
        }
    }
}

#[test]
fn a_cut_catalogue_is_never_taken_for_a_whole_one() {
    for fixture in fixtures() {
        let whole = fixture.get(&fixture.layout.catalogue(1));
        for length in 0..whole.len() {
            assert!(read_catalogue(&whole[..length], 1).is_err(), "{} cut to {length}", fixture.name);
        }
    }
}

proptest::proptest! {
    /// Any bytes at all, in a frame with a right checksum and behind the first bytes of a document, are an error or a
    /// document and never a panic.
    #[test]
    fn no_bytes_make_a_parser_panic(body in proptest::collection::vec(0u8.., 0..400), deflate: bool, snapshot: bool) {
        let codec = if snapshot { "snapshot" } else { "index-metadata" };
        let mut blob = vec![0x3f, 0xd7, 0x6c, 0x17, codec.len() as u8];
        blob.extend(codec.as_bytes());
        blob.extend([0, 0, 0, 1]);
        blob.extend(if deflate { &b"DFL\0"[..] } else { &b":)\n\x05\xfa"[..] });
        blob.extend(&body);
        blob.extend([0xc0, 0x28, 0x93, 0xe8, 0, 0, 0, 0]);
        blob.extend(u64::from(crc32fast::hash(&blob)).to_be_bytes());
        for key in ["snap-x.dat", "a/indices/b/0/snap-x.dat", "a/indices/b/meta-x.dat"] {
            let _ = parse(key, &blob);
            let _ = parse(key, &body);
        }
        let _ = read_catalogue(body.as_slice(), 0);
        let _ = parse_latest(&body);
        let _ = parse_segments("segments_1", &body);
    }
}

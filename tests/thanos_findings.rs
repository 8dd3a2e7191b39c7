//! Every finding about the layout of a bucket, one row each: what is wrong, and the ids that come of it, no more and no fewer.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by a panic"
)]

#[path = "thanos_findings/copies.rs"]
mod copies;
#[path = "support/thanos/seen.rs"]
mod seen;
#[path = "thanos_findings/world.rs"]
mod world;

use es2s3::model::infra::Versioning;
use es2s3::model::thanos::{
    BadMeta, Block, BlockId, BlockMeta, Expiry, Labels, MarkFault, MarkKind, MarkSeen, MetaSeen, OldVersions,
    Part, Pile, StorageClass, Transition,
};
use es2s3::model::{Bytes, Live};
use es2s3::plan::thanos::{Finding, ThanosPlan};
use es2s3::render::audit_html;
use world::{
    DAY, GIB, HOUR, NOW, World, bad_mark, class, denied, labels, lay, leave, lose, mark, put, put_at, say,
    unlist, unread,
};

/// What is wrong, the ids that it gives, and how it comes about in a sound bucket.
type Row = (&'static str, &'static [&'static str], fn(&mut World));

/// Ids in the order of the audit.
fn ids(plan: &ThanosPlan) -> Vec<&'static str> {
    plan.findings.iter().map(|finding| finding.id.word()).collect()
}

/// A finding about a block is shown by a key of it.
fn is_shown(finding: &Finding) -> bool {
    finding.block.is_none_or(|id| finding.keys.iter().any(|key| key.starts_with(&id.to_string())))
}

fn each_gives_its_findings(rows: &[Row]) {
    for (why, expected, strike) in rows {
        let mut world = World::sound();
        strike(&mut world);
        let plan = world.plan();
        assert_eq!(ids(&plan), *expected, "{why}: {:#?}", plan.findings);
        let bare: Vec<&Finding> = plan.findings.iter().filter(|finding| !is_shown(finding)).collect();
        assert!(bare.is_empty(), "{why}: nothing shows {bare:#?}");
    }
}

/// Of one finding its text.
fn text(strike: impl FnOnce(&mut World), id: &str) -> String {
    let mut world = World::sound();
    strike(&mut world);
    let findings = world.plan().findings;
    findings.into_iter().find(|finding| finding.id.word() == id).expect("the finding").text
}

#[test]
fn a_sound_bucket_gives_none() {
    each_gives_its_findings(&[("sound", &[], |_| {})]);
}

const METADATA: &[Row] = &[
    ("no JSON", &["meta-unreadable"], |world| {
        world.oldest().meta = MetaSeen::Bad(BadMeta::Unreadable("no JSON".into()));
    }),
    ("a version to come", &["meta-version"], |world| {
        world.oldest().meta = MetaSeen::Bad(BadMeta::Version(2))
    }),
    ("of another block", &["meta-of-another"], |world| {
        say(world.oldest(), |meta| meta.ulid = BlockId::made_at(1));
    }),
    ("denied", &["meta-unread"], |world| world.oldest().meta = MetaSeen::Unread(Box::new(unread()))),
    ("no sources", &["sources-empty"], |world| say(world.oldest(), |meta| meta.sources = [].into())),
    ("the end before the beginning", &["time-range"], |world| {
        say(world.oldest(), |meta| meta.max_time = meta.min_time - 1);
    }),
    ("samples from the future", &["time-future"], |world| {
        say(world.of(0, 1), |meta| meta.max_time += 3 * DAY * 1_000);
    }),
    ("a sample of 1970", &["time-ancient"], |world| say(world.oldest(), |meta| meta.min_time = 0)),
    ("samples of a minute", &["resolution-unknown"], |world| {
        say(world.oldest(), |meta| meta.resolution_ms = 60_000);
    }),
    ("no labels", &["labels-missing"], |world| say(world.oldest(), |meta| meta.labels = Default::default())),
    ("another label", &["labels-unexpected"], |world| {
        say(world.oldest(), |meta| meta.labels = labels("region", "eu"));
    }),
    ("a compaction that failed", &["compaction-failed"], |world| {
        say(world.oldest(), |meta| meta.failed = true);
    }),
    ("clocks an hour apart", &["clock-skew"], |world| world.skew = HOUR),
];

#[test]
fn what_a_block_says_of_itself() {
    each_gives_its_findings(METADATA);
}

const OBJECTS: &[Row] = &[
    ("no index", &["object-missing"], |world| lose(world.oldest(), &Part::Index)),
    ("a chunk file cut short", &["object-size"], |world| lay(world.oldest(), Part::Chunk(1), 999)),
    ("an empty index", &["object-size"], |world| lay(world.oldest(), Part::Index, 0)),
    ("an empty index, and Go writes no zero", &["object-size"], |world| put(world.oldest(), Part::Index, 0)),
    ("an empty chunk file, and Go writes no zero", &["object-size"], |world| {
        put(world.oldest(), Part::Chunk(1), 0);
    }),
    ("an empty index of a block that lists no files", &["object-size"], |world| {
        put(world.oldest(), Part::Index, 0);
        unlist(world.oldest(), None);
    }),
    ("no index of a block that lists no files", &["body-missing"], |world| {
        lose(world.oldest(), &Part::Index);
        unlist(world.oldest(), None);
    }),
    ("no index, and the list has none", &["body-missing"], |world| {
        lose(world.oldest(), &Part::Index);
        unlist(world.oldest(), Some(&Part::Index));
    }),
    ("no chunks, and the list has none", &["body-missing"], |world| {
        lose(world.oldest(), &Part::Chunk(1));
        unlist(world.oldest(), Some(&Part::Chunk(1)));
    }),
    ("a hole in the chunk files of a block that lists no files", &["chunk-gap"], |world| {
        lay(world.oldest(), Part::Chunk(3), 1_000);
        unlist(world.oldest(), None);
    }),
    ("a hole in the list of chunk files", &["chunk-gap"], |world| put(world.oldest(), Part::Chunk(3), 1_000)),
    ("a hole in the list, and the file is there", &["object-extra"], |world| {
        put(world.oldest(), Part::Chunk(3), 1_000);
        lay(world.oldest(), Part::Chunk(2), 1_000);
    }),
    ("a chunk file too many", &["object-extra"], |world| lay(world.oldest(), Part::Chunk(7), 1_000)),
    ("an empty chunk file too many", &["object-extra"], |world| lay(world.oldest(), Part::Chunk(2), 0)),
    ("somebody's notes", &["object-foreign"], |world| lay(world.oldest(), Part::of("notes.txt"), 9)),
    ("a meta.json one level deeper", &["nested-meta"], |world| {
        lay(world.oldest(), Part::of("x/meta.json"), 10);
    }),
    ("an object for the folder", &["folder-marker"], |world| lay(world.oldest(), Part::of("chunks/"), 0)),
    ("a chunk file of 512 MiB and the chunk that was being written", &[], |world| {
        put(world.oldest(), Part::Chunk(1), GIB / 2 + 1_000);
    }),
    ("a chunk file of 600 MiB", &["chunk-too-large"], |world| put(world.oldest(), Part::Chunk(1), 600 << 20)),
    ("given up three days ago", &["partial-upload"], |world| leave(world.oldest(), &[Part::Chunk(1)], 72)),
    ("written to yesterday", &["upload-in-progress"], |world| leave(world.oldest(), &[Part::Chunk(1)], 24)),
    ("nothing but its mark", &["ghost-mark"], |world| {
        leave(world.oldest(), &[Part::Mark(MarkKind::Deletion)], 72);
    }),
    ("in Glacier", &["cold-storage"], |world| class(world.oldest(), &Part::Index, StorageClass::Glacier)),
    ("in two classes", &["mixed-storage"], |world| {
        class(world.oldest(), &Part::Index, StorageClass::StandardIa);
    }),
];

#[test]
fn what_lies_in_its_folder() {
    each_gives_its_findings(OBJECTS);
}

/// Six blocks lie in the window of fourteen days that ended four days ago: they are merged with one another.
fn indices(world: &mut World, bytes: u64) {
    (3..=8).for_each(|ago| put(world.of(0, ago), Part::Index, bytes));
}

const INDICES: &[Row] = &[
    ("one of 55 GiB", &["index-near-limit"], |world| put(world.oldest(), Part::Index, 55 * GIB)),
    ("six of 9 GiB", &[], |world| indices(world, 9 * GIB)),
    ("six of 10 GiB", &["index-near-limit"], |world| indices(world, 10 * GIB)),
    ("six of 10 GiB, of which two are left out of compaction", &["no-compact", "no-compact"], |world| {
        indices(world, 10 * GIB);
        (3..=4).for_each(|ago| mark(world.of(0, ago), MarkKind::NoCompact, 72, "large"));
    }),
    ("six of 10 GiB in two windows", &[], |world| {
        (1..=2).chain(5..=8).for_each(|ago| put(world.of(0, ago), Part::Index, 10 * GIB));
    }),
];

#[test]
fn what_an_index_comes_to() {
    each_gives_its_findings(INDICES);
    let text = text(|world| indices(world, 10 * GIB), "index-near-limit");
    assert_eq!(
        text,
        "the indices of 6 blocks of raw of cluster=\"eu\" that are merged with one another, from 2026-11-07 on, come to 60.0 GiB"
    );
}

const MARKS: &[Row] = &[
    ("of a version to come", &["mark-version"], |world| bad_mark(world.oldest())),
    ("of another block", &["mark-of-another"], |world| {
        mark(world.oldest(), MarkKind::Deletion, 1, "by hand");
        if let Ok(mark) = &mut world.oldest().marks[0].said {
            std::sync::Arc::make_mut(mark).id = BlockId::made_at(1).to_string();
        }
    }),
    ("of tomorrow", &["mark-time"], |world| mark(world.oldest(), MarkKind::Deletion, -24, "by hand")),
    ("of five days ago", &["mark-overdue"], |world| {
        mark(world.oldest(), MarkKind::Deletion, 120, "by hand");
    }),
    ("not to be merged", &["no-compact"], |world| mark(world.oldest(), MarkKind::NoCompact, 1, "")),
    ("not to be made coarser", &["no-downsample"], |world| {
        mark(world.oldest(), MarkKind::NoDownsample, 1, "")
    }),
];

#[test]
fn what_its_marks_say() {
    each_gives_its_findings(MARKS);
}

const STREAMS: &[Row] = &[
    ("the same time twice", &["overlap"], |world| {
        world.copy(Some(BlockId::made_at(7)));
    }),
    ("the same time twice, and replicas are merged", &["compactor-behind", "overlap-replica"], |world| {
        world.thanos = "labels: [cluster], replica_labels: [replica], merge_replicas: true";
        world.copy(Some(BlockId::made_at(7)));
    }),
    ("the same block twice", &["duplicate"], |world| {
        world.copy(None);
    }),
    ("two days that nothing holds", &["gap"], |world| {
        world.take(0, 5);
        world.take(300_000, 5);
    }),
    ("two days without a 5m copy", &["not-downsampled"], |world| world.take(300_000, 5)),
    ("over the edge of every window", &["stuck-block"], |world| {
        let edge = (NOW - 4 * DAY) * 1_000;
        let wide = world.copy(Some(BlockId::made_at(7)));
        say(wide, |meta| {
            (meta.min_time, meta.max_time) = (edge - 9 * HOUR * 1_000, edge + 9 * HOUR * 1_000);
            meta.labels = labels("cluster", "wide");
        });
    }),
    ("labels that came once", &["stream-seen-once"], |world| {
        say(world.copy(Some(BlockId::made_at(7))), |meta| {
            meta.labels = labels("cluster", "slip");
            meta.level = 1;
        });
    }),
];

#[test]
fn what_time_a_stream_covers() {
    each_gives_its_findings(STREAMS);
}

/// A stream goes on under other labels from so many windows of two days ago on.
fn renamed(world: &mut World, windows_ago: i64, name: &str, value: &str) {
    for ago in 1..=windows_ago {
        for resolution in [0, 300_000] {
            say(world.of(resolution, ago), |meta| meta.labels = labels(name, value));
        }
    }
}

/// It has been over for two days: what is done to each block that lies in it.
fn fortnight(world: &mut World, change: impl Fn(&mut Block)) {
    world.now = NOW + 3 * DAY;
    for ago in 3..=8 {
        change(world.of(0, ago));
        change(world.of(300_000, ago));
    }
}

const BEHIND: &[Row] = &[
    ("the window of a fortnight is two days old", &["compactor-behind"], |world| world.now = NOW + 3 * DAY),
    ("and no Compactor runs", &[], |world| {
        world.thanos = "compactor: none";
        world.now = NOW + 3 * DAY;
    }),
    ("and one of its marks could not be read", &["meta-unread"], |world| {
        world.now = NOW + 3 * DAY;
        let said = Err(MarkFault::Unread(unread()));
        world.of(0, 5).marks = vec![MarkSeen { kind: MarkKind::NoCompact, said }];
    }),
    ("and its blocks are marked", &[], |world| {
        fortnight(world, |block| mark(block, MarkKind::Deletion, 1, "source of compacted block"));
    }),
    ("and its blocks were put there yesterday", &[], |world| {
        fortnight(world, |block| put_at(block, NOW + 2 * DAY));
    }),
];

#[test]
fn what_waits_to_be_merged() {
    each_gives_its_findings(BEHIND);
    assert_eq!(
        text(|world| world.now = NOW + 3 * DAY, "compactor-behind"),
        "cluster=\"eu\": 2 merges of 12 blocks; the largest, of raw from 2026-11-07 to 2026-11-19, reads 6.5 KiB"
    );
}

const RENAMED: &[Row] = &[
    ("another value", &["labels-changed"], |world| renamed(world, 3, "cluster", "us")),
    ("another name", &["labels-changed"], |world| {
        world.thanos = "labels: []";
        renamed(world, 3, "region", "eu");
    }),
    ("a replica's, which is none of its stream", &[], |world| {
        world.thanos = "labels: [cluster, replica], replica_labels: [replica]";
        for (ago, replica) in (1..=8).map(|ago| (ago, if ago > 3 { "a" } else { "b" })) {
            let add = |meta: &mut BlockMeta| {
                let mut labels = Labels::clone(&meta.labels);
                labels.insert("replica".into(), replica.into());
                meta.labels = labels.into();
            };
            say(world.of(0, ago), add);
            say(world.of(300_000, ago), add);
        }
    }),
    ("another value, and five hours between", &["labels-changed"], |world| {
        renamed(world, 3, "cluster", "us");
        pause(world, 5);
    }),
    ("another value, and seven hours between", &[], |world| {
        renamed(world, 3, "cluster", "us");
        pause(world, 7);
    }),
    ("another value, so long ago that nothing of then is kept", &[], |world| {
        world.thanos = "retention: { raw: 15d, 5m: 15d, 1h: 15d }, compactor: none";
        world.now = NOW + 10 * DAY;
        renamed(world, 3, "cluster", "us");
    }),
    ("one ends, and another goes on that has lived all along", &[], |world| {
        for ago in 1..=8 {
            let mut other = world.of(0, ago).clone();
            other.id = BlockId::from_bits(other.id.bits() ^ 1);
            let id = other.id;
            say(&mut other, |meta| {
                meta.ulid = id;
                meta.sources = [id].into();
                meta.labels = labels("cluster", "us");
            });
            world.inventory.blocks.push(other);
        }
        for ago in 1..=3 {
            world.take(0, ago);
            world.take(300_000, ago);
        }
    }),
    ("one ends, and two begin", &[], |world| {
        renamed(world, 3, "cluster", "us");
        for ago in 1..=3 {
            say(world.of(300_000, ago), |meta| meta.labels = labels("cluster", "ap"));
        }
    }),
];

/// The stream that was renamed three windows ago begins so many hours later.
fn pause(world: &mut World, hours: i64) {
    for resolution in [0, 300_000] {
        say(world.of(resolution, 3), |meta| meta.min_time += hours * HOUR * 1_000);
    }
}

#[test]
fn what_a_stream_is_called() {
    each_gives_its_findings(RENAMED);
}

/// Of raw blocks the oldest ended fourteen days ago, and so one day before this.
const ONE_IS_DUE: &str = "retention: { raw: 13d, 5m: 90d, 1h: 90d }";
const THANOS: &str = "block exceeding retention of 1123200 seconds";

/// Prometheus ended nine days ago, in the middle of a window: the last block is too narrow to be made coarser, and none comes after it.
fn cut(world: &mut World) {
    world.thanos = "retention: { raw: 26d, 5m: 90d, 1h: 90d }";
    world.now = NOW + 9 * DAY;
    world.take(300_000, 1);
    say(world.of(0, 1), |meta| meta.max_time -= 28 * HOUR * 1_000);
}

/// The oldest is due, has no 5m copy, and bears a mark of so many hours ago.
fn marked(world: &mut World, hours: i64, details: &str) {
    world.thanos = ONE_IS_DUE;
    world.take(300_000, 8);
    mark(world.oldest(), MarkKind::Deletion, hours, details);
}

const RETENTION: &[Row] = &[
    ("due for one day", &[], |world| world.thanos = ONE_IS_DUE),
    ("due for three days", &["retention-overdue"], |world| {
        world.thanos = "retention: { raw: 11d, 5m: 90d, 1h: 90d }";
    }),
    ("due for three days, and marked", &[], |world| {
        world.thanos = "retention: { raw: 11d, 5m: 90d, 1h: 90d }";
        mark(world.oldest(), MarkKind::Deletion, 1, THANOS);
    }),
    ("due for three days, and no Compactor runs", &[], |world| {
        world.thanos = "retention: { raw: 11d, 5m: 90d, 1h: 90d }, compactor: none";
    }),
    ("will go, and is never made coarser", &["lost-to-retention", "compactor-behind"], cut),
    ("will go, and is not to be made coarser", &["compactor-behind", "no-downsample"], |world| {
        cut(world);
        mark(world.of(0, 1), MarkKind::NoDownsample, 1, "by hand");
    }),
    ("due, and not made coarser yet", &["lost-to-retention", "not-downsampled"], |world| {
        world.thanos = ONE_IS_DUE;
        world.take(300_000, 8);
    }),
    (
        "due, marked by Thanos, and the Compactor still sees it",
        &["lost-to-retention", "not-downsampled"],
        |world| {
            marked(world, 1, THANOS);
        },
    ),
    (
        "due, marked by es2s3, and no Compactor sees it any more",
        &["lost-to-retention", "not-downsampled"],
        |world| {
            marked(world, 30, "es2s3: raw samples are kept 13d");
        },
    ),
    ("due, and marked for a reason of somebody's", &["not-downsampled"], |world| {
        marked(world, 30, "broken, Anna")
    }),
    ("due, and in a raw block that stays", &["not-downsampled"], |world| {
        world.thanos = ONE_IS_DUE;
        world.take(300_000, 8);
        let sources = [8, 7].map(|ago| world.of(0, ago).meta().expect("sound").sources.clone());
        say(world.of(0, 7), |meta| meta.sources = sources.concat().into());
    }),
    ("due, and the Compactor has time for the copy", &["not-downsampled", "retention-overdue"], |world| {
        world.thanos = "retention: { raw: 2d, 5m: 90d, 1h: 90d }";
        world.now = NOW + HOUR;
        world.take(300_000, 2);
    }),
    ("due, and the 5m copy would be due as well", &["retention-overdue"], |world| {
        world.thanos = "retention: { raw: 5d, 5m: 13d, 1h: 13d }";
        world.take(300_000, 8);
    }),
];

#[test]
fn what_the_retentions_take() {
    each_gives_its_findings(RETENTION);
    for (strike, id, expected) in [
        (
            cut as fn(&mut World),
            "lost-to-retention",
            "raw of cluster=\"eu\" will go before a 5m copy is made: 2026-11-21 to 2026-11-21",
        ),
        (
            |world| marked(world, 30, THANOS),
            "lost-to-retention",
            "raw of cluster=\"eu\" is past its retention, and no 5m copy has been made: 2026-11-07 to 2026-11-09 (1 block, marked: 1)",
        ),
        (
            |world| world.thanos = "retention: { raw: 11d, 5m: 90d, 1h: 90d }",
            "retention-overdue",
            "raw of cluster=\"eu\": 1 block past the retention and not marked, the first since 2026-11-20",
        ),
    ] {
        assert_eq!(text(strike, id), expected);
    }
}

fn moves(world: &mut World, to: StorageClass, narrowed: bool) {
    world.rule(|rule| {
        rule.transitions = vec![Transition { to, days: Some(30) }];
        rule.narrowed = narrowed;
    });
}

const BUCKET: &[Row] = &[
    ("a rule for parts and old versions", &[], |world| {
        world.rule(|_| {});
        world.versioning(Versioning::Enabled);
    }),
    ("objects expire", &["lifecycle-expires"], |world| {
        world.rule(|rule| rule.expiry = Some(Expiry::Days(30)))
    }),
    ("objects below another folder expire", &["parts-kept"], |world| {
        world.rule(|rule| {
            rule.expiry = Some(Expiry::Days(30));
            rule.prefix = "backups/".into();
        });
    }),
    ("objects go to Glacier", &["lifecycle-cold"], |world| moves(world, StorageClass::Glacier, false)),
    ("objects go to an infrequent class", &["lifecycle-infrequent"], |world| {
        moves(world, StorageClass::StandardIa, false);
    }),
    ("some objects go to Glacier", &["lifecycle-cold", "parts-kept"], |world| {
        moves(world, StorageClass::Glacier, true);
    }),
    ("no rule for parts", &["parts-kept"], |world| world.rule(|rule| rule.abort_parts_days = None)),
    ("a rule for some parts and versions", &["versions-kept", "parts-kept"], |world| {
        world.rule(|rule| rule.narrowed = true);
        world.versioning(Versioning::Enabled);
    }),
    ("no rule for old versions", &["versions-kept"], |world| {
        world.rule(|rule| rule.old_versions_days = None);
        world.versioning(Versioning::Enabled);
    }),
    ("no rule for the versions of before", &["versions-kept"], |world| {
        world.rule(|rule| rule.old_versions_days = None);
        world.versioning(Versioning::Suspended);
    }),
    ("no rule for old versions, and there are none", &[], |world| {
        world.rule(|rule| rule.old_versions_days = None);
        world.versioning(Versioning::Never);
    }),
    ("rules denied", &["bucket-unread"], |world| world.inventory.bucket.lifecycle = denied()),
    ("all settings denied", &["bucket-unread"; 3], |world| {
        world.inventory.bucket.lifecycle = denied();
        world.inventory.bucket.versioning = denied();
        world.inventory.uploads = denied();
    }),
    ("an upload of three days ago", &["upload-left"], |world| world.upload(Some(72))),
    ("an upload of yesterday", &[], |world| world.upload(Some(24))),
    ("an upload of which the store tells no beginning", &[], |world| world.upload(None)),
    ("copies of metadata", &["debug-metas"], |world| {
        world.inventory.debug_metas = Pile { objects: 1, ..Pile::default() };
    }),
    ("a folder in small letters", &["misspelt-ulid"], |world| {
        world.inventory.misspelt.insert("01arz3ndektsv4rrffq69g5fav".into(), Pile::default());
    }),
    ("a bucket of Mimir", &["mimir-layout"], |world| world.inventory.foreign.push("markers/".into())),
    ("something parked", &["foreign"], |world| world.inventory.foreign.push("parked/".into())),
];

#[test]
fn what_the_bucket_does_by_itself_and_what_else_lies_in_it() {
    each_gives_its_findings(BUCKET);
    let versions = |world: &mut World| {
        world.rule(|rule| rule.old_versions_days = None);
        world.versioning(Versioning::Suspended);
        let counted = OldVersions { versions: 1_204, bytes: Bytes(7), delete_markers: 33, more: true };
        world.inventory.bucket.old = Live::Present(counted);
    };
    assert_eq!(
        text(versions, "versions-kept"),
        "versioning is suspended, and no rule removes old versions: at least 1204 of them, and 33 delete markers"
    );
    assert_eq!(
        text(|world| moves(world, StorageClass::Glacier, true), "lifecycle-cold"),
        "rule tiers (of some objects, by tag or size) moves objects to GLACIER after 30 days"
    );
}

/// A program need not know the ids, and a page shows what to look at.
#[test]
fn a_finding_is_written_with_what_it_means_what_to_do_and_what_shows_it() {
    let mut world = World::sound();
    world.take(300_000, 5);
    let plan = world.plan();
    let [finding] = plan.findings.as_slice() else { panic!("{:#?}", plan.findings) };
    let written = serde_json::to_value(finding).expect("JSON");
    assert_eq!(written["id"], "not-downsampled");
    assert_eq!(
        (&written["meaning"], &written["advice"]),
        (&finding.id.meaning().into(), &finding.id.advice().into())
    );
    assert_eq!(serde_json::from_value::<Finding>(written).expect("read back"), *finding);
    let page = audit_html(&plan);
    assert!(page.contains(&format!("<code>{}</code>", finding.keys[0])), "{page}");
}

/// The rule that is set is the one that the findings ask for, and then they are gone.
#[test]
fn what_is_said_of_old_versions_is_what_the_plan_does_about_them() {
    for (versioning, narrowed, sets) in [
        (Versioning::Never, false, false),
        (Versioning::Never, true, true),
        (Versioning::Enabled, false, false),
        (Versioning::Enabled, true, true),
        (Versioning::Suspended, false, false),
        (Versioning::Suspended, true, true),
    ] {
        let mut world = World::sound();
        world.rule(|rule| rule.narrowed = narrowed);
        world.versioning(versioning);
        let set = world.plan().items.iter().any(|item| item.action.verb() == "change");
        assert_eq!(set, sets, "{versioning:?}, of some objects: {narrowed}");
    }
}

//! Generated buckets of blocks against a simple oracle, and any bytes where metadata is expected.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by a panic"
)]

#[path = "support/thanos/seen.rs"]
mod seen;

use std::collections::BTreeSet;
use std::sync::Arc;

use es2s3::model::thanos::{
    Block, BlockId, BlockMeta, Mark, MarkKind, MarkSeen, MetaSeen, Object, Observed, Part, StorageClass,
};
use es2s3::model::{Live, Prices};
use es2s3::plan::thanos::{Action, Check, Stream, ThanosPlan, future, plan};
use proptest::prelude::*;
use seen::{DAY, NOW, inventory, wanted};

/// One block of the generated bucket: days back that it ends, days that it holds, resolution, days since it was made, marked.
#[derive(Debug, Clone)]
struct Drawn {
    ends: i64,
    holds: i64,
    resolution: i64,
    made: i64,
    marked: Option<i64>,
    stream: u8,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let resolution = prop_oneof![Just(0), Just(300_000), Just(3_600_000), Just(60_000)];
    (0..400_i64, 1..15_i64, resolution, 0..500_i64, proptest::option::of(0..10_i64), 0..3_u8).prop_map(
        |(ends, holds, resolution, made, marked, stream)| Drawn {
            ends,
            holds,
            resolution,
            made,
            marked,
            stream,
        },
    )
}

fn block(number: usize, drawn: &Drawn) -> Block {
    let id = BlockId::from_bits(BlockId::made_at((NOW - drawn.made * DAY) * 1_000).bits() | number as u128);
    let to = (NOW - drawn.ends * DAY) * 1_000;
    let json = serde_json::json!({
        "ulid": id, "minTime": to - drawn.holds * DAY * 1_000, "maxTime": to, "version": 1,
        "compaction": {"level": 1, "sources": [id]},
        "thanos": {"labels": {"cluster": drawn.stream.to_string()}, "downsample": {"resolution": drawn.resolution}},
    });
    let meta = BlockMeta::parse(json.to_string().as_bytes()).expect("sound");
    let modified = u32::try_from(NOW - drawn.made * DAY).expect("a time");
    let object = |part, size| Object { part, size, modified, class: StorageClass::Standard };
    let mark = drawn.marked.map(|days| {
        let said = format!("{{\"id\":\"{id}\",\"version\":1,\"deletion_time\":{}}}", NOW - days * DAY);
        MarkSeen {
            kind: MarkKind::Deletion,
            said: Ok(Arc::new(Mark::parse(MarkKind::Deletion, said.as_bytes()).unwrap())),
        }
    });
    let mut objects = vec![object(Part::Chunk(1), 1_000), object(Part::Index, 100), object(Part::Meta, 10)];
    objects.extend(mark.as_ref().map(|mark| object(Part::Mark(mark.kind), 100)));
    Block {
        id,
        objects: objects.into(),
        meta: MetaSeen::Read(Arc::new(meta)),
        marks: mark.into_iter().collect(),
    }
}

fn bucket(blocks: &[Drawn]) -> Observed {
    let blocks = blocks.iter().enumerate().map(|(number, drawn)| block(number, drawn)).collect();
    let bucket = Live::Present(inventory(blocks));
    Observed { bucket, running: Vec::new(), clock_skew_seconds: Some(0) }
}

fn blocks(plan: &ThanosPlan, pick: impl Fn(&Action) -> bool) -> BTreeSet<BlockId> {
    plan.items.iter().filter(|item| pick(&item.action)).filter_map(|item| item.action.block()).collect()
}

/// A clock that is wrong by an hour would mark what is not due: nothing goes, and the plan says why.
#[test]
fn by_a_clock_that_is_not_the_store_s_nothing_goes() {
    let old = |stream| Drawn { ends: 200, holds: 2, resolution: 0, made: 150, marked: None, stream };
    let condemned = Drawn { marked: Some(9), ..old(1) };
    let wanted = wanted("retention: { raw: 30d, 5m: 30d, 1h: 30d }, compactor: none");
    for (skew, acts) in [(None, 2), (Some(300), 2), (Some(-300), 2), (Some(301), 0), (Some(-3_600), 0)] {
        let mut seen = bucket(&[old(0), condemned.clone()]);
        seen.clock_skew_seconds = skew;
        let plan = plan(&wanted, &seen, NOW);
        assert_eq!(blocks(&plan, Action::is_change).len(), acts, "{skew:?}");
        let told = plan.findings.iter().any(|finding| finding.id == Check::ClockSkew);
        assert_eq!(told, acts == 0, "{skew:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Marked or withheld is exactly what Thanos's rule takes: the end of the block plus its retention is past, and it bears no mark.
    #[test]
    fn what_is_due_is_what_the_rule_says(
        drawn in proptest::collection::vec(drawn(), 0..40),
        raw in 0..200_i64, more in 0..200_i64, most in 0..200_i64,
    ) {
        let (five, hour) = (raw + more, raw + more + most);
        prop_assume!(raw == 0 || (raw >= 12 && five >= 14));
        let kept = |days: i64| if raw == 0 { 0 } else { days };
        let wanted = wanted(&format!("retention: {{ raw: {}d, 5m: {}d, 1h: {}d }}", kept(raw), kept(five), kept(hour)));
        let seen = bucket(&drawn);
        let plan = plan(&wanted, &seen, NOW);
        let ours = blocks(&plan, |action| matches!(action, Action::Mark { .. } | Action::Withheld { .. }));
        let due = |drawn: &Drawn| {
            let days = match drawn.resolution { 0 => kept(raw), 300_000 => kept(five), 3_600_000 => kept(hour), _ => 0 };
            drawn.marked.is_none() && days > 0 && drawn.ends > days
        };
        let theirs: BTreeSet<BlockId> = drawn.iter().enumerate().filter(|(_, one)| due(one)).map(|(number, one)| block(number, one).id).collect();
        prop_assert_eq!(&ours, &theirs);
        // Nothing that was made within two days is touched.
        let young = |id: &BlockId| NOW - id.created_ms() / 1_000 < 2 * DAY;
        let touched = blocks(&plan, |action| action.is_change());
        prop_assert!(!touched.iter().any(young));
        // And a Compactor's own work is left to it.
        let deleted = blocks(&plan, |action| matches!(action, Action::Delete { .. }));
        prop_assert!(deleted.is_empty());
    }

    /// The same bucket gives the same plan, and never a crash, whatever the times.
    #[test]
    fn the_same_bucket_gives_the_same_plan(drawn in proptest::collection::vec(drawn(), 0..30), now in any::<i64>()) {
        let wanted = wanted("retention: { raw: 30d, 5m: 90d }, compactor: none");
        let seen = bucket(&drawn);
        prop_assert_eq!(plan(&wanted, &seen, now), plan(&wanted, &seen, now));
        let later = || future(&wanted, &seen, &Prices::default(), now, now.saturating_add(100 * DAY));
        prop_assert_eq!(later(), later());
    }

    /// Whatever a Compactor merges, no sample goes before its retention, and each goes at last.
    #[test]
    fn a_later_day_has_what_is_kept_and_nothing_that_is_over(drawn in proptest::collection::vec(drawn(), 0..20), days in 4..200_i64) {
        // Blocks that hold the same time are merged, else the Compactor would halt at them and nothing would go.
        let wanted = wanted("retention: { raw: 100d, 5m: 100d, 1h: 100d }, replica_labels: [replica], merge_replicas: true");
        let at = NOW + days * DAY;
        let later = future(&wanted, &bucket(&drawn), &Prices::default(), NOW, at);
        let resolution = |row: &Stream| row.resolution.ms();
        for one in drawn.iter().filter(|one| one.marked.is_none() && one.resolution != 60_000) {
            let (to, stream) = (NOW - one.ends * DAY, format!("cluster=\"{}\"", one.stream));
            let (from_ms, to_ms) = ((to - one.holds * DAY) * 1_000, to * 1_000);
            let row = later.streams.iter().find(|row| row.labels == stream && resolution(row) == one.resolution);
            let holds = |row: &Stream| row.spans.iter().any(|(start, end)| start <= from_ms && to_ms <= end);
            if to + 100 * DAY > at {
                prop_assert!(row.is_some_and(holds), "{one:?} is not there {days} days on");
            }
        }
        let over = |row: &Stream| row.spans.whole().is_some_and(|(_, end)| end / 1_000 + 103 * DAY < at);
        prop_assert!(!later.streams.iter().any(over));
    }

    #[test]
    fn any_bytes_are_metadata_or_a_fault(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = BlockMeta::parse(&bytes);
        for kind in MarkKind::ALL {
            let _ = Mark::parse(kind, &bytes);
        }
    }

    #[test]
    fn any_numbers_in_metadata_are_judged(from in any::<i64>(), to in any::<i64>(), resolution in any::<i64>(), level in any::<u32>()) {
        let id = BlockId::made_at(NOW * 1_000);
        let json = serde_json::json!({
            "ulid": id, "minTime": from, "maxTime": to, "version": 1, "compaction": {"level": level, "sources": [id]},
            "thanos": {"labels": {"a": "b"}, "downsample": {"resolution": resolution}},
        });
        let meta = BlockMeta::parse(json.to_string().as_bytes()).expect("sound JSON");
        let mut one = block(0, &Drawn { ends: 1, holds: 1, resolution: 0, made: 9, marked: None, stream: 0 });
        one.id = id;
        one.meta = MetaSeen::Read(Arc::new(meta));
        let mut seen = bucket(&[]);
        if let Live::Present(inventory) = &mut seen.bucket {
            inventory.blocks.push(one);
        }
        let _ = plan(&wanted("retention: { raw: 30d, 5m: 90d }"), &seen, NOW);
    }
}

//! Each guard by itself: what it lets pass, what it says when it does not, and the flag that lifts it.

#![allow(clippy::unwrap_used, reason = "helpers of tests may stop where they stand")]

mod plan_world;

use es2s3::plan::{GuardName, GuardVerdict, PlanInput, refusals};
use plan_world::{decision, input, planned};

/// Four due indices of one GiB, one of today.
const FOUR: &str = "
    index app-2026.10.01
    index app-2026.10.02
    index app-2026.10.03 proven
    index app-2026.10.04
    index app-2026.11.23";

fn world(more: &str) -> PlanInput {
    input("app- 30", &format!("{FOUR}\n{more}"))
}

/// What one guard says: `passed`, `overridden by …`, `withheld N: …`, or `would … limit … allow …`.
fn says(input: &PlanInput, guard: GuardName) -> String {
    let plan = planned(input);
    let outcomes = plan.guards.iter().filter(|outcome| outcome.guard == guard);
    let words = |verdict: &GuardVerdict| match verdict {
        GuardVerdict::Passed => "passed".to_string(),
        GuardVerdict::Overridden { by } => format!("overridden by {by}"),
        GuardVerdict::Withheld { lines, why } => format!("withheld {lines}: {why}"),
        GuardVerdict::Refused { would, limit, allow } => {
            format!("would {would}, limit {limit}, {}", allow.as_deref().unwrap_or("no override"))
        }
    };
    outcomes.map(|outcome| words(&outcome.verdict)).collect::<Vec<_>>().join("; ")
}

#[track_caller]
fn table(guard: GuardName, rows: &[(&str, &str)]) {
    for (more, said) in rows {
        assert_eq!(says(&world(more), guard), *said, "{more}");
    }
}

#[test]
fn max_indices_counts_what_is_archived_and_deleted() {
    table(
        GuardName::MaxIndices,
        &[
            ("guard indices=4", "passed"),
            ("guard indices=3", "would 4 indices, limit 3 indices, --allow-delete-count=4"),
            ("guard indices=0", "would 4 indices, limit 0 indices, --allow-delete-count=4"),
            ("guard indices=3\nallow count=3", "would 4 indices, limit 3 indices, --allow-delete-count=4"),
            ("guard indices=3\nallow count=4", "overridden by --allow-delete-count=4"),
            ("guard indices=3\nallow count=5000", "overridden by --allow-delete-count=5000"),
            // What is not selected is not done and does not count.
            ("guard indices=3\nexclude index/app-2026.10.01", "passed"),
            ("guard indices=1\nonly delete", "passed"),
        ],
    );
}

#[test]
fn max_bytes_prints_a_size_that_suffices() {
    table(
        GuardName::MaxBytes,
        &[
            ("guard gib=4", "passed"),
            ("guard gib=3", "would 4.0 GiB, limit 3.0 GiB, --allow-delete-bytes=4GiB"),
            (
                "guard gib=3\nindex app-2026.10.05 gib=1300",
                "would 1.3 TiB, limit 3.0 GiB, --allow-delete-bytes=1.3TiB",
            ),
            ("guard gib=3\nallow gib=3", "would 4.0 GiB, limit 3.0 GiB, --allow-delete-bytes=4GiB"),
            ("guard gib=3\nallow gib=4", "overridden by --allow-delete-bytes=4GiB"),
        ],
    );
}

#[test]
fn max_share_looks_at_each_series() {
    table(
        GuardName::MaxShare,
        &[
            ("guard share=80", "passed"),
            ("guard share=79", "would 4 of 5 indices of app- (80 %), limit 79 %, --allow-delete-share=80%"),
            ("guard share=79\nallow share=80", "overridden by --allow-delete-share=80%"),
            (
                "guard share=79\nallow share=79",
                "would 4 of 5 indices of app- (80 %), limit 79 %, --allow-delete-share=80%",
            ),
            // Four of six are two thirds, rounded up so that the flag suffices.
            (
                "guard share=50\nindex app-2026.11.22",
                "would 4 of 6 indices of app- (67 %), limit 50 %, --allow-delete-share=67%",
            ),
        ],
    );
    let two = input(
        "app- 30\nweb- 30",
        &format!("{FOUR}\nguard share=50\nindex web-2026.10.01\nindex web-2026.11.23"),
    );
    assert_eq!(
        says(&two, GuardName::MaxShare),
        "would 4 of 5 indices of app- (80 %), limit 50 %, --allow-delete-share=80%; passed"
    );
}

#[test]
fn min_remaining_keeps_the_youngest_of_what_would_go() {
    let lines = |more: &str| {
        let plan = planned(&world(more));
        plan.series[0].indices.iter().map(|item| decision(&item.decision)).collect::<Vec<_>>().join(", ")
    };
    let young = "young until 2026-12-24T00";
    assert_eq!(
        lines("guard remaining=3"),
        format!("archive, archive, min remaining, min remaining, {young}")
    );
    // The floor does not move when less is selected: a narrower run never reaches further.
    assert_eq!(
        lines("guard remaining=3\nonly index/app-2026.10.03"),
        format!("archive, archive, min remaining, min remaining, {young}")
    );
    table(
        GuardName::MinRemaining,
        &[
            ("guard remaining=1", "passed"),
            ("guard remaining=3", "withheld 2: at least 3 indices of app- stay"),
            ("guard remaining=1000", "withheld 4: at least 1,000 indices of app- stay"),
        ],
    );
}

#[test]
fn conditions_of_the_world_take_lines_out_and_refuse_nothing() {
    for (more, guard, said) in [
        ("", GuardName::ClusterHealth, "passed"),
        (
            "cluster red",
            GuardName::ClusterHealth,
            "withheld 4: the cluster or the index is red, or its health is not known",
        ),
        (
            "index app-2026.10.05 health=red",
            GuardName::ClusterHealth,
            "withheld 1: the cluster or the index is red, or its health is not known",
        ),
        ("", GuardName::Relocation, "passed"),
        (
            "index app-2026.10.05 relocating",
            GuardName::Relocation,
            "withheld 1: shards of it move between nodes; the next run takes it",
        ),
        ("", GuardName::RepositoryReadable, "passed"),
        (
            "unread catalogue",
            GuardName::RepositoryReadable,
            "withheld 4: the repository cannot be used as it is: answered 403",
        ),
        (
            "repository kind=fs",
            GuardName::RepositoryReadable,
            "withheld 4: the repository cannot be used as it is",
        ),
        ("", GuardName::StateLineage, "passed"),
        ("no state", GuardName::StateLineage, "passed"),
        ("unread state", GuardName::StateLineage, "withheld 4: the state could not be read: answered 403"),
        ("cluster skewed by=300", GuardName::Clock, "passed"),
        (
            "cluster skewed by=-301",
            GuardName::Clock,
            "withheld 4: this clock and the domain's differ by 301 s, 300 s are tolerated",
        ),
    ] {
        let input = world(more);
        assert_eq!(says(&input, guard), said, "{more}");
        assert_eq!(refusals(&planned(&input)).len(), 0, "{more}");
    }
}

#[test]
fn growth_is_limited_after_a_change_of_prefix_or_retention() {
    let refused = "would 4 indices, limit 2 indices, --allow-delete-count=4";
    table(
        GuardName::Growth,
        &[
            // No last run: the share of the series is what limits a first one.
            ("", "passed"),
            ("no state", "passed"),
            // Nothing changed: whatever the amount.
            ("last-run 0 app=app-,30", "passed"),
            ("last-run 1 app=app-,90", refused),
            ("last-run 1 app=web-,30", refused),
            ("last-run 1 web=web-,30", refused),
            // A longer retention is a change as well; it simply deletes less.
            ("last-run 1 app=app-,7", refused),
            ("last-run 2 app=app-,90", "passed"),
            // Nothing went last time: one index for each policy is taken for what is usual.
            ("last-run 0 app=app-,90", refused),
            ("guard growth=4\nlast-run 0 app=app-,90", "passed"),
            ("last-run 1 app=app-,90\nallow count=3", refused),
            ("last-run 1 app=app-,90\nallow count=4", "overridden by --allow-delete-count=4"),
        ],
    );
}

/// Three snapshots past their year, one that is not.
const SHELF: &str = "
    snapshot app-2025.07.01-s20250801-00000000 started=2025-08-01 marks=app holds=app-2025.07.01:u1
    snapshot app-2025.07.02-s20250802-00000000 started=2025-08-02 marks=app holds=app-2025.07.02:u2
    snapshot app-2025.07.03-s20250803-00000000 started=2025-08-03 marks=app holds=app-2025.07.03:u3
    snapshot app-2026.07.04-s20260804-00000000 started=2026-08-04 marks=app holds=app-2026.07.04:u4";

#[track_caller]
fn shelf(guard: GuardName, rows: &[(&str, &str)]) {
    for (more, said) in rows {
        assert_eq!(says(&world(&format!("{SHELF}\n{more}")), guard), *said, "{more}");
    }
}

#[test]
fn max_snapshots_counts_what_expires() {
    let refused = "would 3 snapshots, limit 2 snapshots, --allow-expire-count=3";
    shelf(
        GuardName::MaxSnapshots,
        &[
            ("", "passed"),
            ("guard snapshots=3", "passed"),
            ("guard snapshots=2", refused),
            ("guard snapshots=2\nallow expire-count=2", refused),
            // The flag for indices says nothing about snapshots.
            ("guard snapshots=2\nallow count=3", refused),
            ("guard snapshots=2\nallow expire-count=3", "overridden by --allow-expire-count=3"),
            ("guard snapshots=2\nonly index/app-*", "passed"),
            ("guard snapshots=2\nexclude snapshot/app-2025.07.01-*", "passed"),
        ],
    );
}

#[test]
fn max_snapshot_share_looks_at_each_series() {
    let refused = "would 3 of 4 snapshots of app (75 %), limit 50 %, --allow-expire-share=75%";
    shelf(
        GuardName::MaxSnapshotShare,
        &[
            ("guard snapshot-share=75", "passed"),
            ("guard snapshot-share=50", refused),
            ("guard snapshot-share=50\nallow expire-share=74", refused),
            ("guard snapshot-share=50\nallow share=100", refused),
            ("guard snapshot-share=50\nallow expire-share=75", "overridden by --allow-expire-share=75%"),
            // One may always go, or a series that is written no more would never end.
            ("guard snapshot-share=1\nonly snapshot/app-2025.07.01-*", "passed"),
        ],
    );
}

#[test]
fn a_shortened_snapshot_retention_is_limited() {
    let refused = "would 3 snapshots, limit 2 snapshots, --allow-expire-count=3";
    shelf(
        GuardName::SnapshotGrowth,
        &[
            ("", "passed"),
            ("last-run 0 app=app-,30,365", "passed"),
            ("last-run 0 app=app-,90,365", "passed"),
            ("last-run 0 app=app-,30,3650", refused),
            ("last-run 0 web=web-,30,365", refused),
            ("guard growth=3\nlast-run 0 app=app-,30,3650", "passed"),
            ("last-run 0 app=app-,30,3650\nallow expire-count=3", "overridden by --allow-expire-count=3"),
        ],
    );
}

#[test]
fn every_guard_speaks_in_every_plan() {
    let plan = planned(&world(""));
    let names: Vec<GuardName> = plan.guards.iter().map(|outcome| outcome.guard).collect();
    assert_eq!(
        names,
        [
            GuardName::MaxIndices,
            GuardName::MaxBytes,
            GuardName::MaxShare,
            GuardName::MinRemaining,
            GuardName::MaxSnapshots,
            GuardName::MaxSnapshotShare,
            GuardName::ClusterHealth,
            GuardName::Relocation,
            GuardName::RepositoryReadable,
            GuardName::StateLineage,
            GuardName::Clock,
            GuardName::Growth,
            GuardName::SnapshotGrowth,
        ]
    );
}

#[test]
fn a_refusal_leaves_the_lines_readable() {
    let plan = planned(&world("guard indices=1\nguard share=50"));
    let refused: Vec<GuardName> = refusals(&plan).iter().map(|outcome| outcome.guard).collect();
    assert_eq!(refused, [GuardName::MaxIndices, GuardName::MaxShare]);
    assert_eq!((plan.totals.archive.count, plan.totals.delete.count), (3, 1));
}

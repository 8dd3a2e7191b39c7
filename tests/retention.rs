//! Retention as tables: what each index's line says, at two times.
//!
//! Beside every index of a row stands today's index of the same series, so that it is not the newest.

#![allow(clippy::unwrap_used, reason = "helpers of tests may stop where they stand")]

mod plan_world;

use plan_world::{check, decision, input, planned, time};

const BEFORE: &str = "2026-11-19T23:59:59Z";
/// 30 days after the end of 2026-10-20.
const DUE: &str = "2026-11-20T00:00:00Z";
const LATER: &str = "2026-12-24T00:00:00Z";

/// What the policy says of the row's index at this time.
fn said(policy: &str, index: &str, now: &str) -> String {
    let (index, more) = index.split_once(" | ").unwrap_or((index, ""));
    let today = time(now).strftime("app-%Y.%m.%d.%H").to_string();
    let world =
        format!("now {now}\nindex {index}\nindex {today} alias=search:no\n{}", more.replace(" | ", "\n"));
    let plan = planned(&input(policy, &world));
    let name = index.split_whitespace().next().unwrap();
    let item = plan.series[0].indices.iter().find(|item| item.name.as_str() == name);
    item.map_or_else(|| "not owned".into(), |item| decision(&item.decision))
}

/// One row: the policy, the index with further facts after ` | `, and what is said at two times.
type Row = (&'static str, &'static str, (&'static str, &'static str), (&'static str, &'static str));

#[track_caller]
fn table(rows: &[Row]) {
    for (policy, index, (t1, first), (t2, second)) in rows {
        assert_eq!(said(policy, index, t1), *first, "{index} under {policy} at {t1}");
        assert_eq!(said(policy, index, t2), *second, "{index} under {policy} at {t2}");
    }
}

#[test]
fn an_index_counts_from_the_end_of_its_period() {
    let young = |due: &'static str| due;
    table(&[
        // Of each form of name: a second before, and the second of, its due time.
        ("app- 30", "app-2026.10.20", (BEFORE, "young until 2026-11-20T00"), (DUE, "archive")),
        ("app- 30", "app-2026-10-20", (BEFORE, "young until 2026-11-20T00"), (DUE, "archive")),
        ("app- 30", "app-2026_10_20", (BEFORE, "young until 2026-11-20T00"), (DUE, "archive")),
        ("app- 30", "app-20261020", (BEFORE, "young until 2026-11-20T00"), (DUE, "archive")),
        ("app- 30", "app-2026.10.20-000001", (BEFORE, "young until 2026-11-20T00"), (DUE, "archive")),
        ("app- 30", "app-2026.10.20-05", (BEFORE, "young until 2026-11-20T00"), (DUE, "archive")),
        ("app- 30", "app-2026.10.20.23", (BEFORE, "young until 2026-11-20T00"), (DUE, "archive")),
        ("app- 30", "app-2026102023", (BEFORE, "young until 2026-11-20T00"), (DUE, "archive")),
        (
            "app- 30",
            "app-2026-10-20-05",
            ("2026-11-19T05", "young until 2026-11-19T06"),
            ("2026-11-19T06", "archive"),
        ),
        (
            "app- 30",
            "app-2026.w43",
            ("2026-11-24T23", "young until 2026-11-25T00"),
            ("2026-11-25", "archive"),
        ),
        ("app- 30", "app-2026.10", ("2026-11-30T23", "young until 2026-12-01T00"), ("2026-12-01", "archive")),
        ("app- 30", "app-2026-10", ("2026-11-30T23", "young until 2026-12-01T00"), ("2026-12-01", "archive")),
        ("app- 30", "app-2025", ("2026-01-30T23", "young until 2026-01-31T00"), ("2026-01-31", "archive")),
        (
            "app- 1",
            "app-2026.10.20",
            ("2026-10-21T23", "young until 2026-10-22T00"),
            ("2026-10-22", "archive"),
        ),
        (
            "app- 7",
            "app-2024.02.29",
            ("2024-03-07T23", "young until 2024-03-08T00"),
            ("2024-03-08", "archive"),
        ),
        (
            "app- 36500",
            "app-2026.10.20",
            (DUE, young("young until 2126-09-27T00")),
            (LATER, "young until 2126-09-27T00"),
        ),
        (
            "app- 4000000000",
            "app-2026.10.20",
            (DUE, "young until 9999-12-30T22"),
            (LATER, "young until 9999-12-30T22"),
        ),
    ]);
}

#[test]
fn the_youngest_of_the_known_ages_decides() {
    table(&[
        (
            "app- 30",
            "app-2026.10.20 created=2026-10-20",
            (BEFORE, "young until 2026-11-20T00"),
            (DUE, "archive"),
        ),
        (
            "app- 30",
            "app-2026.10.20 created=2026-10-25",
            (DUE, "young until 2026-11-24T00"),
            ("2026-11-24", "archive"),
        ),
        // An import: made long after the time that its name tells.
        (
            "app- 30",
            "app-2020.01.01 created=2026-11-01",
            (DUE, "young until 2026-12-01T00"),
            ("2026-12-01", "archive"),
        ),
        ("app- 30 age=name", "app-2020.01.01 created=2026-11-01", (BEFORE, "archive"), (DUE, "archive")),
        // A creation date of 1970 or before it makes nothing older than its name.
        (
            "app- 30",
            "app-2026.10.20 created=1970-01-01",
            (BEFORE, "young until 2026-11-20T00"),
            (DUE, "archive"),
        ),
        (
            "app- 30",
            "app-2026.10.20 created=1969-12-31",
            (BEFORE, "young until 2026-11-20T00"),
            (DUE, "archive"),
        ),
        // A successor's creation is the rollover.
        (
            "app- 30",
            "app-2026.10.20-000001 | index app-2026.10.27-000002 created=2026-10-27",
            ("2026-11-25", "young until 2026-11-26T00"),
            ("2026-11-26", "archive"),
        ),
        (
            "app- 30",
            "app-2026.10.20-000001 | index app-2026.10.27-000003 created=2026-10-27",
            ("2026-11-25", "young until 2026-11-26T00"),
            ("2026-11-26", "archive"),
        ),
        // A number that starts again each day is no rollover.
        (
            "app- 30",
            "app-2026.10.20-000002 | index app-2026.10.27-000001 created=2026-10-27",
            (BEFORE, "young until 2026-11-20T00"),
            (DUE, "archive"),
        ),
        (
            "app- 30 age=name",
            "app-2026.10.20-000001 | index app-2026.10.27-000002 created=2026-10-27",
            (BEFORE, "young until 2026-11-20T00"),
            (DUE, "archive"),
        ),
    ]);
}

#[test]
fn names_that_no_policy_owns_have_no_line() {
    let never = |name| ("app- 1", name, (DUE, "not owned"), (LATER, "not owned"));
    table(
        &[
            "app-prod-2026.01.01",
            "app2-2026.01.01",
            "myapp-2026.01.01",
            "restored-app-2026.01.01",
            "partial-app-2026.01.01",
            ".app-2026.01.01",
            "app-2026.13.01",
            "app-2026.02.30",
            "app-2026.1.1",
            "app-2026.43",
            "app-000001",
            "app-",
            "app-0000.00.00",
            "app-1969.12.31",
            "app-2026.01.01-reindexed",
            "app-2026.01.01-000001-shrink",
        ]
        .map(never),
    );
}

#[test]
fn what_is_never_deleted_stays_at_any_age() {
    let always = |index, why| ("app- 30", index, (DUE, why), (LATER, why));
    table(&[
        always("app-2026.10.20 alias=app:write", "write index of app"),
        always("app-2026.10.20 alias=app", "write index of app"),
        always(
            "app-2026.10.20 alias=search,app:write | index app-2026.10.19 alias=search:no",
            "write index of app",
        ),
        always(".ds-app-2026.10.20-000001 stream=app:write hidden", "write index of stream app"),
        always(".ds-app-2026.10.20-000001 hidden", "system"),
        always("app-2026.10.20 hidden", "hidden"),
        always("app-2026.10.20 mount=app-snapshot", "mounted from app-snapshot"),
        always("app-2026.10.20 ilm=hot-warm", "managed by ILM policy hot-warm"),
        always("app-2026.10.20 ism=rotate", "managed by ISM policy rotate"),
        always("app-2026.10.20 | protect index/app-2026.10.20", "protected"),
        always("app-2026.10.20 | hold app-2026.10.20", "held by alice@ci"),
        always("app-2026.10.20 proven | hold app-2026.10.20 uuid=another", "held by alice@ci"),
    ]);
}

#[test]
fn what_is_no_such_thing_goes() {
    let goes = |policy, index, verb| (policy, index, (DUE, verb), (LATER, verb));
    table(&[
        goes("app- 30", "app-2026.10.20 alias=app:no", "archive"),
        goes("app- 30", "app-2026.10.20 alias=search | index app-2026.10.19 alias=search", "archive"),
        goes("app- 30", ".ds-app-2026.10.20-000001 stream=app hidden", "archive"),
        goes("app- 30 managed=take", "app-2026.10.20 ilm=hot-warm", "archive"),
        goes("app- 30", "app-2026.10.20 frozen", "archive"),
        goes("app- 30", "app-2026.10.20 health=yellow", "archive"),
        goes("app- 30", "app-2026.10.20 write-block", "archive"),
        goes("app- 30", "app-2026.10.20 read-only-allow-delete", "archive"),
        goes("app- 30", "app-2026.10.20 | protect snapshot/app-2026.10.20", "archive"),
        goes("app- 30", "app-2026.10.20 proven", "delete, proven in nightly"),
        goes("app- 30 proof=api", "app-2026.10.20 api-proven", "delete, proven in nightly"),
    ]);
}

#[test]
fn a_hold_stands_until_it_ends() {
    table(&[
        (
            "app- 30",
            "app-2026.10.20 | hold app-2026.10.20 until=2026-12-01T12",
            ("2026-12-01T11", "held by alice@ci"),
            ("2026-12-01T12", "archive"),
        ),
        (
            "app- 30",
            "app-2026.10.20 proven | hold app-2026.10.20 until=2026-12-01T12",
            ("2026-12-01T11", "held by alice@ci"),
            ("2026-12-01T12", "delete, proven in nightly"),
        ),
        // A young index is held as well, and young again afterwards.
        (
            "app- 90",
            "app-2026.10.20 | hold app-2026.10.20 until=2026-12-01T12",
            ("2026-12-01T11", "held by alice@ci"),
            ("2026-12-01T12", "young until 2027-01-19T00"),
        ),
    ]);
}

#[test]
fn what_cannot_be_proven_or_deleted_is_blocked() {
    let blocked = |index, why| ("app- 30", index, (DUE, why), (LATER, why));
    table(&[
        blocked("app-2026.10.20 closed", "blocked: closed"),
        blocked("app-2026.10.20 closed health=unsaid", "blocked: closed"),
        blocked("app-2026.10.20 health=red", "blocked: index red"),
        blocked("app-2026.10.20 health=unsaid", "blocked: index health unread"),
        blocked("app-2026.10.20 relocating proven", "blocked: relocating"),
        blocked("app-2026.10.20 read-only proven", "blocked: index.blocks.read_only"),
        blocked("app-2026.10.20 metadata-block", "blocked: index.blocks.metadata"),
        blocked("app-2026.10.20 damaged", "blocked: no proof, bytes: a blob is not there"),
        blocked("app-2026.10.20 unverified", "blocked: proof unread"),
        blocked("app-2026.10.20 copied", "blocked: proof unread"),
        blocked(
            "app-2026.10.20 api-proven",
            "blocked: no proof, identity: the evidence does not speak of it",
        ),
        blocked("app-2026.10.20 stale", "archive again, commit: shard 0 took writes after the snapshot"),
        blocked("app-2026.10.20 proven | cluster red", "blocked: cluster red"),
        blocked("app-2026.10.20 | cluster skewed by=301", "blocked: clock off by 301 s"),
        blocked("app-2026.10.20 | cluster skewed by=-301", "blocked: clock off by -301 s"),
        blocked("app-2026.10.20 | cluster skewed by=300", "archive"),
        blocked("app-2026.10.20 | unread state", "blocked: state unread"),
        blocked("app-2026.10.20 proven | unread catalogue", "blocked: catalogue unread"),
        blocked("app-2026.10.20 | unread repository", "blocked: repository unread"),
        blocked("app-2026.10.20 | unread running", "blocked: running snapshots unread"),
        blocked("app-2026.10.20 | unread cluster", "blocked: cluster unread"),
        // Of a condition of the world and one of its own, the world's speaks first.
        blocked("app-2026.10.20 closed | cluster red", "blocked: cluster red"),
    ]);
}

#[test]
fn a_copy_counts_only_if_it_is_whole_and_of_this_uuid() {
    let goes = |index, verb| ("app- 30", index, (DUE, verb), (LATER, verb));
    table(&[
        goes(
            "app-2026.10.20 | snapshot s holds=app-2026.10.20:another",
            "archive again, identity: snapshot s holds another index of the same name, uuid another (snapshots/logs/index-1)",
        ),
        goes(
            "app-2026.10.20 | snapshot s state=PARTIAL holds=app-2026.10.20",
            "archive again, snapshot: snapshot s is PARTIAL, not SUCCESS (snapshots/logs/snap-s-s.dat)",
        ),
        goes(
            "app-2026.10.20 | snapshot s state=FAILED holds=app-2026.10.20",
            "archive again, snapshot: snapshot s is FAILED, not SUCCESS (snapshots/logs/snap-s-s.dat)",
        ),
        goes("app-2026.10.20 | snapshot s holds=app-2026.10.20", "blocked: proof unread"),
        // Elasticsearch 6.8: a copy of that name is looked at, and the verifier says what it lacks.
        goes("app-2026.10.20 | snapshot s holds=app-2026.10.20:unknown", "blocked: proof unread"),
    ]);
}

#[test]
fn evidence_about_another_index_deletes_nothing() {
    let world = "index app-2026.10.01 proven\nindex app-2026.10.02 proven\nindex app-2026.11.23";
    let mut input = input("app- 30", world);
    let other = input.observed.proofs["u-app-2026.10.02"].clone();
    input.observed.proofs.insert("u-app-2026.10.01".into(), other);
    assert_eq!(
        decision(&planned(&input).series[0].indices[0].decision),
        "blocked: no proof, identity: the evidence is about another index"
    );
}

#[test]
fn dates_ahead_of_the_clock_are_no_age() {
    table(&[
        // Made a day ahead by a cron: young. Two days ahead: somebody's clock is wrong.
        ("app- 1", "app-2026.11.21", (DUE, "young until 2026-11-23T00"), ("2026-11-23", "archive")),
        (
            "app- 1",
            "app-2026.11.22",
            (DUE, "blocked: future date"),
            ("2026-11-22", "young until 2026-11-24T00"),
        ),
        ("app- 1", "app-2026.12", (DUE, "young until 2027-01-02T00"), ("2027-01-02", "archive")),
        ("app- 1", "app-2028", (DUE, "blocked: future date"), (LATER, "blocked: future date")),
        (
            "app- 30",
            "app-2026.10.20 created=2026-11-20T00:05:00Z",
            (DUE, "young until 2026-12-20T00"),
            (LATER, "archive"),
        ),
        (
            "app- 30",
            "app-2026.10.20 created=2026-11-20T00:05:01Z",
            (DUE, "blocked: future date"),
            (LATER, "archive"),
        ),
    ]);
}

#[test]
fn a_restored_index_is_not_taken_for_an_overdue_one() {
    let restored =
        "app-2026.10.20 created=2026-10-20 uuid=r | deleted app-2026.10.20 uuid=o created=2026-10-20";
    let row = |more: &str| said("app- 30", &format!("{restored}{more}"), LATER);
    assert_eq!(row(""), "blocked: restored elsewhere");
    // A hold that has ended, as es2s3's own restore leaves it, lifts it; one on another UUID does not.
    assert_eq!(row(" | hold app-2026.10.20 uuid=r until=2026-12-01"), "archive");
    assert_eq!(row(" | hold app-2026.10.20 uuid=o until=2026-12-01"), "blocked: restored elsewhere");
    let same = "app-2026.10.20 created=2026-10-20 uuid=o | deleted app-2026.10.20 uuid=o created=2026-10-20";
    assert_eq!(said("app- 30", same, LATER), "archive", "the delete never happened");
    let again = "app-2026.10.20 created=2026-10-22 uuid=r | deleted app-2026.10.20 uuid=o created=2026-10-20";
    assert_eq!(said("app- 30", again, LATER), "archive", "made anew, not restored");
}

#[test]
fn the_newest_of_a_series_stays_whatever_its_age() {
    let world = "index app-2020.01.01\nindex app-2020.01.02\nindex web-2020.01.01";
    check(
        "app- 30\nweb- 30",
        world,
        "app-2020.01.01 archive\napp-2020.01.02 newest\nsnapshot 2020-01-01 of app: app-2020.01.01\nweb-2020.01.01 newest",
    );
}

#[test]
fn an_index_of_the_future_is_not_taken_for_the_newest() {
    let world = "index app-2020.01.01\nindex app-2020.01.02\nindex app-2099.01.01";
    let expect = "app-2020.01.01 archive\napp-2020.01.02 newest\napp-2099.01.01 blocked: future date\nsnapshot 2020-01-01 of app: app-2020.01.01";
    check("app- 30", world, expect);
}

#[test]
fn of_one_number_the_highest_is_the_newest() {
    let world = "index app-2020.01.01-000002\nindex app-2020.01.01-000010\nindex app-2020.01.01-000009";
    check(
        "app- 30",
        world,
        "app-2020.01.01-000002 archive
         app-2020.01.01-000009 archive
         app-2020.01.01-000010 newest
         snapshot 2020-01-01 of app: app-2020.01.01-000002 app-2020.01.01-000009",
    );
}

#[test]
fn a_snapshot_holds_one_policys_indices_of_one_day() {
    check(
        "app- 30\napp-web- 7",
        "index app-2026.10.01.00
         index app-2026.10.01.01
         index app-2026.10.02
         index app-2026.10
         index app-web-2026.10.01
         index app-2026.11.23
         index app-web-2026.11.23",
        "app-2026.10.01.00 archive
         app-2026.10 young until 2026-12-01T00
         app-2026.10.01.01 archive
         app-2026.10.02 archive
         app-2026.11.23 young until 2026-12-24T00
         snapshot 2026-10-01 of app: app-2026.10.01.00 app-2026.10.01.01
         snapshot 2026-10-02 of app: app-2026.10.02
         app-web-2026.10.01 archive
         app-web-2026.11.23 young until 2026-12-01T00
         snapshot 2026-10-01 of app-web: app-web-2026.10.01",
    );
}

#[test]
fn a_running_snapshot_of_ours_is_awaited() {
    check(
        "app- 30",
        "index app-2026.10.01-000001
         index app-2026.10.01-000002
         index app-2026.11.23
         running app-2026.10.01-s20261123-0123abcd marks=app holds=app-2026.10.01-000001",
        "app-2026.10.01-000001 archive
         app-2026.10.01-000002 archive
         app-2026.11.23 young until 2026-12-24T00
         snapshot 2026-10-01 of app: app-2026.10.01-000002
         await 2026-10-01 of app: app-2026.10.01-000001",
    );
}

#[test]
fn a_strangers_running_snapshot_blocks_only_engines_that_run_one_at_a_time() {
    let world = |engine: &str| {
        format!(
            "cluster {engine}\nindex app-2026.10.01\nindex app-2026.11.23\nrunning cs-automated repository=cs"
        )
    };
    for (engine, said) in
        [("es-7.8.1", "blocked: cs-automated runs"), ("es-7.9.0", "archive"), ("os-1.0.0", "archive")]
    {
        let plan = planned(&input("app- 30", &world(engine)));
        assert_eq!(decision(&plan.series[0].indices[0].decision), said, "{engine}");
    }
}

#[test]
fn snapshots_expire_by_their_own_start() {
    let name = "app-2025.10.20-s20251120-0123abcd";
    let world = |now: &str, started: &str| {
        format!(
            "now {now}\nindex app-2026.11.23\nsnapshot {name} marks=app holds=app-2025.10.20 started={started}"
        )
    };
    let line = |now: &str, started: &str| {
        let plan = planned(&input("app- 30 365", &world(now, started)));
        plan_world::lines(&plan).lines().skip(1).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(line("2026-11-19T23", "2025-11-20T05"), "", "its name says that it cannot be due");
    assert_eq!(line("2026-11-20T04", "2025-11-20T05"), format!("{name} keep until 2026-11-20T05"));
    assert_eq!(line("2026-11-20T05", "2025-11-20T05"), format!("{name} expire, last copy of app-2025.10.20"));
}

const DUE_SNAPSHOT: &str = "snapshot OURS started=2025-11-20T05 marks=app holds=app-2025.10.20";

/// The policy, what is there beside today's index, and the lines of snapshots of ours.
const DUE_SNAPSHOTS: &[(&str, &str, &str)] = &[
    ("app- 30 365", DUE_SNAPSHOT, "OURS expire, last copy of app-2025.10.20"),
    ("app- 30 365 keep-last-copy", DUE_SNAPSHOT, "OURS blocked: last copy of app-2025.10.20"),
    ("app- 30 365", "snapshot OURS started=2025-11-20T05 marks=app", "OURS expire"),
    // A hold on what is no longer live keeps every copy of it; an ended one, and one on the live index itself, none.
    (
        "app- 30 365",
        "snapshot OURS started=2025-11-20T05 marks=app holds=app-2025.10.20\nhold app-2025.10.20",
        "OURS held by alice@ci for app-2025.10.20",
    ),
    (
        "app- 30 365",
        "snapshot OURS started=2025-11-20T05 marks=app holds=app-2025.10.20 state=PARTIAL\nhold app-2025.10.20",
        "OURS held by alice@ci for app-2025.10.20",
    ),
    (
        "app- 30 365",
        "snapshot OURS started=2025-11-20T05 marks=app holds=app-2025.10.20\nhold app-2025.10.20 until=2026-11-02",
        "OURS expire, last copy of app-2025.10.20",
    ),
    (
        "app- 30 365",
        "snapshot OURS started=2025-11-20T05 marks=app holds=app-2026.11.23\nhold app-2026.11.23",
        "OURS expire",
    ),
    // Of two copies the younger one is the last.
    (
        "app- 30 365 keep-last-copy",
        "snapshot OURS started=2025-11-20T05 marks=app holds=app-2025.10.20\nsnapshot YOUNGER started=2025-11-21T05 marks=app holds=app-2025.10.20",
        "OURS expire; YOUNGER blocked: last copy of app-2025.10.20",
    ),
    (
        "app- 30 365",
        "snapshot OURS started=2025-11-20T05 marks=app holds=app-2025.10.20\nsnapshot YOUNGER started=2025-11-21T05 marks=app holds=app-2025.10.20",
        "OURS expire; YOUNGER expire, last copy of app-2025.10.20",
    ),
    // Another index of that name is another index.
    (
        "app- 30 365",
        "snapshot OURS started=2025-11-20T05 marks=app holds=app-2025.10.20\nsnapshot x holds=app-2025.10.20:another",
        "OURS expire, last copy of app-2025.10.20",
    ),
    // A copy in a snapshot that is not whole is none.
    (
        "app- 30 365",
        "snapshot OURS started=2025-11-20T05 marks=app holds=app-2025.10.20\nsnapshot x state=PARTIAL holds=app-2025.10.20",
        "OURS expire, last copy of app-2025.10.20",
    ),
    // Without UUIDs nobody can say that another copy is the same.
    (
        "app- 30 365 keep-last-copy",
        "snapshot OURS started=2025-11-20T05 marks=app holds=app-2025.10.20:unknown\nsnapshot x holds=app-2025.10.20:unknown",
        "OURS blocked: last copy of app-2025.10.20",
    ),
    // Not ours: bears no marks, or those of another policy.
    ("app- 30 365", "snapshot OURS started=2025-11-20T05 marks=none", ""),
    ("app- 30 365", "snapshot OURS started=2025-11-20T05 marks=web", ""),
    ("app- 30 365", "snapshot OURS started=2025-11-20T05 marks=app\nprotect snapshot/OURS", ""),
    ("app- 30 365", "snapshot OURS", "OURS blocked: snapshot unread"),
    ("app- 30 365", "snapshot OURS unread", "OURS blocked: snapshot unread"),
    ("app- 30 365", "snapshot OURS started=2025-11-20T05 marks=app state=FAILED", "OURS expire"),
    // Somebody reads from it.
    (
        "app- 30 365",
        "snapshot OURS started=2025-11-20T05 marks=app\nindex m mount=OURS",
        "OURS blocked: mounted by m",
    ),
    (
        "app- 30 365",
        "snapshot OURS started=2025-11-20T05 marks=app\nindex m mount=OURS mount-repository=x",
        "OURS expire",
    ),
    // A deletion rests on it, or would.
    (
        "app- 30 365",
        "index app-2025.10.20 proven=OURS\nsnapshot OURS started=2025-11-20T05 marks=app",
        "OURS blocked: proof of app-2025.10.20",
    ),
    (
        "app- 30 365",
        "index app-2025.10.20 closed\nsnapshot OURS started=2025-11-20T05 marks=app holds=app-2025.10.20",
        "OURS blocked: proof of app-2025.10.20",
    ),
    // A live index that is kept needs no copy.
    (
        "app- 3000 365",
        "index app-2025.10.20\nsnapshot OURS started=2025-11-20T05 marks=app holds=app-2025.10.20",
        "OURS expire",
    ),
    (
        "app- 30 365",
        "snapshot OURS started=2025-11-20T05 marks=app\ncluster red",
        "OURS blocked: cluster red",
    ),
    (
        "app- 30 365",
        "snapshot OURS started=2025-11-20T05 marks=app\nunread indices",
        "OURS blocked: indices unread",
    ),
    (
        "app- 30 365",
        "snapshot OURS started=2025-11-20T05 marks=app\nunread state",
        "OURS blocked: state unread",
    ),
    (
        "app- 30 365",
        "cluster es-6.8.23\nsnapshot OURS started=2025-11-20T05 marks=app\nrunning x holds=y",
        "OURS blocked: x runs",
    ),
];

#[test]
fn which_snapshots_stay_although_they_are_due() {
    let ours = "app-2025.10.20-s20251120-0123abcd";
    let younger = "app-2025.10.20-s20251121-0123abcd";
    let expiry = |policy: &str, world: &str| {
        let world = world.replace("OURS", ours).replace("YOUNGER", younger);
        let plan = planned(&input(policy, &format!("index app-2026.11.23\n{world}")));
        let lines = plan_world::lines(&plan);
        lines
            .lines()
            .filter(|line| line.starts_with(ours) || line.starts_with(younger))
            .collect::<Vec<_>>()
            .join("; ")
            .replace(ours, "OURS")
            .replace(younger, "YOUNGER")
    };
    for (policy, world, said) in DUE_SNAPSHOTS {
        assert_eq!(expiry(policy, world), *said, "{world}");
    }
}

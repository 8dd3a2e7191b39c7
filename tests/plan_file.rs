//! Saved plans: what is written is read back, what was touched is refused, what no longer fits is dropped line by line.

#![allow(clippy::unwrap_used, reason = "helpers of tests may stop where they stand")]

mod plan_world;

use es2s3::model::Prices;
use es2s3::plan::file::{PlanFileError, drop_misfits, fits, from_bytes, to_bytes};
use es2s3::plan::{Plan, PlanInput};
use plan_world::{cluster, input, lines, planned, state, time};

/// A line of every kind.
const WORLD: &str = "
    index app-2026.10.01 proven
    index app-2026.10.02
    index app-2026.10.03 stale
    index app-2026.10.04 damaged
    index app-2026.10.05
    index app-2026.11.23
    hold app-2026.10.05 until=2026-12-01
    snapshot app-2025.10.20-s20251120-0123abcd started=2025-11-20T05 marks=app holds=app-2025.10.20
    repository shard_path_type=-";

fn world(more: &str) -> PlanInput {
    input("app- 30 365", &format!("{WORLD}\n{more}"))
}

fn later() -> jiff::Timestamp {
    time("2026-11-23T06")
}

#[test]
fn a_plan_is_read_back_as_it_was() {
    let plan = planned(&world(""));
    let bytes = to_bytes(&plan).unwrap();
    assert_eq!(from_bytes(&bytes, later()).unwrap(), plan);
    assert_eq!(to_bytes(&from_bytes(&bytes, later()).unwrap()).unwrap(), bytes);
}

/// The committed plan of this format must load for as long as the format is read. It is written anew with
/// `ES2S3_WRITE_FIXTURES=1`, which is only right when the format changes before its first release.
#[test]
fn the_committed_plan_still_loads() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/plans/format-1.json");
    if std::env::var_os("ES2S3_WRITE_FIXTURES").is_some() {
        std::fs::write(path, to_bytes(&planned(&world(""))).unwrap()).unwrap();
    }
    let plan = from_bytes(&std::fs::read(path).unwrap(), later()).unwrap();
    assert_eq!(
        lines(&plan),
        "app-2026.10.01 delete, proven in nightly
app-2026.10.02 archive
app-2026.10.03 archive again, commit: shard 0 took writes after the snapshot
app-2026.10.04 blocked: no proof, bytes: a blob is not there
app-2026.10.05 held by alice@ci
app-2026.11.23 young until 2026-12-24T00
snapshot 2026-10-02 of app: app-2026.10.02
snapshot 2026-10-03 of app: app-2026.10.03
app-2025.10.20-s20251120-0123abcd expire, last copy of app-2025.10.20"
    );
    assert_eq!(plan.format, 1);
}

#[test]
fn what_is_no_valid_plan_is_refused() {
    let good = String::from_utf8(to_bytes(&planned(&world(""))).unwrap()).unwrap();
    let read = |text: &str| from_bytes(text.as_bytes(), later()).unwrap_err();
    assert_eq!(read(&good.replace("app-2026.10.02", "app-2026.11.23")), PlanFileError::Tampered);
    assert_eq!(read(&good.replacen("  ", " ", 1)), PlanFileError::Tampered);
    assert_eq!(read(&good.replace("\"plan\":", "\"plan\": ")), PlanFileError::Tampered);
    assert_eq!(read(&good.replacen("plan\":1", "plan\":2", 1)), PlanFileError::Newer { found: 2 });
    assert!(matches!(read(&good[..good.len() / 2]), PlanFileError::Garbled(_) | PlanFileError::Tampered));
    for text in ["", "{}", "hello", "{\"es2s3_plan\":", "{\"es2s3_plan\":one", "{\"es2s3_plan\":99999999999"]
    {
        assert!(matches!(read(text), PlanFileError::Garbled(_)), "{text}");
    }
    assert!(matches!(from_bytes(&[0xff, 0xfe], later()), Err(PlanFileError::Garbled(_))));
}

#[test]
fn a_plan_is_valid_for_a_day() {
    let bytes = to_bytes(&planned(&world(""))).unwrap();
    assert!(from_bytes(&bytes, time("2026-11-24T04:59:59Z")).is_ok());
    let expired = time("2026-11-24T05");
    assert_eq!(from_bytes(&bytes, expired), Err(PlanFileError::Expired { expired }));
}

#[test]
fn a_plan_made_against_something_else_is_stale() {
    let saved = planned(&world(""));
    let why = |change: fn(&mut PlanInput)| {
        let mut input = world("");
        change(&mut input);
        fits(&saved, &planned(&input)).unwrap_err().why
    };
    assert_eq!(why(|input| input.wanted.config_hash = "other".into()), "the configuration changed since");
    assert_eq!(why(|input| input.wanted.account = "1".into()), "it is for another account or region");
    assert_eq!(why(|input| cluster(input).uuid = "other".into()), "it was made against another domain");
    assert_eq!(why(|input| state(input).lineage = "other".into()), "it was made against another state");
    assert_eq!(why(|input| state(input).serial = 8), "another run has written the state since");
    assert_eq!(why(|input| input.state = es2s3::model::Live::Absent), "it was made against another state");
}

/// `address: why` of every line that no longer fits.
fn misfits(saved: &Plan, fresh: &PlanInput) -> Vec<String> {
    let misfits = fits(saved, &planned(fresh)).unwrap();
    misfits.iter().map(|misfit| format!("{}: {}", misfit.address, misfit.why)).collect()
}

#[test]
fn lines_that_no_longer_fit_are_named() {
    let saved = planned(&world(""));
    let fresh = |from: &str, to: &str| input("app- 30 365", &WORLD.replace(from, to));
    let none: [&str; 0] = [];
    assert_eq!(misfits(&saved, &world("")), none);
    // An hour later the same plan bears other snapshot names, and still fits.
    assert_eq!(misfits(&saved, &world("now 2026-11-23T06")), none);
    // What the saved plan does not touch may change.
    assert_eq!(misfits(&saved, &fresh("index app-2026.10.04 damaged", "")), none);
    for (from, to, why) in [
        ("index app-2026.10.02\n", "\n", "index/app-2026.10.02: it is gone"),
        (
            "index app-2026.10.02",
            "index app-2026.10.02 uuid=anew",
            "index/app-2026.10.02: it was made again: its UUID was u-app-2026.10.02 and is anew",
        ),
        (
            "index app-2026.10.02",
            "index app-2026.10.02 created=2026-11-20",
            "index/app-2026.10.02: the plan says archive, now it would be keep",
        ),
        (
            "index app-2026.10.01 proven",
            "index app-2026.10.01 stale",
            "index/app-2026.10.01: the plan says delete, now it would be archive: commit: shard 0 took writes after the snapshot",
        ),
        (
            "index app-2026.10.01 proven",
            "index app-2026.10.01 proven=another",
            "index/app-2026.10.01: its proof was in snapshot nightly and is in another",
        ),
        (
            "index app-2026.10.02",
            "index app-2026.10.02 gib=2",
            "index/app-2026.10.02: its documents or its size changed",
        ),
        (
            "started=2025-11-20T05",
            "started=2025-11-24T05",
            "snapshot/app-2025.10.20-s20251120-0123abcd: the plan says expire, now it would be keep",
        ),
        (
            "holds=app-2025.10.20",
            "holds=app-2025.10.20,app-2025.10.21",
            "snapshot/app-2025.10.20-s20251120-0123abcd: it is now the last copy of other indices",
        ),
        (
            "repository shard_path_type=-",
            "",
            "repository/logs: its settings are not those that the plan was made against",
        ),
    ] {
        assert_eq!(misfits(&saved, &fresh(from, to)), [why], "{to}");
    }
}

#[test]
fn misfits_are_dropped_and_the_rest_stays() {
    let mut saved = planned(&world(""));
    let fresh = input(
        "app- 30 365",
        &WORLD.replace("index app-2026.10.02\n", "\n").replace("10.01 proven", "10.01 stale"),
    );
    let misfits = fits(&saved, &planned(&fresh)).unwrap();
    drop_misfits(&mut saved, &misfits, &Prices::default());
    assert_eq!(
        lines(&saved),
        "*app-2026.10.01 delete, proven in nightly
*app-2026.10.02 archive
app-2026.10.03 archive again, commit: shard 0 took writes after the snapshot
app-2026.10.04 blocked: no proof, bytes: a blob is not there
app-2026.10.05 held by alice@ci
app-2026.11.23 young until 2026-12-24T00
snapshot 2026-10-03 of app: app-2026.10.03
app-2025.10.20-s20251120-0123abcd expire, last copy of app-2025.10.20"
    );
    assert_eq!((saved.totals.archive.count, saved.totals.delete.count, saved.totals.snapshots), (1, 0, 1));
}

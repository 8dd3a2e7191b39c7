//! The repository's line: as registered, as wanted, and what would be sent.

#![allow(clippy::panic, reason = "helpers of tests may stop where they stand")]

mod plan_world;

use es2s3::model::{Live, RepositorySpec};
use es2s3::plan::{Blocker, PlanInput, RepositoryChange};
use plan_world::{input, lines, planned};

fn change(world: &str, spec: impl FnOnce(&mut RepositorySpec)) -> String {
    let mut input = input("app- 30", world);
    spec(&mut input.wanted.repository);
    shown(&input)
}

/// `keep`, `create k=v …`, `update field before→after …`, or `blocked …`.
fn shown(input: &PlanInput) -> String {
    let join = |words: Vec<String>| words.join(" ");
    match planned(input).repository.change {
        RepositoryChange::Keep => "keep".into(),
        RepositoryChange::Create { settings } => {
            format!("create {}", join(settings.iter().map(|(k, v)| format!("{k}={v}")).collect()))
        }
        RepositoryChange::Update { fields, .. } => {
            let or_unset = |value: Option<String>| value.unwrap_or("unset".into());
            let field = |f: es2s3::plan::FieldChange| {
                format!("{} {}→{}", f.field, or_unset(f.before), or_unset(f.after))
            };
            format!("update {}", join(fields.into_iter().map(field).collect()))
        }
        RepositoryChange::Blocked { blocker: Blocker::Repository { why } } => format!("blocked: {why}"),
        RepositoryChange::Blocked { blocker } => format!("blocked: {blocker:?}"),
    }
}

#[test]
fn what_is_registered_as_wanted_stays() {
    for world in [
        "",
        // Said by default, or in other words.
        "cluster os-2.17.0\nrepository shard_path_type=-",
        "cluster es-7.10.2\nrepository shard_path_type=-",
        "cluster os-2.16.0\nrepository shard_path_type=-",
        "repository shard_path_type=fixed",
        // Inherited places and settings that nobody spoke of stay as they are.
        "repository base_path=elsewhere",
        "repository base_path=-",
        "repository compress=true",
        "repository chunk_size=1gb",
    ] {
        assert_eq!(change(world, |_| {}), "keep", "{world}");
    }
}

#[test]
fn a_new_one_gets_all_its_settings() {
    let role = |spec: &mut RepositorySpec| spec.role_arn = Some("arn:role".into());
    for (engine, wanted) in [
        ("os-3.6.0", "create base_path=snapshots/logs bucket=snaps shard_path_type=FIXED"),
        ("os-2.17.0", "create base_path=snapshots/logs bucket=snaps shard_path_type=FIXED"),
        ("os-2.16.0", "create base_path=snapshots/logs bucket=snaps"),
        ("es-7.10.2", "create base_path=snapshots/logs bucket=snaps"),
    ] {
        assert_eq!(change(&format!("cluster {engine}\nrepository absent"), |_| {}), wanted);
    }
    assert_eq!(
        change("cluster es-7.10.2\nrepository absent", role),
        "create base_path=snapshots/logs bucket=snaps region=us-west-2 role_arn=arn:role"
    );
}

#[test]
fn drift_is_told_field_by_field() {
    let set = |key: &'static str, value: &'static str| {
        move |spec: &mut RepositorySpec| drop(spec.settings.insert(key.into(), value.into()))
    };
    // From 3.2 on the default is not the same in every release, so it is always said.
    assert_eq!(change("repository shard_path_type=-", |_| {}), "update shard_path_type unset→FIXED");
    assert_eq!(
        change("repository shard_path_type=HASHED_PREFIX", |_| {}),
        "update shard_path_type HASHED_PREFIX→FIXED"
    );
    assert_eq!(
        change("repository base_path=elsewhere", |s| s.base_path_set = true),
        "update base_path elsewhere→snapshots/logs"
    );
    assert_eq!(change("repository base_path=/snapshots/logs/", |s| s.base_path_set = true), "keep");
    assert_eq!(change("", set("compress", "true")), "update compress unset→true");
    assert_eq!(change("", set("compress", "false")), "keep");
    assert_eq!(change("cluster es-7.10.2", set("compress", "TRUE")), "keep");
    assert_eq!(change("", set("max_snapshot_bytes_per_sec", "41943040b")), "keep");
    assert_eq!(
        change("", set("max_snapshot_bytes_per_sec", "80mb")),
        "update max_snapshot_bytes_per_sec unset→80mb"
    );
    assert_eq!(change("repository chunk_size=1024mb", set("chunk_size", "1gb")), "keep");
    assert_eq!(change("", set("chunk_size", "1gb")), "update chunk_size unset→1gb");
    assert_eq!(
        change("", set("shard_path_type", "HASHED_INFIX")),
        "update shard_path_type FIXED→HASHED_INFIX"
    );
    assert_eq!(
        change("", |spec| spec.role_arn = Some("arn:role".into())),
        "update region unset→us-west-2 role_arn unset→arn:role"
    );
}

#[test]
fn an_update_sends_everything() {
    let input = input(
        "app- 30",
        "repository shard_path_type=-\nrepository compress=true\nrepository base_path=elsewhere",
    );
    let RepositoryChange::Update { settings, .. } = planned(&input).repository.change else {
        panic!("an update")
    };
    let settings: Vec<String> = settings.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(settings, ["base_path=elsewhere", "bucket=snaps", "compress=true", "shard_path_type=FIXED"]);
}

#[test]
fn what_is_not_ours_is_left_alone() {
    for (world, why) in [
        ("repository kind=fs", "blocked: it is registered with type fs, es2s3 proves copies in type s3 only"),
        (
            "repository bucket=other",
            "blocked: it is registered in bucket other, not in snaps; choose another repository name or unregister it",
        ),
        ("repository bucket=-", "blocked: its bucket could not be read, so it may not be snaps"),
        (
            "repository readonly=true",
            "blocked: it is registered read-only, as for a cluster that must not write to it",
        ),
        (
            "written-by elsewhere",
            "blocked: cluster elsewhere wrote to it last, not this one (cluster); unregister it there, then register it here and take one snapshot by hand",
        ),
        (
            "repository absent\nwritten-by elsewhere",
            "blocked: cluster elsewhere wrote to it last, not this one (cluster); unregister it there, then register it here and take one snapshot by hand",
        ),
        ("written-by cluster", "keep"),
    ] {
        assert_eq!(change(world, |_| {}), why, "{world}");
    }
}

#[test]
fn what_could_not_be_read_is_not_written() {
    for what in ["repository", "cluster"] {
        assert!(change(&format!("unread {what}"), |_| {}).starts_with("blocked: Unread"), "{what}");
    }
    assert!(change("unread catalogue\nrepository absent", |_| {}).starts_with("blocked: Unread"));
    let mut input = input("app- 30", "");
    input.observed.cluster = Live::Absent;
    assert_eq!(shown(&input), "blocked: it is in the domain, which was left out");
}

#[test]
fn without_a_repository_nothing_is_archived_when_the_selection_leaves_it_out() {
    let world = "index app-2026.10.01\nindex app-2026.11.23\nrepository absent";
    plan_world::check(
        "app- 30",
        &format!("{world}\nonly data"),
        "app-2026.10.01 blocked: repository: it is not registered yet, and the selection leaves that out
         app-2026.11.23 young until 2026-12-24T00",
    );
    plan_world::check(
        "app- 30",
        world,
        "app-2026.10.01 archive
         app-2026.11.23 young until 2026-12-24T00
         snapshot 2026-10-01 of app: app-2026.10.01",
    );
}

#[test]
fn while_it_moves_nothing_goes_that_was_proven_in_the_place_before() {
    let world = "
        repository base_path=elsewhere
        index app-2026.10.01 proven
        index app-2026.10.02
        index app-2026.11.23
        snapshot app-2025.10.20-s20251120-0123abcd started=2025-11-20T05 marks=app holds=app-2025.10.20";
    let mut input = input("app- 30 365", world);
    input.wanted.repository.base_path_set = true;
    let moves = "blocked: repository: it moves to snapshots/logs first; the next run looks there";
    assert_eq!(
        lines(&planned(&input)),
        [
            &format!("app-2026.10.01 {moves}"),
            &format!("app-2026.10.02 {moves}"),
            "app-2026.11.23 young until 2026-12-24T00",
            &format!("app-2025.10.20-s20251120-0123abcd {moves}"),
        ]
        .join("\n")
    );
}

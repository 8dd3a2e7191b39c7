//! What is still to be read before a plan: due indices that have a copy, snapshots whose name says that they may be due.

mod plan_world;

use es2s3::model::ProofLevel;
use es2s3::plan::shortlist;
use plan_world::input;

/// `index: candidate candidate`, then the root files to read.
fn listed(config: &str, world: &str) -> Vec<String> {
    let list = shortlist(&input(config, world));
    let proofs = list.to_prove.iter().map(|ask| {
        let names: Vec<&str> = ask.candidates.iter().map(|(name, _)| name.as_str()).collect();
        format!("{}: {}", ask.index, names.join(" "))
    });
    proofs.chain(list.to_read.iter().map(|uuid| uuid.to_string())).collect()
}

const TODAY: &str = "index app-2026.11.23\n";

#[test]
fn only_due_free_copied_indices_are_proven() {
    for (world, wanted) in [
        ("index app-2026.10.01 copied", vec!["app-2026.10.01: nightly"]),
        ("index app-2026.11.01 copied", vec![]),
        ("index app-2026.10.01", vec![]),
        ("index app-2026.10.01 copied closed", vec![]),
        ("index app-2026.10.01 copied ilm=p", vec![]),
        ("index app-2026.10.01 copied\nhold app-2026.10.01", vec![]),
        ("index app-2026.10.01 copied\ncluster red", vec![]),
        ("index app-2026.10.01 copied\nunread state", vec![]),
        ("index app-2026.10.01\nsnapshot s holds=app-2026.10.01:another", vec![]),
        ("index app-2026.10.01\nsnapshot s holds=app-2026.10.01:unknown", vec!["app-2026.10.01: s"]),
        ("index app-2026.10.01\nsnapshot s state=PARTIAL holds=app-2026.10.01", vec![]),
        ("index web-2026.10.01 copied", vec![]),
    ] {
        assert_eq!(listed("app- 30", &format!("{TODAY}{world}")), wanted, "{world}");
    }
}

#[test]
fn the_best_candidate_comes_first() {
    // Known UUIDs before unknown ones, ours by the day of planning, strangers by name, and no more than eight.
    let ours = |planned| format!("snapshot app-2026.10.01-s{planned}-0123abcd holds=app-2026.10.01\n");
    let world = format!(
        "{TODAY}index app-2026.10.01\nsnapshot zzz holds=app-2026.10.01:unknown\nsnapshot manual holds=app-2026.10.01\n{}{}",
        ours(20261101),
        ours(20261105)
    );
    assert_eq!(
        listed("app- 30", &world),
        ["app-2026.10.01: app-2026.10.01-s20261105-0123abcd app-2026.10.01-s20261101-0123abcd manual zzz"]
    );
    let many: String = (0..20).map(|n| format!("snapshot n{n:02} holds=app-2026.10.01\n")).collect();
    assert_eq!(
        listed("app- 30", &format!("{TODAY}index app-2026.10.01\n{many}")),
        ["app-2026.10.01: n19 n18 n17 n16 n15 n14 n13 n12"]
    );
}

#[test]
fn the_level_of_the_policy_is_asked_for() {
    let world = format!("{TODAY}index app-2026.10.01 copied");
    for (config, level) in [("app- 30", ProofLevel::Full), ("app- 30 proof=api", ProofLevel::Api)] {
        assert_eq!(shortlist(&input(config, &world)).to_prove[0].level, level);
    }
}

#[test]
fn only_root_files_of_ours_that_may_be_due_are_read() {
    for (name, wanted) in [
        ("app-2025.10.22-s20251123-0123abcd", true),
        ("app-2025.10.23-s20251124-0123abcd", false),
        ("app-prod-2025.10.22-s20251122-0123abcd", false),
        ("cs-automated-2025.10.22", false),
        ("app-2025.10.22", false),
    ] {
        let wanted: Vec<String> = wanted.then(|| format!("s-{name}")).into_iter().collect();
        assert_eq!(listed("app- 30 365", &format!("snapshot {name}")), wanted, "{name}");
    }
}

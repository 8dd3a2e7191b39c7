//! Sums and findings: what stands above and below the lines of a plan.

#![allow(clippy::panic, reason = "helpers of tests may stop where they stand")]

mod plan_world;

use es2s3::model::Bytes;
use es2s3::plan::{Severity, check};
use plan_world::{input, planned};

#[test]
fn totals_count_what_is_selected() {
    let world = "
        index app-2026.10.01 proven gib=100
        index app-2026.10.02 gib=200
        index app-2026.10.03 gib=300
        index app-2026.10.04 gib=400 relocating
        index app-2026.10.05 closed
        index app-2026.10.06 gib=500
        hold app-2026.10.06
        index app-2026.11.23 gib=600
        snapshot app-2025.10.20-s20251120-0123abcd started=2025-11-20T05 marks=app holds=app-2025.10.20 gib=50";
    let with = |more: &str| planned(&input("app- 30 365", &format!("{world}\n{more}"))).totals;
    let gib = |amount: es2s3::plan::Amount| (amount.count, amount.bytes.0 / Bytes::GIB, amount.unsized_count);
    let all = with("");
    assert_eq!((all.create, all.change, all.snapshots), (0, 0, 2));
    assert_eq!(gib(all.delete), (1, 100, 0));
    assert_eq!(gib(all.archive), (2, 500, 0));
    assert_eq!(gib(all.held), (1, 500, 0));
    assert_eq!(gib(all.keep), (1, 600, 0));
    // Relocating, and closed (no size).
    assert_eq!(gib(all.blocked), (2, 400, 1));
    assert_eq!(gib(all.expire), (1, 50, 0));
    // 600 GiB leave the domain at 0.122 dollars; 500 come to S3 at 0.023, and 50 leave it.
    assert_eq!(all.monthly_saving, 62.85);
    // Without a repository there is no copy that could be proof: all three are archived into the one that is made.
    let fresh = with("repository absent");
    assert_eq!((fresh.create, gib(fresh.delete), gib(fresh.archive)), (1, (0, 0, 0), (3, 600, 0)));
    let deletes = with("only delete");
    assert_eq!(
        (deletes.create, deletes.archive.count, deletes.delete.count, deletes.snapshots),
        (0, 0, 1, 0)
    );
    assert_eq!(deletes.monthly_saving, 12.2);
    assert_eq!(with("exclude data").delete.count, 0);
}

#[test]
fn an_expiring_snapshot_saves_its_place_in_s3() {
    let world = "index app-2026.11.23
        snapshot app-2025.10.20-s20251120-0123abcd started=2025-11-20T05 marks=app holds=app-2025.10.20 gib=1000";
    let totals = planned(&input("app- 30 365", world)).totals;
    assert_eq!((totals.expire.count, totals.last_copies, totals.monthly_saving), (1, 1, 23.0));
}

/// `severity: text [help]` of every finding.
fn findings(world: &str) -> Vec<String> {
    let plan = planned(&input("app- 30\nweb- 30", world));
    let words = |severity| match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Unread => "unread",
    };
    plan.findings
        .iter()
        .map(|f| format!("{}: {} [{}]", words(f.severity), f.text, f.help.as_deref().unwrap_or("")))
        .collect()
}

#[test]
fn findings_say_what_a_person_should_know() {
    let none: [&str; 0] = [];
    assert_eq!(findings("index app-2026.11.23\nindex other-1"), none);
    assert_eq!(
        findings("index app-2026.13.01"),
        [
            "warning: 1 index starts with the prefix app- but has no date es2s3 can read: app-2026.13.01 [they are left alone; docs/retention.md lists the forms of names]"
        ]
    );
    assert_eq!(
        findings("index web-f\nindex web-e\nindex web-d\nindex web-c\nindex web-b\nindex web-a"),
        [
            "warning: 6 indices start with the prefix web- but have no date es2s3 can read: web-a, web-b, web-c, web-d, web-e, … [they are left alone; docs/retention.md lists the forms of names]"
        ]
    );
    assert_eq!(
        findings("unread catalogue"),
        ["unread: could not read the catalogue of snapshots: answered 403 [grant read:catalogue]"]
    );
    assert_eq!(
        findings("cluster red\ncluster skewed by=-400"),
        [
            "warning: this machine's clock is 400 s behind the domain's [set the clock; nothing is archived, deleted or expired until they agree within 5 minutes]",
            "warning: the cluster is red: a primary is missing [nothing is archived, deleted or expired until it is yellow or green]",
        ]
    );
    assert_eq!(
        findings("no state"),
        ["note: there is no state yet, so no holds are known [run es2s3 bootstrap before the first apply]"]
    );
}

#[test]
fn a_broken_promise_is_found() {
    let input = input(
        "app- 30",
        "index app-2026.10.01 proven\nindex app-2026.10.02\nindex app-2026.11.23\nhold app-2026.10.03",
    );
    let sound = planned(&input);
    let found = |break_it: &dyn Fn(&mut es2s3::plan::Plan)| {
        let mut plan = sound.clone();
        break_it(&mut plan);
        check::check(&input, &plan).into_iter().map(|v| format!("{}: {}", v.at, v.why)).collect::<Vec<_>>()
    };
    let evidence_of = |plan: &mut es2s3::plan::Plan, change: &dyn Fn(&mut es2s3::model::Evidence)| {
        let es2s3::plan::Decision::Delete { evidence } = &mut plan.series[0].indices[0].decision else {
            panic!()
        };
        change(evidence);
    };
    assert_eq!(
        found(&|plan| evidence_of(plan, &|evidence| evidence.uuid = "other".into())),
        ["index/app-2026.10.01: its evidence is about another index"]
    );
    assert_eq!(
        found(&|plan| evidence_of(plan, &|evidence| drop(evidence.clauses.pop()))),
        ["index/app-2026.10.01: its evidence lacks clause now"]
    );
    assert_eq!(
        found(&|plan| plan.series[0].archives.clear()),
        ["policy app: its snapshots do not hold what its lines say"]
    );
    assert_eq!(found(&|plan| plan.totals.delete.count = 0), ["totals: the sum of delete does not add up"]);
    assert_eq!(found(&|plan| plan.series[0].indices.swap(0, 1)), ["policy app: its lines are out of order"]);
    // The line of today's index, made a removal by hand.
    let mut forged = sound.clone();
    forged.series[0].indices[2].decision = forged.series[0].indices[0].decision.clone();
    let why: Vec<String> = check::check(&input, &forged).into_iter().map(|v| v.why).collect();
    assert!(why.contains(&"is younger than its retention by its name".to_string()), "{why:?}");
    assert!(why.contains(&"is the newest of its series".to_string()), "{why:?}");
    assert!(why.contains(&"its evidence is about another index".to_string()), "{why:?}");
}

#[test]
fn what_rests_on_somebody_elses_snapshot_is_told() {
    let texts = |world: &str| -> Vec<String> {
        let plan = planned(&input("app- 30", world));
        plan.findings.into_iter().map(|finding| finding.text).collect()
    };
    let ours = "app-2026.10.01-s20261101-0123abcd";
    let world = format!(
        "index app-2026.10.01 proven={ours}\nindex app-2026.10.02 proven\nindex app-2026.10.03 proven\nindex app-2026.11.23"
    );
    assert_eq!(
        texts(&world),
        ["the copies of 2 indices to be deleted are in snapshots that es2s3 did not make: nightly"]
    );
    assert_eq!(
        texts(&format!("{world}\nonly index/app-2026.10.01")),
        [""; 0],
        "what is not carried out is not told"
    );
}

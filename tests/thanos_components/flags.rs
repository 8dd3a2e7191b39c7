//! What a component is started with, against what is declared.

use es2s3::model::Live;
use es2s3::model::thanos::Target;

use super::world::{DECLARED, World, hold, page_of_flags};

#[test]
fn retention_delay_and_downsampling_are_the_declared_ones() {
    hold(&[
        (
            "another retention",
            |world| world.flag("compact", "retention.resolution-5m", "40d"),
            &[
                "retention-drift: Compactor http://compact:10902 runs with --retention.resolution-5m=40d, declared is 90d",
            ],
        ),
        (
            "a longer retention, or none, so that es2s3 alone marks",
            |world| {
                world.flag("compact", "retention.resolution-raw", "60d");
                world.flag("compact", "retention.resolution-5m", "0s");
            },
            &[
                "retention-longer: Compactor http://compact:10902 runs with --retention.resolution-5m=0d, declared is 90d",
                "retention-longer: Compactor http://compact:10902 runs with --retention.resolution-raw=60d, declared is 30d",
            ],
        ),
        (
            "a retention where none is declared",
            |world| world.flag("compact", "retention.resolution-1h", "1y"),
            &[
                "retention-drift: Compactor http://compact:10902 runs with --retention.resolution-1h=365d, declared is 0d",
            ],
        ),
        (
            "the same one in other words",
            |world| world.flag("compact", "retention.resolution-raw", "720h0m0s"),
            &[],
        ),
        (
            "another delay",
            |world| world.flag("compact", "delete-delay", "3d"),
            &["delay-drift: Compactor http://compact:10902 runs with --delete-delay=3d, declared is 2d"],
        ),
        (
            "no downsampling",
            |world| world.flag("compact", "downsampling.disable", "true"),
            &[
                "downsampling-off: Compactor http://compact:10902 runs with --downsampling.disable=true, and 5m, which is to be kept longer than raw, is never made",
            ],
        ),
        (
            "no downsampling, where nothing coarser is kept longer",
            |world| {
                world.declared = "labels: [cluster, replica], replica_labels: [replica], retention: { raw: 60d, 5m: 60d, 1h: 60d }".into();
                for flag in ["retention.resolution-raw", "retention.resolution-5m", "retention.resolution-1h"]
                {
                    world.flag("compact", flag, "60d");
                }
                world.flag("compact", "downsampling.disable", "true");
            },
            &[],
        ),
    ]);
}

#[test]
fn replicas_are_told_by_the_declared_labels() {
    hold(&[
        (
            "a Compactor that merges what is to be kept apart",
            |world| world.flag("compact", "deduplication.replica-label", "replica"),
            &[
                "replica-drift: Compactor http://compact:10902 runs with --deduplication.replica-label=replica, declared is none",
            ],
        ),
        (
            "a Querier that gives every series twice",
            |world| world.flag("query", "query.replica-label", ""),
            &[
                "replica-drift: Querier http://query:10902 runs with --query.replica-label=, declared is replica",
            ],
        ),
        (
            "a Querier that takes two clusters for one",
            |world| world.flag("query", "query.replica-label", "cluster,replica"),
            &[
                "replica-drift: Querier http://query:10902 runs with --query.replica-label=cluster,replica, declared is replica",
            ],
        ),
        (
            "replicas of a Ruler beside them",
            |world| world.flag("query", "query.replica-label", "replica,rule_replica"),
            &[],
        ),
    ]);
}

#[test]
fn who_may_mark_is_told_and_a_page_that_says_nothing_is_not() {
    hold(&[
        (
            "marks for everybody",
            |world| {
                world.flag("compact", "disable-admin-operations", "false");
                world.flag("store", "disable-admin-operations", "false");
            },
            &[
                "admin-open: Compactor http://compact:10902 runs with --disable-admin-operations=false, so that who reaches it can mark blocks",
                "admin-open: Store http://store:10902 runs with --disable-admin-operations=false, so that who reaches it can mark blocks",
            ],
        ),
        (
            "a version without these flags",
            |world| {
                world.facts("compact").flags.clear();
                world.facts("query").flags.clear();
            },
            &[],
        ),
        (
            "values of another form",
            |world| {
                for flag in [
                    "retention.resolution-raw",
                    "delete-delay",
                    "downsampling.disable",
                    "deduplication.replica-label",
                ] {
                    world.flag("compact", flag, "<REDACTED>");
                }
            },
            &[],
        ),
    ]);
}

#[test]
fn a_store_must_have_looked_away_before_a_block_is_deleted() {
    hold(&[
        (
            "as long as the delay",
            |world| world.flag("store", "ignore-deletion-marks-delay", "2d"),
            &[
                "store-delay: Store http://store:10902 shows marked blocks for 2d, and looks every 15m; they are deleted after 2d",
            ],
        ),
        (
            "looks too seldom",
            |world| world.flag("store", "sync-block-duration", "30h0m0s"),
            &[
                "store-delay: Store http://store:10902 shows marked blocks for 1d, and looks every 1d6h; they are deleted after 2d",
            ],
        ),
        ("looks just in time", |world| world.flag("store", "sync-block-duration", "24h0m0s"), &[]),
        (
            "tells not how often it looks",
            |world| {
                world.facts("store").flags.remove("sync-block-duration");
                world.flag("store", "ignore-deletion-marks-delay", "47h");
            },
            &[],
        ),
    ]);
}

#[test]
fn what_es2s3_renders_is_never_drift() {
    let rest = "labels: [cluster, replica], replica_labels: [replica]";
    for declared in [
        "labels: [cluster]".to_owned(),
        DECLARED.to_owned(),
        format!("{rest}, merge_replicas: true, retention: {{ raw: 14d, 5m: 1y, 1h: 10y }}"),
        "replica_labels: [replica, rule_replica], merge_replicas: true".to_owned(),
        format!("{rest}, delete_delay: 24h"),
        format!("{rest}, delete_delay: 2m"),
        format!("{rest}, delete_delay: 90s"),
        format!("{rest}, delete_delay: 1s"),
        format!("{rest}, delete_delay: 0d"),
    ] {
        for target in Target::ALL {
            let mut world = World { declared: declared.clone(), ..World::well() };
            let wanted = world.wanted();
            for running in &mut world.running {
                let page = page_of_flags(&wanted, running.component, target);
                let Live::Present(facts) = &mut running.facts else { panic!("all answer") };
                facts.flags = page;
            }
            // On a host the Store has a port of its own.
            let port = world.facts("store").flags["grpc-address"].rsplit(':').next().map(str::to_owned);
            world.known(2).address = format!("10.0.0.3:{}", port.expect("a port"));
            assert_eq!(world.findings(), [""; 0], "{declared} {target:?}");
        }
    }
}

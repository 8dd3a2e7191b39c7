//! Between the oldest sample of a Sidecar and the newest block of its stream.

use super::world::{DAY, NOW, World, hold, known, labels};

#[test]
fn the_seam_is_judged_for_each_stream_that_is_written() {
    hold(&[
        (
            "one of two replicas stops uploading",
            |world| world.streams[1].1 = 3 * 24,
            &["uploads-stopped: the newest block of cluster=\"eu\", replica=\"b\" ends on 2026-11-20"],
        ),
        (
            "and its Prometheus has forgotten what was not uploaded",
            |world| {
                world.streams[1].1 = 10 * 24;
                world.known(1).min_time = (NOW - 8 * DAY) * 1_000;
            },
            &[
                "seam: cluster=\"eu\", replica=\"b\" ends in the bucket on 2026-11-13, and its Sidecar begins on 2026-11-15",
            ],
        ),
        (
            "it never uploaded",
            |world| drop(world.streams.pop()),
            &[
                "uploads-stopped: no block of cluster=\"eu\", replica=\"b\" is in the bucket, and its Sidecar has samples since 2026-11-08",
            ],
        ),
        (
            "it has run for a day",
            |world| {
                world.streams.pop();
                world.known(1).min_time = (NOW - DAY) * 1_000;
            },
            &[],
        ),
        (
            "it has no sample yet",
            |world| {
                world.streams.pop();
                world.known(1).min_time = i64::MAX;
            },
            &[],
        ),
        ("a stream that is over", |world| world.streams.push((labels("cluster=us,replica=a"), 90)), &[]),
        (
            "a Sidecar that does not answer its Querier",
            |world| {
                world.streams[1].1 = 3 * 24;
                world.known(1).error = Some("connection refused".into());
            },
            &[
                "store-failing: Querier http://query:10902 cannot ask sidecar 10.0.0.2:10901: connection refused",
            ],
        ),
    ]);
}

#[test]
fn a_stream_is_found_where_it_is_and_not_sought_where_it_cannot_be() {
    hold(&[
        (
            "replicas that were merged",
            |world| {
                world.declared.push_str(", merge_replicas: true");
                world.flag("compact", "deduplication.replica-label", "replica");
                world.streams = vec![(labels("cluster=eu"), 3)];
            },
            &[],
        ),
        (
            "replicas that were merged until no label was left",
            |world| {
                world.declared = "labels: [replica], replica_labels: [replica], merge_replicas: true, retention: { raw: 30d, 5m: 90d }".into();
                world.flag("compact", "deduplication.replica-label", "replica");
                world.streams = vec![(labels("replica=deduped"), 3)];
                world.known(0).label_sets = vec![labels("replica=a")];
                world.known(1).label_sets = vec![labels("replica=b")];
            },
            &[],
        ),
        (
            "a Sidecar of another bucket, which is not declared",
            |world| {
                let more = known("sidecar", "10.0.0.5:10901", "cluster=us,replica=a", 15);
                world.facts("query").stores.push(more);
            },
            &[],
        ),
        (
            "one that is declared, beside it",
            |world| {
                let more = known("sidecar", "10.0.0.5:10901", "cluster=us,replica=a", 15);
                world.facts("query").stores.push(more);
                world.streams.pop();
                world.known(1).address = "sidecar-b:10901".into();
            },
            &[
                "uploads-stopped: no block of cluster=\"eu\", replica=\"b\" is in the bucket, and its Sidecar has samples since 2026-11-08",
            ],
        ),
    ]);
}

#[test]
fn where_no_labels_are_told_all_sidecars_are_held_against_the_whole_bucket() {
    fn without_labels(world: &mut World) {
        world.facts("query").stores.iter_mut().for_each(|store| store.label_sets.clear());
    }
    hold(&[
        ("all is well", without_labels, &[]),
        (
            "nobody uploads",
            |world| {
                without_labels(world);
                world.streams.iter_mut().for_each(|(_, ends)| *ends = 3 * 24);
            },
            &["uploads-stopped: the newest block of the bucket ends on 2026-11-20"],
        ),
        (
            "and all was forgotten",
            |world| {
                without_labels(world);
                world.streams.iter_mut().for_each(|(_, ends)| *ends = 3 * 24);
                (0..2).for_each(|place| world.known(place).min_time = (NOW - DAY) * 1_000);
            },
            &["seam: the bucket ends on 2026-11-20, and the Sidecars begin on 2026-11-22"],
        ),
        (
            "an empty bucket",
            |world| {
                without_labels(world);
                world.streams.clear();
            },
            &[],
        ),
    ]);
}

#[test]
fn a_block_that_could_not_be_read_may_be_the_newest_of_any_stream() {
    for (unread, found) in [(3, false), (30 * 24, true)] {
        let mut world = World::well();
        world.streams[1].1 = 5 * 24;
        world.unread = Some(unread);
        let told = world.findings().iter().any(|finding| finding.starts_with("uploads-stopped"));
        assert_eq!(told, found, "{unread}");
    }
}

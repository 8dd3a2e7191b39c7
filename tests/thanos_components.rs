//! What the running components say, held against the declaration, one another and the bucket: each finding by a world in which all is
//! well but for one thing, and what looks alike and is none. And how they are asked.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so by a panic")]

#[path = "support/thanos/seen.rs"]
mod seen;

#[path = "thanos_components/asked.rs"]
mod asked;
#[path = "thanos_components/flags.rs"]
mod flags;
#[path = "thanos_components/querier.rs"]
mod querier;
#[path = "thanos_components/seam.rs"]
mod seam;
#[path = "thanos_components/world.rs"]
mod world;

use es2s3::model::thanos::Component;
use world::hold;

#[test]
fn where_all_is_well_nothing_is_found() {
    hold(&[("nothing happens", |_| {}, &[])]);
}

#[test]
fn a_component_that_does_not_answer_is_told_and_nothing_else_is_concluded() {
    hold(&[
        (
            "the Compactor",
            |world| world.silent("compact"),
            &["component-unanswered: Compactor http://compact:10902/metrics: Connection refused"],
        ),
        (
            "the Store",
            |world| world.silent("store"),
            &["component-unanswered: Store http://store:10902/metrics: Connection refused"],
        ),
        (
            "the Querier",
            |world| world.silent("query"),
            &["component-unanswered: Querier http://query:10902/metrics: Connection refused"],
        ),
        (
            "a Sidecar",
            |world| world.silent("sidecar-b"),
            &["component-unanswered: Sidecar http://sidecar-b:10902/metrics: Connection refused"],
        ),
        (
            "a Store that the Querier does not know either",
            |world| {
                world.silent("store");
                world.facts("query").stores.pop();
            },
            &["component-unanswered: Store http://store:10902/metrics: Connection refused"],
        ),
    ]);
}

#[test]
fn who_works_on_what() {
    hold(&[
        (
            "another bucket",
            |world| world.facts("store").bucket = Some("older".into()),
            &["bucket-drift: Store http://store:10902 works with bucket older, declared is metrics"],
        ),
        (
            "a second Compactor",
            |world| world.run(Component::Compact, "http://compact-2:10902"),
            &["two-compactors: http://compact:10902 and http://compact-2:10902 work on the same bucket"],
        ),
        (
            "a second one that takes a part by labels",
            |world| {
                world.run(Component::Compact, "http://compact-2:10902");
                world.flag("compact-2", "selector.relabel-config", "- action: keep");
            },
            &[],
        ),
        (
            "a second one on another bucket",
            |world| {
                world.run(Component::Compact, "http://compact-2:10902");
                world.facts("compact-2").bucket = Some("older".into());
            },
            &["bucket-drift: Compactor http://compact-2:10902 works with bucket older, declared is metrics"],
        ),
        (
            "none is declared",
            |world| world.declared.push_str(", compactor: none"),
            &["compactor-undeclared: http://compact:10902 answers, and none is declared"],
        ),
        (
            "the Compactor has halted",
            |world| world.facts("compact").halted = true,
            &["compactor-halted: Compactor http://compact:10902 has halted"],
        ),
    ]);
}

#[test]
fn a_version_is_another_one_by_its_minor_number() {
    hold(&[
        (
            "a Compactor that was forgotten",
            |world| world.facts("compact").version = Some("0.39.2".into()),
            &[
                "version-drift: Compactor http://compact:10902 runs 0.39.2, declared is 0.42.0: rendered flags may not fit",
            ],
        ),
        (
            "a Querier of tomorrow",
            |world| world.facts("query").version = Some("0.43.0-rc.1".into()),
            &[
                "version-drift: Querier http://query:10902 runs 0.43.0-rc.1, declared is 0.42.0: rendered flags may not fit",
            ],
        ),
        ("a patch", |world| world.facts("store").version = Some("0.42.5".into()), &[]),
        ("a build of one's own", |world| world.facts("store").version = Some("main".into()), &[]),
        ("none is told", |world| world.facts("store").version = None, &[]),
    ]);
}

#[test]
fn a_sidecar_uploads() {
    hold(&[
        (
            "not",
            |world| world.facts("sidecar-a").bucket = None,
            &["sidecar-alone: Sidecar http://sidecar-a:10902 has no bucket"],
        ),
        (
            "not always",
            |world| world.facts("sidecar-a").failed_uploads = 7,
            &["uploads-fail: Sidecar http://sidecar-a:10902 failed 7 times to upload since it was started"],
        ),
    ]);
}

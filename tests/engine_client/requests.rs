//! Every call as the value that goes out: method, target, body, and whether a repeat is harmless.

use es2s3::clients::engine::calls::{cluster, indices, repositories, restores, snapshots};
use es2s3::clients::engine::request::{LONGEST_LINE, in_chunks, is_exact, joined};
use es2s3::clients::engine::{Method, Rename, Request, chunk_names};
use es2s3::model::{Bytes, Distribution, Engine, IndexName, Marks, RepositoryName, SnapshotName, Version};
use proptest::prelude::*;

fn elasticsearch(major: u16, minor: u16) -> Engine {
    Engine { distribution: Distribution::Elasticsearch, version: Version::new(major, minor, 0) }
}

fn opensearch(major: u16, minor: u16) -> Engine {
    Engine { distribution: Distribution::OpenSearch, version: Version::new(major, minor, 0) }
}

/// `GET /path?query` or `PUT! /path {"body":…}`; the mark stands on what is sent only once.
fn line(request: &Request) -> String {
    let once = if request.repeatable { "" } else { "!" };
    let body = request.body.as_ref().map(|body| format!(" {body}")).unwrap_or_default();
    format!("{}{once} {}{body}", request.method.as_str(), request.target())
}

fn names() -> (RepositoryName, SnapshotName, IndexName) {
    ("logs".into(), "app-2026.01.01".into(), "app-2026.01.01".into())
}

fn marks() -> Marks {
    Marks { policy: "app".into(), day: "2026-01-01".parse().unwrap(), run: "R1".into(), bytes: Bytes(7) }
}

#[test]
fn reads_are_these_lines() {
    let (repository, snapshot, index) = names();
    let new = opensearch(3, 6);
    for (request, expected) in [
        (cluster::root(), "GET /"),
        (cluster::node_versions(), "GET /_nodes?filter_path=nodes.*.version"),
        (cluster::health(), "GET /_cluster/health?filter_path=status,relocating_shards"),
        (cluster::relocating(), "GET /_cluster/health?level=indices&filter_path=indices.*.relocating_shards"),
        (
            indices::cat(new),
            "GET /_cat/indices?format=json&bytes=b&expand_wildcards=all&h=health,status,index,uuid,pri,rep,docs.count,pri.store.size,creation.date",
        ),
        (
            indices::cat(elasticsearch(6, 8)),
            "GET /_cat/indices?format=json&bytes=b&h=health,status,index,uuid,pri,rep,docs.count,pri.store.size,creation.date",
        ),
        (
            indices::settings(),
            "GET /*?expand_wildcards=all&filter_path=*.aliases,*.data_stream,*.settings.index.uuid,*.settings.index.blocks,*.settings.index.hidden,*.settings.index.frozen,*.settings.index.lifecycle.name,*.settings.index.store,*.settings.index.searchable_snapshot",
        ),
        (indices::data_streams(), "GET /_data_stream"),
        (indices::ism(new).unwrap(), "GET /_plugins/_ism/explain?size=10000"),
        (indices::ism(elasticsearch(7, 10)).unwrap(), "GET /_opendistro/_ism/explain/*"),
        (repositories::get(&repository), "GET /_snapshot/logs"),
        (snapshots::running(&repository), "GET /_snapshot/logs/_current"),
        (snapshots::get(&repository, &snapshot), "GET /_snapshot/logs/app-2026.01.01"),
        (
            snapshots::status(&repository, &snapshot),
            "GET /_snapshot/logs/app-2026.01.01/_status?filter_path=snapshots.snapshot,snapshots.state,snapshots.stats",
        ),
        (
            restores::progress(&index),
            "GET /_cat/indices/app-2026.01.01?format=json&bytes=b&h=health,status,index,uuid,pri,rep,docs.count,pri.store.size,creation.date",
        ),
        (
            restores::documents(&index),
            "GET /app-2026.01.01/_stats/docs?filter_path=_shards.successful,_all.primaries.docs.count",
        ),
    ] {
        assert_eq!(line(&request), expected);
        assert!(!request.is_write());
    }
    assert_eq!(indices::ism(elasticsearch(7, 11)), None);
}

#[test]
fn stats_of_closed_indices_are_asked_for_where_the_engine_knows_the_word() {
    let (_, _, index) = names();
    let asked = |engine| line(&indices::shard_stats(engine, std::slice::from_ref(&index))[0]);
    let rest = "filter_path=indices.*.uuid,indices.*.shards.*.routing.primary,indices.*.shards.*.commit,indices.*.shards.*.seq_no";
    let start = "GET /app-2026.01.01/_stats/docs?level=shards&ignore_unavailable=true&expand_wildcards=none";
    assert_eq!(asked(elasticsearch(7, 2)), format!("{start}&forbid_closed_indices=false&{rest}"));
    assert_eq!(asked(opensearch(1, 0)), asked(elasticsearch(7, 2)));
    assert_eq!(asked(elasticsearch(7, 1)), format!("{start}&{rest}"));
}

#[test]
fn writes_are_these_lines() {
    let (repository, snapshot, index) = names();
    let settings = [("bucket", "b"), ("shard_path_type", "FIXED")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    let rename = Rename { from: index.clone(), to: "restored-$1".into() };
    for (request, expected) in [
        (
            repositories::put(&repository, &settings.into()),
            r#"PUT /_snapshot/logs {"type":"s3","settings":{"bucket":"b","shard_path_type":"FIXED"}}"#,
        ),
        (repositories::verify(&repository), "POST /_snapshot/logs/_verify"),
        (
            indices::add_write_block(opensearch(1, 0), &index),
            "PUT /app-2026.01.01/_block/write?expand_wildcards=none&ignore_unavailable=false&allow_no_indices=false",
        ),
        (
            indices::add_write_block(elasticsearch(7, 9), &index),
            "PUT /app-2026.01.01/_block/write?expand_wildcards=none&ignore_unavailable=false&allow_no_indices=false",
        ),
        (
            indices::add_write_block(elasticsearch(7, 8), &index),
            r#"PUT /app-2026.01.01/_settings?expand_wildcards=none&ignore_unavailable=false&allow_no_indices=false {"index.blocks.write":true}"#,
        ),
        (
            indices::remove_write_block(&index),
            r#"PUT /app-2026.01.01/_settings?expand_wildcards=none&ignore_unavailable=false&allow_no_indices=false {"index.blocks.write":null}"#,
        ),
        (
            indices::delete(&index),
            "DELETE! /app-2026.01.01?expand_wildcards=none&ignore_unavailable=false&allow_no_indices=false",
        ),
        (snapshots::delete(&repository, &snapshot), "DELETE! /_snapshot/logs/app-2026.01.01"),
        (
            restores::restore(&repository, &snapshot, &index, Some(&rename)),
            r#"POST! /_snapshot/logs/app-2026.01.01/_restore?wait_for_completion=false {"indices":["app-2026.01.01"],"include_global_state":false,"include_aliases":false,"ignore_unavailable":false,"partial":false,"ignore_index_settings":["index.lifecycle.name","index.lifecycle.rollover_alias"],"rename_pattern":"^app\\-2026\\.01\\.01$","rename_replacement":"restored-\\$1"}"#,
        ),
    ] {
        assert_eq!(line(&request), expected);
        assert!(request.is_write());
    }
}

#[test]
fn a_snapshot_says_what_its_engine_understands() {
    let (repository, snapshot, index) = names();
    let body = |engine| {
        let request =
            snapshots::create(engine, &repository, &snapshot, std::slice::from_ref(&index), &marks());
        assert_eq!(request.target(), "/_snapshot/logs/app-2026.01.01?wait_for_completion=false");
        assert_eq!((request.method, request.repeatable), (Method::Put, true));
        request.body.unwrap().to_string()
    };
    let plain = r#"{"indices":["app-2026.01.01"],"partial":false,"include_global_state":false,"ignore_unavailable":false"#;
    let marked =
        r#","metadata":{"es2s3":{"policy":"app","day":"2026-01-01","run":"R1","bytes":7,"format":1}}"#;
    assert_eq!(body(elasticsearch(6, 8)), format!("{plain}}}"));
    assert_eq!(body(elasticsearch(7, 10)), format!("{plain}{marked}}}"));
    assert_eq!(body(elasticsearch(7, 12)), format!(r#"{plain}{marked},"feature_states":["none"]}}"#));
    assert_eq!(body(opensearch(3, 6)), format!("{plain}{marked}}}"));
}

#[test]
fn the_longest_marks_stay_under_the_engine_s_limit_for_metadata() {
    let marks = Marks {
        policy: "p".repeat(255).into(),
        run: "R".repeat(26).into(),
        bytes: Bytes(u64::MAX),
        ..marks()
    };
    let (repository, snapshot, index) = names();
    let request = snapshots::create(opensearch(3, 6), &repository, &snapshot, &[index], &marks);
    assert!(request.body.unwrap()["metadata"].to_string().len() < 1024);
}

#[test]
fn fifty_snapshots_are_asked_for_at_once_and_no_more() {
    let names: Vec<SnapshotName> = (0..120).map(|n| format!("app-{n}").into()).collect();
    let asked = snapshots::get_many(&"logs".into(), &names);
    assert_eq!(asked.iter().map(|(_, names)| names.len()).collect::<Vec<_>>(), [50, 50, 20]);
    assert!(asked[2].0.path.starts_with("/_snapshot/logs/app-100,app-101,"));
}

#[test]
fn only_a_name_that_means_one_thing_is_exact() {
    for name in ["app-2026.01.01", ".ds-app-000001", "a+b", "äpp"] {
        assert!(is_exact(name), "{name}");
    }
    for name in [
        "",
        "_all",
        ".",
        "..",
        "*",
        "app-*",
        "a,b",
        "-app",
        "+app",
        "_app",
        "<app-{now/d}>",
        "a?",
        "a b",
        "a/b",
        "a\\b",
    ] {
        assert!(!is_exact(name), "{name}");
    }
}

#[test]
fn a_long_list_of_names_is_cut_in_messages() {
    let names: Vec<IndexName> = (0..90).map(|n| format!("app-{n}").into()).collect();
    let shown = Request::get(format!("/{}", joined(&names))).to_string();
    assert!(shown.len() < 140 && shown.ends_with('…'), "{shown}");
}

proptest! {
    #[test]
    fn every_name_is_in_one_chunk_and_every_line_is_short(
        names in proptest::collection::vec("[a-zäß€.+-]{1,85}", 0..120),
        overhead in 0_usize..900,
    ) {
        let chunks = chunk_names(&names, overhead);
        let together: Vec<&String> = chunks.iter().flat_map(|chunk| chunk.iter()).collect();
        prop_assert_eq!(together, names.iter().collect::<Vec<_>>());
        for chunk in chunks {
            prop_assert!(!chunk.is_empty());
            prop_assert!(joined(chunk).len() + overhead < 4096);
        }
    }

    #[test]
    fn every_request_in_chunks_is_a_line_that_engines_take(
        names in proptest::collection::vec("[a-zäß€.]{1,85}", 0..120),
    ) {
        let names: Vec<IndexName> = names.into_iter().map(IndexName::from).collect();
        for request in indices::shard_stats(opensearch(3, 6), &names).iter().chain(&indices::facts(&names)) {
            prop_assert!(request.line_bytes() <= LONGEST_LINE, "{}", request.line_bytes());
        }
        let asked = in_chunks(&names, |some| Request::get(joined(some)));
        prop_assert_eq!(asked.iter().map(|r| r.path.split(',').count()).sum::<usize>(), names.len());
    }
}

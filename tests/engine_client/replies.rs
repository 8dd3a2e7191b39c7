//! Replies of each engine generation, literally, and what is made of them.

use es2s3::clients::engine::replies::cluster::{self, Claim};
use es2s3::clients::engine::replies::{
    acknowledged, cat, index_settings, managers, repositories, shards, snapshots,
};
use es2s3::model::{Alias, Bytes, Health, SnapshotState, Version};

fn claim(reply: &str) -> String {
    match cluster::banner(&mut reply.as_bytes()).unwrap().claim {
        Claim::Engine(engine) => engine.to_string(),
        Claim::Disguised => "disguised".into(),
        Claim::Unsupported(what) => format!("no: {what}"),
    }
}

#[test]
fn engines_are_told_apart_and_others_are_refused() {
    let elastic = |number: &str| {
        format!(
            r#"{{"name":"n","cluster_name":"c","cluster_uuid":"u","version":{{"number":"{number}","build_flavor":"default","build_type":"docker"}},"tagline":"You Know, for Search"}}"#
        )
    };
    let open = |number: &str| {
        format!(
            r#"{{"name":"n","cluster_name":"c","cluster_uuid":"u","version":{{"distribution":"opensearch","number":"{number}","build_type":"tar"}},"tagline":"The OpenSearch Project: https://opensearch.org/"}}"#
        )
    };
    for (reply, expected) in [
        (elastic("6.8.23"), "Elasticsearch 6.8.23"),
        (elastic("7.10.2"), "Elasticsearch 7.10.2"),
        (elastic("8.19.0"), "Elasticsearch 8.19.0"),
        (elastic("9.1.0-SNAPSHOT"), "Elasticsearch 9.1.0"),
        (open("1.3.20"), "OpenSearch 1.3.20"),
        (open("2.19.3"), "OpenSearch 2.19.3"),
        (open("3.6.0"), "OpenSearch 3.6.0"),
        (
            r#"{"cluster_name":"c","cluster_uuid":"u","version":{"number":"7.10.2"},"tagline":"The OpenSearch Project: https://opensearch.org/"}"#.into(),
            "disguised",
        ),
        (elastic("6.7.2"), "no: Elasticsearch 6.7.2"),
        (elastic("10.0.0"), "no: Elasticsearch 10.0.0"),
        (open("4.0.0"), "no: OpenSearch 4.0.0"),
        (r#"{"version":{"distribution":"easysearch","number":"1.2.3"}}"#.into(), "no: easysearch 1.2.3"),
        (r#"{"version":{"number":"0.21.0"},"tagline":"Quickwit"}"#.into(), "no: an engine of version 0.21.0 that does not say which it is"),
        (r#"{"hello":"world"}"#.into(), "no: what answers at the endpoint is no search engine: it"),
    ] {
        assert_eq!(claim(&reply), expected);
    }
}

#[test]
fn of_many_nodes_the_lowest_version_counts() {
    let reply = r#"{"nodes":{"a":{"version":"1.3.20"},"b":{"version":"1.2.4"}}}"#;
    assert_eq!(cluster::lowest_node_version(&mut reply.as_bytes()).unwrap(), Some(Version::new(1, 2, 4)));
    assert_eq!(cluster::lowest_node_version(&mut &b"{}"[..]).unwrap(), None);
}

#[test]
fn an_index_that_comes_or_goes_while_the_list_is_made_has_no_health_or_is_red() {
    for (word, health) in [("", None), ("red*", Some(Health::Red)), ("yellow", Some(Health::Yellow))] {
        let row = format!(r#"[{{"health":"{word}","status":"open","index":"a","uuid":"U"}}]"#);
        assert_eq!(cat::indices(&mut row.as_bytes()).unwrap()[0].health, health, "{word}");
    }
    let row = r#"[{"health":"purple","status":"open","index":"a","uuid":"U"}]"#;
    assert!(cat::indices(&mut row.as_bytes()).is_err(), "a health yet unknown is no health");
}

#[test]
fn a_closed_or_red_index_has_no_size_and_not_the_size_zero() {
    let rows = r#"[
      {"health":"red","status":"open","index":"b-red","uuid":"U1","pri":"2","rep":"1","docs.count":null,"pri.store.size":null,"creation.date":"1795407396028"},
      {"health":"green","status":"close","index":"c-closed","uuid":"U2","pri":"1","rep":"0","docs.count":null,"pri.store.size":null,"creation.date":"1795407396028"},
      {"status":"close","index":"d-closed-6.8","uuid":"U3","docs.count":null},
      {"health":"yellow","status":"open","index":"a","uuid":"U4","pri":"1","rep":"1","docs.count":"3","store.size":"8192","pri.store.size":"4096","creation.date":"1000"}]"#;
    let rows = cat::indices(&mut rows.as_bytes()).unwrap();
    let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["a", "b-red", "c-closed", "d-closed-6.8"]);
    assert_eq!(
        (rows[0].docs, rows[0].bytes, rows[0].health),
        (Some(3), Some(Bytes(4096)), Some(Health::Yellow))
    );
    assert_eq!(rows[0].created.unwrap().as_second(), 1);
    assert_eq!((rows[1].docs, rows[1].bytes, rows[1].primaries, rows[1].replicas), (None, None, 2, 1));
    assert_eq!((rows[2].open, rows[2].docs), (false, None));
    assert_eq!((rows[3].open, rows[3].health, rows[3].created), (false, None, None));
}

#[test]
fn a_number_that_is_none_is_an_error_and_not_zero() {
    let row = r#"[{"health":"green","status":"open","index":"a","uuid":"U","docs.count":"many"}]"#;
    assert!(cat::indices(&mut row.as_bytes()).unwrap_err().to_string().contains("`many` is no whole number"));
}

/// Nested as es2s3 asks for them, flat as some servers answer all the same: one meaning.
#[test]
fn settings_are_read_nested_and_flat() {
    let nested = r#"{"m":{"aliases":{"w":{"is_write_index":true},"s":{"filter":{"term":{"a":1}}}},"data_stream":"d","mappings":{"x":[1]},"settings":{"index":{
        "uuid":"U","number_of_shards":"2","hidden":"true","frozen":"true","lifecycle":{"name":"p","rollover_alias":"w"},
        "blocks":{"write":"true","read_only_allow_delete":"true","metadata":"false"},"store":{"type":"snapshot","snapshot":{"repository_name":"r","snapshot_name":"s","snapshot_uuid":"su","index_name":"m"}}}}}}"#;
    let flat = r#"{"m":{"settings":{"index.uuid":"U","index.hidden":"true","index.frozen":"true","index.lifecycle.name":"p",
        "index.blocks.write":"true","index.blocks.read_only_allow_delete":"true","index.store.type":"snapshot","index.store.snapshot.repository_name":"r",
        "index.store.snapshot.snapshot_name":"s","index.store.snapshot.snapshot_uuid":"su","index.sort.field":["a","b"]},
        "data_stream":"d","aliases":{"s":{},"w":{"is_write_index":true}}}}"#;
    let nested = index_settings::indices(&mut nested.as_bytes()).unwrap();
    assert_eq!(nested, index_settings::indices(&mut flat.as_bytes()).unwrap());
    let index = &nested[0];
    assert_eq!(
        (index.name.as_str(), index.uuid.as_str(), index.data_stream.as_deref()),
        ("m", "U", Some("d"))
    );
    assert!(index.hidden && index.frozen && index.blocks.write && index.blocks.read_only_allow_delete);
    assert!(!index.blocks.metadata && !index.blocks.read_only);
    assert_eq!(index.ilm.as_deref(), Some("p"));
    assert_eq!(
        index.aliases,
        [Alias { name: "s".into(), write: None }, Alias { name: "w".into(), write: Some(true) }]
    );
    let mount = index.mount.as_ref().unwrap();
    assert_eq!((mount.repository.as_str(), mount.snapshot.as_str()), ("r", "s"));
    assert_eq!(mount.snapshot_uuid.as_ref().map(|uuid| uuid.as_str()), Some("su"));
}

#[test]
fn an_open_search_mount_is_one_and_a_mount_without_its_snapshot_is_an_error() {
    let index = |more: &str| {
        format!(
            r#"{{"m":{{"settings":{{"index":{{"uuid":"U","store":{{"type":"remote_snapshot"}}{more}}}}}}}}}"#
        )
    };
    let whole = index(
        r#","searchable_snapshot":{"repository":"r","snapshot_id":{"name":"s","uuid":"su"},"index":{"id":"i"}}"#,
    );
    let found = index_settings::indices(&mut whole.as_bytes()).unwrap();
    assert_eq!(found[0].mount.as_ref().unwrap().snapshot.as_str(), "s");
    let error = index_settings::indices(&mut index("").as_bytes()).unwrap_err();
    assert!(error.to_string().contains("index m is mounted and does not say from which snapshot"));
    let plain = r#"{"a":{"settings":{"index":{"uuid":"U","store":{"type":"niofs"}}}}}"#;
    assert_eq!(index_settings::indices(&mut plain.as_bytes()).unwrap()[0].mount, None);
}

#[test]
fn an_index_without_a_uuid_is_an_error() {
    assert!(index_settings::indices(&mut &br#"{"a":{"aliases":{}}}"#[..]).is_err());
    assert_eq!(index_settings::indices(&mut &b"{}"[..]).unwrap(), []);
}

#[test]
fn the_last_backing_index_takes_the_writes() {
    let reply = r#"{"data_streams":[{"name":"d","timestamp_field":{"name":"@timestamp"},"generation":2,"status":"GREEN","indices":[
        {"index_name":".ds-d-000001","index_uuid":"U1"},
        {"index_name":".ds-d-000002","index_uuid":"U2","prefer_ilm":true,"managed_by":"Data stream lifecycle"}]}]}"#;
    let found = managers::data_streams(&mut reply.as_bytes()).unwrap();
    let told = |name: &str| (found[name].stream.as_str(), found[name].write, found[name].own_lifecycle);
    assert_eq!(told(".ds-d-000001"), ("d", false, false));
    assert_eq!(told(".ds-d-000002"), ("d", true, true));
}

#[test]
fn ism_lists_managed_and_unmanaged_in_every_generation() {
    let reply = r#"{"a":{"index.plugins.index_state_management.policy_id":"p","index.opendistro.index_state_management.policy_id":"p","index":"a","index_uuid":"U","policy_id":"p","enabled":true},
        "b":{"index.plugins.index_state_management.policy_id":null,"index.opendistro.index_state_management.policy_id":null,"enabled":null},
        "c":{"index.opendistro.index_state_management.policy_id":"q"},"total_managed_indices":2}"#;
    let found = managers::ism(&mut reply.as_bytes()).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!((found["a"].as_str(), found["c"].as_str()), ("p", "q"));
}

#[test]
fn a_repository_keeps_its_settings_as_strings() {
    let reply = r#"{"r":{"type":"s3","uuid":"ru","settings":{"bucket":"b","base_path":"p"}}}"#;
    let found = repositories::repository(&mut reply.as_bytes(), &"r".into()).unwrap().unwrap();
    assert_eq!((found.kind.as_str(), found.uuid.as_deref(), found.base_path()), ("s3", Some("ru"), "p"));
    assert_eq!(repositories::repository(&mut reply.as_bytes(), &"other".into()).unwrap(), None);
}

#[test]
fn commits_and_sequence_numbers_come_per_copy() {
    let reply = r#"{"indices":{"a":{"uuid":"U","shards":{"1":[
        {"routing":{"state":"STARTED","primary":true},"docs":{"count":10},"commit":{"id":"S6Pqa4ifgU4zAtKzT3LoIQ==","generation":2,"user_data":{"history_uuid":"H","max_seq_no":"-1"},"num_docs":8},"seq_no":{"max_seq_no":9,"local_checkpoint":9,"global_checkpoint":7}},
        {"routing":{"state":"INITIALIZING","primary":false}}]}}}}"#;
    let found = shards::stats(&mut reply.as_bytes()).unwrap();
    assert_eq!(found.len(), 1, "a copy without a commit proves nothing");
    let shard = &found[0];
    assert_eq!((shard.shard, shard.primary, shard.generation, shard.docs), (1, true, 2, 8));
    assert_eq!((shard.max_seq_no, shard.local_checkpoint, shard.global_checkpoint), (9, 9, 7));
    assert_eq!(
        (shard.commit_id_base64.as_str(), shard.history_uuid.as_str()),
        ("S6Pqa4ifgU4zAtKzT3LoIQ==", "H")
    );
    assert_eq!(shards::stats(&mut &b"{}"[..]).unwrap(), []);
}

#[test]
fn snapshots_of_both_engines_are_read_and_a_strangers_metadata_is_none_of_ours() {
    let reply = r#"{"snapshots":[
        {"snapshot":"a","uuid":"u","version_id":7100299,"version":"7.10.2","indices":["i"],"data_streams":[],"include_global_state":false,
         "metadata":{"es2s3":{"policy":"app","day":"2026-01-01","run":"R","bytes":7,"format":1}},"state":"PARTIAL","start_time_in_millis":1000,"end_time_in_millis":2000,
         "failures":[{"index":"i","index_uuid":"i","shard_id":1,"reason":"node left","node_id":"n","status":"INTERNAL_SERVER_ERROR"}],"shards":{"total":2,"failed":1,"successful":1}},
        {"snapshot":"b","uuid":"v","repository":"r","state":"SUCCESS","remote_store_index_shallow_copy":true,"metadata":{"policy":"nightly"}},
        {"snapshot":"c","uuid":"w","state":"IN_PROGRESS","start_time_in_millis":1000,"end_time_in_millis":0,"metadata":{"es2s3":{"policy":7}}}],
        "total":3,"remaining":0}"#;
    let found = snapshots::infos(&mut reply.as_bytes()).unwrap();
    assert_eq!(
        found[0].marks.as_ref().map(|marks| (marks.policy.as_str(), marks.bytes)),
        Some(("app", Bytes(7)))
    );
    assert_eq!(found[0].failures, ["i shard 1: node left"]);
    assert_eq!(
        (found[0].state, found[0].shards_total, found[0].shards_successful),
        (SnapshotState::Partial, 2, 1)
    );
    assert!(found[1].shallow && found[1].marks.is_none());
    assert_eq!((found[2].ended, &found[2].marks), (None, &None));
    let running = snapshots::running(&mut reply.as_bytes(), &"asked".into()).unwrap();
    assert_eq!(
        running.iter().map(|one| one.repository.as_str()).collect::<Vec<_>>(),
        ["asked", "r", "asked"]
    );
}

#[test]
fn progress_counts_what_this_snapshot_adds() {
    let reply = r#"{"snapshots":[{"snapshot":"a","state":"STARTED","stats":{"incremental":{"file_count":8,"size_in_bytes":90461},"processed":{"file_count":1,"size_in_bytes":442},"total":{"file_count":9,"size_in_bytes":99999}}}]}"#;
    assert_eq!(snapshots::bytes(&mut reply.as_bytes()).unwrap(), Some((Bytes(442), Bytes(90_461))));
    assert_eq!(snapshots::bytes(&mut &b"{}"[..]).unwrap(), None);
}

#[test]
fn only_a_yes_is_an_acknowledgement() {
    let block = r#"{"acknowledged":true,"shards_acknowledged":false,"indices":[]}"#;
    for (reply, yes) in [(block, true), (r#"{"acknowledged":false}"#, false), ("{}", false)] {
        assert_eq!(acknowledged(&mut reply.as_bytes()).unwrap(), yes);
    }
}

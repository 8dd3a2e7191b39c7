//! Replies byte for byte, in each engine's dialect.

use super::client::{both, done, started, text};

/// Request, status, then the body: of both engines, or OpenSearch's and Elasticsearch's.
const REPLIES: &[(&str, u16, &[&str])] = &[
    (
        "GET /_snapshot/facts-none",
        404,
        &[
            r#"{"error":{"root_cause":[{"type":"repository_missing_exception","reason":"[facts-none] missing"}],"type":"repository_missing_exception","reason":"[facts-none] missing"},"status":404}"#,
        ],
    ),
    (
        "POST /_snapshot/facts-none/_verify",
        404,
        &[
            r#"{"error":{"root_cause":[{"type":"repository_missing_exception","reason":"[facts-none] missing"}],"type":"repository_missing_exception","reason":"[facts-none] missing"},"status":404}"#,
        ],
    ),
    ("GET /_snapshot/facts/_all?verbose=false", 200, &[r#"{"snapshots":[]}"#]),
    (
        "GET /_snapshot/facts/none",
        404,
        &[
            r#"{"error":{"root_cause":[{"type":"snapshot_missing_exception","reason":"[facts:none] is missing"}],"type":"snapshot_missing_exception","reason":"[facts:none] is missing"},"status":404}"#,
        ],
    ),
    ("GET /_snapshot/facts/none?ignore_unavailable=true", 200, &[r#"{"snapshots":[]}"#]),
    (
        "DELETE /_snapshot/facts/none",
        404,
        &[
            r#"{"error":{"root_cause":[{"type":"snapshot_missing_exception","reason":"[facts:none] is missing"}],"type":"snapshot_missing_exception","reason":"[facts:none] is missing"},"status":404}"#,
        ],
    ),
    ("GET /_snapshot/_status", 200, &[r#"{"snapshots":[]}"#]),
    (
        "POST /_snapshot/facts/none/_restore {}",
        500,
        &[
            r#"{"error":{"root_cause":[{"type":"snapshot_restore_exception","reason":"[facts:none] snapshot does not exist"}],"type":"snapshot_restore_exception","reason":"[facts:none] snapshot does not exist"},"status":500}"#,
        ],
    ),
    (
        r#"PUT /_snapshot/facts/Facts-A {"indices":"a"}"#,
        400,
        &[
            r#"{"error":{"root_cause":[{"type":"invalid_snapshot_name_exception","reason":"[facts:Facts-A] Invalid snapshot name [Facts-A], must be lowercase"}],"type":"invalid_snapshot_name_exception","reason":"[facts:Facts-A] Invalid snapshot name [Facts-A], must be lowercase"},"status":400}"#,
        ],
    ),
    (
        r#"PUT /_snapshot/bad {"type":"gcs","settings":{}}"#,
        500,
        &[
            r#"{"error":{"root_cause":[{"type":"repository_exception","reason":"[bad] repository type [gcs] does not exist"}],"type":"repository_exception","reason":"[bad] repository type [gcs] does not exist"},"status":500}"#,
        ],
    ),
    (
        r#"PUT /_snapshot/bad {"type":"s3","settings":{}}"#,
        500,
        &[
            "",
            r#"{"error":{"root_cause":[{"type":"repository_exception","reason":"[bad] No bucket defined for s3 repository"}],"type":"repository_exception","reason":"[bad] failed to create repository","caused_by":{"type":"repository_exception","reason":"[bad] No bucket defined for s3 repository"}},"status":500}"#,
        ],
    ),
    (
        r#"PUT /_snapshot/lost {"type":"s3","settings":{"bucket":"no-such-bucket-x"}}"#,
        500,
        &[
            "",
            r#"{"error":{"root_cause":[{"type":"repository_exception","reason":"[lost] The specified bucket does not exist (NoSuchBucket: no-such-bucket-x)"}],"type":"repository_verification_exception","reason":"[lost] path  is not accessible on master node","caused_by":{"type":"repository_exception","reason":"[lost] The specified bucket does not exist (NoSuchBucket: no-such-bucket-x)"}},"status":500}"#,
        ],
    ),
    ("GET /_snapshot/lost", 200, &[r#"{"lost":{"type":"s3","settings":{"bucket":"no-such-bucket-x"}}}"#]),
    (
        "GET /_snapshot/lost/_all?verbose=false",
        500,
        &[
            "",
            r#"{"error":{"root_cause":[{"type":"repository_exception","reason":"[lost] The specified bucket does not exist (NoSuchBucket: no-such-bucket-x)"}],"type":"repository_exception","reason":"[lost] The specified bucket does not exist (NoSuchBucket: no-such-bucket-x)"},"status":500}"#,
        ],
    ),
    ("GET /nothing-here-*?expand_wildcards=all&flat_settings=true", 200, &["{}"]),
    ("GET /_cat/indices/nothing-here-*?format=json", 200, &["[]"]),
    (
        "GET /nothing-here?flat_settings=true",
        404,
        &[
            r#"{"error":{"root_cause":[{"type":"index_not_found_exception","reason":"no such index [nothing-here]","index":"nothing-here","resource.id":"nothing-here","resource.type":"index_or_alias","index_uuid":"_na_"}],"type":"index_not_found_exception","reason":"no such index [nothing-here]","index":"nothing-here","resource.id":"nothing-here","resource.type":"index_or_alias","index_uuid":"_na_"},"status":404}"#,
            r#"{"error":{"root_cause":[{"type":"index_not_found_exception","reason":"no such index [nothing-here]","resource.type":"index_or_alias","resource.id":"nothing-here","index_uuid":"_na_","index":"nothing-here"}],"type":"index_not_found_exception","reason":"no such index [nothing-here]","resource.type":"index_or_alias","resource.id":"nothing-here","index_uuid":"_na_","index":"nothing-here"},"status":404}"#,
        ],
    ),
    ("DELETE /nothing-here?ignore_unavailable=true", 200, &[r#"{"acknowledged":true}"#]),
    ("DELETE /a-*?expand_wildcards=none", 200, &[r#"{"acknowledged":true}"#]),
    (
        "DELETE /x,y?ignore_unavailable=true&allow_no_indices=false&expand_wildcards=none",
        404,
        &[
            r#"{"error":{"root_cause":[{"type":"index_not_found_exception","reason":"no such index [null]","resource.id":["x","y"],"resource.type":"index_expression"}],"type":"index_not_found_exception","reason":"no such index [null]","resource.id":["x","y"],"resource.type":"index_expression"},"status":404}"#,
            r#"{"error":{"root_cause":[{"type":"index_not_found_exception","reason":"no such index [null]","resource.type":"index_expression","resource.id":["x","y"]}],"type":"index_not_found_exception","reason":"no such index [null]","resource.type":"index_expression","resource.id":["x","y"]},"status":404}"#,
        ],
    ),
    (
        "DELETE /a?x-unknown=1",
        400,
        &[
            r#"{"error":{"root_cause":[{"type":"illegal_argument_exception","reason":"request [/a] contains unrecognized parameter: [x-unknown]"}],"type":"illegal_argument_exception","reason":"request [/a] contains unrecognized parameter: [x-unknown]"},"status":400}"#,
        ],
    ),
    ("GET /_data_stream", 200, &[r#"{"data_streams":[]}"#, ""]),
    (
        "GET /_data_stream",
        400,
        &[
            "",
            r#"{"error":{"root_cause":[{"type":"invalid_index_name_exception","reason":"Invalid index name [_data_stream], must not start with '_'.","index_uuid":"_na_","index":"_data_stream"}],"type":"invalid_index_name_exception","reason":"Invalid index name [_data_stream], must not start with '_'.","index_uuid":"_na_","index":"_data_stream"},"status":400}"#,
        ],
    ),
    (
        "GET /_plugins/_ism/explain/a-*",
        400,
        &[r#"{"error":"no handler found for uri [/_plugins/_ism/explain/a-*] and method [GET]"}"#],
    ),
    (
        "GET /a-*/_ilm/explain?only_managed=true",
        400,
        &[
            r#"{"error":"no handler found for uri [/a-*/_ilm/explain] and method [GET]"}"#,
            r#"{"error":{"root_cause":[{"type":"illegal_argument_exception","reason":"request [/a-*/_ilm/explain] contains unrecognized parameter: [only_managed]"}],"type":"illegal_argument_exception","reason":"request [/a-*/_ilm/explain] contains unrecognized parameter: [only_managed]"},"status":400}"#,
        ],
    ),
    (
        "POST /_nonsense",
        405,
        &[
            r#"{"error":"Incorrect HTTP method for uri [/_nonsense] and method [POST], allowed: [GET, HEAD, DELETE, PUT]","status":405}"#,
        ],
    ),
    (
        "GET /_nonsense/x",
        400,
        &[r#"{"error":"no handler found for uri [/_nonsense/x] and method [GET]"}"#, ""],
    ),
    (
        "PUT /a/_block/write",
        200,
        &[r#"{"acknowledged":true,"shards_acknowledged":true,"indices":[{"name":"a","blocked":true}]}"#],
    ),
    ("PUT /a/_block/write", 200, &[r#"{"acknowledged":true,"shards_acknowledged":false,"indices":[]}"#]),
    (
        r#"POST /a/_doc {"a":1}"#,
        403,
        &[
            r#"{"error":{"root_cause":[{"type":"cluster_block_exception","reason":"index [a] blocked by: [FORBIDDEN/8/index write (api)];"}],"type":"cluster_block_exception","reason":"index [a] blocked by: [FORBIDDEN/8/index write (api)];"},"status":403}"#,
        ],
    ),
    ("GET /a/_settings?flat_settings=true&filter_path=*.settings.index.blocks*", 200, &["{}"]),
    ("GET /_cat/recovery?format=json&active_only=true", 200, &["[]"]),
    (
        "GET /_cluster/health?filter_path=status,relocating_shards",
        200,
        &[r#"{"status":"green","relocating_shards":0}"#],
    ),
    (
        "GET /_cat/indices/a?format=json&bytes=b&h=health,status,index,pri,rep,docs.count,creation.date",
        200,
        &[
            r#"[{"health":"green","status":"open","index":"a","pri":"1","rep":"0","docs.count":"12","creation.date":"1795410000000"}]"#,
        ],
    ),
    ("POST /a/_flush", 200, &[r#"{"_shards":{"total":1,"successful":1,"failed":0}}"#]),
];

#[tokio::test]
async fn replies_are_those_of_real_servers() {
    for (number, world) in both().into_iter().enumerate() {
        let sandbox = started(world.index("a", |_| {})).await;
        for (request, status, bodies) in REPLIES {
            let expected = if bodies.len() == 1 { bodies[0] } else { bodies[number] };
            if !expected.is_empty() {
                assert_eq!(
                    text(&sandbox, request).await,
                    (*status, expected.to_owned()),
                    "{number}: {request}"
                );
            } else if request.starts_with("PUT") {
                // Said otherwise by this engine; what it does to the world is asked for by later rows.
                text(&sandbox, request).await;
            }
        }
    }
}

#[tokio::test]
async fn a_request_line_has_4096_bytes_at_most() {
    for (world, name) in both().into_iter().zip(["too_long_http_line_exception", "too_long_frame_exception"])
    {
        let sandbox = started(world).await;
        let path = |line: usize| format!("/{}", "x".repeat(line - "GET / HTTP/1.1".len()));
        let (status, body) = text(&sandbox, &format!("GET {}", path(4097))).await;
        assert_eq!((status, body.contains(name)), (400, true), "{body}");
        assert_eq!(text(&sandbox, &format!("GET {}", path(4096))).await.0, 404);
        assert_eq!(text(&sandbox, &format!("HEAD {}", path(5000))).await, (400, String::new()));
    }
}

#[tokio::test]
async fn closed_and_hidden_indices_show_as_they_do() {
    for world in both() {
        let sandbox = started(world.index("closed", |_| {}).index(".hidden", |index| {
            index.settings.insert("index.hidden".into(), "true".into());
        }))
        .await;
        done(&sandbox, "POST /closed/_close").await;
        let rows = "GET /_cat/indices/*?format=json&bytes=b&h=status,index,docs.count,store.size";
        assert_eq!(
            done(&sandbox, rows).await.to_string(),
            r#"[{"status":"close","index":"closed","docs.count":null,"store.size":null}]"#
        );
        assert_eq!(
            done(&sandbox, &format!("{rows}&expand_wildcards=all")).await.as_array().unwrap().len(),
            2
        );
        assert_eq!(text(&sandbox, "GET /closed/_stats/docs?level=shards").await.0, 400);
        let stats = done(&sandbox, "GET /closed/_stats/docs?level=shards&forbid_closed_indices=false").await;
        assert_eq!(stats["indices"]["closed"]["shards"]["0"][0]["commit"]["num_docs"], 12);
    }
}

#[tokio::test]
async fn managed_indices_and_data_streams_are_told_once_they_are_there() {
    for world in both() {
        let sandbox = started(world.index("a", |_| {}).index("b", |_| {})).await;
        sandbox.world.ilm("a", "hot-warm");
        sandbox.world.ism("b", "retain");
        sandbox.world.data_stream("logs", 2);
        let ilm = done(&sandbox, "GET /*/_ilm/explain?only_managed=true").await;
        assert_eq!(ilm["indices"]["a"]["policy"], "hot-warm");
        assert!(ilm["indices"].get("b").is_none());
        let ism = done(&sandbox, "GET /_plugins/_ism/explain/*").await;
        assert_eq!(ism["b"]["policy_id"], "retain");
        assert_eq!(ism["total_managed_indices"], 1);
        let streams = done(&sandbox, "GET /_data_stream").await;
        assert_eq!(streams["data_streams"][0]["indices"][1]["index_name"], ".ds-logs-000002");
        assert_eq!(
            done(&sandbox, "GET /logs*?filter_path=*.data_stream").await[".ds-logs-000001"]["data_stream"],
            "logs"
        );
        assert_eq!(text(&sandbox, "DELETE /.ds-logs-000002").await.0, 400);
    }
}

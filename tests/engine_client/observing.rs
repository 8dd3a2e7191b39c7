//! What is observed when the domain answers well, denies, lacks a plug-in, or lies about its version.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use es2s3::clients::engine::{Credentials, EngineError, Reader, Writer};
use es2s3::event::{Event, Events};
use es2s3::model::{Distribution, Engine, Live, Managed, RepositorySpec, Version};
use es2s3::observe::engine::{EngineSeen, engine};

use crate::server::{Answer, Server, Told};

const BANNER: &str = r#"{"cluster_name":"c","cluster_uuid":"cu","version":{"distribution":"opensearch","number":"3.6.0"},"tagline":"The OpenSearch Project: https://opensearch.org/"}"#;
const CAT: &str = r#"[{"health":"green","status":"open","index":"b","uuid":"UB","pri":"1","rep":"0","docs.count":"2","pri.store.size":"20","creation.date":"1000"},
    {"health":"green","status":"open","index":"a","uuid":"UA","pri":"1","rep":"0","docs.count":"1","pri.store.size":"10","creation.date":"1000"}]"#;
const SETTINGS: &str = r#"{"a":{"aliases":{},"settings":{"index":{"uuid":"UA","lifecycle":{"name":"ilm-p"}}}},"b":{"aliases":{},"settings":{"index":{"uuid":"UB"}}}}"#;

/// A healthy OpenSearch; `other` may answer a path differently.
fn domain(other: impl Fn(&str) -> Option<Answer> + Send + Sync + 'static) -> Server {
    Server::start(move |_, heard| {
        let target = heard.line.split_once(' ').unwrap().1;
        other(target).unwrap_or_else(|| usual(target))
    })
}

fn usual(target: &str) -> Answer {
    Answer::ok(match target.split('?').next().unwrap() {
        "/" => BANNER,
        "/_cluster/health" => r#"{"status":"green","relocating_shards":0}"#,
        "/_snapshot/logs" => r#"{"logs":{"type":"s3","settings":{"bucket":"b"}}}"#,
        "/_snapshot/logs/_current" => r#"{"snapshots":[]}"#,
        "/_cat/indices" => CAT,
        "/*" => SETTINGS,
        "/_plugins/_ism/explain" => r#"{"total_managed_indices":0}"#,
        other => panic!("unexpected {other}"),
    })
}

/// What is seen, and the texts of the notices on the way.
async fn seen(server: &Server) -> (EngineSeen, Vec<String>) {
    let wanted = RepositorySpec {
        name: "logs".into(),
        bucket: "b".into(),
        base_path: "snapshots/logs".into(),
        base_path_set: false,
        region: "eu-central-1".into(),
        role_arn: None,
        settings: BTreeMap::new(),
    };
    let notices: Arc<Mutex<Vec<String>>> = Arc::default();
    let heard = notices.clone();
    let events = Events::silent().with(move |event| {
        if let Event::Notice { text } = event {
            heard.lock().unwrap().push(text.clone());
        }
    });
    let seen = engine(&Reader::new(server.client()), &wanted, &events).await;
    let notices = notices.lock().unwrap().clone();
    (seen, notices)
}

fn denied(action: &str) -> Answer {
    let reason = format!("no permissions for [{action}] and User [name=es2s3, backend_roles=[]]");
    let body = serde_json::json!({"error": {"type": "security_exception", "reason": reason}, "status": 403});
    Answer::json(403, &body.to_string())
}

fn no_handler() -> Answer {
    Answer::json(400, r#"{"error":"no handler found for uri [/x] and method [GET]"}"#)
}

#[tokio::test]
async fn a_healthy_domain_takes_seven_reads() {
    let server = domain(|_| None);
    let (seen, _) = seen(&server).await;
    let indices = seen.indices.present().unwrap();
    assert_eq!(indices.iter().map(|index| index.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(indices[0].managed, Some(Managed::Ilm("ilm-p".into())));
    assert_eq!(indices[1].managed, None);
    assert_eq!(seen.cluster.present().unwrap().engine.to_string(), "OpenSearch 3.6.0");
    assert_eq!(seen.repository.present().unwrap().kind, "s3");
    assert_eq!(seen.running, Live::Present(Vec::new()));
    assert_eq!(server.heard().len(), 7);
    assert!(server.lines().iter().all(|line| line.starts_with("GET ")));
}

/// The worst case: data streams, and shards that move.
#[tokio::test]
async fn no_domain_takes_more_than_nine_reads() {
    let server = domain(|target| match target {
        "/_cluster/health?filter_path=status,relocating_shards" => {
            Some(Answer::ok(r#"{"status":"yellow","relocating_shards":2}"#))
        }
        "/_cluster/health?level=indices&filter_path=indices.*.relocating_shards" => {
            Some(Answer::ok(r#"{"indices":{"a":{"relocating_shards":2},"b":{"relocating_shards":0}}}"#))
        }
        "/_data_stream" => Some(Answer::ok(
            r#"{"data_streams":[{"name":"d","indices":[{"index_name":"a"},{"index_name":"b"}]}]}"#,
        )),
        target if target.starts_with("/*") => Some(Answer::ok(
            r#"{"a":{"settings":{"index":{"uuid":"UA"}},"data_stream":"d"},"b":{"settings":{"index":{"uuid":"UB"}},"data_stream":"d"}}"#,
        )),
        _ => None,
    });
    let (seen, _) = seen(&server).await;
    let indices = seen.indices.present().unwrap();
    assert_eq!(indices.iter().map(|index| index.relocating).collect::<Vec<_>>(), [true, false]);
    let write: Vec<_> = indices.iter().map(|index| index.data_stream.as_ref().unwrap().write).collect();
    assert_eq!(write, [false, true]);
    assert_eq!(server.heard().len(), 9);
}

/// Each denial makes what hangs on it unknown, names the permission, and leaves the rest as it is.
#[tokio::test]
async fn a_denial_is_unknown_and_names_what_is_missing() {
    for (path, action, part) in [
        ("/_cluster/health", "cluster:monitor/health", "cluster"),
        ("/_snapshot/logs", "cluster:admin/repository/get", "repository"),
        ("/_snapshot/logs/_current", "cluster:admin/snapshot/get", "running"),
        ("/_cat/indices", "indices:monitor/stats", "indices"),
        ("/*", "indices:admin/get", "indices"),
        ("/_plugins/_ism/explain", "cluster:admin/opendistro/ism/managedindex/explain", "indices"),
    ] {
        let server = domain(move |target| (target.split('?').next() == Some(path)).then(|| denied(action)));
        let (seen, _) = seen(&server).await;
        let unknown = [
            ("cluster", seen.cluster.unknown()),
            ("repository", seen.repository.unknown()),
            ("running", seen.running.unknown()),
            ("indices", seen.indices.unknown()),
        ];
        for (name, unknown) in unknown {
            let missing = unknown.and_then(|unknown| unknown.missing.as_deref());
            assert_eq!(missing, (name == part).then_some(action), "{path}: {name}");
        }
    }
}

#[tokio::test]
async fn a_domain_that_does_not_answer_is_asked_nothing_more() {
    let server = domain(|_| Some(Answer::json(401, "")));
    let (seen, _) = seen(&server).await;
    assert!(seen.cluster.unknown().is_some() && seen.indices.unknown().is_some());
    assert!(seen.repository.unknown().is_some() && seen.running.unknown().is_some());
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn a_plug_in_that_is_not_installed_manages_nothing() {
    let server = domain(|target| target.contains("_ism").then(no_handler));
    assert!(
        seen(&server)
            .await
            .0
            .indices
            .present()
            .unwrap()
            .iter()
            .all(|index| index.name.as_str() == "a" || index.managed.is_none())
    );
    // A route that AWS closed is another thing: what it would have said is not known.
    let closed = r#"{"Message":"Your request: '/_plugins/_ism/explain' is not allowed."}"#;
    let server = domain(|target| target.contains("_ism").then(|| Answer::json(401, closed)));
    assert!(seen(&server).await.0.indices.unknown().is_some());
}

#[tokio::test]
async fn a_cut_list_of_managed_indices_is_unknown() {
    let server = domain(|target| {
        target.contains("_ism").then(|| {
            let entries: Vec<String> =
                (0..10_000).map(|n| format!(r#""i{n}":{{"policy_id":"p"}}"#)).collect();
            Answer::ok(&format!("{{{}}}", entries.join(",")))
        })
    });
    assert!(seen(&server).await.0.indices.unknown().unwrap().why.contains("10000"));
}

#[tokio::test]
async fn an_unregistered_repository_is_absent_and_a_proxy_s_404_is_not() {
    let missing =
        r#"{"error":{"type":"repository_missing_exception","reason":"[logs] missing"},"status":404}"#;
    let server = domain(|target| target.starts_with("/_snapshot").then(|| Answer::json(404, missing)));
    let (found, _) = seen(&server).await;
    assert_eq!((found.repository, found.running), (Live::Absent, Live::Present(Vec::new())));
    let server = domain(|target| target.starts_with("/_snapshot").then(|| Answer::json(404, "<html>")));
    let (found, _) = seen(&server).await;
    assert!(found.repository.unknown().is_some() && found.running.unknown().is_some());
}

/// Between two lists an index can be made, deleted, or deleted and made again under its name.
#[tokio::test]
async fn an_index_that_came_or_went_in_between_is_left_out() {
    for settings in [
        r#"{"a":{"settings":{"index":{"uuid":"UA"}}}}"#,
        r#"{"a":{"settings":{"index":{"uuid":"UA"}}},"b":{"settings":{"index":{"uuid":"ANOTHER"}}}}"#,
        r#"{"0":{"settings":{"index":{"uuid":"U0"}}},"a":{"settings":{"index":{"uuid":"UA"}}},"c":{"settings":{"index":{"uuid":"UC"}}}}"#,
    ] {
        let server = domain(move |target| target.starts_with("/*").then(|| Answer::ok(settings)));
        let (found, notices) = seen(&server).await;
        let names: Vec<_> =
            found.indices.present().unwrap().iter().map(|index| index.name.to_string()).collect();
        assert_eq!(names, ["a"], "{settings}");
        assert!(notices[0].contains("came or went"), "{notices:?}");
    }
}

#[tokio::test]
async fn an_open_search_in_disguise_is_known_by_its_nodes() {
    let banner = r#"{"cluster_name":"c","cluster_uuid":"u","version":{"number":"7.10.2"},"tagline":"The OpenSearch Project: https://opensearch.org/"}"#;
    for (nodes, expected) in [
        (Answer::ok as fn(&str) -> Answer, "OpenSearch 1.3.20"),
        (|_: &str| denied("cluster:monitor/nodes/info"), "OpenSearch 1.0.0"),
    ] {
        let server = domain(move |target| match target {
            "/" => Some(Answer::ok(banner)),
            target if target.starts_with("/_nodes") => Some(nodes(r#"{"nodes":{"n":{"version":"1.3.20"}}}"#)),
            _ => None,
        });
        assert_eq!(Reader::new(server.client()).root().await.unwrap().engine.to_string(), expected);
    }
}

#[tokio::test]
async fn what_is_no_supported_engine_is_refused() {
    let server =
        domain(|_| Some(Answer::ok(r#"{"version":{"distribution":"opensearch","number":"4.0.0"}}"#)));
    let error = Reader::new(server.client()).root().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "OpenSearch 4.0.0 is not supported; es2s3 works with Elasticsearch 6.8 to 9 and OpenSearch 1 to 3"
    );
}

#[tokio::test]
async fn a_snapshot_that_is_missing_is_left_out_of_many_and_one_that_cannot_be_read_is_not() {
    let one =
        |name: &str| format!(r#"{{"snapshots":[{{"snapshot":"{name}","uuid":"u","state":"SUCCESS"}}]}}"#);
    let server = Server::start(move |_, heard| match heard.line.as_str() {
        "GET /_snapshot/logs/a" => Answer::ok(&one("a")),
        "GET /_snapshot/logs/broken" => {
            Answer::json(500, r#"{"error":{"type":"snapshot_exception","reason":"failed to read"}}"#)
        }
        _ => Answer::json(
            404,
            r#"{"error":{"type":"snapshot_missing_exception","reason":"[logs:b] is missing"}}"#,
        ),
    });
    let reader = Reader::new(server.client());
    let found = reader.snapshot_info(&"logs".into(), &["a".into(), "b".into()]).await.unwrap();
    assert_eq!(found.iter().map(|info| info.name.as_str()).collect::<Vec<_>>(), ["a"]);
    assert!(reader.snapshot_info(&"logs".into(), &["a".into(), "broken".into()]).await.is_err());
    assert_eq!(reader.snapshot(&"logs".into(), &"b".into()).await, Live::Absent);
}

fn writer(server: &Server, told: &mut Told) -> Writer {
    let (transport, listening) = server.client_with(Credentials::None);
    *told = listening;
    Writer::new(transport, Engine { distribution: Distribution::OpenSearch, version: Version::new(3, 6, 0) })
}

/// Some managed servers may not know the setting; the repository is worth more than the pin.
#[tokio::test]
async fn a_server_that_refuses_the_path_type_gets_the_rest_and_a_notice() {
    let server = Server::start(|_, heard| match heard.body.contains("shard_path_type") {
        true => Answer::json(
            400,
            r#"{"error":{"type":"illegal_argument_exception","reason":"unknown setting [shard_path_type]"}}"#,
        ),
        false => Answer::ok(r#"{"acknowledged":true}"#),
    });
    let mut told = Told::default();
    let settings = [("bucket", "b"), ("shard_path_type", "FIXED")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    writer(&server, &mut told).put_repository(&"logs".into(), &settings.into()).await.unwrap();
    assert_eq!(server.heard()[1].body, r#"{"type":"s3","settings":{"bucket":"b"}}"#);
    assert!(matches!(&told.all()[..], [Event::Notice { text }] if text.contains("without shard_path_type")));
}

#[tokio::test]
async fn an_answer_that_acknowledges_nothing_is_not_success() {
    let server = Server::start(|_, _| Answer::ok(r#"{"acknowledged":false}"#));
    let answer = writer(&server, &mut Told::default()).add_write_block(&"a".into()).await;
    assert!(matches!(answer, Err(EngineError::NotDone { .. })));
}

#[tokio::test]
async fn a_write_on_a_name_that_may_be_a_pattern_is_not_sent() {
    let server = Server::start(|_, _| Answer::ok(r#"{"acknowledged":true}"#));
    let writer = writer(&server, &mut Told::default());
    for name in ["app-*", "a,b", "_all", "-a", ""] {
        assert!(
            matches!(writer.add_write_block(&name.into()).await, Err(EngineError::NotSent { .. })),
            "{name}"
        );
        assert!(
            matches!(writer.remove_write_block(&name.into()).await, Err(EngineError::NotSent { .. })),
            "{name}"
        );
        let restored = writer.restore(&"logs".into(), &"s".into(), &name.into(), None).await;
        assert!(matches!(restored, Err(EngineError::NotSent { .. })), "{name}");
    }
    assert!(server.heard().is_empty());
}

//! The proxy in front of the sandbox: what is played on the way, and what goes through as it is.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use sandbox::faults::{Cut, Faults, Front, Nth, Verdict};
use sandbox::{Sandbox, World};

use super::{Proxy, Upstream};

struct Place {
    behind: Sandbox,
    faults: Faults,
    proxy: Proxy,
    http: reqwest::Client,
}

/// The sandbox's engine as the server behind: what reaches it is in its own log.
async fn place() -> Place {
    let behind = Sandbox::start(World::opensearch()).await.unwrap();
    let faults = Faults::default();
    let proxy = Proxy::start(&behind.domain_url, Upstream::Engine, faults.clone()).await.unwrap();
    Place { behind, faults, proxy, http: reqwest::Client::new() }
}

impl Place {
    /// Status and body; `None` when the connection was cut.
    async fn send(&self, method: &str, path: &str) -> Option<(u16, String)> {
        let method = method.parse().unwrap();
        let reply = self.http.request(method, format!("{}{path}", self.proxy.url)).send().await.ok()?;
        let status = reply.status().as_u16();
        Some((status, reply.text().await.ok()?))
    }

    fn reached(&self) -> Vec<String> {
        let requests = self.behind.faults.requests();
        requests.iter().map(|request| format!("{} {}", request.method, request.path)).collect()
    }
}

#[tokio::test]
async fn what_no_rule_is_for_goes_through_unchanged() {
    let place = place().await;
    assert_eq!(place.send("PUT", "/app-1").await.unwrap().0, 200);
    let (status, rows) = place.send("GET", "/_cat/indices?format=json").await.unwrap();
    assert!(status == 200 && rows.contains("\"app-1\""), "{rows}");
    assert_eq!(place.send("GET", "/nobody").await.unwrap().0, 404);
    assert_eq!(place.reached(), ["PUT /app-1", "GET /_cat/indices?format=json", "GET /nobody"]);
    let statuses: Vec<_> = place.faults.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [Some(200), Some(200), Some(404)]);
}

#[tokio::test]
async fn each_fault_does_what_it_says() {
    let place = place().await;
    let rule =
        |path: &str, verdict| place.faults.rule(Front::Elasticsearch, "*", path, Nth::Only(1), verdict);
    rule("/before", Verdict::CutBefore);
    rule("/after", Verdict::CutAfter);
    rule("/busy", Verdict::Refuse { status: 429, code: "es_rejected_execution_exception".into() });
    assert_eq!(place.send("PUT", "/before").await, None);
    assert_eq!(place.send("PUT", "/after").await, None);
    let (status, text) = place.send("PUT", "/busy").await.unwrap();
    assert!(status == 429 && text.contains("\"es_rejected_execution_exception\""), "{text}");
    assert_eq!(place.reached(), ["PUT /after"], "only what is cut afterwards is done");
    assert_eq!(place.send("PUT", "/before").await.unwrap().0, 200);
}

#[tokio::test]
async fn a_dead_process_reaches_none_of_its_servers() {
    let place = place().await;
    let other = Proxy::start(&place.behind.s3_url, Upstream::Aws, place.faults.clone()).await.unwrap();
    place.faults.cut_after_write(1, Cut::After);
    assert_eq!(place.send("PUT", "/app-1").await, None);
    assert_eq!(place.send("GET", "/").await, None);
    assert!(place.http.get(format!("{}/bucket/key", other.url)).send().await.is_err());
    assert_eq!(place.reached(), ["PUT /app-1"]);
    place.faults.heal();
    assert_eq!(place.send("GET", "/app-1").await.unwrap().0, 200);
    let reply = place.http.get(format!("{}/bucket/key", other.url)).send().await.unwrap();
    assert!(reply.status().is_client_error(), "unsigned: {}", reply.status());
}

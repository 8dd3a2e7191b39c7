//! The domain as a scenario's author drives it: indices come and go, documents are written. Plain REST, no product code.

use serde_json::{Value, json};

/// A client of the engine for setting up and looking, never for what is under test.
pub struct Domain {
    endpoint: String,
    http: reqwest::Client,
}

impl Domain {
    pub fn new(endpoint: &str) -> Self {
        Self { endpoint: endpoint.to_owned(), http: reqwest::Client::new() }
    }

    /// Sends a request that must succeed.
    pub async fn send(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> Value {
        let (status, reply) = self.ask(method.clone(), path, body).await;
        assert!((200..300).contains(&status), "{method} {path} answered {status}: {reply}");
        reply
    }

    /// Sends a request and takes any answer.
    pub async fn ask(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.http.request(method, format!("{}/{path}", self.endpoint));
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let reply = request.send().await.expect("the domain answers");
        let status = reply.status().as_u16();
        let text = reply.text().await.expect("a reply that can be read");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// A new index of that name; what an earlier, broken-off test left under it goes first.
    pub async fn create(&self, index: &str, shards: u32, docs: u32) {
        self.ask(reqwest::Method::DELETE, &format!("{index}?ignore_unavailable=true"), None).await;
        let settings = json!({"settings": {"number_of_shards": shards, "number_of_replicas": 0, "refresh_interval": "-1"}});
        self.send(reqwest::Method::PUT, index, Some(settings)).await;
        self.write(index, docs).await;
    }

    pub async fn write(&self, index: &str, docs: u32) {
        for number in 0..docs {
            let document = json!({"@timestamp": "2026-01-01T00:00:00Z", "message": format!("line {number}")});
            self.send(reqwest::Method::POST, &format!("{index}/_doc"), Some(document)).await;
        }
        self.send(reqwest::Method::POST, &format!("{index}/_flush?force=true&wait_if_ongoing=true"), None)
            .await;
    }

    pub async fn alias(&self, alias: &str, index: &str, write: bool) {
        let action = json!({"actions": [{"add": {"index": index, "alias": alias, "is_write_index": write}}]});
        self.send(reqwest::Method::POST, "_aliases", Some(action)).await;
    }

    /// Takes the write block away, as a careless hand would.
    pub async fn unfreeze(&self, index: &str) {
        let settings = json!({"index.blocks.write": false});
        self.send(reqwest::Method::PUT, &format!("{index}/_settings"), Some(settings)).await;
    }

    pub async fn close(&self, index: &str) {
        self.send(reqwest::Method::POST, &format!("{index}/_close"), None).await;
    }

    pub async fn delete(&self, index: &str) {
        self.send(reqwest::Method::DELETE, index, None).await;
    }

    pub async fn exists(&self, index: &str) -> bool {
        self.ask(reqwest::Method::GET, &format!("{index}?filter_path=*.settings.index.uuid"), None).await.0
            == 200
    }

    /// Names that start with `prefix`, sorted.
    pub async fn indices(&self, prefix: &str) -> Vec<String> {
        // Not `_cat/indices`, which cannot tell hidden ones before Elasticsearch 7.7.
        let path = format!("{prefix}*?expand_wildcards=all&filter_path=*.settings.index.uuid");
        let found = self.send(reqwest::Method::GET, &path, None).await;
        let mut names: Vec<String> =
            found.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    }

    /// Names of the finished and running snapshots, sorted.
    pub async fn snapshots(&self, repository: &str) -> Vec<String> {
        let (status, reply) =
            self.ask(reqwest::Method::GET, &format!("_snapshot/{repository}/_all?verbose=false"), None).await;
        if status == 404 {
            return Vec::new();
        }
        let mut names: Vec<String> = reply["snapshots"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|snapshot| Some(snapshot["snapshot"].as_str()?.to_owned()))
            .collect();
        names.sort();
        names
    }

    /// A snapshot that es2s3 did not make.
    pub async fn snapshot(&self, repository: &str, snapshot: &str, index: &str) {
        let path = format!("_snapshot/{repository}/{snapshot}?wait_for_completion=true");
        let body = json!({"indices": index, "include_global_state": false});
        self.send(reqwest::Method::PUT, &path, Some(body)).await;
    }

    pub async fn count(&self, index: &str) -> u64 {
        self.send(reqwest::Method::POST, &format!("{index}/_refresh"), None).await;
        self.send(reqwest::Method::GET, &format!("{index}/_count"), None).await["count"]
            .as_u64()
            .expect("a count")
    }

    /// Registers the repository as es2s3 would, for scenes that need snapshots before es2s3 runs.
    pub async fn register(&self, repository: &str, settings: Value) {
        self.send(
            reqwest::Method::PUT,
            &format!("_snapshot/{repository}"),
            Some(json!({"type": "s3", "settings": settings})),
        )
        .await;
    }
}

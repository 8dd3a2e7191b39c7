//! Prometheus with a Sidecar, a Store, a Querier and a Compactor that really run, and what es2s3 reads from them.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::bucket::Metrics;

/// A component, ended with this value.
pub(super) struct Started {
    child: Child,
    http: u16,
}

impl Drop for Started {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its number").port()
}

impl Started {
    pub(super) fn new(metrics: &Metrics, name: &str, http: u16, command: &mut Command) -> Self {
        let log = std::fs::File::create(metrics.scene.file(&format!("{name}.log"))).expect("a log");
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("it starts");
        Self { child, http }
    }

    /// A component of Thanos with its port for HTTP.
    fn thanos(metrics: &Metrics, name: &str, arguments: &[String]) -> Self {
        let http = free_port();
        let mut command = Command::new(metrics.thanos());
        command.arg(name).arg(format!("--http-address=127.0.0.1:{http}")).args(arguments);
        Self::new(metrics, name, http, &mut command)
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.http)
    }

    /// Waits until the page says so.
    pub(super) async fn says(&self, path: &str, word: &str) {
        let began = Instant::now();
        let page = format!("{}{path}", self.url());
        loop {
            let said = match reqwest::get(&page).await {
                Ok(reply) => reply.text().await.unwrap_or_default(),
                Err(error) => error.to_string(),
            };
            if said.contains(word) {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "{page} never said {word}: {said}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

struct Running {
    prometheus: Started,
    sidecar: Started,
    store: Started,
    compact: Started,
    query: Started,
}

async fn start(metrics: &Metrics) -> Running {
    let bucket = format!("--objstore.config-file={}", metrics.scene.file("objstore.yml").display());
    let file = |name: &str| metrics.scene.file(name).display().to_string();
    std::fs::write(
        metrics.scene.file("prometheus.yml"),
        "global: { scrape_interval: 1s, external_labels: { cluster: eu } }\n",
    )
    .expect("written");
    let port = free_port();
    let mut prometheus = Command::new(metrics.prometheus());
    prometheus.arg(format!("--config.file={}", file("prometheus.yml")));
    prometheus.arg(format!("--storage.tsdb.path={}", file("prometheus")));
    prometheus.arg(format!("--web.listen-address=127.0.0.1:{port}"));
    prometheus.args(["--storage.tsdb.min-block-duration=2h", "--storage.tsdb.max-block-duration=2h"]);
    let prometheus = Started::new(metrics, "prometheus", port, &mut prometheus);
    prometheus.says("/-/ready", "Ready").await;
    let (sidecar_grpc, store_grpc) = (free_port(), free_port());
    let sidecar = Started::thanos(
        metrics,
        "sidecar",
        &[
            bucket.clone(),
            format!("--tsdb.path={}", file("prometheus")),
            format!("--prometheus.url={}", prometheus.url()),
            format!("--grpc-address=127.0.0.1:{sidecar_grpc}"),
        ],
    );
    let store = Started::thanos(
        metrics,
        "store",
        &[
            bucket.clone(),
            "--disable-admin-operations".into(),
            format!("--data-dir={}", file("store")),
            format!("--grpc-address=127.0.0.1:{store_grpc}"),
        ],
    );
    let compact = Started::thanos(
        metrics,
        "compact",
        &[
            bucket,
            "--wait".into(),
            "--disable-admin-operations".into(),
            format!("--data-dir={}", file("compact")),
            "--retention.resolution-raw=40d".into(),
            "--retention.resolution-5m=90d".into(),
        ],
    );
    let query = Started::thanos(
        metrics,
        "query",
        &[
            format!("--grpc-address=127.0.0.1:{}", free_port()),
            format!("--endpoint=127.0.0.1:{sidecar_grpc}"),
            format!("--endpoint=127.0.0.1:{store_grpc}"),
        ],
    );
    for started in [&sidecar, &store, &compact] {
        started.says("/-/ready", "OK").await;
    }
    query.says("/api/v1/stores", "\"sidecar\"").await;
    query.says("/api/v1/stores", "\"store\"").await;
    Running { prometheus, sidecar, store, compact, query }
}

/// Findings about components.
pub(super) fn about_components(audit: &Value) -> Vec<&str> {
    let about =
        |id: &&str| !matches!(*id, "parts-kept" | "uploads-stopped" | "seam" | "gap" | "not-downsampled");
    audit["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .filter(about)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn what_runs_is_read_and_what_differs_is_told() {
    let mut metrics = Metrics::new("running").await;
    metrics.upload(2, "eu");
    let running = start(&metrics).await;
    // What only the bucket has is found through the Querier.
    let query =
        format!("/api/v1/query?query=count_over_time(up[20d])&time={}", jiff::Timestamp::now().as_second());
    running.query.says(&query, "\"i0\"").await;
    let places = |retention: &str, running: &Running| {
        format!(
            ", components: {{ compact: \"{}\", store: \"{}\", query: \"{}\", sidecar: \"{}\" }}{retention}",
            running.compact.url(),
            running.store.url(),
            running.query.url(),
            running.sidecar.url()
        )
    };
    metrics.retention = "{ raw: 40d, 5m: 90d }".into();
    metrics.more = places("", &running);
    assert_eq!(about_components(&metrics.audit().await), [""; 0], "as declared");
    metrics.retention = "{ raw: 50d, 5m: 90d }".into();
    metrics.more = places(", delete_delay: 24h", &running);
    let audit = metrics.audit().await;
    assert_eq!(about_components(&audit), ["retention-drift", "delay-drift", "store-delay"]);
    assert!(
        audit["findings"][0]["text"]
            .as_str()
            .unwrap()
            .contains("retention.resolution-raw=40d, declared is 50d"),
        "{audit}"
    );
    metrics.more = places(", compactor: none, delete_delay: 48h", &running);
    assert_eq!(about_components(&metrics.audit().await), ["retention-drift", "compactor-undeclared"]);
    metrics.more = places("", &running);
    let Running { store, .. } = running;
    drop(store);
    let _prometheus = &running.prometheus;
    let found = metrics.audit().await;
    assert!(about_components(&found).contains(&"component-unanswered"), "{found}");
    metrics.leave_nothing().await;
}

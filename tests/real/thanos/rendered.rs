//! What `es2s3 thanos render --target flags` writes really starts, each program from its own file, and answers from the bucket.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::bucket::Metrics;
use super::components::{Started, about_components};

/// A port for HTTP whose neighbour below is free for gRPC, as es2s3 takes it.
fn pair() -> u16 {
    loop {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let http = listener.local_addr().expect("its number").port();
        if TcpListener::bind(("127.0.0.1", http - 1)).is_ok() {
            return http;
        }
    }
}

/// Rendered files in a folder of their own, and where everything answers.
struct Site {
    folder: PathBuf,
    prometheus: u16,
    sidecar: u16,
    store: u16,
    query: u16,
    compact: u16,
}

impl Site {
    fn new(metrics: &Metrics) -> Self {
        let [prometheus, sidecar, store, query, compact] = std::array::from_fn(|_| pair());
        Self { folder: metrics.scene.file("out"), prometheus, sidecar, store, query, compact }
    }

    /// The section, but for its bucket and its retention.
    fn declaration(&self, metrics: &Metrics) -> String {
        let url = |port: u16| format!("\"http://127.0.0.1:{port}\"");
        let components = format!(
            "components: {{ sidecar: {}, store: {}, query: {}, compact: {} }}",
            url(self.sidecar),
            url(self.store),
            url(self.query),
            url(self.compact)
        );
        format!(
            ", endpoint: \"{}\", region: {}, labels: [cluster], delete_delay: 60h, local_retention: 6h, \
             prometheus_version: 2.42.0, thanos_version: 0.42.0, {components}",
            metrics.scene.stage.s3, metrics.scene.stage.region
        )
    }

    /// Prometheus's port is no part of the configuration, and other tests run beside this one.
    fn move_prometheus(&self) {
        for name in ["prometheus.flags", "sidecar.flags"] {
            let path = self.folder.join(name);
            let text = std::fs::read_to_string(&path).expect("rendered");
            assert!(text.contains("127.0.0.1:9090"), "{text}");
            let own = format!("127.0.0.1:{}", self.prometheus);
            std::fs::write(&path, text.replace("127.0.0.1:9090", &own)).expect("written");
        }
    }

    /// The fragment as it is, and something to fetch.
    fn configure_prometheus(&self) {
        let fragment = std::fs::read_to_string(self.folder.join("external-labels.yml")).expect("rendered");
        let fetched = format!(
            "scrape_configs:\n- job_name: own\n  scrape_interval: 1s\n  static_configs:\n  - targets: [\"127.0.0.1:{}\"]\n",
            self.prometheus
        );
        std::fs::write(self.folder.join("prometheus.yml"), fragment + &fetched).expect("written");
    }

    fn start(&self, metrics: &Metrics, program: &Path, name: &str, http: u16) -> Started {
        let stage = &metrics.scene.stage;
        let mut command = Command::new(program);
        if name != "prometheus" {
            command.arg(name);
        }
        command.arg(format!("@{name}.flags")).current_dir(&self.folder).env_clear();
        command.env("LABEL_CLUSTER", "eu");
        command.env("AWS_ACCESS_KEY_ID", &stage.access_key).env("AWS_SECRET_ACCESS_KEY", &stage.secret_key);
        Started::new(metrics, name, http, &mut command)
    }

    async fn start_all(&self, metrics: &Metrics) -> Vec<Started> {
        let prometheus = self.start(metrics, metrics.prometheus(), "prometheus", self.prometheus);
        prometheus.says("/-/ready", "Ready").await;
        let mut running = vec![prometheus];
        for (name, http) in [
            ("sidecar", self.sidecar),
            ("store", self.store),
            ("query", self.query),
            ("compact", self.compact),
        ] {
            running.push(self.start(metrics, metrics.thanos(), name, http));
        }
        for started in &running[1..] {
            started.says("/-/ready", "OK").await;
        }
        running
    }
}

async fn query(port: u16, words: &str) -> Value {
    let now = jiff::Timestamp::now().as_second();
    let url = format!("http://127.0.0.1:{port}/api/v1/query?query={words}&time={now}");
    let text = reqwest::get(&url).await.expect("an answer").text().await.expect("text");
    let reply: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(reply["status"], "success", "{text}");
    reply["data"]["result"].clone()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn the_rendered_flags_start_everything_and_old_samples_are_answered() {
    let mut metrics = Metrics::new("rendered").await;
    metrics.upload(2, "eu");
    let site = Site::new(&metrics);
    metrics.retention = "{ raw: 40d, 5m: 90d, 1h: 0d }".into();
    metrics.more = site.declaration(&metrics);
    let render = ["thanos", "render", "--target", "flags", "--out", "out"];
    let check = ["thanos", "render", "--target", "flags", "--out", "out", "--check"];
    metrics.run(0, &render).await;
    metrics.run(0, &check).await;
    let object_store = std::fs::read_to_string(site.folder.join("objstore.yml")).expect("rendered");
    assert!(!object_store.contains(&metrics.scene.stage.secret_key), "{object_store}");
    site.move_prometheus();
    site.configure_prometheus();
    let running = site.start_all(&metrics).await;

    // Both are known to the Querier, the Sidecar with the label of its environment.
    let stores = &running[3];
    for word in ["\"sidecar\"", "\"store\"", "\"cluster\":\"eu\""] {
        stores.says("/api/v1/stores", word).await;
    }
    // Of the last hour the Querier has what Prometheus fetches; of three days ago only what lies in the bucket.
    stores.says("/api/v1/query?query=up{job=\"own\"}", "\"cluster\":\"eu\"").await;
    let old = "count_over_time(up{instance=\"i0\"}[2d]%20offset%201d)";
    assert_eq!(
        query(site.prometheus, old).await,
        serde_json::json!([]),
        "Prometheus itself knows nothing of it"
    );
    let found = query(site.query, old).await;
    assert_eq!(found[0]["metric"]["cluster"], "eu", "{found}");
    assert!(found[0]["value"][1].as_str().unwrap().parse::<u32>().unwrap() > 100, "{found}");

    assert_eq!(about_components(&metrics.audit().await), [""; 0], "what runs is what is declared");
    metrics.retention = "{ raw: 30d, 5m: 90d, 1h: 0d }".into();
    assert_eq!(about_components(&metrics.audit().await), ["retention-longer"]);
    let differs = metrics.run(2, &check).await;
    let change = "-retention.resolution-raw=40d\n+--retention.resolution-raw=30d\n";
    assert!(differs.stdout.contains(change), "{}", differs.stdout);
    drop(running);
    metrics.leave_nothing().await;
}

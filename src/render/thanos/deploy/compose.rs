//! A project of Docker Compose.

use serde_json::{Map, Value, json};

use super::{Page, RenderedFile, shared, yaml};
use crate::desired::thanos::{Component, Kind};

pub(super) fn files(page: &Page<'_>) -> Vec<RenderedFile> {
    let mut files = vec![compose(page), shared::objstore(page)];
    files.extend(shared::endpoints(page));
    files.push(shared::labels_fragment(page));
    files
}

fn compose(page: &Page<'_>) -> RenderedFile {
    let components = &page.deployment.components;
    let services: Map<String, Value> = components
        .iter()
        .map(|component| (component.kind.word().to_owned(), service(page, component)))
        .collect();
    let volumes: Map<String, Value> = components
        .iter()
        .filter_map(|one| volume(one.kind))
        .map(|(name, _)| (name.to_owned(), json!({})))
        .collect();
    let labels = format!(
        "Beside it: prometheus.yml with what {} says. In the environment or in .env: {}.",
        shared::LABELS_FILE,
        shared::variables(&page.deployment.external_labels)
    );
    let mut notes = vec![labels.as_str()];
    if page.deployment.component(Kind::Compactor).is_some() {
        notes.push("On one machine alone: two compactors on one bucket make overlapping blocks, and halt.");
    }
    page.file(
        "compose.yaml",
        &notes,
        &yaml::document(&json!({ "name": "thanos", "services": services, "volumes": volumes })),
    )
}

fn service(page: &Page<'_>, component: &Component) -> Value {
    let kind = component.kind;
    let mut service = json!({
        "image": shared::image(page, kind),
        "command": shared::arguments(page, kind),
        "user": user(kind),
    });
    if let Some(service) = service.as_object_mut() {
        service.extend(environment(page, kind).map(|value| ("environment".to_owned(), value)));
        service.insert("volumes".into(), mounts(page, kind).into());
        service.insert(
            "ports".into(),
            json!([format!("127.0.0.1:{}:{}", published(kind), component.listen.http)]),
        );
        if kind == Kind::Sidecar {
            service.insert("depends_on".into(), json!(["prometheus"]));
        }
        service.insert("healthcheck".into(), health(component.listen.http));
        service.insert("restart".into(), "unless-stopped".into());
        service.insert("stop_grace_period".into(), "2m30s".into());
        service.insert("cap_drop".into(), json!(["ALL"]));
        service.insert("security_opt".into(), json!(["no-new-privileges:true"]));
    }
    service
}

/// The Sidecar writes its file into Prometheus's folder. A fresh volume is root's; without capabilities root is nobody else.
fn user(kind: Kind) -> &'static str {
    match kind {
        Kind::Prometheus | Kind::Sidecar | Kind::Querier => "65534:65534",
        Kind::Store | Kind::Compactor => "0:0",
    }
}

/// A variable that must be there stops Compose, with its name; one that may be there is handed on.
fn environment(page: &Page<'_>, kind: Kind) -> Option<Value> {
    if kind == Kind::Prometheus {
        let labels = page.deployment.external_labels.iter().map(|label| {
            let name = label.variable();
            (name.clone(), format!("${{{name}:?value of the external label {}}}", label.name).into())
        });
        return Some(Value::Object(labels.collect()));
    }
    kind.reaches_the_bucket()
        .then(|| json!(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]))
}

/// Name of the volume, and where it is mounted.
fn volume(kind: Kind) -> Option<(&'static str, &'static str)> {
    match kind {
        Kind::Prometheus => Some(("prometheus", "/prometheus")),
        Kind::Store => Some(("store", "/data")),
        Kind::Compactor => Some(("compact", "/data")),
        Kind::Sidecar | Kind::Querier => None,
    }
}

fn mounts(page: &Page<'_>, kind: Kind) -> Vec<String> {
    let file = |name: &str, folder: &str| format!("./{name}:{folder}/{name}:ro");
    let mut mounts = match kind {
        Kind::Prometheus => vec![file("prometheus.yml", "/etc/prometheus")],
        Kind::Sidecar => vec![file("objstore.yml", "/etc/thanos"), "prometheus:/prometheus".into()],
        Kind::Store | Kind::Compactor => vec![file("objstore.yml", "/etc/thanos")],
        Kind::Querier if page.deployment.endpoints.is_empty() => Vec::new(),
        Kind::Querier => vec![file("endpoints.yml", "/etc/thanos")],
    };
    mounts.extend(volume(kind).map(|(name, place)| format!("{name}:{place}")));
    mounts
}

/// On the host's loopback side, where the configuration may name it under `components`.
fn published(kind: Kind) -> u16 {
    match kind {
        Kind::Prometheus => 9_090,
        Kind::Sidecar => 10_902,
        Kind::Querier => 10_904,
        Kind::Store => 10_906,
        Kind::Compactor => 10_912,
    }
}

fn health(port: u16) -> Value {
    let url = format!("http://127.0.0.1:{port}/-/ready");
    json!({
        "test": ["CMD", "wget", "-q", "-O", "/dev/null", url],
        "interval": "15s",
        "timeout": "5s",
        "retries": 4,
        "start_period": "60s",
    })
}

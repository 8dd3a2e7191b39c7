//! Files that several targets have in common.

use serde_json::{Map, Value, json};

use super::{Page, RenderedFile, yaml};
use crate::desired::thanos::{ExternalLabel, Kind};

/// What Prometheus is sent to fetch, and nothing of its own.
pub(super) const LABELS_FILE: &str = "external-labels.yml";

pub(super) fn objstore_text(page: &Page<'_>) -> String {
    let store = &page.deployment.objstore;
    let mut config = json!({
        "bucket": store.bucket,
        "endpoint": store.endpoint,
        "region": store.region,
        "aws_sdk_auth": true,
    });
    if let Some(config) = config.as_object_mut().filter(|_| store.insecure) {
        config.insert("insecure".into(), true.into());
    }
    let mut file = Map::from_iter([("type".to_owned(), Value::from("S3"))]);
    if !store.prefix.is_empty() {
        file.insert("prefix".into(), store.prefix.as_str().into());
    }
    file.insert("config".into(), config);
    yaml::document(&Value::Object(file))
}

pub(super) fn objstore(page: &Page<'_>) -> RenderedFile {
    let notes = [
        "No secret is in it: credentials are those of the role, or of the environment (AWS_ACCESS_KEY_ID …).",
    ];
    page.file("objstore.yml", &notes, &objstore_text(page))
}

/// None where flags list the endpoints.
pub(super) fn endpoints_text(page: &Page<'_>) -> Option<String> {
    let endpoints: Vec<Value> =
        page.deployment.endpoints.iter().map(|address| json!({ "address": address })).collect();
    (!endpoints.is_empty()).then(|| yaml::document(&json!({ "endpoints": endpoints })))
}

pub(super) fn endpoints(page: &Page<'_>) -> Option<RenderedFile> {
    let notes = ["gRPC addresses that the Querier asks: Sidecars and Stores."];
    endpoints_text(page).map(|text| page.file("endpoints.yml", &notes, &text))
}

/// `global.external_labels`, with a variable of Prometheus's environment for each value.
pub(super) fn global(page: &Page<'_>) -> Value {
    let labels = &page.deployment.external_labels;
    let labels: Map<String, Value> = labels
        .iter()
        .map(|label| (label.name.clone(), format!("${{{}}}", label.variable()).into()))
        .collect();
    json!({ "external_labels": labels })
}

pub(super) fn labels_fragment(page: &Page<'_>) -> RenderedFile {
    let variables = variables(&page.deployment.external_labels);
    let set =
        format!("Put it into prometheus.yml. Its variables must be set where Prometheus runs: {variables}.");
    let mut notes = vec![
        set.as_str(),
        "Together they must be another set for each Prometheus, and always the same for one.",
    ];
    if page.spec.labels.is_empty() && page.spec.replica_labels.is_empty() {
        notes.push(
            "thanos.labels declares none, and Thanos refuses a Prometheus without: `cluster` is an example.",
        );
    }
    page.file(LABELS_FILE, &notes, &yaml::document(&json!({ "global": global(page) })))
}

/// `LABEL_CLUSTER, LABEL_REPLICA`.
pub(super) fn variables(labels: &[ExternalLabel]) -> String {
    labels.iter().map(ExternalLabel::variable).collect::<Vec<_>>().join(", ")
}

/// Names of the images, with the versions of the configuration.
pub(super) fn image(page: &Page<'_>, kind: Kind) -> String {
    match kind {
        Kind::Prometheus => format!("quay.io/prometheus/prometheus:v{}", page.spec.prometheus_version),
        Kind::Sidecar | Kind::Store | Kind::Querier | Kind::Compactor => {
            format!("quay.io/thanos/thanos:v{}", page.spec.thanos_version)
        }
    }
}

/// What stands behind the program's name.
pub(super) fn arguments(page: &Page<'_>, kind: Kind) -> Vec<String> {
    let subcommand = (kind != Kind::Prometheus).then(|| kind.word().to_owned());
    let flags = page.deployment.component(kind).into_iter().flat_map(|component| &component.flags);
    subcommand.into_iter().chain(flags.map(ToString::to_string)).collect()
}

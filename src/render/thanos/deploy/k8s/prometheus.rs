//! Prometheus with its Sidecar: whole, to start from, or to take the Sidecar and the flags from.

use serde_json::{Value, json};

use super::pod::{DATA, OBJSTORE_MOUNT, Pod, container, stateful_set};
use super::{OBJSTORE, Page, RenderedFile, config_map, service, shared, yaml};
use crate::desired::thanos::{ExternalLabel, Kind};

/// Of the `ConfigMap` with `prometheus.yml`.
const CONFIG: &str = "prometheus";
/// Of the `ConfigMap` with the values of the external labels: made by people, since no two clusters share it.
const LABELS: &str = "prometheus-external-labels";

pub(super) fn file(page: &Page<'_>) -> RenderedFile {
    let name = Kind::Prometheus.full_name();
    let config = config(page);
    let pod = Pod {
        component: Kind::Prometheus.word(),
        containers: containers(page),
        config_maps: vec![CONFIG, OBJSTORE],
        reads: format!("{config}{}", shared::objstore_text(page)),
        reaches_the_bucket: true,
    };
    // Replicas differ in a label that takes the pod's name; without such a label two pods would write the same stream.
    let replicas = if page.spec.replica_labels.is_empty() { 1 } else { 2 };
    let ports = [("web", 9_090), ("grpc", 10_901), ("http", 10_902)];
    let objects = [
        config_map(page, CONFIG, pod.component, &[("prometheus.yml", config)]),
        service(page, &name, pod.component, true, &ports),
        stateful_set(page, &name, &pod, replicas, "50Gi"),
    ];
    let make = make_labels(&page.deployment.external_labels);
    let mut notes = vec![
        "Prometheus with its Sidecar. One that runs already takes from here the container thanos-sidecar, the mount of",
        "thanos-objstore, the flags --storage.tsdb.* and the external labels; Prometheus Operator: docs/thanos-render.md.",
    ];
    notes.extend(make.as_deref());
    page.file("prometheus.yaml", &notes, &yaml::documents(&objects))
}

/// The command that makes the values that no pod has of itself.
fn make_labels(labels: &[ExternalLabel]) -> Option<String> {
    let own: String = labels
        .iter()
        .filter(|label| !label.replica)
        .map(|label| format!(" --from-literal={}=…", label.name))
        .collect();
    (!own.is_empty()).then(|| format!("It waits for: kubectl create configmap {LABELS}{own}"))
}

fn config(page: &Page<'_>) -> String {
    yaml::document(&json!({
        "global": shared::global(page),
        "scrape_configs": [{
            "job_name": "prometheus",
            "static_configs": [{ "targets": ["127.0.0.1:9090"] }],
        }],
    }))
}

fn containers(page: &Page<'_>) -> Vec<Value> {
    let labels = &page.deployment.external_labels;
    let containers = page.deployment.components.iter().filter_map(|component| match component.kind {
        Kind::Prometheus => {
            let mounts = [(CONFIG, "/etc/prometheus"), (DATA, "/prometheus")];
            Some(container(page, component, labels.iter().map(variable).collect(), &mounts))
        }
        Kind::Sidecar => {
            Some(container(page, component, Vec::new(), &[OBJSTORE_MOUNT, (DATA, "/prometheus")]))
        }
        Kind::Store | Kind::Querier | Kind::Compactor => None,
    });
    containers.collect()
}

/// A replica is its pod; every other label comes from the `ConfigMap` that must be there.
fn variable(label: &ExternalLabel) -> Value {
    let from = if label.replica {
        json!({ "fieldRef": { "fieldPath": "metadata.name" } })
    } else {
        json!({ "configMapKeyRef": { "name": LABELS, "key": label.name } })
    };
    json!({ "name": label.variable(), "valueFrom": from })
}

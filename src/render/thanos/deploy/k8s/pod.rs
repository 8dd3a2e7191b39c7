//! Pods and containers.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{ACCOUNT, OBJSTORE, Page, metadata, selector, shared};
use crate::desired::thanos::{Component, Kind};

/// The pods of one workload.
pub(super) struct Pod<'a> {
    pub(super) component: &'a str,
    pub(super) containers: Vec<Value>,
    /// Name of a `ConfigMap` and of the volume that shows it.
    pub(super) config_maps: Vec<&'a str>,
    /// What its files say: the pods start anew when it changes.
    pub(super) reads: String,
    /// Whether it is the role's service account that it runs as.
    pub(super) reaches_the_bucket: bool,
}

impl Pod<'_> {
    pub(super) fn template(&self) -> Value {
        let volumes: Vec<Value> = self
            .config_maps
            .iter()
            .map(|name| json!({ "name": name, "configMap": { "name": name } }))
            .collect();
        let mut spec = Map::new();
        if self.reaches_the_bucket {
            spec.insert("serviceAccountName".into(), ACCOUNT.into());
        }
        spec.insert("automountServiceAccountToken".into(), false.into());
        spec.insert("securityContext".into(), nobody());
        spec.insert("terminationGracePeriodSeconds".into(), 150.into());
        spec.insert("containers".into(), self.containers.clone().into());
        if !volumes.is_empty() {
            spec.insert("volumes".into(), volumes.into());
        }
        json!({
            "metadata": {
                "labels": selector(self.component),
                "annotations": { "es2s3/files": digest(&self.reads) },
            },
            "spec": spec,
        })
    }
}

/// The first 16 digits of the SHA-256.
fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn nobody() -> Value {
    json!({
        "runAsNonRoot": true,
        "runAsUser": 65_534,
        "runAsGroup": 65_534,
        "fsGroup": 65_534,
        "seccompProfile": { "type": "RuntimeDefault" },
    })
}

/// A container with its flags, ports, probes and resources. `mounts` are pairs of a volume's name and its place.
pub(super) fn container(
    page: &Page<'_>,
    component: &Component,
    env: Vec<Value>,
    mounts: &[(&str, &str)],
) -> Value {
    let kind = component.kind;
    let mounts: Vec<Value> = mounts.iter().map(|(name, path)| mount(name, path)).collect();
    let mut container = Map::new();
    container.insert("name".into(), kind.full_name().into());
    container.insert("image".into(), shared::image(page, kind).into());
    container.insert("args".into(), shared::arguments(page, kind).into());
    if !env.is_empty() {
        container.insert("env".into(), env.into());
    }
    container.insert("ports".into(), ports(component));
    container.extend(probes(component));
    container.insert("resources".into(), resources(kind));
    container.insert(
        "securityContext".into(),
        json!({
            "allowPrivilegeEscalation": false,
            "readOnlyRootFilesystem": true,
            "capabilities": { "drop": ["ALL"] },
        }),
    );
    if !mounts.is_empty() {
        container.insert("volumeMounts".into(), mounts.into());
    }
    Value::Object(container)
}

/// Data is written; files of a `ConfigMap` never.
fn mount(name: &str, path: &str) -> Value {
    if name == DATA {
        json!({ "name": name, "mountPath": path })
    } else {
        json!({ "name": name, "mountPath": path, "readOnly": true })
    }
}

/// Of a volume that a claim template makes.
pub(super) const DATA: &str = "data";

fn ports(component: &Component) -> Value {
    let (http, grpc) = (component.listen.http, component.listen.grpc);
    match component.kind {
        Kind::Prometheus => json!([{ "name": "web", "containerPort": http }]),
        Kind::Compactor => json!([{ "name": "http", "containerPort": http }]),
        Kind::Sidecar | Kind::Store | Kind::Querier => {
            json!([{ "name": "grpc", "containerPort": grpc }, { "name": "http", "containerPort": http }])
        }
    }
}

/// A pod that is not ready gets no queries; one that is not healthy starts anew. Prometheus replays its log before it is either.
fn probes(component: &Component) -> Vec<(String, Value)> {
    let port = if component.kind == Kind::Prometheus { "web" } else { "http" };
    let probe = |path: &str, period: u32, failures: u32| json!({ "httpGet": { "path": path, "port": port }, "periodSeconds": period, "failureThreshold": failures });
    let start =
        (component.kind == Kind::Prometheus).then(|| ("startupProbe".to_owned(), probe("/-/ready", 15, 60)));
    let rest = [
        ("livenessProbe".to_owned(), probe("/-/healthy", 30, 4)),
        ("readinessProbe".to_owned(), probe("/-/ready", 5, 20)),
    ];
    start.into_iter().chain(rest).collect()
}

/// To begin with; docs/thanos-render.md tells what each grows with.
fn resources(kind: Kind) -> Value {
    let (cpu, memory, limit) = match kind {
        Kind::Prometheus => ("500m", "2Gi", "8Gi"),
        Kind::Sidecar => ("50m", "128Mi", "1Gi"),
        Kind::Store => ("250m", "1Gi", "4Gi"),
        Kind::Querier => ("250m", "512Mi", "4Gi"),
        Kind::Compactor => ("500m", "1Gi", "8Gi"),
    };
    json!({ "requests": { "cpu": cpu, "memory": memory }, "limits": { "memory": limit } })
}

/// Pods with a name and a disk of their own. Kubernetes starts a second pod of the same name only when the first is surely gone.
pub(super) fn stateful_set(page: &Page<'_>, name: &str, pod: &Pod<'_>, replicas: u32, disk: &str) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": metadata(page, name, pod.component),
        "spec": {
            "replicas": replicas,
            "serviceName": name,
            "selector": { "matchLabels": selector(pod.component) },
            "podManagementPolicy": "OrderedReady",
            "updateStrategy": { "type": "RollingUpdate" },
            "template": pod.template(),
            "volumeClaimTemplates": [{
                "metadata": { "name": DATA },
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "resources": { "requests": { "storage": disk } },
                },
            }],
        },
    })
}

pub(super) const OBJSTORE_MOUNT: (&str, &str) = (OBJSTORE, "/etc/thanos");

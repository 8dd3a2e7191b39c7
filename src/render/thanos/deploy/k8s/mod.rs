//! Manifests of Kubernetes, each kind of component in a file of its own.

mod compact;
mod pod;
mod prometheus;
mod query;
mod store;

use serde_json::{Map, Value, json};

use super::{Page, RenderedFile, shared, yaml};

/// Of the `ConfigMap` with `objstore.yml`.
const OBJSTORE: &str = "thanos-objstore";
const ACCOUNT: &str = "thanos";

pub(super) fn files(page: &Page<'_>) -> Vec<RenderedFile> {
    let mut files =
        vec![objstore(page), account(page), prometheus::file(page), store::file(page), query::file(page)];
    files.extend(compact::file(page));
    files
}

fn objstore(page: &Page<'_>) -> RenderedFile {
    let map = config_map(page, OBJSTORE, "objstore", &[("objstore.yml", shared::objstore_text(page))]);
    let notes =
        ["The bucket. No secret is in it: the pods reach the bucket with the role of their service account."];
    page.file("objstore.yaml", &notes, &yaml::document(&map))
}

fn account(page: &Page<'_>) -> RenderedFile {
    let mut metadata = metadata(page, ACCOUNT, "objstore");
    let role = page.spec.role_arn.as_deref();
    if let (Some(metadata), Some(role)) = (metadata.as_object_mut(), role) {
        metadata.insert("annotations".into(), json!({ "eks.amazonaws.com/role-arn": role }));
    }
    let account = json!({
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata,
        "automountServiceAccountToken": false,
    });
    let note = match role {
        Some(_) => {
            "Who the pods are to AWS: the role must trust this service account (sts:AssumeRoleWithWebIdentity)."
        }
        None => {
            "No thanos.role_arn is declared: associate a role with it (EKS Pod Identity), or declare one."
        }
    };
    page.file("service-account.yaml", &[note], &yaml::document(&account))
}

fn config_map(page: &Page<'_>, name: &str, component: &str, files: &[(&str, String)]) -> Value {
    let data: Map<String, Value> =
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_str().into())).collect();
    json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(page, name, component), "data": data })
}

fn metadata(page: &Page<'_>, name: &str, component: &str) -> Value {
    let mut labels = selector(component);
    if let Some(labels) = labels.as_object_mut() {
        labels.insert("app.kubernetes.io/managed-by".into(), "es2s3".into());
    }
    json!({ "name": name, "namespace": page.spec.namespace, "labels": labels })
}

/// The labels by which a workload and a service find their pods; they can never change.
fn selector(component: &str) -> Value {
    json!({ "app.kubernetes.io/name": "thanos", "app.kubernetes.io/component": component })
}

/// Ports by the names of the containers' ports. Headless: the Querier asks each pod, not any one.
fn service(page: &Page<'_>, name: &str, component: &str, headless: bool, ports: &[(&str, u16)]) -> Value {
    let ports: Vec<Value> =
        ports.iter().map(|(name, port)| json!({ "name": name, "port": port, "targetPort": name })).collect();
    let mut spec = Map::new();
    if headless {
        spec.insert("clusterIP".into(), "None".into());
    }
    spec.insert("selector".into(), selector(component));
    spec.insert("ports".into(), ports.into());
    json!({ "apiVersion": "v1", "kind": "Service", "metadata": metadata(page, name, component), "spec": spec })
}

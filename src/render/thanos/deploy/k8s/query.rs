//! The Querier: no disk, no bucket, as many as are wanted.

use serde_json::json;

use super::pod::{Pod, container};
use super::{Page, RenderedFile, config_map, metadata, selector, service, shared, yaml};
use crate::desired::thanos::Kind;

/// Of the `ConfigMap` with `endpoints.yml`.
const ENDPOINTS: &str = "thanos-query-endpoints";

pub(super) fn file(page: &Page<'_>) -> RenderedFile {
    let (name, component) = (Kind::Querier.full_name(), Kind::Querier.word());
    let endpoints = shared::endpoints_text(page);
    let mounts: Vec<(&str, &str)> = endpoints.iter().map(|_| (ENDPOINTS, "/etc/thanos")).collect();
    let queriers = page.deployment.component(Kind::Querier).into_iter();
    let pod = Pod {
        component,
        containers: queriers.map(|one| container(page, one, Vec::new(), &mounts)).collect(),
        config_maps: endpoints.iter().map(|_| ENDPOINTS).collect(),
        reads: endpoints.clone().unwrap_or_default(),
        reaches_the_bucket: false,
    };
    let deployment = json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(page, &name, component),
        "spec": {
            "replicas": 2,
            "selector": { "matchLabels": selector(component) },
            "template": pod.template(),
        },
    });
    let mut objects = Vec::new();
    objects.extend(endpoints.map(|text| config_map(page, ENDPOINTS, component, &[("endpoints.yml", text)])));
    objects.push(service(page, &name, component, false, &[("grpc", 10_901), ("http", 10_902)]));
    objects.push(deployment);
    let notes = ["The Querier: for Grafana it is a Prometheus, at port 10902."];
    page.file("query.yaml", &notes, &yaml::documents(&objects))
}

//! Where the components listen and find one another and their files, by target.

use url::{Host, Url};

use crate::model::thanos::{Target, ThanosSpec};

/// The ports of one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// `0.0.0.0`, or `127.0.0.1` for what nobody calls from elsewhere: none of these ports asks who calls.
    pub on: &'static str,
    pub http: u16,
    pub grpc: u16,
}

const ANY: &str = "0.0.0.0";
const LOOPBACK: &str = "127.0.0.1";
/// Thanos's own pair.
const GRPC: u16 = 10_901;
const HTTP: u16 = 10_902;

impl Listen {
    /// In a container: all alike.
    const OWN: Listen = Listen { on: ANY, http: HTTP, grpc: GRPC };
    const PROMETHEUS: Listen = Listen { on: ANY, http: 9_090, grpc: 0 };

    pub fn http_address(&self) -> String {
        format!("{}:{}", self.on, self.http)
    }

    pub fn grpc_address(&self) -> String {
        format!("{}:{}", self.on, self.grpc)
    }

    /// On a host: where the first declared URL says. With none, on the loopback side at the port that is left to this component.
    fn on_a_host(declared: &[String], port_alone: u16) -> Self {
        match declared.first().and_then(|text| Url::parse(text).ok()) {
            None => Self { on: LOOPBACK, http: port_alone, grpc: port_alone.saturating_sub(1) },
            Some(url) => {
                let on = if is_loopback(&url) { LOOPBACK } else { ANY };
                let http = own_port(&url).unwrap_or(HTTP);
                Self { on, http, grpc: http.saturating_sub(1) }
            }
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The component's own, and not that of a proxy in front of it.
fn own_port(url: &Url) -> Option<u16> {
    if url.scheme() == "http" { url.port() } else { None }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// What the names of `objstore.yml` and `endpoints.yml` begin with.
    folder: &'static str,
    pub prometheus_config: &'static str,
    pub prometheus_data: &'static str,
    pub prometheus_url: String,
    pub store_data: &'static str,
    pub compactor_data: &'static str,
    pub prometheus: Listen,
    pub sidecar: Listen,
    pub store: Listen,
    pub querier: Listen,
    pub compactor: Listen,
    /// Whom the Querier asks: Sidecars, then Stores.
    pub endpoints: Vec<String>,
}

impl Site {
    pub(super) fn of(spec: &ThanosSpec, target: Target) -> Self {
        match target {
            Target::K8s => Self::k8s(spec),
            Target::Compose => Self::compose(),
            Target::Systemd => Self {
                folder: "/etc/thanos/",
                prometheus_config: "/etc/prometheus/prometheus.yml",
                prometheus_data: "/var/lib/prometheus",
                store_data: "/var/lib/thanos-store",
                compactor_data: "/var/lib/thanos-compact",
                ..Self::host(spec)
            },
            Target::Flags => Self::host(spec),
        }
    }

    pub(super) fn file(&self, name: &str) -> String {
        format!("{}{name}", self.folder)
    }

    /// Files in the working directory; everything on this host, unless the configuration says where it answers.
    fn host(spec: &ThanosSpec) -> Self {
        let declared = &spec.components;
        let prometheus = Listen { on: LOOPBACK, ..Listen::PROMETHEUS };
        let sidecar = Listen::on_a_host(&declared.sidecar, 10_902);
        let store = Listen::on_a_host(&declared.store, 10_906);
        let mut endpoints = grpc_of(&declared.sidecar, &sidecar);
        endpoints.extend(grpc_of(&declared.store, &store));
        Self {
            folder: "",
            prometheus_config: "prometheus.yml",
            prometheus_data: "data/prometheus",
            prometheus_url: format!("http://{}", prometheus.http_address()),
            store_data: "data/store",
            compactor_data: "data/compact",
            prometheus,
            sidecar,
            store,
            querier: Listen::on_a_host(&declared.query, 10_904),
            compactor: Listen::on_a_host(&declared.compact, 10_912),
            endpoints,
        }
    }

    fn compose() -> Self {
        Self {
            folder: "/etc/thanos/",
            prometheus_config: "/etc/prometheus/prometheus.yml",
            prometheus_data: "/prometheus",
            prometheus_url: "http://prometheus:9090".into(),
            store_data: "/data",
            compactor_data: "/data",
            prometheus: Listen::PROMETHEUS,
            sidecar: Listen::OWN,
            store: Listen::OWN,
            querier: Listen::OWN,
            compactor: Listen::OWN,
            endpoints: ["sidecar", "store"].map(|name| format!("dns+{name}:{GRPC}")).into(),
        }
    }

    /// One pod holds Prometheus and its Sidecar. The Querier finds each pod by itself through the headless services.
    fn k8s(spec: &ThanosSpec) -> Self {
        let found = |service| format!("dnssrv+_grpc._tcp.{service}.{}.svc.cluster.local", spec.namespace);
        Self {
            prometheus_url: "http://127.0.0.1:9090".into(),
            endpoints: ["prometheus", "thanos-store"].map(found).into(),
            ..Self::compose()
        }
    }
}

/// gRPC stands one below HTTP, as in Thanos's own defaults.
fn grpc_of(declared: &[String], here: &Listen) -> Vec<String> {
    if declared.is_empty() {
        return vec![format!("{LOOPBACK}:{}", here.grpc)];
    }
    let urls = declared.iter().filter_map(|text| Url::parse(text).ok());
    urls.map(|url| {
        let port = own_port(&url).map_or(GRPC, |port| port.saturating_sub(1));
        format!("{}:{port}", url.host_str().unwrap_or_default())
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_listens_where_the_configuration_looks_for_it() {
        for (declared, on, http, grpc) in [
            ("", "127.0.0.1", 10_906, 10_905),
            ("http://127.0.0.1:19192", "127.0.0.1", 19_192, 19_191),
            ("http://localhost:8000", "127.0.0.1", 8_000, 7_999),
            ("http://store-1.example:10902", "0.0.0.0", 10_902, 10_901),
            ("http://store-1.example", "0.0.0.0", 10_902, 10_901),
            // A proxy's port is not the component's.
            ("https://store.example:8443", "0.0.0.0", 10_902, 10_901),
        ] {
            let urls: Vec<String> = (!declared.is_empty()).then(|| declared.to_owned()).into_iter().collect();
            assert_eq!(Listen::on_a_host(&urls, 10_906), Listen { on, http, grpc }, "{declared:?}");
        }
    }
}

//! Prometheus and the Sidecar that ships its blocks: two programs on one folder, who must agree.

use super::{Component, Flag, Kind, Site};
use crate::model::thanos::{Spoken, ThanosSpec, Version};

/// What the Sidecar has shipped, in Prometheus's own folder.
pub const SHIPPER_FILE: &str = "thanos.shipper.json";

/// Prometheus waits for the Sidecar's file from here on (prometheus/prometheus #17435).
const PROMETHEUS_WAITS: Version = Version(3, 9, 0);
/// The Sidecar accepts that (thanos-io/thanos #8582).
const SIDECAR_ACCEPTS: Version = Version(0, 41, 0);
/// Variables in external labels need no word from here on.
const EXPANDS_LABELS: Version = Version(3, 0, 0);

/// How blocks are kept from being compacted before they are shipped: the Sidecar ships those of two hours alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compaction {
    /// Prometheus compacts nothing: all blocks are of two hours.
    Off,
    /// Prometheus compacts what stands as shipped in the Sidecar's file.
    AfterShipping,
}

impl Compaction {
    pub fn of(prometheus: Version, thanos: Version) -> Self {
        if prometheus < PROMETHEUS_WAITS || thanos < SIDECAR_ACCEPTS {
            Compaction::Off
        } else {
            Compaction::AfterShipping
        }
    }
}

pub(super) fn prometheus(spec: &ThanosSpec, site: &Site) -> Component {
    let mut flags = vec![
        Flag::new("config.file", site.prometheus_config),
        Flag::new("web.listen-address", site.prometheus.http_address()),
        Flag::new("storage.tsdb.path", site.prometheus_data),
    ];
    // 0 is for ever in `thanos:`, and 15 days to Prometheus; it takes a hundred years.
    let kept =
        if spec.local_retention == 0 { "100y".into() } else { Spoken(spec.local_retention).to_string() };
    flags.push(Flag::new("storage.tsdb.retention.time", kept));
    match Compaction::of(spec.prometheus_version, spec.thanos_version) {
        Compaction::Off => {
            flags.push(Flag::new("storage.tsdb.min-block-duration", "2h"));
            flags.push(Flag::new("storage.tsdb.max-block-duration", "2h"));
        }
        Compaction::AfterShipping => {
            let path = format!("{}/{SHIPPER_FILE}", site.prometheus_data);
            flags.push(Flag::new("storage.tsdb.delay-compact-file.path", path));
        }
    }
    if spec.prometheus_version < EXPANDS_LABELS {
        flags.push(Flag::new("enable-feature", "expand-external-labels"));
    }
    Component { kind: Kind::Prometheus, listen: site.prometheus.clone(), flags }
}

pub(super) fn sidecar(site: &Site) -> Component {
    let flags = vec![
        Flag::new("http-address", site.sidecar.http_address()),
        Flag::new("grpc-address", site.sidecar.grpc_address()),
        Flag::new("tsdb.path", site.prometheus_data),
        Flag::new("prometheus.url", site.prometheus_url.clone()),
        Flag::new("objstore.config-file", site.file("objstore.yml")),
        Flag::new("shipper.meta-file-name", SHIPPER_FILE),
    ];
    Component { kind: Kind::Sidecar, listen: site.sidecar.clone(), flags }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prometheus_may_compact_where_both_versions_know_of_the_file() {
        for (prometheus, thanos, expected) in [
            ("2.42.0", "0.42.0", Compaction::Off),
            ("3.8.1", "0.41.0", Compaction::Off),
            ("3.9.0", "0.40.1", Compaction::Off),
            ("3.9.0", "0.41.0", Compaction::AfterShipping),
            ("3.10.0", "0.42.0", Compaction::AfterShipping),
            ("4.0.0", "1.0.0", Compaction::AfterShipping),
        ] {
            let version = |text| Version::parse(text).expect("a version");
            assert_eq!(
                Compaction::of(version(prometheus), version(thanos)),
                expected,
                "{prometheus} {thanos}"
            );
        }
    }
}

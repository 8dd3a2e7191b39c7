//! The Compactor: the one component that deletes.

use super::{Component, Flag, Kind, Site};
use crate::model::thanos::{Resolution, Spoken, ThanosSpec, Version};

/// The block viewer can be told to mark nothing from here on (thanos-io/thanos #6646).
const LOCKS_ITS_VIEWER: Version = Version(0, 32, 0);

pub(super) fn compactor(spec: &ThanosSpec, site: &Site) -> Component {
    let mut flags = vec![
        Flag::switch("wait"),
        Flag::new("http-address", site.compactor.http_address()),
        Flag::new("data-dir", site.compactor_data),
        Flag::new("objstore.config-file", site.file("objstore.yml")),
    ];
    for (name, resolution) in [
        ("retention.resolution-raw", Resolution::Raw),
        ("retention.resolution-5m", Resolution::FiveMinutes),
        ("retention.resolution-1h", Resolution::OneHour),
    ] {
        flags.push(Flag::new(name, spec.retention.of(resolution).to_string()));
    }
    flags.push(Flag::new("delete-delay", Spoken(spec.delete_delay).to_string()));
    flags.extend(merging(spec));
    if spec.thanos_version >= LOCKS_ITS_VIEWER {
        flags.push(Flag::switch("disable-admin-operations"));
    }
    Component { kind: Kind::Compactor, listen: site.compactor.clone(), flags }
}

/// With these labels set, overlapping blocks of replicas are merged for good (vertical compaction, which Thanos calls experimental).
/// Two Prometheis scrape at different moments: only `penalty` chooses between their samples, the other way keeps both.
fn merging(spec: &ThanosSpec) -> Vec<Flag> {
    if !spec.merge_replicas || spec.replica_labels.is_empty() {
        return Vec::new();
    }
    let labels = spec.replica_labels.iter().map(|label| Flag::new("deduplication.replica-label", label));
    std::iter::once(Flag::new("deduplication.func", "penalty")).chain(labels).collect()
}

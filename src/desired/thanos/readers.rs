//! Store and Querier: they read, and answer.

use super::{Component, Flag, Kind, Site};
use crate::model::thanos::{Spoken, ThanosSpec, Version};

/// `--endpoint.sd-config-file` from here on (thanos-io/thanos #7890); `--endpoint` is deprecated since.
const ENDPOINTS_IN_A_FILE: Version = Version(0, 38, 0);
/// The block viewer of the Store can be told to mark nothing from here on (thanos-io/thanos #8284).
const LOCKS_ITS_VIEWER: Version = Version(0, 39, 0);

const MINUTE: u64 = 60;

pub(super) fn reads_endpoints_from_a_file(thanos: Version) -> bool {
    thanos >= ENDPOINTS_IN_A_FILE
}

pub(super) fn store(spec: &ThanosSpec, site: &Site) -> Component {
    let Seeing { ignores_marked_after, looks_every } = Seeing::of(spec.delete_delay);
    let mut flags = vec![
        Flag::new("http-address", site.store.http_address()),
        Flag::new("grpc-address", site.store.grpc_address()),
        Flag::new("data-dir", site.store_data),
        Flag::new("objstore.config-file", site.file("objstore.yml")),
        Flag::new("ignore-deletion-marks-delay", Spoken(ignores_marked_after).to_string()),
        Flag::new("sync-block-duration", Spoken(looks_every).to_string()),
    ];
    if spec.thanos_version >= LOCKS_ITS_VIEWER {
        flags.push(Flag::switch("disable-admin-operations"));
    }
    Component { kind: Kind::Store, listen: site.store.clone(), flags }
}

pub(super) fn querier(spec: &ThanosSpec, site: &Site) -> Component {
    let mut flags = vec![
        Flag::new("http-address", site.querier.http_address()),
        Flag::new("grpc-address", site.querier.grpc_address()),
        Flag::switch("query.auto-downsampling"),
    ];
    flags.extend(spec.replica_labels.iter().map(|label| Flag::new("query.replica-label", label)));
    if reads_endpoints_from_a_file(spec.thanos_version) {
        flags.push(Flag::new("endpoint.sd-config-file", site.file("endpoints.yml")));
    } else {
        flags.extend(site.endpoints.iter().map(|endpoint| Flag::new("endpoint", endpoint)));
    }
    Component { kind: Kind::Querier, listen: site.querier.clone(), flags }
}

/// When the Store stops reading a marked block, in seconds: after its merged successor is surely seen, and before it is deleted.
#[derive(Debug, PartialEq, Eq)]
struct Seeing {
    ignores_marked_after: u64,
    looks_every: u64,
}

impl Seeing {
    /// Half the delay, as Thanos advises; a look at the bucket at least twice in that time.
    fn of(delete_delay: u64) -> Self {
        let half = delete_delay / 2;
        Self { ignores_marked_after: half, looks_every: (half / 2).clamp(MINUTE, 15 * MINUTE) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_drops_a_marked_block_between_its_next_look_and_the_deletion() {
        for (delete_delay, ignores_marked_after, looks_every) in [
            (48 * 60 * MINUTE, 24 * 60 * MINUTE, 15 * MINUTE),
            (60 * MINUTE, 30 * MINUTE, 15 * MINUTE),
            (20 * MINUTE, 10 * MINUTE, 5 * MINUTE),
            (MINUTE, 30, MINUTE),
            (0, 0, MINUTE),
        ] {
            assert_eq!(
                Seeing::of(delete_delay),
                Seeing { ignores_marked_after, looks_every },
                "{delete_delay}"
            );
        }
    }
}

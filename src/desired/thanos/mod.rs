//! What each component beside the bucket is to be started with, from the one section `thanos:`.
//!
//! Called by `render`. Where a component listens and finds its files differs by target ([`Site`]); what it does never does.

mod compactor;
mod component;
mod labels;
mod objstore;
mod prometheus;
mod readers;
mod site;

pub use component::{Component, Flag, Kind};
pub use labels::ExternalLabel;
pub use objstore::Objstore;
pub use prometheus::{Compaction, SHIPPER_FILE};
pub use site::{Listen, Site};

use crate::model::thanos::{Compactor, Target, ThanosSpec};

/// Everything that runs beside one bucket, for one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// In the order of the data's way: Prometheus, Sidecar, Store, Querier, Compactor.
    pub components: Vec<Component>,
    pub objstore: Objstore,
    /// gRPC addresses that the Querier asks, for the file that lists them; empty where flags list them.
    pub endpoints: Vec<String>,
    pub external_labels: Vec<ExternalLabel>,
}

impl Deployment {
    pub fn of(spec: &ThanosSpec, target: Target) -> Self {
        let site = Site::of(spec, target);
        let in_a_file = readers::reads_endpoints_from_a_file(spec.thanos_version);
        let compactor = match spec.compactor {
            Compactor::Thanos => Some(compactor::compactor(spec, &site)),
            Compactor::None => None,
        };
        let components = [
            prometheus::prometheus(spec, &site),
            prometheus::sidecar(&site),
            readers::store(spec, &site),
            readers::querier(spec, &site),
        ];
        Self {
            components: components.into_iter().chain(compactor).collect(),
            objstore: Objstore::of(spec),
            endpoints: if in_a_file { site.endpoints } else { Vec::new() },
            external_labels: labels::external(spec),
        }
    }

    pub fn component(&self, kind: Kind) -> Option<&Component> {
        self.components.iter().find(|component| component.kind == kind)
    }
}

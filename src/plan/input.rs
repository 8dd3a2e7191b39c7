//! Everything that the planner may know.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::thanos::WantedThanos;
use crate::model::infra::{Found, WantedObject};
use crate::model::thanos;
use crate::model::{
    Address, AddressPattern, Bytes, Caller, Catalogue, Cluster, Guards, Index, IndexName, IndexUuid, Live,
    Policy, Prices, Repository, RepositorySpec, RunningSnapshot, SnapshotInfo, SnapshotUuid, State, Verdict,
};

/// Input of the planner. A struct of facts; building it is the edges' business.
#[derive(Debug, Clone)]
pub struct PlanInput {
    pub now: Timestamp,
    pub wanted: Wanted,
    pub observed: Observed,
    /// `Absent` before `es2s3 bootstrap`.
    pub state: Live<State>,
    pub overrides: Overrides,
    pub selection: Selection,
}

/// What the configuration asks for.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub account: String,
    pub region: String,
    pub repository: RepositorySpec,
    /// Whether the AWS side is es2s3's.
    pub infrastructure: bool,
    /// The AWS side; empty when it is left to others.
    pub objects: Vec<WantedObject>,
    /// The value of the tag on everything that is es2s3's: `<state bucket>/<state name>`.
    pub owner: String,
    pub policies: Vec<Policy>,
    /// None: metrics are not es2s3's.
    pub thanos: Option<WantedThanos>,
    pub guards: Guards,
    pub prices: Prices,
    /// SHA-256 of the resolved configuration, lower-case hexadecimal.
    pub config_hash: String,
    /// How the configuration is named in the plan's header: `app-config.yml`.
    pub config_file: String,
}

/// The live world as far as it could be read.
#[derive(Debug, Clone)]
pub struct Observed {
    /// `Absent` when no object of AWS is wanted: then nobody asked.
    pub caller: Live<Caller>,
    pub cluster: Live<Cluster>,
    pub repository: Live<Repository>,
    /// Every wanted object of the AWS side, and every one that the state says es2s3 made.
    pub objects: BTreeMap<Address, Live<Found>>,
    pub indices: Live<Vec<Index>>,
    /// `Absent` when nothing was ever written there.
    pub catalogue: Live<Catalogue>,
    pub running: Live<Vec<RunningSnapshot>>,
    /// Root files of the snapshots that [`crate::plan::shortlist`] asked for.
    pub snapshots: BTreeMap<SnapshotUuid, Live<SnapshotInfo>>,
    /// Verdicts on the indices that [`crate::plan::shortlist`] asked for.
    pub proofs: BTreeMap<IndexUuid, Live<Verdict>>,
    /// From the manifest: what es2s3 deleted under each name, as UUID and creation date. It tells a restored index.
    pub deleted: BTreeMap<IndexName, Vec<(IndexUuid, Option<Timestamp>)>>,
    /// The bucket of blocks, and who works with it. None: nobody asked.
    pub thanos: Option<thanos::Observed>,
    /// Of the files that start Thanos's components, those that differ; `Absent` when none are declared.
    pub rendered: Live<Vec<thanos::FileDrift>>,
    /// Requests sent so far, for the header.
    pub requests: u64,
    /// Of these, those to the domain.
    pub domain_requests: u64,
}

/// Guard overrides: each names an amount, none is a bare force.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Overrides {
    pub delete_count: Option<u64>,
    pub delete_bytes: Option<Bytes>,
    /// Percent, 1 to 100.
    pub delete_share: Option<u8>,
    pub expire_count: Option<u64>,
    /// Percent, 1 to 100.
    pub expire_share: Option<u8>,
    /// Percent, 1 to 100.
    pub mark_share: Option<u8>,
}

/// `--only` and `--exclude`. Empty `only` selects everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    pub only: Vec<AddressPattern>,
    pub exclude: Vec<AddressPattern>,
}

//! The words of the field as types: names, units, what is wanted, what is observed, what is decided.
//!
//! Pure data: no clock, no I/O, no dependency on any other module of es2s3.

mod address;
mod caller;
mod cluster;
mod count;
mod index;
pub mod infra;
mod live;
mod names;
mod period;
mod policy;
mod price;
mod proof;
mod repository;
mod snapshot;
mod state;
pub mod thanos;
mod units;

pub use address::{Address, AddressPattern, BadAddress};
pub use caller::Caller;
pub use cluster::{Cluster, Distribution, Engine, Health, Version};
pub use count::{counted, grouped};
pub use index::{Alias, Blocks, DataStream, Index, Managed, Mount};
pub use live::{Live, Unknown};
pub use names::{
    BucketName, IndexName, IndexUuid, PolicyName, RepositoryName, RunId, SnapshotName, SnapshotUuid,
};
pub use period::{Granularity, Period};
pub use policy::{AgeFrom, Guards, ManagedIndices, Policy, ProofLevel};
pub use price::{ClassPrices, Prices};
pub use proof::{Clause, ClauseEvidence, Evidence, Missing, ShardCommit, Verdict};
pub use repository::{Place, Repository, RepositorySettings, RepositorySpec};
pub use snapshot::{
    Catalogue, CatalogueIndex, Copy, Marks, RunningSnapshot, SnapshotEntry, SnapshotInfo, SnapshotState,
};
pub use state::{Hold, HoldReason, LastRun, Lineage, Owned, State};
pub use units::{Bytes, Days};

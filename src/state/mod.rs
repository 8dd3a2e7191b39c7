//! What es2s3 remembers, in S3, by conditional writes: the lease, the state, the journal of each run, the manifest.
//!
//! Called by `apply` (under a lease) and by `cli` (reading). `docs/state-format.md` describes every object.

pub mod bootstrap;
mod clock;
mod error;
pub mod exchange;
pub mod holds;
mod journal;
mod lock;
mod manifest;
mod renewal;
mod run_id;
mod store;
pub mod upgrade;

pub use clock::Clock;
pub use error::StateError;
pub use journal::{Deed, Entry, Journal, OpenRun, RunEnd, RunRecord, Settled, Step};
pub use lock::{Claim, Lease, LockFile};
pub use manifest::{Manifest, ManifestLine};
pub use run_id::{new_run_id, random_name};
pub use store::{Loaded, Store, new_lineage};

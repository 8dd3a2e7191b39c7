//! The proof: whether a copy in S3 is whole, is of this very index, and is of this very moment.
//!
//! Called by `cli` for a plan and for `prove` ([`Verifier::verify`], no permit) and by `apply` in the moment before a
//! delete ([`Verifier::permit`]). It reads S3 and the engine and writes nothing; it deletes nothing itself. The clauses
//! are pure functions, one file each; `docs/proof.md` says what each asks and what it cannot see.

mod candidates;
mod clause_bytes;
mod clause_commit;
mod clause_identity;
mod clause_now;
mod clause_snapshot;
mod expire_permit;
mod permit;
mod reading;
mod refusal;
mod removal_permit;
mod subject;
mod verifier;
mod whole_snapshot;

#[cfg(test)]
mod damages;

pub use expire_permit::{ExpirePermit, ExpireRefusal, Expiring, expire_permit};
pub use permit::DeletePermit;
pub use reading::live_shards;
pub use refusal::Refusal;
pub use removal_permit::{Bucket, RemovalPermit, RemovalRefusal, condemned, ghost, legacy_copies};
pub use subject::{LiveIndex, LiveShard, LiveShards, SnapshotId, Subject};
pub use verifier::Verifier;
pub use whole_snapshot::{CopyInSnapshot, CopyProof, SnapshotProof};

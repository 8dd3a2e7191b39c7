//! Reading the live world. Holds readers only; each part comes back as `Absent`, `Present` or `Unknown`.

pub mod catalogue;
pub mod engine;
pub mod infra;
pub mod security;
pub mod snapshots;
pub mod thanos;

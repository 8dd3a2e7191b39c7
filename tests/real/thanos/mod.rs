//! Real Thanos, on SeaweedFS but for one test: its blocks, and what its own tools say of the same bucket.

mod agreement;
mod bucket;
mod cleanup;
mod components;
mod damaged;
mod rendered;
mod run;

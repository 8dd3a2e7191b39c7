//! Real Thanos on SeaweedFS: its blocks, and what its own tools say of the same bucket.

mod agreement;
mod bucket;
mod components;
mod damaged;
mod rendered;
mod run;

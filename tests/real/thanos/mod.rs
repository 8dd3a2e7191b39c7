//! Real Thanos on SeaweedFS: its blocks, and what its own tools say of the same bucket.

mod agreement;
mod bucket;
mod damaged;
mod run;

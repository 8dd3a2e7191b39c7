//! A world on loopback, in memory: S3 over a store of objects, with a clock and faults that a test sets.

pub mod clock;
pub mod engine;
pub mod faults;
pub mod glob;
pub mod s3;
pub mod snapshot;
pub mod store;

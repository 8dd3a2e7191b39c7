//! A world on loopback, in memory: a search engine, S3 and the rest of AWS over HTTP, with a clock and faults that a test sets.
//!
//! A test makes a [`World`] in a few lines, starts a [`Sandbox`] with it and points the program at its two URLs.

pub mod aws;
pub mod clock;
pub mod engine;
pub mod faults;
pub mod glob;
pub mod rest;
pub mod s3;
mod served;
pub mod snapshot;
pub mod store;
pub mod world;

pub use served::{ACCESS_KEY, SECRET_KEY, Sandbox};
pub use world::{BUCKET, World};

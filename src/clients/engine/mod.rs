//! A thin client of the search engine's REST API: the twenty calls that es2s3 makes, and no more.
//!
//! Requests are values built without I/O (`calls`), replies are parsed as streams (`replies`), refusals are told apart by what they
//! mean (`refusal`, `error`, `hints`); only `transport` touches the network. `Reader` and `Writer` are different types: `observe` and
//! `proof` hold only the first, and `apply` alone makes the second. Speaks to Elasticsearch 6.8 to 9 and OpenSearch 1 to 3.

mod auth;
pub mod calls;
mod error;
mod hints;
mod reader;
mod refusal;
pub mod replies;
pub mod request;
mod transport;
mod writer;

pub use auth::{Credentials, Fetch, Password, Secret, signed};
pub use calls::restores::Rename;
pub use error::EngineError;
pub use reader::{IndexFacts, Reader, Restored};
pub use replies::cat::CatIndex;
pub use replies::cluster::{ClusterHealth, Root};
pub use replies::index_settings::IndexSettings;
pub use replies::managers::DataStreams;
pub use replies::shards::ShardStats;
pub use replies::snapshots::SnapshotProgress;
pub use request::{Method, Request, chunk_names};
pub use transport::{Gate, Transport};
pub use writer::Writer;

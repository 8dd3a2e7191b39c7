//! A thin client of the search engine's REST API: the thirty calls that es2s3 makes, and no more.
//!
//! Requests are values built without I/O (`request`), replies are parsed as streams (`replies`), errors are told apart by what
//! they mean (`error`). `Reader` and `Writer` are different types: `observe` and `proof` hold only the first. Speaks to
//! Elasticsearch 6.8 to 9 and OpenSearch 1 to 3.

mod auth;
mod error;
mod reader;
mod replies;
mod request;
mod transport;
mod writer;

pub use auth::{Credentials, Secret};
pub use error::EngineError;
pub use reader::Reader;
pub use replies::{
    CatIndex, DataStreams, IndexFacts, IndexSettings, Restored, Root, ShardStats, SnapshotProgress,
};
pub use request::{Method, Request, chunk_names};
pub use transport::Transport;
pub use writer::{Rename, Writer};

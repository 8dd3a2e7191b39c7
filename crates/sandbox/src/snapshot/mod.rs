//! The bytes of a snapshot repository, as each engine writes them: Elasticsearch 7.10 and OpenSearch 3.6 as
//! recorded from real servers, other versions as their documentation and issues tell.
//!
//! Called by the world when a snapshot ends or goes. Everything here makes bytes from plain data; nothing here knows the
//! store, the clock or HTTP. It shares no code with es2s3's reader on purpose: a misreading would otherwise be invisible.

pub mod catalogue;
pub mod codec;
pub mod document;
pub mod lucene;
pub mod paths;
pub mod root;
pub mod segments;
pub mod shard;
#[cfg(test)]
mod tests;

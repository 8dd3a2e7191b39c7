//! The format of a snapshot repository: bytes of S3 objects to types.
//!
//! Called by `observe` (catalogue, root files) and by `proof` (shard files, index metadata, commits). Pure: it reads
//! what it is given, opens nothing and never panics, whatever the bytes are. `docs/repository-format.md` is its page.

mod binary;
mod catalogue;
mod catalogue_json;
mod codec;
mod document;
mod error;
mod index_metadata;
mod latest;
mod layout;
mod segments;
mod shard_file;
mod shard_path;
mod snapshot_file;

pub use catalogue::{CATALOGUE_LIMIT, read_catalogue};
pub use codec::unframe;
pub use error::FormatError;
pub use index_metadata::{IndexMetadata, parse_index_metadata};
pub use latest::parse_latest;
pub use layout::Layout;
pub use segments::{Commit, parse_segments};
pub use shard_file::{Blob, ShardFile, ShardSnapshot, parse_shard_snapshot};
pub use shard_path::{PathType, shard_hash};
pub use snapshot_file::parse_snapshot;

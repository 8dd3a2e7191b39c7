//! Thanos's layout of a bucket as data: names, metadata and marks of blocks, and how long their samples are kept.
//!
//! To be read by `observe` and judged by `plan`. Nothing here looks at a bucket, and nothing yet calls it but `plan::thanos`: the
//! listing, the audit and the command come next.

mod block_id;
mod mark;
mod meta;
mod retention;

pub use block_id::{BlockId, NotABlock};
pub use mark::{BadMark, Mark, MarkKind};
pub use meta::{BadMeta, BlockFile, BlockMeta, Downsample, ThanosMeta};
pub use retention::{Kept, Resolution, Retention};

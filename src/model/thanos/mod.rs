//! Thanos's layout of a bucket as data: names, metadata and marks of blocks, what a bucket is wanted to be, and how long samples are kept.
//!
//! Read by `observe`, judged by `plan`. Nothing here looks at a bucket.

mod block_id;
mod duration;
mod floors;
mod inventory;
mod mark;
mod meta;
mod part;
mod rendered;
mod retention;
mod running;
mod spec;

pub use block_id::{BlockId, NotABlock};
pub use duration::{Spoken, parse_seconds};
pub use floors::{Floor, broken};
pub use inventory::{
    Block, Bucket, Expiry, Inventory, LIFECYCLE_RULE, LifecycleFacts, MarkFault, MarkSeen, MetaSeen,
    OF_MIMIR, Object, OldVersions, Pile, SETTLED_SECONDS, StorageClass, Transition, UploadLeft,
};
pub use mark::{BadMark, Mark, MarkKind};
pub use meta::{BadMeta, BlockFile, BlockMeta, Labels};
pub use part::{Named, Part};
pub use rendered::{Change, FileDrift, RenderedTo, Target};
pub use retention::{Kept, Resolution, Retention};
pub use running::{Component, Facts, Observed, Running, StoreSeen};
pub use spec::{Compactor, Components, ThanosSpec, Version};

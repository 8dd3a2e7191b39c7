//! S3, as far as es2s3 needs it: one bucket a client, readers and writers apart, denied never mistaken for absent.
//!
//! Called by `observe` and `proof` (which can only hold a [`Reader`]) and by `state`. It decides nothing: every write says its
//! condition and the store judges it. Works with stores that answer a little differently from AWS: SeaweedFS says 412 where
//! AWS says 404 to `If-Match` on a missing key, and lists folder by folder instead of by bytes.

mod attempts;
mod error;
mod listing;
mod page;
mod page_xml;
mod reader;
mod settings;
mod writer;

pub use error::S3Error;
pub use listing::{Level, Upload};
pub use page::Page;
pub use reader::{Blob, Listed, Reader};
pub(crate) use settings::prefix_of_rule;
pub use writer::{Condition, Deleted, Put, Writer};

//! S3, as far as es2s3 needs it: one bucket a client, readers and writers apart, denied never mistaken for absent.

mod error;
mod reader;
mod writer;

pub use error::S3Error;
pub use reader::{Blob, Listed, Reader};
pub use writer::{Condition, Deleted, Put, Writer};

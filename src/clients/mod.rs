//! The two things that es2s3 talks to: the search engine and S3. I/O without policy.
//!
//! Each has a reader and a writer as different types; `observe` and `plan` can only ever hold readers.

pub mod aws;
mod cause;
pub mod engine;
pub mod retry;
pub mod s3;
pub mod thanos;

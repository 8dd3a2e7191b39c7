//! `es2s3 thanos`: what is about the bucket of blocks alone.

pub(in crate::cli) mod audit;
pub(in crate::cli) mod render;

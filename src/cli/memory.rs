//! Where es2s3 keeps what it can do without: what is known of a bucket's metadata.
//!
//! `$ES2S3_CACHE` if set (empty: nowhere), else `$XDG_CACHE_HOME/es2s3`, else `~/.cache/es2s3`. In the function only `/tmp` can be
//! written.

use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use crate::model::thanos::ThanosSpec;

/// The file for one bucket and prefix; `None` where there is no place for it.
pub fn of(spec: &ThanosSpec) -> Option<PathBuf> {
    let name = format!("{}\n{}\n{}", spec.endpoint.as_deref().unwrap_or_default(), spec.bucket, spec.prefix);
    let digest = Sha256::digest(name.as_bytes());
    let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Some(folder()?.join(format!("blocks-{hex}")))
}

fn folder() -> Option<PathBuf> {
    if let Some(own) = std::env::var_os("ES2S3_CACHE") {
        return (!own.is_empty()).then(|| own.into());
    }
    if super::function::is_here() {
        return Some("/tmp/es2s3".into());
    }
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))?;
    Some(cache.join("es2s3"))
}

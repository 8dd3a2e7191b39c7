//! Where a scenario plays: endpoints and keys of one search engine and one S3.

use serde::Deserialize;

/// One engine with the S3 that its snapshots go to.
#[derive(Debug, Clone, Deserialize)]
pub struct Stage {
    /// `sandbox`, `opensearch`, `elasticsearch`.
    #[serde(rename = "kind")]
    pub name: String,
    #[serde(rename = "endpoint")]
    pub domain: String,
    #[serde(rename = "s3_endpoint")]
    pub s3: String,
    pub region: String,
    pub access_key: String,
    pub secret_key: String,
    /// The first takes the snapshots.
    pub buckets: Vec<String>,
}

/// `stack.json`, as `cargo xtask stack up` writes it; only what the tests need of it.
#[derive(Debug, Deserialize)]
struct Stack {
    engines: Vec<Stage>,
}

/// Every engine of the running stack. A test that needs it fails where there is none: it is never skipped.
pub fn real_stages() -> Vec<Stage> {
    let path = std::env::var("ES2S3_STACK").expect("ES2S3_STACK names stack.json: run `cargo xtask test`");
    let text = std::fs::read_to_string(&path).expect("stack.json is readable");
    let stack: Stack = serde_json::from_str(&text).expect("stack.json is understood");
    assert!(stack.engines.len() >= 2, "both engines run");
    stack.engines
}

//! What is asked for and what was seen, as values: for tests of the plan alone, without a server.

use es2s3::config::parse;
use es2s3::model::Live;
use es2s3::model::thanos::{Block, Bucket, Inventory, Pile};
use es2s3::plan::thanos::WantedThanos;

pub const HOUR: i64 = 3_600;
pub const DAY: i64 = 24 * HOUR;
/// 2026-11-23, in seconds: four days into one of the Compactor's windows of fourteen.
pub const NOW: i64 = 1_795_392_000;

/// The section `thanos:` with these keys, beside a bucket of the name `metrics`.
pub fn wanted(thanos: &str) -> WantedThanos {
    let text = format!(
        "account: \"630216610805\"\nvpc_id: vpc-0a1b2c3d4e5f67890\nsecurity_group_id: sg-0a1b2c3d4e5f67890\nbucket-name: snaps\n\
         es_repo_name: logs\nES_ENDPOINT: http://127.0.0.1:9200\nES_INDEX_PREFIX: app-\nsnapshot_retention: 365\nindex_retention: 30\n\
         thanos: {{ bucket: metrics, {thanos} }}\n"
    );
    let parsed = parse("app-config.yml", text.as_bytes()).expect("a sound configuration");
    WantedThanos { spec: parsed.config.thanos.expect("the section"), lifecycle: true }
}

/// These blocks, in the order of their names, and nothing else.
pub fn inventory(mut blocks: Vec<Block>) -> Inventory {
    blocks.sort_by_key(|block| block.id);
    Inventory {
        blocks,
        misspelt: Default::default(),
        foreign: Vec::new(),
        debug_metas: Pile::default(),
        uploads: Live::Absent,
        bucket: Bucket { lifecycle: Live::Absent, versioning: Live::Absent, old: Live::Absent },
        fetched: 0,
        remembered: 0,
        requests: 0,
    }
}

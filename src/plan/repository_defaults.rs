//! What a repository setting is when it is not set, engine by engine.
//!
//! Called by `repository_diff`. Only settings whose default is sure are listed; any other counts as different from a value.

use crate::model::{Distribution, Engine, Version};

/// OpenSearch 2.17 brought `shard_path_type`; before it, keys were never hashed.
const SHARD_PATH_TYPE_SINCE: Version = Version::new(2, 17, 0);
/// From 3.2 on new indices go outside of `base_path` unless told otherwise (OpenSearch #18163).
const HASHED_SINCE: Version = Version::new(3, 2, 0);

/// Whether the engine knows `shard_path_type`.
pub(super) fn knows_shard_path_type(engine: Engine) -> bool {
    engine.distribution == Distribution::OpenSearch && engine.version >= SHARD_PATH_TYPE_SINCE
}

/// The value that an absent setting has; `None` when it is not known for sure.
pub(super) fn default(key: &str, engine: Engine) -> Option<&'static str> {
    let open_search = engine.distribution == Distribution::OpenSearch;
    Some(match key {
        "base_path" => "",
        "client" => "default",
        "canned_acl" => "private",
        "storage_class" => "standard",
        "readonly" | "path_style_access" => "false",
        "server_side_encryption" if !open_search => "false",
        "compress" => {
            if open_search {
                "false"
            } else {
                "true"
            }
        }
        "max_snapshot_bytes_per_sec" => "40mb",
        "shard_path_type" if engine.version < HASHED_SINCE => "FIXED",
        // 3.2 to some version after 3.6 hash, later ones do not (OpenSearch #20940): never relied on.
        _ => return None,
    })
}

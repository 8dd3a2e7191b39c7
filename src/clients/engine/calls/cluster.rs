//! The domain as a whole.

use crate::clients::engine::Request;

/// Engine, version, names.
pub fn root() -> Request {
    Request::get("/")
}

/// The version that each node really has, whatever the root says.
pub fn node_versions() -> Request {
    Request::get("/_nodes").query("filter_path=nodes.*.version")
}

pub fn health() -> Request {
    Request::get("/_cluster/health").query("filter_path=status,relocating_shards")
}

/// Shards on the move, by index. Asked only while `health` counts some. Not `_recovery` and not `_cluster/state`: AWS closes both.
pub fn relocating() -> Request {
    Request::get("/_cluster/health").query("level=indices&filter_path=indices.*.relocating_shards")
}

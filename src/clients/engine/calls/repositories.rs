//! The snapshot repository.

use serde_json::json;

use crate::clients::engine::Request;
use crate::clients::engine::request::encoded;
use crate::model::{RepositoryName, RepositorySettings};

pub fn get(name: &RepositoryName) -> Request {
    Request::get(path(name))
}

/// Registers with exactly these settings: one that is left out returns to its default.
pub fn put(name: &RepositoryName, settings: &RepositorySettings) -> Request {
    Request::put(path(name)).body(json!({"type": "s3", "settings": settings})).repeatable()
}

/// Has every node write to it and read it back.
pub fn verify(name: &RepositoryName) -> Request {
    Request::post(format!("{}/_verify", path(name))).repeatable()
}

pub(super) fn path(name: &RepositoryName) -> String {
    format!("/_snapshot/{}", encoded(name.as_str()))
}

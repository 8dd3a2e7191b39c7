//! Reads an answer of 400 or more, or a redirect: status and body in, an [`EngineError`] out. Pure.
//!
//! Engines say why as `{"error":{"type":…,"reason":…,"caused_by":…}}`, for unknown routes as `{"error":"…"}`; AWS in front of
//! them says `{"message":"…"}` or `{"Message":"…"}`; load balancers say it in HTML.

use serde_json::Value;

use super::EngineError;

/// Of a role or a mapping that is not there.
const NOT_FOUND: &str = "NOT_FOUND";
/// Longer texts are cut: they end up in a line of a plan.
const LONGEST_TEXT: usize = 400;

impl EngineError {
    /// What the answer means. `request` is how the request is named in messages.
    pub fn from_reply(request: &str, status: u16, body: &str) -> Self {
        let told = Told::read(body);
        let request = request.to_owned();
        match by_kind(&request, status, &told) {
            Some(error) => error,
            None => by_status(request, status, told),
        }
    }
}

/// What the body says, whatever its shape.
struct Told {
    /// The outermost exception: `index_not_found_exception`; empty when the body names none.
    kind: String,
    /// The outermost reason, and the innermost one behind it.
    why: String,
}

impl Told {
    fn read(body: &str) -> Self {
        let Ok(reply) = serde_json::from_str::<Value>(body) else {
            return Told { kind: String::new(), why: cut(body.trim()) };
        };
        let error = &reply["error"];
        if let Some(kind) = error["type"].as_str() {
            return Told { kind: kind.to_owned(), why: cut(&chain(error)) };
        }
        // The security plug-in's own shape.
        if let (Some(NOT_FOUND), Some(text)) = (reply["status"].as_str(), reply["message"].as_str()) {
            return Told { kind: NOT_FOUND.to_owned(), why: cut(text) };
        }
        let text = error.as_str().or(reply["message"].as_str()).or(reply["Message"].as_str());
        Told { kind: String::new(), why: cut(text.unwrap_or(body)) }
    }

    fn says(&self, words: &str) -> bool {
        self.why.contains(words)
    }
}

/// The reason, then the innermost cause with its type: there stands what S3 or AWS said.
fn chain(error: &Value) -> String {
    let outer = error["reason"].as_str().unwrap_or_default();
    let mut inner = error;
    while inner["caused_by"].is_object() {
        inner = &inner["caused_by"];
    }
    match (inner["type"].as_str(), inner["reason"].as_str()) {
        (Some(kind), Some(reason)) if reason != outer => format!("{outer}: {kind}: {reason}"),
        _ => outer.to_owned(),
    }
}

/// AWS answers a wrong signature with the whole canonical request, session token and all: that part is left out.
fn cut(text: &str) -> String {
    let text = text.split("The Canonical String for this request").next().unwrap_or_default().trim_end();
    text.chars().take(LONGEST_TEXT).collect()
}

fn by_kind(request: &str, status: u16, told: &Told) -> Option<EngineError> {
    let request = || request.to_owned();
    let why = || told.why.clone();
    Some(match told.kind.as_str() {
        "index_not_found_exception" => EngineError::IndexMissing { request: request(), why: why() },
        NOT_FOUND if status == 404 => EngineError::SecurityMissing { request: request(), why: why() },
        "repository_missing_exception" => EngineError::RepositoryMissing { request: request(), why: why() },
        "snapshot_missing_exception" => {
            EngineError::SnapshotMissing { request: request(), status, why: why() }
        }
        "snapshot_restore_exception" => return restore_refused(request(), status, told),
        "snapshot_in_progress_exception" => EngineError::SnapshotInProgress { request: request() },
        "snapshot_name_already_in_use_exception" => EngineError::SnapshotNameTaken { request: request() },
        "invalid_snapshot_name_exception" if told.says("already") => {
            EngineError::SnapshotNameTaken { request: request() }
        }
        "concurrent_snapshot_execution_exception" => {
            EngineError::ConcurrentOperation { request: request(), why: why() }
        }
        "snapshot_in_use_deletion_exception" => EngineError::SnapshotInUse { request: request() },
        "repository_verification_exception" => {
            EngineError::RepositoryNotVerified { request: request(), status, why: why() }
        }
        "repository_exception" if was_moved(told) => {
            EngineError::RepositoryMoved { request: request(), status }
        }
        "repository_exception" if status >= 500 && root_is_unreadable(told) => {
            EngineError::RepositoryUnreadable { request: request(), status, why: why() }
        }
        "repository_conflict_exception" => EngineError::RepositoryInUse { request: request() },
        "illegal_state_exception" if told.says("repository that is currently used") => {
            EngineError::RepositoryInUse { request: request() }
        }
        "too_long_frame_exception" | "too_long_http_line_exception" => {
            EngineError::LineTooLong { request: request() }
        }
        // 503 is the whole cluster without a master; the rest are blocks on an index.
        "cluster_block_exception" if status != 503 => EngineError::Blocked { request: request(), why: why() },
        "es_rejected_execution_exception" | "rejected_execution_exception" => {
            EngineError::Throttled { request: request(), status }
        }
        _ => return None,
    })
}

fn restore_refused(request: String, status: u16, told: &Told) -> Option<EngineError> {
    if told.says("snapshot does not exist") {
        return Some(EngineError::SnapshotMissing { request, status, why: told.why.clone() });
    }
    told.says("same name already exists")
        .then(|| EngineError::RestoreConflict { request, why: told.why.clone() })
}

/// Told at the first notice, and of a repository that was disabled by it (7.6 and later).
fn was_moved(told: &Told) -> bool {
    told.says("concurrent modification of the index-N file")
        || told.says("do not match its expected state")
        || told.says("disabled to prevent data corruption")
}

fn root_is_unreadable(told: &Told) -> bool {
    told.says("Could not determine repository generation") || told.says("NoSuchBucket")
}

fn by_status(request: String, status: u16, told: Told) -> EngineError {
    let Told { kind, why } = told;
    match status {
        401 | 403 if why.contains("Your request: '") && why.contains("not allowed") => {
            EngineError::NotOffered { request }
        }
        401 => EngineError::Unauthorized { request, why },
        403 if why.to_lowercase().contains("throttled") => EngineError::Throttled { request, status },
        403 => EngineError::Forbidden { request, action: action(&why), why },
        404 => EngineError::NotFound { request, why },
        429 => EngineError::Throttled { request, status },
        400 | 405 if no_route(&kind, &why) => EngineError::NoRoute { request, why },
        500 if why.contains("Cannot start another operation") => {
            EngineError::ConcurrentOperation { request, why }
        }
        502..=504 => EngineError::Unavailable { request, status, why },
        _ => EngineError::Refused { request, status, kind, why },
    }
}

/// Builds without the plug-in take `_data_stream` for an index name, or a path for one with the wrong method.
fn no_route(kind: &str, why: &str) -> bool {
    why.contains("no handler found for uri")
        || why.contains("Incorrect HTTP method for uri")
        || (kind == "invalid_index_name_exception" && why.contains("must not start with '_'"))
}

/// `no permissions for [indices:admin/delete] and User […]` (OpenSearch), `action [indices:admin/delete] is unauthorized for
/// user` (Elasticsearch), `not authorized to perform: iam:PassRole on resource` (AWS).
fn action(why: &str) -> Option<String> {
    for before in ["no permissions for [", "action ["] {
        if let Some((named, _)) = why.split_once(before).and_then(|(_, rest)| rest.split_once(']')) {
            return Some(named.to_owned());
        }
    }
    let (who, rest) = why.split_once("not authorized to perform: ")?;
    if who.contains("User: anonymous") {
        // The request was not signed, and nobody grants anything to nobody.
        return None;
    }
    Some(rest.split_whitespace().next()?.to_owned())
}

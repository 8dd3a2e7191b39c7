//! What an engine may say no with, told apart by what it means for the caller.

use serde_json::Value;

/// A failed request. Every text names the request, so that it can stand alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    #[error("{request}: no connection: {why}")]
    Unreachable { request: String, why: String },
    #[error("{request}: no answer within {seconds} s")]
    TimedOut { request: String, seconds: u64 },
    #[error("{request} answered 401: the domain does not accept these credentials{}", .why.as_deref().map(|w| format!(" ({w})")).unwrap_or_default())]
    Unauthorized { request: String, why: Option<String> },
    /// `action` is the permission that is missing, as far as the text tells it.
    #[error("{request} answered 403: {why}")]
    Forbidden { request: String, action: Option<String>, why: String },
    #[error("{request} answered 404: {why}")]
    NotFound { request: String, kind: String, why: String },
    #[error("{request}: a running snapshot holds the index")]
    SnapshotInProgress { request: String },
    #[error("{request}: a snapshot of that name exists or is being written")]
    SnapshotNameTaken { request: String },
    #[error("{request}: another snapshot operation is running, and this engine does one at a time")]
    ConcurrentOperation { request: String },
    #[error("{request}: an index reads from that snapshot")]
    SnapshotInUse { request: String },
    #[error("{request} is blocked: {why}")]
    Blocked { request: String, why: String },
    /// AWS does not offer this call: `Your request: '/_recovery' is not allowed.`
    #[error("{request} is not offered by this domain")]
    NotOffered { request: String },
    #[error("{request} answered {status}: busy; try again later")]
    Busy { request: String, status: u16 },
    #[error("{request} answered {status}: {kind}: {why}")]
    Refused { request: String, status: u16, kind: String, why: String },
    #[error("{request}: the reply cannot be understood: {why}")]
    Garbled { request: String, why: String },
    #[error("{request} was not sent: {why}")]
    NotSent { request: String, why: String },
}

impl EngineError {
    pub fn is_index_missing(&self) -> bool {
        matches!(self, EngineError::NotFound { kind, .. } if kind == "index_not_found_exception")
    }

    pub fn is_not_found(&self) -> bool {
        matches!(self, EngineError::NotFound { .. })
    }

    /// A route that this engine does not have: a plug-in that is not installed, an older version.
    pub fn is_no_such_route(&self) -> bool {
        match self {
            EngineError::NotOffered { .. } | EngineError::NotFound { .. } => true,
            EngineError::Refused { status, .. } => matches!(status, 400 | 405),
            _ => false,
        }
    }

    /// Whether the engine may have done what was asked although no good answer came.
    pub fn may_have_happened(&self) -> bool {
        match self {
            EngineError::Unreachable { .. }
            | EngineError::TimedOut { .. }
            | EngineError::Busy { .. }
            | EngineError::Garbled { .. } => true,
            EngineError::Refused { status, .. } => *status >= 500,
            _ => false,
        }
    }

    /// The permission that is missing, when that is what is wrong.
    pub fn missing_action(&self) -> Option<String> {
        match self {
            EngineError::Forbidden { action, .. } => action.clone(),
            _ => None,
        }
    }

    /// Reads an answer with a status of 400 or more. `body` may be JSON in either of the two shapes, or text.
    pub fn from_reply(request: &str, status: u16, body: &str) -> Self {
        let request = request.to_owned();
        let (kind, why) = reason(body);
        match (status, kind.as_str()) {
            (401, _) if why.contains("is not allowed") => EngineError::NotOffered { request },
            (401, _) => EngineError::Unauthorized { request, why: (!why.is_empty()).then_some(why) },
            (403, _) if why.contains("throttled") => EngineError::Busy { request, status },
            (_, "cluster_block_exception") => EngineError::Blocked { request, why },
            (403, _) => EngineError::Forbidden { request, action: action(&why), why },
            (429 | 502 | 503 | 504, _) => EngineError::Busy { request, status },
            (_, "snapshot_in_progress_exception") => EngineError::SnapshotInProgress { request },
            (_, "snapshot_in_use_deletion_exception") => EngineError::SnapshotInUse { request },
            (_, "snapshot_name_already_in_use_exception") => EngineError::SnapshotNameTaken { request },
            (_, "invalid_snapshot_name_exception") if why.contains("already") => {
                EngineError::SnapshotNameTaken { request }
            }
            (_, "concurrent_snapshot_execution_exception") => EngineError::ConcurrentOperation { request },
            (404, _) => EngineError::NotFound { request, kind, why },
            _ => EngineError::Refused { request, status, kind, why },
        }
    }
}

/// `{"error":{"type":…,"reason":…}}`, `{"error":"…"}`, `{"message":"…"}` or bare text.
fn reason(body: &str) -> (String, String) {
    let Ok(reply) = serde_json::from_str::<Value>(body) else {
        return ("no_json".into(), body.trim().chars().take(300).collect());
    };
    let error = &reply["error"];
    if let Some(kind) = error["type"].as_str() {
        let why = error["reason"].as_str().unwrap_or_default();
        let cause = error["caused_by"]["reason"].as_str().filter(|cause| !why.contains(cause));
        let why = cause.map_or_else(|| why.to_owned(), |cause| format!("{why}: {cause}"));
        return (kind.to_owned(), why);
    }
    let text = error.as_str().or(reply["message"].as_str()).or(reply["Message"].as_str()).unwrap_or(body);
    ("error".into(), text.to_owned())
}

/// `no permissions for [indices:admin/delete] and User […]`, `not authorized to perform: iam:PassRole on resource`.
fn action(why: &str) -> Option<String> {
    let named = why.split_once("no permissions for [").and_then(|(_, rest)| rest.split_once(']'));
    if let Some((action, _)) = named {
        return Some(action.to_owned());
    }
    let (_, rest) = why.split_once("not authorized to perform: ")?;
    Some(rest.split_whitespace().next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: u16, body: &str) -> EngineError {
        EngineError::from_reply("DELETE /app-1", status, body)
    }

    #[test]
    fn texts_of_the_engines_are_told_apart() {
        let request = || "DELETE /app-1".to_owned();
        let body = r#"{"error":{"root_cause":[],"type":"snapshot_in_progress_exception","reason":"Cannot delete indices that are being snapshotted"},"status":400}"#;
        assert_eq!(told(400, body), EngineError::SnapshotInProgress { request: request() });
        let body = r#"{"error":{"type":"invalid_snapshot_name_exception","reason":"[r:s] Invalid snapshot name [s], snapshot with the same name already exists"},"status":400}"#;
        assert_eq!(told(400, body), EngineError::SnapshotNameTaken { request: request() });
        let body = r#"{"error":{"type":"security_exception","reason":"no permissions for [indices:admin/delete] and User [name=arn, backend_roles=[], requestedTenant=null]"},"status":403}"#;
        assert_eq!(told(403, body).missing_action().as_deref(), Some("indices:admin/delete"));
        let body = r#"{"Message":"User: arn:aws:iam::1:user/a is not authorized to perform: iam:PassRole on resource: arn"}"#;
        assert_eq!(told(403, body).missing_action().as_deref(), Some("iam:PassRole"));
        let body = r#"{"Message":"Your request: '/_recovery' is not allowed."}"#;
        assert_eq!(told(401, body), EngineError::NotOffered { request: request() });
        let body =
            r#"{"error":{"type":"index_not_found_exception","reason":"no such index [app-1]"},"status":404}"#;
        assert!(told(404, body).is_index_missing());
        let body = r#"{"error":"no handler found for uri [/_plugins/_ism] and method [GET]"}"#;
        assert!(told(400, body).is_no_such_route());
        assert_eq!(told(504, "gateway"), EngineError::Busy { request: request(), status: 504 });
        let body = r#"{"error":{"type":"cluster_block_exception","reason":"index [a] blocked by: [FORBIDDEN/5/index read-only (api)];"},"status":403}"#;
        assert!(matches!(told(403, body), EngineError::Blocked { .. }));
        let body = r#"{"error":{"type":"snapshot_in_use_deletion_exception","reason":"These remote snapshots are backing some indices"},"status":409}"#;
        assert_eq!(told(409, body), EngineError::SnapshotInUse { request: request() });
    }

    #[test]
    fn an_unclear_end_is_not_a_no() {
        assert!(
            told(500, r#"{"error":{"type":"repository_verification_exception","reason":"x"}}"#)
                .may_have_happened()
        );
        assert!(told(503, "").may_have_happened());
        assert!(!told(400, "{}").may_have_happened());
    }
}

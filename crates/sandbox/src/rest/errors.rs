//! Refusals in the engine's words: status and body, in the order of keys that each engine writes.

use serde_json::{Map, Value, json};

use crate::engine::Kind;
use crate::world::refusal::Refusal;

/// Status and body of a refusal.
pub(crate) fn reply(refusal: &Refusal, kind: Kind) -> (u16, Value) {
    if let Refusal::Security { status, word, message } = refusal {
        return (*status, json!({"status": word, "message": message}));
    }
    let (status, error) = body(refusal, kind);
    (status, error.into_reply(status))
}

/// 400 or 405 for a route that is not there: `error` is a text then, not an object.
pub(crate) fn no_route(method: &str, path: &str, allowed: &[&str]) -> (u16, Value) {
    if allowed.is_empty() {
        return (400, json!({"error": format!("no handler found for uri [{path}] and method [{method}]")}));
    }
    let allowed = allowed.join(", ");
    let text = format!("Incorrect HTTP method for uri [{path}] and method [{method}], allowed: [{allowed}]");
    (405, json!({"error": text, "status": 405}))
}

/// A request line above 4096 bytes.
pub(crate) fn too_long(kind: Kind) -> (u16, Value) {
    let name = match kind {
        Kind::OpenSearch => "too_long_http_line_exception",
        Kind::Elasticsearch => "too_long_frame_exception",
    };
    (400, Error::new(name, "An HTTP line is larger than 4096 bytes.").into_reply(400))
}

/// An error of any type, for faults.
pub(crate) fn of_type(name: &str, reason: &str, status: u16) -> Value {
    Error::new(name, reason).into_reply(status)
}

struct Error {
    fields: Map<String, Value>,
    cause: Option<Value>,
    /// Elasticsearch tells the innermost error as the root, OpenSearch the outermost of the engine's own.
    root: Option<Value>,
}

impl Error {
    fn new(name: &str, reason: impl Into<String>) -> Self {
        let mut fields = Map::new();
        fields.insert("type".into(), name.into());
        fields.insert("reason".into(), reason.into().into());
        Self { fields, cause: None, root: None }
    }

    fn with(mut self, pairs: &[(&str, Value)]) -> Self {
        self.fields.extend(pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        self
    }

    fn into_reply(self, status: u16) -> Value {
        let root = self.root.unwrap_or_else(|| Value::Object(self.fields.clone()));
        let mut error = Map::new();
        error.insert("root_cause".into(), json!([root]));
        error.extend(self.fields);
        if let Some(cause) = self.cause {
            error.insert("caused_by".into(), cause);
        }
        json!({"error": error, "status": status})
    }
}

fn body(refusal: &Refusal, kind: Kind) -> (u16, Error) {
    match refusal {
        Refusal::IndexMissing(name) => (404, index_missing(name, Some("index_or_alias"), kind)),
        Refusal::NotInSnapshot(name) => (404, index_missing(name, None, kind)),
        Refusal::NoneOf(names) => (404, none_of(names, kind)),
        Refusal::IndexExists { name, uuid } => {
            let reason = format!("index [{name}/{uuid}] already exists");
            (400, about("resource_already_exists_exception", reason, name, uuid, kind))
        }
        Refusal::IndexClosed { name, uuid } => {
            (400, about("index_closed_exception", "closed", name, uuid, kind))
        }
        Refusal::InvalidIndexName { name, why } => {
            let reason = format!("Invalid index name [{name}], {why}");
            (400, about("invalid_index_name_exception", reason, name, "_na_", kind))
        }
        Refusal::Blocked { index, block } => {
            (403, Error::new("cluster_block_exception", format!("index [{index}] blocked by: [{block}];")))
        }
        Refusal::BeingSnapshotted { verb, indices } => {
            let indices: Vec<String> =
                indices.iter().map(|(name, uuid)| format!("[{name}/{uuid}]")).collect();
            let reason = format!(
                "Cannot {verb} indices that are being snapshotted: [{}]. Try again after snapshot finishes or cancel the \
                 currently running snapshot.",
                indices.join(", ")
            );
            (400, Error::new("snapshot_in_progress_exception", reason))
        }
        Refusal::Restore(reason) => (500, Error::new("snapshot_restore_exception", reason)),
        Refusal::IllegalArgument(reason) => (400, Error::new("illegal_argument_exception", reason)),
        Refusal::Validation(reason) => {
            (400, Error::new("action_request_validation_exception", format!("Validation Failed: {reason}")))
        }
        Refusal::Parse(reason) => (400, Error::new("parse_exception", reason)),
        of_snapshots => snapshots(of_snapshots, kind),
    }
}

fn snapshots(refusal: &Refusal, kind: Kind) -> (u16, Error) {
    match refusal {
        Refusal::SnapshotMissing { repository, snapshot } => {
            (404, Error::new("snapshot_missing_exception", format!("[{repository}:{snapshot}] is missing")))
        }
        Refusal::SnapshotName { repository, snapshot, why } => {
            let reason = format!("[{repository}:{snapshot}] Invalid snapshot name [{snapshot}], {why}");
            (400, Error::new("invalid_snapshot_name_exception", reason))
        }
        Refusal::NoPrimaries { repository, snapshot, uuid, indices } => {
            let list = indices.join(", ");
            let reason =
                format!("[{repository}:{snapshot}/{uuid}] Indices don't have primary shards [{list}]");
            (500, Error::new("snapshot_exception", reason))
        }
        Refusal::SnapshotRuns { repository, snapshot, why } => {
            let reason = format!("[{repository}:{snapshot}] {why}");
            (503, Error::new("concurrent_snapshot_execution_exception", reason))
        }
        Refusal::SnapshotsMounted { repository, snapshots } => {
            let reason = format!(
                "[{repository}:[{}]] These remote snapshots are backing some indices and hence can't be deleted! No \
                 snapshots were deleted.",
                snapshots.join(", ")
            );
            (409, Error::new("snapshot_in_use_deletion_exception", reason))
        }
        of_repositories => repositories(of_repositories, kind),
    }
}

fn repositories(refusal: &Refusal, kind: Kind) -> (u16, Error) {
    match refusal {
        Refusal::RepositoryMissing(name) => {
            (404, Error::new("repository_missing_exception", format!("[{name}] missing")))
        }
        Refusal::RepositoryType { repository, kind } => {
            let reason = format!("[{repository}] repository type [{kind}] does not exist");
            (500, Error::new("repository_exception", reason))
        }
        Refusal::RepositoryWithoutBucket(name) => {
            let root = json!({
                "type": "repository_exception",
                "reason": format!("[{name}] No bucket defined for s3 repository"),
            });
            let mut error =
                Error::new("repository_exception", format!("[{name}] failed to create repository"));
            (error.root, error.cause) = (Some(root.clone()), Some(root));
            (500, error)
        }
        Refusal::RepositoryMoved { repository, known, found } => {
            let reason = format!(
                "[{repository}] concurrent modification of the index-N file, expected current generation [{known}], actual \
                 current generation [{found}]"
            );
            (500, Error::new("repository_exception", reason))
        }
        Refusal::RepositoryDisabled(name) => {
            let reason = format!(
                "[{name}] Could not read repository data because the contents of the repository do not match its expected \
                 state. This is likely the result of either concurrently modifying the contents of the repository by a \
                 process other than this cluster or an issue with the repository's underlying storage. The repository has \
                 been disabled to prevent corrupting its contents. To re-enable it and continue using it please remove the \
                 repository from the cluster and add it again to make the cluster recover the known state of the repository \
                 from its physical contents."
            );
            (500, Error::new("repository_exception", reason))
        }
        Refusal::RepositoryInUse => {
            let reason = "trying to modify or unregister repository that is currently used";
            (500, Error::new("illegal_state_exception", reason))
        }
        Refusal::NotVerified { repository, base_path, bucket } => {
            (500, not_verified(repository, base_path, bucket, kind))
        }
        Refusal::NotReadable { repository, base_path, bucket } => {
            (500, not_readable(repository, base_path, bucket, kind))
        }
        other => (500, Error::new("illegal_state_exception", format!("{other:?}"))),
    }
}

fn index_missing(name: &str, of: Option<&str>, kind: Kind) -> Error {
    let error = Error::new("index_not_found_exception", format!("no such index [{name}]"));
    let resource = |key: &str, value: &str| (key.to_owned(), Value::from(value));
    let mut pairs = Vec::new();
    match (kind, of) {
        (Kind::OpenSearch, Some(of)) => {
            pairs.extend([
                resource("index", name),
                resource("resource.id", name),
                resource("resource.type", of),
            ]);
            pairs.push(resource("index_uuid", "_na_"));
        }
        (Kind::OpenSearch, None) => pairs.extend([resource("index", name), resource("index_uuid", "_na_")]),
        (Kind::Elasticsearch, of) => {
            if let Some(of) = of {
                pairs.extend([resource("resource.type", of), resource("resource.id", name)]);
            }
            pairs.extend([resource("index_uuid", "_na_"), resource("index", name)]);
        }
    }
    let pairs: Vec<(&str, Value)> = pairs.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
    error.with(&pairs)
}

fn none_of(names: &[String], kind: Kind) -> Error {
    let id = match names {
        [only] => json!(only),
        several => json!(several),
    };
    let text = if names.len() == 1 { names[0].as_str() } else { "null" };
    let error = Error::new("index_not_found_exception", format!("no such index [{text}]"));
    let (of, id) = (("resource.type", json!("index_expression")), ("resource.id", id));
    match kind {
        Kind::OpenSearch => error.with(&[id, of]),
        Kind::Elasticsearch => error.with(&[of, id]),
    }
}

/// An error about one index, whose name and UUID the engines write in different orders.
fn about(name: &str, reason: impl Into<String>, index: &str, uuid: &str, kind: Kind) -> Error {
    let (index, uuid) = (("index", json!(index)), ("index_uuid", json!(uuid)));
    match kind {
        Kind::OpenSearch => Error::new(name, reason).with(&[index, uuid]),
        Kind::Elasticsearch => Error::new(name, reason).with(&[uuid, index]),
    }
}

fn no_such_bucket(repository: &str, bucket: &str) -> Value {
    let reason = format!("[{repository}] The specified bucket does not exist (NoSuchBucket: {bucket})");
    json!({"type": "repository_exception", "reason": reason})
}

fn not_verified(repository: &str, base_path: &str, bucket: &str, kind: Kind) -> Error {
    let name = "repository_verification_exception";
    match kind {
        Kind::OpenSearch => {
            let reason =
                format!("[{repository}] path [{base_path}] is not accessible on cluster-manager node");
            let mut error = Error::new(name, reason);
            error.cause = Some(json!({
                "type": "i_o_exception",
                "reason": format!("Unable to upload object [{base_path}/tests-sandbox/master.dat] using a single upload"),
                "caused_by": {
                    "type": "no_such_bucket_exception",
                    "reason": "The specified bucket does not exist (Service: S3, Status Code: 404)",
                },
            }));
            error
        }
        Kind::Elasticsearch => {
            let mut error =
                Error::new(name, format!("[{repository}] path  is not accessible on master node"));
            error.root = Some(no_such_bucket(repository, bucket));
            error.cause.clone_from(&error.root);
            error
        }
    }
}

fn not_readable(repository: &str, base_path: &str, bucket: &str, kind: Kind) -> Error {
    match kind {
        Kind::OpenSearch => {
            let reason = format!("[{repository}] Could not determine repository generation from root blobs");
            let mut error = Error::new("repository_exception", reason);
            error.cause = Some(json!({
                "type": "i_o_exception",
                "reason": format!("Exception when listing blobs by prefix [{base_path}/index-]"),
                "caused_by": {
                    "type": "no_such_bucket_exception",
                    "reason": "The specified bucket does not exist (Service: S3, Status Code: 404)",
                },
            }));
            error
        }
        Kind::Elasticsearch => {
            let reason =
                format!("[{repository}] The specified bucket does not exist (NoSuchBucket: {bucket})");
            Error::new("repository_exception", reason)
        }
    }
}

//! What engines and AWS say no with, word for word, and what es2s3 makes of it.

use es2s3::clients::engine::EngineError;

fn told(status: u16, body: &str) -> EngineError {
    EngineError::from_reply("GET /x", status, body)
}

fn engine(kind: &str, reason: &str) -> String {
    serde_json::json!({"error": {"root_cause": [], "type": kind, "reason": reason}}).to_string()
}

fn variant(error: &EngineError) -> String {
    format!("{error:?}").split([' ', '{']).next().unwrap().to_owned()
}

/// Status, type, reason as recorded from Elasticsearch 7.10.2 and OpenSearch 3.6.0, and the variant that it becomes.
const ENGINES: &[(u16, &str, &str, &str)] = &[
    (404, "index_not_found_exception", "no such index [nothing-here]", "IndexMissing"),
    (404, "repository_missing_exception", "[facts-none] missing", "RepositoryMissing"),
    (404, "snapshot_missing_exception", "[facts:facts-none] is missing", "SnapshotMissing"),
    (500, "snapshot_restore_exception", "[facts:none] snapshot does not exist", "SnapshotMissing"),
    (
        500,
        "snapshot_restore_exception",
        "[facts:facts-a/H1Wk] cannot restore index [facts-1] because an open index with same name already exists in the cluster. Either close or delete the existing index",
        "RestoreConflict",
    ),
    (
        400,
        "snapshot_in_progress_exception",
        "Cannot delete indices that are being snapshotted: [[facts/gA2aO]]. Try again after snapshot finishes or cancel the currently running snapshot.",
        "SnapshotInProgress",
    ),
    (
        400,
        "invalid_snapshot_name_exception",
        "[facts:facts-a] Invalid snapshot name [facts-a], snapshot with the same name already exists",
        "SnapshotNameTaken",
    ),
    (
        400,
        "invalid_snapshot_name_exception",
        "[facts-slow:slow-1] Invalid snapshot name [slow-1], snapshot with the same name is already in-progress",
        "SnapshotNameTaken",
    ),
    (
        400,
        "snapshot_name_already_in_use_exception",
        "snapshot with the same name already exists",
        "SnapshotNameTaken",
    ),
    (
        400,
        "invalid_snapshot_name_exception",
        "[facts:Facts-A] Invalid snapshot name [Facts-A], must be lowercase",
        "Refused",
    ),
    (
        503,
        "concurrent_snapshot_execution_exception",
        "[r:s] a snapshot is already running",
        "ConcurrentOperation",
    ),
    (
        500,
        "illegal_state_exception",
        "Cannot start another operation, already running [1000] operations and the current limit for concurrent snapshot operations is set to [1000]",
        "ConcurrentOperation",
    ),
    (
        409,
        "snapshot_in_use_deletion_exception",
        "[facts:[facts-a]] These remote snapshots are backing some indices and hence can't be deleted! No snapshots were deleted.",
        "SnapshotInUse",
    ),
    (
        500,
        "repository_verification_exception",
        "[facts-bad] path [facts/fixed] is not accessible on cluster-manager node",
        "RepositoryNotVerified",
    ),
    (
        500,
        "repository_verification_exception",
        "[facts-bad] path  is not accessible on master node",
        "RepositoryNotVerified",
    ),
    (
        500,
        "repository_exception",
        "[facts-bad] Could not determine repository generation from root blobs",
        "RepositoryUnreadable",
    ),
    (
        500,
        "repository_exception",
        "[r] concurrent modification of the index-N file, expected current generation [2], actual current generation [3]",
        "RepositoryMoved",
    ),
    (
        500,
        "repository_exception",
        "[r] Could not read repository data because the contents of the repository do not match its expected state.",
        "RepositoryMoved",
    ),
    (500, "repository_exception", "[facts-bad] repository type [gcs] does not exist", "Refused"),
    (
        500,
        "illegal_state_exception",
        "trying to modify or unregister repository that is currently used",
        "RepositoryInUse",
    ),
    (
        409,
        "repository_conflict_exception",
        "trying to modify or unregister repository that is currently used",
        "RepositoryInUse",
    ),
    (400, "too_long_frame_exception", "An HTTP line is larger than 4096 bytes.", "LineTooLong"),
    (400, "too_long_http_line_exception", "An HTTP line is larger than 4096 bytes.", "LineTooLong"),
    (403, "cluster_block_exception", "index [a] blocked by: [FORBIDDEN/5/index read-only (api)];", "Blocked"),
    (
        403,
        "cluster_block_exception",
        "index [m] blocked by: [FORBIDDEN/13/remote index is read-only];",
        "Blocked",
    ),
    (
        429,
        "cluster_block_exception",
        "index [a] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded];",
        "Blocked",
    ),
    (503, "cluster_block_exception", "blocked by: [SERVICE_UNAVAILABLE/2/no master];", "Unavailable"),
    (503, "master_not_discovered_exception", "", "Unavailable"),
    (429, "es_rejected_execution_exception", "rejected execution of coordinating operation", "Throttled"),
    (
        400,
        "invalid_index_name_exception",
        "Invalid index name [_data_stream], must not start with '_'.",
        "NoRoute",
    ),
    (
        400,
        "illegal_argument_exception",
        "request [/_cat/indices] contains unrecognized parameter: [x]",
        "Refused",
    ),
    (
        403,
        "security_exception",
        "no permissions for [indices:monitor/stats] and User [name=a, backend_roles=[], requestedTenant=null]",
        "Forbidden",
    ),
    (401, "security_exception", "missing authentication credentials for REST request [/]", "Unauthorized"),
];

#[test]
fn texts_of_the_engines_are_told_apart() {
    for (status, kind, reason, expected) in ENGINES {
        let error = told(*status, &engine(kind, reason));
        assert_eq!(variant(&error), *expected, "{status} {kind}: {reason}");
    }
}

/// Bodies that are not of that form, as AWS, load balancers and engines' front doors write them.
const OTHERS: &[(u16, &str, &str)] = &[
    (400, r#"{"error":"no handler found for uri [/_plugins/_ism/explain] and method [GET]"}"#, "NoRoute"),
    (
        405,
        r#"{"error":"Incorrect HTTP method for uri [/_slm/policy] and method [GET], allowed: [POST]","status":405}"#,
        "NoRoute",
    ),
    (401, r#"{"Message":"Your request: '/_recovery' is not allowed."}"#, "NotOffered"),
    (401, r#"{"Message":"Your request: '/_cluster/settings' payload is not allowed."}"#, "NotOffered"),
    (401, "Unauthorized", "Unauthorized"),
    (403, r#"{"message":"Request throttled due to too many requests"}"#, "Throttled"),
    (403, r#"{"Message":"User: anonymous is not authorized to perform: iam:PassRole"}"#, "Forbidden"),
    (404, "<html>404 Not Found</html>", "NotFound"),
    (404, r#"{"message":"Not Found"}"#, "NotFound"),
    (429, "", "Throttled"),
    (502, "<html>Bad Gateway</html>", "Unavailable"),
    (504, r#"{"message":"504 GATEWAY_TIMEOUT"}"#, "Unavailable"),
    (500, "", "Refused"),
    (418, "{}", "Refused"),
];

#[test]
fn texts_of_everything_in_front_of_an_engine_are_told_apart() {
    for (status, body, expected) in OTHERS {
        assert_eq!(variant(&told(*status, body)), *expected, "{status} {body}");
    }
}

#[test]
fn the_missing_permission_is_named() {
    for (text, action) in [
        (
            "no permissions for [indices:admin/delete] and User [name=arn, backend_roles=[]]",
            Some("indices:admin/delete"),
        ),
        (
            "action [indices:admin/delete] is unauthorized for user [es2s3] with roles [r]",
            Some("indices:admin/delete"),
        ),
        (
            "User: arn:aws:iam::1:user/a is not authorized to perform: iam:PassRole on resource: arn",
            Some("iam:PassRole"),
        ),
        ("forbidden", None),
    ] {
        let error = told(403, &engine("security_exception", text));
        assert_eq!(error.missing_action().as_deref(), action, "{text}");
        assert_eq!(error.unknown().missing.as_deref(), action, "{text}");
    }
}

/// The innermost cause is what a person needs: there stands what S3 said.
#[test]
fn the_innermost_cause_is_told() {
    let body = r#"{"error":{"type":"repository_verification_exception","reason":"[r] path [p] is not accessible on cluster-manager node",
        "caused_by":{"type":"i_o_exception","reason":"Unable to upload","caused_by":{"type":"s3_exception","reason":"Access Denied."}}},"status":500}"#;
    assert_eq!(
        told(500, body).to_string(),
        "GET /x answered 500: the repository was not verified: [r] path [p] is not accessible on cluster-manager node: \
         s3_exception: Access Denied."
    );
}

#[test]
fn each_known_text_has_its_hint() {
    let hint =
        |status, text: &str| told(status, &engine("security_exception", text)).hint().unwrap_or_default();
    for (status, text, words) in [
        (
            403,
            "User: arn:aws:iam::1:user/a is not authorized to perform: iam:PassRole on resource: arn",
            "give the caller iam:PassRole",
        ),
        (403, "User: anonymous is not authorized to perform: iam:PassRole", "sigv4"),
        (403, "User: anonymous is not authorized to perform: es:ESHttpGet", "signed requests only"),
        (403, "no permissions for [cluster:admin/repository/put] and User [name=arn]", "manage_snapshots"),
        (403, "no permissions for [cluster:admin/snapshot/create] and User [name=arn]", "manage_snapshots"),
        (
            500,
            "The bucket is in this region: us-east-2. Please use this region to retry the request.",
            "s3.amazonaws.com",
        ),
        (500, "The operation is Not Valid for the Object's Storage Class", "Glacier"),
        (403, "The security token included in the request is expired", "expired"),
    ] {
        assert!(hint(status, text).contains(words), "{text}: {}", hint(status, text));
    }
    assert!(told(504, "").hint().unwrap().contains("goes on in the domain"));
    assert_eq!(told(418, "{}").hint(), None);
    let trust = r#"{"error":{"type":"repository_exception","reason":"r","caused_by":{"type":"a_w_s_security_token_service_exception","reason":"denied"}}}"#;
    assert!(told(500, trust).hint().unwrap().contains("trust policy"));
}

/// AWS shows the whole canonical request of a wrong signature, with the session token in it.
#[test]
fn a_session_token_in_a_refusal_is_not_repeated() {
    let body = r#"{"message":"The request signature we calculated does not match the signature you provided. The Canonical String for this request should have been 'GET\n/\n\nx-amz-security-token:TOKENWORD'"}"#;
    let error = told(403, body);
    assert!(!format!("{error:?}").contains("TOKENWORD"), "{error:?}");
    assert!(error.hint().unwrap().contains("clock"));
}

#[test]
fn an_unclear_end_is_not_a_no() {
    let verification = engine("repository_verification_exception", "x");
    for (status, body, unclear) in [
        (500, verification.as_str(), true),
        (503, "", true),
        (504, "", true),
        (500, "", true),
        (400, "{}", false),
        (429, "", false),
        (404, "", false),
    ] {
        assert_eq!(told(status, body).may_have_happened(), unclear, "{status} {body}");
    }
}

/// Only the engine's own words make a thing absent, and only its own words make a route missing.
#[test]
fn a_proxy_s_404_and_a_denial_are_not_absence() {
    for (status, body) in
        [(404, "<html>"), (404, r#"{"message":"Not Found"}"#), (403, "{}"), (401, "{}"), (400, "{}")]
    {
        let error = told(status, body);
        assert!(!error.is_no_such_route(), "{error:?}");
    }
}

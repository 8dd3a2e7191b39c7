//! What to do about an error, by its variant or by words in its text. Pure.
//!
//! The texts are those that users of Amazon OpenSearch Service meet; each is listed in `docs/engine-behaviour.md`.

use super::EngineError;

/// Words in an engine's text, and what to do about them. The first that fits counts.
const BY_TEXT: &[(&str, &str)] = &[
    (
        "User: anonymous is not authorized to perform: iam:PassRole",
        "registering a repository on AWS needs a signed request: set auth to sigv4",
    ),
    (
        "User: anonymous is not authorized to perform",
        "the domain takes signed requests only: set auth to sigv4, or leave it out for a host of amazonaws.com",
    ),
    ("iam:PassRole", "give the caller iam:PassRole on the snapshot role (role_arn)"),
    (
        "a_w_s_security_token_service_exception",
        "the snapshot role's trust policy must let es.amazonaws.com assume it",
    ),
    (
        "cluster:admin/repository",
        "map the caller's role ARN to manage_snapshots as a backend role, even where people log in by password",
    ),
    (
        "cluster:admin/snapshot",
        "map the caller's role ARN to manage_snapshots as a backend role, even where people log in by password",
    ),
    (
        "The bucket is in this region",
        "set the repository's endpoint to s3.amazonaws.com and leave out its region",
    ),
    (
        "Not Valid for the Object's Storage Class",
        "a lifecycle rule moved the repository's objects to Glacier: remove the rule and bring the objects back",
    ),
    (
        "is not accessible on",
        "the snapshot role needs s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject",
    ),
    (
        "security token included in the request is",
        "the AWS credentials have expired or belong to another account",
    ),
    ("signature we calculated does not match", "check the region, the secret key and this machine's clock"),
    (
        "index read-only / allow delete",
        "the flood-stage watermark blocks the index: free disk space on the nodes",
    ),
    (
        "index read-only (api)",
        "remove index.blocks.read_only: while it is set the index cannot be deleted either",
    ),
    ("remote index is read-only", "a mounted index takes no block and needs none"),
];

pub(super) fn hint(error: &EngineError) -> Option<&'static str> {
    by_text(error).or_else(|| by_kind(error))
}

fn by_text(error: &EngineError) -> Option<&'static str> {
    let text = error.to_string();
    BY_TEXT.iter().find(|(words, _)| text.contains(words)).map(|(_, hint)| *hint)
}

fn by_kind(error: &EngineError) -> Option<&'static str> {
    Some(match error {
        EngineError::Unreachable { .. } => {
            "a domain inside a VPC answers only there: run es2s3 in it, or through a tunnel"
        }
        EngineError::Tls { .. } => "name the authority that signed the domain's certificate in ca_file",
        EngineError::Unauthorized { .. } => "check auth in app-config.yml and the secret that it names",
        EngineError::Unavailable { status: 504, .. } => {
            "a load balancer gave up waiting; the operation goes on in the domain"
        }
        EngineError::RepositoryNotVerified { .. } | EngineError::RepositoryUnreadable { .. } => {
            "check that the bucket exists and that the domain's role may list, read, write and delete there"
        }
        EngineError::RepositoryMoved { .. } => {
            "let one cluster alone write to it, then remove the repository from this one and register it again"
        }
        EngineError::RepositoryInUse { .. } => "wait until the running snapshot or restore is done",
        EngineError::SnapshotInUse { .. } => "delete the index that is mounted from it first",
        EngineError::NotFound { .. } => {
            "the endpoint must be the domain's own, not a page or a proxy in front of it"
        }
        _ => return None,
    })
}

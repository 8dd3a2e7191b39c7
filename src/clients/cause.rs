//! What lies behind an error of an AWS SDK.
//!
//! Called where S3's and the other services' errors become ours.

use aws_credential_types::provider::error::CredentialsError;

/// Why there are no credentials, when that is what an SDK's error is about. Asked of the types of the causes, not of their words.
pub(super) fn no_credentials(error: &dyn std::error::Error) -> Option<String> {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<CredentialsError>() {
            return Some(root_cause(inner));
        }
        cause = inner.source();
    }
    None
}

/// The innermost cause: `dispatch failure` alone tells nobody that no credentials were found.
pub(super) fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

//! STS: who the caller is.

use serde_json::json;

use super::{ACCOUNT, Ask, Call, Told};

pub(super) const CALLS: &[(&str, Call)] = &[("GetCallerIdentity", get_caller_identity)];

/// The user that every key of this world belongs to.
pub(super) fn user() -> String {
    format!("arn:aws:iam::{ACCOUNT}:user/sandbox")
}

fn get_caller_identity(_: &mut Ask<'_>) -> Told {
    Ok(json!({ "Arn": user(), "UserId": "AIDASANDBOX", "Account": ACCOUNT }))
}

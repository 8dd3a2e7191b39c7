//! How a person gives es2s3's roles their rights inside a domain, where es2s3 cannot see or change them.

use serde_json::json;

use crate::model::Unknown;
use crate::model::infra::Spec;

/// The same reason, with the step that the domain's master user takes instead.
pub(super) fn with_the_step(unknown: &Unknown, wanted: &Spec) -> Unknown {
    let Some(step) = step(wanted) else { return unknown.clone() };
    let why = format!(
        "{}; as the domain's master user {step}, or run es2s3 apply; once it is done by hand say `roles: {{mapping: by_hand}}`",
        unknown.why
    );
    Unknown { why, ..unknown.clone() }
}

/// For Dashboards' Dev Tools, or any client. Nothing for what is not inside the domain.
fn step(wanted: &Spec) -> Option<String> {
    match wanted {
        Spec::SecurityRole(role) => {
            Some(format!("send PUT _plugins/_security/api/roles/{} {}", role.name, role.body()))
        }
        Spec::RoleMapping(mapping) => {
            let add = |arn: &String| json!({ "op": "add", "path": "/backend_roles/-", "value": arn });
            let steps: Vec<_> = mapping.backend_roles.iter().map(add).collect();
            Some(format!(
                "send PATCH _plugins/_security/api/rolesmapping/{role} {steps} (where nobody has the role yet: PUT with {put})",
                role = mapping.role,
                steps = json!(steps),
                put = json!({ "backend_roles": mapping.backend_roles })
            ))
        }
        _ => None,
    }
}

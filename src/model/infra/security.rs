//! A role inside a domain as the domain's API takes it. Sent by `clients`, told as a step to take by `plan`.

use serde_json::{Value, json};

use super::SecurityRoleSpec;

impl SecurityRoleSpec {
    /// The body of `PUT …/_security/api/roles/<name>`. OpenSearch, "Create or update role API".
    pub fn body(&self) -> Value {
        let indices = self.indices.iter().map(|(pattern, actions)| {
            json!({ "index_patterns": [pattern], "fls": [], "masked_fields": [], "allowed_actions": actions })
        });
        json!({
            "cluster_permissions": self.cluster,
            "index_permissions": indices.collect::<Vec<Value>>(),
            "tenant_permissions": [],
        })
    }
}

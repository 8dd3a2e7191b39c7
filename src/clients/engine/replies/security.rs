//! A role inside the domain, and the backend roles that a mapping gives it to.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;

use serde::Deserialize;
use serde_json::Value;

use crate::model::infra::SecurityRoleSpec;

/// The role that was asked for; `None` when the reply has others only.
///
/// # Errors
///
/// What is not such a reply.
pub fn role(reader: &mut dyn Read, asked: &str) -> serde_json::Result<Option<SecurityRoleSpec>> {
    #[derive(Deserialize)]
    struct Raw {
        #[serde(default)]
        cluster_permissions: BTreeSet<String>,
        #[serde(default)]
        index_permissions: Vec<RawIndices>,
    }
    #[derive(Deserialize)]
    struct RawIndices {
        #[serde(default)]
        index_patterns: Vec<String>,
        #[serde(default)]
        allowed_actions: BTreeSet<String>,
        /// A query that documents must answer to, to be seen.
        dls: Option<String>,
        #[serde(default)]
        fls: Vec<Value>,
        #[serde(default)]
        masked_fields: Option<Vec<Value>>,
    }
    let mut found: HashMap<String, Raw> = serde_json::from_reader(reader)?;
    let Some(raw) = found.remove(asked) else { return Ok(None) };
    let mut indices: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut narrowed = false;
    for permission in raw.index_permissions {
        let hides = |list: &[Value]| !list.is_empty();
        narrowed |= permission.dls.is_some_and(|query| !query.is_empty())
            || hides(&permission.fls)
            || hides(&permission.masked_fields.unwrap_or_default());
        for pattern in permission.index_patterns {
            indices.entry(pattern).or_default().extend(permission.allowed_actions.iter().cloned());
        }
    }
    Ok(Some(SecurityRoleSpec { name: asked.to_owned(), cluster: raw.cluster_permissions, indices, narrowed }))
}

/// The backend roles of a mapping, in their order; `None` when the reply has other mappings only.
///
/// # Errors
///
/// What is not such a reply.
pub fn backend_roles(reader: &mut dyn Read, asked: &str) -> serde_json::Result<Option<Vec<String>>> {
    #[derive(Deserialize)]
    struct Raw {
        #[serde(default)]
        backend_roles: Vec<String>,
    }
    let mut found: HashMap<String, Raw> = serde_json::from_reader(reader)?;
    Ok(found.remove(asked).map(|raw| raw.backend_roles))
}

/// What a write answers with: `{"status":"OK","message":"'manage_snapshots' updated."}`.
///
/// # Errors
///
/// What is not such a reply.
pub fn done(reader: &mut dyn Read) -> serde_json::Result<bool> {
    #[derive(Deserialize)]
    struct Reply {
        status: String,
    }
    let reply: Reply = serde_json::from_reader(reader)?;
    Ok(matches!(reply.status.as_str(), "OK" | "CREATED"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_read_pattern_by_pattern() {
        let reply = r#"{"es2s3-logs":{"reserved":false,"hidden":false,"static":false,
            "cluster_permissions":["cluster_monitor"],"tenant_permissions":[],
            "index_permissions":[
              {"index_patterns":["*"],"dls":null,"fls":[],"masked_fields":[],"allowed_actions":["indices_monitor"]},
              {"index_patterns":["logs-*","audit-*"],"fls":[],"masked_fields":null,"allowed_actions":["indices:admin/delete"]},
              {"index_patterns":["logs-*"],"dls":"{}","allowed_actions":["indices:admin/get"]}]}}"#;
        let role = role(&mut reply.as_bytes(), "es2s3-logs").unwrap().unwrap();
        let told: Vec<String> =
            role.indices.iter().map(|(pattern, may)| format!("{pattern} {may:?}")).collect();
        assert_eq!(
            told,
            [
                r#"* {"indices_monitor"}"#,
                r#"audit-* {"indices:admin/delete"}"#,
                r#"logs-* {"indices:admin/delete", "indices:admin/get"}"#,
            ]
        );
        assert!(role.narrowed, "one entry shows some documents only");
    }

    #[test]
    fn a_mapping_keeps_its_order() {
        let reply =
            br#"{"manage_snapshots":{"hosts":[],"users":["a"],"reserved":false,"backend_roles":["z","b"]}}"#;
        let found = backend_roles(&mut reply.as_slice(), "manage_snapshots").unwrap();
        assert_eq!(found, Some(vec!["z".to_owned(), "b".to_owned()]));
        assert_eq!(backend_roles(&mut reply.as_slice(), "other").unwrap(), None);
    }
}

//! Fine-grained access control: the roles inside the domain and who has them. Kept and told, not enforced: what a caller may do in
//! this world is decided by `rest::auth` alone.

use std::collections::BTreeMap;

use serde_json::Value;

/// Nothing of it answers while it is off, as on a domain without the plug-in.
#[derive(Clone, Debug, Default)]
pub struct Security {
    pub on: bool,
    /// The caller is not the master user: all of it is refused.
    pub closed: bool,
    /// By name, as they were put.
    pub roles: BTreeMap<String, Value>,
    /// By the role's name, as they were put.
    pub mappings: BTreeMap<String, Value>,
}

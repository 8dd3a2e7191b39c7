//! What es2s3's roles may do inside a domain with fine-grained access control, which decides once more behind IAM.
//!
//! Two things are needed there: the domain's own role `manage_snapshots`, which AWS asks of whoever registers a repository or takes a
//! snapshot ("Creating index snapshots in Amazon OpenSearch Service"), and a role for everything else that a run does.

use std::collections::{BTreeMap, BTreeSet};

use super::Names;
use crate::config::Config;
use crate::model::infra::{Kind, RoleMappingSpec, SecurityRoleSpec, Spec, Surroundings, WantedObject};
use crate::model::{Address, Live};

/// The role that every domain with fine-grained access control comes with.
const MANAGE_SNAPSHOTS: &str = "manage_snapshots";

/// Nothing where IAM alone decides, and where others keep the roles inside the domain.
pub(super) fn objects(config: &Config, names: &Names, around: &Surroundings) -> Vec<WantedObject> {
    let missing = match &around.fine_grained {
        _ if !config.roles.mapping_planned => return Vec::new(),
        Live::Absent | Live::Present(false) => return Vec::new(),
        Live::Present(true) => None,
        Live::Unknown(unknown) => Some(unknown.clone()),
    };
    let role = role(config, names);
    let mapping = |role: &str| {
        let backend_roles = mapped_roles(config, names);
        WantedObject::new(Spec::RoleMapping(RoleMappingSpec { role: role.to_owned(), backend_roles }))
    };
    let function = Address::Aws(Kind::Role, names.function_role());
    let own = Address::Aws(Kind::SecurityRole, role.name.clone());
    let own_mapping = mapping(&role.name).after([function.clone(), own]);
    vec![
        WantedObject::new(Spec::SecurityRole(role)).unless(missing.clone()),
        mapping(MANAGE_SNAPSHOTS).after([function]).unless(missing.clone()),
        own_mapping.unless(missing),
    ]
}

/// ARNs of the roles that a run goes by: the function's, and those that the configuration names.
pub fn mapped_roles(config: &Config, names: &Names) -> BTreeSet<String> {
    let function = names.role_arn(&names.function_role());
    config.roles.mapped.iter().cloned().chain([function]).collect()
}

/// A run looks at all indices, and changes those of the policies alone.
fn role(config: &Config, names: &Names) -> SecurityRoleSpec {
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<BTreeSet<String>>();
    let mut indices = BTreeMap::from([(
        "*".to_owned(),
        words(&[
            "indices_monitor",
            "indices:admin/get",
            "indices:admin/aliases/get",
            "indices:admin/data_stream/get",
        ]),
    )]);
    for policy in &config.policies {
        indices.insert(
            format!("{}*", policy.prefix),
            words(&["indices:admin/delete", "indices:admin/settings/update", "indices:admin/block/add*"]),
        );
    }
    SecurityRoleSpec {
        name: names.base.clone(),
        cluster: words(&["cluster_monitor", "cluster:admin/opendistro/ism/managedindex/explain"]),
        indices,
        narrowed: false,
    }
}

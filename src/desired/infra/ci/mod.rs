//! Who CI is to AWS: the provider of its tokens, a role that may only plan, and one that may apply.
//!
//! Made by `es2s3 bootstrap --ci`, never by the roles themselves: what may apply may not widen who may.

mod applies;
mod plans;

use std::collections::{BTreeMap, BTreeSet};

use super::Names;
use crate::config::Config;
use crate::model::Address;
use crate::model::infra::{Ci, Document, Kind, OidcProviderSpec, RoleSpec, Spec, Statement, WantedObject};

pub(super) fn objects(config: &Config, names: &Names, ci: &Ci) -> Vec<WantedObject> {
    let provider = Spec::OidcProvider(OidcProviderSpec {
        host: ci.issuer().to_owned(),
        audiences: BTreeSet::from([ci.audience()]),
    });
    let believed = Address::Aws(Kind::OidcProvider, ci.issuer().to_owned());
    let mut objects = vec![WantedObject::new(provider)];
    for role in [plan_role(config, names, ci), apply_role(config, names, ci)] {
        objects.push(WantedObject::new(Spec::Role(role)).after([believed.clone()]));
    }
    objects
}

fn plan_role(config: &Config, names: &Names, ci: &Ci) -> RoleSpec {
    RoleSpec {
        name: names.ci_plan_role(),
        description: format!("es2s3 plan in {ci}: reads and nothing else"),
        trust: trust(names, ci, &ci.plans_as()),
        policies: BTreeMap::from([("plan".to_owned(), Document::new(plans::statements(config, names)))]),
        ..role(config)
    }
}

fn apply_role(config: &Config, names: &Names, ci: &Ci) -> RoleSpec {
    let mut policies = BTreeMap::from([
        ("plan".to_owned(), Document::new(plans::statements(config, names))),
        ("data".to_owned(), Document::new(applies::data_side(config, names))),
    ]);
    if config.infrastructure {
        policies.insert("infrastructure".into(), Document::new(applies::infrastructure(config, names)));
    }
    RoleSpec {
        name: names.ci_apply_role(),
        description: format!("es2s3 apply in {ci}"),
        trust: trust(names, ci, &ci.applies_as()),
        policies,
        ..role(config)
    }
}

fn role(config: &Config) -> RoleSpec {
    RoleSpec {
        name: String::new(),
        path: config.roles.path.clone(),
        description: String::new(),
        trust: Document::new([]),
        policies: BTreeMap::new(),
        attached: BTreeSet::new(),
        boundary: config.roles.boundary.clone(),
    }
}

/// Without the subject, every repository of that CI system could assume the role.
fn trust(names: &Names, ci: &Ci, subject: &str) -> Document {
    let issuer = ci.issuer();
    let like = if subject.contains('*') { "StringLike" } else { "StringEquals" };
    Document::new([Statement::allow("Ci")
        .to("Federated", names.oidc_provider_arn(issuer))
        .actions(["sts:AssumeRoleWithWebIdentity"])
        .when("StringEquals", format!("{issuer}:aud"), [ci.audience()])
        .when(like, format!("{issuer}:sub"), [subject])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Starter, parse, template};

    /// IAM counts the inline policies of a role together, blanks left out.
    const INLINE_POLICIES: usize = 10_240;

    #[test]
    fn the_policies_of_many_prefixes_fit_into_a_role() {
        let text = template(&Starter::default()).replace("\nES_INDEX_PREFIX:", "\n#");
        let policies: String = (0..8)
            .map(|n| {
                format!(
                    "  - {{ prefix: application-{n}-logs-, index_retention: 30, snapshot_retention: 365 }}\n"
                )
            })
            .collect();
        let text = format!("{text}\npolicies:\n{policies}");
        let config = match parse("app-config.yml", text.as_bytes()) {
            Ok(parsed) => parsed.config,
            Err(faults) => panic!("{}", faults.render(false, 120)),
        };
        let ci: Ci = "github:acme/logs".parse().expect("a repository");
        for object in objects(&config, &Names::of(&config), &ci) {
            let Spec::Role(role) = object.spec else { continue };
            let together: usize = role.policies.values().map(|policy| policy.text().len()).sum();
            assert!(together < INLINE_POLICIES, "{}: {together} characters", role.name);
        }
    }
}

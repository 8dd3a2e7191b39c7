//! What a domain with fine-grained access control says about es2s3's roles: one role inside it, and who has which.
//!
//! Called by `observe::infra`. Of a mapping only es2s3's own entries are seen: that others have the role too is their affair.

use std::collections::BTreeSet;

use crate::clients::engine::{EngineError, Reader};
use crate::model::infra::{Found, RoleMappingSpec, Spec};
use crate::model::{Live, Unknown};

/// `None` stands for a domain that is out of reach from here.
pub async fn role(domain: Option<&Reader>, name: &str) -> Live<Found> {
    let Some(domain) = domain else { return out_of_reach() };
    live(domain.security_role(name).await.map(|found| found.map(Spec::SecurityRole)))
}

/// Which of these IAM roles have a role inside the domain; `Absent` when none has.
pub async fn mapping(domain: Option<&Reader>, role: &str, own: &BTreeSet<String>) -> Live<Found> {
    let Some(domain) = domain else { return out_of_reach() };
    let mapped = |there: Vec<String>| {
        let backend_roles: BTreeSet<String> = there.into_iter().filter(|one| own.contains(one)).collect();
        let any = !backend_roles.is_empty();
        any.then(|| Spec::RoleMapping(RoleMappingSpec { role: role.to_owned(), backend_roles }))
    };
    live(domain.backend_roles(role).await.map(|found| found.and_then(mapped)))
}

fn out_of_reach() -> Live<Found> {
    Live::Unknown(Unknown::because(
        "the domain is out of reach from here, and the function has no right to it",
    ))
}

fn live(read: Result<Option<Spec>, EngineError>) -> Live<Found> {
    match read {
        Ok(Some(spec)) => Live::Present(Found {
            arn: format!("domain:{}/{}", spec.kind(), spec.name()),
            spec,
            tags: std::collections::BTreeMap::new(),
            obstacles: Vec::new(),
        }),
        Ok(None) => Live::Absent,
        Err(error) => Live::Unknown(error.unknown()),
    }
}

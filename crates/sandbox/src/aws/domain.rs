//! Amazon OpenSearch Service: what is told of a domain. The engine itself answers on a listener of its own.

use serde_json::json;

use super::{Ask, Call, Refusal, Told};

pub(super) const CALLS: &[(&str, Call)] = &[("DescribeDomain", describe_domain)];

/// A domain that is missing is a conflict, in this service's reading of HTTP.
fn describe_domain(ask: &mut Ask<'_>) -> Told {
    let name = ask.text("DomainName");
    let found = ask.account.domains.get(name);
    let absent = || Refusal::new(409, "ResourceNotFoundException", format!("Domain not found: {name}"));
    Ok(json!({ "DomainStatus": found.ok_or_else(absent)? }))
}

/// The name in `/2021-01-01/opensearch/domain/<name>`.
pub(super) fn route(method: &str, path: &str) -> Option<(&'static str, serde_json::Value)> {
    let name = path.strip_prefix("/2021-01-01/opensearch/domain/").filter(|_| method == "GET")?;
    Some(("DescribeDomain", json!({ "DomainName": name })))
}

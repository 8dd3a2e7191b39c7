//! Whether a domain lets the function's role in: its access policy, and fine-grained access control. Pure.

use serde_json::Value;

use super::Check;
use crate::clients::aws::DomainFacts;
use crate::model::Live;
use crate::model::infra::Document;

/// The two checks of a domain that AWS runs; none where it runs none.
pub(super) fn checks(domain: &Live<DomainFacts>, role: &str) -> Vec<Check> {
    match domain {
        Live::Absent => Vec::new(),
        Live::Unknown(unknown) => vec![Check::unread(POLICY, unknown)],
        Live::Present(domain) => vec![access_policy(domain, role), fine_grained(domain, role)],
    }
}

const POLICY: &str = "access policy";

/// Within one account the role's own policy suffices, so only a refusal stands in the way.
fn access_policy(domain: &DomainFacts, role: &str) -> Check {
    if domain.access_policy.is_empty() {
        return Check::ok(POLICY, "the domain has none; the role's own policy counts");
    }
    let Ok(policy) = Document::parse(&domain.access_policy) else {
        return Check::unchecked(POLICY, "the domain's is no JSON");
    };
    let about = |effect: &str| {
        let statements = policy.statements().into_iter().cloned();
        statements.filter(|one| one["Effect"] == effect && names(one, role)).collect::<Vec<Value>>()
    };
    let denies = about("Deny");
    if denies.iter().any(|one| one.get("Condition").is_none()) {
        return Check::failed(
            POLICY,
            format!("the domain's denies {role}"),
            "take the role out of that statement of the domain's access policy",
        );
    }
    if !denies.is_empty() {
        return Check::unchecked(POLICY, "the domain's denies the role under a condition");
    }
    match about("Allow").is_empty() {
        false => Check::ok(POLICY, "the domain's admits the role"),
        true => Check::ok(POLICY, "the domain's does not name the role; the role's own policy counts"),
    }
}

/// Whether a statement is about this role: by its ARN, its account, or everybody.
fn names(statement: &Value, role: &str) -> bool {
    let account = role.split(':').nth(4).unwrap_or_default();
    let meant = |who: &str| {
        who == "*" || who == role || who == account || who.ends_with(&format!("::{account}:root"))
    };
    match &statement["Principal"] {
        Value::String(who) => meant(who),
        principal => match &principal["AWS"] {
            Value::String(who) => meant(who),
            Value::Array(many) => many.iter().filter_map(Value::as_str).any(meant),
            _ => false,
        },
    }
}

/// IAM lets the request in, and the domain's own roles decide once more. es2s3 does not read them.
fn fine_grained(domain: &DomainFacts, role: &str) -> Check {
    let check = "fine-grained access";
    if !domain.fine_grained {
        return Check::ok(check, "the domain has none");
    }
    Check::unchecked(
        check,
        format!(
            "the domain has it: `es2s3 plan --only infra` shows whether {role} has manage_snapshots and a role of its own there, or the \
             steps to take; whoever registers the repository needs the same"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Outcome;

    const ROLE: &str = "arn:aws:iam::111122223333:role/es2s3-logs-function";

    fn domain(access_policy: &str, fine_grained: bool) -> DomainFacts {
        DomainFacts {
            arn: "arn".into(),
            vpc: None,
            subnets: Vec::new(),
            security_groups: Vec::new(),
            access_policy: access_policy.into(),
            fine_grained,
            processing: false,
        }
    }

    #[test]
    fn only_a_refusal_stands_in_the_way() {
        let statement = |effect: &str, who: &str, more: &str| {
            format!(r#"{{"Statement":[{{"Effect":"{effect}","Principal":{who},"Action":"es:*"{more}}}]}}"#)
        };
        let condition = r#","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#;
        for (policy, outcome, words) in [
            (String::new(), Outcome::Ok, "the domain has none"),
            (statement("Allow", r#"{"AWS":"*"}"#, ""), Outcome::Ok, "admits the role"),
            (statement("Allow", r#"{"AWS":["arn:aws:iam::111122223333:root"]}"#, ""), Outcome::Ok, "admits"),
            (
                statement("Allow", r#"{"AWS":"arn:aws:iam::999988887777:root"}"#, ""),
                Outcome::Ok,
                "does not name",
            ),
            (statement("Deny", &format!("\"{ROLE}\""), ""), Outcome::Failed, "denies"),
            (
                statement("Deny", r#"{"AWS":"111122223333"}"#, condition),
                Outcome::Unchecked,
                "under a condition",
            ),
            (statement("Deny", r#"{"AWS":"999988887777"}"#, ""), Outcome::Ok, "does not name"),
            ("no policy".to_owned(), Outcome::Unchecked, "no JSON"),
        ] {
            let check = access_policy(&domain(&policy, false), ROLE);
            assert_eq!(check.outcome, outcome, "{policy}: {check:?}");
            assert!(check.text.contains(words), "{policy}: {check:?}");
        }
    }

    #[test]
    fn where_the_domain_decides_once_more_the_steps_are_told() {
        let told = checks(&Live::Present(domain("", true)), ROLE);
        assert!(told[1].text.contains(ROLE) && told[1].text.contains("manage_snapshots"), "{told:?}");
        assert_eq!(checks(&Live::Present(domain("", false)), ROLE)[1].outcome, Outcome::Ok);
        assert!(checks(&Live::Absent, ROLE).is_empty());
    }
}

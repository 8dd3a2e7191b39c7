//! The AWS side: rights, the function, its way to the domain and to S3, the schedule.

use super::path::{Passes, passes};
use super::{Check, Outcome, access};
use crate::clients::aws::{DomainFacts, FunctionState, SecurityGroup, Subnet};
use crate::model::infra::{Found, Spec};
use crate::model::{Live, counted};

/// Facts of the AWS side.
#[derive(Debug, Clone)]
pub struct Cloud {
    /// Actions that the simulation of IAM denies.
    pub denied: Live<Vec<String>>,
    pub function_name: String,
    pub function: Live<Found>,
    pub function_state: Live<FunctionState>,
    /// What a plan made by the function came to: why it failed, or nothing. `Absent`: there is no function to ask.
    pub from_function: Live<Option<String>>,
    /// SHA-256 of the package at hand, when there is one.
    pub package: Option<String>,
    /// The last error in its log within a day; `Absent`: none.
    pub last_error: Live<String>,
    pub group: Live<SecurityGroup>,
    /// What AWS says of the domain; `Absent` where AWS runs none that is known by name.
    pub domain: Live<DomainFacts>,
    /// ARN of the function's role.
    pub role: String,
    /// The domain's own groups; empty where they are not known.
    pub domain_groups: Vec<SecurityGroup>,
    pub port: u16,
    /// All of the VPC.
    pub subnets: Live<Vec<Subnet>>,
    pub rules: Vec<(String, Live<Found>)>,
    /// Events in the queue; `Absent`: no queue.
    pub dead_letters: Live<u64>,
}

const APPLY: &str = "es2s3 apply --only infra";

pub(super) fn checks(cloud: &Cloud, endpoint: &str) -> Vec<Check> {
    let mut checks = vec![apply_rights(cloud), function(cloud), from_function(cloud), log(cloud)];
    checks.push(way_to_domain(cloud, endpoint));
    checks.extend(access::checks(&cloud.domain, &cloud.role));
    checks.extend([way_to_s3(cloud), schedule(cloud), queue(cloud)]);
    checks
}

fn apply_rights(cloud: &Cloud) -> Check {
    match &cloud.denied {
        Live::Present(denied) if denied.is_empty() => {
            Check::ok("apply", "IAM's simulation allows what an apply needs")
        }
        Live::Present(denied) => {
            let denied = denied.join(", ");
            Check::failed("apply", format!("denied: {denied}"), format!("grant {denied}"))
        }
        Live::Absent => Check::unchecked("apply", "this caller cannot be simulated"),
        Live::Unknown(unknown) => Check::unchecked("apply", &unknown.why),
    }
}

fn function(cloud: &Cloud) -> Check {
    let (check, name) = ("function", &cloud.function_name);
    let found = match &cloud.function {
        Live::Present(found) => found,
        Live::Absent => return Check::failed(check, format!("{name} does not exist"), APPLY),
        Live::Unknown(unknown) => return Check::unread(check, unknown),
    };
    match &cloud.function_state {
        Live::Present(FunctionState { failed: Some(why), .. }) => {
            return Check::failed(check, format!("{name}: {why}"), APPLY);
        }
        Live::Present(FunctionState { ready: false, .. }) => {
            return Check::unchecked(check, format!("{name}: a change of it is under way"));
        }
        Live::Present(_) | Live::Absent => {}
        Live::Unknown(unknown) => return Check::unread(check, unknown),
    }
    let Spec::Function(spec) = &found.spec else { return Check::ok(check, name) };
    match (&spec.code, &cloud.package) {
        (Some(live), Some(package)) if live != package => Check::failed(
            check,
            format!("{name} is ready, and runs another es2s3 than the package at hand"),
            APPLY,
        ),
        (Some(_), Some(_)) => Check::ok(check, format!("{name} is ready, and runs the package at hand")),
        _ => Check::ok(check, format!("{name} is ready; no package is at hand to compare with")),
    }
}

fn from_function(cloud: &Cloud) -> Check {
    let check = "from the function";
    match &cloud.from_function {
        Live::Present(None) => Check::ok(check, "domain, state and snapshots can be read"),
        Live::Present(Some(why)) => Check::failed(check, why, "es2s3 logs --errors tells more"),
        Live::Absent => Check::unchecked(check, "there is no function that is ready"),
        Live::Unknown(unknown) => Check::unchecked(check, &unknown.why),
    }
}

fn log(cloud: &Cloud) -> Check {
    match &cloud.last_error {
        Live::Absent => Check::ok("log", "no error within a day"),
        Live::Present(line) => Check::failed("log", format!("the last error: {line}"), "es2s3 logs --errors"),
        Live::Unknown(unknown) => Check::unread("log", unknown),
    }
}

fn way_to_domain(cloud: &Cloud, endpoint: &str) -> Check {
    let (check, port) = ("security group", cloud.port);
    let group = match &cloud.group {
        Live::Present(group) => group,
        Live::Absent => {
            return Check::failed(check, "it does not exist", "correct `security_group_id`");
        }
        Live::Unknown(unknown) => return Check::unread(check, unknown),
    };
    let others: Vec<String> = cloud.domain_groups.iter().map(|group| group.id.clone()).collect();
    let out = passes(&group.egress, port, &others);
    if out == Passes::No {
        return Check::failed(
            check,
            format!("{} lets nothing out to port {port}", group.id),
            format!("add an egress rule for TCP {port} to {}", group.id),
        );
    }
    if others.is_empty() {
        return Check::unchecked(
            check,
            format!("{} lets out to port {port}; the groups of {endpoint} are not known", group.id),
        );
    }
    let own = std::slice::from_ref(&group.id);
    let ways: Vec<Passes> =
        cloud.domain_groups.iter().map(|domain| passes(&domain.ingress, port, own)).collect();
    match (out, ways.contains(&Passes::Yes), ways.contains(&Passes::Perhaps)) {
        (Passes::Yes, true, _) => {
            Check::ok(check, format!("{} to {}, port {port}", group.id, others.join(", ")))
        }
        (_, false, false) => Check::failed(
            check,
            format!("{} lets nothing in from {} on port {port}", others.join(", "), group.id),
            format!("add an ingress rule for TCP {port} from {} to {}", group.id, others.join(" or ")),
        ),
        _ => Check::unchecked(
            check,
            format!("port {port} is open to some addresses; whether to these is not known"),
        ),
    }
}

fn way_to_s3(cloud: &Cloud) -> Check {
    let check = "route to S3";
    let Some(Found { spec: Spec::Function(function), .. }) = cloud.function.present() else {
        return Check::unchecked(check, "there is no function whose subnets could be looked at");
    };
    let all = match &cloud.subnets {
        Live::Present(all) => all,
        Live::Absent => return Check::unchecked(check, "the VPC has no subnet that can be seen"),
        Live::Unknown(unknown) => return Check::unread(check, unknown),
    };
    let judged: Vec<Check> = function
        .subnets
        .iter()
        .map(|id| match all.iter().find(|subnet| subnet.id == *id) {
            None => Check::failed(check, format!("{id} is not in the VPC"), APPLY),
            Some(subnet) if !subnet.reaches_s3 => Check::failed(
                check,
                format!("{id} has no route to S3"),
                format!("add a gateway endpoint for S3 to the route table of {id}"),
            ),
            Some(_) => Check::ok(check, id),
        })
        .collect();
    let bad = judged.iter().find(|one| one.outcome == Outcome::Failed);
    let subnets = counted(judged.len() as u64, "subnet", "subnets");
    bad.cloned().unwrap_or_else(|| match judged.is_empty() {
        true => Check::failed(check, "the function stands in no VPC", APPLY),
        false => Check::ok(check, format!("from {subnets} of the function")),
    })
}

fn schedule(cloud: &Cloud) -> Check {
    let check = "schedule";
    for (name, rule) in &cloud.rules {
        match rule {
            Live::Absent => return Check::failed(check, format!("rule {name} does not exist"), APPLY),
            Live::Unknown(unknown) => return Check::unread(check, unknown),
            Live::Present(Found { spec: Spec::Rule(rule), .. }) if !rule.enabled => {
                return Check::failed(check, format!("rule {name} is disabled"), APPLY);
            }
            Live::Present(_) => {}
        }
    }
    Check::ok(check, format!("{} enabled", counted(cloud.rules.len() as u64, "rule", "rules")))
}

fn queue(cloud: &Cloud) -> Check {
    let check = "dead letters";
    match &cloud.dead_letters {
        Live::Present(0) => Check::ok(check, "none"),
        Live::Present(count) => Check::failed(
            check,
            format!("{} could not be delivered to the function", counted(*count, "event", "events")),
            "see why: es2s3 logs --errors; then purge the queue",
        ),
        Live::Absent => Check::failed(check, "there is no queue for them", APPLY),
        Live::Unknown(unknown) => Check::unread(check, unknown),
    }
}

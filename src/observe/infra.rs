//! The AWS side as it is: every wanted object, and every one that the state says es2s3 made, some at a time.
//!
//! Called by `reconcile`. "Could not be read" stays apart from "is not there".

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt as _;
use futures_util::future::join;

use super::security;
use crate::clients::aws::{AwsError, BucketScope, DomainFacts, Reader, Subnet};
use crate::clients::engine;
use crate::model::infra::{Found, Kind};
use crate::model::{Address, Live, Unknown};

/// Where it is looked.
#[derive(Clone, Copy)]
pub struct Readers<'a> {
    pub aws: &'a Reader,
    /// None where the domain is out of reach.
    pub domain: Option<&'a engine::Reader>,
}

/// What the readers must know beside the addresses.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Twelve digits.
    pub account: String,
    /// Whether the store of the buckets knows accounts; others than Amazon's may not.
    pub store_has_accounts: bool,
    /// es2s3's own folders, each with its slash, and the buckets that they are in.
    pub folders: Vec<(String, String)>,
    /// ARNs of the roles that es2s3 gives rights inside the domain.
    pub mapped: BTreeSet<String>,
}

impl Scope {
    fn of_bucket(&self, name: &str) -> BucketScope<'_> {
        let here = self.folders.iter().filter(|(bucket, _)| bucket == name);
        BucketScope {
            account: self.store_has_accounts.then_some(self.account.as_str()),
            own: here.map(|(_, folder)| folder.as_str()).collect(),
        }
    }
}

/// Requests under way at once: a plan's forty are over in four rounds, and no service throttles so few.
const AT_ONCE: usize = 12;
/// Addresses that a subnet must have free for Lambda to put its interfaces there.
const LEAST_ADDRESSES: u32 = 4;
/// Executions that Lambda never lets be reserved, in the smallest account. Lambda, "Configuring reserved concurrency".
const LEAST_UNRESERVED: u32 = 10;

/// Looks at each address of the AWS side once, and once for all permissions of a function.
pub async fn objects(
    readers: Readers<'_>,
    addresses: &BTreeSet<Address>,
    scope: &Scope,
) -> BTreeMap<Address, Live<Found>> {
    let mut alone: Vec<(Kind, &str)> = Vec::new();
    let mut of_function: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for address in addresses {
        match address {
            Address::Aws(Kind::Permission, name) => {
                let (function, id) = name.split_once('/').unwrap_or((name, ""));
                of_function.entry(function).or_default().push(id);
            }
            Address::Aws(kind, name) => alone.push((*kind, name)),
            Address::Repository(_)
            | Address::Index(_)
            | Address::Snapshot(_)
            | Address::Block(_)
            | Address::Thanos(_) => {}
        }
    }
    let alone = futures_util::stream::iter(alone).map(|(kind, name)| async move {
        let address = Address::Aws(kind, name.to_owned());
        vec![(address, one(readers, kind, name, scope).await)]
    });
    let permissions = futures_util::stream::iter(of_function)
        .map(|(function, ids)| async move { permissions(readers.aws, function, &ids).await });
    let (alone, permissions) =
        join(alone.buffer_unordered(AT_ONCE).concat(), permissions.buffer_unordered(AT_ONCE).concat()).await;
    alone.into_iter().chain(permissions).collect()
}

async fn permissions(reader: &Reader, function: &str, ids: &[&str]) -> Vec<(Address, Live<Found>)> {
    let read = reader.permissions(function).await;
    let one = |id: &&str| {
        let found = read.as_ref().map(|found| found.get(*id).cloned()).map_err(Clone::clone);
        (Address::Aws(Kind::Permission, format!("{function}/{id}")), live(found))
    };
    ids.iter().map(one).collect()
}

async fn one(readers: Readers<'_>, kind: Kind, name: &str, scope: &Scope) -> Live<Found> {
    let reader = readers.aws;
    live(match kind {
        Kind::SecurityRole => return security::role(readers.domain, name).await,
        Kind::RoleMapping => return security::mapping(readers.domain, name, &scope.mapped).await,
        Kind::Bucket => reader.bucket(name, scope.of_bucket(name)).await,
        Kind::OidcProvider => reader.oidc_provider(name, &scope.account).await,
        Kind::Role => reader.role(name).await,
        Kind::LogGroup => reader.log_group(name).await,
        Kind::Queue => reader.queue(name).await,
        Kind::Function => reader.function(name).await,
        Kind::Rule => reader.rule(name).await,
        Kind::Permission => {
            let (function, id) = name.split_once('/').unwrap_or((name, ""));
            reader.permissions(function).await.map(|mut found| found.remove(id))
        }
        Kind::Alarm => reader.alarm(name).await,
    })
}

/// What AWS answered: there, not there, or not to be read.
pub fn live<T>(found: Result<Option<T>, AwsError>) -> Live<T> {
    match found {
        Ok(Some(found)) => Live::Present(found),
        Ok(None) => Live::Absent,
        Err(error) => Live::Unknown(error.unknown()),
    }
}

/// Where the function can stand: the domain's own subnets, else the private ones of the VPC that reach S3.
pub async fn subnets(reader: &Reader, vpc: &str, domain: &Live<DomainFacts>) -> Live<Vec<String>> {
    match domain {
        Live::Present(facts) if facts.vpc.as_deref() == Some(vpc) && !facts.subnets.is_empty() => {
            return Live::Present(facts.subnets.clone());
        }
        Live::Present(DomainFacts { vpc: Some(found), arn, .. }) if found != vpc => {
            let name = arn.rsplit('/').next().unwrap_or_default();
            let why = format!("the domain {name} is in {found}, and `vpc_id` says {vpc}");
            return Live::Unknown(Unknown { why, missing: None });
        }
        Live::Unknown(unknown) => return Live::Unknown(unknown.clone()),
        Live::Present(_) | Live::Absent => {}
    }
    match reader.subnets(vpc).await {
        Ok(found) => suitable(vpc, &found),
        Err(error) => Live::Unknown(error.unknown()),
    }
}

/// Why a function cannot stand in this group and these subnets; known before anything is written.
pub async fn misplaced(reader: &Reader, vpc: &str, group: &str, named: &[String]) -> Option<Unknown> {
    let refused = |why: String| Some(Unknown { why, missing: None });
    match reader.security_group_vpc(group).await {
        Err(error) => return Some(error.unknown()),
        Ok(None) => return refused(format!("the security group {group} is not in this account and region")),
        Ok(Some(found)) if found != vpc => {
            return refused(format!("the security group {group} is in {found}, and `vpc_id` says {vpc}"));
        }
        Ok(Some(_)) => {}
    }
    if named.is_empty() {
        return None;
    }
    match reader.subnets(vpc).await {
        Err(error) => Some(error.unknown()),
        Ok(found) => named.iter().find_map(|id| unfit(vpc, id, &found)).and_then(refused),
    }
}

/// Of a subnet that was named only what makes Lambda refuse it.
fn unfit(vpc: &str, id: &str, found: &[Subnet]) -> Option<String> {
    match found.iter().find(|subnet| subnet.id == id) {
        None => Some(format!("the subnet {id} of `function.subnets` is not in {vpc}")),
        Some(subnet) if subnet.free_addresses < LEAST_ADDRESSES => Some(format!(
            "the subnet {id} has {} free addresses, and Lambda needs {LEAST_ADDRESSES}",
            subnet.free_addresses
        )),
        Some(_) => None,
    }
}

/// Why Lambda would refuse to reserve an execution for a new function. Where it does not tell, it is left to the attempt.
pub async fn quota(reader: &Reader) -> Option<Unknown> {
    let unreserved = reader.unreserved_executions().await.ok().flatten()?;
    (unreserved <= LEAST_UNRESERVED).then(|| Unknown {
        why: format!(
            "{unreserved} executions at once are unreserved in this account, Lambda keeps {LEAST_UNRESERVED} of them, and the function \
             needs one for itself: ask AWS for a higher quota of concurrent executions"
        ),
        missing: None,
    })
}

/// One a zone, the one with most room.
fn suitable(vpc: &str, found: &[Subnet]) -> Live<Vec<String>> {
    let mut of_zone: BTreeMap<&str, &Subnet> = BTreeMap::new();
    for subnet in found.iter().filter(|subnet| fits(subnet)) {
        let best = of_zone.entry(&subnet.zone).or_insert(subnet);
        if (subnet.free_addresses, &subnet.id) > (best.free_addresses, &best.id) {
            *best = subnet;
        }
    }
    if of_zone.is_empty() {
        return Live::Unknown(Unknown { why: none_suits(vpc, found), missing: None });
    }
    Live::Present(of_zone.into_values().map(|subnet| subnet.id.clone()).collect())
}

fn fits(subnet: &Subnet) -> bool {
    !subnet.public && subnet.reaches_s3 && subnet.free_addresses >= LEAST_ADDRESSES
}

fn none_suits(vpc: &str, found: &[Subnet]) -> String {
    if found.is_empty() {
        return format!("{vpc} has no subnet that can be seen");
    }
    let each: Vec<String> = found
        .iter()
        .map(|subnet| {
            let why = match subnet {
                Subnet { public: true, .. } => "public, and a function there has no address to go out with",
                Subnet { reaches_s3: false, .. } => "no route to S3: it needs a gateway endpoint",
                _ => "too few free addresses",
            };
            format!("{}: {why}", subnet.id)
        })
        .collect();
    format!("no subnet of {vpc} suits the function ({}); name some in `function.subnets`", each.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subnet(id: &str, zone: &str, free_addresses: u32, public: bool, reaches_s3: bool) -> Subnet {
        Subnet { id: id.into(), zone: zone.into(), free_addresses, public, reaches_s3 }
    }

    #[test]
    fn one_private_subnet_a_zone_is_chosen() {
        let found = [
            subnet("subnet-1", "a", 10, false, true),
            subnet("subnet-2", "a", 200, false, true),
            subnet("subnet-3", "b", 200, true, true),
            subnet("subnet-4", "b", 9, false, true),
            subnet("subnet-5", "c", 9, false, false),
            subnet("subnet-6", "d", 3, false, true),
        ];
        let chosen = suitable("vpc-1", &found);
        assert_eq!(chosen.present(), Some(&vec!["subnet-2".to_owned(), "subnet-4".to_owned()]));
    }

    #[test]
    fn a_named_subnet_must_be_there_and_have_room() {
        let found = [subnet("subnet-1", "a", 3, true, false), subnet("subnet-2", "a", 4, true, false)];
        let told = |id| unfit("vpc-1", id, &found);
        assert_eq!(
            told("subnet-9").as_deref(),
            Some("the subnet subnet-9 of `function.subnets` is not in vpc-1")
        );
        assert_eq!(
            told("subnet-1").as_deref(),
            Some("the subnet subnet-1 has 3 free addresses, and Lambda needs 4")
        );
        assert_eq!(told("subnet-2"), None, "public, and named all the same");
    }

    #[test]
    fn why_none_suits_is_said_for_each() {
        let found = [
            subnet("subnet-3", "b", 200, true, true),
            subnet("subnet-5", "c", 9, false, false),
            subnet("subnet-6", "d", 3, false, true),
        ];
        let Live::Unknown(unknown) = suitable("vpc-1", &found) else { panic!("one suits") };
        for part in ["subnet-3: public", "subnet-5: no route to S3", "subnet-6: too few free addresses"] {
            assert!(unknown.why.contains(part), "{}", unknown.why);
        }
    }
}

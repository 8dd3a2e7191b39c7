//! Whom a Querier knows, against who is declared and answers.
//!
//! A Querier knows stores by their gRPC addresses and es2s3 knows them by those of HTTP, so that only what fits no other way is told:
//! a host and a port that are the same, then a port, then the mere number.

use std::net::IpAddr;

use url::Url;

use super::super::super::finding::{Check, Finding};
use super::super::Scene;
use super::of;
use crate::model::thanos::{Component, Facts, StoreSeen};

pub(super) fn check(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    for (querier, facts) in of(scene, Component::Query) {
        for store in &facts.stores {
            if let Some(error) = &store.error {
                let text = format!("Querier {querier} cannot ask {} {}: {error}", store.kind, store.address);
                findings.push(Finding::new(Check::StoreFailing, text));
            }
        }
        // What another Querier knows is found through it.
        if facts.stores.iter().any(|store| store.kind == "query") {
            continue;
        }
        for (component, id) in
            [(Component::Store, Check::StoreUnknown), (Component::Sidecar, Check::SidecarUnknown)]
        {
            let missing = Missing::of(scene, component, facts);
            findings.extend(missing.iter().map(|missing| Finding::new(id, missing.told(querier, component))));
        }
    }
}

/// Declared components of one kind and port, some of whom a Querier does not know.
struct Missing<'a> {
    urls: Vec<&'a str>,
    known: usize,
}

impl<'a> Missing<'a> {
    fn of(scene: &'a Scene<'_>, component: Component, querier: &Facts) -> Vec<Self> {
        let mut known: Vec<Address<'_>> = endpoints(querier, component).filter_map(Address::of).collect();
        let mut declared: Vec<(&str, Option<&str>)> =
            of(scene, component).map(|(url, facts)| (url, grpc_port(facts))).collect();
        declared.retain(|(url, port)| !take(&mut known, |known| known.is_of(url, *port)));
        // A name that is none of theirs can be a proxy, a service or a group: anybody, or several.
        if known.iter().any(Address::is_a_name) {
            return Vec::new();
        }
        let mut ports: Vec<Option<&str>> = declared.iter().map(|(_, port)| *port).collect();
        ports.sort_unstable();
        ports.dedup();
        let at = |port: Option<&str>| Missing {
            urls: declared.iter().filter(|(_, own)| *own == port).map(|(url, _)| *url).collect(),
            known: known.iter().filter(|known| port.is_none_or(|port| known.port == port)).count(),
        };
        ports.into_iter().map(at).filter(|found| found.urls.len() > found.known).collect()
    }

    fn told(&self, querier: &str, component: Component) -> String {
        let (urls, word) = (self.urls.join(" and "), component.word());
        match self.known {
            0 => format!("Querier {querier} does not know {word} {urls}"),
            known => format!("Querier {querier} knows {known} {word} where {urls} are declared"),
        }
    }
}

fn endpoints(querier: &Facts, component: Component) -> impl Iterator<Item = &StoreSeen> {
    let kind = if component == Component::Sidecar { "sidecar" } else { "store" };
    querier.stores.iter().filter(move |store| store.kind == kind)
}

/// Whether the Querier's endpoint is on the host of this URL.
pub(super) fn is_on_host_of(store: &StoreSeen, url: &str) -> bool {
    Address::of(store).is_some_and(|address| address.is_of(url, None))
}

/// A Sidecar tells none.
fn grpc_port(facts: &Facts) -> Option<&str> {
    facts.flags.get("grpc-address")?.rsplit(':').next()
}

/// Takes the first that fits out of the list, and says whether there was one.
fn take<T>(list: &mut Vec<T>, fits: impl Fn(&T) -> bool) -> bool {
    let place = list.iter().position(fits);
    place.map(|place| list.remove(place)).is_some()
}

struct Address<'a> {
    host: &'a str,
    port: &'a str,
}

impl<'a> Address<'a> {
    fn of(store: &'a StoreSeen) -> Option<Self> {
        let (host, port) = store.address.rsplit_once(':')?;
        Some(Self { host, port })
    }

    fn is_of(&self, url: &str, port: Option<&str>) -> bool {
        let same_host = Url::parse(url).is_ok_and(|url| url.host_str() == Some(self.host));
        same_host && port.is_none_or(|port| port == self.port)
    }

    fn is_a_name(&self) -> bool {
        self.host.trim_matches(['[', ']']).parse::<IpAddr>().is_err()
    }
}

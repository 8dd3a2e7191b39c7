//! The AWS side of a plan: what it depends on, what is wanted of it, what is there; read here, or given by who called the function.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join;
use serde::{Deserialize, Serialize};

use super::World;
use crate::clients::aws;
use crate::config::domain_name;
use crate::desired::infra::objects;
use crate::event::Event;
use crate::model::infra::{Found, Spec, Surroundings, WantedObject};
use crate::model::{Address, Caller, Live};
use crate::observe;
use crate::observe::infra::Readers;
use crate::plan::Selection;
use crate::state::Loaded;

/// How a plan comes to know the AWS side.
#[derive(Clone)]
pub enum CloudSide {
    /// It is left to others, or has no part in the command.
    Left,
    Read(Box<aws::Reader>),
    /// Read by whoever calls the function, whose own role has no right to look.
    Given(Box<Given>),
}

/// The AWS side as somebody else read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    pub wanted: Vec<WantedObject>,
    pub observed: BTreeMap<Address, Live<Found>>,
    pub caller: Live<Caller>,
}

impl CloudSide {
    pub fn reader(&self) -> Option<&aws::Reader> {
        match self {
            CloudSide::Read(reader) => Some(reader),
            CloudSide::Left | CloudSide::Given(_) => None,
        }
    }
}

/// The AWS side alone, for a function that has no right to look at it; and how many requests have been sent so far. What the
/// function reads itself is counted there.
pub async fn given(world: &World, selection: &Selection) -> (Option<Given>, u64) {
    let before = world.aws.requests();
    if world.cloud.reader().is_none() || !selection.may_take_objects() {
        return (None, before);
    }
    let state = world.store.load().await;
    let repeated = world.aws.requests() - before;
    let around = around(world, selection).await;
    let given = cloud_side(world, around, &state).await;
    (Some(given), world.aws.requests() - repeated)
}

/// What the AWS side depends on, and whose the credentials are.
pub(super) struct Around {
    surroundings: Option<Surroundings>,
    caller: Live<Caller>,
}

pub(super) async fn around(world: &World, selection: &Selection) -> Around {
    let (surroundings, caller) = join(surroundings(world, selection), caller(world, selection)).await;
    Around { surroundings, caller }
}

/// What is wanted and what is there, as far as it could be read.
pub(super) async fn cloud_side(world: &World, around: Around, state: &Live<Loaded>) -> Given {
    let hash = &world.wanted.config_hash;
    let caller = around.caller;
    let Some(mut around) = around.surroundings else {
        return Given { wanted: Vec::new(), observed: BTreeMap::new(), caller };
    };
    let mut wanted = objects(&world.config, hash, &around);
    let observed = look_at_objects(world, &wanted, state).await;
    if let Some(cloud) = world.cloud.reader().filter(|_| function_moves(&wanted, &observed)) {
        let config = &world.config;
        let (group, named) = (&config.security_group_id, &config.function.subnets);
        let misplaced = observe::infra::misplaced(cloud, &config.vpc_id, group, named);
        (around.misplaced, around.quota) = join(misplaced, observe::infra::quota(cloud)).await;
        wanted = objects(config, hash, &around);
    }
    Given { wanted, observed, caller }
}

/// Whether the function is yet to be put where it is wanted. Where it stands already, nothing about the place needs asking.
fn function_moves(wanted: &[WantedObject], observed: &BTreeMap<Address, Live<Found>>) -> bool {
    let place = |spec: &Spec| match spec {
        Spec::Function(one) => Some((one.subnets.clone(), one.security_groups.clone())),
        _ => None,
    };
    wanted.iter().filter_map(|one| Some((one.spec.address(), place(&one.spec)?))).any(|(address, wanted)| {
        let live = observed.get(&address).and_then(Live::present);
        live.and_then(|found| place(&found.spec)) != Some(wanted)
    })
}

/// Whose the credentials are; `Absent` when nothing of the AWS side is planned, where other stores need no STS.
async fn caller(world: &World, selection: &Selection) -> Live<Caller> {
    let Some(cloud) = world.cloud.reader().filter(|_| selection.may_take_objects()) else {
        return Live::Absent;
    };
    match cloud.caller().await {
        Ok(caller) => Live::Present(caller),
        Err(error) => Live::Unknown(error.unknown()),
    }
}

/// What the AWS side depends on; `None` when nothing of it is planned.
async fn surroundings(world: &World, selection: &Selection) -> Option<Surroundings> {
    let cloud =
        world.cloud.reader().filter(|_| world.config.infrastructure && selection.may_take_objects())?;
    let named = &world.config.function.subnets;
    let domain = match domain_name(&world.config) {
        Some(name) => observe::infra::live(cloud.domain(&name).await),
        None => Live::Absent,
    };
    let subnets = if named.is_empty() {
        observe::infra::subnets(cloud, &world.config.vpc_id, &domain).await
    } else {
        Live::Present(named.clone())
    };
    let (package, plain_http) = (world.package.clone(), world.aws.s3_is_plain());
    let fine_grained = domain.map(|facts| facts.fine_grained);
    Some(Surroundings { subnets, misplaced: None, quota: None, fine_grained, package, plain_http })
}

/// Every wanted object, and every one that the state says es2s3 made.
async fn look_at_objects(
    world: &World,
    wanted: &[WantedObject],
    state: &Live<Loaded>,
) -> BTreeMap<Address, Live<Found>> {
    let Some(cloud) = world.cloud.reader().filter(|_| !wanted.is_empty()) else {
        return BTreeMap::new();
    };
    world.events.emit(Event::Reading { what: "AWS" });
    let mut addresses: BTreeSet<Address> = wanted.iter().map(|one| one.spec.address()).collect();
    addresses.extend(state.present().into_iter().flat_map(|loaded| loaded.state.owned.keys().cloned()));
    let readers = Readers { aws: cloud, domain: world.direct.then_some(&world.engine) };
    observe::infra::objects(readers, &addresses, &world.scope()).await
}

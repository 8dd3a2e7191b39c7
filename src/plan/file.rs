//! Saved plans, format 1: written by `plan --out`, read by `apply FILE` (`docs/plan-format.md`).
//!
//! A file carries the SHA-256 of its plan's bytes, so that what is applied is what was shown. The fingerprint finds an
//! edit, it is no signature: who may write the file may also write the fingerprint.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::infra;
use super::thanos::{Action, Item};
use super::types::{Decision, IndexItem, Plan, Series, SnapshotDecision, SnapshotItem};
use super::{facts::Lookup, totals};
use crate::model::{Address, Cluster, Prices};

/// The version of the format that this es2s3 writes, and the latest that it reads.
pub const FORMAT: u32 = 1;

const START: &str = "{\"es2s3_plan\":";
const FINGERPRINT: &str = ",\"fingerprint\":\"";
const PLAN: &str = "\",\"plan\":";

/// Why a file is not taken as a saved plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanFileError {
    #[error("the file is no saved plan ({0}); make one with es2s3 plan --out FILE")]
    Garbled(String),
    #[error(
        "the plan has format {found} and this es2s3 reads up to {FORMAT}; use the es2s3 that made it, or plan again"
    )]
    Newer { found: u32 },
    #[error("the plan was edited after it was saved (its fingerprint differs); plan again")]
    Tampered,
    #[error("the plan expired at {expired}; plan again")]
    Expired { expired: Timestamp },
    #[error("the plan could not be written as JSON: {0}")]
    Unwritable(String),
}

/// A plan as the bytes of a file.
pub fn to_bytes(plan: &Plan) -> Result<Vec<u8>, PlanFileError> {
    let plan = serde_json::to_vec_pretty(plan).map_err(|e| PlanFileError::Unwritable(e.to_string()))?;
    let head = format!("{START}{FORMAT}{FINGERPRINT}{}{PLAN}", fingerprint(&plan));
    Ok([head.as_bytes(), &plan, b"}\n"].concat())
}

/// Reads a saved plan, as of `now`.
pub fn from_bytes(bytes: &[u8], now: Timestamp) -> Result<Plan, PlanFileError> {
    let garbled = |why: &str| PlanFileError::Garbled(why.into());
    let text = std::str::from_utf8(bytes).map_err(|_| garbled("it is not UTF-8"))?;
    let rest = text.strip_prefix(START).ok_or_else(|| garbled("it does not begin like one"))?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let found = rest[..digits].parse().map_err(|_| garbled("its version is no number"))?;
    if found > FORMAT {
        return Err(PlanFileError::Newer { found });
    }
    let body = rest[digits..].strip_prefix(FINGERPRINT).and_then(|rest| rest.split_once(PLAN));
    let (wanted, plan) = body.ok_or(PlanFileError::Tampered)?;
    let plan = plan.trim_end().strip_suffix('}').ok_or_else(|| garbled("its end is missing"))?;
    if fingerprint(plan.as_bytes()) != wanted {
        return Err(PlanFileError::Tampered);
    }
    let plan: Plan = serde_json::from_str(plan).map_err(|e| garbled(&e.to_string()))?;
    if plan.expires <= now {
        return Err(PlanFileError::Expired { expired: plan.expires });
    }
    Ok(plan)
}

fn fingerprint(plan: &[u8]) -> String {
    Sha256::digest(plan).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Why a saved plan as a whole no longer fits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the saved plan is stale: {why}; plan again")]
pub struct Stale {
    pub why: String,
}

/// One line of a saved plan that no longer fits the world, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    pub address: Address,
    pub why: String,
}

/// Compares a saved plan with one made now. Only lines that the saved plan would carry out are looked at; a fresh plan must
/// come to the same decision on the same thing.
///
/// # Errors
/// [`Stale`] when configuration, domain or state are not those that the plan was made against.
pub fn fits(saved: &Plan, fresh: &Plan) -> Result<Vec<Misfit>, Stale> {
    stale(saved, fresh)?;
    let mut misfits = Vec::new();
    if saved.repository.selected && saved.repository.change != fresh.repository.change {
        let address = Address::Repository(saved.repository.spec.name.to_string());
        misfits.push(Misfit {
            address,
            why: "its settings are not those that the plan was made against".into(),
        });
    }
    misfits.extend(infra::misfits(&saved.objects, &fresh.objects));
    let items: Lookup<&str, &IndexItem> = fresh.series.iter().flat_map(by_name).collect();
    let snapshots: Lookup<&str, &SnapshotItem> =
        fresh.series.iter().flat_map(|s| &s.snapshots).map(|item| (item.name.as_str(), item)).collect();
    for series in &saved.series {
        misfits.extend(series.indices.iter().filter_map(|item| index_misfit(item, &items)));
        misfits.extend(series.snapshots.iter().filter_map(|item| snapshot_misfit(item, &snapshots)));
    }
    misfits.extend(thanos_misfits(saved, fresh));
    Ok(misfits)
}

/// The same action on the same thing, else the line is out.
fn thanos_misfits(saved: &Plan, fresh: &Plan) -> Vec<Misfit> {
    let Some(half) = &saved.thanos else { return Vec::new() };
    let now: BTreeMap<&Address, &Action> =
        fresh.thanos.iter().flat_map(|half| &half.items).map(|item| (&item.address, &item.action)).collect();
    let moved = |item: &&Item| {
        item.selected && item.action.is_change() && now.get(&item.address) != Some(&&item.action)
    };
    let misfit = |item: &Item| {
        let why = match now.get(&item.address) {
            None => "nothing is to be done with it any more".to_owned(),
            Some(action) if action.verb() == item.action.verb() => "it is not as it was".to_owned(),
            Some(action) => {
                format!("the plan says {}, now it would be {}", item.action.verb(), action.verb())
            }
        };
        Misfit { address: item.address.clone(), why }
    };
    half.items.iter().filter(moved).map(misfit).collect()
}

fn by_name(series: &Series) -> impl Iterator<Item = (&str, &IndexItem)> {
    series.indices.iter().map(|item| (item.name.as_str(), item))
}

fn stale(saved: &Plan, fresh: &Plan) -> Result<(), Stale> {
    let (then, now) = (&saved.header, &fresh.header);
    let domain = |cluster: Option<&Cluster>| cluster.map(|cluster| cluster.uuid.clone());
    let lineage = |plan: &Plan| plan.header.state.as_ref().map(|state| state.lineage.clone());
    let why = if then.config_hash != now.config_hash {
        "the configuration changed since"
    } else if (&then.account, &then.region) != (&now.account, &now.region) {
        "it is for another account or region"
    } else if domain(then.cluster.present()) != domain(now.cluster.present()) {
        "it was made against another domain"
    } else if lineage(saved) != lineage(fresh) {
        "it was made against another state"
    } else if then.state != now.state {
        "another run has written the state since"
    } else {
        return Ok(());
    };
    Err(Stale { why: why.into() })
}

fn index_misfit(saved: &IndexItem, fresh: &Lookup<&str, &IndexItem>) -> Option<Misfit> {
    if !saved.selected || !saved.decision.removes() {
        return None;
    }
    let why = match fresh.get(saved.name.as_str()) {
        None => "it is gone".into(),
        Some(now) => index_difference(saved, now)?,
    };
    Some(Misfit { address: Address::Index(saved.name.to_string()), why })
}

fn index_difference(saved: &IndexItem, now: &IndexItem) -> Option<String> {
    if saved.uuid != now.uuid {
        return Some(format!("it was made again: its UUID was {} and is {}", saved.uuid, now.uuid));
    }
    match (&saved.decision, &now.decision) {
        (Decision::Archive { .. }, Decision::Archive { .. }) => {}
        (Decision::Delete { evidence: then }, Decision::Delete { evidence: now }) => {
            if then.snapshot_uuid != now.snapshot_uuid {
                return Some(format!(
                    "its proof was in snapshot {} and is in {}",
                    then.snapshot, now.snapshot
                ));
            }
        }
        (then, now) => {
            let missing = now.missing().map(|missing| format!(": {missing}")).unwrap_or_default();
            return Some(format!("the plan says {}, now it would be {}{missing}", then.verb(), now.verb()));
        }
    }
    ((saved.docs, saved.bytes) != (now.docs, now.bytes)).then(|| "its documents or its size changed".into())
}

fn snapshot_misfit(saved: &SnapshotItem, fresh: &Lookup<&str, &SnapshotItem>) -> Option<Misfit> {
    let SnapshotDecision::Expire { last_copy_of: then, .. } = &saved.decision else { return None };
    if !saved.selected {
        return None;
    }
    let now = fresh.get(saved.name.as_str()).copied().filter(|now| now.uuid == saved.uuid);
    let why = match now.map(|now| &now.decision) {
        None => "it is gone or no longer due".into(),
        Some(SnapshotDecision::Expire { last_copy_of, .. }) if last_copy_of == then => return None,
        Some(SnapshotDecision::Expire { .. }) => "it is now the last copy of other indices".into(),
        Some(other) => format!("the plan says expire, now it would be {}", other.verb()),
    };
    Some(Misfit { address: Address::Snapshot(saved.name.to_string()), why })
}

/// Takes the misfits out of a saved plan: they are shown and not carried out. The totals follow.
pub fn drop_misfits(plan: &mut Plan, misfits: &[Misfit], prices: &Prices) {
    let dropped: BTreeSet<&Address> = misfits.iter().map(|misfit| &misfit.address).collect();
    let is_dropped = |address: Address| dropped.contains(&address);
    if is_dropped(Address::Repository(plan.repository.spec.name.to_string())) {
        plan.repository.selected = false;
    }
    for series in &mut plan.series {
        for item in series.indices.iter_mut().filter(|item| is_dropped(Address::Index(item.name.to_string())))
        {
            item.selected = false;
        }
        for item in series.snapshots.iter_mut().filter(|i| is_dropped(Address::Snapshot(i.name.to_string())))
        {
            item.selected = false;
        }
        shrink_archives(series);
    }
    for item in plan.objects.iter_mut().filter(|item| is_dropped(item.address.clone())) {
        item.selected = false;
    }
    let blocks = plan.thanos.iter_mut().flat_map(|half| &mut half.items);
    for item in blocks.filter(|item| dropped.contains(&item.address)) {
        item.selected = false;
    }
    plan.totals = totals::sum(&plan.objects, &plan.repository, &plan.series, plan.thanos.as_ref(), prices);
}

fn shrink_archives(series: &mut Series) {
    let sizes: Lookup<&str, _> =
        series.indices.iter().filter(|i| i.selected).map(|item| (item.name.as_str(), item.bytes)).collect();
    for archive in &mut series.archives {
        archive.indices.retain(|index| sizes.contains_key(index.as_str()));
        archive.bytes = archive.indices.iter().filter_map(|index| sizes[index.as_str()]).sum();
    }
    series.archives.retain(|archive| !archive.indices.is_empty());
}

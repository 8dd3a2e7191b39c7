//! `es2s3 destroy`: what es2s3 made on the AWS side goes; what holds data stays.

use std::collections::BTreeSet;

use serde_json::json;

use crate::apply::{Cloud, Outcome, carry_out_objects};
use crate::cli::args::{DestroyArgs, Format};
use crate::cli::connect::Session;
use crate::clients::aws::Reader;
use crate::desired::infra::{Names, addresses, objects};
use crate::error::{Exit, Failure};
use crate::model::infra::{Found, Kind, OWNER_TAG, Surroundings};
use crate::model::{Address, Live, State};
use crate::observe;
use crate::plan::infra::{ObjectChange, ObjectItem, Sides};
use crate::render;
use crate::state::new_run_id;

pub(in crate::cli) async fn run(session: &Session, args: &DestroyArgs) -> Result<Exit, Failure> {
    super::own_account(session).await?;
    // Also where the configuration has left the AWS side to others since: the state knows what was made.
    let reader = Reader::new(&session.world.aws).map_err(Failure::new)?;
    let cloud = super::cloud_of(session, reader);
    let loaded = session.world.store.read().await.map_err(|error| super::state_failure(&error))?;
    let known = known(session, &loaded.state);
    let items = items(session, &cloud, &known, &loaded.state, &args.bucket).await?;
    let left = left(session, &loaded.state, &args.bucket);
    show(session, &items, &left);
    if !items.iter().any(|item| item.change.writes()) {
        return Ok(Exit::Done);
    }
    if !args.auto_approve && !session.output.confirm("Remove all of this?")? {
        session.output.remark("nothing was removed");
        return Ok(Exit::Done);
    }
    let run = new_run_id(session.now());
    let ledger = super::ledger(session, &run, "destroy", args.lock_timeout.unwrap_or_default()).await?;
    let interrupt = session.interrupt();
    let done = carry_out_objects(&cloud, ledger, &session.events, &interrupt, &items, true).await;
    let outcome = done.map_err(|error| super::fatal(&error))?;
    report(session, &outcome);
    Ok(if outcome.complete() { Exit::Done } else { Exit::Partial })
}

/// The domain reads its snapshots with it, as long as the repository is registered; and that stays.
fn repository_role(session: &Session) -> Address {
    Address::Aws(Kind::Role, Names::of(session.config()).repository_role())
}

/// What the state lists, and what the configuration asks for whatever the state says.
fn known(session: &Session, state: &State) -> BTreeSet<Address> {
    let config = session.config();
    let nowhere = Surroundings {
        subnets: Live::Absent,
        package: Live::Absent,
        misplaced: None,
        quota: None,
        fine_grained: Live::Absent,
        plain_http: false,
    };
    let wanted = objects(config, &session.world.wanted.config_hash, &nowhere);
    let stays = repository_role(session);
    let known = addresses(config, &wanted).into_iter().chain(state.owned.keys().cloned());
    known.filter(|address| *address != stays).collect()
}

async fn items(
    session: &Session,
    cloud: &Cloud,
    known: &BTreeSet<Address>,
    state: &State,
    named: &[String],
) -> Result<Vec<ObjectItem>, Failure> {
    let buckets = named.iter().map(|name| Address::Aws(Kind::Bucket, name.clone()));
    let looked_at: BTreeSet<Address> = known.iter().cloned().chain(buckets.clone()).collect();
    let observed = observe::infra::objects(cloud.readers(), &looked_at, &cloud.scope).await;
    // What is inside the domain its master user alone can see: it gets a line that says how to remove it.
    let of_aws = |at: &Address| !matches!(at, Address::Aws(kind, _) if kind.is_in_the_domain());
    let unread = observed.iter().find_map(|(at, live)| Some((at, live.unknown()?)).filter(|_| of_aws(at)));
    if let Some((address, unknown)) = unread {
        return Err(Failure::new(format!("{address} could not be read: {}", unknown.why))
            .help("what cannot be seen is not removed; nothing was"));
    }
    let owner = &session.world.wanted.owner;
    let sides = Sides { wanted: &[], observed: &observed, owner, state: Some(state), in_use: None };
    let mut items = sides.removals_of(known.iter());
    for bucket in buckets {
        items.extend(removal(cloud, &bucket, observed.get(&bucket), owner).await?);
    }
    Ok(items)
}

/// A bucket that was named, with nothing in it: neither snapshots nor a state ever go with a destroy.
async fn removal(
    cloud: &Cloud,
    address: &Address,
    live: Option<&Live<Found>>,
    owner: &str,
) -> Result<Option<ObjectItem>, Failure> {
    let Some(found) = live.and_then(Live::present) else { return Ok(None) };
    if found.tags.get(OWNER_TAG).is_none_or(|mark| mark != owner) {
        return Err(Failure::new(format!(
            "{address} does not bear es2s3's tag, so it is not es2s3's to remove"
        )));
    }
    if let Some(key) = cloud.reader.anything_in(address.name()).await.map_err(Failure::new)? {
        return Err(Failure::new(format!("{address} is not empty, it holds {key}")).help(
            "es2s3 removes no snapshot and no state with it: empty the bucket first, if all of it may go",
        ));
    }
    let change = ObjectChange::Remove { arn: found.arn.clone(), before: Box::new(found.spec.clone()) };
    Ok(Some(ObjectItem { address: address.clone(), change, needs: Vec::new(), selected: true }))
}

/// What stays, each with the reason.
fn left(session: &Session, state: &State, named: &[String]) -> Vec<(String, String)> {
    let config = session.config();
    let mut left = Vec::new();
    for (bucket, why) in [
        (&config.repository.bucket, "it holds the snapshots"),
        (&config.state.bucket, "it holds the state, the journals and the manifest of what was deleted"),
    ] {
        let address = format!("bucket {bucket}");
        if !named.iter().any(|name| name == bucket.as_str())
            && !left.iter().any(|(known, _)| *known == address)
        {
            left.push((address, why.to_owned()));
        }
    }
    let role = repository_role(session);
    if state.owned.contains_key(&role) {
        left.push((format!("role {}", role.name()), "the domain reads its snapshots with it".to_owned()));
    }
    let repository = Address::Repository(config.repository.name.to_string());
    if state.owned.contains_key(&repository) {
        left.push((
            format!("repository {}", config.repository.name),
            "the domain reads its snapshots by it".to_owned(),
        ));
    }
    left
}

fn show(session: &Session, items: &[ObjectItem], left: &[(String, String)]) {
    match session.output.format {
        Format::Json => session.output.line(&json!({"event": "planned", "objects": items, "left": left})),
        Format::Human | Format::Markdown => {
            session.output.result(&render::destruction(items, left, &session.output.style));
        }
    }
}

fn report(session: &Session, outcome: &Outcome) {
    match session.output.format {
        // The events were the result; the last of them has the sums.
        Format::Json => {}
        Format::Human | Format::Markdown => {
            session.output.result(&render::destroyed(outcome, &session.output.style));
        }
    }
}

//! `es2s3 restore`: choose from the manifest, check what stands in the way, ask, bring back.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::apply::{Ledger, Restoration, RestoreItem, recover, restore};
use crate::cli::args::{Format, RestoreArgs};
use crate::cli::connect::Session;
use crate::clients::engine::Writer;
use crate::clients::engine::request::is_exact;
use crate::error::{Exit, Failure};
use crate::model::{Catalogue, Days, IndexName, Live, Place, RunId};
use crate::observe;
use crate::render;
use crate::state::{Journal, Lease, Manifest, ManifestLine, new_run_id};

pub(in crate::cli) async fn run(session: &Session, args: &RestoreArgs) -> Result<Exit, Failure> {
    super::prepared(session).await?;
    let chosen = chosen(session, args).await?;
    let world = &session.world;
    let place = super::place(session).await?;
    let catalogue = match observe::catalogue::catalogue(&world.bucket(&place), &place.base_path).await {
        Live::Present((catalogue, _)) => catalogue,
        Live::Absent => return Err(Failure::new(format!("{} holds no snapshot repository", place.url()))),
        Live::Unknown(unknown) => return Err(Failure::new(format!("the catalogue: {}", unknown.why))),
    };
    let items = items(session, args, chosen, &catalogue).await?;
    match session.output.format {
        Format::Json => session.output.line(&serde_json::json!({"event": "planned", "restore": items})),
        Format::Human | Format::Markdown => session.output.result(&render::restoration(&items)),
    }
    let possible = items.iter().filter(|item| item.blocked.is_none()).count();
    if possible == 0 {
        return Err(Failure::new("nothing can be restored"));
    }
    if !args.auto_approve && !session.output.confirm("Bring these back?")? {
        session.output.remark("nothing was written");
        return Ok(Exit::Done);
    }
    carry_out(session, args, &items, catalogue).await
}

async fn carry_out(
    session: &Session,
    args: &RestoreArgs,
    items: &[RestoreItem],
    catalogue: Catalogue,
) -> Result<Exit, Failure> {
    let run = new_run_id(session.now());
    let hold_until = hold_until(session, args)?;
    let lease = super::take_lease(session, &run, "restore", std::time::Duration::ZERO).await?;
    let (writer, journal, place) = match begin(session, &lease, &run).await {
        Ok(begun) => begun,
        Err(failure) => {
            drop(lease.release().await);
            return Err(failure);
        }
    };
    let mut ledger = Ledger::new(lease, journal);
    let world = &session.world;
    let work = Restoration {
        reader: world.engine.clone(),
        writer,
        verifier: world.verifier(&place),
        repository: world.wanted.repository.name.clone(),
        catalogue,
        events: session.events.clone(),
        interrupt: session.interrupt(),
        hold_until,
        by: session.who.to_string(),
    };
    let outcome = match restore(items, &work, &mut ledger).await {
        Ok(outcome) => outcome,
        Err(error) => {
            ledger.abandon().await;
            return Err(super::fatal(&error));
        }
    };
    ledger.finish(&outcome, None, outcome.exit()).await.map_err(|error| super::fatal(&error))?;
    if session.output.format != Format::Json {
        session.output.result(&render::restored(&outcome, &run));
    }
    Ok(if outcome.complete() { Exit::Done } else { Exit::Partial })
}

/// Under the lease and before the first index: what others left behind is made up for.
async fn begin(session: &Session, lease: &Lease, run: &RunId) -> Result<(Writer, Journal, Place), Failure> {
    let world = &session.world;
    let engine = world.engine.root().await.map_err(Failure::new)?.engine;
    let writer = super::writer(session, engine, lease);
    recover(lease, &world.engine, &writer, &world.wanted.repository.name, &session.events)
        .await
        .map_err(|e| super::fatal(&e))?;
    let place = super::place(session).await?;
    let journal =
        Journal::begin(lease.store(), run, "restore", &session.who.to_string(), session.now()).await;
    Ok((writer, journal.map_err(|error| super::state_failure(&error))?, place))
}

/// The newest deletion of each index that was asked for.
async fn chosen(session: &Session, args: &RestoreArgs) -> Result<Vec<ManifestLine>, Failure> {
    let lines =
        Manifest::new(&session.world.store).read().await.map_err(|error| super::state_failure(&error))?;
    let wanted = |line: &ManifestLine| match (&args.run, &args.policy, args.from, args.to) {
        (Some(run), ..) => line.run.as_str() == run,
        (None, Some(policy), Some(from), Some(to)) => {
            line.policy.as_str() == policy && line.touches(from, to)
        }
        _ => args.indices.iter().any(|index| index == line.index.as_str()),
    };
    let mut newest: BTreeMap<IndexName, ManifestLine> = BTreeMap::new();
    for line in lines.into_iter().filter(wanted) {
        newest.insert(line.index.clone(), line);
    }
    if let Some(unknown) = args.indices.iter().find(|index| !newest.contains_key(index.as_str())) {
        return Err(Failure::new(format!("the manifest has no index {unknown}"))
            .help("es2s3 history lists what was deleted; a snapshot that es2s3 did not delete from is restored by the domain's own API"));
    }
    if newest.is_empty() {
        return Err(Failure::new("the manifest has nothing that fits")
            .help("see what was deleted: es2s3 history RUN"));
    }
    Ok(newest.into_values().collect())
}

/// What stands in the way of each: a live index of that name, a snapshot that expired.
async fn items(
    session: &Session,
    args: &RestoreArgs,
    lines: Vec<ManifestLine>,
    catalogue: &Catalogue,
) -> Result<Vec<RestoreItem>, Failure> {
    let targets: Vec<IndexName> = lines.iter().map(|line| target(args, &line.index)).collect();
    distinct(&targets)?;
    let live = session.world.engine.index_uuids(&targets).await.map_err(Failure::new)?;
    Ok(lines
        .into_iter()
        .zip(targets)
        .map(|(line, target)| {
            let uuid = &line.evidence.snapshot_uuid;
            let blocked = if live.contains_key(&target) {
                Some(format!("an index named {target} is live; --rename gives it another name"))
            } else if !catalogue.snapshots.iter().any(|snapshot| snapshot.uuid == *uuid) {
                Some(format!("its snapshot {} is no longer in the repository", line.evidence.snapshot))
            } else {
                None
            };
            RestoreItem { line, target, blocked }
        })
        .collect())
}

/// Each index comes back under a name of its own, and under exactly one.
fn distinct(targets: &[IndexName]) -> Result<(), Failure> {
    if let Some(target) = targets.iter().find(|target| !is_exact(target.as_str())) {
        return Err(Failure::new(format!(
            "`{target}` is no index name: --rename takes a name with {{}} in it"
        )));
    }
    let mut seen = BTreeSet::new();
    match targets.iter().find(|target| !seen.insert(*target)) {
        None => Ok(()),
        Some(target) => Err(Failure::new(format!("two indices would come back as {target}"))
            .help("write {} for the original name: --rename 'restored-{}'")),
    }
}

fn target(args: &RestoreArgs, index: &IndexName) -> IndexName {
    match &args.rename {
        Some(pattern) => IndexName::from(pattern.replace("{}", index.as_str())),
        None => index.clone(),
    }
}

fn hold_until(session: &Session, args: &RestoreArgs) -> Result<Option<Timestamp>, Failure> {
    let until = match args.hold {
        Some(length) => session.now().checked_add(length),
        None => session.now().checked_add(Days(session.config().restored_hold_days).span()),
    };
    until.map(Some).map_err(|_| Failure::new("the hold reaches beyond the end of time"))
}

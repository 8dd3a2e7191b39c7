//! `es2s3 apply`: plan (or read a saved plan), ask, take the lease, carry out.

use std::path::Path;

use crate::apply::{Copies, Fatal, Ledger, Outcome, Run, Waiting, recover};
use crate::cli::args::{ApplyArgs, Format, SelectionArgs};
use crate::cli::connect::Session;
use crate::clients::engine::Writer;
use crate::error::{Exit, Failure};
use crate::event::Event;
use crate::model::{Address, AddressPattern, Distribution, Engine, Live, Place, RunId, Version};
use crate::plan::file::Misfit;
use crate::plan::{self, Plan, StateRef};
use crate::render;
use crate::state::{Journal, Lease, new_run_id};

/// How long a delete is tried again while another snapshot holds the index.
const FOREIGN_SNAPSHOT: std::time::Duration = std::time::Duration::from_secs(15 * 60);

pub(in crate::cli) async fn run(session: &Session, args: &ApplyArgs) -> Result<Exit, Failure> {
    let prepared = super::prepared(session).await?;
    let Some(approved) = approved(session, args).await? else { return Ok(Exit::Done) };
    // What a dead run left is found in the domain.
    let left_behind = prepared.left_behind && !leaves_the_domain(&approved.plan);
    if !plan::has_changes(&approved.plan) && !left_behind {
        return Ok(Exit::Done);
    }
    match &session.remote {
        Some(remote) if !leaves_the_domain(&approved.plan) => {
            remote.apply(session, args, approved, left_behind).await
        }
        Some(_) | None => here(session, args, approved).await,
    }
}

/// Under a lease of its own.
pub(in crate::cli) async fn here(
    session: &Session,
    args: &ApplyArgs,
    approved: Approved,
) -> Result<Exit, Failure> {
    let run = new_run_id(session.now());
    let lease = super::take_lease(session, &run, "apply", args.lock_timeout.unwrap_or_default()).await?;
    let begun = match begin(session, args, approved, &lease, &run).await {
        Ok(begun) => begun,
        Err(failure) => {
            drop(lease.release().await);
            return Err(failure);
        }
    };
    carry_out(session, args, begun, lease, &run).await
}

/// Whether it was made without the domain, since nothing of it was selected.
fn leaves_the_domain(plan: &Plan) -> bool {
    matches!(plan.header.cluster, Live::Absent)
}

/// A plan that somebody said yes to, and the lines of it that no longer fit the world.
pub(in crate::cli) struct Approved {
    pub plan: Plan,
    pub misfits: Vec<Misfit>,
}

/// `None` when they said no.
async fn approved(session: &Session, args: &ApplyArgs) -> Result<Option<Approved>, Failure> {
    if let Some(plan) = &session.approved {
        return elsewhere(session, args, plan.clone()).await.map(Some);
    }
    if let Some(path) = &args.planfile {
        return saved(session, args, path).await.map(Some);
    }
    let plan = super::plan::make(session, &args.overrides, &args.selection).await?;
    super::plan::print(&session.output, &plan, false);
    super::plan::refuse(&plan)?;
    super::plan::readable(&plan)?;
    own_account(session, &plan).await?;
    if !plan::has_changes(&plan) || args.auto_approve {
        return Ok(Some(Approved { plan, misfits: Vec::new() }));
    }
    let yes = session.output.confirm("Carry out this plan?")?;
    if !yes {
        session.output.remark("nothing was written");
    }
    Ok(yes.then(|| Approved { plan, misfits: Vec::new() }))
}

/// A saved plan, held against the world of now: what no longer fits is taken out and named.
async fn saved(session: &Session, args: &ApplyArgs, path: &Path) -> Result<Approved, Failure> {
    if !args.selection.only.is_empty() || !args.selection.exclude.is_empty() {
        return Err(Failure::new(
            "a saved plan is carried out as it is: --only and --exclude belong to `es2s3 plan`",
        ));
    }
    let mut plan = super::show::read(path, session.began)?;
    super::plan::refuse(&plan)?;
    let selection =
        if leaves_the_domain(&plan) { apart_from_the_domain(&plan) } else { args.selection.clone() };
    let fresh = super::plan::make(session, &args.overrides, &selection).await?;
    super::plan::readable(&fresh)?;
    let mut misfits = plan::file::fits(&plan, &fresh).map_err(|stale| {
        Failure::new(stale).exit(Exit::Stale).help("make a new one: es2s3 plan --out FILE")
    })?;
    if session.remote.is_some() {
        // Of the others the function will say it.
        misfits.retain(|misfit| matches!(misfit.address, Address::Aws(..)));
    }
    drop_misfits(session, &mut plan, &misfits);
    own_account(session, &plan).await?;
    if !misfits.is_empty() && !plan::has_changes(&plan) {
        return Err(Failure::new("no line of the saved plan fits the world any more")
            .exit(Exit::Partial)
            .help("make a new one: es2s3 plan --out FILE"));
    }
    Ok(Approved { plan, misfits })
}

/// A plan that was approved where the domain is out of reach. The state may have moved since, if only by that caller's run over the
/// AWS side; each line is held against the world of now.
async fn elsewhere(session: &Session, args: &ApplyArgs, mut plan: Plan) -> Result<Approved, Failure> {
    super::plan::refuse(&plan)?;
    let fresh = super::plan::make(session, &args.overrides, &args.selection).await?;
    super::plan::readable(&fresh)?;
    let lineage = |plan: &Plan| plan.header.state.as_ref().map(|state| state.lineage.clone());
    if lineage(&plan) != lineage(&fresh) {
        return Err(stale("the plan was made against another state"));
    }
    plan.header.state.clone_from(&fresh.header.state);
    let misfits = plan::file::fits(&plan, &fresh).map_err(stale)?;
    drop_misfits(session, &mut plan, &misfits);
    if !misfits.is_empty() && !plan::has_changes(&plan) {
        return Err(Failure::new("no line of the plan fits the world any more")
            .exit(Exit::Partial)
            .help("make a new one: es2s3 plan"));
    }
    Ok(Approved { plan, misfits })
}

/// The AWS side without the domain.
pub(in crate::cli) fn aws_alone() -> SelectionArgs {
    let repository = AddressPattern::Glob { kind: "repository".into(), name: "*".into() };
    SelectionArgs { only: vec![AddressPattern::Infra], exclude: vec![repository] }
}

/// What a plan was made of that was made without the domain.
fn apart_from_the_domain(plan: &Plan) -> SelectionArgs {
    let SelectionArgs { mut only, exclude } = aws_alone();
    if plan.objects.is_empty() && plan.thanos.is_some() {
        only.clear();
    }
    only.extend(plan.thanos.is_some().then_some(AddressPattern::Thanos));
    SelectionArgs { only, exclude }
}

/// Before anything is written or asked. A plan of indices and snapshots alone needs no STS: the function has no way to it.
async fn own_account(session: &Session, plan: &Plan) -> Result<(), Failure> {
    if plan::writes_objects(plan) { super::own_account(session).await } else { Ok(()) }
}

/// The engine of a domain that was left out.
const UNASKED: Engine = Engine { distribution: Distribution::OpenSearch, version: Version::new(1, 0, 0) };

/// Everything that a run needs beside its lease.
struct Begun {
    approved: Approved,
    writer: Writer,
    journal: Journal,
    place: Place,
}

/// Under the lease and before the first deed: does the plan still fit, what did others leave behind, what is this run.
async fn begin(
    session: &Session,
    args: &ApplyArgs,
    approved: Approved,
    lease: &Lease,
    run: &RunId,
) -> Result<Begun, Failure> {
    let approved = fitted(session, args, approved, lease).await?;
    let world = &session.world;
    let (writer, place) = match &approved.plan.header.cluster {
        Live::Unknown(_) => return Err(Failure::new("the domain could not be read")),
        // The run ends before the first request that would go to it.
        Live::Absent => (super::writer(session, UNASKED, lease), world.place(&Live::Absent)),
        Live::Present(cluster) => {
            let writer = super::writer(session, cluster.engine, lease);
            let repository = &world.wanted.repository.name;
            recover(lease, &world.engine, &writer, repository, &session.events)
                .await
                .map_err(|e| super::fatal(&e))?;
            (writer, super::place(session).await?)
        }
    };
    let journal = Journal::begin(lease.store(), run, "apply", &session.who.to_string(), session.now()).await;
    let journal = journal.map_err(|error| super::state_failure(&error))?;
    // Recovery may have taken long, and the configuration is written without a condition.
    lease.confirm().await.map_err(|error| super::state_failure(&error))?;
    super::save_plan(lease.store(), run, &approved.plan, session.config()).await?;
    Ok(Begun { approved, writer, journal, place })
}

/// The plan was made before the lease, maybe long before: somebody had to say yes, or another run to end. When the state was
/// written since, every line is held against the world of now, and what no longer fits is taken out and named.
async fn fitted(
    session: &Session,
    args: &ApplyArgs,
    approved: Approved,
    lease: &Lease,
) -> Result<Approved, Failure> {
    let Approved { mut plan, mut misfits } = approved;
    let (serial, lineage) = lease.found();
    let found = StateRef { lineage: lineage.to_owned(), serial };
    let same = plan.header.state.as_ref() == Some(&found);
    if !plan::has_changes(&plan) || (same && session.now() < plan.expires) {
        return Ok(Approved { plan, misfits });
    }
    if session.now() >= plan.expires {
        return Err(stale(format!("the plan expired at {} while it waited", plan.expires)));
    }
    if plan.header.state.as_ref().is_none_or(|planned| planned.lineage != found.lineage) {
        return Err(stale("the plan was made against another state"));
    }
    if args.planfile.is_some() {
        return Err(stale("another run has written the state since the plan was checked"));
    }
    session.output.remark("another run has written the state since the plan: looking again");
    let mut fresh = super::plan::make(session, &args.overrides, &args.selection).await?;
    super::plan::readable(&fresh)?;
    super::plan::refuse(&fresh)?;
    // That the states differ is known, and no line needs to be dropped for it.
    fresh.header.state.clone_from(&plan.header.state);
    let moved = plan::file::fits(&plan, &fresh).map_err(stale)?;
    misfits.extend(taken_out(session, &mut plan, moved, &fresh));
    Ok(Approved { plan, misfits })
}

/// What another run has done already stays in: the executor finds it done.
fn taken_out(session: &Session, plan: &mut Plan, moved: Vec<Misfit>, fresh: &Plan) -> Vec<Misfit> {
    let lists = |address: &Address| match address {
        Address::Index(name) => {
            fresh.series.iter().flat_map(|series| &series.indices).any(|item| item.name.as_str() == name)
        }
        Address::Snapshot(_)
        | Address::Repository(_)
        | Address::Block(_)
        | Address::Thanos(_)
        | Address::Aws(..) => true,
    };
    let moved: Vec<Misfit> = moved.into_iter().filter(|misfit| lists(&misfit.address)).collect();
    drop_misfits(session, plan, &moved);
    moved
}

fn drop_misfits(session: &Session, plan: &mut Plan, misfits: &[Misfit]) {
    for misfit in misfits {
        session.events.emit(Event::ItemSkipped {
            address: misfit.address.clone(),
            verb: "apply",
            why: misfit.why.clone(),
        });
    }
    plan::file::drop_misfits(plan, misfits, &session.config().prices);
}

fn stale(why: impl std::fmt::Display) -> Failure {
    Failure::new(why).exit(Exit::Stale).help("plan again: es2s3 plan, es2s3 apply")
}

async fn carry_out(
    session: &Session,
    args: &ApplyArgs,
    Begun { approved: Approved { plan, misfits }, writer, journal, place }: Begun,
    lease: Lease,
    run: &RunId,
) -> Result<Exit, Failure> {
    let world = &session.world;
    let interrupt = session.interrupt();
    let began = session.now();
    let run_of = Run {
        reader: world.engine.clone(),
        writer,
        bucket: world.bucket(&place),
        copies: Copies::default(),
        verifier: world.verifier(&place),
        place,
        ledger: Ledger::new(lease, journal),
        events: session.events.clone(),
        waiting: Waiting { interrupt, for_snapshots: !args.no_wait, snapshot_in_progress: FOREIGN_SNAPSHOT },
        cloud: (!plan.objects.is_empty()).then(|| super::cloud(session)).flatten(),
        blocks: plan.thanos.as_ref().map(|half| super::blocks(session, &half.spec)).transpose()?,
        plan: &plan,
        misfits: &misfits,
    };
    let outcome = run_of.carry_out().await.map_err(|error| died(&error, run))?;
    report(session, &outcome, run, session.now().duration_since(began));
    Ok(if outcome.complete() { Exit::Done } else { Exit::Partial })
}

fn died(error: &Fatal, run: &RunId) -> Failure {
    super::fatal(error)
        .help(format!("what was done is in the journal: es2s3 history {run}; the next apply carries on"))
}

fn report(session: &Session, outcome: &Outcome, run: &RunId, took: jiff::SignedDuration) {
    match session.output.format {
        // The events were the result; the last of them has the sums.
        Format::Json => {}
        Format::Human | Format::Markdown => {
            session.output.result(&render::outcome(outcome, run, took, &session.output.style));
        }
    }
}

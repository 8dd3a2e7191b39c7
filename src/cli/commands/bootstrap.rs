//! `es2s3 bootstrap`: what must be there before anything else, planned and applied like the rest.

use serde_json::{Value, json};

use crate::apply::{Cloud, ItemResult, Outcome, carry_out_objects};
use crate::cli::args::{BootstrapArgs, Format, Global};
use crate::cli::connect::Session;
use crate::cli::output::Output;
use crate::clients::aws::Reader;
use crate::desired::infra::{foundation, owner, tags};
use crate::error::{Exit, Failure};
use crate::model::State;
use crate::model::infra::{Ci, WantedObject};
use crate::observe;
use crate::plan::infra::{ObjectChange, ObjectItem, Sides};
use crate::render;
use crate::state::bootstrap::{BootstrapError, bootstrap};
use crate::state::{StateError, new_run_id};

/// How often the bucket is looked at again when somebody else is at it too.
const LOOKS: usize = 3;

pub(in crate::cli) async fn run(session: &Session, args: &BootstrapArgs) -> Result<Exit, Failure> {
    let world = &session.world;
    // Another store than Amazon's has no accounts, and may have no STS.
    if world.aws.has_accounts() || world.config.infrastructure || args.ci.is_some() {
        super::own_account(session).await?;
    }
    let reader = Reader::new(&world.aws).map_err(Failure::new)?;
    let cloud = super::cloud_of(session, reader);
    let wanted = foundation(session.config(), args.ci.as_ref(), world.aws.s3_is_plain());
    let outlook = Outlook { items: lines(session, &cloud, &wanted).await, state: state(session).await? };
    if session.output.format != Format::Json {
        let place = world.store.place("state.json");
        let made = outlook.state.is_none();
        session.output.result(&render::foundation(&outlook.items, &place, made, &session.output.style));
    }
    possible(&outlook)?;
    if outlook.makes_something() && !args.auto_approve && !session.output.confirm("Make this?")? {
        session.output.remark("nothing was written");
        return Ok(Exit::Done);
    }
    make(session, &cloud, &wanted, outlook).await
}

/// What is there and what is to be made.
struct Outlook {
    /// The bucket first.
    items: Vec<ObjectItem>,
    state: Option<State>,
}

impl Outlook {
    fn makes_something(&self) -> bool {
        self.state.is_none() || self.items.iter().any(|item| item.change.writes())
    }
}

async fn lines(session: &Session, cloud: &Cloud, wanted: &[WantedObject]) -> Vec<ObjectItem> {
    let addresses = wanted.iter().map(|one| one.spec.address()).collect();
    let observed = observe::infra::objects(cloud.readers(), &addresses, &cloud.scope).await;
    let owner = owner(session.config());
    Sides { wanted, observed: &observed, owner: &owner, state: None, in_use: None }.lines()
}

async fn state(session: &Session) -> Result<Option<State>, Failure> {
    match session.world.store.read().await {
        Ok(loaded) => Ok(Some(loaded.state)),
        Err(StateError::NotPrepared { .. }) => Ok(None),
        Err(error) => Err(super::state_failure(&error)),
    }
}

/// Nothing is begun that is known not to come to its end.
fn possible(outlook: &Outlook) -> Result<(), Failure> {
    let blocked = outlook.items.iter().find_map(|item| match &item.change {
        ObjectChange::Blocked { unknown } => Some((item, unknown)),
        _ => None,
    });
    let Some((item, unknown)) = blocked else { return Ok(()) };
    let failure = Failure::new(format!("{} is blocked: {}", item.address, unknown.why));
    Err(match &unknown.missing {
        Some(action) => failure.help(format!("grant {action}, or let somebody who has it run this")),
        None => failure.help("nothing was made; mend that first"),
    })
}

async fn make(
    session: &Session,
    cloud: &Cloud,
    wanted: &[WantedObject],
    outlook: Outlook,
) -> Result<Exit, Failure> {
    let mut items = outlook.items;
    let bucket = make_bucket(session, cloud, wanted, items.remove(0)).await?;
    let store = &session.world.store;
    let report = bootstrap(store, session.now()).await.map_err(|error| failure(&error))?;
    if outlook.state.is_none() && !report.state_made {
        session.output.remark("another bootstrap made the state in this moment; this one found it");
    }
    let ci = if items.iter().any(|item| item.change.writes()) {
        for_ci(session, cloud, &items).await?
    } else {
        Outcome::default()
    };
    session.output.result(&match session.output.format {
        Format::Json => super::json(&json!({"bucket_settings": bucket, "ci": items, "state": report}))?,
        Format::Human | Format::Markdown => render::bootstrap(&report, &bucket, &ci, &session.output.style),
    });
    Ok(if ci.complete() { Exit::Done } else { Exit::Partial })
}

/// What became of the bucket, in words. Settings that the store refuses are told and do no harm: the promise rests on the
/// conditional writes, which are tried next.
async fn make_bucket(
    session: &Session,
    cloud: &Cloud,
    wanted: &[WantedObject],
    mut item: ObjectItem,
) -> Result<String, Failure> {
    for _ in 0..LOOKS {
        if !item.change.writes() {
            return Ok("as declared".into());
        }
        match cloud.establish(&item, &session.events).await {
            ItemResult::Done(note) | ItemResult::AlreadyDone(note) => return Ok(note),
            ItemResult::Failed(why) | ItemResult::Pending(why) => {
                let there = session.world.store.reader().exists().await;
                return match there {
                    Ok(true) if !session.world.aws.has_accounts() => Ok(format!("not all of them: {why}")),
                    _ => Err(Failure::new(format!("{}: {why}", item.address))),
                };
            }
            ItemResult::Skipped(why) => {
                session.output.remark(&format!("{}: {why}; looking again", item.address));
                let Some(again) = lines(session, cloud, wanted).await.into_iter().next() else { break };
                item = again;
            }
        }
    }
    Err(Failure::new(format!("{} is being changed by somebody else", item.address)).help("run this again"))
}

/// Under the lease and with a journal, now that there is a place for both. The state does not list these roles: what it lists and
/// no configuration asks for, an apply removes.
async fn for_ci(session: &Session, cloud: &Cloud, items: &[ObjectItem]) -> Result<Outcome, Failure> {
    let run = new_run_id(session.now());
    let ledger = super::ledger(session, &run, "bootstrap", std::time::Duration::ZERO).await?;
    let interrupt = session.interrupt();
    let done = carry_out_objects(cloud, ledger, &session.events, &interrupt, items, false).await;
    done.map_err(|error| super::fatal(&error))
}

/// All of it as JSON, with every statement, from the configuration alone.
pub(in crate::cli) fn print(global: &Global, ci: Option<&Ci>, output: &Output) -> Result<Exit, Failure> {
    let config = super::validate::load(global, output)?;
    let wanted = foundation(&config, ci, false);
    let objects: Vec<Value> = wanted.iter().map(|one| json!(one.spec)).collect();
    output.result(&super::json(&json!({
        "account": config.account,
        "region": config.region,
        "tags": tags(&config),
        "state": format!("s3://{}/{}/state.json", config.state.bucket, config.state.name),
        "objects": objects,
    }))?);
    Ok(Exit::Done)
}

fn failure(error: &BootstrapError) -> Failure {
    match error {
        BootstrapError::Unfit { .. } => Failure::new(error).help(
            "es2s3 keeps its lease and state by conditional writes and refuses a store without them: use S3, or a store that has them",
        ),
        BootstrapError::State(error) => super::state_failure(error),
        BootstrapError::S3(cause) => cause.hint().into_iter().fold(Failure::new(error), Failure::help),
    }
}

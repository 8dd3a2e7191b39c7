//! `es2s3 doctor`: every check that can be made without a write, on one screen.

mod cloud;

use aws_credential_types::provider::ProvideCredentials as _;

use crate::cli::args::{Format, Global};
use crate::cli::connect::{self, Session};
use crate::cli::output::Output;
use crate::clients::s3::S3Error;
use crate::config::{self, Config};
use crate::doctor::{Check, Facts, Outcome, Report, judge};
use crate::error::{Exit, Failure};
use crate::event::Event;
use crate::model::{Caller, Live, Place, Unknown};
use crate::plan::{self, Overrides, PlanInput, Selection};
use crate::reconcile::gather;
use crate::render;
use crate::state::LockFile;

pub(in crate::cli) async fn run(global: &Global, output: &Output) -> Result<Exit, Failure> {
    let report = report(global, output).await;
    output.result(&match output.format {
        Format::Json => super::json(&report)?,
        Format::Human | Format::Markdown => render::doctor(&report, &output.style),
    });
    Ok(if report.count(Outcome::Failed) == 0 { Exit::Done } else { Exit::Error })
}

/// Without a configuration, or without the secret that it names, there is one check and no more.
async fn report(global: &Global, output: &Output) -> Report {
    let file = global.config.display().to_string();
    let config = match load(global, &file) {
        Ok(config) => config,
        Err(check) => return Report::new(jiff::Timestamp::now(), vec![check]),
    };
    match connect::session(config, file, global, output).await {
        Ok(session) => judge(&facts(&session).await),
        Err(failure) => {
            let fix =
                if failure.help.is_empty() { "see docs/config.md".into() } else { failure.help.join("; ") };
            Report::new(jiff::Timestamp::now(), vec![Check::failed("connection", failure.message, fix)])
        }
    }
}

fn load(global: &Global, file: &str) -> Result<Config, Check> {
    let failed = |text: String, fix: Option<String>| {
        Check::failed("configuration", text, fix.unwrap_or_else(|| "es2s3 validate tells each".into()))
    };
    let bytes = config::file::read(&global.config)
        .map_err(|fault| failed(format!("{file}: {}", fault.message), fault.help))?;
    config::parse(file, &bytes).map(|parsed| parsed.config).map_err(|faults| {
        let first = faults.list.first().map(|fault| fault.message.clone()).unwrap_or_default();
        let count = crate::model::counted(faults.list.len() as u64, "fault", "faults");
        failed(format!("{file} has {count}: {first}"), None)
    })
}

async fn facts(session: &Session) -> Facts {
    let input = look(session).await;
    let plan = plan::plan(&input);
    let (world, observed) = (&session.world, &input.observed);
    let place = world.place(&observed.repository);
    let caller = caller(session, &observed.caller).await;
    let lock = lock(session).await;
    let cloud = match world.cloud.reader() {
        Some(reader) => Some(cloud::facts(session, reader, &input, &caller).await),
        None => None,
    };
    let mut unread = unread(&input);
    unread.extend(lock.unknown().cloned());
    Facts {
        now: session.now(),
        config_file: world.wanted.config_file.clone(),
        policies: world.config.policies.len(),
        account: world.config.account.clone(),
        region: world.config.region.clone(),
        endpoint: world.config.domain.endpoint.to_string().trim_end_matches('/').to_owned(),
        state_place: world.store.place("state.json"),
        credentials: credentials(session).await,
        unreached: unreached(session, observed.cluster.unknown()).await,
        bucket: bucket(session, &place).await,
        cluster: observed.cluster.clone(),
        repository: observed.repository.clone(),
        repository_change: plan.repository.change,
        catalogue: observed.catalogue.clone(),
        state: input.state,
        place,
        caller,
        lock,
        unread,
        cloud,
    }
}

/// What a plan looks at, without the policies: nothing is proven and no snapshot is opened for them.
async fn look(session: &Session) -> PlanInput {
    let mut world = session.world.clone();
    world.wanted.policies.clear();
    let gathered = gather(&world, session.began, Overrides::default(), Selection::default()).await;
    session.events.emit(Event::ReadingDone);
    gathered.input
}

/// Also where no plan asks: an account stands behind Amazon's own store.
async fn caller(session: &Session, observed: &Live<Caller>) -> Live<Caller> {
    if !matches!(observed, Live::Absent) || !session.world.aws.has_accounts() {
        return observed.clone();
    }
    let asked = match crate::clients::aws::Reader::new(&session.world.aws) {
        Ok(reader) => reader.caller().await,
        Err(error) => Err(error),
    };
    asked.map_or_else(|error| Live::Unknown(error.unknown()), Live::Present)
}

async fn credentials(session: &Session) -> Live<()> {
    let Some(provider) = session.world.aws.credentials() else { return Live::Absent };
    match provider.provide_credentials().await {
        Ok(_) => Live::Present(()),
        Err(error) => Live::Unknown(Unknown::because(format!("the AWS chain gives none: {error}"))),
    }
}

/// Asked once more only when the cluster could not be read: the banner alone tells whether anything answers.
async fn unreached(session: &Session, unread: Option<&Unknown>) -> Option<(String, Option<String>)> {
    unread?;
    let error = session.world.engine.root().await.err()?;
    Some((error.to_string(), error.hint().map(str::to_owned)))
}

async fn bucket(session: &Session, place: &Place) -> Live<Option<String>> {
    let reader = session.world.bucket(place);
    let region = match reader.region().await {
        Ok(region) => region,
        Err(S3Error::NoSuchBucket { .. }) => return Live::Absent,
        Err(error) => return Live::Unknown(error.unknown()),
    };
    if session.world.aws.has_accounts()
        && let Err(error) = reader.owned_by(&session.config().account).await
    {
        return Live::Unknown(error.unknown());
    }
    Live::Present(region)
}

async fn lock(session: &Session) -> Live<LockFile> {
    match session.world.store.lock().await {
        Ok(Some(lock)) => Live::Present(lock),
        Ok(None) | Err(crate::state::StateError::S3(S3Error::NoSuchBucket { .. })) => Live::Absent,
        Err(error) => Live::Unknown(error.as_unknown()),
    }
}

fn unread(input: &PlanInput) -> Vec<Unknown> {
    let observed = &input.observed;
    let parts = [
        observed.cluster.unknown(),
        observed.repository.unknown(),
        observed.indices.unknown(),
        observed.running.unknown(),
        observed.catalogue.unknown(),
        input.state.unknown(),
    ];
    let objects = observed.objects.values().map(Live::unknown);
    parts.into_iter().chain(objects).flatten().cloned().collect()
}

//! `es2s3 bootstrap`: the state bucket, and the proof that the store honours conditional writes.

use crate::cli::args::Format;
use crate::cli::connect::Session;
use crate::error::{Exit, Failure};
use crate::render;
use crate::state::bootstrap::{BootstrapError, bootstrap, look};

pub(in crate::cli) async fn run(session: &Session, auto_approve: bool) -> Result<Exit, Failure> {
    let world = &session.world;
    // Another store than Amazon's has no accounts, and may have no STS.
    if world.aws.has_accounts() || world.config.infrastructure {
        super::own_account(session).await?;
    }
    let store = &world.store;
    let outlook = look(store).await.map_err(|error| failure(&error))?;
    if !outlook.bucket_missing {
        super::own_bucket(session).await?;
    }
    session.output.remark(render::outlook(&outlook).trim_end());
    let missing = outlook.bucket_missing || outlook.state_missing;
    if missing && !auto_approve && !session.output.confirm("Make this?")? {
        session.output.remark("nothing was written");
        return Ok(Exit::Done);
    }
    let region = &session.config().region;
    let report = bootstrap(store, region, session.now()).await.map_err(|error| failure(&error))?;
    session.output.result(&match session.output.format {
        Format::Json => super::json(&report)?,
        Format::Human | Format::Markdown => render::bootstrap(&report),
    });
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

//! `es2s3 status`: how the domain, the repository and the last runs are, and what is overdue.

use crate::cli::args::{Format, OverrideArgs, SelectionArgs};
use crate::cli::connect::Session;
use crate::error::{Exit, Failure};
use crate::render;
use crate::state::Manifest;

pub(in crate::cli) async fn run(session: &Session) -> Result<Exit, Failure> {
    let plan = super::plan::make(session, &OverrideArgs::default(), &SelectionArgs::default()).await?;
    let store = &session.world.store;
    let state = store.load().await;
    let lock = store.lock().await.map_err(|error| super::state_failure(&error))?;
    let manifest = match &state {
        crate::model::Live::Present(_) => {
            Manifest::new(store).read().await.map_err(|error| super::state_failure(&error))?
        }
        crate::model::Live::Absent | crate::model::Live::Unknown(_) => Vec::new(),
    };
    let status = render::Status::of(&plan, state.map(|loaded| loaded.state), lock, &manifest, session.now());
    session.output.result(&match session.output.format {
        Format::Json => super::json(&status)?,
        Format::Human | Format::Markdown => render::status(&status),
    });
    super::plan::readable(&plan)?;
    Ok(Exit::Done)
}

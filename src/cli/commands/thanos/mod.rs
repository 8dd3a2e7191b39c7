//! `es2s3 thanos`: what is about the bucket of blocks alone.

pub(in crate::cli) mod audit;
pub(in crate::cli) mod future;
pub(in crate::cli) mod render;

use crate::cli::connect::Session;
use crate::error::Failure;
use crate::event::Event;
use crate::model::Live;
use crate::model::thanos::Observed;
use crate::plan::thanos::WantedThanos;
use crate::reconcile::blocks;

/// What the configuration declares.
fn wanted(session: &Session) -> Result<&WantedThanos, Failure> {
    session.world.wanted.thanos.as_ref().ok_or_else(undeclared)
}

fn undeclared() -> Failure {
    Failure::new("the configuration has no thanos:")
        .help("name the bucket of the blocks: `thanos: { bucket: NAME }`")
}

/// The bucket and the components, now.
async fn looked_at(session: &Session) -> Observed {
    let seen = blocks(&session.world, session.began).await;
    session.events.emit(Event::ReadingDone);
    seen.unwrap_or_else(|| Observed { bucket: Live::Absent, running: Vec::new(), clock_skew_seconds: None })
}

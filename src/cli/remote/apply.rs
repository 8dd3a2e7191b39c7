//! `apply`: the AWS side from here, the rest by the function, by a plan that was shown and asked about here.

use std::time::Duration;

use tokio::time::Instant;

use super::call::Question;
use super::{Remote, kept};
use crate::cli::args::ApplyArgs;
use crate::cli::commands::apply::{Approved, aws_alone, here};
use crate::cli::commands::{self, state_failure};
use crate::cli::connect::Session;
use crate::cli::function::Step;
use crate::error::{Exit, Failure};
use crate::model::Address;
use crate::plan::{self, Plan, file, halves};

/// So long the function is asked to carry on with snapshots that outlast it; then the schedule does.
const PATIENCE: Duration = Duration::from_secs(4 * 3600);
/// Between two looks at a snapshot of which nothing else can be done.
const LOOK_AGAIN: Duration = Duration::from_secs(20);

impl Remote {
    pub(in crate::cli) async fn apply(
        &self,
        session: &Session,
        args: &ApplyArgs,
        approved: Approved,
        left_behind: bool,
    ) -> Result<Exit, Failure> {
        let prices = &session.config().prices;
        let in_domain = halves::domain_side(&approved.plan, prices);
        if plan::writes_objects(&approved.plan) && self.aws(session, args, &approved).await? != Exit::Done {
            if plan::has_changes(&in_domain) {
                session
                    .output
                    .remark("the AWS side was applied in part: indices and snapshots were left alone");
            }
            return Ok(Exit::Partial);
        }
        let exit = if plan::has_changes(&in_domain) || left_behind {
            self.in_domain(session, args, &in_domain).await?
        } else {
            Exit::Done
        };
        Ok(if approved.misfits.is_empty() { exit } else { Exit::Partial })
    }

    async fn aws(&self, session: &Session, args: &ApplyArgs, approved: &Approved) -> Result<Exit, Failure> {
        let plan = halves::infra_side(&approved.plan, &session.config().prices);
        let args = ApplyArgs { selection: aws_alone(), planfile: None, ..args.clone() };
        let of_aws = |misfit: &&file::Misfit| matches!(misfit.address, Address::Aws(..));
        let misfits = approved.misfits.iter().filter(of_aws).cloned().collect();
        here(session, &args, Approved { plan, misfits }).await
    }

    /// Until the function has done what was approved, or says why not.
    async fn in_domain(&self, session: &Session, args: &ApplyArgs, approved: &Plan) -> Result<Exit, Failure> {
        let give_up = Instant::now() + PATIENCE;
        let mut due = approved.clone();
        loop {
            let exit = self.run(session, args, &due).await?;
            if exit != Exit::Partial || args.no_wait {
                return Ok(exit);
            }
            due = match self.rest(session, args, approved, give_up).await? {
                Some(rest) => rest,
                None => return Ok(exit),
            };
            session.output.remark("the function's time was over before its snapshots were: it carries on");
        }
    }

    async fn run(&self, session: &Session, args: &ApplyArgs, plan: &Plan) -> Result<Exit, Failure> {
        let text = String::from_utf8(file::to_bytes(plan).map_err(Failure::new)?).map_err(Failure::new)?;
        let question = Question::of(kept(session).await?, Step::CarryOut { plan: text }).followed();
        let patience = args.lock_timeout.unwrap_or_default();
        self.forward(session, Question { patience, ..question }).await
    }

    /// What is left to do, once there is something; `None` when no run waits, or nobody should any more.
    async fn rest(
        &self,
        session: &Session,
        args: &ApplyArgs,
        approved: &Plan,
        give_up: Instant,
    ) -> Result<Option<Plan>, Failure> {
        while Instant::now() < give_up && waits(session).await? {
            let later = commands::plan::make(session, &args.overrides, &args.selection).await?;
            commands::plan::readable(&later)?;
            let rest = halves::rest_of(approved, later, &session.config().prices);
            if plan::has_changes(&rest) {
                return Ok(Some(rest));
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(None)
    }
}

async fn waits(session: &Session) -> Result<bool, Failure> {
    let read = session.world.store.read().await;
    Ok(read.map_err(|error| state_failure(&error))?.state.waiting.is_some())
}

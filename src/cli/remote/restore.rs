//! `restore`: up to its question there, the question here, and through it there.

use super::call::Question;
use super::{Remote, kept};
use crate::cli::args::RestoreArgs;
use crate::cli::connect::Session;
use crate::cli::function::Step;
use crate::cli::output::fingerprint;
use crate::error::{Exit, Failure};

impl Remote {
    pub(super) async fn restore(&self, session: &Session, args: &RestoreArgs) -> Result<Exit, Failure> {
        let config = kept(session).await?;
        if args.auto_approve {
            return self.forward(session, Question::of(config, Step::Whole).followed()).await;
        }
        let mut asked = self.call(session, Question::of(config.clone(), Step::Ask)).await?;
        let exit = asked.shown(session)?;
        let Some(question) = &asked.answer.question else { return Ok(exit) };
        if !session.output.confirm(question)? {
            session.output.remark("nothing was written");
            return Ok(Exit::Done);
        }
        let step = Step::Approved { shown: fingerprint(&asked.answer.stdout) };
        self.forward(session, Question::of(config, step).followed()).await
    }
}

//! `access: lambda`: commands that need the domain, from where it is out of reach, by the function that stands in its VPC.
//!
//! The command line goes to the function as it was typed; the same program does the same there and gives back what a terminal would
//! have shown. The AWS side is read and carried out here, where the rights over it are. docs/decisions/0008 tells why.

mod apply;
mod call;
mod reach;
mod restore;

pub(super) use reach::answers;

use super::args::{Command, PlanArgs};
use super::commands;
use super::connect::Session;
use super::function::{Sent, Step, Told};
use crate::clients::aws;
use crate::config;
use crate::desired::infra::Names;
use crate::error::{Exit, Failure};
use crate::plan::{self, Plan, Selection};
use crate::reconcile;
use call::{Answered, Question};

/// The function that stands in for this program, and what it is to do.
pub(super) struct Remote {
    function: String,
    reader: aws::Reader,
    writer: aws::Writer,
    /// The command line as it was typed.
    arguments: Vec<String>,
}

impl Remote {
    pub fn new(session: &Session, arguments: &[String]) -> Result<Self, Failure> {
        let reader = aws::Reader::new(&session.world.aws).map_err(Failure::new)?;
        Ok(Self {
            function: Names::of(session.config()).function,
            writer: aws::Writer::new(reader.clone()),
            reader,
            arguments: arguments.to_vec(),
        })
    }

    /// The plan that this command begins with.
    pub async fn plan(&self, session: &Session, selection: &Selection) -> Result<Plan, Failure> {
        let question = reading(session, Step::Plan, selection).await;
        let mut answered = self.call(session, question).await?;
        answered.shown(session)?;
        let file = answered.answer.file.take().ok_or_else(|| Failure::new("the function made no plan"))?;
        plan::file::from_bytes(file.as_bytes(), session.began).map_err(Failure::new)
    }

    /// Its words as they are, and its exit code.
    async fn forward(&self, session: &Session, question: Question) -> Result<Exit, Failure> {
        self.call(session, question).await?.shown(session)
    }
}

pub(super) async fn dispatch(command: &Command, session: &Session, remote: &Remote) -> Result<Exit, Failure> {
    match command {
        Command::Plan(args) => plan(session, remote, args).await,
        Command::Restore(args) => remote.restore(session, args).await,
        Command::Prove { .. } => {
            let requests = session.world.aws.requests();
            let question = Question { requests, ..Question::of(text(session), Step::Whole) };
            remote.forward(session, question).await
        }
        other => super::dispatch(other, session).await,
    }
}

/// The file that `--out` names is written here, and only there.
async fn plan(session: &Session, remote: &Remote, args: &PlanArgs) -> Result<Exit, Failure> {
    let selection = commands::plan::selection(session, &args.selection);
    let question = reading(session, Step::Whole, &selection).await;
    let mut answered = remote.call(session, question).await?;
    let file = answered.answer.file.take();
    let ended = answered.shown(session);
    // Also a plan that a guard refuses is saved.
    if let (Some(path), Some(file)) = (&args.out, file) {
        commands::plan::write(&session.output, path, file.into_bytes())?;
    }
    ended
}

/// With the AWS side as it is seen from here.
async fn reading(session: &Session, step: Step, selection: &Selection) -> Question {
    let (given, requests) = reconcile::given(&session.world, selection).await;
    Question { given: given.map(Box::new), requests, ..Question::of(text(session), step) }
}

fn text(session: &Session) -> Sent {
    Sent::Text(config::show(session.config()))
}

/// What writes goes by a configuration that the state has.
async fn kept(session: &Session) -> Result<Sent, Failure> {
    commands::own_bucket(session).await?;
    let (hash, shown) = (session.world.wanted.config_hash.clone(), config::show(session.config()));
    let saved = session.world.store.save_config(&hash, shown).await;
    saved.map_err(|error| commands::state_failure(&error))?;
    Ok(Sent::Hash(hash))
}

impl Answered {
    /// Prints what it said, as far as it was not seen in the log; what it failed with is this command's failure.
    fn shown(&mut self, session: &Session) -> Result<Exit, Failure> {
        session.output.result(&self.answer.stdout);
        if !self.followed {
            session.output.error_text(&self.answer.stderr);
        }
        let exit = Exit::of_code(u64::from(self.answer.exit)).ok_or_else(|| {
            Failure::new(format!("the function ended with code {}, which is none", self.answer.exit))
        })?;
        match self.answer.failure.take() {
            Some(Told { message, help }) => Err(Failure { exit, message, help }),
            None => Ok(exit),
        }
    }
}

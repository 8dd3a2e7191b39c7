//! `es2s3 plan`: read, decide, show. Writes nothing but the file that `--out` names.

use std::path::Path;

use serde_json::json;

use crate::cli::args::{Format, OverrideArgs, PlanArgs, SelectionArgs};
use crate::cli::connect::Session;
use crate::cli::output::Output;
use crate::error::{Exit, Failure};
use crate::event::Event;
use crate::plan::{self, Overrides, Plan, Selection, Severity};
use crate::reconcile::gather;
use crate::render;

pub(in crate::cli) async fn run(session: &Session, args: &PlanArgs) -> Result<Exit, Failure> {
    if let Some(at) = args.at {
        return super::thanos::future::run(session, at).await;
    }
    let plan = make(session, &args.overrides, &args.selection).await?;
    print(&session.output, &plan, args.verbose);
    if let Some(path) = &args.out {
        save(&session.output, &plan, path)?;
        session.output.remark(&format!("saved; carry out exactly this: es2s3 apply {}", path.display()));
    }
    refuse(&plan)?;
    readable(&plan)?;
    Ok(if args.detailed_exitcode && plan::has_changes(&plan) { Exit::Changes } else { Exit::Done })
}

/// Gathers and plans at the session's own time; by the function, where the domain is out of reach.
pub(in crate::cli) async fn make(
    session: &Session,
    overrides: &OverrideArgs,
    args: &SelectionArgs,
) -> Result<Plan, Failure> {
    let selection = selection(session, args);
    if let Some(remote) = session.remote.as_ref().filter(|_| selection.may_take_the_domain()) {
        return remote.plan(session, &selection).await;
    }
    let mut gathered = gather(&session.world, session.began, amounts(overrides), selection).await;
    gathered.input.observed.rendered = super::thanos::render::drift(session.config().thanos.as_ref());
    session.events.emit(Event::ReadingDone);
    Ok(plan::plan(&gathered.input))
}

pub(in crate::cli) fn selection(session: &Session, args: &SelectionArgs) -> Selection {
    let selection = Selection::from(args);
    if session.apart { selection.without_the_repository() } else { selection }
}

pub(in crate::cli) fn print(output: &Output, plan: &Plan, verbose: bool) {
    let style = render::Style { verbose, ..output.style };
    match output.format {
        Format::Human => output.result(&render::plan_human(plan, &style)),
        Format::Json if output.streams => output.line(&json!({"event": "planned", "plan": plan})),
        Format::Json => output.result(&render::plan_json(plan)),
        Format::Markdown => output.result(&render::plan_markdown(plan)),
    }
}

/// A guard that refuses the amount ends the command with exit 3, after the plan was shown.
pub(in crate::cli) fn refuse(plan: &Plan) -> Result<(), Failure> {
    let refusals = plan::refusals(plan);
    let Some(first) = refusals.first() else { return Ok(()) };
    let mut failure = Failure::new(render::refusal(first)).exit(Exit::Refused);
    if let Some(help) = render::refusal_help(&refusals) {
        failure = failure.help(help);
    }
    Err(failure)
}

/// What could not be read is an error, however well it is told in the plan: a scheduled run that cannot see would else be green
/// for ever.
pub(in crate::cli) fn readable(plan: &Plan) -> Result<(), Failure> {
    let unread = || plan.findings.iter().filter(|finding| finding.severity == Severity::Unread);
    let Some(first) = unread().next() else { return Ok(()) };
    let failure = Failure::new(&first.text);
    Err(unread().filter_map(|finding| finding.help.clone()).fold(failure, Failure::help))
}

fn save(output: &Output, plan: &Plan, path: &Path) -> Result<(), Failure> {
    write(output, path, plan::file::to_bytes(plan).map_err(Failure::new)?)
}

pub(in crate::cli) fn write(output: &Output, path: &Path, bytes: Vec<u8>) -> Result<(), Failure> {
    output
        .save(path, bytes)
        .map_err(|error| Failure::new(format!("could not save the plan to {}: {error}", path.display())))
}

fn amounts(args: &OverrideArgs) -> Overrides {
    Overrides {
        delete_count: args.allow_delete_count,
        delete_bytes: args.allow_delete_bytes,
        delete_share: args.allow_delete_share,
        expire_count: args.allow_expire_count,
        expire_share: args.allow_expire_share,
        mark_share: args.allow_mark_share,
    }
}

impl From<&SelectionArgs> for Selection {
    fn from(args: &SelectionArgs) -> Self {
        Self { only: args.only.clone(), exclude: args.exclude.clone() }
    }
}

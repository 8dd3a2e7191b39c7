//! `es2s3 plan`: read, decide, show. Writes nothing but the file that `--out` names.

use std::path::Path;

use crate::cli::args::{Format, OverrideArgs, PlanArgs, SelectionArgs};
use crate::cli::connect::Session;
use crate::cli::output::Output;
use crate::error::{Exit, Failure};
use crate::event::Event;
use crate::model::Live;
use crate::plan::{self, Overrides, Plan, Selection};
use crate::reconcile::gather;
use crate::render;

pub(in crate::cli) async fn run(session: &Session, args: &PlanArgs) -> Result<Exit, Failure> {
    let plan = make(session, &args.overrides, &args.selection).await;
    print(&session.output, &plan, args.verbose);
    if let Some(path) = &args.out {
        save(&plan, path)?;
        session.output.remark(&format!("saved; carry out exactly this: es2s3 apply {}", path.display()));
    }
    refuse(&plan)?;
    readable(&plan)?;
    Ok(if args.detailed_exitcode && plan::has_changes(&plan) { Exit::Changes } else { Exit::Done })
}

/// Gathers and plans at the session's own time.
pub(in crate::cli) async fn make(
    session: &Session,
    overrides: &OverrideArgs,
    selection: &SelectionArgs,
) -> Plan {
    let gathered =
        gather(&session.world, session.began, amounts(overrides), Selection::from(selection)).await;
    session.events.emit(Event::ReadingDone);
    plan::plan(&gathered.input)
}

pub(in crate::cli) fn print(output: &Output, plan: &Plan, verbose: bool) {
    let style = render::Style { verbose, ..output.style };
    output.result(&match output.format {
        Format::Human => render::plan_human(plan, &style),
        Format::Json => render::plan_json(plan),
        Format::Markdown => render::plan_markdown(plan),
    });
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

/// A domain that did not answer is an error, however well it is told in the plan.
pub(in crate::cli) fn readable(plan: &Plan) -> Result<(), Failure> {
    match &plan.header.cluster {
        Live::Present(_) => Ok(()),
        Live::Absent => Err(Failure::new("the domain could not be read")),
        // What to do about it stands in the text where it is known; a missing permission stands apart.
        Live::Unknown(unknown) => {
            let failure = Failure::new(format!("the domain could not be read: {}", unknown.why));
            Err(match &unknown.missing {
                Some(action) => failure.help(format!("grant {action}")),
                None => failure,
            })
        }
    }
}

fn save(plan: &Plan, path: &Path) -> Result<(), Failure> {
    let bytes = plan::file::to_bytes(plan).map_err(Failure::new)?;
    std::fs::write(path, bytes)
        .map_err(|error| Failure::new(format!("could not save the plan to {}: {error}", path.display())))
}

fn amounts(args: &OverrideArgs) -> Overrides {
    Overrides {
        delete_count: args.allow_delete_count,
        delete_bytes: args.allow_delete_bytes,
        delete_share: args.allow_delete_share,
        expire_count: args.allow_expire_count,
        expire_share: args.allow_expire_share,
    }
}

impl From<&SelectionArgs> for Selection {
    fn from(args: &SelectionArgs) -> Self {
        Self { only: args.only.clone(), exclude: args.exclude.clone() }
    }
}

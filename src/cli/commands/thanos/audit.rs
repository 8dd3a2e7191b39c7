//! `es2s3 thanos audit`: look at the bucket, and say what is wrong with it. Writes nothing but the page that `--html` names.

use crate::cli::args::{AuditArgs, Format};
use crate::cli::connect::Session;
use crate::error::{Exit, Failure};
use crate::model::Live;
use crate::plan::thanos::{self, Level, ThanosPlan};
use crate::reconcile::old_versions;
use crate::render;

pub(in crate::cli) async fn run(session: &Session, args: &AuditArgs) -> Result<Exit, Failure> {
    let world = &session.world;
    let wanted = super::wanted(session)?;
    let mut seen = super::looked_at(session).await;
    old_versions(world, &mut seen).await;
    let now = session.began.as_second();
    let mut plan = thanos::plan(wanted, &seen, now);
    thanos::sum_up(&mut plan, &seen, &world.config.prices, now);
    show(session, args, &plan)?;
    match &plan.seen {
        Live::Present(_) => {}
        Live::Absent => return Err(Failure::new(format!("bucket {} does not exist", plan.spec.bucket))),
        Live::Unknown(unknown) => return Err(Failure::new(&unknown.why)),
    }
    let bad = plan.findings.iter().any(|finding| finding.level != Level::Note);
    Ok(if args.detailed_exitcode && bad { Exit::Changes } else { Exit::Done })
}

fn show(session: &Session, args: &AuditArgs, plan: &ThanosPlan) -> Result<(), Failure> {
    let output = &session.output;
    match output.format {
        Format::Json => output.result(&super::super::json(plan)?),
        Format::Human | Format::Markdown => {
            let style = render::Style { verbose: args.verbose, ..output.style };
            output.result(&render::audit_human(plan, &style));
        }
    }
    if let Some(path) = &args.html {
        output
            .save(path, render::audit_html(plan).into_bytes())
            .map_err(|error| Failure::new(format!("could not write {}: {error}", path.display())))?;
        output.remark(&format!("the page is in {}", path.display()));
    }
    Ok(())
}

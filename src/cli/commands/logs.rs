//! `es2s3 logs`: what the function wrote, readable.

use std::collections::HashSet;
use std::time::Duration;

use crate::cli::args::{Format, LogsArgs};
use crate::cli::connect::Session;
use crate::clients::aws::{LogLine, Reader};
use crate::desired::infra::Names;
use crate::error::{Exit, Failure};
use crate::render;

/// How often `--follow` looks. CloudWatch shows a line after some seconds.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// A line may be shown late: so far back `--follow` looks each time.
const LATE_MS: i64 = 30_000;

pub(in crate::cli) async fn run(session: &Session, args: &LogsArgs) -> Result<Exit, Failure> {
    let reader = reader(session)?;
    let since = i64::try_from(args.since.as_millis()).unwrap_or(i64::MAX);
    let mut tail = Tail::of(session, session.now().as_millisecond().saturating_sub(since));
    let interrupt = session.interrupt();
    loop {
        for line in tail.new_lines(&reader).await? {
            if args.wants(&line) {
                print(session, &line);
            }
        }
        if !args.follow || interrupt.is_set() {
            return Ok(Exit::Done);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

impl LogsArgs {
    fn wants(&self, line: &LogLine) -> bool {
        let event: Option<serde_json::Value> = serde_json::from_str(&line.text).ok();
        let word = |field: &str| event.as_ref().and_then(|event| event[field].as_str());
        if self.run.as_deref().is_some_and(|run| word("run") != Some(run)) {
            return false;
        }
        !self.errors || is_bad(line)
    }
}

/// What failed, was skipped, or is no event of es2s3's at all.
pub(super) fn is_bad(line: &LogLine) -> bool {
    let event: Option<serde_json::Value> = serde_json::from_str(&line.text).ok();
    match (event.as_ref().and_then(|event| event["event"].as_str()), &event) {
        (Some(name), _) => matches!(name, "item_failed" | "item_skipped" | "not_proven"),
        // A metric, or a line of Lambda about a request: only an error tells something.
        (None, Some(_)) => false,
        (None, None) => {
            !["START ", "END ", "REPORT ", "INIT_START "].iter().any(|own| line.text.starts_with(own))
        }
    }
}

pub(super) fn reader(session: &Session) -> Result<Reader, Failure> {
    Reader::new(&session.world.aws).map_err(Failure::new)
}

/// Beside the result, as progress.
pub(in crate::cli) fn remark(session: &Session, line: &LogLine) -> bool {
    let text = render::log_line(line.at(), &line.text);
    text.iter().for_each(|text| session.output.remark(text));
    text.is_some()
}

pub(super) fn print(session: &Session, line: &LogLine) {
    match session.output.format {
        Format::Json => session.output.result(&format!("{}\n", render::log_json(line.at(), &line.text))),
        Format::Human | Format::Markdown => {
            if let Some(text) = render::log_line(line.at(), &line.text) {
                session.output.result(&format!("{text}\n"));
            }
        }
    }
}

/// The end of the function's log, each line once.
pub(in crate::cli) struct Tail {
    group: String,
    from_ms: i64,
    seen: HashSet<String>,
}

impl Tail {
    pub fn of(session: &Session, from_ms: i64) -> Self {
        Self { group: Names::of(session.config()).log_group(), from_ms, seen: HashSet::new() }
    }

    pub async fn new_lines(&mut self, reader: &Reader) -> Result<Vec<LogLine>, Failure> {
        let mut fresh = Vec::new();
        let mut next = None;
        loop {
            let page = reader.log_lines(&self.group, self.from_ms, None, next).await.map_err(|error| {
                let failure = Failure::new(&error);
                if error.is_not_found() {
                    failure.help("the function is not made yet: es2s3 apply --only infra")
                } else {
                    failure
                }
            })?;
            fresh.extend(page.lines.into_iter().filter(|line| self.seen.insert(line.id.clone())));
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        if let Some(latest) = fresh.iter().map(|line| line.at_ms).max() {
            self.from_ms = self.from_ms.max(latest - LATE_MS);
        }
        Ok(fresh)
    }
}

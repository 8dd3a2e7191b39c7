//! The function's log: each event as one JSON line, marked with its run, for `es2s3 logs` and CloudWatch Insights.

use std::io::Write as _;
use std::sync::Mutex;

use serde_json::Value;

use crate::event::{Event, Events};

/// A subscriber beside the one of the output: what the caller gets is not what the log keeps.
pub fn into_log(events: Events) -> Events {
    let run: Mutex<Option<Value>> = Mutex::default();
    events.with(move |event| {
        let Ok(mut known) = run.lock() else { return };
        if let Event::RunStarted { run, .. } = event {
            *known = Some(Value::from(run.to_string()));
        }
        if let Some(line) = line(event, known.as_ref()) {
            let _closed = writeln!(std::io::stdout().lock(), "{line}");
        }
    })
}

/// `None` for progress, which a log does not want.
fn line(event: &Event, run: Option<&Value>) -> Option<Value> {
    if matches!(
        event,
        Event::ReadProgress { .. } | Event::SnapshotProgress { .. } | Event::LeaseRenewed { .. }
    ) {
        return None;
    }
    let mut line = serde_json::to_value(event).ok()?;
    if let (Some(fields), Some(run)) = (line.as_object_mut(), run) {
        fields.entry("run").or_insert_with(|| run.clone());
    }
    // The proof is in the manifest; here its name is enough.
    if let Some(evidence) = line.get_mut("evidence") {
        *evidence = evidence["snapshot"].clone();
    }
    Some(line)
}

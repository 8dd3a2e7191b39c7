//! A line of the function's log: an event of es2s3, or whatever Lambda wrote.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::text::second;

/// As a person reads it; `None` for what is only for machines.
pub fn log_line(at: Timestamp, line: &str) -> Option<String> {
    let text = match serde_json::from_str::<Value>(line) {
        Ok(value) if value.get("_aws").is_some() => return None,
        Ok(value) if value.get("event").is_some() => event(&value)?,
        _ if ["START RequestId", "END RequestId"].iter().any(|own| line.starts_with(own)) => return None,
        _ => line.to_owned(),
    };
    Some(format!("{}  {text}", second(at)))
}

/// As a machine reads it: the event with its time, or the bare text.
pub fn log_json(at: Timestamp, line: &str) -> Value {
    match serde_json::from_str::<Value>(line) {
        Ok(Value::Object(mut fields)) => {
            fields.insert("at".into(), json!(at));
            Value::Object(fields)
        }
        _ => json!({"at": at, "text": line}),
    }
}

fn event(value: &Value) -> Option<String> {
    let word = |field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default();
    let number = |field: &str| value.get(field).and_then(Value::as_u64).unwrap_or_default();
    let (verb, address) = (word("verb"), word("address"));
    Some(match word("event") {
        "run_started" => format!("run {} began: {} items", word("run"), number("items")),
        "run_finished" => format!(
            "run {} ended: {} done, {} skipped, {} failed, {} pending",
            word("run"),
            number("done"),
            number("skipped"),
            number("failed"),
            number("pending")
        ),
        "item_done" => format!("\u{2713} {verb} {address}: {}", word("note")),
        "item_skipped" => format!("- {verb} {address} skipped: {}", word("why")),
        "item_failed" => format!("\u{2717} {verb} {address} failed: {}", word("why")),
        "item_pending" => format!("\u{2026} {verb} {address} pending: {}", word("why")),
        "retrying" => format!("\u{2026} {}", word("why")),
        "recovering" => format!("run {} did not end: looking at what it left", word("run")),
        "verified" => format!("\u{2713} verified {} in {}", word("index"), word("evidence")),
        "notice" => word("text").to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_out_and_lambdas_own_lines_stay() {
        let at = Timestamp::from_millisecond(1_795_430_555_541).expect("a time");
        let shown = |text: &str| log_line(at, text).unwrap_or_default();
        for (text, expected) in [
            (r#"{"event":"run_started","run":"R","items":3}"#, "2026-11-23 10:42:35  run R began: 3 items"),
            (
                r#"{"event":"item_failed","verb":"archive","address":"index/a","why":"gone","run":"R"}"#,
                "2026-11-23 10:42:35  \u{2717} archive index/a failed: gone",
            ),
            ("REPORT RequestId: 1 Duration: 9 ms", "2026-11-23 10:42:35  REPORT RequestId: 1 Duration: 9 ms"),
            ("START RequestId: 1 Version: $LATEST", ""),
            (r#"{"event":"reading","what":"domain"}"#, ""),
            (r#"{"_aws":{},"SuccessfulRuns":1}"#, ""),
        ] {
            assert_eq!(shown(text).replace(" UTC", ""), expected);
        }
    }
}

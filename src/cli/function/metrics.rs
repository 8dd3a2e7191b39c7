//! Metrics as lines of the log in CloudWatch's embedded format: the function needs no way to the metrics' endpoint.

use std::io::Write as _;

use serde_json::{Value, json};

use super::answer::Answer;
use crate::desired::infra::{NAMESPACE, SUCCESSES};

/// One line for a scheduled event that ended.
pub fn write(function: &str, answer: &Answer) {
    let now = jiff::Timestamp::now().as_millisecond();
    let _closed = writeln!(std::io::stdout().lock(), "{}", line(function, answer.exit, now));
}

fn line(function: &str, exit: u8, now_ms: i64) -> Value {
    json!({
        "_aws": {
            "Timestamp": now_ms,
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [["Function"]],
                "Metrics": [{ "Name": SUCCESSES, "Unit": "Count" }, { "Name": "Exit", "Unit": "None" }],
            }],
        },
        "Function": function,
        SUCCESSES: u8::from(exit == 0),
        "Exit": exit,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_success_is_a_point_of_one() {
        for (exit, point) in [(0, 1), (3, 0), (6, 0)] {
            let line = line("es2s3-logs", exit, 1_795_000_000_000);
            assert_eq!(
                (line["SuccessfulRuns"].as_u64(), line["Function"].as_str()),
                (Some(point), Some("es2s3-logs"))
            );
            assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0][0], "Function");
        }
    }
}

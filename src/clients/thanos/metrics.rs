//! The few metrics that say what no other page says. Prometheus's text format, version 0.0.4.

use crate::model::thanos::Facts;

/// From a whole page of them.
pub(super) fn facts(page: &str) -> Facts {
    let mut facts = Facts::default();
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let Some((series, value)) = line.rsplit_once(' ') else { continue };
        let (name, labels) = series.split_once('{').unwrap_or((series, ""));
        match name {
            "thanos_objstore_bucket_operations_total" if facts.bucket.is_none() => {
                facts.bucket = label(labels, "bucket").map(str::to_owned);
            }
            "thanos_compact_halted" => facts.halted = number(value) > 0.0,
            "thanos_shipper_upload_failures_total" => facts.failed_uploads = number(value) as u64,
            _ => {}
        }
    }
    facts
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or(0.0)
}

/// Names of buckets need no escapes.
fn label<'a>(labels: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = labels.split_once(&format!("{name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_and_halt_are_read_and_the_rest_is_passed_over() {
        let page = "# HELP thanos_compact_halted Set to 1 when the compactor halted.\n# TYPE thanos_compact_halted gauge\n\
                    thanos_compact_halted 1\nthanos_objstore_bucket_operations_total{bucket=\"acme\",operation=\"get\"} 3\n\
                    thanos_shipper_upload_failures_total 2\ngarbage\ngo_goroutines 9\n";
        let facts = facts(page);
        assert_eq!((facts.bucket.as_deref(), facts.halted, facts.failed_uploads), (Some("acme"), true, 2));
    }
}

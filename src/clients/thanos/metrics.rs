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
            "thanos_build_info" => {
                facts.version = label(labels, "version").filter(|text| !text.is_empty()).map(str::to_owned);
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

/// Neither names of buckets nor versions need escapes.
fn label<'a>(labels: &'a str, name: &str) -> Option<&'a str> {
    let pairs = labels.trim_end_matches(['}', ',']).split("\",");
    let (_, value) = pairs.filter_map(|pair| pair.split_once("=\"")).find(|(own, _)| own.trim() == name)?;
    Some(value.trim_end_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of a Compactor of 0.42 on a bucket.
    const COMPACTOR: &str = r#"# HELP thanos_build_info A metric with a constant '1' value labeled by version, revision, branch.
# TYPE thanos_build_info gauge
thanos_build_info{branch="HEAD",goarch="amd64",goos="linux",goversion="go1.26.8",revision="df3f17b",tags="netgo,slicelabels",version="0.42.0"} 1
# HELP thanos_compact_halted Set to 1 if the compactor halted due to an unexpected error.
# TYPE thanos_compact_halted gauge
thanos_compact_halted 0
# HELP thanos_objstore_bucket_operations_total Total number of all attempted operations against a bucket.
# TYPE thanos_objstore_bucket_operations_total counter
thanos_objstore_bucket_operations_total{bucket="acme-metrics",operation="attributes"} 0
thanos_objstore_bucket_operations_total{bucket="acme-metrics",operation="get"} 1.284e+06
go_goroutines 97
"#;

    fn read(page: &str) -> (Option<String>, Option<String>, bool, u64) {
        let Facts { version, bucket, halted, failed_uploads, .. } = facts(page);
        (version, bucket, halted, failed_uploads)
    }

    #[test]
    fn a_page_tells_build_bucket_halt_and_failed_uploads() {
        let (version, bucket) = (|| Some("0.42.0".to_owned()), || Some("acme-metrics".to_owned()));
        let failed = "thanos_shipper_uploads_total 40\nthanos_shipper_upload_failures_total 2\n";
        for (page, expected) in [
            (COMPACTOR.to_owned(), (version(), bucket(), false, 0)),
            (COMPACTOR.replace("halted 0", "halted 1"), (version(), bucket(), true, 0)),
            // Of a build that was given no version, and one before there was such a metric.
            (COMPACTOR.replace("\"0.42.0\"", "\"\""), (None, bucket(), false, 0)),
            (COMPACTOR.replace("build_info", "build"), (None, bucket(), false, 0)),
            // A Sidecar without a bucket has no operations on it.
            (COMPACTOR.replace("objstore", "other"), (version(), None, false, 0)),
            (format!("{COMPACTOR}{failed}"), (version(), bucket(), false, 2)),
            ("garbage\n\nmore of it {\nthanos_compact_halted\n".to_owned(), (None, None, false, 0)),
        ] {
            assert_eq!(read(&page), expected, "{page}");
        }
    }

    #[test]
    fn a_label_is_known_by_its_whole_name() {
        for (labels, expected) in [
            (r#"goversion="go1.26.8",version="0.42.0"}"#, Some("0.42.0")),
            (r#"version="0.42.0",goversion="go1.26.8"}"#, Some("0.42.0")),
            (r#"goversion="go1.26.8", version="0.42.0",}"#, Some("0.42.0")),
            (r#"version=""}"#, Some("")),
            (r#"goversion="go1.26.8"}"#, None),
            ("", None),
        ] {
            assert_eq!(label(labels, "version"), expected, "{labels}");
        }
    }
}

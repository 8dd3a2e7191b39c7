//! The bucket as Thanos is told of it. There is no field for a secret: credentials come from the surroundings.

use url::Url;

use crate::model::thanos::ThanosSpec;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objstore {
    pub bucket: String,
    /// Host, and port where it is not the scheme's own.
    pub endpoint: String,
    pub region: String,
    /// Empty: at the top.
    pub prefix: String,
    /// Plain HTTP.
    pub insecure: bool,
}

impl Objstore {
    pub(super) fn of(spec: &ThanosSpec) -> Self {
        let own = spec.endpoint.as_deref().and_then(|text| Url::parse(text).ok());
        let (endpoint, insecure) = match &own {
            Some(url) => (authority(url), url.scheme() == "http"),
            None => (amazons(&spec.region), false),
        };
        Self {
            bucket: spec.bucket.to_string(),
            endpoint,
            region: spec.region.clone(),
            prefix: spec.prefix.clone(),
            insecure,
        }
    }
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The regional name: the global one answers with redirects for buckets of other regions.
fn amazons(region: &str) -> String {
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("s3.{region}.{suffix}")
}

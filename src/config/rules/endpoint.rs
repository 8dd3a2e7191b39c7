//! Where the search engine answers: scheme, host and port, and nothing else.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use super::{Complaint, Ruled, aws, text};
use crate::config::node::Scalar;

pub(in crate::config) fn endpoint(scalar: &Scalar) -> Ruled<Url> {
    let text = text(scalar)?;
    form(text)?;
    let url = Url::parse(text)
        .map_err(|error| Complaint::new("endpoint-form", "must be a URL").label(error.to_string()))?;
    parts(text, &url)?;
    reach(&url)?;
    Ok(url)
}

/// What the URL parser would silently repair or misread.
fn form(text: &str) -> Ruled<()> {
    if let Some((at, c)) = text.char_indices().find(|(_, c)| c.is_whitespace() || c.is_control()) {
        return Err(
            Complaint::new("endpoint-form", "must be a URL without blanks").part(at..at + c.len_utf8())
        );
    }
    if text.starts_with("arn:") {
        return Err(Complaint::new("endpoint-form", "must be a URL, and this is an ARN")
            .help("the console shows the domain's endpoint beside its ARN: `https://…es.amazonaws.com`"));
    }
    let Some(at) = text.find("://") else {
        return Err(Complaint::new("endpoint-scheme", "must start with `https://`")
            .help(format!("write `https://{text}`")));
    };
    match text[..at].to_ascii_lowercase().as_str() {
        "http" | "https" => Ok(()),
        _ => {
            Err(Complaint::new("endpoint-scheme", "must start with `https://`").part(0..at).label("not HTTP"))
        }
    }
}

fn parts(text: &str, url: &Url) -> Ruled<()> {
    if !url.username().is_empty() || url.password().is_some() {
        let start = text.find("://").map_or(0, |at| at + 3);
        let end = text.rfind('@').unwrap_or(start).max(start);
        return Err(Complaint::new("endpoint-credentials", "must not hold credentials")
            .part(start..end)
            .label("they would stand in every log")
            .help("set `domain.auth` to `{type: basic, username: NAME, password_env: VARIABLE}`"));
    }
    let authority = text.find("://").map_or(0, |at| at + 3);
    let extra =
        text[authority..].find(['/', '?', '#']).map(|at| authority + at).filter(|at| &text[*at..] != "/");
    match extra {
        Some(at) => Err(Complaint::new("endpoint-path", "must end after the host and port")
            .part(at..text.len())
            .label("a path is not part of it")
            .help(format!("write `{}`", &text[..at]))),
        None => Ok(()),
    }
}

/// Whether what answers there can be used, and over this scheme.
fn reach(url: &Url) -> Ruled<()> {
    let host = url.host_str().unwrap_or("");
    if url.port() == Some(0) {
        return Err(Complaint::new("endpoint-form", "must not have port 0"));
    }
    if host.ends_with(".aoss.amazonaws.com") {
        return Err(Complaint::new(
            "endpoint-serverless",
            "must be a domain, and this is an OpenSearch Serverless collection",
        )
        .help(
            "serverless collections take no snapshots to your own bucket; es2s3 cannot prove a copy of them",
        ));
    }
    if url.scheme() == "http" && !is_private(url) {
        return Err(Complaint::new("endpoint-http", "must use `https://` to a public host")
            .part(0..4)
            .label("logs and signatures would travel in the clear")
            .help("plain HTTP is taken for localhost, private addresses, `.local`, `.internal` and names without a dot"));
    }
    Ok(())
}

fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            !name.contains('.') || [".localhost", ".local", ".internal"].iter().any(|end| name.ends_with(end))
        }
        Some(Host::Ipv4(address)) => private_v4(address),
        Some(Host::Ipv6(address)) => private_v6(address),
        None => false,
    }
}

fn private_v4(address: Ipv4Addr) -> bool {
    address.is_loopback() || address.is_private() || address.is_link_local()
}

fn private_v6(address: Ipv6Addr) -> bool {
    let mapped = address.to_ipv4_mapped().is_some_and(private_v4);
    mapped || address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
}

/// A domain of Amazon OpenSearch Service, which takes signed requests.
pub(in crate::config) fn is_aws(url: &Url) -> bool {
    url.host_str().is_some_and(|host| host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn"))
}

/// The region in `search-logs-….us-west-2.es.amazonaws.com`.
pub(in crate::config) fn endpoint_region(url: &Url) -> Option<&str> {
    let host = url.host_str().filter(|_| is_aws(url))?;
    host.split('.').find(|label| aws::is_region(label))
}

/// `logs` of `https://vpc-logs-abc123.us-west-2.es.amazonaws.com`: between the first word and the last.
pub(in crate::config) fn domain_name(url: &Url) -> Option<&str> {
    let host = url.host_str().filter(|_| is_aws(url))?;
    let label = host.split('.').next()?;
    let named = label.strip_prefix("search-").or_else(|| label.strip_prefix("vpc-"))?;
    named.rsplit_once('-').map(|(name, _)| name)
}

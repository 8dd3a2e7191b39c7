//! Names of S3 general purpose buckets, every rule of the S3 user guide ("General purpose bucket naming rules").

use std::net::Ipv4Addr;

use super::{Complaint, Ruled, text};
use crate::config::node::Scalar;
use crate::model::BucketName;

const RESERVED_STARTS: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
const RESERVED_ENDS: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

pub(in crate::config) fn bucket(scalar: &Scalar) -> Ruled<BucketName> {
    let name = text(scalar)?;
    if let Some(rest) = name.strip_prefix("s3://").or_else(|| name.strip_prefix("arn:aws:s3:::")) {
        let bucket = rest.split('/').next().unwrap_or("");
        return Err(
            Complaint::new("bucket", "must be a bucket's name alone").help(format!("write `{bucket}`"))
        );
    }
    match fault(name) {
        Some(label) => Err(Complaint::new("bucket", "is no S3 bucket name").label(label)),
        None => Ok(BucketName::new(name)),
    }
}

/// The first rule that a name breaks.
fn fault(name: &str) -> Option<String> {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !(3..=63).contains(&name.len()) {
        Some(format!("has {} characters; 3 to 63 are allowed", name.chars().count()))
    } else if name.chars().any(|c| c.is_ascii_uppercase()) {
        Some("upper case is not allowed".to_owned())
    } else if let Some(c) =
        name.chars().find(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(*c)))
    {
        Some(format!("`{}` is not allowed: only a-z, 0-9, `-` and `.`", c.escape_debug()))
    } else if !edge(name.chars().next()) || !edge(name.chars().next_back()) {
        Some("must begin and end with a letter or digit".to_owned())
    } else if name.contains("..") {
        Some("two dots in a row are not allowed".to_owned())
    } else if name.parse::<Ipv4Addr>().is_ok() || looks_like_address(name) {
        Some("must not have the form of an IP address".to_owned())
    } else if let Some(start) = RESERVED_STARTS.iter().find(|start| name.starts_with(**start)) {
        Some(format!("`{start}` is reserved at the start"))
    } else {
        let end = RESERVED_ENDS.iter().find(|end| name.ends_with(**end))?;
        Some(format!("`{end}` is reserved at the end"))
    }
}

/// Four groups of digits, even beyond 255.
fn looks_like_address(name: &str) -> bool {
    let groups: Vec<&str> = name.split('.').collect();
    groups.len() == 4
        && groups.iter().all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()))
}

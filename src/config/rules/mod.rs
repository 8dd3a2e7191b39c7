//! What each kind of value must look like: text to a typed value, or one complaint with what to write instead.
//!
//! Called by [`super::resolve`] through [`super::read::Reader::value`]. Every rule is pure and knows nothing of the file.

mod aws;
mod bucket;
mod endpoint;
mod lambda;
mod names;
mod plain;
mod secret;
mod thanos;

use std::ops::Range;

pub(super) use aws::{account, region, role_arn, security_group_id, tag_key, tag_value, vpc_id};
pub(super) use bucket::bucket;
pub(super) use endpoint::{domain_name, endpoint, endpoint_region, is_aws};
pub(super) use lambda::{
    architecture, domain_label, function_name, infrastructure, log_retention, mapping, memory, policy_arn,
    role_path, subnet_id, topic_arn,
};
pub(super) use names::{
    environment_name, object_prefix, policy_name, prefix, repository_name, setting, setting_name, user_name,
};
pub(super) use plain::{
    AuthType, access, age_from, auth_type, boolean, bytes, count, days, duration, managed, path, price,
    proof, schedule, share, time_zone,
};

pub(super) use secret::secret_place;
pub(super) use thanos::{compactor, kept, label_name, namespace, store_url, target, version};

use super::node::Scalar;
use super::units::UnitError;

/// What is wrong with a value. `problem` continues the key's name: `index_retention` *must be …*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    pub code: &'static str,
    pub problem: String,
    /// Stands behind the underline.
    pub label: String,
    pub help: Option<String>,
    /// The part of the value that is meant, in bytes; all of it when `None`.
    pub part: Option<Range<usize>>,
}

impl Complaint {
    fn new(code: &'static str, problem: impl Into<String>) -> Self {
        Self { code, problem: problem.into(), label: String::new(), help: None, part: None }
    }

    fn label(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    fn part(self, part: Range<usize>) -> Self {
        Self { part: Some(part), ..self }
    }
}

impl From<UnitError> for Complaint {
    fn from(error: UnitError) -> Self {
        Self::new(error.code, error.problem).help(error.help)
    }
}

pub(super) type Ruled<T> = Result<T, Complaint>;

/// A value that is meant as text and that no reader of YAML, 1.1 or 1.2, takes for something else.
fn text(scalar: &Scalar) -> Ruled<&str> {
    let kind = if scalar.plain { other_meaning(&scalar.text) } else { None };
    match kind {
        Some(kind) => {
            Err(Complaint::new("needs-quotes", format!("must be text, and unquoted this is {kind}"))
                .help(format!("write `\"{}\"`", scalar.text)))
        }
        None => Ok(&scalar.text),
    }
}

/// What YAML makes of an unquoted word (1.1 core types, which most readers still follow).
fn other_meaning(text: &str) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    let digits = lower.trim_start_matches(['+', '-']);
    let starts_as_number = digits.starts_with(|c: char| c.is_ascii_digit());
    match lower.as_str() {
        "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" => Some("a boolean to YAML"),
        ".nan" | ".inf" | "-.inf" | "+.inf" => Some("a number to YAML"),
        _ if is_date(&lower) => Some("a date to YAML"),
        _ if starts_as_number && is_number(digits) => Some("a number to YAML"),
        _ => None,
    }
}

fn is_number(digits: &str) -> bool {
    let radix = ["0x", "0o", "0b"].iter().any(|radix| digits.starts_with(radix));
    let plain = digits.replace('_', "");
    let hexadecimal = |text: &str| text.len() > 2 && text[2..].bytes().all(|b| b.is_ascii_hexdigit());
    let sexagesimal = digits.contains(':') && digits.bytes().all(|b| b.is_ascii_digit() || b == b':');
    (radix && hexadecimal(&plain)) || sexagesimal || plain.parse::<f64>().is_ok()
}

/// `2026-01-31`.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(3, '-').collect();
    let digits = |part: &str, len: usize| {
        part.len() <= len && !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())
    };
    parts.len() == 3
        && parts[0].len() == 4
        && digits(parts[0], 4)
        && digits(parts[1], 2)
        && digits(parts[2], 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unquoted_words_that_yaml_takes_for_something_else_need_quotes() {
        for word in
            ["yes", "No", "on", "1_000", "0x1F", "017", "1e3", "2026-01-01", "12:30:45", "-5", ".inf", "1.5"]
        {
            assert!(other_meaning(word).is_some(), "{word}");
        }
        for word in ["app-", "logs", "1a", "nope", "2026-01-", "v1.5", "us-west-2", "a:b", "-", "+"] {
            assert_eq!(other_meaning(word), None, "{word}");
        }
    }
}

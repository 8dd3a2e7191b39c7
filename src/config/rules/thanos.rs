//! Values of the `thanos:` section.

use super::plain::choice;
use super::{Complaint, Ruled, text};
use crate::config::node::Scalar;
use crate::model::thanos::{Compactor, Target, Version, parse_seconds};

/// Seconds of a duration in Prometheus's grammar.
pub(in crate::config) fn kept(scalar: &Scalar) -> Ruled<u64> {
    let complaint = Complaint::new("duration", "must be a duration such as `90d`");
    match parse_seconds(&scalar.text) {
        Some(seconds) => Ok(seconds),
        None if !scalar.text.is_empty() && scalar.text.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(complaint.help(format!("write `{}d` for days, as the compactor's flags take it", scalar.text)))
        }
        None => Err(complaint.help(
            "the units are y, w, d, h, m and s, from large to small, as Prometheus takes them; `0d` is for ever",
        )),
    }
}

pub(in crate::config) fn compactor(scalar: &Scalar) -> Ruled<Compactor> {
    choice(scalar, &[("thanos", Compactor::Thanos), ("none", Compactor::None)])
}

pub(in crate::config) fn target(scalar: &Scalar) -> Ruled<Target> {
    choice(scalar, &Target::ALL.map(|target| (target.word(), target)))
}

pub(in crate::config) fn label_name(scalar: &Scalar) -> Ruled<String> {
    let name = text(scalar)?;
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    let fits = name.starts_with(letter) && name.chars().all(|c| letter(c) || c.is_ascii_digit());
    if fits {
        Ok(name.to_owned())
    } else {
        Err(Complaint::new("label-name", "must be a label's name such as `cluster`"))
    }
}

pub(in crate::config) fn version(scalar: &Scalar) -> Ruled<Version> {
    Version::parse(&scalar.text).ok_or_else(|| {
        Complaint::new("version", "must be a version such as `0.42.0`").help("three numbers with dots")
    })
}

/// By the rules for names in DNS, as Kubernetes takes them.
pub(in crate::config) fn namespace(scalar: &Scalar) -> Ruled<String> {
    let name = text(scalar)?;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=63).contains(&name.len())
        && name.chars().all(fits)
        && !name.starts_with('-')
        && !name.ends_with('-')
    {
        Ok(name.to_owned())
    } else {
        Err(Complaint::new("namespace", "must be a name of a-z, 0-9 and `-`"))
    }
}

/// The URL of a store or of a component, without a slash at its end.
pub(in crate::config) fn store_url(scalar: &Scalar) -> Ruled<String> {
    super::endpoint(scalar).map(|url| url.as_str().trim_end_matches('/').to_owned())
}

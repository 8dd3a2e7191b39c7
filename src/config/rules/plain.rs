//! Amounts, choices and the other small values.

use std::time::Duration;

use jiff::tz::TimeZoneDatabase;

use super::{Complaint, Ruled, text};
use crate::config::Access;
use crate::config::cron;
use crate::config::nearest::nearest;
use crate::config::node::Scalar;
use crate::config::units;
use crate::model::{AgeFrom, Bytes, Days, ManagedIndices, ProofLevel};

pub(in crate::config) fn days(scalar: &Scalar) -> Ruled<Days> {
    Ok(units::parse_days(&scalar.text)?)
}

pub(in crate::config) fn bytes(scalar: &Scalar) -> Ruled<Bytes> {
    Ok(units::parse_bytes(&scalar.text)?)
}

pub(in crate::config) fn share(scalar: &Scalar) -> Ruled<u8> {
    Ok(units::parse_share(&scalar.text)?)
}

/// A duration from `least` to `most`.
pub(in crate::config) fn duration(
    least: &'static str,
    most: &'static str,
) -> impl Fn(&Scalar) -> Ruled<Duration> {
    move |scalar| {
        let duration = units::parse_duration(&scalar.text)?;
        let bound = |text| units::parse_duration(text).unwrap_or_default();
        if (bound(least)..=bound(most)).contains(&duration) {
            return Ok(duration);
        }
        Err(Complaint::new("duration", format!("must be from {least} to {most}")))
    }
}

/// A whole number from 1.
pub(in crate::config) fn count(scalar: &Scalar) -> Ruled<u64> {
    let complaint = Complaint::new("count", "must be a whole number, at least 1");
    let digits = scalar.text.bytes().all(|b| b.is_ascii_digit());
    match scalar.text.parse::<u64>() {
        Ok(_) if digits && scalar.text.len() > 1 && scalar.text.starts_with('0') => {
            Err(Complaint::new("leading-zero", "must be a number without a leading 0"))
        }
        Ok(number @ 1..=1_000_000_000) if digits => Ok(number),
        Ok(_) if digits && scalar.text != "0" => Err(complaint.label("at most 1000000000")),
        _ => Err(complaint),
    }
}

/// US dollars.
pub(in crate::config) fn price(scalar: &Scalar) -> Ruled<f64> {
    let form = scalar.text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    match scalar.text.parse::<f64>() {
        Ok(price) if form && price <= 1_000_000.0 => Ok(price),
        _ => Err(Complaint::new("price", "must be an amount of US dollars such as `0.023`")),
    }
}

/// `true` or `false`; YAML 1.1's other words for them are not taken, since YAML 1.2 reads them as text.
pub(in crate::config) fn boolean(scalar: &Scalar) -> Ruled<bool> {
    let complaint = Complaint::new("boolean", "must be `true` or `false`");
    match (scalar.text.as_str(), scalar.text.to_ascii_lowercase().as_str()) {
        ("true", _) if scalar.plain => Ok(true),
        ("false", _) if scalar.plain => Ok(false),
        (_, "yes" | "on" | "y" | "true") => Err(complaint.help("write `true`, without quotes")),
        (_, "no" | "off" | "n" | "false") => Err(complaint.help("write `false`, without quotes")),
        _ => Err(complaint),
    }
}

/// One of a few words.
pub(super) fn choice<T: Copy>(scalar: &Scalar, choices: &[(&str, T)]) -> Ruled<T> {
    if let Some((_, value)) = choices.iter().find(|(word, _)| *word == scalar.text) {
        return Ok(*value);
    }
    let words: Vec<String> = choices.iter().map(|(word, _)| format!("`{word}`")).collect();
    let complaint = Complaint::new("choice", format!("must be {}", words.join(" or ")));
    Err(match nearest(&scalar.text, choices.iter().map(|(word, _)| *word)) {
        Some(word) => complaint.label(format!("did you mean `{word}`?")),
        None => complaint,
    })
}

pub(in crate::config) fn proof(scalar: &Scalar) -> Ruled<ProofLevel> {
    if matches!(scalar.text.to_ascii_lowercase().as_str(), "none" | "off" | "no" | "false") {
        return Err(Complaint::new("choice", "must be `full` or `api`")
            .help("there is no level without a proof: nothing is deleted on trust"));
    }
    choice(scalar, &[("full", ProofLevel::Full), ("api", ProofLevel::Api)])
}

pub(in crate::config) fn age_from(scalar: &Scalar) -> Ruled<AgeFrom> {
    choice(scalar, &[("youngest", AgeFrom::Youngest), ("name", AgeFrom::Name)])
}

pub(in crate::config) fn managed(scalar: &Scalar) -> Ruled<ManagedIndices> {
    choice(scalar, &[("leave", ManagedIndices::Leave), ("take", ManagedIndices::Take)])
}

/// How the domain is reached.
pub(in crate::config) fn access(scalar: &Scalar) -> Ruled<Access> {
    choice(scalar, &[("direct", Access::Direct), ("lambda", Access::Lambda), ("auto", Access::Auto)])
}

/// What `domain.auth.type` may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config) enum AuthType {
    Sigv4,
    Basic,
    ApiKey,
    None,
}

pub(in crate::config) fn auth_type(scalar: &Scalar) -> Ruled<AuthType> {
    let choices = [
        ("sigv4", AuthType::Sigv4),
        ("basic", AuthType::Basic),
        ("api_key", AuthType::ApiKey),
        ("none", AuthType::None),
    ];
    choice(scalar, &choices)
}

/// A path of this machine; whether something is there is found out when it is read.
pub(in crate::config) fn path(scalar: &Scalar) -> Ruled<String> {
    let path = text(scalar)?;
    if path.trim().is_empty() || path.chars().any(char::is_control) {
        return Err(Complaint::new("path", "must be a file's path"));
    }
    Ok(path.to_owned())
}

/// An IANA name, by the database that the program carries.
pub(in crate::config) fn time_zone(scalar: &Scalar) -> Ruled<String> {
    let name = text(scalar)?;
    let zones = TimeZoneDatabase::bundled();
    let known = zones.available().map(|zone| zone.as_str().to_owned()).collect::<Vec<_>>();
    if name == "UTC" || known.iter().any(|zone| zone == name) {
        return Ok(name.to_owned());
    }
    let complaint = Complaint::new("time-zone", "must be a time zone such as `Europe/Berlin`");
    Err(match nearest(name, known.iter().map(String::as_str)) {
        Some(zone) => complaint.label(format!("did you mean `{zone}`?")),
        None => complaint.help("names are those of the IANA database; `UTC` is the default"),
    })
}

pub(in crate::config) fn schedule(scalar: &Scalar) -> Ruled<cron::Expression> {
    let text = text(scalar)?;
    cron::parse(text).map_err(|fault| {
        let complaint = Complaint::new(fault.code, fault.problem).label(fault.label);
        let complaint = Complaint { help: fault.help, ..complaint };
        match fault.part {
            Some(part) => complaint.part(part),
            None => complaint,
        }
    })
}

//! Names, sizes and ids of the AWS side, by the limits of Lambda, IAM, EC2 and CloudWatch.

use super::plain::choice;
use super::{Complaint, Ruled, text};
use crate::config::node::Scalar;
use crate::model::infra::Architecture;

pub(in crate::config) fn infrastructure(scalar: &Scalar) -> Ruled<bool> {
    choice(scalar, &[("managed", true), ("none", false)])
}

pub(in crate::config) fn mapping(scalar: &Scalar) -> Ruled<bool> {
    choice(scalar, &[("planned", true), ("by_hand", false)])
}

pub(in crate::config) fn architecture(scalar: &Scalar) -> Ruled<Architecture> {
    choice(scalar, &[("x86_64", Architecture::X86_64), ("arm64", Architecture::Arm64)])
}

/// Lambda takes 64 characters, and the rules' names are made from it.
pub(in crate::config) fn function_name(scalar: &Scalar) -> Ruled<String> {
    let name = text(scalar)?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if (1..=64).contains(&name.len()) && name.chars().all(fits) {
        return Ok(name.to_owned());
    }
    Err(Complaint::new("function-name", "must be 1 to 64 letters, digits, `-` and `_`"))
}

/// MiB.
pub(in crate::config) fn memory(scalar: &Scalar) -> Ruled<u32> {
    match scalar.text.parse() {
        Ok(mib @ 128..=10_240) => Ok(mib),
        _ => Err(Complaint::new("memory", "must be a number of MiB from 128 to 10240")),
    }
}

/// The numbers of days that CloudWatch Logs knows.
pub(in crate::config) fn log_retention(scalar: &Scalar) -> Ruled<u32> {
    const KNOWN: [u32; 22] = [
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
        3653,
    ];
    let digits = scalar.text.strip_suffix('d').unwrap_or(&scalar.text);
    let days: Option<u32> = digits.parse().ok();
    if let Some(days) = days.filter(|days| KNOWN.contains(days)) {
        return Ok(days);
    }
    let complaint = Complaint::new("log-retention", "must be a number of days that CloudWatch Logs knows");
    let next = days.and_then(|days| KNOWN.into_iter().filter(|known| *known > days).min());
    Err(match next {
        Some(next) => complaint.help(format!("write `{next}`, the next that it knows")),
        None => {
            complaint.help("1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731, for example")
        }
    })
}

pub(in crate::config) fn subnet_id(scalar: &Scalar) -> Ruled<String> {
    super::aws::resource_id(scalar, "subnet-", "subnet-id")
}

/// `/` or `/team/logs/`, up to 512 characters.
pub(in crate::config) fn role_path(scalar: &Scalar) -> Ruled<String> {
    let path = text(scalar)?;
    let inner = path.bytes().all(|b| (0x21..=0x7e).contains(&b));
    if path.starts_with('/') && path.ends_with('/') && path.len() <= 512 && inner {
        return Ok(path.to_owned());
    }
    let help = format!("write `/{}/`", path.trim_matches('/'));
    Err(Complaint::new("role-path", "must begin and end with `/` and be 512 characters at most").help(help))
}

pub(in crate::config) fn policy_arn(scalar: &Scalar) -> Ruled<String> {
    arn(scalar, "iam", "an IAM policy", "arn:aws:iam::630216610805:policy/NAME", |rest| {
        rest.starts_with("policy/")
    })
}

pub(in crate::config) fn topic_arn(scalar: &Scalar) -> Ruled<String> {
    arn(scalar, "sns", "an SNS topic", "arn:aws:sns:us-west-2:630216610805:NAME", |rest| !rest.is_empty())
}

fn arn(
    scalar: &Scalar,
    service: &str,
    what: &str,
    example: &str,
    fits: impl Fn(&str) -> bool,
) -> Ruled<String> {
    let text = text(scalar)?;
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts[..] {
        ["arn", partition, found, _, _, rest]
            if (partition == "aws" || partition.starts_with("aws-")) && found == service && fits(rest) =>
        {
            Ok(text.to_owned())
        }
        _ => {
            Err(Complaint::new("arn", format!("must be the ARN of {what}"))
                .help(format!("write `{example}`")))
        }
    }
}

/// A domain's name: 3 to 28 lower-case letters, digits and hyphens, a letter first.
pub(in crate::config) fn domain_label(scalar: &Scalar) -> Ruled<String> {
    let name = text(scalar)?;
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase());
    if starts && (3..=28).contains(&name.len()) && name.bytes().all(fits) {
        return Ok(name.to_owned());
    }
    Err(Complaint::new("domain-name", "must be 3 to 28 lower-case letters, digits and `-`, a letter first"))
}

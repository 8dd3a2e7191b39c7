//! Accounts, regions, network ids, roles and tags, by AWS's own forms.

use super::{Complaint, Ruled, text};
use crate::config::node::Scalar;

/// Twelve digits. Unquoted they are a number to YAML, which is harmless unless the first is a zero.
pub(in crate::config) fn account(scalar: &Scalar) -> Ruled<String> {
    let text = &scalar.text;
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    if digits && text.len() == 12 {
        return if scalar.plain && text.starts_with('0') { Err(octal(text)) } else { Ok(text.clone()) };
    }
    let complaint = Complaint::new("account", "must be the 12 digits of an AWS account");
    Err(match text.len() {
        9..12 if digits => complaint
            .label(digit_count(text))
            .help(format!("if zeros in front were lost, write `\"{text:0>12}\"`, with the quotes")),
        _ if digits => complaint.label(digit_count(text)),
        _ if text.replace(['-', '_', ' '], "").len() == 12 => {
            complaint.help("write the digits without separators")
        }
        _ => complaint,
    })
}

fn digit_count(digits: &str) -> String {
    if digits.len() == 1 { "1 digit".to_owned() } else { format!("{} digits", digits.len()) }
}

fn octal(text: &str) -> Complaint {
    Complaint::new("account-leading-zero", "starts with 0 and needs quotes")
        .label("an octal number, or one without its zero, to readers of YAML")
        .help(format!("write `\"{text}\"`"))
}

pub(in crate::config) fn vpc_id(scalar: &Scalar) -> Ruled<String> {
    resource_id(scalar, "vpc-", "vpc-id")
}

pub(in crate::config) fn security_group_id(scalar: &Scalar) -> Ruled<String> {
    resource_id(scalar, "sg-", "security-group-id")
}

/// A prefix and 8 (before 2018) or 17 hexadecimal digits.
pub(super) fn resource_id(scalar: &Scalar, prefix: &str, code: &'static str) -> Ruled<String> {
    let text = text(scalar)?;
    let hex = text.strip_prefix(prefix).unwrap_or("");
    let lower_hex = hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if lower_hex && matches!(hex.len(), 8 | 17) {
        return Ok(text.to_owned());
    }
    let complaint =
        Complaint::new(code, format!("must be `{prefix}` and 8 or 17 hexadecimal digits in lower case"));
    Err(match text.strip_prefix(prefix) {
        Some(_) if lower_hex => complaint.label(digit_count(hex)),
        Some(_) => complaint,
        None => complaint.help("copy the id from the console, not the name"),
    })
}

const AREAS: [&str; 18] = [
    "us", "eu", "ap", "ca", "sa", "me", "af", "il", "mx", "cn", "us-gov", "us-iso", "us-isob", "us-isof",
    "eu-isoe", "eusc", "eusc-de", "us-isog",
];
const DIRECTIONS: [&str; 9] =
    ["north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest"];

/// `us-west-2`: an area, a direction and a number. The list of regions grows, so only the form is judged.
pub(in crate::config) fn region(scalar: &Scalar) -> Ruled<String> {
    let text = text(scalar)?;
    if is_region(text) {
        return Ok(text.to_owned());
    }
    let complaint = Complaint::new("region", "must be an AWS region such as `us-west-2`");
    let zone = text.strip_suffix(|c: char| c.is_ascii_lowercase()).filter(|region| is_region(region));
    Err(match zone {
        Some(region) => complaint.label("an availability zone").help(format!("write `{region}`")),
        None if is_region(&text.to_lowercase()) => complaint.help(format!("write `{}`", text.to_lowercase())),
        None => complaint,
    })
}

pub(super) fn is_region(text: &str) -> bool {
    let mut parts = text.rsplitn(3, '-');
    let (number, direction, area) = (parts.next(), parts.next(), parts.next());
    let number = number.is_some_and(|n| matches!(n.len(), 1 | 2) && n.bytes().all(|b| b.is_ascii_digit()));
    number && direction.is_some_and(|d| DIRECTIONS.contains(&d)) && area.is_some_and(|a| AREAS.contains(&a))
}

/// `arn:aws:iam::630216610805:role/path/name`.
pub(in crate::config) fn role_arn(scalar: &Scalar) -> Ruled<String> {
    let text = text(scalar)?;
    let complaint = |label: &str| {
        Err(Complaint::new("arn", "must be the ARN of an IAM role")
            .label(label)
            .help("write `arn:aws:iam::630216610805:role/NAME`"))
    };
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [arn, partition, service, region, account, resource] = parts[..] else {
        return complaint("not an ARN: it has six parts with `:` between them");
    };
    let name = resource.strip_prefix("role/").and_then(|path| path.rsplit('/').next()).unwrap_or("");
    let name_char = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if arn != "arn" || !(partition == "aws" || partition.starts_with("aws-")) {
        complaint("starts with `arn:aws:`, or another partition's name")
    } else if service != "iam" || !region.is_empty() {
        complaint("a role's ARN has the service `iam` and no region")
    } else if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
        complaint("the fifth part is the account, 12 digits")
    } else if name.is_empty() || name.len() > 64 || !name.chars().all(name_char) {
        complaint("the last part is `role/` and the role's name")
    } else {
        Ok(text.to_owned())
    }
}

/// Tag keys: 1 to 128 characters, the ones that all services take, not AWS's own.
pub(in crate::config) fn tag_key(key: &str) -> Ruled<()> {
    let complaint = Complaint::new("tag-key", "is no tag key");
    if key.is_empty() || key.chars().count() > 128 {
        Err(complaint.label("1 to 128 characters"))
    } else if key.to_ascii_lowercase().starts_with("aws:") {
        Err(complaint.label("`aws:` is reserved"))
    } else if let Some(c) = key.chars().find(|c| !tag_char(*c)) {
        Err(complaint.label(format!("`{c}` may not stand in a tag")))
    } else {
        Ok(())
    }
}

/// Tag values: up to 256 of the same characters.
pub(in crate::config) fn tag_value(scalar: &Scalar) -> Ruled<String> {
    let text = text(scalar)?;
    let complaint = Complaint::new("tag-value", "is no tag value");
    if text.chars().count() > 256 {
        Err(complaint.label("at most 256 characters"))
    } else if let Some(c) = text.chars().find(|c| !tag_char(*c)) {
        Err(complaint.label(format!("`{}` may not stand in a tag", c.escape_debug())))
    } else {
        Ok(text.to_owned())
    }
}

fn tag_char(c: char) -> bool {
    c.is_alphanumeric() || " _.:/=+-@".contains(c)
}

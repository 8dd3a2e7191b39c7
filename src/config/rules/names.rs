//! Names that the engine, S3 and this program give to things, each by the rules of the one that reads it.

use super::{Complaint, Ruled, text};
use crate::config::node::Scalar;
use crate::model::{PolicyName, RepositoryName};

/// Elasticsearch `Strings.INVALID_FILENAME_CHARS`: what neither an index nor a repository may be called.
const NO_FILE_NAME: &str = "\\/*?\"<>| ,";

/// A repository's name: not empty, no `#`, a valid file name; Amazon keeps `cs-` for its own.
pub(in crate::config) fn repository_name(scalar: &Scalar) -> Ruled<RepositoryName> {
    let name = text(scalar)?;
    let complaint = Complaint::new("repository-name", "is no repository name");
    let bad = |c: char| NO_FILE_NAME.contains(c) || c == '#' || c.is_control() || c.is_whitespace();
    if name.is_empty() {
        Err(complaint.label("empty"))
    } else if let Some((at, c)) = name.char_indices().find(|(_, c)| bad(*c)) {
        Err(complaint.part(at..at + c.len_utf8()).label(format!("`{}` is not allowed", c.escape_debug())))
    } else if name.starts_with("cs-") {
        Err(complaint.part(0..3).label("kept by Amazon for its automated snapshots"))
    } else if name.starts_with('_') || matches!(name, "." | "..") {
        Err(complaint.part(0..1).label("has a meaning in the engine's URLs"))
    } else if name.len() > 200 {
        Err(complaint.label("longer than 200 bytes"))
    } else {
        Ok(RepositoryName::new(name))
    }
}

/// The literal start of index names, by Elasticsearch's rules for them.
pub(in crate::config) fn prefix(scalar: &Scalar) -> Ruled<String> {
    let prefix = text(scalar)?;
    let complaint = Complaint::new("prefix", "must be the start of index names, without the date");
    let bad = |c: char| NO_FILE_NAME.contains(c) || "#:".contains(c) || c.is_control() || c.is_whitespace();
    if prefix.is_empty() {
        return Err(Complaint::new("prefix-empty", "must not be empty")
            .label("would take every index whose name is a date")
            .help("write the part before the date: `app-` for `app-2026.01.31`"));
    }
    if let Some(at) = prefix.find('*') {
        let start = if at == 0 { "app-" } else { &prefix[..at] };
        let help =
            format!("write for instance `{start}`: a prefix takes the names that continue with a date");
        return Err(complaint.part(at..at + 1).label("patterns are not taken").help(help));
    }
    if let Some(at) = prefix.find(',') {
        return Err(complaint
            .part(at..at + 1)
            .label("one prefix only")
            .help("several prefixes are several `policies:`"));
    }
    if let Some((at, c)) = prefix.char_indices().find(|(_, c)| bad(*c)) {
        let label = format!("`{}` may not stand in an index name", c.escape_debug());
        return Err(complaint.part(at..at + c.len_utf8()).label(label));
    }
    if let Some((at, c)) = prefix.char_indices().find(|(_, c)| c.is_uppercase()) {
        let complaint = complaint.part(at..at + c.len_utf8()).label("index names have no upper case");
        return Err(complaint.help(format!("write `{}`", prefix.to_lowercase())));
    }
    prefix_start(prefix)
}

fn prefix_start(prefix: &str) -> Ruled<String> {
    let complaint = Complaint::new("prefix", "must be the start of index names, without the date").part(0..1);
    match prefix.chars().next() {
        Some('.') => Err(complaint.label("a dot marks system indices, which are never touched")),
        Some('_' | '-' | '+') => Err(complaint.label("no index name starts so")),
        // An index name has at most 255 bytes; the date and a rollover number need the rest.
        _ if prefix.len() > 220 => Err(Complaint::new("prefix", "must have at most 220 bytes")),
        _ => Ok(prefix.to_owned()),
    }
}

/// A policy's name, which snapshots carry: so by the rules for snapshot names, and short.
pub(in crate::config) fn policy_name(scalar: &Scalar) -> Ruled<PolicyName> {
    let name = text(scalar)?;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_.-".contains(c);
    let complaint = Complaint::new(
        "policy-name",
        "must be a name of a-z, 0-9, `_`, `.` and `-`, as its snapshots carry it",
    );
    if name.is_empty() || name.len() > 100 {
        Err(complaint.label("1 to 100 characters"))
    } else if let Some((at, c)) = name.char_indices().find(|(_, c)| !fits(*c)) {
        Err(complaint.part(at..at + c.len_utf8()).label(format!("`{}` is not allowed", c.escape_debug())))
    } else if name.starts_with(['_', '-', '.']) {
        Err(complaint.part(0..1).label("must start with a letter or digit"))
    } else {
        Ok(PolicyName::new(name))
    }
}

/// A prefix of object keys, without a slash at either end.
pub(in crate::config) fn object_prefix(scalar: &Scalar) -> Ruled<String> {
    let path = text(scalar)?;
    let complaint = Complaint::new("object-prefix", "must be a path in the bucket such as `snapshots/logs`");
    let bad = |c: char| c.is_control() || c.is_whitespace() || "\\{}^%`[]\"<>~#|*?".contains(c);
    if let Some((at, c)) = path.char_indices().find(|(_, c)| bad(*c)) {
        Err(complaint
            .part(at..at + c.len_utf8())
            .label(format!("`{}` is not safe in an object key", c.escape_debug())))
    } else if path.starts_with('/') || path.ends_with('/') {
        Err(complaint.help(format!("write `{}`, without a slash at either end", path.trim_matches('/'))))
    } else if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        Err(complaint.label("has an empty, `.` or `..` part"))
    } else if path.len() > 500 {
        Err(complaint.label("longer than 500 bytes"))
    } else {
        Ok(path.to_owned())
    }
}

/// The name of an environment variable, and not what it holds.
pub(in crate::config) fn environment_name(scalar: &Scalar) -> Ruled<String> {
    let name = text(scalar)?;
    let fits = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if fits && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return Ok(name.to_owned());
    }
    let complaint = Complaint::new("environment-name", "must be the name of an environment variable");
    let bare = name.trim_start_matches('$').trim_matches(['{', '}']);
    Err(if name.starts_with('$') {
        complaint.help(format!("write `{bare}`, without the `$`"))
    } else {
        complaint
    })
}

/// HTTP basic authentication splits at the first colon.
pub(in crate::config) fn user_name(scalar: &Scalar) -> Ruled<String> {
    let name = text(scalar)?;
    if name.is_empty() || name.contains(':') || name.chars().any(char::is_control) {
        return Err(Complaint::new("username", "must be a user's name, not empty and without `:`"));
    }
    Ok(name.to_owned())
}

/// A further repository setting's name; those with a key of their own, and secrets, are refused.
pub(in crate::config) fn setting_name(name: &str) -> Ruled<()> {
    let complaint = |problem: &str| Complaint::new("setting", problem);
    match name {
        "bucket" | "base_path" | "region" | "role_arn" => {
            Err(complaint("has a key of its own")
                .help(format!("write `repository.{name}` and delete it here")))
        }
        "readonly" => Err(complaint("would stop es2s3 from writing any snapshot").help("delete it")),
        // A shallow copy names segments in another store: no copy at all, so never a proof.
        "remote_store_index_shallow_copy" | "shallow_snapshot_v2" => {
            Err(complaint("makes shallow snapshots, which are never a proof").help("delete it"))
        }
        _ if crate::config::source::names_a_secret(name) => {
            Err(complaint("is a secret and does not belong in this file")
                .help("put it in the engine's keystore"))
        }
        _ if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control()) => {
            Err(complaint("is no setting's name"))
        }
        _ => Ok(()),
    }
}

/// A setting's value as the engine keeps it: text, whatever YAML would take it for.
pub(in crate::config) fn setting(scalar: &Scalar) -> Ruled<String> {
    Ok(scalar.text.clone())
}

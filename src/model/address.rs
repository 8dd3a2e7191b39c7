//! Addresses: how a person names things of a plan on the command line (`index/app-2026.10.20`, `repository/logs`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::infra::Kind;

/// One thing of a plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Address {
    Repository(String),
    Index(String),
    Snapshot(String),
    /// A block of Thanos, by its ULID.
    Block(String),
    /// What else there is to do in the bucket of blocks: `lifecycle`, `debug-metas`, `upload/<key>`.
    Thanos(String),
    /// An object of the AWS side: `function/es2s3-logs`.
    Aws(Kind, String),
}

/// What `--only` and `--exclude` take: a whole family (`data`, `infra`) or an address with `*` in its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddressPattern {
    /// `data`: every index and snapshot, and everything in the bucket of blocks.
    Data,
    /// `infra`: everything else.
    Infra,
    /// `thanos`: everything in the bucket of blocks.
    Thanos,
    /// `archive`, `delete`, `expire`, `mark`, `purge`: the lines of that kind.
    Verb(String),
    /// `index/app-*`.
    Glob { kind: String, name: String },
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no address: write `data`, `infra`, `thanos`, `archive`, `delete`, `expire`, `mark`, `purge`, or kind/name such as `index/app-*`, `snapshot/*`, `block/*`, `repository/logs` or `function/*`"
)]
pub struct BadAddress(pub String);

impl Address {
    pub fn kind(&self) -> &'static str {
        match self {
            Address::Repository(_) => "repository",
            Address::Index(_) => "index",
            Address::Snapshot(_) => "snapshot",
            Address::Block(_) => "block",
            Address::Thanos(_) => "thanos",
            Address::Aws(kind, _) => kind.word(),
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Address::Repository(name)
            | Address::Index(name)
            | Address::Snapshot(name)
            | Address::Block(name)
            | Address::Thanos(name)
            | Address::Aws(_, name) => name,
        }
    }

    fn is_data(&self) -> bool {
        match self {
            Address::Repository(_) | Address::Aws(..) => false,
            Address::Index(_) | Address::Snapshot(_) | Address::Block(_) | Address::Thanos(_) => true,
        }
    }

    fn is_thanos(&self) -> bool {
        match self {
            Address::Block(_) | Address::Thanos(_) => true,
            Address::Repository(_) | Address::Index(_) | Address::Snapshot(_) | Address::Aws(..) => false,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind(), self.name())
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.to_string()
    }
}

impl TryFrom<String> for Address {
    type Error = BadAddress;
    fn try_from(text: String) -> Result<Self, BadAddress> {
        text.parse()
    }
}

impl FromStr for Address {
    type Err = BadAddress;
    fn from_str(text: &str) -> Result<Self, BadAddress> {
        match text.split_once('/') {
            Some(("repository", name)) if !name.is_empty() => Ok(Address::Repository(name.into())),
            Some(("index", name)) if !name.is_empty() => Ok(Address::Index(name.into())),
            Some(("snapshot", name)) if !name.is_empty() => Ok(Address::Snapshot(name.into())),
            Some(("block", name)) if !name.is_empty() => Ok(Address::Block(name.into())),
            Some(("thanos", name)) if !name.is_empty() => Ok(Address::Thanos(name.into())),
            Some((kind, name)) if !name.is_empty() => match kind.parse() {
                Ok(kind) => Ok(Address::Aws(kind, name.into())),
                Err(_) => Err(BadAddress(text.into())),
            },
            _ => Err(BadAddress(text.into())),
        }
    }
}

impl FromStr for AddressPattern {
    type Err = BadAddress;
    fn from_str(text: &str) -> Result<Self, BadAddress> {
        match text {
            "data" => return Ok(AddressPattern::Data),
            "infra" => return Ok(AddressPattern::Infra),
            "thanos" => return Ok(AddressPattern::Thanos),
            "archive" | "delete" | "expire" | "mark" | "purge" => {
                return Ok(AddressPattern::Verb(text.into()));
            }
            _ => {}
        }
        match text.split_once('/') {
            Some((kind, name)) if is_kind(kind) && !name.is_empty() => {
                Ok(AddressPattern::Glob { kind: kind.into(), name: name.into() })
            }
            _ => Err(BadAddress(text.into())),
        }
    }
}

impl AddressPattern {
    /// Whether the pattern covers `address`, whose line in the plan has this `verb` (`keep`, `archive`, ...).
    pub fn covers(&self, address: &Address, verb: &str) -> bool {
        match self {
            AddressPattern::Data => address.is_data(),
            AddressPattern::Infra => !address.is_data(),
            AddressPattern::Thanos => address.is_thanos(),
            AddressPattern::Verb(wanted) => wanted == verb,
            AddressPattern::Glob { kind, name } => address.kind() == kind && glob(name, address.name()),
        }
    }
}

fn is_kind(word: &str) -> bool {
    matches!(word, "repository" | "index" | "snapshot" | "block" | "thanos") || word.parse::<Kind>().is_ok()
}

/// `*` stands for any run of characters, everything else for itself.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(head) else { return false };
    (0..=text.len()).filter(|&at| text.is_char_boundary(at)).any(|at| glob(rest, &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_cover_what_they_name() {
        for (pattern, address, verb, covered) in [
            ("index/app-*", "index/app-2026.10.20", "delete", true),
            ("index/app-*", "index/web-2026.10.20", "delete", false),
            ("index/*10.20", "index/app-2026.10.20", "keep", true),
            ("snapshot/*", "index/app-2026.10.20", "keep", false),
            ("data", "snapshot/app-1", "expire", true),
            ("data", "repository/logs", "create", false),
            ("infra", "repository/logs", "create", true),
            ("expire", "snapshot/app-1", "expire", true),
            ("expire", "snapshot/app-1", "keep", false),
        ] {
            let pattern: AddressPattern = pattern.parse().unwrap();
            assert_eq!(
                pattern.covers(&address.parse().unwrap(), verb),
                covered,
                "{pattern:?} {address} {verb}"
            );
        }
    }

    #[test]
    fn what_is_no_address_is_said() {
        for text in ["", "index", "index/", "indices/app-*", "app-*"] {
            assert!(text.parse::<AddressPattern>().is_err(), "{text}");
        }
    }
}

//! The closed set of kinds on the AWS side.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One kind of object. The order is that of dependence: what stands first is made first and removed last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Bucket,
    OidcProvider,
    Role,
    SecurityRole,
    RoleMapping,
    LogGroup,
    Queue,
    Function,
    Rule,
    Permission,
    Alarm,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of object")]
pub struct UnknownKind(pub String);

impl Kind {
    pub const ALL: [Kind; 11] = [
        Kind::Bucket,
        Kind::OidcProvider,
        Kind::Role,
        Kind::SecurityRole,
        Kind::RoleMapping,
        Kind::LogGroup,
        Kind::Queue,
        Kind::Function,
        Kind::Rule,
        Kind::Permission,
        Kind::Alarm,
    ];

    /// Whether a tag tells whose it is. A statement of a function's policy has none, it belongs to the function; and of an identity
    /// provider AWS keeps one an account, which belongs to the account and is never removed. Nothing inside a domain bears a tag.
    pub fn has_owner(self) -> bool {
        !matches!(self, Kind::Permission | Kind::OidcProvider) && !self.is_in_the_domain()
    }

    /// Whether it is an object of the domain and not of AWS: fine-grained access control.
    pub fn is_in_the_domain(self) -> bool {
        matches!(self, Kind::SecurityRole | Kind::RoleMapping)
    }

    /// As an address spells it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Bucket => "bucket",
            Kind::OidcProvider => "oidc-provider",
            Kind::Role => "role",
            Kind::SecurityRole => "security-role",
            Kind::RoleMapping => "role-mapping",
            Kind::LogGroup => "log-group",
            Kind::Queue => "queue",
            Kind::Function => "function",
            Kind::Rule => "rule",
            Kind::Permission => "permission",
            Kind::Alarm => "alarm",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;
    fn from_str(word: &str) -> Result<Self, UnknownKind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word).ok_or_else(|| UnknownKind(word.to_owned()))
    }
}

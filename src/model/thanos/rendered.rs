//! Files that start the components, and how those in a folder differ from what they are to be.

use serde::{Deserialize, Serialize};

/// What is rendered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Manifests of Kubernetes.
    K8s,
    /// A project of Docker Compose.
    Compose,
    /// Units of systemd.
    Systemd,
    /// Bare flags, one a line.
    Flags,
}

/// Where `es2s3 thanos render --out` has put its files, for `plan` to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderedTo {
    pub target: Target,
    /// From where es2s3 is started.
    pub folder: String,
}

/// One file that is not as it is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileDrift {
    pub name: String,
    pub change: Change,
    /// As `diff -u` writes it, from what is there to what is to be.
    pub diff: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    New,
    Changed,
    Same,
    /// It was rendered once and is no more: a Compactor that nobody wants would still be started from it.
    LeftOver,
}

impl Target {
    pub const ALL: [Target; 4] = [Target::K8s, Target::Compose, Target::Systemd, Target::Flags];

    pub fn word(self) -> &'static str {
        match self {
            Target::K8s => "k8s",
            Target::Compose => "compose",
            Target::Systemd => "systemd",
            Target::Flags => "flags",
        }
    }
}

impl Change {
    pub fn word(self) -> &'static str {
        match self {
            Change::New => "new",
            Change::Changed => "changed",
            Change::Same => "same",
            Change::LeftOver => "left over",
        }
    }
}

//! A component and its flags.

use std::fmt;

use super::Listen;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Prometheus,
    Sidecar,
    Store,
    Querier,
    Compactor,
}

impl Kind {
    /// Of files, services and units; for all but Prometheus also the subcommand of `thanos`.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Prometheus => "prometheus",
            Kind::Sidecar => "sidecar",
            Kind::Store => "store",
            Kind::Querier => "query",
            Kind::Compactor => "compact",
        }
    }

    /// Of a thing that stands beside others than Thanos's: `thanos-store`.
    pub fn full_name(self) -> String {
        match self {
            Kind::Prometheus => "prometheus".into(),
            Kind::Sidecar | Kind::Store | Kind::Querier | Kind::Compactor => {
                format!("thanos-{}", self.word())
            }
        }
    }

    /// Whether it reads or writes the bucket, and so needs credentials.
    pub fn reaches_the_bucket(self) -> bool {
        match self {
            Kind::Sidecar | Kind::Store | Kind::Compactor => true,
            Kind::Prometheus | Kind::Querier => false,
        }
    }
}

/// `--name=value`, or `--name` where it is a switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    pub name: &'static str,
    pub value: Option<String>,
}

impl Flag {
    pub fn new(name: &'static str, value: impl Into<String>) -> Self {
        Self { name, value: Some(value.into()) }
    }

    pub fn switch(name: &'static str) -> Self {
        Self { name, value: None }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "--{}={value}", self.name),
            None => write!(f, "--{}", self.name),
        }
    }
}

/// One program to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    pub kind: Kind,
    pub listen: Listen,
    /// In the order in which they are written. A name may come twice.
    pub flags: Vec<Flag>,
}

impl Component {
    /// The value of the first flag of this name.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.flags.iter().find(|flag| flag.name == name)?.value.as_deref()
    }
}

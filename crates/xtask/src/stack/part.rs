//! The servers, and which needs which.

use std::collections::BTreeSet;

use clap::ValueEnum;

use crate::tools::Tool;

/// A server of the stack, in the order of starting: stores first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Part {
    Seaweedfs,
    Versitygw,
    /// A store that does not look at conditions: es2s3 has to refuse it
    S3rver,
    Ministack,
    /// The same emulator, judging by IAM policies what each caller may do
    GuardedMinistack,
    /// A second emulator, by other people
    Moto,
    /// Thanos: a program; tests start its components themselves
    Thanos,
    /// Prometheus and promtool: programs, as well
    Prometheus,
    Opensearch,
    Elasticsearch,
}

impl Part {
    pub(crate) const ALL: [Self; 10] = [
        Self::Seaweedfs,
        Self::Versitygw,
        Self::S3rver,
        Self::Ministack,
        Self::GuardedMinistack,
        Self::Moto,
        Self::Thanos,
        Self::Prometheus,
        Self::Opensearch,
        Self::Elasticsearch,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Seaweedfs => "seaweedfs",
            Self::Versitygw => "versitygw",
            Self::S3rver => "s3rver",
            Self::Ministack => "ministack",
            Self::GuardedMinistack => "guarded-ministack",
            Self::Moto => "moto",
            Self::Thanos => "thanos",
            Self::Prometheus => "prometheus",
            Self::Opensearch => "opensearch",
            Self::Elasticsearch => "elasticsearch",
        }
    }

    pub(crate) fn is_engine(self) -> bool {
        matches!(self, Self::Opensearch | Self::Elasticsearch)
    }

    /// Whose installation it uses.
    pub(crate) fn installed_as(self) -> Self {
        match self {
            Self::GuardedMinistack => Self::Ministack,
            other => other,
        }
    }

    /// Where an engine's snapshots go, or a function finds S3.
    fn store(self) -> Option<Self> {
        match self {
            Self::Opensearch | Self::Ministack | Self::Thanos => Some(Self::Seaweedfs),
            Self::Elasticsearch => Some(Self::Versitygw),
            Self::Seaweedfs
            | Self::Versitygw
            | Self::S3rver
            | Self::GuardedMinistack
            | Self::Moto
            | Self::Prometheus => None,
        }
    }

    fn tools(self) -> &'static [Tool] {
        match self {
            Self::Seaweedfs | Self::Ministack | Self::GuardedMinistack | Self::Moto => &[Tool::Python],
            Self::S3rver => &[Tool::Node, Tool::Npm],
            Self::Versitygw => &[Tool::Go, Tool::Python],
            Self::Thanos => &[Tool::Go],
            Self::Prometheus => &[Tool::Apt, Tool::Dpkg],
            Self::Opensearch => &[Tool::Maven, Tool::RecentJdk],
            Self::Elasticsearch => &[Tool::Maven, Tool::OlderJdk],
        }
    }
}

/// The named parts and the stores they need, in the order of starting; all when none is named.
pub(crate) fn with_stores(named: &[Part]) -> Vec<Part> {
    let named = if named.is_empty() { &Part::ALL[..] } else { named };
    let all: BTreeSet<Part> = named.iter().flat_map(|part| [Some(*part), part.store()]).flatten().collect();
    all.into_iter().collect()
}

/// What must be on the machine for these parts.
pub(crate) fn tools(parts: &[Part]) -> BTreeSet<Tool> {
    parts.iter().flat_map(|part| part.tools()).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_brings_its_store() {
        assert_eq!(with_stores(&[]), Part::ALL);
        assert_eq!(with_stores(&[Part::Elasticsearch]), [Part::Versitygw, Part::Elasticsearch]);
        assert_eq!(with_stores(&[Part::Opensearch, Part::Seaweedfs]), [Part::Seaweedfs, Part::Opensearch]);
        assert_eq!(with_stores(&[Part::Versitygw]), [Part::Versitygw]);
    }

    #[test]
    fn only_what_is_used_is_asked_of_the_machine() {
        assert_eq!(tools(&[Part::Seaweedfs]), BTreeSet::from([Tool::Python]));
        assert_eq!(tools(&Part::ALL).len(), 9);
    }
}

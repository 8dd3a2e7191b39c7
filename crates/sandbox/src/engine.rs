//! Which engine a world plays, and what follows from its version.

/// The two engines differ in dialect: key orders, error words, fields of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    OpenSearch,
    Elasticsearch,
}

/// An engine and its version, `3.6.0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engine {
    pub kind: Kind,
    pub version: String,
}

/// The bit that OpenSearch flips in its version ids, so that none equals one of Elasticsearch's.
const OPENSEARCH_MASK: u64 = 0x0800_0000;

impl Engine {
    pub fn new(kind: Kind, version: &str) -> Self {
        Self { kind, version: version.to_owned() }
    }

    pub fn is_opensearch(&self) -> bool {
        self.kind == Kind::OpenSearch
    }

    /// `opensearch` or `elasticsearch`: the node's name.
    pub fn name(&self) -> &'static str {
        match self.kind {
            Kind::OpenSearch => "opensearch",
            Kind::Elasticsearch => "elasticsearch",
        }
    }

    /// The number that both engines write beside the version: `7.10.2` is 7100299.
    pub fn version_id(&self) -> u64 {
        let mut parts = self.version.split('.').map(|part| part.parse().unwrap_or(0));
        let mut next = || parts.next().unwrap_or(0);
        let id = next() * 1_000_000 + next() * 10_000 + next() * 100 + 99;
        if self.is_opensearch() { id ^ OPENSEARCH_MASK } else { id }
    }

    /// The version of Lucene that writes the shards.
    pub fn lucene(&self) -> [u8; 3] {
        match self.kind {
            Kind::OpenSearch => [10, 4, 0],
            Kind::Elasticsearch => [8, 7, 0],
        }
    }

    pub fn lucene_text(&self) -> String {
        self.lucene().map(|part| part.to_string()).join(".")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_ids_are_those_of_real_servers() {
        assert_eq!(Engine::new(Kind::OpenSearch, "3.6.0").version_id(), 137_277_827);
        assert_eq!(Engine::new(Kind::Elasticsearch, "7.10.2").version_id(), 7_100_299);
    }
}

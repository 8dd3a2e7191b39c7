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

    /// Major, minor, patch; what is no number counts as 0.
    fn numbers(&self) -> [u64; 3] {
        let mut parts = self.version.split('.').map(|part| part.parse().unwrap_or(0));
        [(); 3].map(|()| parts.next().unwrap_or(0))
    }

    /// Whether this is OpenSearch, which began as Elasticsearch 7.10, or Elasticsearch from this version on.
    pub fn since(&self, major: u64, minor: u64) -> bool {
        match self.kind {
            Kind::OpenSearch => [major, minor] <= [7, 10],
            Kind::Elasticsearch => self.numbers() >= [major, minor, 0],
        }
    }

    /// Whether this is OpenSearch from this version on.
    pub fn opensearch_since(&self, major: u64, minor: u64) -> bool {
        self.is_opensearch() && self.numbers() >= [major, minor, 0]
    }

    /// The number that both engines write beside the version: `7.10.2` is 7100299. From Elasticsearch 8.11 on it counts
    /// forms of an index instead (8.15 and 9.0 are in the table).
    pub fn version_id(&self) -> u64 {
        let [major, minor, patch] = self.numbers();
        if !self.is_opensearch() && self.since(8, 11) {
            return if major == 8 { 8_512_000 } else { 9_009_000 };
        }
        let id = major * 1_000_000 + minor * 10_000 + patch * 100 + 99;
        if self.is_opensearch() { id ^ OPENSEARCH_MASK } else { id }
    }

    /// The version of Lucene that writes the shards.
    pub fn lucene(&self) -> [u8; 3] {
        match (self.kind, self.numbers()) {
            (Kind::OpenSearch, [..=1, ..]) => [8, 10, 1],
            (Kind::OpenSearch, [2, ..=16, _]) => [9, 7, 0],
            (Kind::OpenSearch, [2, ..]) => [9, 12, 1],
            (Kind::OpenSearch, _) => [10, 4, 0],
            (Kind::Elasticsearch, [..=6, ..]) => [7, 7, 3],
            (Kind::Elasticsearch, [7, ..=10, _]) => [8, 7, 0],
            (Kind::Elasticsearch, [7, ..]) => [8, 11, 3],
            (Kind::Elasticsearch, [8, ..]) => [9, 11, 1],
            (Kind::Elasticsearch, _) => [10, 1, 0],
        }
    }

    /// The oldest versions that it talks to, and whose indices it reads.
    pub fn compatible_with(&self) -> [&'static str; 2] {
        match (self.kind, self.numbers()[0]) {
            (Kind::OpenSearch, 0 | 1) | (Kind::Elasticsearch, 7) => ["6.8.0", "6.0.0-beta1"],
            (Kind::OpenSearch, 2) => ["7.10.0", "7.0.0"],
            (Kind::OpenSearch, _) => ["2.19.0", "2.0.0"],
            (Kind::Elasticsearch, 0..=6) => ["5.6.0", "5.0.0"],
            (Kind::Elasticsearch, 8) => ["7.17.0", "7.0.0"],
            (Kind::Elasticsearch, _) => ["8.18.0", "8.0.0"],
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
        assert_eq!(Engine::new(Kind::Elasticsearch, "8.15.3").version_id(), 8_512_000);
    }

    #[test]
    fn opensearch_counts_as_elasticsearch_7_10() {
        for (kind, version, is_7_9, is_7_12) in [
            (Kind::Elasticsearch, "6.8.23", false, false),
            (Kind::Elasticsearch, "7.10.2", true, false),
            (Kind::Elasticsearch, "9.0.8", true, true),
            (Kind::OpenSearch, "1.3.20", true, false),
            (Kind::OpenSearch, "3.6.0", true, false),
        ] {
            let engine = Engine::new(kind, version);
            assert_eq!((engine.since(7, 9), engine.since(7, 12)), (is_7_9, is_7_12), "{engine:?}");
        }
    }
}

//! What es2s3 tells a domain to do. Every delete asks for a permit and names one thing.

use serde_json::json;

use super::replies;
use super::request::encoded;
use super::{EngineError, Request, Transport};
use crate::model::{
    Distribution, Engine, IndexName, Marks, RepositoryName, RepositorySettings, SnapshotName, Version,
};
use crate::proof::{DeletePermit, ExpirePermit};

/// Writes one domain.
#[derive(Clone)]
pub struct Writer {
    transport: Transport,
    engine: Engine,
}

/// A restored index gets another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    pub from: IndexName,
    pub to: IndexName,
}

type Result<T> = std::result::Result<T, EngineError>;

impl Writer {
    pub fn new(transport: Transport, engine: Engine) -> Self {
        Self { transport, engine }
    }

    /// Registers the repository with exactly these settings: what is left out returns to its default.
    ///
    /// May answer with an error and register all the same; only reading it back decides.
    pub async fn put_repository(&self, name: &RepositoryName, settings: &RepositorySettings) -> Result<()> {
        let request = Request::put(format!("/_snapshot/{}", encoded(name.as_str())))
            .body(json!({"type": "s3", "settings": settings}))
            .repeatable();
        self.transport.send(&request, replies::anything).await
    }

    /// Has every node write to the repository and read it back; returns how many nodes did.
    pub async fn verify_repository(&self, name: &RepositoryName) -> Result<u64> {
        let request = Request::post(format!("/_snapshot/{}/_verify", encoded(name.as_str()))).repeatable();
        self.transport.send(&request, replies::verified_nodes).await
    }

    /// Refuses writes to the index from now on. `_block` waits for writes under way (Elasticsearch 7.9, OpenSearch 1.0);
    /// before that the setting is all there is.
    pub async fn add_write_block(&self, index: &IndexName) -> Result<()> {
        let name = encoded(index.as_str());
        let request = if self.has_block_route() {
            Request::put(format!("/{name}/_block/write")).query("expand_wildcards=none")
        } else {
            Request::put(format!("/{name}/_settings")).body(json!({"index.blocks.write": true}))
        };
        self.transport.send(&request.repeatable(), replies::anything).await
    }

    fn has_block_route(&self) -> bool {
        match self.engine.distribution {
            Distribution::OpenSearch => true,
            Distribution::Elasticsearch => self.engine.version >= Version::new(7, 9, 0),
        }
    }

    pub async fn remove_write_block(&self, index: &IndexName) -> Result<()> {
        let request = Request::put(format!("/{}/_settings", encoded(index.as_str())))
            .query("expand_wildcards=none")
            .body(json!({"index.blocks.write": null}))
            .repeatable();
        self.transport.send(&request, replies::anything).await
    }

    /// Begins a snapshot of exactly these indices and returns at once: load balancers cut long calls.
    ///
    /// Repeatable: a snapshot's name is taken once, so a repeat meets "exists already".
    pub async fn create_snapshot(
        &self,
        repository: &RepositoryName,
        name: &SnapshotName,
        indices: &[IndexName],
        marks: &Marks,
    ) -> Result<()> {
        let path = format!("/_snapshot/{}/{}", encoded(repository.as_str()), encoded(name.as_str()));
        let mut body = json!({
            "indices": indices,
            "partial": false,
            "include_global_state": false,
            "ignore_unavailable": false,
            "metadata": {"es2s3": marks},
        });
        // From 7.12 feature states come along unless refused by name.
        if self.engine.distribution == Distribution::Elasticsearch && self.engine.version >= Version::new(7, 12, 0) {
            body["feature_states"] = json!(["none"]);
        }
        let request = Request::put(path).query("wait_for_completion=false").body(body).repeatable();
        self.transport.send(&request, replies::anything).await
    }

    /// Deletes the one index that the permit names: one request for one permit, never repeated here. After a lost reply the
    /// name may stand for another index already, and only a fresh permit can tell.
    pub async fn delete_index(&self, permit: DeletePermit) -> Result<()> {
        let request =
            Request::delete(format!("/{}", encoded(permit.index().as_str()))).query("expand_wildcards=none");
        self.transport.send(&request, replies::anything).await
    }

    /// Deletes the one snapshot that the permit names.
    pub async fn delete_snapshot(&self, repository: &RepositoryName, permit: &ExpirePermit) -> Result<()> {
        let path =
            format!("/_snapshot/{}/{}", encoded(repository.as_str()), encoded(permit.snapshot().as_str()));
        self.transport.send(&Request::delete(path).repeatable(), replies::anything).await
    }

    /// Begins to bring one index back. Aliases stay behind: two write indices of one alias would refuse (Elasticsearch #73934).
    pub async fn restore(
        &self,
        repository: &RepositoryName,
        snapshot: &SnapshotName,
        index: &IndexName,
        rename: Option<&Rename>,
    ) -> Result<()> {
        let path =
            format!("/_snapshot/{}/{}/_restore", encoded(repository.as_str()), encoded(snapshot.as_str()));
        let mut body = json!({
            "indices": [index],
            "include_global_state": false,
            "include_aliases": false,
            "ignore_unavailable": false,
            "partial": false,
        });
        if let Some(rename) = rename {
            body["rename_pattern"] = json!(format!("^{}$", literal(rename.from.as_str())));
            body["rename_replacement"] = json!(rename.to.as_str().replace('\\', "\\\\").replace('$', "\\$"));
        }
        let request = Request::post(path).query("wait_for_completion=false").body(body);
        self.transport.send(&request, replies::anything).await
    }
}

/// The name as a Java regular expression that matches only itself.
fn literal(name: &str) -> String {
    name.chars().flat_map(|c| (!c.is_alphanumeric()).then_some('\\').into_iter().chain([c])).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_as_a_pattern_matches_only_itself() {
        assert_eq!(super::literal("app-2026.10.20"), r"app\-2026\.10\.20");
    }
}

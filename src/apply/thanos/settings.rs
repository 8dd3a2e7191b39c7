//! The bucket's lifecycle: es2s3's own rule beside those of others.

use std::collections::BTreeMap;

use super::Works;
use super::marks::failed;
use crate::apply::ItemResult;
use crate::model::infra::LifecycleRule;

impl Works<'_> {
    /// Read back afterwards: some stores take a rule and keep nothing of it.
    pub(super) async fn set_lifecycle(&self, rules: &BTreeMap<String, LifecycleRule>) -> ItemResult {
        let Some(writer) = &self.blocks.settings else {
            return ItemResult::Skipped("the AWS side is left to others".into());
        };
        let bucket = self.spec().bucket.as_str();
        if let Err(error) = writer.put_lifecycle_rules(bucket, rules).await {
            return ItemResult::Failed(error.to_string());
        }
        match self.reader().lifecycle().await {
            Ok(live) if rules.keys().all(|id| live.iter().any(|rule| rule.id == *id)) => {
                ItemResult::Done("set".into())
            }
            Ok(_) => ItemResult::Failed("the store took the rule and does not have it".into()),
            Err(error) => failed(&error),
        }
    }
}

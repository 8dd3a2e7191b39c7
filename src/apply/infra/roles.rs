//! Roles: what they may do is put before they are used, and what nobody asked for is taken away.

use super::Cloud;
use crate::clients::aws::AwsError;
use crate::model::infra::{Found, RoleSpec, Spec};

impl Cloud {
    /// A path cannot be changed: the confirmation tells it.
    pub(super) async fn role(&self, wanted: &RoleSpec, found: Option<&Found>) -> Result<(), AwsError> {
        match found.map(|found| &found.spec) {
            Some(Spec::Role(live)) => self.change_role(wanted, live).await,
            _ => {
                self.writer.create_role(wanted, &self.tags).await?;
                self.grant(wanted, None).await
            }
        }
    }

    async fn change_role(&self, wanted: &RoleSpec, live: &RoleSpec) -> Result<(), AwsError> {
        let name = &wanted.name;
        self.writer.tag_role(name, &self.tags).await?;
        if wanted.trust.meaning() != live.trust.meaning() {
            self.writer.set_role_trust(name, &wanted.trust).await?;
        }
        if wanted.description != live.description {
            self.writer.describe_role(name, &wanted.description).await?;
        }
        if wanted.boundary != live.boundary {
            self.writer.set_role_boundary(name, wanted.boundary.as_deref()).await?;
        }
        self.grant(wanted, Some(live)).await
    }

    /// New grants first: a role that a function goes by is never without what it needs.
    async fn grant(&self, wanted: &RoleSpec, live: Option<&RoleSpec>) -> Result<(), AwsError> {
        let name = &wanted.name;
        for (policy, document) in &wanted.policies {
            let same = live.and_then(|live| live.policies.get(policy));
            if same.is_none_or(|live| live.meaning() != document.meaning()) {
                self.writer.put_role_policy(name, policy, document).await?;
            }
        }
        for arn in &wanted.attached {
            if live.is_none_or(|live| !live.attached.contains(arn)) {
                self.writer.attach_role_policy(name, arn).await?;
            }
        }
        let Some(live) = live else { return Ok(()) };
        for policy in live.policies.keys().filter(|policy| !wanted.policies.contains_key(*policy)) {
            self.writer.delete_role_policy(name, policy).await?;
        }
        for arn in live.attached.difference(&wanted.attached) {
            self.writer.detach_role_policy(name, arn).await?;
        }
        Ok(())
    }

    /// Policies first: IAM keeps a role that has some.
    pub(super) async fn remove_role(&self, live: &RoleSpec) -> Result<(), AwsError> {
        for arn in &live.attached {
            self.writer.detach_role_policy(&live.name, arn).await?;
        }
        for policy in live.policies.keys() {
            self.writer.delete_role_policy(&live.name, policy).await?;
        }
        self.writer.delete_role(&live.name).await
    }
}

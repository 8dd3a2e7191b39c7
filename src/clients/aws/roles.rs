//! IAM roles: trust, inline policies, attached policies, boundary.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types::{Role, Tag};

use super::error::{Asked, asked, there};
use super::{Reader, Result, Writer, tags};
use crate::model::infra::{Document, Found, RoleSpec, Spec};

impl Reader {
    /// # Errors
    ///
    /// When it or one of its policies cannot be read.
    pub async fn role(&self, name: &str) -> Result<Option<Found>> {
        let thing = format!("role {name}");
        let asked = asked("iam:GetRole", &thing);
        let got = self.iam.get_role().role_name(name).send().await.map_err(|error| asked.told(&error));
        let Some(role) = there(got)?.and_then(|got| got.role) else { return Ok(None) };
        let (policies, attached) =
            tokio::try_join!(self.inline_policies(name), self.attached_policies(name))?;
        Ok(Some(Found {
            arn: role.arn.clone(),
            tags: tags::map(role.tags(), Tag::key, Tag::value),
            spec: Spec::Role(spec(role, policies, attached, &asked)?),
            obstacles: Vec::new(),
        }))
    }

    async fn inline_policies(&self, role: &str) -> Result<BTreeMap<String, Document>> {
        let thing = format!("role {role}");
        let asked = asked("iam:ListRolePolicies", &thing);
        let mut names = Vec::new();
        let mut pages = self.iam.list_role_policies().role_name(role).into_paginator().items().send();
        while let Some(name) = pages.next().await {
            names.push(name.map_err(|error| asked.told(&error))?);
        }
        let read = names.into_iter().map(|name| self.inline_policy(role, name));
        Ok(futures_util::future::try_join_all(read).await?.into_iter().collect())
    }

    async fn inline_policy(&self, role: &str, policy: String) -> Result<(String, Document)> {
        let thing = format!("policy {policy} of role {role}");
        let asked = asked("iam:GetRolePolicy", &thing);
        let got = self.iam.get_role_policy().role_name(role).policy_name(&policy).send().await;
        let got = got.map_err(|error| asked.told(&error))?;
        Ok((policy, document(&got.policy_document, &asked)?))
    }

    async fn attached_policies(&self, role: &str) -> Result<BTreeSet<String>> {
        let thing = format!("role {role}");
        let asked = asked("iam:ListAttachedRolePolicies", &thing);
        let mut arns = BTreeSet::new();
        let mut pages =
            self.iam.list_attached_role_policies().role_name(role).into_paginator().items().send();
        while let Some(policy) = pages.next().await {
            arns.extend(policy.map_err(|error| asked.told(&error))?.policy_arn);
        }
        Ok(arns)
    }
}

fn spec(
    role: Role,
    policies: BTreeMap<String, Document>,
    attached: BTreeSet<String>,
    asked: &Asked<'_>,
) -> Result<RoleSpec> {
    let trust = role.assume_role_policy_document.as_deref().unwrap_or("{}");
    Ok(RoleSpec {
        trust: document(trust, asked)?,
        path: role.path,
        description: role.description.unwrap_or_default(),
        boundary: role.permissions_boundary.and_then(|boundary| boundary.permissions_boundary_arn),
        name: role.role_name,
        policies,
        attached,
    })
}

/// IAM gives documents percent-encoded (RFC 3986).
fn document(encoded: &str, asked: &Asked<'_>) -> Result<Document> {
    let text = percent_encoding::percent_decode_str(encoded).decode_utf8();
    let text = text.map_err(|error| asked.garbled(error))?;
    Document::parse(&text).map_err(|error| asked.garbled(error))
}

impl Writer {
    /// Makes a role without policies; tells its ARN.
    ///
    /// # Errors
    ///
    /// [`super::AwsError::Exists`] when one of that name is there.
    pub async fn create_role(&self, role: &RoleSpec, tags: &BTreeMap<String, String>) -> Result<String> {
        let thing = format!("role {}", role.name);
        let asked = asked("iam:CreateRole", &thing);
        let create = self
            .reader
            .iam
            .create_role()
            .role_name(&role.name)
            .path(&role.path)
            .description(&role.description)
            .assume_role_policy_document(role.trust.text())
            .set_permissions_boundary(role.boundary.clone())
            .set_tags(Some(sdk_tags(tags, &asked)?));
        let made = create.send().await.map_err(|error| asked.told(&error))?;
        made.role.map(|role| role.arn).ok_or_else(|| asked.garbled("no role is in it"))
    }

    /// # Errors
    ///
    /// When it is refused.
    pub async fn put_role_policy(&self, role: &str, policy: &str, document: &Document) -> Result<()> {
        let thing = format!("policy {policy} of role {role}");
        let asked = asked("iam:PutRolePolicy", &thing);
        let put = self.reader.iam.put_role_policy().role_name(role).policy_name(policy);
        let sent = put.policy_document(document.text()).send().await;
        sent.map(drop).map_err(|error| asked.told(&error))
    }

    /// # Errors
    ///
    /// When it is refused; one that is gone already is no error.
    pub async fn delete_role_policy(&self, role: &str, policy: &str) -> Result<()> {
        let thing = format!("policy {policy} of role {role}");
        let asked = asked("iam:DeleteRolePolicy", &thing);
        let sent = self.reader.iam.delete_role_policy().role_name(role).policy_name(policy).send().await;
        there(sent.map(drop).map_err(|error| asked.told(&error))).map(drop)
    }

    /// # Errors
    ///
    /// When it is refused.
    pub async fn set_role_trust(&self, role: &str, trust: &Document) -> Result<()> {
        let thing = format!("role {role}");
        let asked = asked("iam:UpdateAssumeRolePolicy", &thing);
        let update = self.reader.iam.update_assume_role_policy().role_name(role);
        let sent = update.policy_document(trust.text()).send().await;
        sent.map(drop).map_err(|error| asked.told(&error))
    }

    /// # Errors
    ///
    /// When it is refused.
    pub async fn describe_role(&self, role: &str, description: &str) -> Result<()> {
        let thing = format!("role {role}");
        let asked = asked("iam:UpdateRole", &thing);
        let sent = self.reader.iam.update_role().role_name(role).description(description).send().await;
        sent.map(drop).map_err(|error| asked.told(&error))
    }

    /// # Errors
    ///
    /// When it is refused.
    pub async fn set_role_boundary(&self, role: &str, boundary: Option<&str>) -> Result<()> {
        let thing = format!("role {role}");
        match boundary {
            Some(arn) => {
                let asked = asked("iam:PutRolePermissionsBoundary", &thing);
                let put = self.reader.iam.put_role_permissions_boundary().role_name(role);
                put.permissions_boundary(arn).send().await.map(drop).map_err(|error| asked.told(&error))
            }
            None => {
                let asked = asked("iam:DeleteRolePermissionsBoundary", &thing);
                let delete = self.reader.iam.delete_role_permissions_boundary().role_name(role);
                let sent = delete.send().await.map(drop).map_err(|error| asked.told(&error));
                there(sent).map(drop)
            }
        }
    }

    /// # Errors
    ///
    /// When it is refused.
    pub async fn attach_role_policy(&self, role: &str, arn: &str) -> Result<()> {
        let thing = format!("role {role}");
        let asked = asked("iam:AttachRolePolicy", &thing);
        let sent = self.reader.iam.attach_role_policy().role_name(role).policy_arn(arn).send().await;
        sent.map(drop).map_err(|error| asked.told(&error))
    }

    /// # Errors
    ///
    /// When it is refused; one that is not attached is no error.
    pub async fn detach_role_policy(&self, role: &str, arn: &str) -> Result<()> {
        let thing = format!("role {role}");
        let asked = asked("iam:DetachRolePolicy", &thing);
        let sent = self.reader.iam.detach_role_policy().role_name(role).policy_arn(arn).send().await;
        there(sent.map(drop).map_err(|error| asked.told(&error))).map(drop)
    }

    /// # Errors
    ///
    /// When it is refused.
    pub async fn tag_role(&self, role: &str, tags: &BTreeMap<String, String>) -> Result<()> {
        let thing = format!("role {role}");
        let asked = asked("iam:TagRole", &thing);
        let tag = self.reader.iam.tag_role().role_name(role).set_tags(Some(sdk_tags(tags, &asked)?));
        tag.send().await.map(drop).map_err(|error| asked.told(&error))
    }

    /// # Errors
    ///
    /// When it is refused: policies must be gone before. One that is gone already is no error.
    pub async fn delete_role(&self, role: &str) -> Result<()> {
        let thing = format!("role {role}");
        let asked = asked("iam:DeleteRole", &thing);
        let sent = self.reader.iam.delete_role().role_name(role).send().await;
        there(sent.map(drop).map_err(|error| asked.told(&error))).map(drop)
    }
}

fn sdk_tags(tags: &BTreeMap<String, String>, asked: &Asked<'_>) -> Result<Vec<Tag>> {
    let built = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
    built.collect::<std::result::Result<_, _>>().map_err(|error| asked.garbled(error))
}

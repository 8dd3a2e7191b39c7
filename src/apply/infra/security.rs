//! Roles inside a domain with fine-grained access control, and es2s3's own entries in their mappings.

use super::{Cloud, WorkError};
use crate::clients::engine::{EngineError, Reader, Transport, Writer};
use crate::model::infra::{RoleMappingSpec, SecurityRoleSpec};

/// The domain, where it can be reached from here.
#[derive(Clone)]
pub struct Domain {
    pub reader: Reader,
    pub transport: Transport,
}

impl Domain {
    async fn writer(&self) -> Result<Writer, EngineError> {
        Ok(Writer::new(self.transport.clone(), self.reader.root().await?.engine))
    }
}

impl Cloud {
    pub(super) async fn security_role(&self, wanted: &SecurityRoleSpec) -> Result<(), WorkError> {
        Ok(self.domain()?.writer().await?.put_security_role(wanted).await?)
    }

    pub(super) async fn remove_security_role(&self, name: &str) -> Result<(), WorkError> {
        Ok(self.domain()?.writer().await?.delete_security_role(name).await?)
    }

    /// Only what is not in it yet is added: an entry twice would be taken out once.
    pub(super) async fn map(&self, wanted: &RoleMappingSpec) -> Result<(), WorkError> {
        let domain = self.domain()?;
        let there = domain.reader.backend_roles(&wanted.role).await?;
        let lacks = |one: &&str| there.as_ref().is_none_or(|there| !there.iter().any(|live| live == one));
        let lacking: Vec<&str> = wanted.backend_roles.iter().map(String::as_str).filter(lacks).collect();
        if lacking.is_empty() {
            return Ok(());
        }
        Ok(domain.writer().await?.map_backend_roles(&wanted.role, &lacking, there.is_some()).await?)
    }

    /// Takes out es2s3's own entries; the mapping itself stays, and everybody else in it.
    pub(super) async fn unmap(&self, own: &RoleMappingSpec) -> Result<(), WorkError> {
        let domain = self.domain()?;
        let there = domain.reader.backend_roles(&own.role).await?.unwrap_or_default();
        let places = there.iter().enumerate().filter(|(_, one)| own.backend_roles.contains(*one));
        let places: Vec<(usize, &str)> = places.map(|(place, one)| (place, one.as_str())).collect();
        if places.is_empty() {
            return Ok(());
        }
        Ok(domain.writer().await?.unmap_backend_roles(&own.role, &places).await?)
    }

    fn domain(&self) -> Result<&Domain, WorkError> {
        self.domain.as_ref().ok_or(WorkError::OutOfReach)
    }
}

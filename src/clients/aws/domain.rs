//! What AWS says about the domain: its subnets, its security groups, its access policy.

use serde_json::Value;

use super::error::{asked, there};
use super::signed::Call;
use super::{Reader, Result};

/// Facts of a domain of Amazon OpenSearch Service.
#[derive(Debug, Clone, PartialEq)]
pub struct DomainFacts {
    pub arn: String,
    pub vpc: Option<String>,
    pub subnets: Vec<String>,
    pub security_groups: Vec<String>,
    /// The access policy, JSON text; empty when it has none.
    pub access_policy: String,
    pub fine_grained: bool,
    /// A change is under way.
    pub processing: bool,
}

impl Reader {
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn domain(&self, name: &str) -> Result<Option<DomainFacts>> {
        let thing = format!("domain {name}");
        let call = Call {
            asked: asked("es:DescribeDomain", &thing),
            service: "es",
            method: "GET",
            path: format!("/2021-01-01/opensearch/domain/{name}"),
            headers: Vec::new(),
            body: Vec::new(),
        };
        let Some(found) = there(self.signed.get_json(&call).await)? else { return Ok(None) };
        let status = &found["DomainStatus"];
        let texts = |value: &Value| -> Vec<String> {
            value.as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect()
        };
        let vpc = &status["VPCOptions"];
        Ok(Some(DomainFacts {
            arn: status["ARN"].as_str().unwrap_or_default().to_owned(),
            vpc: vpc["VPCId"].as_str().map(str::to_owned),
            subnets: texts(&vpc["SubnetIds"]),
            security_groups: texts(&vpc["SecurityGroupIds"]),
            access_policy: status["AccessPolicies"].as_str().unwrap_or_default().to_owned(),
            fine_grained: status["AdvancedSecurityOptions"]["Enabled"].as_bool().unwrap_or(false),
            processing: status["Processing"].as_bool().unwrap_or(false),
        }))
    }
}

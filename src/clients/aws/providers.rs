//! IAM's identity providers: whose tokens the account believes. One a host, shared by everything in the account.

use std::collections::BTreeMap;

use super::error::{asked, there};
use super::{Reader, Result, Writer};
use crate::model::infra::{Found, OidcProviderSpec, Spec, partition};

fn arn(region: &str, account: &str, host: &str) -> String {
    format!("arn:{}:iam::{account}:oidc-provider/{host}", partition(region))
}

impl Reader {
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn oidc_provider(&self, host: &str, account: &str) -> Result<Option<Found>> {
        let thing = format!("identity provider {host}");
        let asked = asked("iam:GetOpenIDConnectProvider", &thing);
        let arn = arn(self.signed.region(), account, host);
        let get = self.iam.get_open_id_connect_provider().open_id_connect_provider_arn(&arn);
        let Some(got) = there(get.send().await.map_err(|error| asked.told(&error)))? else { return Ok(None) };
        Ok(Some(Found {
            arn,
            spec: Spec::OidcProvider(OidcProviderSpec {
                host: host.to_owned(),
                audiences: got.client_id_list().iter().cloned().collect(),
            }),
            tags: BTreeMap::new(),
            obstacles: Vec::new(),
        }))
    }
}

impl Writer {
    /// Without a thumbprint: AWS goes by the usual authorities, and GitHub's and GitLab's certificates are of these.
    ///
    /// # Errors
    ///
    /// [`super::AwsError::Exists`] when there is one for this host.
    pub async fn create_oidc_provider(&self, provider: &OidcProviderSpec) -> Result<()> {
        let thing = format!("identity provider {}", provider.host);
        let asked = asked("iam:CreateOpenIDConnectProvider", &thing);
        let create = self.reader.iam.create_open_id_connect_provider();
        let create = create.url(format!("https://{}", provider.host));
        let create = create.set_client_id_list(Some(provider.audiences.iter().cloned().collect()));
        create.send().await.map(drop).map_err(|error| asked.told(&error))
    }

    /// # Errors
    ///
    /// When it is refused. One that is there already is no error to IAM.
    pub async fn add_oidc_audience(&self, arn: &str, audience: &str) -> Result<()> {
        let thing = format!("identity provider {arn}");
        let asked = asked("iam:AddClientIDToOpenIDConnectProvider", &thing);
        let add = self.reader.iam.add_client_id_to_open_id_connect_provider();
        let sent = add.open_id_connect_provider_arn(arn).client_id(audience).send().await;
        sent.map(drop).map_err(|error| asked.told(&error))
    }
}

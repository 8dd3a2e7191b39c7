//! The HTTP pages of Thanos's components: flags, stores, metrics, build. Only asks.
//!
//! Called by `observe`. No credentials are sent: what stands before a component asks for some is told as no answer.

mod metrics;
mod stores;

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Client;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::model::Unknown;
use crate::model::thanos::{Component, Facts};

/// A component on the other side of a cluster answers in milliseconds.
const CONNECT: Duration = Duration::from_secs(3);
const WHOLE: Duration = Duration::from_secs(10);
/// The metrics of a busy Querier are a megabyte.
const LONGEST: usize = 32 << 20;

/// Asks components.
#[derive(Debug, Clone)]
pub struct Reader {
    http: Client,
}

type Result<T> = std::result::Result<T, Unknown>;

impl Reader {
    /// # Errors
    ///
    /// When TLS cannot be set up.
    pub fn new() -> Result<Self> {
        let http = Client::builder()
            .user_agent(concat!("es2s3/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .gzip(true)
            .redirect(reqwest::redirect::Policy::none());
        Ok(Self { http: http.build().map_err(|error| Unknown::because(error.to_string()))? })
    }

    /// What this kind of component tells.
    ///
    /// # Errors
    ///
    /// When it does not answer, or not like Thanos.
    pub async fn facts(&self, component: Component, url: &str) -> Result<Facts> {
        let mut facts = match component {
            Component::Compact | Component::Store | Component::Sidecar => {
                metrics::facts(&self.text(url, "/metrics").await?)
            }
            Component::Query => Facts {
                stores: stores::seen(self.json(url, "/api/v1/stores").await?),
                version: self.version(url).await,
                ..Facts::default()
            },
        };
        if component != Component::Sidecar {
            facts.flags = self.json::<BTreeMap<String, String>>(url, "/api/v1/status/flags").await?;
        }
        Ok(facts)
    }

    /// The metrics tell it too; those of a Querier are too many to be fetched for it. Nothing else is lost with this page.
    async fn version(&self, url: &str) -> Option<String> {
        let built: Build = self.json(url, "/api/v1/status/buildinfo").await.ok()?;
        Some(built.version).filter(|version| !version.is_empty())
    }

    /// The `data` of an answer in Prometheus's form.
    async fn json<T: DeserializeOwned>(&self, url: &str, path: &str) -> Result<T> {
        let text = self.text(url, path).await?;
        let answer: Answer<T> = serde_json::from_str(&text)
            .map_err(|error| Unknown::because(format!("{url}{path} is no answer of Thanos: {error}")))?;
        Ok(answer.data)
    }

    async fn text(&self, url: &str, path: &str) -> Result<String> {
        let place = format!("{url}{path}");
        let failed = |why: &dyn std::fmt::Display| Unknown::because(format!("{place}: {why}"));
        let sent = self.http.get(&place).send().await;
        let mut response = sent.map_err(|error| failed(&crate::clients::cause::root_cause(&error)))?;
        if !response.status().is_success() {
            return Err(failed(&format!("answered {}", response.status())));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LONGEST {
                return Err(failed(&"answers without an end"));
            }
        }
        String::from_utf8(bytes).map_err(|_| failed(&"is no text"))
    }
}

#[derive(Deserialize)]
struct Answer<T> {
    data: T,
}

#[derive(Deserialize)]
struct Build {
    version: String,
}

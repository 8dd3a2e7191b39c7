//! The HTTP pages of Thanos's components: flags, stores, metrics. Only asks.
//!
//! Called by `observe`. No credentials are sent: what stands before a component asks for some is told as no answer.

mod metrics;

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Client;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::model::Unknown;
use crate::model::thanos::{Component, Facts, StoreSeen};

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
            Component::Query => Facts { stores: self.stores(url).await?, ..Facts::default() },
        };
        if component != Component::Sidecar {
            facts.flags = self.json::<BTreeMap<String, String>>(url, "/api/v1/status/flags").await?;
        }
        Ok(facts)
    }

    async fn stores(&self, url: &str) -> Result<Vec<StoreSeen>> {
        let kinds: BTreeMap<String, Vec<RawStore>> = self.json(url, "/api/v1/stores").await?;
        let stores = kinds.into_iter().flat_map(|(kind, stores)| {
            stores.into_iter().map(move |store| StoreSeen {
                kind: kind.clone(),
                address: store.name,
                error: store.last_error.filter(|error| !error.is_null()).map(|error| error.to_string()),
                min_time: store.min_time,
                max_time: store.max_time,
            })
        });
        Ok(stores.collect())
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
#[serde(rename_all = "camelCase")]
struct RawStore {
    name: String,
    #[serde(default)]
    last_error: Option<serde_json::Value>,
    min_time: i64,
    max_time: i64,
}

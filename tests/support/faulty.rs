//! Servers of the stack behind proxies that share one script of faults.

use faultproxy::{Proxy, Upstream};
use sandbox::faults::Faults;

use super::cloud::Cloud;
use super::stage::Stage;

/// The proxies stay as long as this does.
pub struct Faulty {
    pub faults: Faults,
    proxies: Vec<Proxy>,
}

impl Faulty {
    pub fn new() -> Self {
        Self { faults: Faults::default(), proxies: Vec::new() }
    }

    /// The same place, reached through proxies.
    pub async fn stage(&mut self, stage: Stage) -> Stage {
        let domain = self.before(&stage.domain, Upstream::Engine).await;
        let s3 = self.before(&stage.s3, Upstream::Aws).await;
        Stage { domain, s3, ..stage }
    }

    /// The same emulator, reached through proxies.
    pub async fn cloud(&mut self, cloud: Cloud) -> Cloud {
        let endpoint = self.before(&cloud.endpoint, Upstream::Aws).await;
        let s3_endpoint = self.before(&cloud.s3_endpoint, Upstream::Aws).await;
        Cloud { endpoint, s3_endpoint, ..cloud }
    }

    async fn before(&mut self, upstream: &str, kind: Upstream) -> String {
        let proxy = Proxy::start(upstream, kind, self.faults.clone()).await.expect("a port");
        let url = proxy.url.clone();
        self.proxies.push(proxy);
        url
    }
}

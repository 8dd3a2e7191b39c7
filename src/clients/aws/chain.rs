//! The standard AWS chain, read once: credentials, region, endpoint overrides, retries.
//!
//! Called by `cli`. `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_S3` are honoured by the chain itself; with an override, buckets
//! are addressed by path, since no emulator or gateway has a name a bucket.
//! It never reads the environment itself: the SDK's own chain does, so that es2s3 is configured like every other AWS tool.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::config::interceptors::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_types::service_config::ServiceConfigKey;

use crate::clients::retry::{self, Patience};

/// The chain as this process sees it. Cloning shares the connections and the count of requests.
#[derive(Debug, Clone)]
pub struct Aws {
    sdk: SdkConfig,
    s3: aws_sdk_s3::Client,
    /// Another store than Amazon's.
    overridden: bool,
    /// That store is spoken to without TLS.
    plain: bool,
    wire: Wire,
}

/// To connect, then to the first byte of an answer, then for one whole attempt. The SDK itself cuts a body that stalls.
const CONNECT: Duration = Duration::from_secs(5);
const FIRST_BYTE: Duration = Duration::from_secs(30);
const ATTEMPT: Duration = Duration::from_secs(60);

impl Aws {
    /// Reads the chain, with this profile where one is named. Sends nothing; credentials are fetched when the first request needs
    /// them.
    pub async fn connect(region: &str, profile: Option<&str>) -> Self {
        let region = Region::new(region.to_owned());
        let chain = aws_config::defaults(BehaviorVersion::latest()).region(region);
        let chain = match profile {
            Some(profile) => chain.profile_name(profile),
            None => chain,
        };
        Self::from_chain(chain.load().await)
    }

    /// With a chain that was read elsewhere; timeouts and retries are set here all the same.
    pub fn from_chain(chain: SdkConfig) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .read_timeout(FIRST_BYTE)
            .operation_attempt_timeout(ATTEMPT)
            .build();
        let retries = RetryConfig::standard().with_max_attempts(Patience::default().tries);
        let sdk = chain.into_builder().timeout_config(timeouts).retry_config(retries).build();
        let wire = Wire::default();
        let overridden = sdk.endpoint_url().is_some() || s3_endpoint(&sdk).is_some();
        let endpoint = s3_endpoint(&sdk).or(sdk.endpoint_url().map(str::to_owned));
        let plain = endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"));
        let config = aws_sdk_s3::config::Builder::from(&sdk)
            .force_path_style(overridden)
            .interceptor(wire.clone())
            .build();
        Self { s3: aws_sdk_s3::Client::from_conf(config), sdk, overridden, plain, wire }
    }

    /// The same chain for another store, or another region of the same one: with a clock of its own, and the same count of requests.
    #[must_use]
    pub fn at(&self, endpoint: Option<&str>, region: &str) -> Self {
        let wire = Wire { requests: Arc::clone(&self.wire.requests), ..Wire::default() };
        let mut config = aws_sdk_s3::config::Builder::from(&self.sdk)
            .region(aws_sdk_s3::config::Region::new(region.to_owned()))
            .force_path_style(self.overridden || endpoint.is_some())
            .interceptor(wire.clone());
        if let Some(endpoint) = endpoint {
            config = config.endpoint_url(endpoint);
        }
        Self {
            s3: aws_sdk_s3::Client::from_conf(config.build()),
            overridden: self.overridden || endpoint.is_some(),
            plain: endpoint.map_or(self.plain, |endpoint| endpoint.starts_with("http://")),
            wire,
            ..self.clone()
        }
    }

    pub(super) fn iam(&self) -> aws_sdk_iam::Client {
        let config = aws_sdk_iam::config::Builder::from(&self.sdk).interceptor(self.counter());
        aws_sdk_iam::Client::from_conf(config.build())
    }

    pub(super) fn lambda(&self) -> aws_sdk_lambda::Client {
        let config = aws_sdk_lambda::config::Builder::from(&self.sdk).interceptor(self.counter());
        aws_sdk_lambda::Client::from_conf(config.build())
    }

    pub(super) fn events(&self) -> aws_sdk_eventbridge::Client {
        let config = aws_sdk_eventbridge::config::Builder::from(&self.sdk).interceptor(self.counter());
        aws_sdk_eventbridge::Client::from_conf(config.build())
    }

    pub(super) fn logs(&self) -> aws_sdk_cloudwatchlogs::Client {
        let config = aws_sdk_cloudwatchlogs::config::Builder::from(&self.sdk).interceptor(self.counter());
        aws_sdk_cloudwatchlogs::Client::from_conf(config.build())
    }

    pub(super) fn sts(&self) -> aws_sdk_sts::Client {
        let config = aws_sdk_sts::config::Builder::from(&self.sdk).interceptor(self.counter());
        aws_sdk_sts::Client::from_conf(config.build())
    }

    fn counter(&self) -> Wire {
        self.wire.clone()
    }

    /// Counts a request that no SDK sends.
    pub(super) fn count(&self) {
        self.wire.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn region(&self) -> &str {
        self.sdk.region().map_or("us-east-1", |region| region.as_ref())
    }

    /// Where a service answers that no SDK crate speaks for: `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_ENDPOINT_URL`, or AWS's own.
    pub(super) fn endpoint(&self, service: &str) -> String {
        let own = configured_endpoint(&self.sdk, service_id(service));
        let set = own.or_else(|| self.sdk.endpoint_url().map(str::to_owned));
        set.unwrap_or_else(|| {
            let region = self.region();
            let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
            format!("https://{service}.{region}.{suffix}")
        })
    }

    pub fn s3(&self) -> aws_sdk_s3::Client {
        self.s3.clone()
    }

    /// Whether the store is Amazon's own, where a bucket has an account.
    pub fn has_accounts(&self) -> bool {
        !self.overridden
    }

    /// Whether the store is spoken to without TLS, as one on loopback may be.
    pub fn s3_is_plain(&self) -> bool {
        self.plain
    }

    /// For signing requests to the domain. `None` when the chain has no provider at all.
    pub fn credentials(&self) -> Option<SharedCredentialsProvider> {
        self.sdk.credentials_provider()
    }

    /// Requests sent so far, every attempt counted.
    pub fn requests(&self) -> u64 {
        self.wire.requests.load(Ordering::Relaxed)
    }

    /// This machine's clock minus the store's, in seconds, from the last reply; `None` while there was none with a date.
    pub fn clock_skew_seconds(&self) -> Option<i64> {
        let skew = self.wire.skew.load(Ordering::Relaxed);
        (skew != NO_SKEW).then_some(skew)
    }
}

/// `AWS_ENDPOINT_URL_S3`, or the `services` section of a profile. The SDK goes by both but does not tell.
fn s3_endpoint(chain: &SdkConfig) -> Option<String> {
    configured_endpoint(chain, "S3")
}

/// The name by which profiles and variables know a service.
fn service_id(service: &str) -> &str {
    match service {
        "ec2" => "EC2",
        "sqs" => "SQS",
        "monitoring" => "CloudWatch",
        "es" => "OpenSearch",
        "secretsmanager" => "Secrets Manager",
        "ssm" => "SSM",
        other => other,
    }
}

fn configured_endpoint(chain: &SdkConfig, service: &str) -> Option<String> {
    let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL").profile("endpoint_url");
    chain.service_config()?.load_config(key.build().ok()?)
}

const NO_SKEW: i64 = i64::MIN;

/// Counts what really goes over the wire, and reads the clock at its other end. The SDK corrects its signatures by that clock
/// and tells nobody that ours is wrong.
#[derive(Debug, Clone)]
struct Wire {
    requests: Arc<AtomicU64>,
    skew: Arc<AtomicI64>,
}

impl Default for Wire {
    fn default() -> Self {
        Self { requests: Arc::default(), skew: Arc::new(AtomicI64::new(NO_SKEW)) }
    }
}

impl Intercept for Wire {
    fn name(&self) -> &'static str {
        "es2s3 requests and clock"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn read_after_transmit(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(date) = context.response().headers().get("date").and_then(retry::http_date) {
            self.skew.store(jiff::Timestamp::now().duration_since(date).as_secs(), Ordering::Relaxed);
        }
        Ok(())
    }
}

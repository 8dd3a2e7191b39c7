//! Who is asking: SigV4, basic, an API key, or nobody.
//!
//! Called by `transport` for every try of a request: a signature holds for its moment only. A secret that is kept elsewhere is fetched
//! once, when the first request needs it.

use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sigv4::http_request::{PayloadChecksumKind, SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use base64::Engine as _;
use futures_util::future::BoxFuture;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use tokio::sync::OnceCell;

/// A secret that no `Debug` and no message shows.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    pub fn new(secret: String) -> Self {
        Self(secret)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

/// Fetches a secret from where it is kept, or says in a sentence why not.
pub type Fetch = Box<dyn Fn() -> BoxFuture<'static, Result<Secret, String>> + Send + Sync>;

/// A password or a key. Clones share what was fetched.
#[derive(Clone)]
pub enum Password {
    Known(Secret),
    /// Not asked for yet, or in the cell.
    Kept(Arc<(Fetch, OnceCell<Secret>)>),
}

impl Password {
    pub fn kept(fetch: Fetch) -> Self {
        Self::Kept(Arc::new((fetch, OnceCell::new())))
    }

    async fn get(&self) -> Result<&Secret, String> {
        match self {
            Password::Known(secret) => Ok(secret),
            Password::Kept(kept) => kept.1.get_or_try_init(|| (kept.0)()).await,
        }
    }
}

impl From<Secret> for Password {
    fn from(secret: Secret) -> Self {
        Self::Known(secret)
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

/// How requests are authenticated.
#[derive(Debug, Clone)]
pub enum Credentials {
    None,
    Basic {
        username: String,
        password: Password,
    },
    /// The encoded form, as the engine handed it out.
    ApiKey(Password),
    /// Signature version 4 for service `es`.
    Sigv4 {
        provider: SharedCredentialsProvider,
        region: String,
    },
}

impl Credentials {
    /// The headers that authenticate this request.
    ///
    /// # Errors
    ///
    /// A sentence: credentials that cannot be had, a secret that fits into no header.
    pub(super) async fn headers(
        &self,
        method: &str,
        url: &url::Url,
        body: &[u8],
    ) -> Result<HeaderMap, String> {
        match self {
            Credentials::None => Ok(HeaderMap::new()),
            Credentials::Basic { username, password } => {
                let pair = format!("{username}:{}", password.get().await?.0);
                let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
                authorization(&format!("Basic {encoded}"))
            }
            Credentials::ApiKey(key) => authorization(&format!("ApiKey {}", key.get().await?.0)),
            Credentials::Sigv4 { provider, region } => {
                let credentials = provider.provide_credentials().await;
                let credentials = credentials.map_err(|error| format!("no AWS credentials: {error}"))?;
                signed(&credentials, region, method, url, body, SystemTime::now())
            }
        }
    }
}

fn authorization(value: &str) -> Result<HeaderMap, String> {
    let mut value =
        HeaderValue::from_str(value).map_err(|_| "the secret has a character that no header takes")?;
    value.set_sensitive(true);
    Ok(HeaderMap::from_iter([(AUTHORIZATION, value)]))
}

/// The headers of signature version 4 for service `es`, with the body's hash, as of `time`. Pure.
///
/// # Errors
///
/// A sentence: a request that cannot be signed.
pub fn signed(
    credentials: &aws_credential_types::Credentials,
    region: &str,
    method: &str,
    url: &url::Url,
    body: &[u8],
    time: SystemTime,
) -> Result<HeaderMap, String> {
    let unsignable = |error: &dyn std::error::Error| format!("could not be signed: {error}");
    let mut settings = SigningSettings::default();
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let identity = credentials.clone().into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("es")
        .time(time)
        .settings(settings)
        .build()
        .map_err(|error| unsignable(&error))?
        .into();
    let host = host(url)?;
    let headers = [("host", host.as_str())];
    let request = SignableRequest::new(method, url.as_str(), headers.into_iter(), SignableBody::Bytes(body))
        .map_err(|error| unsignable(&error))?;
    let (instructions, _) = sign(request, &params).map_err(|error| unsignable(&error))?.into_parts();
    let mut signed = HeaderMap::new();
    for (name, value) in instructions.headers() {
        let name = HeaderName::try_from(name).map_err(|error| unsignable(&error))?;
        let mut value = HeaderValue::from_str(value).map_err(|error| unsignable(&error))?;
        value.set_sensitive(true);
        signed.insert(name, value);
    }
    Ok(signed)
}

/// As it will stand in the request's `Host` header: without the scheme's own port.
fn host(url: &url::Url) -> Result<String, String> {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => Ok(format!("{host}:{port}")),
        (Some(host), None) => Ok(host.to_owned()),
        (None, _) => Err("the endpoint has no host".into()),
    }
}

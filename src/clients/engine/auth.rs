//! Who is asking: SigV4, basic, an API key, or nobody.

use std::time::SystemTime;

use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use base64::Engine as _;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

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

/// How requests are authenticated.
#[derive(Debug, Clone)]
pub enum Credentials {
    None,
    Basic {
        username: String,
        password: Secret,
    },
    /// The encoded form, as the engine handed it out.
    ApiKey(Secret),
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
                let pair = format!("{username}:{}", password.0);
                let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
                authorization(&format!("Basic {encoded}"))
            }
            Credentials::ApiKey(key) => authorization(&format!("ApiKey {}", key.0)),
            Credentials::Sigv4 { provider, region } => signed(provider, region, method, url, body).await,
        }
    }
}

fn authorization(value: &str) -> Result<HeaderMap, String> {
    let mut value =
        HeaderValue::from_str(value).map_err(|_| "the secret has a character that no header takes")?;
    value.set_sensitive(true);
    Ok(HeaderMap::from_iter([(AUTHORIZATION, value)]))
}

async fn signed(
    provider: &SharedCredentialsProvider,
    region: &str,
    method: &str,
    url: &url::Url,
    body: &[u8],
) -> Result<HeaderMap, String> {
    let credentials =
        provider.provide_credentials().await.map_err(|error| format!("no AWS credentials: {error}"))?;
    let identity = credentials.into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("es")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| format!("could not be signed: {error}"))?
        .into();
    let host = match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => return Err("the endpoint has no host".into()),
    };
    let headers = [("host", host.as_str())];
    let request = SignableRequest::new(method, url.as_str(), headers.into_iter(), SignableBody::Bytes(body))
        .map_err(|error| format!("could not be signed: {error}"))?;
    let (instructions, _) =
        sign(request, &params).map_err(|error| format!("could not be signed: {error}"))?.into_parts();
    let mut signed = HeaderMap::new();
    for (name, value) in instructions.headers() {
        let name = HeaderName::try_from(name).map_err(|error| error.to_string())?;
        signed.insert(name, HeaderValue::from_str(value).map_err(|error| error.to_string())?);
    }
    Ok(signed)
}

//! Who may ask the engine: nobody in particular, one user, one API key, or the owner of an AWS key.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use jiff::fmt::strtime;

/// What every request must carry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    #[default]
    None,
    Basic {
        user: String,
        password: String,
    },
    /// The encoded form, as it stands behind `ApiKey`.
    ApiKey(String),
    /// As Amazon OpenSearch Service asks, service `es`.
    SigV4 {
        access_key: String,
        secret_key: String,
    },
}

/// Why a request may not be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// Nothing was said: 401, or 403 on AWS.
    Missing,
    /// What was said is wrong: 401, or 403 on AWS.
    Wrong,
}

/// A request as it is signed.
pub struct Signed<'a> {
    pub method: &'a str,
    /// Path and query.
    pub target: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

impl Auth {
    /// # Errors
    /// [`Denied`] when the request does not carry what it must.
    pub fn check(&self, request: &Signed<'_>) -> Result<(), Denied> {
        let said = request.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let wanted = match self {
            Self::None => return Ok(()),
            Self::Basic { user, password } => {
                format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
            }
            Self::ApiKey(key) => format!("ApiKey {key}"),
            Self::SigV4 { access_key, secret_key } => {
                let said = said.ok_or(Denied::Missing)?;
                let of_domain =
                    scope(said).is_some_and(|[key, _, _, service]| key == access_key && service == "es");
                let verified = of_domain.then(|| verified(request, access_key, secret_key)).flatten();
                return verified.ok_or(Denied::Wrong);
            }
        };
        match said {
            None => Err(Denied::Missing),
            Some(said) if said == wanted => Ok(()),
            Some(_) => Err(Denied::Wrong),
        }
    }
}

/// Key, date, region and service of a signature.
pub(crate) fn scope(said: &str) -> Option<[&str; 4]> {
    let scope: Vec<&str> = field(said, "Credential=")?.split('/').collect();
    let [key, date, region, service, "aws4_request"] = scope.as_slice() else { return None };
    Some([key, date, region, service])
}

fn field<'a>(said: &'a str, name: &str) -> Option<&'a str> {
    let fields = said.strip_prefix("AWS4-HMAC-SHA256 ")?;
    fields.split(',').find_map(|field| field.trim().strip_prefix(name))
}

/// Signs what came in with the same key, date and headers, and compares.
pub(crate) fn verified(request: &Signed<'_>, access_key: &str, secret_key: &str) -> Option<()> {
    let said = request.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let [_, _, region, service] = scope(said)?;
    let identity = Credentials::new(access_key, secret_key, token(request.headers), None, "sandbox").into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(signing_time(request.headers)?)
        .settings(SigningSettings::default())
        .build()
        .ok()?;
    let names: Vec<&str> = field(said, "SignedHeaders=")?.split(';').collect();
    let headers = names
        .iter()
        .filter(|name| !ADDED_BY_SIGNING.contains(name))
        .filter_map(|name| Some((*name, request.headers.get(*name)?.to_str().ok()?)));
    let host = request.headers.get(http::header::HOST)?.to_str().ok()?;
    let uri = format!("http://{host}{}", request.target);
    let signable =
        SignableRequest::new(request.method, &uri, headers, SignableBody::Bytes(request.body)).ok()?;
    let signature = sign(signable, &params.into()).ok()?.into_parts().1;
    (field(said, "Signature=")? == signature).then_some(())
}

/// Headers that signing adds itself.
const ADDED_BY_SIGNING: [&str; 2] = ["x-amz-date", "x-amz-security-token"];

fn token(headers: &HeaderMap) -> Option<String> {
    Some(headers.get("x-amz-security-token")?.to_str().ok()?.to_owned())
}

fn signing_time(headers: &HeaderMap) -> Option<SystemTime> {
    let date = headers.get("x-amz-date")?.to_str().ok()?.strip_suffix('Z')?;
    let time = strtime::parse("%Y%m%dT%H%M%S", date).ok()?.to_datetime().ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().into())
}

/// Signs a request, for tests of what verifies it.
#[cfg(test)]
pub(crate) fn sign_request(
    parts: &mut http::request::Parts,
    body: &[u8],
    service: &str,
    access_key: &str,
    secret_key: &str,
) {
    let identity = Credentials::new(access_key, secret_key, None, None, "test").into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name(service)
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .expect("all is given");
    let uri = format!("http://localhost{}", parts.uri);
    let method = parts.method.clone();
    let request = SignableRequest::new(method.as_str(), &uri, std::iter::empty(), SignableBody::Bytes(body));
    let (signed, _) = sign(request.expect("a request"), &params.into()).expect("signed").into_parts();
    for (name, value) in signed.headers() {
        let name: http::HeaderName = name.parse().expect("a name");
        parts.headers.insert(name, value.parse().expect("a value"));
    }
}

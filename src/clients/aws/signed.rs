//! Calls that are signed by hand: the Query protocol (EC2), JSON 1.0 (SQS, CloudWatch), and one REST GET (the domain).
//!
//! The SDK crates of these services cost minutes and gigabytes to build for a handful of calls. Retries, endpoints and
//! credentials follow the same chain as the SDK's.

use std::time::{Duration, SystemTime};

use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::chain::Aws;
use super::error::Asked;
use super::{AwsError, Result};
use crate::clients::retry::{Patience, pause};

/// Sends and signs.
#[derive(Debug, Clone)]
pub(super) struct Signed {
    http: reqwest::Client,
    aws: Aws,
}

/// One call, before it is signed.
#[derive(Debug, Clone)]
pub(super) struct Call<'a> {
    pub(super) asked: Asked<'a>,
    /// The name in the signature and in the host: `ec2`, `sqs`, `monitoring`, `es`.
    pub(super) service: &'static str,
    pub(super) method: &'static str,
    /// Path and query.
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

const TIMEOUT: Duration = Duration::from_secs(30);

impl Signed {
    pub(super) fn region(&self) -> &str {
        self.aws.region()
    }

    pub(super) fn new(aws: &Aws) -> Result<Self> {
        let http =
            reqwest::Client::builder().timeout(TIMEOUT).connect_timeout(Duration::from_secs(5)).build();
        let http = http.map_err(|error| AwsError::Unreachable {
            action: "an HTTP client",
            thing: "this machine".into(),
            why: error.to_string(),
        })?;
        Ok(Self { http, aws: aws.clone() })
    }

    /// The Query protocol: a form in, XML out.
    pub(super) async fn query<T: DeserializeOwned>(
        &self,
        asked: Asked<'_>,
        service: &'static str,
        version: &str,
        fields: &[(String, String)],
    ) -> Result<T> {
        let (_, name) = asked.action.split_once(':').unwrap_or_default();
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("Action", name).append_pair("Version", version);
        form.extend_pairs(fields);
        let call = Call {
            asked,
            service,
            method: "POST",
            path: "/".into(),
            headers: vec![("content-type", "application/x-www-form-urlencoded; charset=utf-8".into())],
            body: form.finish().into_bytes(),
        };
        let reply = self.send(&call).await?;
        let text = std::str::from_utf8(&reply).map_err(|error| asked.garbled(error))?;
        quick_xml::de::from_str(text).map_err(|error| asked.garbled(error))
    }

    /// JSON 1.0: the action in a header, JSON in and out.
    pub(super) async fn json(
        &self,
        asked: Asked<'_>,
        service: &'static str,
        target: &str,
        body: &Value,
    ) -> Result<Value> {
        let call = Call {
            asked,
            service,
            method: "POST",
            path: "/".into(),
            headers: vec![
                ("content-type", "application/x-amz-json-1.0".into()),
                ("x-amz-target", target.into()),
            ],
            body: body.to_string().into_bytes(),
        };
        self.get_json(&call).await
    }

    pub(super) async fn get_json(&self, call: &Call<'_>) -> Result<Value> {
        let reply = self.send(call).await?;
        if reply.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&reply).map_err(|error| call.asked.garbled(error))
    }

    /// Tries again what was throttled or not answered: all these calls may be repeated.
    async fn send(&self, call: &Call<'_>) -> Result<Vec<u8>> {
        let patience = Patience::default();
        let mut tried = 1;
        loop {
            let error = match self.once(call).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            let again = matches!(error, AwsError::Throttled { .. } | AwsError::Unreachable { .. });
            if !again || tried >= patience.tries {
                return Err(error);
            }
            tried += 1;
            tokio::time::sleep(pause(tried)).await;
        }
    }

    async fn once(&self, call: &Call<'_>) -> Result<Vec<u8>> {
        let address = format!("{}{}", self.aws.endpoint(call.service).trim_end_matches('/'), call.path);
        let mut request = self.http.request(method(call.method), &address).body(call.body.clone());
        for (name, value) in self.headers(call, &address).await? {
            request = request.header(name, value);
        }
        self.aws.count();
        let reply = request.send().await.map_err(|error| call.asked.unreachable(&error))?;
        let status = reply.status().as_u16();
        let of_header =
            reply.headers().get("x-amzn-errortype").and_then(|code| code.to_str().ok()).map(code_alone);
        let body = reply.bytes().await.map_err(|error| call.asked.unreachable(&error))?;
        if status < 400 {
            return Ok(body.to_vec());
        }
        let (code, why) = fault(&body);
        let code = of_header.unwrap_or(code);
        Err(call.asked.refused(status, &code, &why))
    }

    async fn headers(&self, call: &Call<'_>, address: &str) -> Result<Vec<(String, String)>> {
        let provider: SharedCredentialsProvider = self
            .aws
            .credentials()
            .ok_or_else(|| AwsError::NoCredentials { why: "the chain has no provider".into() })?;
        let credentials = provider.provide_credentials().await;
        let credentials = credentials.map_err(|error| AwsError::NoCredentials { why: error.to_string() })?;
        let identity = credentials.into();
        let unsigned =
            |error: &dyn std::fmt::Display| call.asked.garbled(format!("could not be signed: {error}"));
        let params = SigningParams::builder()
            .identity(&identity)
            .region(self.aws.region())
            .name(call.service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| unsigned(&error))?
            .into();
        let headers: Vec<(&str, &str)> =
            call.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let body = SignableBody::Bytes(&call.body);
        let request = SignableRequest::new(call.method, address, headers.iter().copied(), body)
            .map_err(|error| unsigned(&error))?;
        let (signed, _) = sign(request, &params).map_err(|error| unsigned(&error))?.into_parts();
        let mut all: Vec<(String, String)> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        all.extend(signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned())));
        Ok(all)
    }
}

fn method(method: &str) -> reqwest::Method {
    if method == "GET" { reqwest::Method::GET } else { reqwest::Method::POST }
}

/// The code in `ResourceNotFoundException:http://…` and in `com.amazonaws.sqs#QueueDoesNotExist`: header and body may have either
/// form.
fn code_alone(told: &str) -> String {
    let named = told.split(':').next().unwrap_or_default();
    named.rsplit('#').next().unwrap_or_default().to_owned()
}

/// Code and reason of a fault: JSON (`__type`, `message`) or XML (`<Code>`, `<Message>`).
fn fault(body: &[u8]) -> (String, String) {
    if let Ok(json) = serde_json::from_slice::<Value>(body) {
        let text =
            |keys: &[&str]| keys.iter().find_map(|key| json[*key].as_str()).unwrap_or_default().to_owned();
        return (code_alone(&text(&["__type", "code", "Code"])), text(&["message", "Message"]));
    }
    let text = String::from_utf8_lossy(body);
    let between = |tag: &str| {
        let (_, rest) = text.split_once(&format!("<{tag}>"))?;
        Some(rest.split_once(&format!("</{tag}>"))?.0.to_owned())
    };
    (between("Code").unwrap_or_default(), between("Message").unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_told_with_its_namespace_or_with_an_address_behind() {
        for told in [
            "ResourceNotFoundException",
            "ResourceNotFoundException:http://internal.amazon.com/coral/com.amazonaws.es/",
            "com.amazonaws.es#ResourceNotFoundException",
            "com.amazonaws.es#ResourceNotFoundException:http://internal.amazon.com/coral/com.amazonaws.es/",
        ] {
            assert_eq!(code_alone(told), "ResourceNotFoundException", "{told}");
        }
    }

    #[test]
    fn faults_of_both_protocols_are_read() {
        for (body, code, why) in [
            (
                r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"gone"}"#,
                "QueueDoesNotExist",
                "gone",
            ),
            (
                "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>",
                "UnauthorizedOperation",
                "no",
            ),
            ("<html>", "", ""),
        ] {
            assert_eq!(fault(body.as_bytes()), (code.to_owned(), why.to_owned()), "{body}");
        }
    }
}

//! Sending requests: TLS, timeouts, gzip, retries where a repeat is harmless; replies handed on as streams.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use tokio_util::io::{StreamReader, SyncIoBridge};

use super::request::{LONGEST_LINE, Method, Request};
use super::{Credentials, EngineError};
use crate::clients::retry;
use crate::config::Domain;
use crate::event::{Event, Events};

/// No skew known yet: no reply had a date.
const NO_SKEW: i64 = i64::MIN;

/// A connection pool to one domain. Cloning shares it.
#[derive(Clone)]
pub struct Transport {
    http: reqwest::Client,
    endpoint: url::Url,
    credentials: Credentials,
    timeout: Duration,
    events: Events,
    requests: Arc<AtomicU64>,
    skew: Arc<AtomicI64>,
}

impl Transport {
    /// Prepares the client; sends nothing.
    ///
    /// # Errors
    ///
    /// A sentence: an authority that cannot be read, TLS that cannot be set up.
    pub fn new(domain: &Domain, credentials: Credentials, events: Events) -> Result<Self, String> {
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("es2s3/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(domain.connect_timeout)
            .timeout(domain.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .gzip(true);
        if let Some(path) = &domain.ca_file {
            let pem = std::fs::read(path).map_err(|error| format!("ca_file {path}: {error}"))?;
            let authority =
                reqwest::Certificate::from_pem(&pem).map_err(|error| format!("ca_file {path}: {error}"))?;
            http = http.tls_certs_only([authority]);
        }
        Ok(Self {
            http: http.build().map_err(|error| error.to_string())?,
            endpoint: domain.endpoint.clone(),
            credentials,
            timeout: domain.timeout,
            events,
            requests: Arc::default(),
            skew: Arc::new(AtomicI64::new(NO_SKEW)),
        })
    }

    /// Requests sent so far, every try counted.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// This machine's clock minus the domain's, in seconds, from the last reply that had a date.
    pub fn clock_skew_seconds(&self) -> Option<i64> {
        let skew = self.skew.load(Ordering::Relaxed);
        (skew != NO_SKEW).then_some(skew)
    }

    /// Sends the request and parses the reply as it comes in; the whole reply is never in memory.
    ///
    /// # Errors
    ///
    /// Whatever the domain says no with; a reply that cannot be parsed.
    pub async fn send<T: Send + 'static>(
        &self,
        request: &Request,
        parse: impl FnOnce(&mut dyn Read) -> serde_json::Result<T> + Send + 'static,
    ) -> Result<T, EngineError> {
        let name = request.to_string();
        let reply = self.send_until_answered(request, &name).await?;
        let stream = reply.bytes_stream().map_err(std::io::Error::other);
        let mut bridge = std::io::BufReader::with_capacity(1 << 16, SyncIoBridge::new(StreamReader::new(stream)));
        let parsed = tokio::task::spawn_blocking(move || parse(&mut bridge)).await;
        match parsed {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) if error.is_io() => Err(EngineError::Unreachable { request: name, why: error.to_string() }),
            Ok(Err(error)) => Err(EngineError::Garbled { request: name, why: error.to_string() }),
            Err(error) => Err(EngineError::Garbled { request: name, why: error.to_string() }),
        }
    }

    async fn send_until_answered(&self, request: &Request, name: &str) -> Result<reqwest::Response, EngineError> {
        let mut attempt = 1;
        loop {
            let (error, wish) = match self.send_once(request, name).await {
                Ok(reply) => return Ok(reply),
                Err(failed) => failed,
            };
            if attempt >= retry::TRIES || !worth_a_repeat(request, &error) {
                return Err(error);
            }
            attempt += 1;
            let pause = retry::pause(attempt, wish, retry::random());
            self.events.emit(Event::Retrying {
                what: name.to_owned(),
                why: error.to_string(),
                after_ms: u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
            });
            tokio::time::sleep(pause).await;
        }
    }

    async fn send_once(
        &self,
        request: &Request,
        name: &str,
    ) -> Result<reqwest::Response, (EngineError, Option<Duration>)> {
        let prepared = self.prepare(request).await;
        let prepared = prepared.map_err(|why| (EngineError::NotSent { request: name.to_owned(), why }, None))?;
        self.requests.fetch_add(1, Ordering::Relaxed);
        let reply = prepared.send().await.map_err(|error| (self.unanswered(name, &error), None))?;
        self.note_skew(reply.headers());
        let status = reply.status().as_u16();
        if status < 400 {
            return Ok(reply);
        }
        let wish = reply.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let wish = wish.and_then(|value| retry::retry_after(value, Timestamp::now()));
        let body = reply.text().await.unwrap_or_default();
        Err((EngineError::from_reply(name, status, &body), wish))
    }

    async fn prepare(&self, request: &Request) -> Result<reqwest::RequestBuilder, String> {
        let target = request.target();
        if target.len() > LONGEST_LINE {
            return Err(format!("its line is {} bytes long, and engines take 4096", target.len()));
        }
        let url = self.endpoint.join(&target).map_err(|error| error.to_string())?;
        let body = request.body.as_ref().map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Put => reqwest::Method::PUT,
            Method::Post => reqwest::Method::POST,
            Method::Delete => reqwest::Method::DELETE,
        };
        let headers = self.credentials.headers(method.as_str(), &url, &body).await?;
        let prepared = self.http.request(method, url).headers(headers);
        Ok(if request.body.is_some() {
            prepared.header(CONTENT_TYPE, "application/json").body(body)
        } else {
            prepared
        })
    }

    fn unanswered(&self, name: &str, error: &reqwest::Error) -> EngineError {
        if error.is_timeout() && !error.is_connect() {
            return EngineError::TimedOut { request: name.to_owned(), seconds: self.timeout.as_secs() };
        }
        let mut cause: &dyn std::error::Error = error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        EngineError::Unreachable { request: name.to_owned(), why: format!("{}: {cause}", self.endpoint) }
    }

    fn note_skew(&self, headers: &HeaderMap) {
        let date = headers.get(DATE).and_then(|value| value.to_str().ok()).and_then(retry::http_date);
        if let Some(date) = date {
            self.skew.store(Timestamp::now().duration_since(date).as_secs(), Ordering::Relaxed);
        }
    }
}

/// A throttled request was not carried out, so even a create may be sent again then; after anything unclear only what is
/// harmless to repeat.
fn worth_a_repeat(request: &Request, error: &EngineError) -> bool {
    match error {
        // Surely not done; but a delete is permitted for now, not for later.
        EngineError::Busy { status: 429, .. } => request.repeatable || request.method != Method::Delete,
        EngineError::Busy { .. } | EngineError::Unreachable { .. } => request.repeatable,
        EngineError::TimedOut { .. } => false,
        _ => false,
    }
}

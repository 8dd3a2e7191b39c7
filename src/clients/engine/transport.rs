//! Sending requests: TLS, timeouts, gzip, repeats where they are harmless; replies handed on as streams.
//!
//! Used by `Reader` and `Writer` alone. Reads the clock for two things only: the moment of a signature, and how far this machine's
//! clock is from the domain's. Logs nothing.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, LOCATION, RETRY_AFTER};
use tokio_util::io::{StreamReader, SyncIoBridge};

use super::request::{LONGEST_LINE, Method, Request};
use super::{Credentials, EngineError};
use crate::clients::retry::{self, Patience};
use crate::config::Domain;
use crate::event::{Event, Events};

/// No skew known yet: no reply had a date.
const NO_SKEW: i64 = i64::MIN;
/// Of a refusal no more is read than this; engines write a few hundred bytes.
const LONGEST_REFUSAL: usize = 64 << 10;
/// Nor of a reply, unpacked: the lists of a hundred thousand indices are a tenth of it.
const LONGEST_REPLY: u64 = 1 << 30;

/// A connection pool to one domain. Cloning shares it.
#[derive(Clone)]
pub struct Transport {
    http: reqwest::Client,
    endpoint: url::Url,
    credentials: Credentials,
    timeout: Duration,
    events: Events,
    patience: Patience,
    gate: Option<Gate>,
    requests: Arc<AtomicU64>,
    skew: Arc<AtomicI64>,
}

/// Asked before each try of a write, the first and every repeat: why nothing may be written any more.
pub type Gate = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// How one try failed, and how long the server wants to be left alone.
struct Failed {
    error: EngineError,
    wish: Option<Duration>,
}

impl From<EngineError> for Failed {
    fn from(error: EngineError) -> Self {
        Failed { error, wish: None }
    }
}

impl Transport {
    /// Prepares the client; sends nothing.
    ///
    /// # Errors
    ///
    /// A sentence: a serverless collection, an authority that cannot be read, TLS that cannot be set up.
    pub fn new(domain: &Domain, credentials: Credentials, events: Events) -> Result<Self, String> {
        refuse_serverless(&domain.endpoint)?;
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("es2s3/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(domain.connect_timeout)
            .timeout(domain.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .gzip(true);
        if let Some(path) = &domain.ca_file {
            http = http.tls_certs_only(authorities(path)?);
        }
        Ok(Self {
            http: http.build().map_err(|error| innermost(&error))?,
            endpoint: domain.endpoint.clone(),
            credentials,
            timeout: domain.timeout,
            events,
            patience: Patience::default(),
            gate: None,
            requests: Arc::default(),
            skew: Arc::new(AtomicI64::new(NO_SKEW)),
        })
    }

    /// The same client with another patience.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// The same client, whose writes go out only while the gate is open. A domain knows no lease: who holds one stands at the
    /// gate, since between two tries of a write it may be lost.
    #[must_use]
    pub fn gated(self, gate: Gate) -> Self {
        Self { gate: Some(gate), ..self }
    }

    pub(super) fn events(&self) -> &Events {
        &self.events
    }

    /// Requests sent so far, every try counted.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// This machine's clock minus the domain's, in seconds, from the last reply that had a date. Bare engines send none; AWS does.
    pub fn clock_skew_seconds(&self) -> Option<i64> {
        let skew = self.skew.load(Ordering::Relaxed);
        (skew != NO_SKEW).then_some(skew)
    }

    /// Sends the request and parses the reply as it comes in; the whole reply is never in memory.
    ///
    /// Tried again, with [`Event::Retrying`] for each repeat, where that is harmless: see `worth_a_repeat`.
    ///
    /// # Errors
    ///
    /// Whatever the domain says no with; no answer; a reply that cannot be parsed.
    pub async fn send<T, P>(&self, request: &Request, parse: P) -> Result<T, EngineError>
    where
        T: Send + 'static,
        P: Fn(&mut dyn Read) -> serde_json::Result<T> + Clone + Send + 'static,
    {
        let name = request.to_string();
        let mut tries = self.patience.begin();
        let mut earlier = None;
        loop {
            let failed = match self.try_once(request, &name, parse.clone()).await {
                Ok(value) => return Ok(value),
                // What an earlier try came to says more than that no other could be sent.
                Err(Failed { error: EngineError::NotSent { request, why }, .. }) => {
                    return Err(earlier.unwrap_or(EngineError::NotSent { request, why }));
                }
                Err(failed) => failed,
            };
            let pause = tries.next_pause(failed.wish).filter(|_| worth_a_repeat(request, &failed.error));
            let Some(pause) = pause else { return Err(failed.error) };
            self.events.emit(Event::Retrying {
                what: name.clone(),
                why: failed.error.to_string(),
                after_ms: u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
            });
            earlier = Some(failed.error);
            tokio::time::sleep(pause).await;
        }
    }

    async fn try_once<T, P>(&self, request: &Request, name: &str, parse: P) -> Result<T, Failed>
    where
        T: Send + 'static,
        P: FnOnce(&mut dyn Read) -> serde_json::Result<T> + Send + 'static,
    {
        let prepared = self.prepare(request, name).await?;
        self.requests.fetch_add(1, Ordering::Relaxed);
        let reply = prepared.send().await.map_err(|error| self.unanswered(name, &error))?;
        self.note_skew(reply.headers());
        if reply.status().is_success() {
            return Ok(self.parsed(name, reply, parse).await?);
        }
        Err(self.refused(name, reply).await)
    }

    async fn prepare(&self, request: &Request, name: &str) -> Result<reqwest::RequestBuilder, EngineError> {
        if request.line_bytes() > LONGEST_LINE {
            return Err(EngineError::LineTooLong { request: name.to_owned() });
        }
        let not_sent = |why: String| EngineError::NotSent { request: name.to_owned(), why };
        let url = self.endpoint.join(&request.target()).map_err(|error| not_sent(error.to_string()))?;
        let body = request.body.as_ref().map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Put => reqwest::Method::PUT,
            Method::Post => reqwest::Method::POST,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let headers = self.credentials.headers(method.as_str(), &url, &body).await.map_err(not_sent)?;
        // Last of all: credentials may have taken their time.
        if let Some(gate) = self.gate.as_ref().filter(|_| request.is_write()) {
            gate().map_err(not_sent)?;
        }
        let prepared = self.http.request(method, url).headers(headers);
        Ok(if request.body.is_some() {
            prepared.header(CONTENT_TYPE, "application/json").body(body)
        } else {
            prepared
        })
    }

    /// The parser is synchronous and pulls; it runs beside the runtime's own threads and is fed from the stream.
    async fn parsed<T, P>(&self, name: &str, reply: Response, parse: P) -> Result<T, EngineError>
    where
        T: Send + 'static,
        P: FnOnce(&mut dyn Read) -> serde_json::Result<T> + Send + 'static,
    {
        let stream = reply.bytes_stream().map_err(std::io::Error::other);
        // What goes on and on (a few bytes of gzip can) ends as a reply that was cut, not as memory that ran out.
        let bridge = SyncIoBridge::new(StreamReader::new(stream)).take(LONGEST_REPLY);
        let mut reader = std::io::BufReader::with_capacity(1 << 16, bridge);
        let parsed = tokio::task::spawn_blocking(move || parse(&mut reader)).await;
        let request = name.to_owned();
        match parsed {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) if error.is_io() => Err(self.cut(request, &error)),
            Ok(Err(error)) => Err(EngineError::Garbled { request, why: error.to_string() }),
            Err(error) => Err(EngineError::Garbled { request, why: error.to_string() }),
        }
    }

    async fn refused(&self, name: &str, mut reply: Response) -> Failed {
        let header = |key| reply.headers().get(key).and_then(|value| value.to_str().ok());
        let wish = header(RETRY_AFTER).and_then(|value| retry::retry_after(value, Timestamp::now()));
        let status = reply.status().as_u16();
        if reply.status().is_redirection() {
            // What stands behind the question mark may be a ticket for whoever reads the log.
            let place = header(LOCATION).and_then(|place| place.split('?').next());
            let why = format!("it points to {}", place.unwrap_or("another place"));
            let (request, kind) = (name.to_owned(), "redirect".to_owned());
            return EngineError::Refused { request, status, kind, why }.into();
        }
        let mut body = Vec::new();
        while let Ok(Some(chunk)) = reply.chunk().await {
            body.extend_from_slice(&chunk);
            if body.len() > LONGEST_REFUSAL {
                break;
            }
        }
        Failed { error: EngineError::from_reply(name, status, &String::from_utf8_lossy(&body)), wish }
    }

    fn unanswered(&self, name: &str, error: &reqwest::Error) -> EngineError {
        let request = name.to_owned();
        if !error.is_connect() {
            return self.cut(request, error);
        }
        let why = innermost(error);
        let words = why.to_lowercase();
        if words.contains("certificate") || words.contains("tls") || words.contains("corrupt message") {
            return EngineError::Tls { request, why };
        }
        EngineError::Unreachable { request, why: format!("{}: {why}", self.endpoint) }
    }

    /// An end after the request was sent: the time was up, or the connection went away.
    fn cut(&self, request: String, error: &(dyn std::error::Error + 'static)) -> EngineError {
        if timed_out(error) {
            return EngineError::TimedOut { request, seconds: self.timeout.as_secs() };
        }
        EngineError::Cut { request, why: innermost(error) }
    }

    fn note_skew(&self, headers: &HeaderMap) {
        let date = headers.get(DATE).and_then(|value| value.to_str().ok()).and_then(retry::http_date);
        if let Some(date) = date {
            self.skew.store(Timestamp::now().duration_since(date).as_secs(), Ordering::Relaxed);
        }
    }
}

/// Amazon OpenSearch Serverless takes no snapshots of its own accord and has no repositories.
fn refuse_serverless(endpoint: &url::Url) -> Result<(), String> {
    match endpoint.host_str() {
        Some(host) if host.contains(".aoss.") => {
            Err("a serverless collection (aoss) has no snapshot repositories; es2s3 needs a domain (es)"
                .into())
        }
        _ => Ok(()),
    }
}

fn authorities(path: &str) -> Result<Vec<reqwest::Certificate>, String> {
    let pem = std::fs::read(path).map_err(|error| format!("ca_file {path}: {error}"))?;
    let found =
        reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| format!("ca_file {path}: {error}"))?;
    if found.is_empty() {
        return Err(format!("ca_file {path}: no certificate in it; it must be in PEM form"));
    }
    Ok(found)
}

/// Nothing was sent, or what was sent was turned away unread: then even a write may be sent again. After anything unclear only what
/// is harmless to repeat. What took too long is not asked again: it would take as long.
fn worth_a_repeat(request: &Request, error: &EngineError) -> bool {
    match error {
        // Surely not done; but a delete is permitted for now, not for later.
        EngineError::Unreachable { .. } | EngineError::Throttled { .. } => {
            request.repeatable || request.method != Method::Delete
        }
        EngineError::Unavailable { .. } | EngineError::Cut { .. } => request.repeatable,
        _ => false,
    }
}

fn timed_out(error: &(dyn std::error::Error + 'static)) -> bool {
    let timeout = |error: &(dyn std::error::Error + 'static)| {
        error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_timeout)
            || error
                .downcast_ref::<std::io::Error>()
                .is_some_and(|io| io.get_ref().is_some_and(|e| timed_out(e)))
    };
    chain(error).any(timeout)
}

/// The innermost cause says what really happened; the outer ones say that something did.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

fn chain<'e>(
    error: &'e (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'e (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

//! A proxy on loopback that plays the sandbox's faults in front of a server that is real.
//!
//! A test points the program at [`Proxy::url`] and scripts what becomes of its requests with [`Faults`], by the words that it uses
//! on the sandbox: refused, cut before, cut after, dead from some write on. Several proxies can share one script, so that a
//! process dies at all its servers in the same moment. Requests go on byte for byte, with the host that the client named, since
//! it is part of their signature.

mod forward;
mod refusal;

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, combinators::BoxBody};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use sandbox::aws::Named;
use sandbox::faults::{Faults, Front, Verdict};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// What stands behind a proxy, which decides how a request is called in a script and how a refusal of it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upstream {
    /// A search engine.
    Engine,
    /// S3 in path style, and whatever else of AWS the signature names.
    Aws,
}

/// Serves until it is dropped; connections that are open then are closed.
pub struct Proxy {
    /// `http://127.0.0.1:<port>`.
    pub url: String,
    serving: JoinHandle<()>,
}

/// The connection is closed without an answer.
#[derive(Debug)]
struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is cut on purpose, or the server behind cut it")
    }
}

impl std::error::Error for Cut {}

type Body = BoxBody<Bytes, reqwest::Error>;

impl Proxy {
    /// Stands in front of `upstream`, as in `http://127.0.0.1:9200`.
    ///
    /// # Errors
    /// No port can be bound.
    pub async fn start(upstream: &str, kind: Upstream, faults: Faults) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let front = Arc::new(ProxyFront { upstream: forward::Upstream::new(upstream)?, kind, faults });
        let serving = tokio::spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                open.spawn(connection(front.clone(), stream));
                while open.try_join_next().is_some() {}
            }
        });
        Ok(Self { url, serving })
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

struct ProxyFront {
    upstream: forward::Upstream,
    kind: Upstream,
    faults: Faults,
}

async fn connection(front: Arc<ProxyFront>, stream: TcpStream) {
    // Without this, the second half of a small answer waits for the client's delayed ACK.
    let _ = stream.set_nodelay(true);
    let answer = service_fn(move |request| {
        let front = front.clone();
        async move { front.answer(request).await }
    });
    // An error here is a client that went away or a connection cut on purpose: the client is the one to tell.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
}

impl ProxyFront {
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Body>, Cut> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
        let target = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let named = Named::of(&parts, &body).filter(|_| self.kind == Upstream::Aws);
        let (front, path) = match (&named, self.kind) {
            (Some(named), _) => (Front::Aws, named.action()),
            (None, Upstream::Aws) => (Front::S3, target.to_owned()),
            (None, Upstream::Engine) => (Front::Elasticsearch, target.to_owned()),
        };
        let (ticket, verdict) = self.faults.enter(front, parts.method.as_str(), &path);
        let response = match verdict {
            Verdict::CutBefore => return Err(Cut),
            Verdict::Refuse { status, code } => match &named {
                Some(named) => refusal::whole(named.refuse(status, &code)),
                None => refusal::of(front, status, &code),
            },
            Verdict::Proceed => self.upstream.send(&parts, body).await?,
            Verdict::Delay(time) => {
                tokio::time::sleep(time).await;
                self.upstream.send(&parts, body).await?
            }
            Verdict::CutAfter => {
                // Done, to its last byte, before the client learns that it will not hear of it.
                let done = self.upstream.send(&parts, body).await?;
                let _ = done.into_body().collect().await;
                return Err(Cut);
            }
        };
        self.faults.answered(ticket, response.status().as_u16());
        Ok(response)
    }
}

#[cfg(test)]
mod tests;

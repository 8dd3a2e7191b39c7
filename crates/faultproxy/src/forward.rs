//! A request on its way to the server behind, and the answer back as it comes.

use std::io;

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use http::request::Parts;
use http::{HeaderName, Response, header};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;

use super::{Body, Cut};

/// The server behind, with its connections.
pub(super) struct Upstream {
    http: reqwest::Client,
    base: String,
}

/// What is said between two neighbours on the way, and not from end to end. RFC 9110, 7.6.1.
const HOP_BY_HOP: [HeaderName; 5] =
    [header::CONNECTION, header::TRANSFER_ENCODING, header::TE, header::UPGRADE, header::EXPECT];

impl Upstream {
    /// # Errors
    /// No HTTP client can be made.
    pub(super) fn new(base: &str) -> io::Result<Self> {
        // Whatever is asked for is asked for by the client: nothing is unpacked, followed or repeated here.
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        let http = http.retry(reqwest::retry::never()).build().map_err(io::Error::other)?;
        Ok(Self { http, base: base.trim_end_matches('/').to_owned() })
    }

    /// # Errors
    /// [`Cut`] when the server behind gives no answer: the client then gets none either.
    pub(super) async fn send(&self, parts: &Parts, body: Bytes) -> Result<Response<Body>, Cut> {
        let target = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut headers = parts.headers.clone();
        HOP_BY_HOP.iter().for_each(|name| drop(headers.remove(name)));
        let request = self.http.request(parts.method.clone(), format!("{}{target}", self.base));
        let answer = request.headers(headers).body(body).send().await.map_err(|_| Cut)?;
        let mut response = Response::builder().status(answer.status());
        for (name, value) in answer.headers().iter().filter(|(name, _)| !HOP_BY_HOP.contains(name)) {
            response = response.header(name, value);
        }
        let frames = answer.bytes_stream().map_ok(Frame::data);
        response.body(BodyExt::boxed(StreamBody::new(frames))).map_err(|_| Cut)
    }
}

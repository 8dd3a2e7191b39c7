//! The listener: connections, faults before requests, the world's date on answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderValue, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use s3s::auth::{S3Auth, SecretKey, SimpleAuth};
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, HttpError, HttpRequest, HttpResponse, S3Error, S3ErrorCode, S3Result, s3_error};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::Endpoint;
use crate::aws;
use crate::clock::Clock;
use crate::faults::{Faults, Front, Verdict};
use crate::store::Store;

/// Serves S3 until the future is dropped. Requests that are under way then are still answered, and their
/// connections closed.
///
/// With `auth`, an access key and its secret, every request must be signed with them (403 otherwise). Without it
/// signatures are not looked at. A signature may be of any date: a client whose clock follows the world's, not the
/// machine's, is no fault.
pub async fn serve(
    listener: TcpListener,
    store: Store,
    clock: Clock,
    faults: Faults,
    auth: Option<(String, String)>,
) {
    serve_with(listener, store, clock, faults, auth, None).await;
}

/// As [`serve`], and what is signed for another service of AWS goes to its front.
pub(crate) async fn serve_with(
    listener: TcpListener,
    store: Store,
    clock: Clock,
    faults: Faults,
    auth: Option<(String, String)>,
    aws: Option<aws::Front>,
) {
    let front = Arc::new(S3Front { aws, ..S3Front::new(store, clock, faults, auth) });
    // Dropped with this future, which is how the connections learn that they must end.
    let (_alive, ended) = watch::channel(());
    loop {
        // A failed accept is of one connection (or of a passing lack of sockets), not of the listener.
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(connection(front.clone(), stream, ended.clone()))),
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

struct S3Front {
    s3: S3Service,
    clock: Clock,
    faults: Faults,
    signed: bool,
    answered: AtomicU64,
    aws: Option<aws::Front>,
}

/// The only secret of this front: for its own key, and for any account number, which is what an emulator of Lambda gives its
/// functions for a key.
struct OneSecret(SimpleAuth, SecretKey);

#[async_trait::async_trait]
impl S3Auth for OneSecret {
    /// AWS's code for a key that it does not know, which `SimpleAuth` has another one for.
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let account = access_key.len() == 12 && access_key.bytes().all(|byte| byte.is_ascii_digit());
        let known = self.0.lookup(access_key).or(account.then_some(&self.1)).cloned();
        known.ok_or_else(|| s3_error!(InvalidAccessKeyId, "the access key is not known here"))
    }
}

async fn connection(front: Arc<S3Front>, stream: TcpStream, mut ended: watch::Receiver<()>) {
    let answer = service_fn(move |request| {
        let front = front.clone();
        async move { front.answer(request).await }
    });
    // Without this, the second half of a small answer waits for the client's delayed ACK.
    let _ = stream.set_nodelay(true);
    let served = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer);
    let mut served = std::pin::pin!(served);
    // An error here is a client that went away or a connection cut on purpose: the client is the one to tell.
    tokio::select! {
        _ = served.as_mut() => {}
        _ = ended.changed() => {
            served.as_mut().graceful_shutdown();
            let _ = served.await;
        }
    }
}

impl S3Front {
    fn new(store: Store, clock: Clock, faults: Faults, auth: Option<(String, String)>) -> Self {
        let signed = auth.is_some();
        let mut builder = S3ServiceBuilder::new(Endpoint::new(store, clock.clone()));
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(any_date()))));
        if let Some((access_key, secret)) = auth {
            let secret = SecretKey::from(secret);
            builder.set_auth(OneSecret(SimpleAuth::from_single(access_key, secret.clone()), secret));
        }
        Self { s3: builder.build(), clock, faults, signed, answered: AtomicU64::new(0), aws: None }
    }

    /// An error closes the connection without an answer.
    async fn answer(&self, request: http::Request<Incoming>) -> Result<HttpResponse, HttpError> {
        if let Some(aws) = self.aws.as_ref().filter(|_| aws::Front::takes(request.headers())) {
            return self.elsewhere(aws, request).await;
        }
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let (ticket, verdict) = self.faults.enter(Front::S3, request.method().as_str(), path);
        let response = match verdict {
            Verdict::Proceed => self.operate(request).await?,
            Verdict::Delay(time) => {
                tokio::time::sleep(time).await;
                self.operate(request).await?
            }
            Verdict::Refuse { status, code } => {
                swallow(request).await;
                refusal(status, code)?
            }
            Verdict::CutBefore => return Err(cut()),
            Verdict::CutAfter => {
                self.operate(request).await?;
                return Err(cut());
            }
        };
        self.faults.answered(ticket, response.status().as_u16());
        Ok(self.dated(response))
    }

    /// Another service than S3.
    async fn elsewhere(
        &self,
        aws: &aws::Front,
        request: http::Request<Incoming>,
    ) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(|error| HttpError::new(Box::new(error)))?.to_bytes();
        let reply = aws.answer(&parts, &body).await.map_err(|_| cut())?;
        Ok(self.dated(reply.map(Body::from)))
    }

    async fn operate(&self, request: http::Request<Incoming>) -> Result<HttpResponse, HttpError> {
        let mut request: HttpRequest = request.map(Body::from);
        if !self.signed {
            request.headers_mut().remove(header::AUTHORIZATION);
        }
        self.s3.call(request).await
    }

    fn dated(&self, mut response: HttpResponse) -> HttpResponse {
        let headers = response.headers_mut();
        let date = self.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let id = format!("{:016X}", self.answered.fetch_add(1, Ordering::Relaxed));
        for (name, value) in [("date", date), ("x-amz-request-id", id), ("server", "AmazonS3".to_owned())] {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

fn any_date() -> S3Config {
    let mut config = S3Config::default();
    config.presigned_url_max_skew_time_secs = u32::MAX;
    config
}

/// A client that is still sending would take an early answer for a broken connection.
async fn swallow(request: http::Request<Incoming>) {
    let mut body = request.into_body();
    while let Some(Ok(_)) = body.frame().await {}
}

fn refusal(status: u16, code: String) -> Result<HttpResponse, HttpError> {
    let mut error = S3Error::with_message(S3ErrorCode::Custom(code.into()), "a fault of this world");
    error.set_status_code(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    error.to_http_response().map_err(|error| HttpError::new(Box::new(error)))
}

fn cut() -> HttpError {
    HttpError::new("the connection is cut on purpose".into())
}

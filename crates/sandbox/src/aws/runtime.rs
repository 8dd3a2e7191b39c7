//! Lambda's runtime interface: where a function fetches its event and leaves its answer.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// How a call ended, as the function said.
#[derive(Debug)]
pub(super) enum Outcome {
    Answered(Bytes),
    Failed(Bytes),
}

/// The interface for one call. Dropped, it is gone.
pub(super) struct RuntimeApi {
    address: String,
    outcomes: mpsc::Receiver<Outcome>,
    served: JoinHandle<()>,
}

struct Event {
    payload: Bytes,
    headers: Vec<(&'static str, String)>,
    fetched: AtomicBool,
    outcomes: mpsc::Sender<Outcome>,
}

impl RuntimeApi {
    /// `deadline` in milliseconds since 1970, by the machine's clock.
    pub async fn serve(payload: Bytes, id: &str, arn: &str, deadline: i64) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?.to_string();
        let (sender, outcomes) = mpsc::channel(1);
        let headers = vec![
            ("lambda-runtime-aws-request-id", id.to_owned()),
            ("lambda-runtime-invoked-function-arn", arn.to_owned()),
            ("lambda-runtime-deadline-ms", deadline.to_string()),
            ("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000".to_owned()),
            ("content-type", "application/json".to_owned()),
        ];
        let event = Event { payload, headers, fetched: AtomicBool::new(false), outcomes: sender };
        let served = tokio::spawn(accept(listener, Arc::new(event)));
        Ok(Self { address, outcomes, served })
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// Waits for ever when the function never says.
    pub async fn outcome(&mut self) -> Outcome {
        match self.outcomes.recv().await {
            Some(outcome) => outcome,
            None => std::future::pending().await,
        }
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.served.abort();
    }
}

async fn accept(listener: TcpListener, event: Arc<Event>) {
    while let Ok((stream, _)) = listener.accept().await {
        let event = event.clone();
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let event = event.clone();
                async move { Ok::<_, Infallible>(event.answer(request).await) }
            });
            let serve = hyper::server::conn::http1::Builder::new();
            let _gone = serve.serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

impl Event {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let path = request.uri().path().to_owned();
        match (request.method(), path.rsplit('/').next().unwrap_or_default()) {
            (&Method::GET, "next") => self.next().await,
            (&Method::POST, "response") => self.end(request, Outcome::Answered).await,
            // Of a call, or of a start that failed.
            (&Method::POST, "error") => self.end(request, Outcome::Failed).await,
            _ => status(StatusCode::NOT_FOUND),
        }
    }

    /// There is one event; who asks for another is frozen.
    async fn next(&self) -> Response<Full<Bytes>> {
        if self.fetched.swap(true, Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        let mut response = Response::new(Full::new(self.payload.clone()));
        for (name, value) in &self.headers {
            if let Ok(value) = value.parse() {
                response.headers_mut().insert(*name, value);
            }
        }
        response
    }

    async fn end(&self, request: Request<Incoming>, outcome: fn(Bytes) -> Outcome) -> Response<Full<Bytes>> {
        let Ok(body) = request.into_body().collect().await else { return status(StatusCode::BAD_REQUEST) };
        // Only the first counts.
        let _told = self.outcomes.try_send(outcome(body.to_bytes()));
        status(StatusCode::ACCEPTED)
    }
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

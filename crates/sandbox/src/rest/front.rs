//! The listener: connections, faults before requests, credentials, the limit of a request line.

use std::sync::Arc;

use bytes::Bytes;
use http::{Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::auth::{Auth, Denied, Signed};
use super::errors;
use super::query::Query;
use super::reply::{Ask, Reply};
use super::route::{self, Route};
use crate::engine::Kind;
use crate::faults::{Front, Verdict};
use crate::world::World;

/// The longest request line, version included, that the engines take without being told otherwise.
const LONGEST_LINE: usize = 4096;

/// Serves the engine's REST API until the future is dropped; requests under way are still answered.
pub async fn serve(listener: TcpListener, world: World) {
    let front = Arc::new(EngineFront { world });
    // Dropped with this future, which is how the connections learn that they must end.
    let (_alive, ended) = watch::channel(());
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(connection(front.clone(), stream, ended.clone()))),
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

struct EngineFront {
    world: World,
}

/// The connection is closed without an answer.
#[derive(Debug)]
struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is cut on purpose")
    }
}

impl std::error::Error for Cut {}

async fn connection(front: Arc<EngineFront>, stream: TcpStream, mut ended: watch::Receiver<()>) {
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

impl EngineFront {
    async fn answer(&self, request: http::Request<Incoming>) -> Result<Response<Full<Bytes>>, Cut> {
        let (parts, body) = request.into_parts();
        let target = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let method = parts.method.as_str();
        let faults = self.world.faults();
        let (ticket, verdict) = faults.enter(Front::Elasticsearch, method, &target);
        let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
        let reply = match verdict {
            Verdict::CutBefore => return Err(Cut),
            Verdict::Refuse { status, code } => refusal(status, &code),
            Verdict::Proceed => self.operate(&parts, &target, &body),
            Verdict::Delay(time) => {
                tokio::time::sleep(time).await;
                self.operate(&parts, &target, &body)
            }
            Verdict::CutAfter => {
                self.operate(&parts, &target, &body);
                return Err(Cut);
            }
        };
        faults.answered(ticket, reply.status);
        let mut response = response(reply, method == "HEAD");
        let engine = self.world.lock().engine.clone();
        if !engine.is_opensearch() && engine.since(7, 14) {
            let product = header::HeaderValue::from_static("Elasticsearch");
            response.headers_mut().insert("x-elastic-product", product);
        }
        Ok(response)
    }

    fn operate(&self, parts: &http::request::Parts, target: &str, body: &[u8]) -> Reply {
        let method = parts.method.as_str();
        let mut state = self.world.lock();
        let kind = state.engine.kind;
        if method.len() + target.len() + " ".len() + " HTTP/1.1".len() > LONGEST_LINE {
            let (status, body) = errors::too_long(kind);
            return Reply::json(status, &body);
        }
        let signed = Signed { method, target, headers: &parts.headers, body };
        if let Err(denied) = self.world.required_auth().check(&signed) {
            return turned_away(denied, self.world.required_auth(), kind, target);
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = Query::parse(query);
        let Some(route) = Route::find(method, &route::parts(path)) else {
            return route::absent(method, path, kind);
        };
        let mut ask = Ask { state: &mut state, query: &query, path, body };
        if route.is_absent(&ask) {
            return route.absent_here(&ask, method);
        }
        let decided = route.decide(&mut ask);
        Reply::of(decided, query.get("filter_path"), kind)
    }
}

impl Route {
    /// Elasticsearch without ILM takes the path for another one and stumbles over its parameter first.
    fn absent_here(&self, ask: &Ask<'_>, method: &str) -> Reply {
        if let (Self::IlmExplain(_), Kind::Elasticsearch) = (self, ask.kind())
            && let Err(refusal) = ask.allow(&[])
        {
            return Reply::of(Err(refusal), None, ask.kind());
        }
        if let Self::Block(_, block) = self {
            // A document of that id, of a type that would be called `_block`.
            let reason =
                format!("Document mapping type name can't start with '_', found: [_block] (id [{block}])");
            return Reply::json(400, &errors::of_type("invalid_type_name_exception", &reason, 400));
        }
        route::absent(method, ask.path, Kind::OpenSearch)
    }
}

/// A scripted error: a body of its own, or an error of this type.
fn refusal(status: u16, code: &str) -> Reply {
    if code.starts_with('{') {
        let value = serde_json::from_str(code).unwrap_or_default();
        return Reply::json(status, &value);
    }
    Reply::json(status, &errors::of_type(code, "a fault of this world", status))
}

fn turned_away(denied: Denied, auth: &Auth, kind: Kind, target: &str) -> Reply {
    let path = target.split('?').next().unwrap_or_default();
    match (auth, kind, denied) {
        (Auth::SigV4 { .. }, _, Denied::Missing) => Reply::json(
            403,
            &serde_json::json!({"Message": "User: anonymous is not authorized to perform: es:ESHttpGet"}),
        ),
        (Auth::SigV4 { .. }, _, Denied::Wrong) => {
            let text = "The request signature we calculated does not match the signature you provided. Check your AWS \
                        Secret Access Key and signing method. Consult the service documentation for details.";
            Reply::json(403, &serde_json::json!({"message": text}))
        }
        (_, Kind::OpenSearch, _) => Reply::text(401, "Unauthorized"),
        (_, Kind::Elasticsearch, Denied::Missing) => {
            let reason = format!("missing authentication credentials for REST request [{path}]");
            Reply::json(401, &errors::of_type("security_exception", &reason, 401))
        }
        (_, Kind::Elasticsearch, Denied::Wrong) => {
            let reason = format!("unable to authenticate user for REST request [{path}]");
            Reply::json(401, &errors::of_type("security_exception", &reason, 401))
        }
    }
}

fn response(reply: Reply, head: bool) -> Response<Full<Bytes>> {
    let length = reply.body.len();
    let body = if head { Bytes::new() } else { reply.body };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(reply.content_type));
    headers.insert(header::CONTENT_LENGTH, header::HeaderValue::from(length));
    response
}

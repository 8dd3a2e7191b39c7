//! Requests to AWS: which service and call is meant, whether it is signed and allowed, faults before it is done.

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Response};
use serde_json::{Value, json};

use super::wire::{self, Form, Protocol};
use super::{
    Ask, Call, Cloud, Refusal, alarms, domain, events, iam, lambda, logs, network, queues, secrets, sts,
};
use crate::faults::{Faults, Front as At, Verdict};
use crate::rest::auth::{Signed, scope, verified};
use crate::served::{ACCESS_KEY, SECRET_KEY};

/// Takes what is not for S3.
pub(crate) struct Front {
    cloud: Cloud,
    faults: Faults,
}

/// A service: its name in signatures, in actions, its protocol and its calls.
struct Service {
    scope: &'static str,
    prefix: &'static str,
    protocol: Protocol,
    calls: &'static [(&'static str, Call)],
}

const SERVICES: &[Service] = &[
    service("sts", "sts", Protocol::Query, sts::CALLS),
    service("iam", "iam", Protocol::Query, iam::CALLS),
    service("ec2", "ec2", Protocol::Ec2, network::CALLS),
    service("lambda", "lambda", Protocol::Rest, lambda::CALLS),
    service("events", "events", Protocol::Json, events::CALLS),
    service("logs", "logs", Protocol::Json, logs::CALLS),
    service("sqs", "sqs", Protocol::Json, queues::CALLS),
    service("monitoring", "cloudwatch", Protocol::Json, alarms::CALLS),
    service("secretsmanager", "secretsmanager", Protocol::Json, secrets::SECRETS),
    service("ssm", "ssm", Protocol::Json, secrets::PARAMETERS),
    service("es", "es", Protocol::Rest, domain::CALLS),
];

const fn service(
    scope: &'static str,
    prefix: &'static str,
    protocol: Protocol,
    calls: &'static [(&'static str, Call)],
) -> Service {
    Service { scope, prefix, protocol, calls }
}

/// A request that was read: the call's name, its fields.
struct Request {
    action: String,
    fields: Value,
}

/// The connection is to be closed without an answer.
#[derive(Debug)]
pub(crate) struct Cut;

impl Front {
    pub fn new(cloud: Cloud, faults: Faults) -> Self {
        Self { cloud, faults }
    }

    /// Whether the request's signature names a service that is served here.
    pub fn takes(headers: &HeaderMap) -> bool {
        of(headers).is_some()
    }

    /// # Errors
    /// [`Cut`] when a fault says so.
    pub async fn answer(&self, parts: &Parts, body: &[u8]) -> Result<Response<Bytes>, Cut> {
        let Some(service) = of(&parts.headers) else { return Err(Cut) };
        let request = service.read(parts, body);
        let action = format!("{}:{}", service.prefix, request.action);
        let (ticket, verdict) = self.faults.enter(At::Aws, parts.method.as_str(), &action);
        let reply = match verdict {
            Verdict::CutBefore => return Err(Cut),
            Verdict::Refuse { status, code } => service.refuse(&scripted(status, &code)),
            Verdict::Proceed => self.operate(service, &request, parts, body).await,
            Verdict::Delay(time) => {
                tokio::time::sleep(time).await;
                self.operate(service, &request, parts, body).await
            }
            Verdict::CutAfter => {
                self.operate(service, &request, parts, body).await;
                return Err(Cut);
            }
        };
        self.faults.answered(ticket, reply.status().as_u16());
        Ok(reply)
    }

    async fn operate(
        &self,
        service: &Service,
        request: &Request,
        parts: &Parts,
        body: &[u8],
    ) -> Response<Bytes> {
        if let Err(refusal) = signed(parts, body) {
            return service.refuse(&refusal);
        }
        let action = format!("{}:{}", service.prefix, request.action);
        if self.cloud.lock().denied.contains(&action) {
            return service.refuse(&service.denied(&action));
        }
        if action == "lambda:InvokeFunction" {
            return self.invoke(service, request, body).await;
        }
        let Some((name, call)) = service.calls.iter().find(|(name, _)| *name == request.action) else {
            let message = format!("this world does not know {action}");
            return service.refuse(&Refusal::new(400, "InvalidAction", message));
        };
        let region = region(&parts.headers);
        let mut account = self.cloud.lock();
        let mut ask = Ask {
            account: &mut account,
            fields: &request.fields,
            region: &region,
            now: self.cloud.clock().now(),
        };
        match call(&mut ask) {
            Ok(told) => wire::answer(service.protocol, name, &told, "sandbox"),
            Err(refusal) => service.refuse(&refusal),
        }
    }

    async fn invoke(&self, service: &Service, request: &Request, body: &[u8]) -> Response<Bytes> {
        let name = request.fields["FunctionName"].as_str().unwrap_or_default();
        match self.cloud.invoke(name, Bytes::copy_from_slice(body)).await {
            Ok(invoked) => {
                let mut reply = wire::reply(200, invoked.payload, "application/json");
                let version = http::HeaderValue::from_static("$LATEST");
                reply.headers_mut().insert("x-amz-executed-version", version);
                if invoked.failed {
                    let kind = http::HeaderValue::from_static("Unhandled");
                    reply.headers_mut().insert("x-amz-function-error", kind);
                }
                reply
            }
            Err(refusal) => service.refuse(&refusal),
        }
    }
}

/// A request to AWS, known by its signature's service, its path and its body: for whoever stands in front of another AWS.
pub struct Named {
    service: &'static Service,
    action: String,
}

impl Named {
    /// `None` for S3, and for a request that names no service of this world.
    pub fn of(parts: &Parts, body: &[u8]) -> Option<Self> {
        let service = of(&parts.headers)?;
        Some(Self { service, action: service.read(parts, body).action })
    }

    /// `iam:CreateRole`.
    pub fn action(&self) -> String {
        format!("{}:{}", self.service.prefix, self.action)
    }

    /// As this service says no: `Code`, or `Code: words`.
    pub fn refuse(&self, status: u16, code: &str) -> Response<Bytes> {
        self.service.refuse(&scripted(status, code))
    }
}

impl Service {
    fn read(&self, parts: &Parts, body: &[u8]) -> Request {
        match self.protocol {
            Protocol::Query | Protocol::Ec2 => {
                let fields = Form::parse(body).value();
                Request { action: fields["Action"].as_str().unwrap_or_default().to_owned(), fields }
            }
            Protocol::Json => {
                let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
                let action = target.and_then(|target| target.rsplit('.').next()).unwrap_or_default();
                Request {
                    action: action.to_owned(),
                    fields: serde_json::from_slice(body).unwrap_or_default(),
                }
            }
            Protocol::Rest => self.routed(parts, body),
        }
    }

    /// The fields of the path count more than those of the body.
    fn routed(&self, parts: &Parts, body: &[u8]) -> Request {
        let (method, path) = (parts.method.as_str(), parts.uri.path());
        let route = if self.prefix == "lambda" { lambda::route } else { domain::route };
        let Some((action, of_path)) = route(method, path) else {
            return Request { action: format!("{method} {path}"), fields: json!({}) };
        };
        let mut fields = match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => fields,
            _ => serde_json::Map::new(),
        };
        fields.extend(of_path.as_object().cloned().unwrap_or_default());
        Request { action: action.to_owned(), fields: fields.into() }
    }

    fn refuse(&self, refusal: &Refusal) -> Response<Bytes> {
        wire::refusal(self.protocol, refusal, "sandbox")
    }

    fn denied(&self, action: &str) -> Refusal {
        let user = sts::user();
        let message = format!(
            "User: {user} is not authorized to perform: {action} because no identity-based policy allows the {action} action"
        );
        match self.protocol {
            Protocol::Query => Refusal::new(403, "AccessDenied", message),
            Protocol::Ec2 => {
                let message = format!("You are not authorized to perform this operation. {message}");
                Refusal::new(403, "UnauthorizedOperation", message)
            }
            Protocol::Json => Refusal::new(400, "AccessDeniedException", message),
            Protocol::Rest => Refusal::new(403, "AccessDeniedException", message),
        }
    }
}

fn of(headers: &HeaderMap) -> Option<&'static Service> {
    let [_, _, _, name] = scope(said(headers)?)?;
    SERVICES.iter().find(|service| service.scope == name)
}

fn said(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()
}

fn region(headers: &HeaderMap) -> String {
    let scope = said(headers).and_then(scope);
    scope.map_or(super::REGION, |[_, _, region, _]| region).to_owned()
}

/// A code, and behind `: ` the words for it.
fn scripted(status: u16, code: &str) -> Refusal {
    let (code, message) = code.split_once(": ").unwrap_or((code, "a fault of this world"));
    Refusal::new(status, code, message)
}

/// The key must be this world's, or any account's number (as S3 here takes them); the secret is one.
fn signed(parts: &Parts, body: &[u8]) -> Result<(), Refusal> {
    let key = said(&parts.headers).and_then(scope).map_or("", |[key, ..]| key);
    let account = key.len() == 12 && key.bytes().all(|byte| byte.is_ascii_digit());
    if key != ACCESS_KEY && !account {
        let message = "The security token included in the request is invalid.";
        return Err(Refusal::new(403, "InvalidClientTokenId", message));
    }
    let target = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let request = Signed { method: parts.method.as_str(), target, headers: &parts.headers, body };
    verified(&request, key, SECRET_KEY).ok_or_else(|| {
        let message = "The request signature we calculated does not match the signature you provided.";
        Refusal::new(403, "SignatureDoesNotMatch", message)
    })
}

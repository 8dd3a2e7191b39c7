//! Scripted refusals in the shape that each server gives its own.

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use sandbox::faults::Front;

use super::Body;

/// For S3 an XML document with the code; for an engine an error of that type, or the whole body where it begins with `{`.
pub(super) fn of(front: Front, status: u16, code: &str) -> Response<Body> {
    let (kind, text) = match front {
        Front::S3 => {
            let (code, message) = code.split_once(": ").unwrap_or((code, "a fault of this test"));
            let start = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
            let text = format!("{start}<Error><Code>{code}</Code><Message>{message}</Message></Error>");
            ("application/xml", text)
        }
        _ if code.starts_with('{') => ("application/json", code.to_owned()),
        _ => {
            let error = serde_json::json!({ "type": code, "reason": "a fault of this test" });
            ("application/json", serde_json::json!({ "error": error, "status": status }).to_string())
        }
    };
    let mut response = Response::new(Bytes::from(text));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(kind));
    whole(response)
}

/// An answer that is there already.
pub(super) fn whole(response: Response<Bytes>) -> Response<Body> {
    response.map(|bytes| Full::new(bytes).map_err(|never| match never {}).boxed())
}

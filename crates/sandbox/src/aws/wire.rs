//! How AWS puts things on the wire: forms in, XML or JSON out, and an error in the shape of each protocol.
//!
//! Services decide on values alone; only here a value becomes text.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderName, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::Refusal;

/// How a service is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// A form in, XML out, lists of `member`: IAM, STS.
    Query,
    /// The same with lists of `item` and errors of its own: EC2.
    Ec2,
    /// The action in a header, JSON in and out: SQS, CloudWatch, EventBridge, CloudWatch Logs.
    Json,
    /// The action in method and path: Lambda, the domains.
    Rest,
}

/// A request that was understood: what is asked, and with which fields.
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    pub fn parse(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        Self(pairs.map(|(name, value)| (decoded(name), decoded(value))).collect())
    }

    /// `RoleName`, and `Tags.member.1.Key` as `{"Tags": [{"Key": …}]}`.
    pub fn value(&self) -> Value {
        let mut root = Tree::default();
        for (name, value) in &self.0 {
            let parts = name.split('.').filter(|part| *part != "member");
            root.insert(parts, value);
        }
        root.value()
    }
}

/// Fields by their dotted names, before it is known which of them are lists.
#[derive(Default)]
struct Tree {
    text: Option<String>,
    branches: BTreeMap<String, Tree>,
}

impl Tree {
    fn insert<'a>(&mut self, mut parts: impl Iterator<Item = &'a str>, value: &str) {
        match parts.next() {
            None => self.text = Some(value.to_owned()),
            Some(part) => self.branches.entry(part.to_owned()).or_default().insert(parts, value),
        }
    }

    fn value(&self) -> Value {
        if let Some(text) = &self.text {
            return text.as_str().into();
        }
        let mut numbered: Vec<(usize, &Tree)> =
            self.branches.iter().filter_map(|(name, tree)| Some((name.parse().ok()?, tree))).collect();
        if !numbered.is_empty() && numbered.len() == self.branches.len() {
            numbered.sort_by_key(|(number, _)| *number);
            return numbered.into_iter().map(|(_, tree)| tree.value()).collect();
        }
        self.branches.iter().map(|(name, tree)| (name.clone(), tree.value())).collect::<Map<_, _>>().into()
    }
}

fn decoded(text: &str) -> String {
    percent_decoded(&text.replace('+', " "))
}

/// What is not `%` and two digits stays as it is.
pub(super) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        let hex = others.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = others.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// As IAM gives policy documents: everything but RFC 3986's unreserved letters.
pub(super) fn percent_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// An answer that worked out.
pub(super) fn answer(protocol: Protocol, action: &str, value: &Value, id: &str) -> Response<Bytes> {
    let text = match protocol {
        Protocol::Json => return json_reply(200, value, "application/x-amz-json-1.1"),
        Protocol::Rest => {
            let status = value["$status"].as_u64().and_then(|status| u16::try_from(status).ok());
            let body = if value["$status"] == 204 { Value::Null } else { value.clone() };
            return json_reply(status.unwrap_or(200), &without_status(body), "application/json");
        }
        Protocol::Query => format!(
            "<{action}Response xmlns=\"https://sandbox.amazonaws.com/doc/\"><{action}Result>{}</{action}Result>\
             <ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{action}Response>",
            xml(value, "member")
        ),
        Protocol::Ec2 => format!(
            "<{action}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>{id}</requestId>{}</{action}Response>",
            xml(value, "item")
        ),
    };
    reply(200, text.into(), "text/xml")
}

fn without_status(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        fields.remove("$status");
    }
    value
}

/// An answer that is an error.
pub(super) fn refusal(protocol: Protocol, refusal: &Refusal, id: &str) -> Response<Bytes> {
    let Refusal { status, code, message } = refusal;
    match protocol {
        Protocol::Query => {
            let (code, message) = (escaped(code), escaped(message));
            let text = format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
                 <RequestId>{id}</RequestId></ErrorResponse>"
            );
            reply(*status, text.into(), "text/xml")
        }
        Protocol::Ec2 => {
            let (code, message) = (escaped(code), escaped(message));
            let text = format!(
                "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
                 <RequestID>{id}</RequestID></Response>"
            );
            reply(*status, text.into(), "text/xml")
        }
        Protocol::Json => {
            let body = json!({ "__type": code, "message": message });
            json_reply(*status, &body, "application/x-amz-json-1.1")
        }
        // The code is in a header alone.
        Protocol::Rest => {
            let body = json!({ "Type": "User", "message": message });
            let mut reply = json_reply(*status, &body, "application/json");
            if let Ok(code) = code.parse() {
                reply.headers_mut().insert(HeaderName::from_static("x-amzn-errortype"), code);
            }
            reply
        }
    }
}

/// Without a body for nothing.
fn json_reply(status: u16, value: &Value, kind: &'static str) -> Response<Bytes> {
    let body = if value.is_null() { Bytes::new() } else { value.to_string().into() };
    reply(status, body, kind)
}

pub(super) fn reply(status: u16, body: Bytes, kind: &'static str) -> Response<Bytes> {
    let mut reply = Response::new(body);
    *reply.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    reply.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(kind));
    reply
}

/// The content of an element: fields become elements, a list becomes elements of this name, nothing is left out.
fn xml(value: &Value, list: &str) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => escaped(text),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(many) => many.iter().map(|one| format!("<{list}>{}</{list}>", xml(one, list))).collect(),
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| format!("<{name}>{}</{name}>", xml(value, list)))
            .collect(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_becomes_fields_and_lists() {
        let body = "Action=TagRole&Tags.member.1.Key=a+b&Tags.member.1.Value=%7B%7D&Tags.member.10.Key=z&\
                    Tags.member.2.Key=y&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1";
        let value = Form::parse(body.as_bytes()).value();
        let tags = json!([{"Key": "a b", "Value": "{}"}, {"Key": "y"}, {"Key": "z"}]);
        assert_eq!(value["Tags"], tags);
        assert_eq!(value["Filter"], json!([{"Name": "vpc-id", "Value": ["vpc-1"]}]));
    }

    #[test]
    fn documents_go_out_as_iam_sends_them() {
        let text = "{\"a\": \"*~\"}";
        assert_eq!(percent_encoded(text), "%7B%22a%22%3A%20%22%2A~%22%7D");
        assert_eq!(percent_decoded(&percent_encoded(text)), text);
        assert_eq!(percent_decoded("100%"), "100%");
    }

    #[test]
    fn values_become_xml_with_the_lists_of_their_protocol() {
        let value = json!({"A": "<&>", "B": [{"C": 1}, {"C": true}], "D": null});
        assert_eq!(
            xml(&value, "item"),
            "<A>&lt;&amp;&gt;</A><B><item><C>1</C></item><item><C>true</C></item></B>"
        );
    }
}

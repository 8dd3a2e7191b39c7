//! What a request is answered with, and what its decision works on.

use bytes::Bytes;
use serde_json::{Value, json};

use super::errors;
use super::filter::Filter;
use super::query::Query;
use crate::engine::Kind;
use crate::world::refusal::{Outcome, Refusal};
use crate::world::state::State;

/// Status and body.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: Bytes,
}

/// What a route's function decides: an answer, or a refusal to be put into words.
pub(crate) type Decided = Outcome<Value>;

/// A request that was read and routed.
pub(crate) struct Ask<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) query: &'a Query,
    /// Without the query.
    pub(crate) path: &'a str,
    pub(crate) body: &'a [u8],
}

impl Ask<'_> {
    /// The body as JSON; an empty one is an empty object.
    ///
    /// # Errors
    /// It is not JSON.
    pub(crate) fn json(&self) -> Outcome<Value> {
        if self.body.is_empty() {
            return Ok(json!({}));
        }
        serde_json::from_slice(self.body).map_err(|why| Refusal::Parse(why.to_string()))
    }

    /// # Errors
    /// A parameter that no list has.
    pub(crate) fn allow(&self, lists: &[&[&str]]) -> Outcome<()> {
        self.query.allow(self.path, lists)
    }

    pub(crate) fn kind(&self) -> Kind {
        self.state.engine.kind
    }
}

impl Reply {
    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self::bytes(status, "application/json; charset=UTF-8", value.to_string().into_bytes())
    }

    pub(crate) fn text(status: u16, text: impl Into<String>) -> Self {
        Self::bytes(status, "text/plain; charset=UTF-8", text.into().into_bytes())
    }

    /// Filters an answer, never an error; errors go in the engine's words.
    pub(crate) fn of(decided: Decided, filter_path: Option<&str>, kind: Kind) -> Self {
        match (decided, filter_path) {
            (Ok(value), None) => Self::json(200, &value),
            (Ok(value), Some(paths)) => Self::json(200, &Filter::parse(paths).apply(value)),
            (Err(refusal), _) => {
                let (status, body) = errors::reply(&refusal, kind);
                Self::json(status, &body)
            }
        }
    }

    fn bytes(status: u16, content_type: &'static str, body: Vec<u8>) -> Self {
        Self { status, content_type, body: body.into() }
    }
}

/// `{"acknowledged":true}`.
pub(crate) fn acknowledged() -> Value {
    json!({"acknowledged": true})
}

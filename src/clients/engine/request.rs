//! Requests as values: method, path, query, body, and whether a repeat is harmless.
//!
//! Engines refuse a request line of more than 4096 bytes (`http.max_initial_line_length`), so lists of names are cut by their
//! encoded length.

use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Put,
    Post,
    Delete,
}

/// One request, before any authentication.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub method: Method,
    /// Encoded, with its leading slash.
    pub path: String,
    /// Encoded, without `?`; may be empty.
    pub query: String,
    pub body: Option<Value>,
    /// Whether sending it again after an unclear end does no harm.
    pub repeatable: bool,
}

/// The longest request line that is sent: `GET <path>?<query> HTTP/1.1` must stay under 4096 bytes.
pub const LONGEST_LINE: usize = 4000;

impl Request {
    /// A GET; always repeatable.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: Method::Get, path: path.into(), query: String::new(), body: None, repeatable: true }
    }

    pub fn put(path: impl Into<String>) -> Self {
        Self { method: Method::Put, ..Self::get(path) }.once()
    }

    pub fn post(path: impl Into<String>) -> Self {
        Self { method: Method::Post, ..Self::get(path) }.once()
    }

    pub fn delete(path: impl Into<String>) -> Self {
        Self { method: Method::Delete, ..Self::get(path) }.once()
    }

    fn once(mut self) -> Self {
        self.repeatable = false;
        self
    }

    #[must_use]
    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Values are literals of this program; names go into the path, encoded.
    #[must_use]
    pub fn query(mut self, query: &str) -> Self {
        query.clone_into(&mut self.query);
        self
    }

    #[must_use]
    pub fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// Path and query as they stand in the request line.
    pub fn target(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }
}

impl std::fmt::Display for Request {
    /// For messages: method and path, no query.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let method = match self.method {
            Method::Get => "GET",
            Method::Put => "PUT",
            Method::Post => "POST",
            Method::Delete => "DELETE",
        };
        write!(f, "{method} {}", self.path)
    }
}

/// Percent-encodes one name for a path: only unreserved characters stay.
pub fn encoded(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.push(byte as char),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

/// Encoded names joined by commas.
pub fn joined<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names.into_iter().map(encoded).collect::<Vec<_>>().join(",")
}

/// Cuts `names` into runs whose encoded, comma-joined form stays within the line when `overhead` bytes stand around it.
pub fn chunk_names<T: AsRef<str>>(names: &[T], overhead: usize) -> Vec<&[T]> {
    let room = LONGEST_LINE.saturating_sub(overhead);
    let mut chunks = Vec::new();
    let (mut start, mut length) = (0, 0);
    for (at, name) in names.iter().enumerate() {
        let cost = encoded(name.as_ref()).len() + 1;
        if at > start && length + cost > room {
            chunks.push(&names[start..at]);
            (start, length) = (at, 0);
        }
        length += cost;
    }
    if start < names.len() {
        chunks.push(&names[start..]);
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_encoded_byte_by_byte() {
        assert_eq!(encoded("app-2026.10.20"), "app-2026.10.20");
        assert_eq!(encoded("äp,/*"), "%C3%A4p%2C%2F%2A");
    }

    proptest! {
        #[test]
        fn every_name_is_in_one_chunk_and_every_line_is_short(names in proptest::collection::vec("[a-zä]{1,80}", 0..200)) {
            let chunks = chunk_names(&names, 200);
            let together: Vec<&String> = chunks.iter().flat_map(|chunk| chunk.iter()).collect();
            prop_assert_eq!(together, names.iter().collect::<Vec<_>>());
            for chunk in chunks {
                let line = joined(chunk.iter().map(String::as_str)).len() + 200;
                prop_assert!(line < 4096);
            }
        }
    }
}

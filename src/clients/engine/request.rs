//! Requests as values: method, path, query, body, and whether a repeat is harmless. Built by `calls`, sent by `transport`.
//!
//! Engines refuse a request line of more than 4096 bytes (`http.max_initial_line_length`), so lists of names are cut by their
//! encoded length.

use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Put,
    Post,
    Patch,
    Delete,
}

impl Method {
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Put => "PUT",
            Method::Post => "POST",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
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

/// The longest request line that is sent, in bytes: less than the 4096 that engines take, for proxies that add to it.
pub const LONGEST_LINE: usize = 4000;

impl Request {
    /// A GET; always repeatable.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: Method::Get, path: path.into(), query: String::new(), body: None, repeatable: true }
    }

    /// A PUT that is sent once.
    pub fn put(path: impl Into<String>) -> Self {
        Self { method: Method::Put, repeatable: false, ..Self::get(path) }
    }

    /// A POST that is sent once.
    pub fn post(path: impl Into<String>) -> Self {
        Self { method: Method::Post, repeatable: false, ..Self::get(path) }
    }

    /// A PATCH that is sent once.
    pub fn patch(path: impl Into<String>) -> Self {
        Self { method: Method::Patch, repeatable: false, ..Self::get(path) }
    }

    /// A DELETE that is sent once.
    pub fn delete(path: impl Into<String>) -> Self {
        Self { method: Method::Delete, repeatable: false, ..Self::get(path) }
    }

    /// Twice is the same as once: said of a write where the caller takes "is there already" or "is gone" for done.
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

    pub fn is_write(&self) -> bool {
        self.method != Method::Get
    }

    /// Path and query as they stand in the request line.
    pub fn target(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }

    /// Bytes of the request line with its method and version: `GET <target> HTTP/1.1`.
    pub fn line_bytes(&self) -> usize {
        let question_mark = usize::from(!self.query.is_empty());
        self.method.as_str().len()
            + self.path.len()
            + question_mark
            + self.query.len()
            + "  HTTP/1.1\r\n".len()
    }
}

impl std::fmt::Display for Request {
    /// For messages: method and path, no query; a long list of names is cut.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const SHOWN: usize = 120;
        let method = self.method.as_str();
        match self.path.get(..SHOWN) {
            Some(start) if self.path.len() > SHOWN => write!(f, "{method} {start}…"),
            _ => write!(f, "{method} {}", self.path),
        }
    }
}

/// Percent-encodes one name for a path: only unreserved characters stay.
pub fn encoded(name: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.push(byte as char),
            _ => {
                text.push('%');
                text.push(char::from(HEX[usize::from(byte >> 4)]));
                text.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
    text
}

/// Encoded names joined by commas.
pub fn joined<T: AsRef<str>>(names: &[T]) -> String {
    names.iter().map(|name| encoded(name.as_ref())).collect::<Vec<_>>().join(",")
}

/// Cuts `names` into runs whose encoded, comma-joined form stays within the line when `overhead` bytes stand around it.
///
/// A name has at most 255 bytes (765 encoded), so one alone always fits beside any call of this program.
pub fn chunk_names<T: AsRef<str>>(names: &[T], overhead: usize) -> Vec<&[T]> {
    let room = LONGEST_LINE.saturating_sub(overhead);
    let mut chunks = Vec::new();
    let (mut start, mut length) = (0, 0);
    for (at, name) in names.iter().enumerate() {
        let cost = encoded_bytes(name.as_ref()) + 1;
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

fn encoded_bytes(name: &str) -> usize {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    name.bytes().map(|byte| if plain(byte) { 1 } else { 3 }).sum()
}

/// One request for each run of names that fits into a line; what stands around the names is measured on the request itself.
pub fn in_chunks<T: AsRef<str>>(names: &[T], build: impl Fn(&[T]) -> Request) -> Vec<Request> {
    let overhead = build(&[]).line_bytes();
    chunk_names(names, overhead).into_iter().map(build).collect()
}

/// Whether the engine takes this for exactly one index, and never for a pattern, a list, an exclusion or date math.
pub fn is_exact(name: &str) -> bool {
    !name.is_empty()
        // Dots alone are steps of a path: `/_snapshot/r/..` would name all repositories.
        && !matches!(name, "_all" | "." | "..")
        && !name.starts_with(['_', '-', '+', '<'])
        && !name.contains(['*', '?', ',', '"', '>', '|', '#', '/', '\\', ' '])
}

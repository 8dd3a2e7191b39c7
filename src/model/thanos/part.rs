//! What an object in a block's folder is, by its name.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::MarkKind;

/// One object below a block's folder. A bucket has hundreds of thousands of them, so that only foreign names are kept as text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Part {
    /// `chunks/000001`: a segment of samples, counted from 1.
    Chunk(u32),
    Index,
    /// Written last: a block is complete when it is there.
    Meta,
    Mark(MarkKind),
    /// An empty object whose name ends with a slash, or the folder's own: some stores make them, Thanos removes them with the block.
    Folder(Box<Named>),
    /// Anything else. No reader looks at it; it goes with the block.
    Other(Box<Named>),
}

/// A name behind one word: of a million parts hardly one has a name, and it is not to widen all the others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Named {
    name: Box<str>,
}

impl From<&str> for Box<Named> {
    fn from(name: &str) -> Self {
        Self::new(Named { name: name.into() })
    }
}

impl Deref for Named {
    type Target = str;

    fn deref(&self) -> &str {
        &self.name
    }
}

impl Part {
    /// By the name below the block's folder.
    pub fn of(name: &str) -> Self {
        match name {
            "index" => Part::Index,
            "meta.json" => Part::Meta,
            _ if name.is_empty() || name.ends_with('/') => Part::Folder(name.into()),
            _ => {
                let chunk = name.strip_prefix("chunks/").and_then(chunk).map(Part::Chunk);
                chunk.or_else(|| MarkKind::of_file(name).map(Part::Mark)).unwrap_or(Part::Other(name.into()))
            }
        }
    }

    /// Whether it holds samples or their index, which `thanos.files` must tell.
    pub fn is_body(&self) -> bool {
        matches!(self, Part::Chunk(_) | Part::Index)
    }
}

/// Six digits at least; beyond 999999 Prometheus writes more.
fn chunk(name: &str) -> Option<u32> {
    let digits = name.len() >= 6 && name.bytes().all(|byte| byte.is_ascii_digit());
    let padded = name.len() == 6 || !name.starts_with('0');
    name.parse().ok().filter(|_| digits && padded)
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Chunk(number) => write!(f, "chunks/{number:06}"),
            Part::Index => f.write_str("index"),
            Part::Meta => f.write_str("meta.json"),
            Part::Mark(kind) => f.write_str(kind.file()),
            Part::Folder(name) | Part::Other(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_has_one_meaning_and_is_written_back() {
        for (name, part) in [
            ("chunks/000001", Part::Chunk(1)),
            ("chunks/1000000", Part::Chunk(1_000_000)),
            ("index", Part::Index),
            ("meta.json", Part::Meta),
            ("deletion-mark.json", Part::Mark(MarkKind::Deletion)),
            ("", Part::Folder("".into())),
            ("chunks/", Part::Folder("chunks/".into())),
            ("chunks/1", Part::Other("chunks/1".into())),
            ("chunks/0000001", Part::Other("chunks/0000001".into())),
            ("chunks/9999999999", Part::Other("chunks/9999999999".into())),
            ("chunks/00000\u{661}", Part::Other("chunks/00000\u{661}".into())),
            ("x/meta.json", Part::Other("x/meta.json".into())),
            ("tombstones", Part::Other("tombstones".into())),
        ] {
            assert_eq!(Part::of(name), part, "{name:?}");
            assert_eq!(part.to_string(), name);
        }
    }
}

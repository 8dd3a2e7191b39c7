//! `ListObjectsV2`, page by page.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use s3s::dto::*;
use s3s::{S3Request, S3Result, s3_error};

use super::{Endpoint, timestamp};
use crate::store::{Entry, Object as Stored, PageQuery, Position};

/// The greatest page, and the one of a request that names none.
const MOST_KEYS: i32 = 1000;

pub(super) async fn list_objects_v2(
    endpoint: &Endpoint,
    request: S3Request<ListObjectsV2Input>,
) -> S3Result<ListObjectsV2Output> {
    let input = request.input;
    endpoint.require_bucket(&input.bucket)?;
    let max_keys = page_size(input.max_keys)?;
    let page = endpoint.store.page(
        &input.bucket,
        &PageQuery {
            prefix: input.prefix.as_deref().unwrap_or_default(),
            delimiter: input.delimiter.as_deref(),
            from: position(&input)?,
            limit: usize::try_from(max_keys).unwrap_or_default(),
        },
    );
    let spelling = Spelling::of(input.encoding_type.as_ref());
    let with_owner = input.fetch_owner.unwrap_or(false);
    let key_count = i32::try_from(page.entries.len()).unwrap_or(max_keys);
    let (contents, common_prefixes) = listed(page.entries, spelling, with_owner);
    Ok(ListObjectsV2Output {
        key_count: Some(key_count),
        max_keys: Some(max_keys),
        is_truncated: Some(page.next.is_some()),
        next_continuation_token: page.next.as_ref().map(token),
        continuation_token: input.continuation_token,
        contents: Some(contents),
        common_prefixes: Some(common_prefixes),
        delimiter: input.delimiter.map(|delimiter| spelling.write(delimiter)),
        prefix: input.prefix.map(|prefix| spelling.write(prefix)),
        start_after: input.start_after.map(|key| spelling.write(key)),
        encoding_type: input.encoding_type,
        name: Some(input.bucket),
        ..ListObjectsV2Output::default()
    })
}

/// Objects have no versions here: what is there is the only one.
pub(super) async fn list_object_versions(
    endpoint: &Endpoint,
    request: S3Request<ListObjectVersionsInput>,
) -> S3Result<ListObjectVersionsOutput> {
    let input = request.input;
    endpoint.require_bucket(&input.bucket)?;
    let max_keys = page_size(input.max_keys)?;
    let query = PageQuery {
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: None,
        from: input.key_marker.map_or(Position::Start, Position::AfterKey),
        limit: usize::try_from(max_keys).unwrap_or_default(),
    };
    let page = endpoint.store.page(&input.bucket, &query);
    let next_key_marker = match &page.next {
        Some(Position::AfterKey(key)) => Some(key.clone()),
        _ => None,
    };
    let version = |entry| match entry {
        Entry::Object(key, object) => Some(ObjectVersion {
            is_latest: Some(true),
            last_modified: Some(timestamp(object.last_modified)),
            size: i64::try_from(object.bytes.len()).ok(),
            version_id: Some("null".to_owned()),
            key: Some(key),
            ..ObjectVersion::default()
        }),
        Entry::CommonPrefix(_) => None,
    };
    Ok(ListObjectVersionsOutput {
        is_truncated: Some(page.next.is_some()),
        next_key_marker,
        max_keys: Some(max_keys),
        versions: Some(page.entries.into_iter().filter_map(version).collect()),
        name: Some(input.bucket),
        ..ListObjectVersionsOutput::default()
    })
}

/// How keys are written into the XML: XML 1.0 cannot hold every character that a key can.
#[derive(Clone, Copy)]
enum Spelling {
    Plain,
    Percent,
}

impl Spelling {
    fn of(encoding: Option<&EncodingType>) -> Self {
        if encoding.is_some_and(|encoding| encoding.as_str() == EncodingType::URL) {
            Self::Percent
        } else {
            Self::Plain
        }
    }

    fn write(self, text: String) -> String {
        match self {
            Self::Plain => text,
            Self::Percent => text.bytes().map(percent_encoded).collect(),
        }
    }
}

fn percent_encoded(byte: u8) -> String {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' | b'/' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    }
}

fn page_size(asked: Option<i32>) -> S3Result<i32> {
    match asked {
        Some(asked) if asked < 0 => Err(s3_error!(InvalidArgument, "max-keys must not be negative")),
        asked => Ok(asked.unwrap_or(MOST_KEYS).min(MOST_KEYS)),
    }
}

/// A token outranks `start-after`, which counts for the first page only.
fn position(input: &ListObjectsV2Input) -> S3Result<Position> {
    match (&input.continuation_token, &input.start_after) {
        (Some(token), _) => parse_token(token)
            .ok_or_else(|| s3_error!(InvalidArgument, "the continuation token is not one of this server's")),
        (None, Some(key)) => Ok(Position::AfterKey(key.clone())),
        (None, None) => Ok(Position::Start),
    }
}

/// Opaque to the client: a letter for the kind of position, then the key or prefix.
fn token(position: &Position) -> String {
    let plain = match position {
        Position::Start => "s".to_owned(),
        Position::AfterKey(key) => format!("k{key}"),
        Position::AfterPrefix(prefix) => format!("p{prefix}"),
    };
    BASE64_URL_SAFE_NO_PAD.encode(plain)
}

fn parse_token(token: &str) -> Option<Position> {
    let plain = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    match plain.split_at_checked(1)? {
        ("s", "") => Some(Position::Start),
        ("k", key) => Some(Position::AfterKey(key.to_owned())),
        ("p", prefix) => Some(Position::AfterPrefix(prefix.to_owned())),
        _ => None,
    }
}

fn listed(entries: Vec<Entry>, spelling: Spelling, with_owner: bool) -> (Vec<Object>, Vec<CommonPrefix>) {
    let (mut contents, mut prefixes) = (Vec::new(), Vec::new());
    for entry in entries {
        match entry {
            Entry::Object(key, object) => contents.push(content(spelling.write(key), object, with_owner)),
            Entry::CommonPrefix(prefix) => {
                prefixes.push(CommonPrefix { prefix: Some(spelling.write(prefix)) })
            }
        }
    }
    (contents, prefixes)
}

fn content(key: String, object: Stored, with_owner: bool) -> Object {
    Object {
        key: Some(key),
        size: i64::try_from(object.bytes.len()).ok(),
        e_tag: Some(ETag::Strong(object.etag)),
        last_modified: Some(timestamp(object.last_modified)),
        storage_class: Some(ObjectStorageClass::from(object.storage_class)),
        owner: with_owner.then(super::bucket::owner),
        ..Object::default()
    }
}

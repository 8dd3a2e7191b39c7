//! `If-Match`, `If-None-Match` and the two headers with dates, for writes and for reads.

use http::HeaderMap;
use s3s::dto::{CopyObjectInput, ETagCondition, GetObjectInput, HeadObjectInput, Timestamp};
use s3s::{S3Result, s3_error};

use crate::store::{Condition, Object};

/// The conditions of a read, as the request gave them.
pub(super) struct ReadConditions<'a> {
    if_match: Option<&'a ETagCondition>,
    if_none_match: Option<&'a ETagCondition>,
    if_modified_since: Option<&'a Timestamp>,
    if_unmodified_since: Option<&'a Timestamp>,
}

impl<'a> From<&'a GetObjectInput> for ReadConditions<'a> {
    fn from(input: &'a GetObjectInput) -> Self {
        Self {
            if_match: input.if_match.as_ref(),
            if_none_match: input.if_none_match.as_ref(),
            if_modified_since: input.if_modified_since.as_ref(),
            if_unmodified_since: input.if_unmodified_since.as_ref(),
        }
    }
}

impl<'a> From<&'a HeadObjectInput> for ReadConditions<'a> {
    fn from(input: &'a HeadObjectInput) -> Self {
        Self {
            if_match: input.if_match.as_ref(),
            if_none_match: input.if_none_match.as_ref(),
            if_modified_since: input.if_modified_since.as_ref(),
            if_unmodified_since: input.if_unmodified_since.as_ref(),
        }
    }
}

/// The conditions on the source of a copy.
impl<'a> From<&'a CopyObjectInput> for ReadConditions<'a> {
    fn from(input: &'a CopyObjectInput) -> Self {
        Self {
            if_match: input.copy_source_if_match.as_ref(),
            if_none_match: input.copy_source_if_none_match.as_ref(),
            if_modified_since: input.copy_source_if_modified_since.as_ref(),
            if_unmodified_since: input.copy_source_if_unmodified_since.as_ref(),
        }
    }
}

/// Whether a read may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadVerdict {
    Proceed,
    NotModified,
    PreconditionFailed,
}

/// The condition of a write. S3 takes one of the two headers, `If-None-Match` with nothing but `*`.
pub(super) fn of_write(
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
) -> S3Result<Condition> {
    match (if_match, if_none_match) {
        (None, None) => Ok(Condition::Always),
        (None, Some(ETagCondition::Any)) => Ok(Condition::IfAbsent),
        (Some(matching), None) => Ok(Condition::IfMatch(opaque(matching))),
        (_, Some(_)) => {
            Err(s3_error!(NotImplemented, "if-none-match takes only * here, and no if-match beside it"))
        }
    }
}

/// As [`of_write`], from the headers themselves: for operations whose input has no such fields.
pub(super) fn of_headers(headers: &HeaderMap) -> S3Result<Condition> {
    of_write(header(headers, "if-match")?.as_ref(), header(headers, "if-none-match")?.as_ref())
}

impl ReadConditions<'_> {
    /// RFC 9110 section 13.2.2: the ETag headers decide, a date only where its ETag header is missing.
    pub(super) fn check(&self, object: &Object) -> ReadVerdict {
        let modified = whole_seconds(object);
        let fails_match = match (self.if_match, self.if_unmodified_since) {
            (Some(condition), _) => !matches(condition, object),
            (None, Some(since)) => modified > *since,
            (None, None) => false,
        };
        let unchanged = match (self.if_none_match, self.if_modified_since) {
            (Some(condition), _) => matches(condition, object),
            (None, Some(since)) => modified <= *since,
            (None, None) => false,
        };
        match (fails_match, unchanged) {
            (true, _) => ReadVerdict::PreconditionFailed,
            (false, true) => ReadVerdict::NotModified,
            (false, false) => ReadVerdict::Proceed,
        }
    }
}

fn matches(condition: &ETagCondition, object: &Object) -> bool {
    condition.as_etag().is_none_or(|etag| etag.value() == object.etag)
}

fn opaque(condition: &ETagCondition) -> String {
    condition.as_etag().map_or_else(|| "*".to_owned(), |etag| etag.value().to_owned())
}

/// Dates in headers have no fraction, so the object's own date must not have one in a comparison.
fn whole_seconds(object: &Object) -> Timestamp {
    let seconds = jiff::Timestamp::from_second(object.last_modified.as_second());
    super::timestamp(seconds.unwrap_or(object.last_modified))
}

fn header(headers: &HeaderMap, name: &str) -> S3Result<Option<ETagCondition>> {
    let parse = |value: &http::HeaderValue| ETagCondition::parse_http_header(value.as_bytes());
    let parsed = headers.get(name).map(parse).transpose();
    parsed.map_err(|_| s3_error!(InvalidArgument, "{name} is no ETag"))
}

//! The objects of the world: buckets of keys and bytes, in memory.
//!
//! The S3 front serves them over HTTP, the search engine writes its snapshots into them, and a test damages them
//! directly. Conditions are judged and the write done under one lock, so of many conditional writes one wins.
//! The store never reads a clock: the time of a write is an argument.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;
use md5::{Digest, Md5};

/// The class of an object that was written without one.
pub const STANDARD: &str = "STANDARD";

/// A handle on the buckets; clones share them.
#[derive(Clone, Default)]
pub struct Store {
    buckets: Arc<Mutex<BTreeMap<String, Objects>>>,
}

type Objects = BTreeMap<String, Object>;

/// One object as S3 keeps it. Cloning shares the bytes.
#[derive(Clone, Debug)]
pub struct Object {
    pub bytes: Bytes,
    /// Without quotes: the MD5 of the bytes in hex, or `<hex>-<parts>` after a multipart upload.
    pub etag: String,
    pub last_modified: Timestamp,
    /// `STANDARD`, `GLACIER`, `DEEP_ARCHIVE` and so on, as S3 spells it.
    pub storage_class: String,
}

/// What must be true of a key at the moment of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    Always,
    /// `If-None-Match: *`.
    IfAbsent,
    /// `If-Match: <etag>`, without quotes; `*` asks for any object at all.
    IfMatch(String),
}

/// Why a conditional write was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    NoSuchBucket,
    /// `If-Match` with an ETag, and nothing is there: S3 answers 404, not 412.
    NoSuchKey,
    PreconditionFailed,
}

/// Which part of a bucket to list.
#[derive(Clone, Debug)]
pub struct PageQuery<'a> {
    pub prefix: &'a str,
    /// Keys that are the same up to this string after the prefix are rolled up into one entry.
    pub delimiter: Option<&'a str>,
    pub from: Position,
    /// The greatest number of entries, rolled-up ones included.
    pub limit: usize,
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    Start,
    AfterKey(String),
    /// After every key that begins with this rolled-up prefix.
    AfterPrefix(String),
}

/// A part of a listing, in the order of keys.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub entries: Vec<Entry>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Position>,
}

#[derive(Clone, Debug)]
pub enum Entry {
    Object(String, Object),
    CommonPrefix(String),
}

impl Store {
    /// False when the bucket was there already; its objects then stay.
    pub fn create_bucket(&self, bucket: &str) -> bool {
        let mut buckets = self.lock();
        if buckets.contains_key(bucket) {
            return false;
        }
        buckets.insert(bucket.to_owned(), Objects::new());
        true
    }

    /// Removes an empty bucket; false when something is in it, or it is not there.
    pub fn remove_bucket(&self, bucket: &str) -> bool {
        let mut buckets = self.lock();
        let empty = buckets.get(bucket).is_some_and(Objects::is_empty);
        empty && buckets.remove(bucket).is_some()
    }

    pub fn has_bucket(&self, bucket: &str) -> bool {
        self.lock().contains_key(bucket)
    }

    /// The names of all buckets, sorted.
    pub fn buckets(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    /// Writes without a condition and returns the ETag. A bucket that is missing is made: this is the seed of a
    /// world; what comes over HTTP goes through [`Store::put_if`].
    pub fn put(&self, bucket: &str, key: &str, bytes: impl Into<Bytes>, at: Timestamp) -> String {
        let object = Object::new(bytes.into(), at);
        let etag = object.etag.clone();
        self.lock().entry(bucket.to_owned()).or_default().insert(key.to_owned(), object);
        etag
    }

    pub fn get(&self, bucket: &str, key: &str) -> Option<Object> {
        self.lock().get(bucket)?.get(key).cloned()
    }

    /// Every object whose key begins with `prefix`, sorted by key; nothing when the bucket is missing.
    pub fn list(&self, bucket: &str, prefix: &str) -> Vec<(String, Object)> {
        let buckets = self.lock();
        let Some(objects) = buckets.get(bucket) else { return Vec::new() };
        objects
            .range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(prefix))
            .map(|(key, object)| (key.clone(), object.clone()))
            .collect()
    }

    /// One page of a listing; its cost grows with the page, not with the bucket.
    pub fn page(&self, bucket: &str, query: &PageQuery<'_>) -> Page {
        self.lock().get(bucket).map(|objects| page(objects, query)).unwrap_or_default()
    }

    /// True when there was something to remove.
    pub fn remove(&self, bucket: &str, key: &str) -> bool {
        self.lock().get_mut(bucket).is_some_and(|objects| objects.remove(key).is_some())
    }

    /// Moves an object to another storage class, as a lifecycle rule would. False when it is not there.
    pub fn set_storage_class(&self, bucket: &str, key: &str, class: &str) -> bool {
        let mut buckets = self.lock();
        let Some(object) = buckets.get_mut(bucket).and_then(|objects| objects.get_mut(key)) else {
            return false;
        };
        object.storage_class = class.to_owned();
        true
    }

    /// Writes when `condition` holds, and returns the ETag.
    ///
    /// # Errors
    /// [`Refused`] when the bucket is missing or the condition does not hold; nothing is written then.
    pub fn put_if(
        &self,
        bucket: &str,
        key: &str,
        bytes: impl Into<Bytes>,
        at: Timestamp,
        condition: Condition,
    ) -> Result<String, Refused> {
        self.put_object_if(bucket, key, Object::new(bytes.into(), at), &condition)
    }

    /// As [`Store::put_if`], for an object whose ETag or storage class is not the usual one.
    ///
    /// # Errors
    /// As [`Store::put_if`].
    pub fn put_object_if(
        &self,
        bucket: &str,
        key: &str,
        object: Object,
        condition: &Condition,
    ) -> Result<String, Refused> {
        let mut buckets = self.lock();
        let objects = buckets.get_mut(bucket).ok_or(Refused::NoSuchBucket)?;
        condition.check(objects.get(key))?;
        let etag = object.etag.clone();
        objects.insert(key.to_owned(), object);
        Ok(etag)
    }

    /// Removes when `condition` holds; removing what is not there succeeds without a condition, as in S3.
    ///
    /// # Errors
    /// [`Refused`] when the bucket is missing or the condition does not hold; nothing is removed then.
    pub fn remove_if(&self, bucket: &str, key: &str, condition: Condition) -> Result<(), Refused> {
        let mut buckets = self.lock();
        let objects = buckets.get_mut(bucket).ok_or(Refused::NoSuchBucket)?;
        condition.check(objects.get(key))?;
        objects.remove(key);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Objects>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Object {
    /// An object of class `STANDARD` with the ETag of a single-part upload.
    pub fn new(bytes: Bytes, at: Timestamp) -> Self {
        let etag = hex(&Md5::digest(&bytes));
        Self { bytes, etag, last_modified: at, storage_class: STANDARD.to_owned() }
    }

    /// An archived object must be restored before it can be read.
    pub fn is_archived(&self) -> bool {
        matches!(self.storage_class.as_str(), "GLACIER" | "DEEP_ARCHIVE")
    }
}

impl Condition {
    /// # Errors
    /// [`Refused`] when the object that is there now does not satisfy the condition.
    pub fn check(&self, current: Option<&Object>) -> Result<(), Refused> {
        match (self, current) {
            (Self::Always, _) | (Self::IfAbsent, None) => Ok(()),
            (Self::IfAbsent, Some(_)) => Err(Refused::PreconditionFailed),
            (Self::IfMatch(etag), Some(object)) if etag == "*" || *etag == object.etag => Ok(()),
            (Self::IfMatch(_), Some(_)) => Err(Refused::PreconditionFailed),
            (Self::IfMatch(etag), None) if etag == "*" => Err(Refused::PreconditionFailed),
            (Self::IfMatch(_), None) => Err(Refused::NoSuchKey),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSuchBucket => "the bucket does not exist",
            Self::NoSuchKey => "the key does not exist",
            Self::PreconditionFailed => "at least one precondition does not hold",
        })
    }
}

impl std::error::Error for Refused {}

impl Entry {
    fn position(&self) -> Position {
        match self {
            Self::Object(key, _) => Position::AfterKey(key.clone()),
            Self::CommonPrefix(prefix) => Position::AfterPrefix(prefix.clone()),
        }
    }
}

/// Lower-case hex, as ETags are written.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn page(objects: &Objects, query: &PageQuery<'_>) -> Page {
    let mut page = Page::default();
    let mut lower = lower_bound(&query.from, query.prefix);
    while page.entries.len() < query.limit {
        let Some((key, object)) = first_within(objects, &lower, query.prefix) else { return page };
        let entry = match rolled_up(key, query) {
            Some(prefix) => Entry::CommonPrefix(prefix.to_owned()),
            None => Entry::Object(key.clone(), object.clone()),
        };
        lower = lower_bound(&entry.position(), query.prefix);
        page.entries.push(entry);
    }
    if first_within(objects, &lower, query.prefix).is_some() {
        page.next = page.entries.last().map(Entry::position);
    }
    page
}

fn first_within<'a>(
    objects: &'a Objects,
    lower: &Bound<String>,
    prefix: &str,
) -> Option<(&'a String, &'a Object)> {
    let lower = lower.as_ref().map(String::as_str);
    objects.range::<str, _>((lower, Bound::Unbounded)).next().filter(|(key, _)| key.starts_with(prefix))
}

fn lower_bound(position: &Position, prefix: &str) -> Bound<String> {
    match position {
        Position::AfterKey(key) if key.as_str() >= prefix => Bound::Excluded(key.clone()),
        // The greatest character there is: no key that a client writes sorts behind it within the prefix.
        Position::AfterPrefix(rolled) => Bound::Excluded(format!("{rolled}{}", char::MAX)),
        Position::Start | Position::AfterKey(_) => Bound::Included(prefix.to_owned()),
    }
}

/// The part of `key` up to and with the first delimiter after the prefix.
fn rolled_up<'a>(key: &'a str, query: &PageQuery<'_>) -> Option<&'a str> {
    let delimiter = query.delimiter.filter(|delimiter| !delimiter.is_empty())?;
    let start = query.prefix.len();
    let found = key.get(start..)?.find(delimiter)?;
    key.get(..start + found + delimiter.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::UNIX_EPOCH;

    fn store(keys: &[&str]) -> Store {
        let store = Store::default();
        store.create_bucket("b");
        for key in keys {
            store.put("b", key, key.as_bytes().to_vec(), NOON);
        }
        store
    }

    fn names(page: &Page) -> Vec<String> {
        let name = |entry: &Entry| match entry {
            Entry::Object(key, _) => key.clone(),
            Entry::CommonPrefix(prefix) => format!("[{prefix}]"),
        };
        page.entries.iter().map(name).collect()
    }

    fn query<'a>(prefix: &'a str, delimiter: Option<&'a str>, limit: usize) -> PageQuery<'a> {
        PageQuery { prefix, delimiter, from: Position::Start, limit }
    }

    #[test]
    fn a_condition_holds_or_refuses_by_what_is_there() {
        let store = store(&["here"]);
        let etag = store.get("b", "here").unwrap().etag;
        let if_match = |etag: &str| Condition::IfMatch(etag.to_owned());
        let cases = [
            ("here", Condition::Always, Ok(())),
            ("here", Condition::IfAbsent, Err(Refused::PreconditionFailed)),
            ("here", if_match(&etag), Ok(())),
            ("here", if_match("*"), Ok(())),
            ("here", if_match("0123"), Err(Refused::PreconditionFailed)),
            ("gone", Condition::Always, Ok(())),
            ("gone", Condition::IfAbsent, Ok(())),
            ("gone", if_match(&etag), Err(Refused::NoSuchKey)),
            ("gone", if_match("*"), Err(Refused::PreconditionFailed)),
        ];
        for (key, condition, expected) in cases {
            assert_eq!(condition.check(store.get("b", key).as_ref()), expected, "{key} {condition:?}");
        }
    }

    #[test]
    fn a_refused_write_changes_nothing() {
        let store = store(&["k"]);
        let before = store.get("b", "k").unwrap().etag;
        assert_eq!(store.put_if("b", "k", "x", NOON, Condition::IfAbsent), Err(Refused::PreconditionFailed));
        assert_eq!(
            store.remove_if("b", "k", Condition::IfMatch("0".into())),
            Err(Refused::PreconditionFailed)
        );
        assert_eq!(store.get("b", "k").unwrap().etag, before);
        assert_eq!(store.put_if("none", "k", "x", NOON, Condition::Always), Err(Refused::NoSuchBucket));
        assert!(!store.has_bucket("none"));
    }

    #[test]
    fn of_twenty_threads_that_create_a_key_one_wins() {
        let store = store(&[]);
        let create = |n: usize| store.put_if("b", "lock", n.to_string(), NOON, Condition::IfAbsent).is_ok();
        let winners = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..20).map(|n| scope.spawn(move || create(n))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).filter(|won| *won).count()
        });
        assert_eq!(winners, 1);
    }

    #[test]
    fn a_listing_stays_within_its_prefix_and_is_sorted() {
        let store = store(&["a/2", "a/1", "b", "a", "a0"]);
        let keys: Vec<String> = store.list("b", "a/").into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["a/1", "a/2"]);
        assert!(store.list("none", "").is_empty());
    }

    #[test]
    fn a_delimiter_rolls_keys_up_once() {
        let store = store(&["a/1", "a/2", "a0", "b/1/x", "c"]);
        assert_eq!(names(&store.page("b", &query("", Some("/"), 10))), ["[a/]", "a0", "[b/]", "c"]);
        assert_eq!(names(&store.page("b", &query("b/", Some("/"), 10))), ["[b/1/]"]);
        assert_eq!(names(&store.page("b", &query("a/", None, 10))), ["a/1", "a/2"]);
    }

    #[test]
    fn pages_of_any_size_give_the_whole_listing() {
        let store = store(&["a/1", "a/2", "a0", "b/1/x", "b/2", "c"]);
        for delimiter in [None, Some("/")] {
            let whole = names(&store.page("b", &query("", delimiter, 100)));
            for limit in 1..=7 {
                assert_eq!(walk(&store, query("", delimiter, limit)), whole, "{delimiter:?} by {limit}");
            }
        }
    }

    fn walk(store: &Store, mut query: PageQuery<'_>) -> Vec<String> {
        let mut seen = Vec::new();
        loop {
            let page = store.page("b", &query);
            assert!(page.entries.len() <= query.limit);
            seen.extend(names(&page));
            let Some(next) = page.next else { return seen };
            query.from = next;
        }
    }

    #[test]
    fn an_etag_is_the_md5_of_the_bytes() {
        let store = store(&[]);
        assert_eq!(store.put("b", "k", "hello", NOON), "5d41402abc4b2a76b9719d911017c592");
    }

    #[test]
    fn only_the_two_archive_classes_are_archived() {
        let store = store(&["k"]);
        let archived = |class: &str| {
            assert!(store.set_storage_class("b", "k", class));
            store.get("b", "k").unwrap().is_archived()
        };
        let classes = ["STANDARD", "GLACIER_IR", "STANDARD_IA", "GLACIER", "DEEP_ARCHIVE"];
        assert_eq!(classes.map(archived), [false, false, false, true, true]);
        assert!(!store.set_storage_class("b", "none", "GLACIER"));
    }
}

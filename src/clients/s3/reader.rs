//! Reading one bucket: GET, streams, LIST page by page.

use aws_sdk_s3::Client;
use futures_util::{Stream, StreamExt as _, stream};
use jiff::Timestamp;
use tokio::io::AsyncRead;

use super::S3Error;
use super::error::{Asked, status, told};
use super::listing::lines;
use crate::model::BucketName;

/// Reads one bucket; cannot write.
#[derive(Debug, Clone)]
pub struct Reader {
    client: Client,
    bucket: BucketName,
}

/// A small object, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    pub bytes: Vec<u8>,
    /// With its quotes, as `If-Match` wants it.
    pub etag: String,
    /// `None` where the store tells no time.
    pub modified: Option<Timestamp>,
}

/// One line of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub key: String,
    /// Bytes.
    pub size: u64,
    pub etag: String,
    /// `STANDARD` where the store says nothing.
    pub storage_class: String,
    pub last_modified: Option<Timestamp>,
}

/// How often a body that breaks off is fetched: the SDK's own retries end where the headers are there.
pub(super) const BODIES: u32 = 3;

impl Reader {
    pub fn new(client: Client, bucket: BucketName) -> Self {
        Self { client, bucket }
    }

    pub fn bucket(&self) -> &BucketName {
        &self.bucket
    }

    pub(super) fn asked<'a>(&'a self, action: &'static str, key: &'a str) -> Asked<'a> {
        Asked { action, bucket: self.bucket.as_str(), key }
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// The whole object, or `None` when S3 says that it is not there.
    ///
    /// # Errors
    ///
    /// Everything else, denied among it.
    pub async fn get(&self, key: &str) -> Result<Option<Blob>, S3Error> {
        let mut tries = BODIES;
        loop {
            let Some(output) = self.get_object(key).await? else { return Ok(None) };
            let etag = output.e_tag().unwrap_or_default().to_owned();
            let modified = output.last_modified().and_then(|at| Timestamp::from_second(at.secs()).ok());
            match output.body.collect().await {
                Ok(body) => return Ok(Some(Blob { bytes: body.into_bytes().into(), etag, modified })),
                Err(error) if tries == 1 => return Err(self.broken_off(key, &error)),
                Err(_) => tries -= 1,
            }
        }
    }

    /// The object as a stream, for what may be large.
    ///
    /// # Errors
    ///
    /// As [`Reader::get`].
    pub async fn open(&self, key: &str) -> Result<Option<impl AsyncRead + Unpin + Send + 'static>, S3Error> {
        Ok(self.get_object(key).await?.map(|output| output.body.into_async_read()))
    }

    async fn get_object(
        &self,
        key: &str,
    ) -> Result<Option<aws_sdk_s3::operation::get_object::GetObjectOutput>, S3Error> {
        let asked = Asked { action: "s3:GetObject", bucket: self.bucket.as_str(), key };
        match self.client.get_object().bucket(self.bucket.as_str()).key(key).send().await {
            Ok(output) => Ok(Some(output)),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_no_such_key()) => Ok(None),
            Err(error) => Err(told(&error, &asked)),
        }
    }

    /// Everything under `prefix`, in memory. For prefixes that are known to be small.
    ///
    /// # Errors
    ///
    /// Any page that cannot be read fails the whole listing: half a listing is none.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Listed>, S3Error> {
        let mut all = Vec::new();
        let mut pages = std::pin::pin!(self.pages(prefix));
        while let Some(page) = pages.next().await {
            all.extend(page?);
        }
        Ok(all)
    }

    /// Page by page, at most a thousand lines at a time. A page that failed is the last.
    pub fn pages(&self, prefix: &str) -> impl Stream<Item = Result<Vec<Listed>, S3Error>> + Send + use<> {
        let (bucket, prefix) = (self.bucket.clone(), prefix.to_owned());
        let pages =
            self.client.list_objects_v2().bucket(bucket.as_str()).prefix(&prefix).into_paginator().send();
        stream::unfold(Some(pages), move |pages| {
            let (bucket, prefix) = (bucket.clone(), prefix.clone());
            async move {
                let mut pages = pages?;
                let asked = Asked { action: "s3:ListBucket", bucket: bucket.as_str(), key: &prefix };
                match pages.next().await? {
                    Ok(page) => Some((Ok(lines(page)), Some(pages))),
                    Err(error) => Some((Err(told(&error, &asked)), None)),
                }
            }
        })
    }

    /// Size, ETag and storage class without the bytes; `None` when S3 says that it is not there.
    ///
    /// # Errors
    ///
    /// Everything else. A HEAD that finds nothing cannot tell a missing object from a missing bucket.
    pub async fn head(&self, key: &str) -> Result<Option<Listed>, S3Error> {
        match self.client.head_object().bucket(self.bucket.as_str()).key(key).send().await {
            Ok(head) => Ok(Some(Listed {
                key: key.to_owned(),
                size: head.content_length.and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
                etag: head.e_tag.unwrap_or_default(),
                storage_class: head
                    .storage_class
                    .map_or("STANDARD".to_owned(), |class| class.as_str().to_owned()),
                last_modified: head.last_modified.and_then(|at| Timestamp::from_second(at.secs()).ok()),
            })),
            Err(error) if status(&error) == Some(404) => Ok(None),
            Err(error) => Err(told(&error, &self.asked("s3:GetObject", key))),
        }
    }

    /// The names right under `prefix` that have something below them, without the slash.
    ///
    /// # Errors
    ///
    /// As [`Reader::list`].
    pub async fn folders(&self, prefix: &str) -> Result<Vec<String>, S3Error> {
        let asked = Asked { action: "s3:ListBucket", bucket: self.bucket.as_str(), key: prefix };
        let list = self.client.list_objects_v2().bucket(self.bucket.as_str()).prefix(prefix).delimiter("/");
        let mut pages = list.into_paginator().send();
        let mut folders = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| told(&error, &asked))?;
            let names = page.common_prefixes().iter().filter_map(|folder| folder.prefix());
            folders.extend(
                names.filter_map(|name| Some(name.strip_prefix(prefix)?.trim_end_matches('/').to_owned())),
            );
        }
        Ok(folders)
    }

    /// Whether the bucket is there at all.
    ///
    /// # Errors
    ///
    /// 403 is an error: somebody else may own the name.
    pub async fn exists(&self) -> Result<bool, S3Error> {
        let asked = Asked { action: "s3:ListBucket", bucket: self.bucket.as_str(), key: "" };
        match self.client.head_bucket().bucket(self.bucket.as_str()).send().await {
            Ok(_) => Ok(true),
            Err(error) if status(&error) == Some(404) => Ok(false),
            Err(error) => Err(told(&error, &asked)),
        }
    }

    /// The region that the bucket tells; many stores that are not AWS tell none.
    ///
    /// # Errors
    ///
    /// [`S3Error::NoSuchBucket`], or whatever stands in the way of asking.
    pub async fn region(&self) -> Result<Option<String>, S3Error> {
        match self.client.head_bucket().bucket(self.bucket.as_str()).send().await {
            Ok(head) => Ok(head.bucket_region),
            Err(error) if status(&error) == Some(404) => {
                Err(S3Error::NoSuchBucket { bucket: self.bucket.to_string() })
            }
            Err(error) => Err(told(&error, &self.asked("s3:ListBucket", ""))),
        }
    }

    /// Asks whether the bucket belongs to this account: its name can be guessed, and whoever makes it first and opens it to
    /// everybody would keep the state of others. One that is not there belongs to nobody.
    ///
    /// # Errors
    ///
    /// [`S3Error::NameTaken`] when it belongs to another; anything else that stands in the way of asking.
    pub async fn owned_by(&self, account: &str) -> Result<(), S3Error> {
        let head = self.client.head_bucket().bucket(self.bucket.as_str()).expected_bucket_owner(account);
        match head.send().await {
            Ok(_) => Ok(()),
            Err(error) if status(&error) == Some(404) => Ok(()),
            // Told like a missing permission. Asked without the owner, the answer says which of the two it was.
            Err(error) if status(&error) == Some(403) && self.exists().await? => {
                Err(S3Error::NameTaken { bucket: self.bucket.to_string() })
            }
            Err(error) => Err(told(&error, &self.asked("s3:ListBucket", ""))),
        }
    }

    fn broken_off(&self, key: &str, error: &dyn std::error::Error) -> S3Error {
        S3Error::Unreachable {
            action: "s3:GetObject",
            bucket: self.bucket.to_string(),
            key: key.to_owned(),
            why: format!("broken off: {error}"),
        }
    }
}

//! Listing a bucket in parts: one level of folders, uploads that were never finished.
//!
//! Called where a listing is too long to be read page after page. All in the order of keys, as S3 gives them; a directory bucket
//! does not, and is not spoken to.

use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::EncodingType;
use jiff::Timestamp;

use super::error::told;
use super::page_xml::spell_out;
use super::{Listed, Reader, S3Error};

/// What lies right at one level.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Level {
    /// Names of folders, without the prefix and the slash.
    pub folders: Vec<String>,
    pub objects: Vec<Listed>,
    /// Whether there is more than was asked for.
    pub more: bool,
}

/// An upload in parts that was neither completed nor aborted. Its parts are billed, and no listing of objects shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    pub key: String,
    pub id: String,
    pub begun: Option<Timestamp>,
}

impl Reader {
    /// Folders and objects right under `prefix` that come behind `after`, in at most `pages` pages.
    ///
    /// # Errors
    ///
    /// As [`Reader::list`].
    pub async fn level_after(&self, prefix: &str, after: &str, pages: u32) -> Result<Level, S3Error> {
        let asked = self.asked("s3:ListBucket", prefix);
        let list =
            self.client().list_objects_v2().bucket(self.bucket().as_str()).prefix(prefix).delimiter("/");
        let list = list.start_after(after).encoding_type(EncodingType::Url);
        let mut paginator = list.into_paginator().send();
        let mut level = Level::default();
        for _ in 0..pages {
            let Some(page) = paginator.next().await else { return Ok(level) };
            let page = page.map_err(|error| told(&error, &asked))?;
            let encoded = page.encoding_type().is_some();
            let names = page.common_prefixes().iter().filter_map(|folder| folder.prefix());
            let names = names.map(|name| {
                let mut name = name.to_owned();
                if encoded {
                    spell_out(&mut name);
                }
                name
            });
            level.folders.extend(
                names.filter_map(|name| Some(name.strip_prefix(prefix)?.strip_suffix('/')?.to_owned())),
            );
            level.more = page.is_truncated() == Some(true);
            level.objects.extend(spelt_out(page));
        }
        Ok(level)
    }

    /// Uploads below `prefix` that wait for their end, the first ten thousand.
    ///
    /// # Errors
    ///
    /// When they cannot be listed.
    pub async fn uploads(&self, prefix: &str) -> Result<Vec<Upload>, S3Error> {
        const PAGES: u32 = 10;
        let asked = self.asked("s3:ListBucketMultipartUploads", prefix);
        let (mut uploads, mut key, mut id) = (Vec::new(), None, None);
        for _ in 0..PAGES {
            let list = self.client().list_multipart_uploads().bucket(self.bucket().as_str()).prefix(prefix);
            let sent = list.set_key_marker(key.take()).set_upload_id_marker(id.take()).send().await;
            let page = sent.map_err(|error| told(&error, &asked))?;
            (key, id) = (page.next_key_marker, page.next_upload_id_marker);
            uploads.extend(page.uploads.unwrap_or_default().into_iter().filter_map(|upload| {
                let begun = upload.initiated.and_then(|at| Timestamp::from_second(at.secs()).ok());
                Some(Upload { key: upload.key?, id: upload.upload_id?, begun })
            }));
            if page.is_truncated != Some(true) {
                break;
            }
        }
        Ok(uploads)
    }
}

/// As the names of folders, where the store knows the spelling of URLs: one that does not says nothing of it.
fn spelt_out(page: ListObjectsV2Output) -> Vec<Listed> {
    let encoded = page.encoding_type().is_some();
    let mut lines = lines(page);
    if encoded {
        lines.iter_mut().for_each(|line| spell_out(&mut line.key));
    }
    lines
}

pub(super) fn lines(page: ListObjectsV2Output) -> Vec<Listed> {
    page.contents
        .unwrap_or_default()
        .into_iter()
        .filter_map(|object| {
            Some(Listed {
                size: object.size.and_then(|size| u64::try_from(size).ok())?,
                etag: object.e_tag.unwrap_or_default(),
                storage_class: object
                    .storage_class
                    .map_or("STANDARD".to_owned(), |class| class.as_str().to_owned()),
                last_modified: object.last_modified.and_then(|at| Timestamp::from_second(at.secs()).ok()),
                key: object.key?,
            })
        })
        .collect()
}

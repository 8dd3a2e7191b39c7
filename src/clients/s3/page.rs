//! A page of a listing: asked for by the SDK, read by `page_xml`.
//!
//! The SDK stays in charge of credentials, signature, endpoint and retries. What it gets to read of a good answer is an empty listing; the
//! body itself is taken aside, and fetched again where it breaks off.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_sdk_s3::types::EncodingType;

use super::error::told;
use super::page_xml::page;
use super::reader::BODIES;
use super::{Listed, Reader, S3Error};

/// At most a thousand lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub lines: Vec<Listed>,
    /// Whether the bucket goes on behind the last line.
    pub more: bool,
}

impl Reader {
    /// The page that begins behind `after`, which need not be there. Both are whole keys.
    ///
    /// # Errors
    ///
    /// As [`Reader::list`].
    pub async fn page_after(&self, prefix: &str, after: &str) -> Result<Page, S3Error> {
        let mut tries = BODIES;
        loop {
            let body = self.body_of_page(prefix, after).await?;
            let why = match ByteStream::new(body).collect().await {
                Ok(bytes) => match page(&bytes.into_bytes()) {
                    Ok(page) => return self.goes_on(page, prefix, after),
                    Err(why) => why,
                },
                Err(error) => error.to_string(),
            };
            tries -= 1;
            if tries == 0 {
                let why = format!("a listing that could not be read: {why}");
                return Err(S3Error::Unreachable {
                    action: "s3:ListBucket",
                    bucket: self.bucket().to_string(),
                    key: prefix.to_owned(),
                    why,
                });
            }
        }
    }

    async fn body_of_page(&self, prefix: &str, after: &str) -> Result<SdkBody, S3Error> {
        let aside = Aside::default();
        let list = self.client().list_objects_v2().bucket(self.bucket().as_str()).prefix(prefix);
        let list = list.start_after(after).encoding_type(EncodingType::Url);
        let sent = list.customize().interceptor(aside.clone()).send().await;
        sent.map_err(|error| told(&error, &self.asked("s3:ListBucket", prefix)))?;
        Ok(aside.take())
    }

    /// Whoever goes on from the last line of a page that does not would ask for the same one for ever.
    fn goes_on(&self, page: Page, prefix: &str, after: &str) -> Result<Page, S3Error> {
        if !page.more || page.lines.last().is_some_and(|last| last.key.as_str() > after) {
            return Ok(page);
        }
        Err(S3Error::Refused {
            action: "s3:ListBucket",
            bucket: self.bucket().to_string(),
            key: prefix.to_owned(),
            code: "StandsStill".into(),
            why: format!("the store says that there is more behind {after}, and shows none of it"),
        })
    }
}

/// Where the body of a good answer is put, of the last attempt.
#[derive(Debug, Clone, Default)]
struct Aside(Arc<Mutex<Option<SdkBody>>>);

impl Aside {
    fn take(&self) -> SdkBody {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_else(SdkBody::empty)
    }
}

impl Intercept for Aside {
    fn name(&self) -> &'static str {
        "es2s3 listing"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response_mut();
        if response.status().is_success() {
            let body = std::mem::replace(response.body_mut(), SdkBody::from("<ListBucketResult/>"));
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
        }
        Ok(())
    }
}

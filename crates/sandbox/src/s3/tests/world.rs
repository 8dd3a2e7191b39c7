//! A served store, a client of it, and words for what an answer was.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::faults::Faults;
use crate::store::Store;

pub(super) const BUCKET: &str = "logs";
pub(super) const SECRET: &str = "right";

pub(super) struct World {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) faults: Faults,
    pub(super) client: Client,
    pub(super) served: JoinHandle<()>,
    pub(super) endpoint: String,
}

/// What one request came to: `Ok`, or the status and error code of the answer, or no answer at all.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Came {
    Done,
    Refused(u16, String),
    NoAnswer,
}

impl World {
    /// An empty bucket at noon of the first of May 2024.
    pub(super) async fn start() -> Self {
        Self::start_with(Some(("test".to_owned(), SECRET.to_owned()))).await
    }

    /// As [`World::start`], with these keys or none.
    pub(super) async fn start_with(auth: Option<(String, String)>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let noon: Timestamp = "2024-05-01T12:00:00Z".parse().unwrap();
        let (store, clock, faults) = (Store::default(), Clock::at(noon), Faults::default());
        store.create_bucket(BUCKET);
        let serving = crate::s3::serve(listener, store.clone(), clock.clone(), faults.clone(), auth);
        let client = client(&endpoint, "test", SECRET);
        Self { store, clock, faults, client, served: tokio::spawn(serving), endpoint }
    }

    pub(super) fn client_with(&self, access_key: &str, secret: &str) -> Client {
        client(&self.endpoint, access_key, secret)
    }

    /// Puts without a condition; gives the ETag as the header had it, quotes and all.
    pub(super) async fn put(&self, key: &str, bytes: &str) -> String {
        let body = ByteStream::from(bytes.as_bytes().to_vec());
        let put = self.client.put_object().bucket(BUCKET).key(key).body(body).send().await;
        put.unwrap().e_tag.unwrap()
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        Some(String::from_utf8(self.store.get(BUCKET, key)?.bytes.to_vec()).unwrap())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.served.abort();
    }
}

pub(super) fn came<T, E: ProvideErrorMetadata>(result: &Result<T, SdkError<E, HttpResponse>>) -> Came {
    let Err(error) = result else { return Came::Done };
    match error.raw_response() {
        Some(response) => {
            Came::Refused(response.status().as_u16(), error.code().unwrap_or_default().to_owned())
        }
        None => Came::NoAnswer,
    }
}

pub(super) fn refused(status: u16, code: &str) -> Came {
    Came::Refused(status, code.to_owned())
}

fn client(endpoint: &str, access_key: &str, secret: &str) -> Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new(access_key, secret, None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .force_path_style(true)
        .build();
    Client::from_conf(config)
}

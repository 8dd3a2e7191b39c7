//! An S3 that is served, a state location in it, and a clock.

use std::sync::Arc;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use es2s3::clients::aws::Aws;
use es2s3::clients::s3::{Condition, Put, Reader, Writer};
use es2s3::config::StateLocation;
use es2s3::event::Events;
use es2s3::model::{BucketName, RunId};
use es2s3::state::{Claim, Clock, Lease, StateError, Store, new_lineage};
use jiff::{SignedDuration, Timestamp};
use sandbox::faults::{Faults, Front, Verdict};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub const BUCKET: &str = "es2s3-state-test";
pub const LEASE: Duration = Duration::from_secs(3600);

pub struct World {
    pub aws: Aws,
    pub store: Store,
    pub clock: sandbox::clock::Clock,
    pub faults: Faults,
    /// What lies in S3, seen without HTTP.
    pub objects: sandbox::store::Store,
    pub url: String,
    served: JoinHandle<()>,
}

/// Access to an S3: where, and with which keys.
pub struct Access<'a> {
    pub url: &'a str,
    pub access_key: &'a str,
    pub secret_key: &'a str,
    pub region: &'a str,
}

impl World {
    /// No bucket yet.
    pub async fn empty() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let objects = sandbox::store::Store::default();
        let (clock, faults) = (sandbox::clock::Clock::at(noon()), Faults::default());
        let serving = sandbox::s3::serve(listener, objects.clone(), clock.clone(), faults.clone(), None);
        let aws = aws(&Access { url: &url, access_key: "a", secret_key: "s", region: "eu-central-1" });
        let store = Store::new(&aws, &location());
        Self { aws, store, clock, faults, objects, url, served: tokio::spawn(serving) }
    }

    /// A bucket, and the first state in it.
    pub async fn prepared() -> Self {
        let world = Self::empty().await;
        world.objects.create_bucket(BUCKET);
        world.store.create(new_lineage(noon())).await.unwrap();
        world
    }

    pub fn reader(&self) -> Reader {
        Reader::new(self.aws.s3(), BUCKET.into())
    }

    pub fn writer(&self) -> Writer {
        Writer::new(self.reader())
    }

    pub fn clock(&self) -> Clock {
        let clock = self.clock.clone();
        Arc::new(move || clock.now())
    }

    /// For the next run that takes it.
    pub fn shorten_the_lease(&mut self, lease: Duration) {
        self.store = Store::new(&self.aws, &StateLocation { lease, ..location() });
    }

    pub fn pass(&self, time: Duration) {
        self.clock.advance(SignedDuration::try_from(time).unwrap());
    }

    /// Takes the lease without patience.
    pub async fn take(&self, run: &str) -> Result<Lease, StateError> {
        self.take_with(run, self.clock(), Duration::ZERO, &Events::silent()).await
    }

    pub async fn take_with(
        &self,
        run: &str,
        clock: Clock,
        patience: Duration,
        events: &Events,
    ) -> Result<Lease, StateError> {
        Lease::take(&self.store, claim(), run.into(), clock, patience, events).await
    }

    /// The next requests of this kind meet these, one each.
    pub fn script(&self, method: &str, path_part: &str, verdicts: &[Verdict]) {
        self.faults.script(Front::S3, method, path_part, verdicts);
    }

    /// How many requests of this kind came so far.
    pub fn count(&self, method: &str, path_part: &str) -> usize {
        let requests = self.faults.requests();
        requests.iter().filter(|one| one.method == method && one.path.contains(path_part)).count()
    }

    /// Writes an object as somebody else would.
    pub async fn put(&self, key: &str, text: &str) -> String {
        match self.writer().put(key, text.into(), Condition::Always).await.unwrap() {
            Put::Written { etag } => etag,
            Put::Refused => panic!("a put without a condition was refused"),
        }
    }

    pub fn text(&self, key: &str) -> Option<String> {
        Some(String::from_utf8(self.objects.get(BUCKET, key)?.bytes.to_vec()).unwrap())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.served.abort();
    }
}

pub fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

pub fn claim() -> Claim {
    Claim { owner: "alice".into(), host: "ci".into(), operation: "apply", commit: Some("0123abc".into()) }
}

pub fn location() -> StateLocation {
    StateLocation { bucket: BucketName::from(BUCKET), name: "logs".into(), lease: LEASE }
}

pub fn aws(access: &Access<'_>) -> Aws {
    let credentials = Credentials::new(access.access_key, access.secret_key, None, None, "test");
    Aws::from_chain(
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(access.region.to_owned()))
            .endpoint_url(access.url)
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build(),
    )
}

pub fn refuse(status: u16, code: &str) -> Verdict {
    Verdict::Refuse { status, code: code.to_owned() }
}

/// The run that an error names as the holder.
pub fn holder<T: std::fmt::Debug>(taken: Result<T, StateError>) -> RunId {
    match taken {
        Err(StateError::Locked(file)) => file.run,
        other => panic!("not locked: {other:?}"),
    }
}

//! A world that is served: a listener for the engine and one for AWS, on loopback, gone when the handle is.

use std::io;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::faults::Faults;
use crate::store::Store;
use crate::world::World;

/// The key pair of the front of AWS.
pub const ACCESS_KEY: &str = "sandbox";
pub const SECRET_KEY: &str = "sandbox-secret";

/// Both fronts of a world. Dropping it stops them.
pub struct Sandbox {
    /// `http://127.0.0.1:<port>`, the engine.
    pub domain_url: String,
    /// `http://127.0.0.1:<port>`, S3 in path style, and every other service of AWS that is served.
    pub s3_url: String,
    pub access_key: String,
    pub secret_key: String,
    pub world: World,
    pub store: Store,
    pub clock: Clock,
    pub faults: Faults,
    fronts: [JoinHandle<()>; 2],
}

impl Sandbox {
    /// Binds two free ports of 127.0.0.1 and serves the world there.
    ///
    /// # Errors
    /// No port can be bound.
    pub async fn start(world: World) -> io::Result<Self> {
        let (engine, s3) =
            (TcpListener::bind(("127.0.0.1", 0)).await?, TcpListener::bind(("127.0.0.1", 0)).await?);
        Self::on(world, engine, s3)
    }

    /// Serves the world on these listeners.
    ///
    /// # Errors
    /// A listener has no address.
    pub fn on(world: World, engine: TcpListener, s3: TcpListener) -> io::Result<Self> {
        let (store, clock, faults) = (world.store().clone(), world.clock().clone(), world.faults().clone());
        let domain_url = format!("http://{}", engine.local_addr()?);
        let s3_url = format!("http://{}", s3.local_addr()?);
        let keys = Some((ACCESS_KEY.to_owned(), SECRET_KEY.to_owned()));
        let cloud = world.cloud();
        cloud.lock().endpoint.clone_from(&s3_url);
        let aws = crate::aws::Front::new(cloud.clone(), faults.clone());
        let fronts = [
            tokio::spawn(crate::rest::serve(engine, world.clone())),
            tokio::spawn(crate::s3::serve_with(
                s3,
                store.clone(),
                clock.clone(),
                faults.clone(),
                keys,
                Some(aws),
            )),
        ];
        let (access_key, secret_key) = (ACCESS_KEY.to_owned(), SECRET_KEY.to_owned());
        Ok(Self { domain_url, s3_url, access_key, secret_key, world, store, clock, faults, fronts })
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.fronts.iter().for_each(JoinHandle::abort);
    }
}

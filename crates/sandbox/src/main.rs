//! `sandbox tour` shows es2s3 at work; `sandbox serve` is a world to try things on, by hand.

mod output;
mod tour;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use sandbox::engine::{Engine, Kind};
use sandbox::faults::{Front, Nth, Verdict};
use sandbox::world::big::Size;
use sandbox::{BUCKET, Sandbox, World};
use tokio::net::TcpListener;

/// A search engine and S3 on loopback, in memory.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show es2s3 at work: the real commands, run in front of you on a world in memory.
    Tour {
        /// Leave the world running afterwards, to go on by hand.
        #[arg(long)]
        keep: bool,
    },
    /// Serve a world with daily indices until Ctrl-C.
    Serve(Serve),
}

#[derive(clap::Args)]
struct Serve {
    #[arg(long, value_enum, default_value = "opensearch")]
    engine: EngineName,
    /// The engine's version [default: 3.6.0 for OpenSearch, 7.10.2 for Elasticsearch].
    #[arg(long)]
    version: Option<String>,
    /// How many days back the daily indices go.
    #[arg(long, default_value_t = 30)]
    days: u16,
    /// Prefixes of daily indices, comma-separated.
    #[arg(long, value_delimiter = ',', default_value = "logs-app-,logs-audit-")]
    policies: Vec<String>,
    /// A big world in place of the daily indices: so many of them, in series of 400 days named svc000-, svc001- and on.
    #[arg(long, conflicts_with_all = ["days", "policies"])]
    indices: Option<usize>,
    /// With --indices: so many snapshots of days that are no longer live, in repository `logs`.
    #[arg(long, requires = "indices", default_value_t = 0)]
    snapshots: usize,
    /// So many Thanos blocks in bucket `metrics`, in streams of a year.
    #[arg(long, default_value_t = 0)]
    blocks: usize,
    /// With --blocks: so many objects of others in the same bucket.
    #[arg(long, requires = "blocks", default_value_t = 0)]
    foreign: usize,
    /// S3 answers so many milliseconds late, as a store at the other end of a network does.
    #[arg(long, default_value_t = 0)]
    s3_latency: u64,
    /// Port of the engine; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Port of S3; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    s3_port: u16,
}

#[derive(Clone, Copy, ValueEnum)]
enum EngineName {
    Opensearch,
    Elasticsearch,
}

/// Where `--blocks` puts them.
const METRICS: &str = "metrics";

#[tokio::main]
async fn main() -> ExitCode {
    let ran = match Arguments::parse().command {
        Command::Tour { keep } => tour::run(keep).await,
        Command::Serve(serve) => run(&serve).await,
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => output::failed(&why),
    }
}

async fn run(serve: &Serve) -> std::io::Result<()> {
    let engine = TcpListener::bind(("127.0.0.1", serve.port)).await?;
    let s3 = TcpListener::bind(("127.0.0.1", serve.s3_port)).await?;
    let mut world = serve.world();
    if serve.blocks > 0 {
        world = world.blocks(METRICS, serve.blocks).foreign(METRICS, serve.foreign);
    }
    if serve.s3_latency > 0 {
        let late = Verdict::Delay(Duration::from_millis(serve.s3_latency));
        world.faults().rule(Front::S3, "*", "*", Nth::All, late);
    }
    let sandbox = Sandbox::on(world, engine, s3)?;
    output::endpoints(&sandbox, BUCKET, &serve.policies);
    tokio::signal::ctrl_c().await
}

impl Serve {
    fn world(&self) -> World {
        let (kind, version) = match self.engine {
            EngineName::Opensearch => (Kind::OpenSearch, "3.6.0"),
            EngineName::Elasticsearch => (Kind::Elasticsearch, "7.10.2"),
        };
        let engine = Engine::new(kind, self.version.as_deref().unwrap_or(version));
        if let Some(indices) = self.indices {
            let size = Size { indices, snapshots: self.snapshots };
            return World::of(engine).repository("logs", "snapshots/logs").big("logs", size);
        }
        self.policies
            .iter()
            .fold(World::of(engine), |world, prefix| world.daily(prefix, i64::from(self.days), 0))
    }
}

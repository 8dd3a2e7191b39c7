//! Which function a request is for.

use super::errors;
use super::query::decoded;
use super::reply::{Ask, Decided, Reply};
use super::{
    cat, cluster, documents, indices, lifecycle, recoveries, repositories, security, settings,
    snapshot_status, snapshots, stats,
};
use crate::engine::Kind;

/// Every route that there is. Texts are decoded parts of the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Root,
    Health(Option<String>),
    ClusterSettings,
    CatIndices(Option<String>),
    CatShards(Option<String>),
    CatRecovery(Option<String>),
    CatSnapshots(String),
    Repositories(Option<String>),
    PutRepository(String),
    DeleteRepository(String),
    VerifyRepository(String),
    CleanRepository(String),
    Snapshots(String, String),
    RunningStatus(Option<String>),
    SnapshotStatus(String, String),
    PutSnapshot(String, String),
    DeleteSnapshots(String, String),
    Restore(String, String),
    DataStreams(Option<String>),
    DeleteDataStreams(String),
    IsmExplain(Option<String>),
    IlmExplain(String),
    Stats(Option<String>, Option<String>),
    Recovery(Option<String>),
    GetSettings(Option<String>),
    PutSettings(Option<String>),
    Block(String, String),
    Flush(Option<String>),
    Refresh(Option<String>),
    Count(Option<String>),
    Close(String),
    Open(String),
    Document(String),
    Bulk(Option<String>),
    Aliases,
    Security(security::Asked),
    GetIndices(String),
    CreateIndex(String),
    DeleteIndices(String),
}

/// The decoded parts of a path.
pub(crate) fn parts(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !part.is_empty()).map(|part| decoded(part, false)).collect()
}

impl Route {
    /// HEAD asks as GET does. `None` when no route fits.
    pub(crate) fn find(method: &str, parts: &[String]) -> Option<Self> {
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let method = if method == "HEAD" { "GET" } else { method };
        match parts.first() {
            None => (method == "GET").then_some(Self::Root),
            Some(&"_cat") => (method == "GET").then(|| cat_route(&parts[1..])).flatten(),
            Some(&"_snapshot") => snapshot_route(method, &parts[1..]),
            Some(first) if first.starts_with('_') && *first != "_all" => cluster_route(method, &parts),
            Some(first) => index_route(method, first, &parts[1..]),
        }
    }

    /// Decides a request.
    pub(crate) fn decide(&self, ask: &mut Ask<'_>) -> Decided {
        match self {
            Self::Root => cluster::root(ask),
            Self::Health(name) => cluster::health(ask, name.as_deref()),
            Self::ClusterSettings => cluster::settings(ask),
            Self::CatIndices(pattern) => cat::indices(ask, pattern.as_deref()),
            Self::CatShards(pattern) => cat::shards(ask, pattern.as_deref()),
            Self::CatRecovery(pattern) => recoveries::cat(ask, pattern.as_deref()),
            Self::CatSnapshots(repository) => cat::snapshots(ask, repository),
            Self::Repositories(names) => repositories::list(ask, names.as_deref()),
            Self::PutRepository(name) => repositories::put(ask, name),
            Self::DeleteRepository(name) => repositories::delete(ask, name),
            Self::VerifyRepository(name) => repositories::verify(ask, name),
            Self::CleanRepository(name) => repositories::clean(ask, name),
            Self::Snapshots(repository, names) => snapshots::list(ask, repository, names),
            Self::RunningStatus(repository) => snapshot_status::running(ask, repository.as_deref()),
            Self::SnapshotStatus(repository, names) => snapshot_status::named(ask, repository, names),
            Self::PutSnapshot(repository, name) => snapshots::put(ask, repository, name),
            Self::DeleteSnapshots(repository, names) => snapshots::delete(ask, repository, names),
            Self::Restore(repository, name) => recoveries::restore(ask, repository, name),
            Self::DataStreams(names) => lifecycle::data_streams(ask, names.as_deref()),
            Self::DeleteDataStreams(names) => lifecycle::delete_data_streams(ask, names),
            Self::IsmExplain(pattern) => lifecycle::ism(ask, pattern.as_deref()),
            Self::IlmExplain(pattern) => lifecycle::ilm(ask, pattern),
            Self::Stats(pattern, metrics) => stats::stats(ask, pattern.as_deref(), metrics.as_deref()),
            Self::Recovery(pattern) => recoveries::list(ask, pattern.as_deref()),
            Self::GetSettings(pattern) => settings::get(ask, pattern.as_deref()),
            Self::PutSettings(pattern) => settings::put(ask, pattern.as_deref()),
            Self::Block(pattern, block) => settings::block(ask, pattern, block),
            Self::Flush(pattern) => documents::flush(ask, pattern.as_deref()),
            Self::Refresh(pattern) => documents::refresh(ask, pattern.as_deref()),
            Self::Count(pattern) => documents::count(ask, pattern.as_deref()),
            Self::Close(pattern) => indices::close(ask, pattern),
            Self::Open(pattern) => indices::open(ask, pattern),
            Self::Document(index) => documents::write(ask, index),
            Self::Bulk(index) => documents::bulk(ask, index.as_deref()),
            Self::Aliases => indices::aliases(ask),
            Self::Security(asked) => security::decide(ask, asked),
            Self::GetIndices(pattern) => indices::get(ask, pattern),
            Self::CreateIndex(name) => indices::create(ask, name),
            Self::DeleteIndices(pattern) => indices::delete(ask, pattern),
        }
    }

    /// True for a route that this engine, as it is, does not have.
    pub(crate) fn is_absent(&self, ask: &Ask<'_>) -> bool {
        let features = ask.state.features;
        match self {
            Self::Security(_) => !ask.state.security.on,
            Self::IsmExplain(_) => !features.ism,
            Self::IlmExplain(_) => !features.ilm,
            Self::DeleteDataStreams(_) => !features.data_streams,
            Self::Block(..) => !ask.state.engine.since(7, 9),
            _ => false,
        }
    }
}

/// The reply to a request that no route is for.
pub(crate) fn absent(method: &str, path: &str, kind: Kind) -> Reply {
    let allowed: &[&str] = match (parts(path).len(), method) {
        (1, "GET" | "HEAD" | "PUT" | "DELETE") => &[],
        (1, _) => &["GET", "HEAD", "DELETE", "PUT"],
        // Elasticsearch 7 still has types: two parts are an index and a type to write to.
        (2, method) if kind == Kind::Elasticsearch && method != "POST" => &["POST"],
        _ => &[],
    };
    let (status, body) = errors::no_route(method, path, allowed);
    Reply::json(status, &body)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn cat_route(rest: &[&str]) -> Option<Route> {
    match rest {
        ["indices"] => Some(Route::CatIndices(None)),
        ["indices", pattern] => Some(Route::CatIndices(some(pattern))),
        ["shards"] => Some(Route::CatShards(None)),
        ["shards", pattern] => Some(Route::CatShards(some(pattern))),
        ["recovery"] => Some(Route::CatRecovery(None)),
        ["recovery", pattern] => Some(Route::CatRecovery(some(pattern))),
        ["snapshots", repository] => Some(Route::CatSnapshots((*repository).to_owned())),
        _ => None,
    }
}

fn snapshot_route(method: &str, rest: &[&str]) -> Option<Route> {
    let text = |text: &str| text.to_owned();
    Some(match (method, rest) {
        ("GET", [] | ["_all"]) => Route::Repositories(None),
        ("GET", ["_status"]) => Route::RunningStatus(None),
        ("GET", [repository]) => Route::Repositories(some(repository)),
        ("PUT" | "POST", [repository]) => Route::PutRepository(text(repository)),
        ("DELETE", [repository]) => Route::DeleteRepository(text(repository)),
        ("POST", [repository, "_verify"]) => Route::VerifyRepository(text(repository)),
        ("POST", [repository, "_cleanup"]) => Route::CleanRepository(text(repository)),
        ("GET", [repository, "_status"]) => Route::RunningStatus(some(repository)),
        ("GET", [repository, names]) => Route::Snapshots(text(repository), text(names)),
        ("PUT" | "POST", [repository, name]) => Route::PutSnapshot(text(repository), text(name)),
        ("DELETE", [repository, names]) => Route::DeleteSnapshots(text(repository), text(names)),
        ("GET", [repository, names, "_status"]) => Route::SnapshotStatus(text(repository), text(names)),
        ("POST", [repository, name, "_restore"]) => Route::Restore(text(repository), text(name)),
        _ => return None,
    })
}

fn cluster_route(method: &str, parts: &[&str]) -> Option<Route> {
    Some(match (method, parts) {
        ("GET", ["_cluster", "health"]) => Route::Health(None),
        ("GET", ["_cluster", "health", name]) => Route::Health(some(name)),
        ("GET", ["_cluster", "settings"]) => Route::ClusterSettings,
        ("GET", ["_data_stream"]) => Route::DataStreams(None),
        ("GET", ["_data_stream", names]) => Route::DataStreams(some(names)),
        ("DELETE", ["_data_stream", names]) => Route::DeleteDataStreams((*names).to_owned()),
        ("GET", ["_plugins" | "_opendistro", "_ism", "explain"]) => Route::IsmExplain(None),
        ("GET", ["_plugins" | "_opendistro", "_ism", "explain", pattern]) => Route::IsmExplain(some(pattern)),
        (
            "GET" | "PUT" | "PATCH" | "DELETE",
            ["_plugins" | "_opendistro", "_security", "api", things, name],
        ) => {
            let things = security::Things::of(things)?;
            Route::Security(security::Asked { method: method.to_owned(), things, name: (*name).to_owned() })
        }
        ("GET", ["_stats"]) => Route::Stats(None, None),
        ("GET", ["_stats", metrics]) => Route::Stats(None, some(metrics)),
        ("GET", ["_recovery"]) => Route::Recovery(None),
        ("GET", ["_settings"]) => Route::GetSettings(None),
        ("PUT", ["_settings"]) => Route::PutSettings(None),
        ("GET" | "POST", ["_flush"]) => Route::Flush(None),
        ("GET" | "POST", ["_refresh"]) => Route::Refresh(None),
        ("GET" | "POST", ["_count"]) => Route::Count(None),
        ("POST" | "PUT", ["_bulk"]) => Route::Bulk(None),
        ("POST", ["_aliases"]) => Route::Aliases,
        // What begins with an underscore is taken for an index here, and refused as a name.
        ("GET", [name]) => Route::GetIndices((*name).to_owned()),
        ("PUT", [name]) => Route::CreateIndex((*name).to_owned()),
        ("DELETE", [name]) => Route::DeleteIndices((*name).to_owned()),
        _ => return None,
    })
}

fn index_route(method: &str, index: &str, rest: &[&str]) -> Option<Route> {
    let name = index.to_owned();
    let pattern = if index == "_all" { None } else { some(index) };
    Some(match (method, rest) {
        ("GET", []) => Route::GetIndices(name),
        ("PUT", []) => Route::CreateIndex(name),
        ("DELETE", []) => Route::DeleteIndices(name),
        ("GET", ["_stats"]) => Route::Stats(pattern, None),
        ("GET", ["_stats", metrics]) => Route::Stats(pattern, some(metrics)),
        ("GET", ["_recovery"]) => Route::Recovery(pattern),
        ("GET", ["_settings"]) => Route::GetSettings(pattern),
        ("PUT", ["_settings"]) => Route::PutSettings(pattern),
        ("PUT", ["_block", block]) => Route::Block(name, (*block).to_owned()),
        ("GET" | "POST", ["_flush"]) => Route::Flush(pattern),
        ("GET" | "POST", ["_refresh"]) => Route::Refresh(pattern),
        ("GET" | "POST", ["_count"]) => Route::Count(pattern),
        ("POST", ["_close"]) => Route::Close(name),
        ("POST", ["_open"]) => Route::Open(name),
        ("POST", ["_doc"]) | ("PUT" | "POST", ["_doc" | "_create", _]) => Route::Document(name),
        ("POST" | "PUT", ["_bulk"]) => Route::Bulk(some(index)),
        ("GET", ["_ilm", "explain"]) => Route::IlmExplain(name),
        _ => return None,
    })
}

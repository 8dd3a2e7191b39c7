//! The engine's REST API over HTTP/1.1: as far as retention, snapshots and their neighbours go, and no further.
//!
//! A request becomes a [`route::Route`]; one function a route decides it on the locked world and gives a reply. Routes,
//! parameters and errors that are not there are refused in the words of OpenSearch 3.6.0 and Elasticsearch 7.10.2.

pub mod auth;
mod cat;
mod cluster;
mod documents;
mod errors;
mod filter;
mod front;
mod indices;
mod lifecycle;
mod query;
mod recoveries;
mod reply;
mod repositories;
mod route;
mod security;
mod settings;
mod snapshot_status;
mod snapshots;
mod stats;
#[cfg(test)]
mod tests;

pub use front::serve;

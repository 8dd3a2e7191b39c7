//! es2s3: log retention with proof.
//!
//! One file, `app-config.yml`, says how long indices stay searchable and how long their snapshots stay in S3.
//! The library reads the live world, plans the difference as data, and carries the plan out item by item.
//!
//! Modules in reading order; each may import only those above it in its own column of `docs/architecture.md`
//! (held by `tests/tidy.rs`):
//!
//! - `model`, `event`: the words of the field as types. Pure.
//! - `config`, `desired`: bytes of YAML to what is wanted. Pure.
//! - `repository`: bytes of a snapshot repository to types. Pure.
//! - `plan`, `render`: what would change and how it reads. Pure.
//! - `clients`, `observe`, `proof`, `state`, `apply`: the edges that talk to the domain and to S3.
//! - `doctor`: facts of all these edges, judged. Pure.
//! - `cli`: the only place that knows a terminal.

pub mod model;

pub mod event;

pub mod config;
pub mod desired;

pub mod repository;

pub mod plan;
pub mod render;

pub mod clients;
pub mod observe;
pub mod proof;
pub mod state;

pub mod apply;
pub mod doctor;

pub mod error;

pub mod reconcile;

pub mod cli;

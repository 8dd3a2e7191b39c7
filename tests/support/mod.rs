//! What the tests over HTTP share: a stage (a domain and a bucket), the binary run on it, scripts and their transcripts.
//!
//! A stage is the sandbox or a real server; everything that follows speaks HTTP to it and cannot tell.
#![allow(dead_code, reason = "each test binary uses its own part of it")]

pub mod bucket;
pub mod cloud;
pub mod cloud_plays;
pub mod damage;
pub mod domain;
pub mod faulty;
pub mod function;
pub mod normalize;
pub mod refusals;
pub mod scene;
pub mod script;
pub mod stage;
pub mod thanos;
pub mod unfit;

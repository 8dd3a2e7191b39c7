//! The plan: a pure function of what is wanted, what was observed, what is remembered, and `now`.
//!
//! Called by `cli` and, in tests, with worlds of a few lines. Never reads a clock, a network or the environment;
//! the same input gives the same bytes.

pub mod input;
pub mod types;

pub use input::{Overrides, PlanInput, Selection};
pub use types::*;

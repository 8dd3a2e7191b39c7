//! Placeholder of the module `render`.

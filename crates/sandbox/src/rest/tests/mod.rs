//! The REST front over a socket, held to replies that were read off real servers.

mod client;
mod dialects;
mod faults;
mod golden;
mod round_trip;
mod signing;

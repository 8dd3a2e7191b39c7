//! Free ports of 127.0.0.1, chosen when a server starts.
//!
//! They are taken from below the range that the kernel hands to outgoing connections (32768 and up on Linux),
//! so that no client can slip into one between the choice and the server's own bind.

use std::net::{Ipv4Addr, TcpListener};

use crate::failure::Failure;

const FIRST: u32 = 20_000;
const COUNT: u32 = 12_000;

/// Hands out ports, none of them twice.
#[derive(Debug)]
pub(crate) struct Ports {
    next: u32,
    left: u32,
}

impl Ports {
    /// Starts at a place of this process's own, so that two runs on one machine rarely try the same ports.
    pub(crate) fn new() -> Self {
        Self { next: std::process::id().wrapping_mul(37) % COUNT, left: COUNT }
    }

    /// A port that nobody listens on now.
    ///
    /// # Errors
    /// When all 12,000 are taken.
    pub(crate) fn free(&mut self) -> Result<u16, Failure> {
        while self.left > 0 {
            let candidate = FIRST + self.next;
            self.next = (self.next + 1) % COUNT;
            self.left -= 1;
            match u16::try_from(candidate) {
                Ok(port) if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() => return Ok(port),
                _ => {}
            }
        }
        Err(Failure::new("no free port between 20000 and 32000 on 127.0.0.1"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_never_handed_out_twice() {
        let mut ports = Ports::new();
        let mut seen: Vec<u16> = (0..50).filter_map(|_| ports.free().ok()).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 50);
    }

    #[test]
    fn a_port_that_is_listened_on_is_passed_over() {
        let mut ports = Ports::new();
        // A port that is free now may be somebody's in the next moment, such as the test's beside this one.
        let mut listened_on = || {
            let port = ports.free().ok()?;
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok().map(|listener| (port, listener))
        };
        let (taken, _listener) = (0..50).find_map(|_| listened_on()).unwrap();
        let mut again = Ports { next: u32::from(taken) - FIRST, left: COUNT };
        assert_ne!(again.free().unwrap(), taken);
    }
}

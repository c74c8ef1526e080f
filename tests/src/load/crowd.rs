//! Many citizens at once, from several addresses of this machine: one address has ports for some 28,000 connections, and a
//! hall counts what comes from one.

use std::net::Ipv4Addr;

use futures::stream::{self, StreamExt, TryStreamExt};

use crate::Outcome;
use crate::citizen::Citizen;
use crate::hall::Site;

/// Addresses from which they come.
const ADDRESSES: u8 = 40;

/// The address from which one of them comes.
#[must_use]
pub fn address(number: usize) -> Ipv4Addr {
    let last = u8::try_from(number % usize::from(ADDRESSES)).unwrap_or_default();
    Ipv4Addr::new(127, 0, 1, 1 + last)
}

/// So many citizens, each logged in.
///
/// # Errors
/// The hall refuses.
pub async fn log_in(port: u16, citizens: usize) -> Outcome<Vec<Citizen>> {
    let sites = (0..usize::from(ADDRESSES))
        .map(|number| Site::seen_from(address(number), port))
        .collect::<Outcome<Vec<_>>>()?;
    let sites = &sites;
    stream::iter(0..citizens)
        .map(|number| async move {
            let site = &sites[number % sites.len()];
            Citizen::login(site, &format!("138{number:08}")).await
        })
        .buffered(32)
        .try_collect()
        .await
}

/// How many connections this process may hold open, with some left for all else.
///
/// # Errors
/// The system does not say.
pub fn most_connections() -> Outcome<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find(|line| line.starts_with("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().nth(3));
    let soft = soft.ok_or("the system does not say how many files may be open")?;
    Ok(soft.parse().unwrap_or(usize::MAX).saturating_sub(500))
}

/// The resident memory of a process, in bytes.
///
/// # Errors
/// There is no such process.
pub fn resident(process: u32) -> Outcome<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    Ok(kib
        .ok_or("the system does not say how much memory it has")?
        .parse::<u64>()?
        * 1024)
}

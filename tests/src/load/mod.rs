//! Bounded loads on the loopback interface: how many requests a second, and how long one takes.
//!
//! Load and hall share the machine, so the figures are those of both together; a bare axum server that answers `ok` stands
//! beside them and says what HTTP alone costs here.

pub mod crowd;
pub mod streams;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::stream::{self, StreamExt, TryStreamExt};
use reqwest::{RequestBuilder, StatusCode};
use tokio::task::JoinSet;

use crate::citizen::{Citizen, Ready, today};
use crate::hall::Site;
use crate::{Failure, Outcome, samples};

/// Requests under way at once.
pub const SIDE_BY_SIDE: usize = 64;

/// Services that everybody may apply for, known by a phone number alone.
pub const ITEMS: [&str; 10] = [
    "birth-registration",
    "elder-allowance",
    "identity-card-renewal",
    "marriage-registration-appointment",
    "medical-insurance-remote-registration",
    "residence-permit",
    "school-enrolment",
    "social-insurance-transfer",
    "unemployment-benefit",
    "vehicle-licence-renewal",
];

/// What a load measured.
#[derive(Debug)]
pub struct Row {
    name: String,
    requests: usize,
    took: Duration,
    latencies: Vec<Duration>,
}

impl Row {
    /// What was measured by others.
    #[must_use]
    pub fn of(name: &str, took: Duration, mut latencies: Vec<Duration>) -> Row {
        latencies.sort_unstable();
        Row {
            name: name.to_owned(),
            requests: latencies.len(),
            took,
            latencies,
        }
    }

    /// How many a second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.requests as f64 / self.took.as_secs_f64()
    }

    /// How long the slowest of this part took: 0.5 for half of them.
    #[must_use]
    pub fn within(&self, part: f64) -> Duration {
        let place = (self.latencies.len().saturating_sub(1) as f64 * part).round() as usize;
        self.latencies.get(place).copied().unwrap_or_default()
    }

    /// As a line of [`table`].
    #[must_use]
    pub fn line(&self) -> String {
        format!(
            "| {} | {:.0} | {} | {} | {} |",
            self.name,
            self.rate(),
            milliseconds(self.within(0.5)),
            milliseconds(self.within(0.99)),
            self.requests
        )
    }
}

/// A time as a person reads it.
#[must_use]
pub fn milliseconds(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1e3;
    if milliseconds < 1.0 {
        format!("{milliseconds:.2} ms")
    } else {
        format!("{milliseconds:.1} ms")
    }
}

/// Rows as a table.
#[must_use]
pub fn table(rows: &[Row]) -> String {
    let lines: Vec<String> = rows.iter().map(Row::line).collect();
    format!(
        "| request | a second | p50 | p99 | requests |\n|---|---:|---:|---:|---:|\n{}",
        lines.join("\n")
    )
}

/// Sends `requests` requests, [`SIDE_BY_SIDE`] of them under way at any moment; each has to get `expected`.
///
/// # Errors
/// One got another answer, or none.
pub async fn drive(
    name: &str,
    requests: usize,
    expected: StatusCode,
    request: impl Fn(usize) -> RequestBuilder + Send + Sync + 'static,
) -> Outcome<Row> {
    let request = Arc::new(request);
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..SIDE_BY_SIDE {
        let (request, next) = (Arc::clone(&request), Arc::clone(&next));
        workers.spawn(async move {
            let mut latencies = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= requests {
                    return Ok::<_, Failure>(latencies);
                }
                let sent = Instant::now();
                let answer = request(number).send().await?;
                let status = answer.status();
                let body = answer.bytes().await?;
                latencies.push(sent.elapsed());
                if status != expected {
                    return Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into());
                }
            }
        });
    }
    let mut latencies = Vec::with_capacity(requests);
    while let Some(worker) = workers.join_next().await {
        latencies.extend(worker?.map_err(|error| format!("{name}: {error}"))?);
    }
    let row = Row::of(name, began.elapsed(), latencies);
    eprintln!("{name}: {:.0}/s", row.rate());
    Ok(row)
}

/// The load on a server that answers `ok`.
///
/// # Errors
/// It cannot be opened.
pub async fn bare(requests: usize) -> Outcome<Row> {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = format!("http://{}/", listener.local_addr()?);
    let router = axum::Router::new().route("/", axum::routing::get(|| async { "ok" }));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    onehall_core::platform::native::choose_tls();
    let client = reqwest::Client::builder().no_proxy().build()?;
    let row = drive("a bare axum server", requests, StatusCode::OK, move |_| {
        client.get(&address)
    })
    .await;
    server.abort();
    row
}

/// So many citizens logged in, their forms for all [`ITEMS`] filled.
///
/// # Errors
/// The hall refuses.
pub async fn prepared(site: &Site, citizens: usize) -> Outcome<(Vec<Citizen>, Vec<(usize, Ready)>)> {
    let today = today()?;
    let prepared: Vec<(Citizen, Vec<(usize, Ready)>)> = stream::iter(0..citizens)
        .map(|number| async move {
            let citizen = Citizen::login(site, &format!("139{number:08}")).await?;
            let mut ready = Vec::new();
            for item in ITEMS {
                ready.push((number, citizen.fill(site, &samples::complete(item, today)?).await?));
            }
            Ok::<_, Failure>((citizen, ready))
        })
        .buffered(16)
        .try_collect()
        .await?;
    let (citizens, ready): (Vec<_>, Vec<_>) = prepared.into_iter().unzip();
    Ok((citizens, ready.into_iter().flatten().collect()))
}

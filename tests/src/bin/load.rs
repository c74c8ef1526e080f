//! A bounded load over HTTP on the loopback interface: how many requests a second, and how long one takes.
//!
//! Load and hall share the machine, so the figures are those of both together. The first row is the same load on a bare
//! axum server that answers `ok`: what HTTP alone costs here. `cargo xtask bench --only load` runs it on a release build.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::stream::{self, StreamExt, TryStreamExt};
use onehall_protocol::drafts::{SaveDraft, StampedChange};
use onehall_protocol::sync::Stamp;
use onehall_protocol::{IdempotencyKey, WriterId};
use onehall_tests::citizen::{Citizen, Ready, new_key, today};
use onehall_tests::hall::Hall;
use onehall_tests::{Failure, Outcome, samples};
use reqwest::{Method, RequestBuilder, StatusCode, header};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Requests under way at once.
const SIDE_BY_SIDE: usize = 64;

/// Requests of a row that reads.
const READS: usize = 20_000;

/// Applications to submit: citizens times services.
const CITIZENS: usize = 300;
const ITEMS: [&str; 10] = [
    "birth-registration",
    "elder-allowance",
    "housing-fund-withdrawal",
    "identity-card-renewal",
    "marriage-registration-appointment",
    "medical-insurance-remote-registration",
    "residence-permit",
    "school-enrolment",
    "social-insurance-transfer",
    "unemployment-benefit",
];

/// What one row measured.
struct Row {
    name: &'static str,
    requests: usize,
    took: Duration,
    latencies: Vec<Duration>,
}

#[tokio::main]
async fn main() -> Outcome {
    let mut rows = Vec::new();
    let bare = bare_server().await?;
    onehall_core::platform::native::choose_tls();
    let client = reqwest::Client::builder().no_proxy().build()?;
    rows.push(drive("a bare axum server", READS, StatusCode::OK, move |_| client.get(&bare)).await?);

    let hall = Arc::new(Hall::open().await?);
    let (citizens, ready) = prepare(&hall).await?;

    let here = Arc::clone(&hall);
    let request = move |_| here.request(Method::GET, "/catalog/items/identity-card-renewal");
    rows.push(drive("read a guide", READS, StatusCode::OK, request).await?);

    let here = Arc::clone(&hall);
    rows.push(
        drive("read the whole catalog", READS / 10, StatusCode::OK, move |_| {
            here.request(Method::GET, "/catalog")
        })
        .await?,
    );

    let answer = hall.request(Method::GET, "/catalog").send().await?;
    let tag = answer
        .headers()
        .get(header::ETAG)
        .ok_or("the catalog has no ETag")?
        .clone();
    let here = Arc::clone(&hall);
    let request = move |_| {
        here.request(Method::GET, "/catalog")
            .header(header::IF_NONE_MATCH, tag.clone())
    };
    rows.push(
        drive(
            "ask for a catalog that has not changed",
            READS,
            StatusCode::NOT_MODIFIED,
            request,
        )
        .await?,
    );

    let (here, people, drafts) = (Arc::clone(&hall), citizens.clone(), ready.clone());
    let request = move |number: usize| {
        let (citizen, ready) = &drafts[number % drafts.len()];
        people[*citizen].request(&here, Method::GET, &format!("/drafts/{}", ready.draft))
    };
    rows.push(drive("read a draft", READS, StatusCode::OK, request).await?);

    let (here, people, drafts) = (Arc::clone(&hall), citizens.clone(), ready.clone());
    let request = move |number: usize| {
        let (citizen, ready) = &drafts[number];
        people[*citizen].submission(&here, ready, key(number))
    };
    rows.push(drive("submit", ready.len(), StatusCode::CREATED, request).await?);

    let (here, people, drafts) = (Arc::clone(&hall), citizens.clone(), ready.clone());
    let request = move |number: usize| {
        let (citizen, ready) = &drafts[number];
        people[*citizen].submission(&here, ready, key(number))
    };
    rows.push(drive("submit the same again", ready.len(), StatusCode::OK, request).await?);

    let (here, people) = (Arc::clone(&hall), citizens.clone());
    let request = move |number: usize| people[number % people.len()].request(&here, Method::GET, "/cases");
    rows.push(drive("read one's cases", READS / 4, StatusCode::OK, request).await?);

    rows.push(autosave(&hall, &citizens).await?);

    println!("\n{SIDE_BY_SIDE} requests under way at once, load and hall on the same machine.\n");
    println!("| request | a second | p50 | p99 | requests |\n|---|---:|---:|---:|---:|");
    for row in &mut rows {
        println!("{}", line(row));
    }
    Ok(())
}

/// Everybody logged in, every form filled.
async fn prepare(hall: &Hall) -> Outcome<(Arc<Vec<Citizen>>, Arc<Vec<(usize, Ready)>>)> {
    let today = today()?;
    let prepared: Vec<(Citizen, Vec<(usize, Ready)>)> = stream::iter(0..CITIZENS)
        .map(|number| async move {
            let citizen = Citizen::login(hall, &format!("139{number:08}")).await?;
            let mut ready = Vec::new();
            for item in ITEMS {
                ready.push((number, citizen.fill(hall, &samples::complete(item, today)?).await?));
            }
            Ok::<_, Failure>((citizen, ready))
        })
        .buffered(16)
        .try_collect()
        .await?;
    let mut citizens = Vec::new();
    let mut all = Vec::new();
    for (citizen, ready) in prepared {
        citizens.push(citizen);
        all.extend(ready);
    }
    Ok((Arc::new(citizens), Arc::new(all)))
}

/// Each citizen types: one changed answer a request, as the autosave sends it.
async fn autosave(hall: &Arc<Hall>, citizens: &Arc<Vec<Citizen>>) -> Outcome<Row> {
    let mut drafts = Vec::new();
    for citizen in citizens.iter() {
        drafts.push(citizen.start(hall, "identity-card-renewal").await?.summary);
    }
    let (here, people) = (Arc::clone(hall), Arc::clone(citizens));
    let writer = WriterId(Uuid::new_v4());
    let since_1970 = std::time::SystemTime::UNIX_EPOCH.elapsed()?;
    let began = u64::try_from(since_1970.as_millis()).unwrap_or(0);
    let request = move |number: usize| {
        let at = number % people.len();
        let body = SaveDraft {
            base_revision: drafts[at].revision,
            changes: vec![StampedChange {
                path: "recipient".to_owned(),
                value: format!("张敏{number}").into(),
                stamp: Stamp {
                    at: began,
                    count: u32::try_from(number).unwrap_or(u32::MAX),
                    writer,
                },
                seen: drafts[at].revision,
            }],
            page: None,
        };
        people[at]
            .request(&here, Method::PATCH, &format!("/drafts/{}", drafts[at].id))
            .json(&body)
    };
    drive("save one answer", READS / 4, StatusCode::OK, request).await
}

/// The same key for the same application, whenever it is submitted.
fn key(number: usize) -> IdempotencyKey {
    static FIRST: std::sync::OnceLock<IdempotencyKey> = std::sync::OnceLock::new();
    let first = FIRST.get_or_init(new_key).0.as_u128();
    IdempotencyKey(uuid::Builder::from_random_bytes((first ^ ((number as u128) << 16)).to_be_bytes()).into_uuid())
}

/// Sends `requests` requests, [`SIDE_BY_SIDE`] of them under way at any moment; each has to get `expected`.
async fn drive(
    name: &'static str,
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
                    return Err(format!("{status} for {name}: {}", String::from_utf8_lossy(&body)).into());
                }
            }
        });
    }
    let mut latencies = Vec::with_capacity(requests);
    while let Some(worker) = workers.join_next().await {
        latencies.extend(worker??);
    }
    let row = Row {
        name,
        requests,
        took: began.elapsed(),
        latencies,
    };
    eprintln!("{}: {:.0}/s", row.name, rate(&row));
    Ok(row)
}

fn rate(row: &Row) -> f64 {
    row.requests as f64 / row.took.as_secs_f64()
}

fn line(row: &mut Row) -> String {
    row.latencies.sort_unstable();
    let at = |part: f64| {
        let place = ((row.latencies.len() - 1) as f64 * part).round() as usize;
        format!("{:.1} ms", row.latencies[place].as_secs_f64() * 1e3)
    };
    format!(
        "| {} | {:.0} | {} | {} | {} |",
        row.name,
        rate(row),
        at(0.5),
        at(0.99),
        row.requests
    )
}

/// A server that answers `ok`; its address.
async fn bare_server() -> Outcome<String> {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = format!("http://{}/", listener.local_addr()?);
    let router = axum::Router::new().route("/", axum::routing::get(|| async { "ok" }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

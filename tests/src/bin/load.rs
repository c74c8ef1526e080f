//! A bounded load over HTTP: how many requests a second, and how long one takes. `cargo xtask bench load` runs it on a release
//! build.
//!
//! With the address of a database of PostgreSQL in `ONEHALL_BENCH_POSTGRES`, submissions are measured on that engine as well.

use std::sync::Arc;

use onehall_protocol::drafts::{SaveDraft, StampedChange};
use onehall_protocol::sync::Stamp;
use onehall_protocol::{IdempotencyKey, WriterId};
use onehall_tests::Outcome;
use onehall_tests::citizen::{Citizen, Ready, new_key};
use onehall_tests::hall::{Hall, Site};
use onehall_tests::load::{Row, bare, drive, prepared, table};
use reqwest::{Method, StatusCode, header};
use uuid::Uuid;

/// Requests of a row that reads.
const READS: usize = 20_000;

/// Citizens who apply for everything, ten services each; on the second engine, where only submissions are measured.
const CITIZENS: usize = 300;
const CITIZENS_BESIDE: usize = 150;

/// The variable with the address of a database of PostgreSQL.
const POSTGRES: &str = "ONEHALL_BENCH_POSTGRES";

#[tokio::main]
async fn main() -> Outcome {
    let mut rows = vec![bare(READS).await?];
    let hall = Hall::open().await?;
    let (citizens, ready) = prepared(&hall, CITIZENS).await?;
    let (citizens, ready) = (Arc::new(citizens), Arc::new(ready));
    rows.extend(reads(hall.site(), &citizens, &ready).await?);
    rows.extend(submissions(hall.site(), &citizens, &ready, "").await?);
    let (site, people) = (hall.site().clone(), Arc::clone(&citizens));
    let request = move |number: usize| people[number % people.len()].request(&site, Method::GET, "/cases");
    rows.push(drive("read one's cases", READS / 4, StatusCode::OK, request).await?);
    rows.push(autosave(hall.site(), &citizens).await?);
    drop(hall);

    if let Ok(database) = std::env::var(POSTGRES) {
        let hall = Hall::open_on(&database).await?;
        let (citizens, ready) = prepared(&hall, CITIZENS_BESIDE).await?;
        rows.extend(submissions(hall.site(), &Arc::new(citizens), &Arc::new(ready), ", on PostgreSQL").await?);
    }
    println!("\n{}", table(&rows));
    Ok(())
}

/// What people look at.
async fn reads(site: &Site, citizens: &Arc<Vec<Citizen>>, ready: &Arc<Vec<(usize, Ready)>>) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    let here = site.clone();
    let request = move |_| here.request(Method::GET, "/catalog/items/identity-card-renewal");
    rows.push(drive("read a guide", READS, StatusCode::OK, request).await?);

    let here = site.clone();
    let request = move |_| here.request(Method::GET, "/catalog");
    rows.push(drive("read the whole catalog", READS / 10, StatusCode::OK, request).await?);

    let answer = site.request(Method::GET, "/catalog").send().await?;
    let tag = answer.headers().get(header::ETAG);
    let tag = tag.ok_or("the catalog has no ETag")?.clone();
    let here = site.clone();
    let request = move |_| {
        let request = here.request(Method::GET, "/catalog");
        request.header(header::IF_NONE_MATCH, tag.clone())
    };
    let name = "ask for a catalog that has not changed";
    rows.push(drive(name, READS, StatusCode::NOT_MODIFIED, request).await?);

    let (here, people, drafts) = (site.clone(), Arc::clone(citizens), Arc::clone(ready));
    let request = move |number: usize| {
        let (citizen, ready) = &drafts[number % drafts.len()];
        people[*citizen].request(&here, Method::GET, &format!("/drafts/{}", ready.draft))
    };
    rows.push(drive("read a draft", READS, StatusCode::OK, request).await?);
    Ok(rows)
}

/// Everything is submitted, and once more with the same keys.
async fn submissions(
    site: &Site,
    citizens: &Arc<Vec<Citizen>>,
    ready: &Arc<Vec<(usize, Ready)>>,
    engine: &str,
) -> Outcome<Vec<Row>> {
    let first = new_key();
    let mut rows = Vec::new();
    for (what, expected) in [
        ("submit", StatusCode::CREATED),
        ("submit the same again", StatusCode::OK),
    ] {
        let (site, people, drafts) = (site.clone(), Arc::clone(citizens), Arc::clone(ready));
        let request = move |number: usize| {
            let (citizen, ready) = &drafts[number];
            people[*citizen].submission(&site, ready, key(first, number))
        };
        rows.push(drive(&format!("{what}{engine}"), ready.len(), expected, request).await?);
    }
    Ok(rows)
}

/// Each citizen types: one changed answer a request, as the autosave sends it.
async fn autosave(site: &Site, citizens: &Arc<Vec<Citizen>>) -> Outcome<Row> {
    let mut drafts = Vec::new();
    for citizen in citizens.iter() {
        drafts.push(citizen.start(site, "identity-card-renewal").await?.summary);
    }
    let (here, people) = (site.clone(), Arc::clone(citizens));
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

/// The key of an application: the same whenever it is submitted.
fn key(first: IdempotencyKey, number: usize) -> IdempotencyKey {
    let bits = first.0.as_u128() ^ ((number as u128) << 16);
    IdempotencyKey(uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid())
}

//! The login, measured over HTTP on the loopback interface, on both engines: tokens for codes, tokens for refresh tokens, what a
//! token is worth, and the memory of the hall.
//!
//! `cargo xtask bench login` runs it on a release build.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use futures::stream::{self, StreamExt, TryStreamExt};
use onehall_protocol::authorization::{Allow, Onward};
use onehall_tests::citizen::{Citizen, read};
use onehall_tests::hall::{Hall, Site};
use onehall_tests::load::crowd::resident;
use onehall_tests::load::{Row, SIDE_BY_SIDE, bare, table};
use onehall_tests::{Failure, Outcome};
use reqwest::{Client, Method, RequestBuilder, StatusCode, redirect};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Logins, and how often each is prolonged.
const LOGINS: usize = 1_000;
const ROUNDS: usize = 3;
/// How often it is asked what a token is worth, and who somebody is.
const LOOKS: usize = 5_000;

const CLIENT: &str = "bench";
const BACK: &str = "https://bench.example/back";
const VERIFIER: &str = "a verifier of forty-three letters and more, all alike";

#[tokio::main]
async fn main() -> Outcome {
    let bare = bare(LOOKS).await?;
    println!("\n{}", table(&[bare]));
    measure("SQLite", Hall::open().await?).await?;
    match std::env::var("ONEHALL_BENCH_POSTGRES") {
        Ok(database) => measure("PostgreSQL", Hall::open_on(&database).await?).await,
        Err(_) => Ok(()),
    }
}

async fn measure(engine: &str, mut hall: Hall) -> Outcome {
    let server = Server::new()?;
    hall.restart_with(|city| {
        let clients = city.join("clients");
        std::fs::create_dir_all(&clients)?;
        Ok(std::fs::write(clients.join(format!("{CLIENT}.toml")), server.file())?)
    })
    .await?;
    let memory = |hall: &Hall| resident(hall.process_id().ok_or("the hall has ended")?);
    let before = memory(&hall)?;
    let citizen = Citizen::login(&hall, "13500000001").await?;
    let codes: Vec<String> = many(0..LOGINS, |_| server.code(&hall, &citizen)).await?;
    let redeem = |code: &String| {
        server.post(
            &hall,
            "/oauth/token",
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", BACK),
                ("code_verifier", VERIFIER),
            ],
        )
    };
    let (row, mut tokens) = timed("tokens for a code", codes.iter().map(redeem).collect()).await?;
    let mut rows = vec![row];
    let (mut took, mut latencies) = (Duration::ZERO, Vec::new());
    for _ in 0..ROUNDS {
        let refresh = |tokens: &Value| {
            let refresh = tokens["refresh_token"].as_str().unwrap_or_default();
            server.post(
                &hall,
                "/oauth/token",
                &[("grant_type", "refresh_token"), ("refresh_token", refresh)],
            )
        };
        // Signed before the clock runs.
        let requests = tokens.iter().map(refresh).collect();
        let began = Instant::now();
        let (each, next) = sent(requests).await?;
        took += began.elapsed();
        latencies.extend(each);
        tokens = next;
    }
    rows.push(Row::of("tokens for a refresh token", took, latencies));
    let access = |number: usize| {
        tokens[number % tokens.len()]["access_token"]
            .as_str()
            .unwrap_or_default()
    };
    let worth = |number| server.post(&hall, "/oauth/introspect", &[("token", access(number))]);
    let (row, worth) = timed("what a token is worth", (0..LOOKS).map(worth).collect()).await?;
    if worth.iter().any(|worth| worth["active"] != true) {
        return Err("a token that was just given does not count".into());
    }
    rows.push(row);
    let who = |number| server.http.get(hall.url("/oauth/userinfo")).bearer_auth(access(number));
    rows.push(timed("who somebody is", (0..LOOKS).map(who).collect()).await?.0);
    println!(
        "\nThe login on {engine}, {SIDE_BY_SIDE} under way at once:\n\n{}",
        table(&rows)
    );
    let (after, mib) = (memory(&hall)?, |bytes: u64| bytes as f64 / f64::from(1 << 20));
    println!(
        "\nMemory of the hall: {:.1} MiB before, {:.1} MiB after",
        mib(before),
        mib(after)
    );
    Ok(())
}

/// Does something many times, some of it at once.
async fn many<T, F: Future<Output = Outcome<T>>>(
    numbers: std::ops::Range<usize>,
    each: impl FnMut(usize) -> F,
) -> Outcome<Vec<T>> {
    stream::iter(numbers)
        .map(each)
        .buffered(SIDE_BY_SIDE)
        .try_collect()
        .await
}

/// Sends requests, each of which has to succeed, and measures them.
async fn timed(name: &str, requests: Vec<RequestBuilder>) -> Outcome<(Row, Vec<Value>)> {
    let began = Instant::now();
    let (latencies, answers) = sent(requests).await?;
    Ok((Row::of(name, began.elapsed(), latencies), answers))
}

async fn sent(requests: Vec<RequestBuilder>) -> Outcome<(Vec<Duration>, Vec<Value>)> {
    let send = |request: RequestBuilder| async {
        let began = Instant::now();
        let answer = request.send().await?;
        let (status, body) = (answer.status(), answer.bytes().await?);
        let took = began.elapsed();
        if status != StatusCode::OK {
            return Err(Failure::from(format!("{status}: {}", String::from_utf8_lossy(&body))));
        }
        Ok((took, serde_json::from_slice(&body)?))
    };
    let answers: Vec<(Duration, Value)> = stream::iter(requests)
        .map(send)
        .buffered(SIDE_BY_SIDE)
        .try_collect()
        .await?;
    Ok(answers.into_iter().unzip())
}

/// A server of somebody else that signs for itself.
struct Server {
    key: EcdsaKeyPair,
    http: Client,
}

impl Server {
    fn new() -> Outcome<Server> {
        let (random, how) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let made = EcdsaKeyPair::generate_pkcs8(how, &random).map_err(|_| "no key could be made")?;
        let key = EcdsaKeyPair::from_pkcs8(how, made.as_ref(), &random).map_err(|_| "no key could be read")?;
        let http = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .build()?;
        Ok(Server { key, http })
    }

    /// What the city writes down of it.
    fn file(&self) -> String {
        let (x, y) = self.key.public_key().as_ref()[1..].split_at(32);
        let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        format!(
            "name = {{ zh-CN = \"测\", en = \"Bench\" }}\noperator = {{ zh-CN = \"测\", en = \"Bench\" }}\nkind = \"confidential\"\n\
             redirect_uris = [\"{BACK}\"]\n[[keys]]\nkid = \"one\"\nkty = \"EC\"\ncrv = \"P-256\"\nx = \"{}\"\ny = \"{}\"\n\
             [[scopes]]\nscope = \"offline_access\"\nwhy = {{ zh-CN = \"测\", en = \"Bench\" }}\n",
            text(x),
            text(y)
        )
    }

    /// A request of it to an endpoint, signed.
    fn post(&self, site: &Site, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let assertion = self.assertion(site);
        let own = [("client_assertion_type", kind), ("client_assertion", &assertion)];
        let body: Vec<String> = fields
            .iter()
            .chain(&own)
            .map(|(name, value)| format!("{name}={}", escaped(value)))
            .collect();
        self.http
            .post(site.url(path))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.join("&"))
    }

    fn assertion(&self, site: &Site) -> String {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let claims = json!({
            "iss": CLIENT, "sub": CLIENT, "aud": site.url(""), "jti": Uuid::new_v4(), "iat": now, "exp": now + 300,
        });
        let text = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", text(json!({ "alg": "ES256", "kid": "one" })), text(claims));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes());
        let signature = signature.map(|signature| BASE64_URL_SAFE_NO_PAD.encode(signature));
        format!("{signed}.{}", signature.unwrap_or_default())
    }

    /// A code: a citizen comes with a browser and allows it.
    async fn code(&self, site: &Site, citizen: &Citizen) -> Outcome<String> {
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let asked = self.http.get(site.url("/oauth/authorize")).query(&[
            ("client_id", CLIENT),
            ("redirect_uri", BACK),
            ("response_type", "code"),
            ("scope", "openid offline_access"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let answer = asked.send().await?;
        let led = answer.headers().get("location").ok_or("nobody was led on")?.to_str()?;
        let request = led.rsplit_once("request=").ok_or("no question waits")?.1;
        let scopes = ["openid", "offline_access"].map(str::to_owned).to_vec();
        let grant = citizen.request(site, Method::POST, &format!("/authorizations/{request}/grant"));
        let onward: Onward = read(grant.json(&Allow { scopes })).await?;
        let code = onward
            .location
            .split(['?', '&'])
            .find_map(|pair| pair.strip_prefix("code="));
        Ok(code.ok_or("no code came")?.to_owned())
    }
}

/// A value as forms encode it.
fn escaped(value: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    value.bytes().map(byte).collect()
}

//! Clients hear that a session of the hall has ended (OpenID Connect Back-Channel Logout 1.0).
//!
//! Whatever ends a session leaves a notice for each client at which somebody logged in from it, in the same command: none is
//! lost by a crash. Every replica delivers; a notice is taken by one command that puts it off to its next try, so that two of
//! them seldom tell the same. A client that does not answer is told again, later each time, for about a day. It has nothing of
//! the hall's by then anyway: every token of the session ended with it.

use std::net::SocketAddr;
use std::time::Duration;

use async_trait::async_trait;
use onehall_protocol::{ClientId, PersonId, Timestamp};
use reqwest::header::CONTENT_TYPE;
use serde_json::json;
use uuid::Uuid;

use super::claims::{self, in_seconds};
use super::clients::Client;
use super::keys;
use super::model::seconds;
use super::params::Issuer;
use crate::clock;
use crate::error::{Error, Result};
use crate::secrets::TokenHash;
use crate::state::AppState;

/// How often it is looked whether a notice is due.
const EVERY: Duration = Duration::from_secs(1);
/// How often it is looked for sessions that ended by themselves.
const ENDED_EVERY: Duration = Duration::from_secs(60);
/// How long a client may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many are told at the same time.
const AT_ONCE: u32 = 32;
/// How many sessions that ended by themselves are taken up at a time.
const ENDED_AT_ONCE: u32 = 100;
/// How often a client is told: with the waits between, about a day.
const MOST_TRIES: u32 = 100;

/// The event that a logout token tells of.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A client that has still to be told that a session has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The session.
    pub session: TokenHash,
    /// The client.
    pub client: ClientId,
    /// Whose session it was.
    pub person: PersonId,
    /// How often it was tried before.
    pub tries: u32,
}

/// Seconds until a client that was told `tries` times is told again: 10, 20, 40 and so on, a quarter of an hour at the most.
#[must_use]
pub fn wait_after(tries: u32) -> i64 {
    const LONGEST: i64 = 900;
    (10_i64 << tries.min(10)).min(LONGEST)
}

/// The store of notices.
#[async_trait]
pub trait NoticeStore: Send + Sync {
    /// Takes what is due, and puts it off to its next try.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn take_notices(&self, now: Timestamp, most: u32) -> Result<Vec<Notice>>;

    /// Forgets a notice: it has arrived, or is given up.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn notice_done(&self, session: TokenHash, client: ClientId) -> Result<()>;

    /// Ends what hangs on sessions that nobody ended and that count no more; how many of these there were.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn end_with_sessions(&self, now: Timestamp, most: u32) -> Result<u32>;
}

/// Tells again and again, until the task is dropped. `listens` is where the hall does.
pub async fn watch(state: AppState, listens: Option<SocketAddr>) {
    let issuer = Issuer::of_hall(&state, listens);
    let http = match http() {
        Ok(http) => http,
        Err(error) => {
            tracing::error!(%error, "no client can be told that a session has ended");
            return;
        }
    };
    let telling = clock::every(EVERY, || async {
        if let Err(error) = tell(&state, &http, issuer.as_ref()).await {
            tracing::error!(%error, "could not tell clients that a session has ended");
        }
    });
    let ending = clock::every(ENDED_EVERY, || async {
        if let Err(error) = end(&state).await {
            tracing::error!(%error, "could not end what hangs on sessions that have ended");
        }
    });
    futures::future::join(telling, ending).await;
}

/// What carries notices. It follows nobody elsewhere: the address is the one that the city wrote down.
///
/// # Errors
/// Where there can be no HTTP client.
pub(super) fn http() -> Result<reqwest::Client> {
    // The one provider of the whole program; a second call changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|cause| Error::internal("make an HTTP client", cause))
}

/// Ends what hangs on sessions that ended by themselves.
pub(super) async fn end(state: &AppState) -> Result<()> {
    while state
        .storage
        .end_with_sessions(state.clock.now(), ENDED_AT_ONCE)
        .await?
        == ENDED_AT_ONCE
    {}
    Ok(())
}

/// Tells everybody who is to be told now.
pub(super) async fn tell(state: &AppState, http: &reqwest::Client, issuer: Option<&Issuer>) -> Result<()> {
    loop {
        let due = state.storage.take_notices(state.clock.now(), AT_ONCE).await?;
        if due.is_empty() {
            return Ok(());
        }
        let told = due.iter().map(|notice| deliver(state, http, issuer, notice));
        for outcome in futures::future::join_all(told).await {
            outcome?;
        }
    }
}

async fn deliver(state: &AppState, http: &reqwest::Client, issuer: Option<&Issuer>, notice: &Notice) -> Result<()> {
    let client = state.city.client(&notice.client);
    let address = client.and_then(|client| client.logout_address.as_ref());
    let (Some(client), Some(address), Some(issuer)) = (client, address, issuer) else {
        return state.storage.notice_done(notice.session, notice.client.clone()).await;
    };
    let token = logout_token(state, issuer, client, notice).await?;
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("logout_token", &token)
        .finish();
    let sent = http
        .post(address.url().clone())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .await;
    let outcome = match sent {
        Ok(answer) if answer.status().is_success() => "told",
        _ if notice.tries + 1 >= MOST_TRIES => "given_up",
        _ => "put_off",
    };
    metrics::counter!("onehall_oidc_logout_notices_total", "outcome" => outcome).increment(1);
    if outcome == "put_off" {
        return Ok(());
    }
    if outcome == "given_up" {
        tracing::warn!(client = %notice.client, "a client was not told that a session has ended: it never answered");
    }
    state.storage.notice_done(notice.session, notice.client.clone()).await
}

/// What a client is told, signed. Of a type of its own, so that nobody can take it for an id token, nor one for it.
async fn logout_token(state: &AppState, issuer: &Issuer, client: &Client, notice: &Notice) -> Result<String> {
    let now = in_seconds(state.clock.now());
    let says = json!({
        "iss": issuer.0,
        "sub": claims::subject(state, client, notice.person),
        "aud": client.id,
        "iat": now,
        "exp": now + seconds::LOGOUT_TOKEN,
        // Each try another one: a client that refuses what it knows could otherwise never say that it has heard it.
        "jti": Uuid::from_bytes(crate::secrets::random()),
        "sid": claims::session(state, client, notice.session),
        "events": { EVENT: {} },
    });
    keys::signing(state).await?.sign("logout+jwt", &says)
}

#[cfg(test)]
mod tests {
    use super::{MOST_TRIES, wait_after};

    #[test]
    fn a_client_that_does_not_answer_is_told_later_each_time_for_about_a_day() {
        let waits: Vec<i64> = (0..MOST_TRIES).map(wait_after).collect();
        assert_eq!(waits[..8], [10, 20, 40, 80, 160, 320, 640, 900]);
        let hours = waits.iter().sum::<i64>() / 3600;
        assert!((22..26).contains(&hours), "{hours}");
    }
}

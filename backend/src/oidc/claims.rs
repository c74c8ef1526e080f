//! What is said of who logged in.

use onehall_protocol::identity::AssuranceLevel;
use onehall_protocol::{PersonId, PhoneNumber, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::clients::Client;
use super::jose::base64url;
use super::model::{Login, seconds};
use super::params::Issuer;
use super::scopes::Scope;
use crate::secrets::TokenHash;
use crate::state::AppState;

/// The number by which the clients of one sector know a citizen, and nobody else: the same each time, not to be brought
/// together with that of another sector, and not to be turned back.
pub(super) fn subject(state: &AppState, client: &Client, person: PersonId) -> String {
    base64url(
        &state
            .key
            .keyed_hash("oidc-subject", &[&client.sector, &person.to_string()]),
    )
}

/// The name by which the clients of one sector know a session of the hall.
pub(super) fn session(state: &AppState, client: &Client, session: TokenHash) -> String {
    let session = base64url(&session.0);
    base64url(&state.key.keyed_hash("oidc-session", &[&client.sector, &session]))
}

/// The half of a hash that ties an access token to an id token (OpenID Connect Core 1.0, section 3.1.3.6).
pub(super) fn half_hash(token: &str) -> String {
    base64url(&Sha256::digest(token)[..16])
}

/// A time as JWTs hold it.
pub(super) fn in_seconds(time: Timestamp) -> i64 {
    time.unix_millis().div_euclid(1000)
}

/// What an id token says.
#[derive(Debug, Serialize)]
pub(super) struct IdToken<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    iat: i64,
    exp: i64,
    auth_time: i64,
    acr: AssuranceLevel,
    sid: String,
    at_hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
}

impl<'a> IdToken<'a> {
    /// What is said at `at` of a login, beside this access token. `nonce` is for the first one of a login alone.
    pub fn of(
        state: &AppState,
        issuer: &'a Issuer,
        client: &'a Client,
        login: &'a Login,
        access: &str,
        at: Timestamp,
    ) -> IdToken<'a> {
        IdToken {
            iss: &issuer.0,
            sub: subject(state, client, login.person.id),
            aud: client.id.as_str(),
            iat: in_seconds(at),
            exp: in_seconds(at) + seconds::ID_TOKEN,
            auth_time: in_seconds(login.auth_time),
            acr: login.assurance,
            sid: session(state, client, login.session),
            at_hash: half_hash(access),
            nonce: None,
        }
    }

    /// With what the client sent along.
    pub fn with_nonce(self, nonce: Option<&'a str>) -> IdToken<'a> {
        IdToken { nonce, ..self }
    }
}

/// What the client may know of the person, besides their number: by what was allowed to it, and only what the hall knows.
pub(super) fn of_person(login: &Login) -> Map<String, Value> {
    let person = &login.person;
    let mut claims = Map::new();
    let mut say = |scope: Scope, name: &str, value: Option<Value>| {
        if let Some(value) = value.filter(|_| login.scopes.has(scope)) {
            claims.insert(name.to_owned(), value);
        }
    };
    let name = Some(&person.name).filter(|name| !name.is_empty());
    say(Scope::Profile, "name", name.map(|name| json!(name)));
    let phone = person.phone.as_ref();
    say(Scope::Phone, "phone_number", phone.map(international));
    // Whoever logs in shows each time that it answers.
    say(Scope::Phone, "phone_number_verified", phone.map(|_| json!(true)));
    let address = person.address.as_ref();
    let address = address.map(|address| {
        json!({
            "formatted": format!("{}{}", address.region, address.detail),
            "region": address.region,
            "street_address": address.detail,
        })
    });
    say(Scope::Address, "address", address);
    let citizen_id = person.citizen_id.as_ref();
    say(
        Scope::CitizenId,
        "citizen_id",
        citizen_id.map(|number| json!(number.as_str())),
    );
    claims
}

/// As E.164, which OpenID Connect recommends.
fn international(phone: &PhoneNumber) -> Value {
    json!(format!("+86{}", phone.as_str()))
}

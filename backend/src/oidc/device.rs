//! Logging in on a machine by a phone (RFC 8628): a kiosk shows a code, the phone of the citizen reads it, and the kiosk goes
//! on.
//!
//! Whoever sends somebody a code to confirm wants to be let in with their account, so the rules of RFC 10027 hold against
//! it: a code counts for two minutes and once; the phone says which machine asks, where that stands, since when and for what;
//! and it asks which number is on that machine's screen. Whoever is not in front of it cannot say, and a wrong answer ends
//! the question. Nothing was confirmed before is confirmed silently, and a machine that others use gets nothing that lasts.
//!
//! Where a kiosk of the hall stands its key proves, and nothing else: anybody may name the client that all kiosks are.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use onehall_protocol::authorization::{ConfirmDevice, DeviceView};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{ErrorCode, PersonId};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::clients::Client;
use super::consent::{chosen, client_view, scope_views, session_lasts};
use super::error::{OAuthError, Refused, Result as OAuthResult, unkept};
use super::model::seconds;
use super::params::{Form, Issuer};
use super::scopes::{Scope, Scopes};
use super::store::{Confirm, KeepDevice, LookForDevice, OpenDevice};
use super::{authorize, dpop, path, proof};
use crate::error::{Error, Result};
use crate::halls::AtKiosk;
use crate::http::extract::{ClientAddress, Json, Path};
use crate::identity::{Citizen, OwnPages};
use crate::rng::Rng;
use crate::secrets::{Token, random_below};
use crate::state::AppState;

/// Letters that nobody takes for others, or for a word: without vowels (RFC 8628, section 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// How many of them a code has.
const LENGTH: usize = 8;
/// How many numbers a phone lets choose between.
const CHOICES: usize = 3;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(look))
        .routes(routes!(confirm))
        .routes(routes!(refuse))
}

/// What a machine shows, and asks with.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeviceCode {
    /// What it asks with; nobody sees it
    device_code: String,
    /// What its screen shows to be typed
    user_code: String,
    /// Where that is typed
    verification_uri: String,
    /// Where both lead in one: what its screen shows to be scanned
    verification_uri_complete: String,
    /// The number that its screen shows, which the phone asks for
    confirmation: String,
    /// Seconds until which it counts
    expires_in: i64,
    /// Seconds between two questions
    interval: i64,
}

/// Begin a login that a phone confirms
#[utoipa::path(post, path = "/oauth/device", tag = "login",
    request_body(content_type = "application/x-www-form-urlencoded", description = "scope, and the client's proof"),
    params(("OneHall-Kiosk" = Option<String>, Header,
        description = "Of a kiosk of the hall: hall, number and key, `central/3/<key>`")),
    responses((status = 200, description = "What to show, and what to ask with", body = DeviceCode),
        (status = 400, description = "What is wrong", body = OAuthError),
        (status = 401, description = "The client has not shown that it is itself", body = OAuthError)))]
pub(super) async fn begin(
    State(state): State<AppState>,
    issuer: Issuer,
    address: ClientAddress,
    kiosk: Option<AtKiosk>,
    headers: HeaderMap,
    Form(params): Form,
) -> OAuthResult<Response> {
    let at = issuer.at(path::DEVICE);
    let key = dpop::proven(&state, &headers, "POST", &at, None).await?;
    let client = proof::client(&state, &issuer, &at, &headers, &params).await?;
    if !client.device {
        return Err(Refused::because(
            "unauthorized_client",
            "this client logs in by a browser",
        ));
    }
    let kiosk = match client.terminal {
        Some(TerminalKind::Kiosk) => {
            let unproven = || Refused::invalid_client("a kiosk shows the key of one of its hall (OneHall-Kiosk)");
            Some(kiosk.ok_or_else(unproven)?)
        }
        _ => None,
    };
    if client.binds_tokens && key.is_none() {
        return Err(Refused::because(
            "invalid_dpop_proof",
            "this client has to bind its tokens to a key",
        ));
    }
    let asked = Scopes::of(
        params
            .get("scope")
            .unwrap_or_default()
            .split(' ')
            .filter_map(|name| name.parse().ok()),
    );
    if !asked.has(Scope::OpenId) {
        return Err(Refused::because("invalid_scope", "scope must hold openid"));
    }
    let mut scopes = client.with_own(asked.and(&client.allowed()));
    if client.standing.is_some() {
        scopes = scopes.without(Scope::OfflineAccess);
    }
    let now = state.clock.now();
    let (device, user_code) = (Token::generate(&*state.rng), user_code(&*state.rng));
    let number = random_below(&*state.rng, 90) + 10;
    let keep = KeepDevice {
        device: device.hash(),
        user_code: code_hash(&state, &user_code),
        client: client.id.clone(),
        scopes,
        key_bound: key,
        number,
        // The kiosks of a hall have one address, and each shows that it is itself.
        counted: match &kiosk {
            Some(kiosk) => Some(authorize::by_kiosk(&state, kiosk)),
            None => client.is_public().then(|| authorize::by_address(&state, address)),
        },
        kiosk,
        now,
        expires_at: now.plus_seconds(seconds::DEVICE),
    };
    state.storage.keep_device(keep).await?;
    let (first, second) = user_code.split_at(LENGTH / 2);
    let shown = format!("{first}-{second}");
    let code = DeviceCode {
        device_code: device.as_str().to_owned(),
        verification_uri: issuer.at(path::DEVICE_PAGE),
        verification_uri_complete: format!("{}?code={shown}", issuer.at(path::DEVICE_PAGE)),
        user_code: shown,
        confirmation: number.to_string(),
        expires_in: seconds::DEVICE,
        interval: seconds::WAIT,
    };
    Ok((unkept(), Json(code)).into_response())
}

fn user_code(rng: &dyn Rng) -> String {
    let letter = |_| char::from(LETTERS[random_below(rng, 20) as usize]);
    (0..LENGTH).map(letter).collect()
}

/// The letters of a code, however it was typed.
fn letters(typed: &str) -> String {
    let letters = typed.chars().filter(char::is_ascii_alphanumeric).take(LENGTH + 1);
    letters.map(|letter| letter.to_ascii_uppercase()).collect()
}

/// As it is kept.
fn code_hash(state: &AppState, typed: &str) -> [u8; 32] {
    state.key.keyed_hash("oidc-user-code", &[&letters(typed)])
}

fn looked_for(state: &AppState, typed: &str, person: PersonId, address: ClientAddress) -> LookForDevice {
    LookForDevice {
        user_code: code_hash(state, typed),
        person: state.key.keyed_hash("person", &[&person.to_string()]),
        client: state.key.keyed_hash("client", &[&address.network()]),
        wrong_per_client_hour: state.config.codes.wrong_per_client_hour,
        now: state.clock.now(),
    }
}

/// A question of a machine that waits, and whose machine it is.
async fn question(
    state: &AppState,
    typed: &str,
    citizen: &Citizen,
    address: ClientAddress,
) -> Result<(OpenDevice, Arc<Client>)> {
    if citizen.terminal == TerminalKind::Kiosk {
        // Otherwise one public machine would let in the next.
        return Err(Error::new(ErrorCode::Forbidden));
    }
    let look = looked_for(state, typed, citizen.actor.id, address);
    let device = state
        .storage
        .look_for_device(look)
        .await?
        .ok_or_else(Error::not_found)?;
    // One that its hall has taken away meanwhile is let in by nobody.
    if device.kiosk.as_ref().is_some_and(|kiosk| !kiosk.stands(&state.city)) {
        return Err(Error::not_found());
    }
    let client = state.city.client(&device.client).cloned();
    Ok((device, client.ok_or_else(Error::not_found)?))
}

/// The numbers to choose between, the right one among them: always the same ones for a question, in an order that says
/// nothing.
fn choices(state: &AppState, typed: &str, number: u32) -> Vec<String> {
    let seed = state.key.keyed_hash("oidc-choices", &[&letters(typed)]);
    let mut choices = vec![number];
    for byte in seed {
        let other = u32::from(byte) % 90 + 10;
        if choices.len() < CHOICES && !choices.contains(&other) {
            choices.push(other);
        }
    }
    choices.sort_unstable();
    choices.iter().map(ToString::to_string).collect()
}

/// Which machine asks to be logged in
///
/// For the phone that read the code of its screen. Codes that are none are counted: nobody tries them all.
#[utoipa::path(get, path = "/devices/{code}", tag = "login",
    params(("code" = String, Path, description = "As it was read or typed")),
    responses((status = 200, description = "Which machine, where, since when, for what", body = DeviceView)),
    security(("citizen" = [])))]
async fn look(
    State(state): State<AppState>,
    Path(code): Path<String>,
    address: ClientAddress,
    OwnPages(citizen): OwnPages,
) -> Result<Json<DeviceView>> {
    let (device, client) = question(&state, &code, &citizen, address).await?;
    let (place, hall) = match (&device.kiosk, &client.standing) {
        (Some(kiosk), _) => (Some(kiosk.name()), Some(kiosk.hall.clone())),
        (None, Some(standing)) => (Some(standing.place.clone()), standing.hall.clone()),
        (None, None) => (None, None),
    };
    Ok(Json(DeviceView {
        client: client_view(&client),
        scopes: scope_views(Some(&client), &device.scopes, &Scopes::default()),
        place,
        hall,
        asked_at: device.opened_at,
        assurance: client.assurance,
        choices: choices(&state, &code, device.number),
    }))
}

/// Let a machine in
///
/// With the number that stands on its screen. Another one ends the question: whoever reads it somewhere else should not try
/// on.
#[utoipa::path(post, path = "/devices/{code}/grant", tag = "login", request_body = ConfirmDevice,
    params(("code" = String, Path, description = "As it was read or typed")),
    responses((status = 204, description = "The machine goes on")),
    security(("citizen" = [])))]
async fn confirm(
    State(state): State<AppState>,
    Path(code): Path<String>,
    address: ClientAddress,
    OwnPages(citizen): OwnPages,
    Json(confirm): Json<ConfirmDevice>,
) -> Result<StatusCode> {
    let (device, client) = question(&state, &code, &citizen, address).await?;
    if citizen.actor.assurance < client.assurance {
        return Err(Error::new(ErrorCode::Forbidden));
    }
    let scopes = client.with_own(chosen(&confirm.scopes, &device.scopes)?);
    let now = state.clock.now();
    let lasts = if scopes.has(Scope::OfflineAccess) {
        seconds::OFFLINE
    } else {
        session_lasts(&citizen, now)
    };
    let right = confirm.number.parse() == Ok(device.number);
    let confirm = Confirm {
        user_code: code_hash(&state, &code),
        grant: state.new_id(),
        person: citizen.actor.id,
        session: citizen.session,
        scopes,
        assurance: citizen.actor.assurance,
        auth_time: citizen.began_at,
        ends_at: now.plus_seconds(lasts),
        now,
    };
    if !right {
        state.storage.refuse_device(confirm.user_code, now).await?;
        return Err(Error::new(ErrorCode::WrongCode).with_field("number", "wrong"));
    }
    if !state.storage.confirm_device(confirm).await? {
        return Err(Error::not_found());
    }
    metrics::counter!("onehall_oidc_logins_total").increment(1);
    Ok(StatusCode::NO_CONTENT)
}

/// Do not let a machine in
#[utoipa::path(post, path = "/devices/{code}/refusal", tag = "login",
    params(("code" = String, Path, description = "As it was read or typed")),
    responses((status = 204, description = "The machine is told so")),
    security(("citizen" = [])))]
async fn refuse(
    State(state): State<AppState>,
    Path(code): Path<String>,
    address: ClientAddress,
    OwnPages(citizen): OwnPages,
) -> Result<StatusCode> {
    question(&state, &code, &citizen, address).await?;
    state
        .storage
        .refuse_device(code_hash(&state, &code), state.clock.now())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SystemRng;

    #[test]
    fn a_code_is_of_letters_that_nobody_takes_for_others() {
        for _ in 0..100 {
            let code = user_code(&SystemRng);
            assert!(
                code.len() == 8 && !code.contains(['A', 'E', 'I', 'O', 'U', 'Y', '0', '1']),
                "{code}"
            );
        }
    }
}

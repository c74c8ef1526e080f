//! Where a login begins: a client pushes what it asks for, or sends the citizen's browser with it; either way the browser
//! ends up on the page of the hall that asks the citizen.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use onehall_protocol::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::clients::Client;
use super::error::{OAuthError, Refused, Result, unkept};
use super::model::{AuthorizationRequest, seconds};
use super::params::{Form, Issuer, Params};
use super::request::{self, Flaw};
use super::store::{KeepRequest, OpenPushed};
use super::{dpop, path, proof};
use crate::halls::AtKiosk;
use crate::http::extract::{ClientAddress, Json};
use crate::secrets::{Token, TokenHash};
use crate::state::AppState;

/// What a pushed request is called.
const PUSHED: &str = "urn:ietf:params:oauth:request_uri:";

/// Ask a citizen to log in at a client
///
/// For browsers that a client sends here. Leads on to the page that asks the citizen, or back to the client with what is
/// wrong; whoever names no client or an address that is none of it gets a page that says so.
#[utoipa::path(get, path = "/oauth/authorize", tag = "login",
    responses((status = 303, description = "To the page, or back to the client"),
        (status = 400, description = "Nobody knows where to send the browser back to", content_type = "text/html")))]
pub(super) async fn authorize(
    State(state): State<AppState>,
    issuer: Issuer,
    address: ClientAddress,
    RawQuery(query): RawQuery,
) -> Response {
    match Params::parse(query.unwrap_or_default().as_bytes()) {
        Ok(params) => begin(&state, &issuer, address, &params).await,
        Err(_) => nowhere(),
    }
}

/// Ask a citizen to log in at a client, with the parameters in a form
#[utoipa::path(post, path = "/oauth/authorize", tag = "login",
    responses((status = 303, description = "To the page, or back to the client"),
        (status = 400, description = "Nobody knows where to send the browser back to", content_type = "text/html")))]
pub(super) async fn authorize_by_form(
    State(state): State<AppState>,
    issuer: Issuer,
    address: ClientAddress,
    form: Result<Form>,
) -> Response {
    match form {
        Ok(Form(params)) => begin(&state, &issuer, address, &params).await,
        Err(_) => nowhere(),
    }
}

async fn begin(state: &AppState, issuer: &Issuer, address: ClientAddress, params: &Params) -> Response {
    let Some(client) = params.get("client_id").and_then(|id| proof::registered(state, id)) else {
        return nowhere();
    };
    let (now, id) = (state.clock.now(), Token::generate(&*state.rng));
    let until = now.plus_seconds(seconds::REQUEST);
    if let Some(pushed) = params.get("request_uri").and_then(|uri| uri.strip_prefix(PUSHED)) {
        let open = OpenPushed {
            pushed: TokenHash::of(pushed),
            client: client.id.clone(),
            id: id.hash(),
            now,
            expires_at: until,
        };
        return match state.storage.open_pushed(open).await {
            Ok(Some(_)) => to_the_page(&id),
            Ok(None) => nowhere(),
            Err(fault) => fault.into_response(),
        };
    }
    let Some(redirect_uri) = request::redirect_uri(&client, params) else {
        return nowhere();
    };
    let back = |flaw: Flaw| {
        let answer = [("error", flaw.error), ("error_description", flaw.description)];
        see_other(&back_to(redirect_uri, &answer, params.get("state"), issuer))
    };
    if client.pushes {
        return back(Flaw {
            error: "invalid_request",
            description: "this client has to push its requests",
        });
    }
    let request = match request::checked(state, issuer, &client, redirect_uri, params).await {
        Ok(Ok(request)) => request,
        Ok(Err(flaw)) => return back(flaw),
        Err(fault) => return fault.into_response(),
    };
    let counted = Some(by_address(state, address));
    match keep(state, id.hash(), request, false, counted, now, until).await {
        Ok(()) => to_the_page(&id),
        Err(fault) => fault.into_response(),
    }
}

/// The address to count by, and how many requests it may keep.
pub(super) fn by_address(state: &AppState, address: ClientAddress) -> ([u8; 32], u32) {
    let hash = state.key.keyed_hash("client", &[&address.network()]);
    (hash, state.config.oidc.requests_per_client_hour)
}

/// The same of a kiosk that has shown that it is itself.
pub(super) fn by_kiosk(state: &AppState, kiosk: &AtKiosk) -> ([u8; 32], u32) {
    let hash = state.key.keyed_hash("client-kiosk", &[&kiosk.to_string()]);
    (hash, state.config.oidc.requests_per_client_hour)
}

async fn keep(
    state: &AppState,
    id: TokenHash,
    request: AuthorizationRequest,
    pushed: bool,
    counted: Option<([u8; 32], u32)>,
    now: Timestamp,
    expires_at: Timestamp,
) -> crate::error::Result<()> {
    let keep = KeepRequest {
        id,
        request,
        pushed,
        counted,
        now,
        expires_at,
    };
    state.storage.keep_request(keep).await
}

/// A request that is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Pushed {
    /// What the browser is sent with, once.
    request_uri: String,
    /// Seconds until which it has to come.
    expires_in: i64,
}

/// Push what a login asks for, and send the browser with its name alone
#[utoipa::path(post, path = "/oauth/par", tag = "login",
    request_body(content_type = "application/x-www-form-urlencoded", description = "The parameters of the authorization endpoint, and the client's proof"),
    responses((status = 201, description = "It is kept", body = Pushed),
        (status = 400, description = "Something is wrong with it", body = OAuthError),
        (status = 401, description = "The client has not shown that it is itself", body = OAuthError)))]
pub(super) async fn push(
    State(state): State<AppState>,
    issuer: Issuer,
    address: ClientAddress,
    headers: HeaderMap,
    Form(params): Form,
) -> Result<Response> {
    let at = issuer.at(path::PUSH);
    let key = dpop::proven(&state, &headers, "POST", &at, None).await?;
    let client = proof::client(&state, &issuer, &at, &headers, &params).await?;
    let request = pushed(&state, &issuer, &client, &params, key).await?;
    let (now, id) = (state.clock.now(), Token::generate(&*state.rng));
    // Whoever signs for itself is known; anybody can be a public client.
    let counted = client.is_public().then(|| by_address(&state, address));
    let until = now.plus_seconds(seconds::PUSHED);
    keep(&state, id.hash(), request, true, counted, now, until).await?;
    let pushed = Pushed {
        request_uri: format!("{PUSHED}{}", id.as_str()),
        expires_in: seconds::PUSHED,
    };
    Ok((StatusCode::CREATED, unkept(), Json(pushed)).into_response())
}

async fn pushed(
    state: &AppState,
    issuer: &Issuer,
    client: &Client,
    params: &Params,
    key: Option<String>,
) -> Result<AuthorizationRequest> {
    let redirect_uri = request::redirect_uri(client, params)
        .ok_or_else(|| Refused::invalid_request("redirect_uri is none that is registered"))?;
    let request = request::checked(state, issuer, client, redirect_uri, params).await?;
    let mut request = request.map_err(|flaw| Refused::because(flaw.error, flaw.description))?;
    match (&request.key_bound, key) {
        (Some(bound), Some(key)) if *bound != key => {
            return Err(Refused::invalid_request("dpop_jkt is not the key of the proof"));
        }
        (None, key) => request.key_bound = key,
        _ => {}
    }
    Ok(request)
}

/// The address of a client with the answer to its request, which names who answers (RFC 9207): a client that asks several
/// providers knows whose answer it is.
pub(super) fn back_to(redirect_uri: &str, answer: &[(&str, &str)], state: Option<&str>, issuer: &Issuer) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(answer);
    query.extend_pairs(state.map(|state| ("state", state)));
    query.append_pair("iss", &issuer.0);
    let between = if redirect_uri.contains('?') { '&' } else { '?' };
    format!("{redirect_uri}{between}{}", query.finish())
}

fn to_the_page(request: &Token) -> Response {
    see_other(&format!("{}?request={}", path::PAGE, request.as_str()))
}

pub(super) fn see_other(to: &str) -> Response {
    (StatusCode::SEE_OTHER, unkept(), [(header::LOCATION, to.to_owned())]).into_response()
}

/// For a browser that nobody knows where to send back to: an address that a request names by itself is not to be followed.
fn nowhere() -> Response {
    (
        StatusCode::BAD_REQUEST,
        unkept(),
        Html(include_str!("pages/nowhere.html")),
    )
        .into_response()
}

//! What a client may know of who logged in, for its access token.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::error::{Refused, Result, unkept};
use super::params::Issuer;
use super::scopes::Scope;
use super::{claims, dpop, path};
use crate::http::extract::Json;
use crate::secrets::TokenHash;
use crate::state::AppState;

const BEARER: &str = "Bearer";
const DPOP: &str = "DPoP";

/// Who logged in
///
/// By the access token, in the header `Authorization`: `Bearer`, or `DPoP` with a proof where it is bound to a key.
#[utoipa::path(get, path = "/oauth/userinfo", tag = "login",
    responses((status = 200, description = "`sub`, and the claims that were allowed", content_type = "application/json"),
        (status = 401, description = "The token does not count", body = super::error::OAuthError)))]
pub(super) async fn userinfo(State(state): State<AppState>, issuer: Issuer, headers: HeaderMap) -> Result<Response> {
    answer(&state, &issuer, &headers, "GET").await
}

/// Who logged in, asked with POST
#[utoipa::path(post, path = "/oauth/userinfo", tag = "login",
    responses((status = 200, description = "`sub`, and the claims that were allowed", content_type = "application/json"),
        (status = 401, description = "The token does not count", body = super::error::OAuthError)))]
pub(super) async fn userinfo_by_post(
    State(state): State<AppState>,
    issuer: Issuer,
    headers: HeaderMap,
) -> Result<Response> {
    answer(&state, &issuer, &headers, "POST").await
}

async fn answer(state: &AppState, issuer: &Issuer, headers: &HeaderMap, method: &str) -> Result<Response> {
    let (scheme, token) = shown(headers)?;
    let no = |description| Refused::invalid_token(scheme, description);
    let access = state.storage.access(TokenHash::of(token), state.clock.now()).await?;
    let access = access.ok_or_else(|| no("the token does not count, or not any more"))?;
    match (&access.key_bound, scheme) {
        (None, BEARER) => {}
        (None, _) => return Err(no("the token is not bound to a key")),
        (Some(_), BEARER) => return Err(no("the token is bound to a key; show it as DPoP, with a proof")),
        (Some(bound), _) => {
            let at = issuer.at(path::USERINFO);
            let proven = dpop::proven(state, headers, method, &at, Some(token)).await;
            let key = proven.map_err(|refused| refused.at_a_resource(DPOP))?;
            if key.as_ref() != Some(bound) {
                return Err(no("the token is bound to another key"));
            }
        }
    }
    let login = &access.login;
    if !login.scopes.has(Scope::OpenId) {
        return Err(Refused::insufficient_scope(scheme));
    }
    let client = state.city.client(&login.client);
    let client = client.ok_or_else(|| no("there is no such client any more"))?;
    let mut says = claims::of_person(login);
    says.insert("sub".to_owned(), json!(claims::subject(state, client, login.person.id)));
    let mut response = (unkept(), Json(says)).into_response();
    if access.key_bound.is_some() {
        dpop::hand_out_nonce(state, response.headers_mut());
    }
    Ok(response)
}

/// The token of a request, and how it is shown.
fn shown(headers: &HeaderMap) -> Result<(&'static str, &str)> {
    let missing = || Refused::invalid_token(BEARER, "the header Authorization shows no token");
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) = value.and_then(|value| value.split_once(' ')).ok_or_else(missing)?;
    let scheme = [BEARER, DPOP]
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(scheme));
    Ok((scheme.ok_or_else(missing)?, token.trim()))
}

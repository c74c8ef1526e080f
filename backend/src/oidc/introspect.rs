//! Whether a token counts, and its end.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::clients::Client;
use super::error::{OAuthError, Refused, Result, unkept};
use super::params::{Form, Issuer};
use super::{Access, claims, path, proof};
use crate::http::extract::Json;
use crate::secrets::TokenHash;
use crate::state::AppState;
use crate::storage::sql::values::name;

/// Ask what a token is worth
///
/// For clients that sign for themselves, about tokens of their own sector: of others they hear that they do not count.
#[utoipa::path(post, path = "/oauth/introspect", tag = "login",
    request_body(content_type = "application/x-www-form-urlencoded", description = "token, and the client's proof"),
    responses((status = 200, description = "`active`, and what belongs to it", content_type = "application/json"),
        (status = 401, description = "The client has not shown that it is itself", body = OAuthError)))]
pub(super) async fn introspect(
    State(state): State<AppState>,
    issuer: Issuer,
    headers: HeaderMap,
    Form(params): Form,
) -> Result<Response> {
    let at = issuer.at(path::INTROSPECT);
    let client = proof::client(&state, &issuer, &at, &headers, &params).await?;
    if client.is_public() {
        return Err(Refused::invalid_client("only a client that signs for itself may ask"));
    }
    let token = TokenHash::of(params.required("token", "token is missing")?);
    let now = state.clock.now();
    let found = match state.storage.access(token, now).await? {
        Some(access) => Some((access, true)),
        None => state
            .storage
            .refresh_token(token, now)
            .await?
            .map(|token| (token, false)),
    };
    let worth = match found {
        Some((access, is_access)) => worth(&state, &issuer, &client, &access, is_access)?,
        None => None,
    };
    let worth = worth.unwrap_or_else(|| json!({ "active": false }));
    Ok((unkept(), Json(worth)).into_response())
}

fn worth(
    state: &AppState,
    issuer: &Issuer,
    asks: &Client,
    access: &Access,
    is_access: bool,
) -> crate::error::Result<Option<Value>> {
    let login = &access.login;
    let holder = state
        .city
        .client(&login.client)
        .filter(|holder| holder.sector == asks.sector);
    let Some(holder) = holder else { return Ok(None) };
    let mut worth = json!({
        "active": true,
        "iss": issuer.0,
        "client_id": login.client,
        "sub": claims::subject(state, holder, login.person.id),
        "scope": login.scopes.to_string(),
        "iat": claims::in_seconds(access.issued_at),
        "exp": claims::in_seconds(access.expires_at),
        "auth_time": claims::in_seconds(login.auth_time),
        "acr": name(&login.assurance)?,
    });
    if is_access {
        worth["token_type"] = json!(if access.key_bound.is_some() { "DPoP" } else { "Bearer" });
    }
    if let Some(key) = &access.key_bound {
        worth["cnf"] = json!({ "jkt": key });
    }
    Ok(Some(worth))
}

/// End a token
///
/// An access token alone; a refresh token with the login that it came of, and all its tokens. What is none, or another
/// client's, is answered alike.
#[utoipa::path(post, path = "/oauth/revoke", tag = "login",
    request_body(content_type = "application/x-www-form-urlencoded", description = "token, and the client's proof"),
    responses((status = 200, description = "It does not count any more"),
        (status = 401, description = "The client has not shown that it is itself", body = OAuthError)))]
pub(super) async fn revoke(
    State(state): State<AppState>,
    issuer: Issuer,
    headers: HeaderMap,
    Form(params): Form,
) -> Result<Response> {
    let at = issuer.at(path::REVOKE);
    let client = proof::client(&state, &issuer, &at, &headers, &params).await?;
    let token = params.required("token", "token is missing")?;
    state.storage.revoke(TokenHash::of(token), client.id.clone()).await?;
    Ok((StatusCode::OK, unkept()).into_response())
}

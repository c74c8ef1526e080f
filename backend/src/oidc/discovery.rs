//! What a client has to know of the provider before it can ask for anything.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use onehall_protocol::identity::AssuranceLevel;
use serde_json::{Value, json};

use super::jose::Algorithm;
use super::params::Issuer;
use super::scopes::Scope;
use super::{keys as signing_keys, path, token};
use crate::error::Result;
use crate::http::extract::Json;
use crate::state::AppState;
use crate::storage::sql::values::name;

/// What may be kept, by anybody, for an hour: keys are known for a day before they sign.
fn for_an_hour(document: Value) -> Response {
    ([(header::CACHE_CONTROL, "public, max-age=3600")], Json(document)).into_response()
}

fn document(issuer: &Issuer) -> Result<Value> {
    // What only terminals of the hall itself have is nobody's to ask for.
    let scopes = Scope::ALL.iter().filter(|scope| **scope != Scope::Hall);
    let scopes: Vec<&str> = scopes.map(|scope| scope.name()).collect();
    let algorithms: Vec<&str> = Algorithm::ALL.iter().map(|algorithm| algorithm.name()).collect();
    let levels: Vec<String> = [AssuranceLevel::L1, AssuranceLevel::L2, AssuranceLevel::L3]
        .iter()
        .map(name)
        .collect::<Result<_>>()?;
    Ok(json!({
        "issuer": issuer.0,
        "authorization_endpoint": issuer.at(path::AUTHORIZE),
        "pushed_authorization_request_endpoint": issuer.at(path::PUSH),
        "device_authorization_endpoint": issuer.at(path::DEVICE),
        "token_endpoint": issuer.at(path::TOKEN),
        "userinfo_endpoint": issuer.at(path::USERINFO),
        "introspection_endpoint": issuer.at(path::INTROSPECT),
        "revocation_endpoint": issuer.at(path::REVOKE),
        "end_session_endpoint": issuer.at(path::LOGOUT),
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "jwks_uri": issuer.at(path::KEYS),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", token::DEVICE_CODE],
        "code_challenge_methods_supported": ["S256"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint_auth_methods_supported": ["private_key_jwt"],
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        "dpop_signing_alg_values_supported": ["ES256"],
        "acr_values_supported": levels,
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "at_hash", "sid",
            "name", "phone_number", "phone_number_verified", "address", "citizen_id"
        ],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": ["zh-CN", "en"],
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "require_request_uri_registration": false,
        "require_pushed_authorization_requests": false,
    }))
}

/// What the provider can do, and where (OpenID Connect Discovery)
#[utoipa::path(get, path = "/.well-known/openid-configuration", tag = "login",
    responses((status = 200, description = "The metadata of the provider", content_type = "application/json")))]
pub(super) async fn configuration(issuer: Issuer) -> Result<Response> {
    Ok(for_an_hour(document(&issuer)?))
}

/// What the provider can do, and where (OAuth 2.0, RFC 8414)
#[utoipa::path(get, path = "/.well-known/oauth-authorization-server", tag = "login",
    responses((status = 200, description = "The same metadata", content_type = "application/json")))]
pub(super) async fn metadata(issuer: Issuer) -> Result<Response> {
    Ok(for_an_hour(document(&issuer)?))
}

/// The keys that verify what the provider signs
#[utoipa::path(get, path = "/oauth/jwks", tag = "login",
    responses((status = 200, description = "A JWK set: also keys that do not sign yet, or not any more", content_type = "application/json")))]
pub(super) async fn keys(State(state): State<AppState>, _: Issuer) -> Result<Response> {
    Ok(for_an_hour(signing_keys::published(&state).await?))
}

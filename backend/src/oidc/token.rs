//! The token endpoint: what a client gets for a code, and again for what it got.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::claims::IdToken;
use super::clients::Client;
use super::error::{OAuthError, Refused, Result, unkept};
use super::jose::{base64url, sha256_base64url};
use super::params::{Form, Issuer, Params};
use super::scopes::{Scope, Scopes};
use super::store::{AskAgain, Given, NoLogin, NotGiven, OwnSession, Redeem, Refresh};
use super::{dpop, keys, path, proof};
use crate::http::extract::Json;
use crate::identity::Place;
use crate::secrets::{Token, TokenHash};
use crate::state::AppState;

/// The grant of a machine that a phone lets in.
pub(super) const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What a client gets.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Tokens {
    /// What it shows where it wants to know something
    access_token: String,
    /// `DPoP` where it is bound to a key, else `Bearer`
    token_type: &'static str,
    /// Seconds for which it counts
    expires_in: i64,
    /// What was allowed
    scope: String,
    /// What it is exchanged for the next one with, once
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// Who logged in, signed
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

/// A request to the token endpoint, from a client that has shown to be itself.
struct Asked<'a> {
    state: &'a AppState,
    issuer: &'a Issuer,
    client: Arc<Client>,
    params: &'a Params,
    /// The key that it holds.
    key: Option<String>,
    /// What it says of itself.
    place: Place,
}

/// Exchange a code or a refresh token for tokens
#[utoipa::path(post, path = "/oauth/token", tag = "login",
    request_body(content_type = "application/x-www-form-urlencoded", description = "grant_type and what belongs to it, and the client's proof"),
    responses((status = 200, description = "The tokens", body = Tokens),
        (status = 400, description = "What is wrong", body = OAuthError),
        (status = 401, description = "The client has not shown that it is itself", body = OAuthError)))]
pub(super) async fn token(
    State(state): State<AppState>,
    issuer: Issuer,
    headers: HeaderMap,
    Form(params): Form,
) -> Result<Response> {
    let at = issuer.at(path::TOKEN);
    // The proof first: a client that has to make it again, with a nonce, has not used up its assertion then.
    let key = dpop::proven(&state, &headers, "POST", &at, None).await?;
    let client = proof::client(&state, &issuer, &at, &headers, &params).await?;
    if client.binds_tokens && key.is_none() {
        return Err(Refused::because(
            "invalid_dpop_proof",
            "this client has to bind its tokens to a key",
        ));
    }
    let bound = key.is_some();
    let asked = Asked {
        state: &state,
        issuer: &issuer,
        client,
        params: &params,
        key,
        place: Place::of(&headers, &state),
    };
    let tokens = match params.required("grant_type", "grant_type is missing")? {
        "authorization_code" => asked.by_code().await?,
        "refresh_token" => asked.by_refresh_token().await?,
        DEVICE_CODE => asked.by_device_code().await?,
        _ => {
            return Err(Refused::because(
                "unsupported_grant_type",
                "grant_type is authorization_code, refresh_token or device_code",
            ));
        }
    };
    let mut response = (unkept(), Json(tokens)).into_response();
    if bound {
        dpop::hand_out_nonce(&state, response.headers_mut());
    }
    Ok(response)
}

impl Asked<'_> {
    async fn by_code(&self) -> Result<Tokens> {
        let code = self.params.required("code", "code is missing")?;
        let redirect_uri = self.params.required("redirect_uri", "redirect_uri is missing")?;
        let verifier = self.params.required("code_verifier", "code_verifier is missing")?;
        let (access, refresh) = (Token::generate(&*self.state.rng), Token::generate(&*self.state.rng));
        let redeem = Redeem {
            code: TokenHash::of(code),
            client: self.client.id.clone(),
            redirect_uri: redirect_uri.to_owned(),
            challenge: sha256_base64url(verifier),
            key: self.key.clone(),
            binds_refresh: self.client.is_public(),
            access: access.hash(),
            refresh: refresh.hash(),
            own: self.own_session(),
            now: self.state.clock.now(),
        };
        let given = self.given(self.state.storage.redeem(redeem).await?)?;
        let nonce = given.login.nonce.clone();
        self.tokens(&given, access.as_str(), refresh.as_str(), nonce.as_deref())
            .await
    }

    async fn by_refresh_token(&self) -> Result<Tokens> {
        let token = self.params.required("refresh_token", "refresh_token is missing")?;
        let scopes = match self.params.get("scope").map(str::parse::<Scopes>).transpose() {
            Ok(scopes) => scopes,
            Err(_) => return Err(Refused::because("invalid_scope", "there is no such scope")),
        };
        // Both follow from the token: whoever asks twice is answered alike, by any replica.
        let follows = |purpose| base64url(&self.state.key.keyed_hash(purpose, &[token]));
        let (access, next) = (follows("oidc-access"), follows("oidc-refresh"));
        let refresh = Refresh {
            token: TokenHash::of(token),
            client: self.client.id.clone(),
            key: self.key.clone(),
            scopes,
            access: TokenHash::of(&access),
            next: TokenHash::of(&next),
            now: self.state.clock.now(),
        };
        let given = self.given(self.state.storage.refresh(refresh).await?)?;
        self.tokens(&given, &access, &next, None).await
    }

    async fn by_device_code(&self) -> Result<Tokens> {
        let device = self.params.required("device_code", "device_code is missing")?;
        let (access, refresh) = (Token::generate(&*self.state.rng), Token::generate(&*self.state.rng));
        let ask = AskAgain {
            device: TokenHash::of(device),
            client: self.client.id.clone(),
            key: self.key.clone(),
            binds_refresh: self.client.is_public(),
            access: access.hash(),
            refresh: refresh.hash(),
            own: self.own_session(),
            now: self.state.clock.now(),
        };
        let given = self.state.storage.ask_again(ask).await?;
        let given = given.map_err(|why| match why {
            NoLogin::Waiting => Refused::because("authorization_pending", "nobody has answered yet"),
            NoLogin::TooEarly => Refused::because("slow_down", "wait five seconds longer each time"),
            NoLogin::Refused => Refused::because("access_denied", "somebody refused"),
            NoLogin::Expired => Refused::because("expired_token", "nobody answered in time"),
            NoLogin::Invalid => Refused::because("invalid_grant", "it does not count, or not for this client"),
        })?;
        self.tokens(&given, access.as_str(), refresh.as_str(), None).await
    }

    /// The session of a terminal of the hall: a new one, whatever session the citizen allowed it in.
    fn own_session(&self) -> Option<OwnSession> {
        self.client.terminal.map(|terminal| OwnSession {
            session: Token::generate(&*self.state.rng).hash(),
            terminal,
            place: self.place.clone(),
        })
    }

    fn given(&self, outcome: Result<Given, NotGiven>) -> Result<Given> {
        outcome.map_err(|why| match why {
            NotGiven::Invalid => Refused::because("invalid_grant", "it does not count, or not for this client"),
            NotGiven::Reused => {
                // Two hold it. Which client is no secret; of the citizen nothing is said.
                tracing::warn!(client = %self.client.id, "a code or token was used twice; the login has ended");
                metrics::counter!("onehall_oidc_reuses_total").increment(1);
                Refused::because("invalid_grant", "it was used before; the login has ended")
            }
            NotGiven::Scopes => Refused::because("invalid_scope", "more than was allowed"),
        })
    }

    async fn tokens(&self, given: &Given, access: &str, refresh: &str, nonce: Option<&str>) -> Result<Tokens> {
        let login = &given.login;
        let id_token = if login.scopes.has(Scope::OpenId) {
            let says = IdToken::of(self.state, self.issuer, &self.client, login, access, given.at).with_nonce(nonce);
            Some(keys::signing(self.state).await?.sign("JWT", &says)?)
        } else {
            None
        };
        let left = given.expires_at.unix_millis() - self.state.clock.now().unix_millis();
        Ok(Tokens {
            access_token: access.to_owned(),
            token_type: if given.key_bound.is_some() { "DPoP" } else { "Bearer" },
            expires_in: left / 1000,
            scope: login.scopes.to_string(),
            refresh_token: given.refresh.then(|| refresh.to_owned()),
            id_token,
        })
    }
}

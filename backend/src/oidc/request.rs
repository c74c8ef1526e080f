//! What a client asks for, checked: the same whether the client pushes it or the citizen's browser brings it.

use onehall_protocol::identity::AssuranceLevel;

use super::clients::Client;
use super::hint;
use super::jose::from_base64url;
use super::model::{AuthorizationRequest, Prompt};
use super::params::{Issuer, Params};
use super::scopes::{Scope, Scopes};
use crate::state::AppState;

/// The longest `state` and `nonce`: they are kept, and one of them goes into an address.
pub(super) const LONGEST: usize = 2048;

/// What is wrong with a request: a code of the protocol, and a sentence for developers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flaw {
    pub error: &'static str,
    pub description: &'static str,
}

impl Flaw {
    fn new(error: &'static str, description: &'static str) -> Flaw {
        Flaw { error, description }
    }

    fn invalid(description: &'static str) -> Flaw {
        Flaw::new("invalid_request", description)
    }
}

/// Where the answer goes; none where nobody may be sent there, so that whoever asks must be told otherwise.
pub(super) fn redirect_uri<'p>(client: &Client, params: &'p Params) -> Option<&'p str> {
    params.get("redirect_uri").filter(|given| client.may_redirect_to(given))
}

/// Reads a request whose `redirect_uri` is one of the client's.
///
/// # Errors
/// Faults of the store; inside: what is wrong with the request.
pub(super) async fn checked(
    state: &AppState,
    issuer: &Issuer,
    client: &Client,
    redirect_uri: &str,
    params: &Params,
) -> crate::error::Result<Result<AuthorizationRequest, Flaw>> {
    let request = match read(client, redirect_uri, params) {
        Ok(request) => request,
        Err(flaw) => return Ok(Err(flaw)),
    };
    let Some(token) = params.get("id_token_hint") else {
        return Ok(Ok(request));
    };
    let hint = hint::read(state, issuer, token).await?;
    Ok(match hint.filter(|hint| hint.client == client.id) {
        Some(hint) => Ok(AuthorizationRequest {
            subject: Some(hint.subject),
            ..request
        }),
        // Whoever means somebody must not get somebody else because nobody could read whom.
        None => Err(Flaw::invalid("id_token_hint is no id token that this client got here")),
    })
}

fn read(client: &Client, redirect_uri: &str, params: &Params) -> Result<AuthorizationRequest, Flaw> {
    for (name, error) in [
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ] {
        if params.get(name).is_some() {
            return Err(Flaw::new(error, "push the request instead"));
        }
    }
    match params.get("response_type") {
        Some("code") => {}
        Some(_) => return Err(Flaw::new("unsupported_response_type", "response_type is code")),
        None => return Err(Flaw::invalid("response_type is missing")),
    }
    if params.get("response_mode").is_some_and(|mode| mode != "query") {
        return Err(Flaw::invalid("response_mode is query"));
    }
    let scopes = scopes(client, params.get("scope").unwrap_or_default())?;
    let kept = |name: &str, flaw: &'static str| match params.get(name) {
        Some(text) if text.len() > LONGEST => Err(Flaw::invalid(flaw)),
        text => Ok(text.map(str::to_owned)),
    };
    Ok(AuthorizationRequest {
        client: client.id.clone(),
        redirect_uri: redirect_uri.to_owned(),
        scopes,
        state: kept("state", "state is too long")?,
        nonce: kept("nonce", "nonce is too long")?,
        challenge: challenge(params)?,
        prompts: prompts(params.get("prompt").unwrap_or_default())?,
        max_age: max_age(params.get("max_age"))?,
        key_bound: key_bound(params.get("dpop_jkt"))?,
        assurance: assurance(params.get("acr_values").unwrap_or_default()),
        subject: None,
        phone: params.get("login_hint").and_then(|hint| hint.parse().ok()),
    })
}

/// How sure the hall must be: the least of the levels that would do. Whoever names some gets one of them or a refusal, so that
/// nobody takes a login for more than it is; names of other providers are passed over (OpenID Connect Core 1.0, section 3.1.2.1).
fn assurance(values: &str) -> Option<AssuranceLevel> {
    let level = |name| match name {
        "L1" => Some(AssuranceLevel::L1),
        "L2" => Some(AssuranceLevel::L2),
        "L3" => Some(AssuranceLevel::L3),
        _ => None,
    };
    values.split(' ').filter_map(level).min()
}

/// What the client may have of what it asks for. What nobody here knows, or this client may not have, is passed over (OpenID
/// Connect Core 1.0, section 3.1.2.1): the answer says what it got.
fn scopes(client: &Client, asked: &str) -> Result<Scopes, Flaw> {
    let known = Scopes::of(asked.split(' ').filter_map(|name| name.parse().ok()));
    if !known.has(Scope::OpenId) {
        return Err(Flaw::new("invalid_scope", "scope must hold openid"));
    }
    Ok(client.with_own(known.and(&client.allowed())))
}

/// PKCE, of every client, with S256 alone: a plain challenge is what an eavesdropper needs.
fn challenge(params: &Params) -> Result<String, Flaw> {
    let Some(challenge) = params.get("code_challenge") else {
        return Err(Flaw::invalid("code_challenge is missing"));
    };
    if params.get("code_challenge_method") != Some("S256") {
        return Err(Flaw::invalid("code_challenge_method is S256"));
    }
    if from_base64url(challenge).is_none_or(|hash| hash.len() != 32) {
        return Err(Flaw::invalid("code_challenge is no SHA-256 in base64url"));
    }
    Ok(challenge.to_owned())
}

fn prompts(text: &str) -> Result<Vec<Prompt>, Flaw> {
    let mut prompts = Vec::new();
    for name in text.split(' ').filter(|name| !name.is_empty()) {
        prompts.push(match name {
            "none" => Prompt::None,
            "login" => Prompt::Login,
            "consent" => Prompt::Consent,
            "select_account" => Prompt::SelectAccount,
            _ => return Err(Flaw::invalid("prompt is none, login, consent or select_account")),
        });
    }
    if prompts.contains(&Prompt::None) && prompts.len() > 1 {
        return Err(Flaw::invalid("prompt none stands alone"));
    }
    Ok(prompts)
}

fn max_age(text: Option<&str>) -> Result<Option<i64>, Flaw> {
    let Some(text) = text else { return Ok(None) };
    match text.parse::<u32>() {
        Ok(seconds) => Ok(Some(i64::from(seconds))),
        Err(_) => Err(Flaw::invalid("max_age is a number of seconds")),
    }
}

fn key_bound(text: Option<&str>) -> Result<Option<String>, Flaw> {
    match text {
        Some(text) if from_base64url(text).is_none_or(|hash| hash.len() != 32) => {
            Err(Flaw::invalid("dpop_jkt is no thumbprint of a key"))
        }
        text => Ok(text.map(str::to_owned)),
    }
}

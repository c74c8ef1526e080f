//! `/api/v1/identity/passkeys` and `/api/v1/identity/proof`.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use onehall_protocol::catalog::ServiceItem;
use onehall_protocol::contacts::{Contact, ContactKind};
use onehall_protocol::identity::{CodeSent, Session, TerminalKind};
use onehall_protocol::passkeys::{AddPasskey, PasskeyAnswer, PasskeyPurpose, PasskeyView, ProofCode, ProofWay};
use onehall_protocol::{ErrorCode, PasskeyId};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::{NewPasskey, PasskeyLogIn, PasskeyUse, UseCode};
use super::webauthn::{self, Asked, Keeps, RelyingParty, Signed};
use crate::error::{Error, Result};
use crate::http::cookies;
use crate::http::extract::{AcceptLanguage, ClientAddress, Json, Path, Query, Terminal};
use crate::identity::Citizen;
use crate::identity::contacts::first_contact;
use crate::identity::model::{OwnPages, OwnTerminal, SESSION_COOKIE, session_token};
use crate::identity::routes::{client_hash, end_session};
use crate::identity::store::{CodeToSend, Place};
use crate::messages;
use crate::secrets::{Sealer, Token, TokenHash, random_below};
use crate::state::AppState;

/// Seconds for which a proof counts.
const PROOF_SECONDS: i64 = 600;
/// The longest name of a passkey, in characters.
const LONGEST_NAME: usize = 60;

/// The routes of passkeys and proofs.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(remove))
        .routes(routes!(log_in_options))
        .routes(routes!(log_in))
        .routes(routes!(add_options))
        .routes(routes!(prove_options))
        .routes(routes!(prove))
        .routes(routes!(send_code))
        .routes(routes!(prove_by_code))
}

fn sealer(state: &AppState) -> Sealer {
    state.key.sealer(&["passkey-challenge"])
}

/// What a passkey is to be called.
///
/// # Errors
/// `request/invalid_body` where it cannot be a name.
pub fn named(typed: &str) -> Result<String> {
    let name = typed.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        Err(Error::new(ErrorCode::InvalidBody).with_field("name", "invalid"))
    } else {
        Ok(name.to_owned())
    }
}

fn asked(purpose: PasskeyPurpose, session: Option<TokenHash>) -> Asked {
    Asked {
        purpose,
        session: session.map_or([0; 32], |session| session.0),
    }
}

/// Refuses who has not shown a moment ago that they are there, where `needed`.
///
/// # Errors
/// `identity/step_up_required`, with the ways to show it.
pub async fn require_proof(state: &AppState, citizen: &Citizen, needed: bool) -> Result<()> {
    if !needed {
        return Ok(());
    }
    let since = state.clock.now().plus_seconds(-PROOF_SECONDS);
    if state
        .storage
        .proof(citizen.session)
        .await?
        .is_some_and(|proof| proof.at > since)
    {
        return Ok(());
    }
    // A passkey answers to the hall's own pages alone.
    let has_passkey = citizen.site.is_none() && !state.storage.passkeys(citizen.actor.id).await?.is_empty();
    let passkey = has_passkey.then_some(ProofWay::Passkey);
    let known = state.storage.contacts(citizen.actor.id).await?;
    let code = (!known.is_empty()).then_some(ProofWay::Code);
    // Besides what comes first: who has lost their phone shows it by mail.
    let mail = known
        .iter()
        .any(|one| !one.first && one.contact.kind() == ContactKind::Email);
    let email = (mail && state.mail.is_some()).then_some(ProofWay::Email);
    let ways: Vec<ProofWay> = passkey.into_iter().chain(code).chain(email).collect();
    Err(Error::new(ErrorCode::StepUpRequired).with_details(serde_json::json!({ "ways": ways })))
}

/// Whether a service asks who submits to show that they are there.
pub fn asks_for_proof(item: &ServiceItem) -> bool {
    item.assurance.is_some_and(|asked| asked.proof)
}

/// One's passkeys
#[utoipa::path(get, path = "/identity/passkeys", tag = "identity",
    responses((status = 200, description = "The oldest first", body = [PasskeyView])), security(("citizen" = [])))]
async fn list(State(state): State<AppState>, OwnPages(citizen): OwnPages) -> Result<Json<Vec<PasskeyView>>> {
    let known = state.storage.passkeys(citizen.actor.id).await?;
    Ok(Json(known.into_iter().map(|passkey| passkey.view).collect()))
}

/// What a browser needs to make a passkey
///
/// `PublicKeyCredentialCreationOptionsJSON` of WebAuthn. Only for who has shown a moment ago that they are there: who finds an
/// open session must not make themselves a key to it.
#[utoipa::path(post, path = "/identity/passkeys/options", tag = "identity",
    responses((status = 200, description = "The options", body = serde_json::Value)), security(("citizen" = [])))]
async fn add_options(State(state): State<AppState>, OwnTerminal(citizen): OwnTerminal) -> Result<Json<Value>> {
    require_proof(&state, &citizen, true).await?;
    let asked = asked(PasskeyPurpose::Add, Some(citizen.session));
    let challenge = webauthn::challenge(&sealer(&state), asked, state.clock.now())?;
    let known = state.storage.passkeys(citizen.actor.id).await?;
    let known: Vec<Vec<u8>> = known.into_iter().map(|passkey| passkey.credential).collect();
    let (rp, hall) = (RelyingParty::of(&state.config), state.hall_name());
    // What the device shows when it asks which account: it is seen by whoever holds it, so the number is masked.
    let name = match citizen.actor.name.as_str() {
        "" => citizen.view().phone,
        name => name.to_owned(),
    };
    let handle = citizen.actor.id.0.as_bytes().as_slice();
    let keeps = Keeps::Account;
    let options = webauthn::creation_options(&rp, &hall.zh_cn, &challenge, (handle, name.as_str()), keeps, &known);
    Ok(Json(options))
}

/// Add a passkey
#[utoipa::path(post, path = "/identity/passkeys", tag = "identity", request_body = AddPasskey,
    responses((status = 201, description = "Added", body = PasskeyView)), security(("citizen" = [])))]
async fn add(
    State(state): State<AppState>,
    OwnTerminal(citizen): OwnTerminal,
    Json(request): Json<AddPasskey>,
) -> Result<(StatusCode, Json<PasskeyView>)> {
    require_proof(&state, &citizen, true).await?;
    let name = named(&request.name)?;
    let now = state.clock.now();
    let asked = asked(PasskeyPurpose::Add, Some(citizen.session));
    let rp = RelyingParty::of(&state.config);
    let made = webauthn::made(&rp, &sealer(&state), &request.credential, asked, now)?;
    let new = NewPasskey {
        id: PasskeyId(state.new_id()),
        owner: citizen.actor.id,
        name,
        made,
        now,
    };
    Ok((StatusCode::CREATED, Json(state.storage.add_passkey(new).await?)))
}

/// Remove a passkey
///
/// It logs nobody in any more. The phone always does.
#[utoipa::path(delete, path = "/identity/passkeys/{id}", tag = "identity", params(("id" = PasskeyId, Path)),
    responses((status = 204, description = "Removed")), security(("citizen" = [])))]
async fn remove(
    State(state): State<AppState>,
    OwnTerminal(citizen): OwnTerminal,
    Path(id): Path<PasskeyId>,
) -> Result<StatusCode> {
    require_proof(&state, &citizen, true).await?;
    state.storage.remove_passkey(citizen.actor.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a browser needs to ask for any passkey of this hall
///
/// `PublicKeyCredentialRequestOptionsJSON` of WebAuthn. The same for everybody: it names no account.
#[utoipa::path(post, path = "/identity/passkeys/log-in-options", tag = "identity",
    responses((status = 200, description = "The options", body = serde_json::Value)))]
async fn log_in_options(State(state): State<AppState>) -> Result<Json<Value>> {
    let asked = asked(PasskeyPurpose::LogIn, None);
    let challenge = webauthn::challenge(&sealer(&state), asked, state.clock.now())?;
    let rp = RelyingParty::of(&state.config);
    Ok(Json(webauthn::request_options(&rp, &challenge, &[])))
}

/// The answer of a passkey, with its signature verified.
async fn verified(state: &AppState, answer: &Value, asked: Asked) -> Result<PasskeyUse> {
    let now = state.clock.now();
    let rp = RelyingParty::of(&state.config);
    let signed: Signed = webauthn::signed(&rp, &sealer(state), answer, asked, now)?;
    let known = state.storage.passkey(signed.credential.clone()).await?;
    PasskeyUse::of(signed, known.as_ref(), now)
}

/// Log in with a passkey
///
/// Sets the session cookie.
#[utoipa::path(post, path = "/identity/passkeys/session", tag = "identity", request_body = PasskeyAnswer,
    responses((status = 200, description = "Logged in; the cookie `onehall_session` is set", body = Session)))]
async fn log_in(
    State(state): State<AppState>,
    Terminal(terminal): Terminal,
    headers: HeaderMap,
    Json(request): Json<PasskeyAnswer>,
) -> Result<Response> {
    let used = verified(&state, &request.credential, asked(PasskeyPurpose::LogIn, None)).await?;
    let token = Token::generate(&*state.rng);
    let place = Place::of(&headers, &state);
    let login = PasskeyLogIn {
        used,
        session: token.hash(),
        terminal,
        place,
    };
    let citizen = state.storage.log_in_with_passkey(login).await?;
    metrics::counter!("onehall_passkey_logins_total").increment(1);
    let secure = state.config.secure_cookies();
    // One session a terminal: the one that it replaces must not live on where nobody sees it.
    if let Some(before) = session_token(&headers, secure) {
        end_session(&state, TokenHash::of(before)).await?;
    }
    let lifetime = citizen.ends_at.unix_millis() - state.clock.now().unix_millis();
    let seconds = (terminal != TerminalKind::Kiosk).then_some(lifetime / 1000);
    let cookie = cookies::set(SESSION_COOKIE, token.as_str(), seconds, secure);
    Ok(([(header::SET_COOKIE, cookie)], Json(citizen.view())).into_response())
}

/// What a browser needs to ask for a passkey of who is logged in
#[utoipa::path(post, path = "/identity/proof/passkey-options", tag = "identity",
    responses((status = 200, description = "The options", body = serde_json::Value)), security(("citizen" = [])))]
async fn prove_options(State(state): State<AppState>, OwnPages(citizen): OwnPages) -> Result<Json<Value>> {
    let asked = asked(PasskeyPurpose::Prove, Some(citizen.session));
    let challenge = webauthn::challenge(&sealer(&state), asked, state.clock.now())?;
    let known = state.storage.passkeys(citizen.actor.id).await?;
    let known: Vec<Vec<u8>> = known.into_iter().map(|passkey| passkey.credential).collect();
    let rp = RelyingParty::of(&state.config);
    Ok(Json(webauthn::request_options(&rp, &challenge, &known)))
}

/// Show by a passkey that one is there
#[utoipa::path(post, path = "/identity/proof/passkey", tag = "identity", request_body = PasskeyAnswer,
    responses((status = 204, description = "It counts for ten minutes")), security(("citizen" = [])))]
async fn prove(
    State(state): State<AppState>,
    OwnPages(citizen): OwnPages,
    Json(request): Json<PasskeyAnswer>,
) -> Result<StatusCode> {
    let asked = asked(PasskeyPurpose::Prove, Some(citizen.session));
    let used = verified(&state, &request.credential, asked).await?;
    state
        .storage
        .prove_with_passkey(citizen.session, citizen.actor.id, used)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where a code goes that proves: to what comes first, or to the first of a kind.
async fn own_contact(state: &AppState, citizen: &Citizen, by: Option<ContactKind>) -> Result<Contact> {
    let Some(kind) = by else {
        return first_contact(state, citizen).await;
    };
    let known = state.storage.contacts(citizen.actor.id).await?;
    let found = known.into_iter().find(|one| one.contact.kind() == kind);
    found.map(|one| one.contact).ok_or_else(Error::not_found)
}

/// Codes that prove are apart from codes that log in: one is not good for the other.
fn proof_hash(state: &AppState, to: &Contact) -> [u8; 32] {
    state.key.keyed_hash("proof-phone", &[to.as_str()])
}

fn proof_code_hash(state: &AppState, to: &Contact, code: &str) -> [u8; 32] {
    state.key.keyed_hash("proof-code", &[to.as_str(), code])
}

/// Where a code that proves goes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ProofBy {
    /// To the first of this kind; to what comes first where it is absent.
    by: Option<ContactKind>,
}

/// Send a one-time code to who is logged in
///
/// To the phone number that comes first, or to an e-mail address of theirs.
#[utoipa::path(post, path = "/identity/proof/codes", tag = "identity", params(ProofBy),
    responses((status = 202, description = "A code is on its way", body = CodeSent)), security(("citizen" = [])))]
async fn send_code(
    State(state): State<AppState>,
    AcceptLanguage(language): AcceptLanguage,
    citizen: Citizen,
    client: ClientAddress,
    Query(by): Query<ProofBy>,
) -> Result<(StatusCode, Json<CodeSent>)> {
    let to = own_contact(&state, &citizen, by.by).await?;
    let code = format!("{:06}", random_below(&*state.rng, 1_000_000));
    let limits = state.config.codes;
    let command = CodeToSend {
        phone: proof_hash(&state, &to),
        client: client_hash(&state, client),
        code: proof_code_hash(&state, &to, &code),
        limits,
        now: state.clock.now(),
    };
    state.storage.take_code(command).await?;
    let text = messages::proof_code(&state.hall_name(), &code, limits.expires_after / 60, language);
    messages::send(&state, &to, &text, language).await?;
    Ok((StatusCode::ACCEPTED, Json(limits.sent_to(&to))))
}

/// Show by a one-time code that one is there
#[utoipa::path(post, path = "/identity/proof/code", tag = "identity", request_body = ProofCode,
    responses((status = 204, description = "It counts for ten minutes")), security(("citizen" = [])))]
async fn prove_by_code(
    State(state): State<AppState>,
    citizen: Citizen,
    client: ClientAddress,
    Json(request): Json<ProofCode>,
) -> Result<StatusCode> {
    let to = own_contact(&state, &citizen, request.by).await?;
    let code = UseCode {
        to: proof_hash(&state, &to),
        code: proof_code_hash(&state, &to, request.code.trim()),
        client: client_hash(&state, client),
        limits: state.config.codes,
        now: state.clock.now(),
    };
    state.storage.prove_with_code(citizen.session, code).await?;
    Ok(StatusCode::NO_CONTENT)
}

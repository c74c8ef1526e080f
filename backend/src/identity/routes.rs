//! `/api/v1/identity`: one-time codes, the session, the profile.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use onehall_protocol::cases::Poke;
use onehall_protocol::identity::{CodeRequest, CodeSent, LoginRequest, Profile, Session, TerminalKind, TokenGranted};
use onehall_protocol::{ErrorCode, PersonId, PhoneNumber};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Citizen, SESSION_COOKIE, session_token};
use super::store::{CodeToSend, LogIn};
use crate::error::{Error, Result};
use crate::events::Channel;
use crate::http::cookies;
use crate::http::extract::{AcceptLanguage, ClientAddress, Json, Query, Terminal};
use crate::messages;
use crate::secrets::{Token, TokenHash, random_below};
use crate::state::AppState;
use axum::extract::State;

/// The routes of identity.
#[must_use]
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(send_code))
        .routes(routes!(log_in, session, log_out))
        .routes(routes!(grant_token))
        .routes(routes!(profile))
}

fn phone_number(typed: &str) -> Result<PhoneNumber> {
    typed
        .parse()
        .map_err(|_| Error::new(ErrorCode::InvalidPhone).with_field("phone", "invalid"))
}

fn code_hash(state: &AppState, phone: &PhoneNumber, code: &str) -> [u8; 32] {
    state.key.keyed_hash("login-code", &[phone.as_str(), code])
}

fn phone_hash(state: &AppState, phone: &PhoneNumber) -> [u8; 32] {
    state.key.keyed_hash("phone", &[phone.as_str()])
}

fn client_hash(state: &AppState, client: ClientAddress) -> [u8; 32] {
    state.key.keyed_hash("client", &[&client.network()])
}

/// Send a one-time code to a phone
///
/// The answer is the same whether or not the hall knows the number. A new code replaces the one before.
#[utoipa::path(post, path = "/identity/codes", tag = "identity", request_body = CodeRequest,
    responses((status = 202, description = "A code is on its way", body = CodeSent)))]
async fn send_code(
    State(state): State<AppState>,
    AcceptLanguage(language): AcceptLanguage,
    client: ClientAddress,
    Json(request): Json<CodeRequest>,
) -> Result<(StatusCode, Json<CodeSent>)> {
    let phone = phone_number(&request.phone)?;
    let code = format!("{:06}", random_below(&*state.rng, 1_000_000));
    let limits = state.config.codes;
    let command = CodeToSend {
        phone: phone_hash(&state, &phone),
        client: client_hash(&state, client),
        code: code_hash(&state, &phone, &code),
        limits,
        now: state.clock.now(),
    };
    state.storage.take_code(command).await?;
    let text = messages::login_code(&state.hall_name(), &code, limits.expires_after / 60, language);
    state.messages.send(&phone, &text).await?;
    metrics::counter!("onehall_login_codes_total").increment(1);
    let seconds = |seconds: i64| u32::try_from(seconds).unwrap_or(0);
    let sent = CodeSent {
        resend_after: seconds(limits.resend_after),
        expires_in: seconds(limits.expires_after),
        phone: phone.masked(),
    };
    Ok((StatusCode::ACCEPTED, Json(sent)))
}

/// Log in with a phone number and its one-time code
///
/// Sets the session cookie. A number that the hall does not know gets an account of assurance level L1.
#[utoipa::path(post, path = "/identity/session", tag = "identity", request_body = LoginRequest,
    responses((status = 200, description = "Logged in; the cookie `onehall_session` is set", body = Session)))]
async fn log_in(
    State(state): State<AppState>,
    Terminal(terminal): Terminal,
    client: ClientAddress,
    headers: HeaderMap,
    Json(request): Json<LoginRequest>,
) -> Result<Response> {
    let (token, citizen) = begin_session(&state, terminal, client, &headers, request).await?;
    // A kiosk's cookie ends with its browser at the latest; elsewhere it lasts as long as the session can.
    let lifetime = citizen.ends_at.unix_millis() - state.clock.now().unix_millis();
    let seconds = (terminal != TerminalKind::Kiosk).then_some(lifetime / 1000);
    let cookie = cookies::set(SESSION_COOKIE, token.as_str(), seconds, state.config.secure_cookies());
    Ok(([(header::SET_COOKIE, cookie)], Json(citizen.view())).into_response())
}

/// Log in on a terminal that holds its session itself
///
/// As `POST /identity/session`, for native shells and mini-apps: the token comes in the answer, no cookie is set. It goes
/// into the header `Authorization: Bearer` of every request.
#[utoipa::path(post, path = "/identity/tokens", tag = "identity", request_body = LoginRequest,
    responses((status = 200, description = "Logged in", body = TokenGranted)))]
async fn grant_token(
    State(state): State<AppState>,
    Terminal(terminal): Terminal,
    client: ClientAddress,
    headers: HeaderMap,
    Json(request): Json<LoginRequest>,
) -> Result<Json<TokenGranted>> {
    let (token, citizen) = begin_session(&state, terminal, client, &headers, request).await?;
    Ok(Json(TokenGranted {
        token: token.as_str().to_owned(),
        session: citizen.view(),
    }))
}

async fn begin_session(
    state: &AppState,
    terminal: TerminalKind,
    client: ClientAddress,
    headers: &HeaderMap,
    request: LoginRequest,
) -> Result<(Token, Citizen)> {
    let phone = phone_number(&request.phone)?;
    let token = Token::generate(&*state.rng);
    let login = LogIn {
        phone_hash: phone_hash(state, &phone),
        client: client_hash(state, client),
        code: code_hash(state, &phone, request.code.trim()),
        phone,
        new_person: PersonId(state.new_id()),
        session: token.hash(),
        terminal,
        limits: state.config.codes,
        now: state.clock.now(),
    };
    let citizen = state.storage.log_in(login).await?;
    // One session a terminal: the one that it replaces must not live on where nobody sees it.
    if let Some(before) = session_token(headers, state.config.secure_cookies()) {
        end_session(state, before).await?;
    }
    Ok((token, citizen))
}

/// Who is logged in
#[utoipa::path(get, path = "/identity/session", tag = "identity",
    responses((status = 200, description = "The session of this terminal", body = Session)),
    security(("citizen" = [])))]
async fn session(citizen: Citizen) -> Json<Session> {
    Json(citizen.view())
}

/// Log out
///
/// Ends the session of this terminal, wherever its cookie or token may have been copied to.
#[utoipa::path(delete, path = "/identity/session", tag = "identity",
    responses((status = 204, description = "Logged out; also if nobody was logged in")))]
async fn log_out(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<(StatusCode, [(header::HeaderName, HeaderValue); 1])> {
    if let Some(token) = session_token(&headers, state.config.secure_cookies()) {
        end_session(&state, token).await?;
    }
    let cookie = cookies::clear(SESSION_COOKIE, state.config.secure_cookies());
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]))
}

async fn end_session(state: &AppState, token: &str) -> Result<()> {
    if let Some(person) = state.storage.log_out(TokenHash::of(token)).await? {
        state.events.poke(&Channel::Person(person), &Poke::SessionEnded);
    }
    Ok(())
}

/// Whose profile is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ProfileQuery {
    /// Whose matter it is; the citizen's own where absent.
    principal: Option<PersonId>,
}

/// What is prefilled into forms
#[utoipa::path(get, path = "/identity/profile", tag = "identity", params(ProfileQuery),
    responses((status = 200, description = "Values by prefill key, to the person only", body = Profile)),
    security(("citizen" = [])))]
async fn profile(citizen: Citizen, Query(query): Query<ProfileQuery>) -> Result<Json<Profile>> {
    let principal = citizen.principal(query.principal)?;
    Ok(Json(citizen.profile(principal)))
}

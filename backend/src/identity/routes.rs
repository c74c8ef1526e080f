//! `/api/v1/identity`: one-time codes, the session, the profile.

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use onehall_protocol::cases::Poke;
use onehall_protocol::contacts::Contact;
use onehall_protocol::identity::{
    CodeRequest, CodeSent, ConfirmedLogin, LoginRequest, Profile, Session, TerminalKind, TokenGranted,
};
use onehall_protocol::{ErrorCode, PersonId, Problem};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::contacts::contact;
use super::granted::Held;
use super::model::{Citizen, OwnPages, SESSION_COOKIE, session_of, session_token};
use super::store::{CodeToSend, Confirmed, LogIn, Place};
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
        .routes(routes!(log_in_confirmed))
        .routes(routes!(grant_token_confirmed))
        .routes(routes!(profile))
        .merge(super::level::routes())
        .merge(super::passkeys::routes())
        .merge(super::contacts::routes())
        .merge(super::card::routes())
}

fn code_hash(state: &AppState, contact: &Contact, code: &str) -> [u8; 32] {
    state.key.keyed_hash("login-code", &[contact.as_str(), code])
}

fn contact_hash(state: &AppState, contact: &Contact) -> [u8; 32] {
    state.key.keyed_hash("phone", &[contact.as_str()])
}

pub(super) fn client_hash(state: &AppState, client: ClientAddress) -> [u8; 32] {
    state.key.keyed_hash("client", &[&client.network()])
}

/// Send a one-time code to a phone or an e-mail address
///
/// The answer is the same whether or not the hall knows where it goes. A new code replaces the one before. An address logs in
/// where it was added to an account; elsewhere its owner alone learns that it was not.
#[utoipa::path(post, path = "/identity/codes", tag = "identity", request_body = CodeRequest,
    responses((status = 202, description = "A code is on its way", body = CodeSent)))]
async fn send_code(
    State(state): State<AppState>,
    AcceptLanguage(language): AcceptLanguage,
    client: ClientAddress,
    Json(request): Json<CodeRequest>,
) -> Result<(StatusCode, Json<CodeSent>)> {
    let contact = contact(&request.phone, "phone")?;
    let code = format!("{:06}", random_below(&*state.rng, 1_000_000));
    let limits = state.config.codes;
    let command = CodeToSend {
        phone: contact_hash(&state, &contact),
        client: client_hash(&state, client),
        code: code_hash(&state, &contact, &code),
        limits,
        now: state.clock.now(),
    };
    state.storage.take_code(command).await?;
    // Every phone number begins an account.
    let known = state.storage.knows_contact(contact.clone()).await?;
    let text = match contact {
        Contact::Email(_) if !known => messages::unknown_address(&state.hall_name(), language),
        _ => messages::login_code(&state.hall_name(), &code, limits.expires_after / 60, language),
    };
    messages::send(&state, &contact, &text, language).await?;
    metrics::counter!("onehall_login_codes_total").increment(1);
    Ok((StatusCode::ACCEPTED, Json(limits.sent_to(&contact))))
}

/// Log in with a phone number or an e-mail address and its one-time code
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
    let token = Token::generate(&*state.rng);
    let held = Held::by_token(token.clone());
    let citizen = begin_session(&state, terminal, client, &headers, request, &held).await?;
    Ok(with_cookie(&state, terminal, &token, &citizen))
}

/// Log in on a terminal that holds its session itself
///
/// As `POST /identity/session`, for native shells and mini-apps: what the terminal holds comes in the answer, no cookie is set. A
/// terminal that the city has registered (the client `hall-desktop`, `hall-mobile` or `hall-kiosk`) and that sends a proof of its key
/// (RFC 9449, with the nonce of a first answer 401) gets `bound`: tokens that count with a proof for each request, in the header
/// `Authorization: DPoP`, and are renewed at `/oauth/token`. Every other one gets `token`, which goes into the header
/// `Authorization: Bearer` of every request.
#[utoipa::path(post, path = "/identity/tokens", tag = "identity", request_body = LoginRequest,
    params(("DPoP" = Option<String>, Header, description = "Proof of the key that the session is to be bound to")),
    responses((status = 200, description = "Logged in", body = TokenGranted),
        (status = 401, description = "identity/not_logged_in: the proof does not count; `DPoP-Nonce` says with what to make it", body = Problem)))]
async fn grant_token(
    State(state): State<AppState>,
    Terminal(terminal): Terminal,
    client: ClientAddress,
    parts: Parts,
    Json(request): Json<LoginRequest>,
) -> Result<Json<TokenGranted>> {
    // Before the code is looked at: a terminal that has to make its proof again has not used it up then.
    let held = Held::by_terminal(&state, &parts, terminal).await?;
    let citizen = begin_session(&state, terminal, client, &parts.headers, request, &held).await?;
    Ok(Json(held.told(&state, &citizen)))
}

/// Log in with a phone number whose account was not used for long
///
/// After `identity/confirm_identity`, with the same code: with the identity number of whose account it is, or as who is new to the
/// number. The latter begins an account of their own; the number logs the one of before in no more. Sets the session cookie.
#[utoipa::path(post, path = "/identity/session/confirmed", tag = "identity", request_body = ConfirmedLogin,
    responses((status = 200, description = "Logged in; the cookie `onehall_session` is set", body = Session)))]
async fn log_in_confirmed(
    State(state): State<AppState>,
    Terminal(terminal): Terminal,
    client: ClientAddress,
    headers: HeaderMap,
    Json(request): Json<ConfirmedLogin>,
) -> Result<Response> {
    let token = Token::generate(&*state.rng);
    let held = Held::by_token(token.clone());
    let citizen = begin_confirmed(&state, terminal, client, &headers, request, &held).await?;
    Ok(with_cookie(&state, terminal, &token, &citizen))
}

/// As `POST /identity/session/confirmed`, on a terminal that holds its session itself
///
/// By what, `POST /identity/tokens` says.
#[utoipa::path(post, path = "/identity/tokens/confirmed", tag = "identity", request_body = ConfirmedLogin,
    params(("DPoP" = Option<String>, Header, description = "Proof of the key that the session is to be bound to")),
    responses((status = 200, description = "Logged in", body = TokenGranted),
        (status = 401, description = "identity/not_logged_in: the proof does not count; `DPoP-Nonce` says with what to make it", body = Problem)))]
async fn grant_token_confirmed(
    State(state): State<AppState>,
    Terminal(terminal): Terminal,
    client: ClientAddress,
    parts: Parts,
    Json(request): Json<ConfirmedLogin>,
) -> Result<Json<TokenGranted>> {
    let held = Held::by_terminal(&state, &parts, terminal).await?;
    let citizen = begin_confirmed(&state, terminal, client, &parts.headers, request, &held).await?;
    Ok(Json(held.told(&state, &citizen)))
}

fn with_cookie(state: &AppState, terminal: TerminalKind, token: &Token, citizen: &Citizen) -> Response {
    // A kiosk's cookie ends with its browser at the latest; elsewhere it lasts as long as the session can.
    let lifetime = citizen.ends_at.unix_millis() - state.clock.now().unix_millis();
    let seconds = (terminal != TerminalKind::Kiosk).then_some(lifetime / 1000);
    let cookie = cookies::set(SESSION_COOKIE, token.as_str(), seconds, state.config.secure_cookies());
    ([(header::SET_COOKIE, cookie)], Json(citizen.view())).into_response()
}

/// A login as it was asked for.
fn login(
    state: &AppState,
    terminal: TerminalKind,
    client: ClientAddress,
    headers: &HeaderMap,
    request: &LoginRequest,
    held: &Held,
) -> Result<LogIn> {
    let contact = contact(&request.phone, "phone")?;
    let place = Place::of(headers, state);
    // A page of another site is one, whatever it says of itself.
    let terminal = match place.site {
        Some(_) => TerminalKind::MiniApp,
        None => terminal,
    };
    Ok(LogIn {
        to: contact_hash(state, &contact),
        client: client_hash(state, client),
        code: code_hash(state, &contact, request.code.trim()),
        contact,
        new_person: PersonId(state.new_id()),
        session: held.session,
        terminal,
        place,
        bind: held.bind.clone(),
        limits: state.config.codes,
        now: state.clock.now(),
    })
}

async fn begin_session(
    state: &AppState,
    terminal: TerminalKind,
    client: ClientAddress,
    headers: &HeaderMap,
    request: LoginRequest,
    held: &Held,
) -> Result<Citizen> {
    let login = login(state, terminal, client, headers, &request, held)?;
    let citizen = state.storage.log_in(login).await?;
    replaced(state, headers).await?;
    Ok(citizen)
}

async fn begin_confirmed(
    state: &AppState,
    terminal: TerminalKind,
    client: ClientAddress,
    headers: &HeaderMap,
    request: ConfirmedLogin,
    held: &Held,
) -> Result<Citizen> {
    let confirmed = match request.citizen_id.as_deref().map(str::trim) {
        None => Confirmed::NewOwner,
        Some(number) => {
            let invalid = |_| Error::new(ErrorCode::InvalidBody).with_field("citizen_id", "invalid");
            Confirmed::Owner(number.to_ascii_uppercase().parse().map_err(invalid)?)
        }
    };
    let request = LoginRequest {
        phone: request.phone,
        code: request.code,
    };
    let login = login(state, terminal, client, headers, &request, held)?;
    let lost = login.contact.clone();
    let (citizen, lost_by) = state.storage.log_in_confirmed(login, confirmed).await?;
    replaced(state, headers).await?;
    if let Some(person) = lost_by {
        super::contacts::number_lost(state, person, &lost).await?;
    }
    Ok(citizen)
}

/// One session a terminal: the one that a new one replaces must not live on where nobody sees it.
pub(super) async fn replaced(state: &AppState, headers: &HeaderMap) -> Result<()> {
    if let Some(before) = session_token(headers, state.config.secure_cookies()) {
        end_session(state, TokenHash::of(before)).await?;
    }
    Ok(())
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
    parts: Parts,
) -> Result<(StatusCode, [(header::HeaderName, HeaderValue); 1])> {
    if let Some(session) = session_of(&parts, &state).await? {
        end_session(&state, session).await?;
    }
    let cookie = cookies::clear(SESSION_COOKIE, state.config.secure_cookies());
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]))
}

pub(super) async fn end_session(state: &AppState, session: TokenHash) -> Result<()> {
    if let Some(person) = state.storage.log_out(session).await? {
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
async fn profile(OwnPages(citizen): OwnPages, Query(query): Query<ProfileQuery>) -> Result<Json<Profile>> {
    let principal = citizen.principal(query.principal)?;
    Ok(Json(citizen.profile(principal)))
}

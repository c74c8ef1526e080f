//! `/api/v1/identity/card`: a citizen logs in at a kiosk, with the identity card on its reader and a code to their phone.
//!
//! The card says whose account it is, the code that its owner stands there: who found a card gets no code, and who knows a number
//! has no card, so only a kiosk that shows its key says what it read. Codes are counted and kept under the card, known or not,
//! and no answer waits for the message: nothing tells who has an account. It begins none, and is a session of a kiosk.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use onehall_protocol::identity::{CardCodeRequest, CardCodeSent, CardLogin, TerminalKind, TokenGranted};
use onehall_protocol::{CitizenId, Language, Problem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::granted::Held;
use super::passkeys::UseCode;
use super::routes::replaced;
use super::store::{CardLogIn, CodeToSend, Place};
use crate::error::Result;
use crate::halls::AtKiosk;
use crate::http::extract::{AcceptLanguage, Json};
use crate::messages::{self, Kiosk};
use crate::secrets::random_below;
use crate::state::AppState;

/// The routes of logins by card.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(send_code))
        .routes(routes!(grant_token))
}

fn card_hash(state: &AppState, card: &CitizenId) -> [u8; 32] {
    state.key.keyed_hash("card", &[card.as_str()])
}

fn code_hash(state: &AppState, card: &CitizenId, code: &str) -> [u8; 32] {
    state.key.keyed_hash("card-code", &[card.as_str(), code])
}

/// Many people share a kiosk, and many kiosks an address: each counts by itself.
fn client_hash(state: &AppState, kiosk: &AtKiosk) -> [u8; 32] {
    state.key.keyed_hash("card-client", &[&kiosk.to_string()])
}

/// Send a one-time code to the owner of an identity card
///
/// To what comes first of the contacts of their account. The answer is the same for a card that nobody here has. Only for kiosks, by
/// their key.
#[utoipa::path(post, path = "/identity/card/codes", tag = "identity", request_body = CardCodeRequest,
    params(("OneHall-Kiosk" = String, Header, description = "Hall, number and key of the kiosk: `central/3/<key>`")),
    responses((status = 202, description = "A code is on its way, if the card has an account", body = CardCodeSent),
        (status = 403, description = "identity/forbidden: no kiosk of a hall", body = Problem),
        (status = 429, description = "request/too_many", body = Problem)))]
async fn send_code(
    State(state): State<AppState>,
    AcceptLanguage(language): AcceptLanguage,
    kiosk: AtKiosk,
    Json(request): Json<CardCodeRequest>,
) -> Result<(StatusCode, Json<CardCodeSent>)> {
    let citizen_id = request.citizen_id;
    let code = format!("{:06}", random_below(&*state.rng, 1_000_000));
    let limits = state.config.codes;
    state
        .storage
        .take_code(CodeToSend {
            phone: card_hash(&state, &citizen_id),
            client: client_hash(&state, &kiosk),
            code: code_hash(&state, &citizen_id, &code),
            limits,
            now: state.clock.now(),
        })
        .await?;
    metrics::counter!("onehall_login_codes_total").increment(1);
    let sending = send(state, kiosk, citizen_id, code, language);
    tokio::spawn(async move {
        if let Err(error) = sending.await {
            tracing::error!(%error, "could not send the code of a login by card");
        }
    });
    let seconds = |seconds: i64| u32::try_from(seconds).unwrap_or(0);
    let sent = CardCodeSent {
        resend_after: seconds(limits.resend_after),
        expires_in: seconds(limits.expires_after),
    };
    Ok((StatusCode::ACCEPTED, Json(sent)))
}

/// Sends a code to the owner of a card; nothing where there is none.
async fn send(state: AppState, kiosk: AtKiosk, card: CitizenId, code: String, language: Language) -> Result<()> {
    let Some(owner) = state.storage.citizen_of_card(card).await? else {
        return Ok(());
    };
    let contacts = state.storage.contacts(owner).await?;
    let Some(first) = contacts.into_iter().next() else {
        return Ok(());
    };
    let at = Kiosk {
        hall: kiosk.hall_name(&state.city),
        number: kiosk.number,
    };
    let minutes = state.config.codes.expires_after / 60;
    let text = messages::card_code(&state.hall_name(), &at, &code, minutes, language);
    messages::send(&state, &first.contact, &text, language).await
}

/// Log in at a kiosk with an identity card and its one-time code
///
/// Gives what `POST /identity/tokens` gives to a kiosk, bound to a key where it proves to hold one; the session is one of a kiosk,
/// whatever the request says of itself.
#[utoipa::path(post, path = "/identity/card/tokens", tag = "identity", request_body = CardLogin,
    params(("OneHall-Kiosk" = String, Header, description = "Hall, number and key of the kiosk: `central/3/<key>`"),
        ("DPoP" = Option<String>, Header, description = "Proof of the key that the session is to be bound to")),
    responses((status = 200, description = "Logged in", body = TokenGranted),
        (status = 401, description = "identity/not_logged_in: the proof does not count; `DPoP-Nonce` says with what to make it", body = Problem),
        (status = 403, description = "identity/forbidden: no kiosk of a hall", body = Problem),
        (status = 422, description = "identity/wrong_code", body = Problem)))]
async fn grant_token(
    State(state): State<AppState>,
    kiosk: AtKiosk,
    parts: Parts,
    Json(login): Json<CardLogin>,
) -> Result<Json<TokenGranted>> {
    let held = Held::by_terminal(&state, &parts, TerminalKind::Kiosk).await?;
    let login = CardLogIn {
        code: UseCode {
            to: card_hash(&state, &login.citizen_id),
            code: code_hash(&state, &login.citizen_id, login.code.trim()),
            client: client_hash(&state, &kiosk),
            limits: state.config.codes,
            now: state.clock.now(),
        },
        citizen_id: login.citizen_id,
        session: held.session,
        place: Place::of(&parts.headers, &state),
        bind: held.bind.clone(),
    };
    let citizen = state.storage.log_in_by_card(login).await?;
    replaced(&state, &parts.headers).await?;
    Ok(Json(held.told(&state, &citizen)))
}

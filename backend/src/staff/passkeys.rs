//! Passkeys of staff: after the password one does in place of the code of the authenticator app, and shows anew that whoever sits at
//! a console is there.
//!
//! The ceremonies and what is kept are those of citizens (`identity::passkeys`). The challenges are not: they are sealed apart, and
//! say for which login or session they were given, so that nothing that was signed for the pages of citizens counts here.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use onehall_protocol::passkeys::{AddPasskey, PasskeyAnswer, PasskeyPurpose, PasskeyView};
use onehall_protocol::staff::{StaffPasskeyFactor, StaffSession};
use onehall_protocol::{PasskeyId, Problem, StaffId};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::login;
use super::model::Staff;
use super::routes::logged_in;
use crate::error::{Error, Result};
use crate::http::extract::{ClientAddress, Json, Path};
use crate::identity::passkeys::webauthn::{self, Asked, Keeps, RelyingParty};
use crate::identity::passkeys::{NewPasskey, PasskeyUse, named};
use crate::secrets::{Sealer, TokenHash};
use crate::state::AppState;

/// The routes of staff's passkeys.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(second_step))
        .routes(routes!(prove_options))
        .routes(routes!(prove))
        .routes(routes!(list, add))
        .routes(routes!(add_options))
        .routes(routes!(remove))
}

fn sealer(state: &AppState) -> Sealer {
    state.key.sealer(&["staff-passkey-challenge"])
}

/// For what is asked: of the login that a ticket names, or of a console's session.
pub(super) fn asked(purpose: PasskeyPurpose, of: TokenHash) -> Asked {
    Asked { purpose, session: of.0 }
}

async fn credentials(state: &AppState, staff: StaffId) -> Result<Vec<Vec<u8>>> {
    let known = state.storage.staff_passkeys(staff).await?;
    Ok(known.into_iter().map(|passkey| passkey.credential).collect())
}

/// What a browser needs to ask for a passkey of an account; none where the account has none.
pub(super) async fn options(state: &AppState, staff: StaffId, asked: Asked) -> Result<Option<Value>> {
    let known = credentials(state, staff).await?;
    if known.is_empty() {
        return Ok(None);
    }
    let challenge = webauthn::challenge(&sealer(state), asked, state.clock.now())?;
    let rp = RelyingParty::of(&state.config);
    Ok(Some(webauthn::request_options(&rp, &challenge, &known)))
}

/// The answer of a passkey of staff, with its signature verified. Whose it is the store says.
pub(super) async fn verified(state: &AppState, answer: &Value, asked: Asked) -> Result<PasskeyUse> {
    let now = state.clock.now();
    let rp = RelyingParty::of(&state.config);
    let signed = webauthn::signed(&rp, &sealer(state), answer, asked, now)?;
    let known = state.storage.staff_passkey(signed.credential.clone()).await?;
    PasskeyUse::of(signed, known.as_ref(), now)
}

/// Staff login, second step: a passkey in place of the code
///
/// The options came with the first step. A passkey of another account, one that was removed, and an answer to anything else are not
/// told apart.
#[utoipa::path(post, path = "/staff/session/passkey", tag = "staff", request_body = StaffPasskeyFactor, responses(
    (status = 200, description = "Logged in; the cookie `onehall_staff` is set", body = StaffSession),
    (status = 422, body = Problem, description = "identity/passkey_refused"), (status = 429, body = Problem),
))]
async fn second_step(
    State(state): State<AppState>,
    client: ClientAddress,
    Json(request): Json<StaffPasskeyFactor>,
) -> Result<Response> {
    let entered = login::second_step_by_passkey(&state, request, client).await?;
    Ok(logged_in(&state, entered))
}

/// What a browser needs to ask for a passkey of who sits at a console
#[utoipa::path(post, path = "/staff/session/proof/passkey-options", tag = "staff", responses(
    (status = 200, description = "The options", body = serde_json::Value), (status = 401, body = Problem),
    (status = 404, body = Problem, description = "The account has none"),
), security(("staff" = [])))]
async fn prove_options(State(state): State<AppState>, staff: Staff) -> Result<Json<Value>> {
    let asked = asked(PasskeyPurpose::Prove, staff.session);
    let options = options(&state, staff.id, asked).await?;
    options.map(Json).ok_or_else(Error::not_found)
}

/// Show anew that one is there, by a passkey
///
/// As with a code: it counts for ten minutes in this session.
#[utoipa::path(post, path = "/staff/session/proof/passkey", tag = "staff", request_body = PasskeyAnswer, responses(
    (status = 204, description = "It counts for ten minutes"), (status = 401, body = Problem),
    (status = 422, body = Problem, description = "identity/passkey_refused"), (status = 429, body = Problem),
), security(("staff" = [])))]
async fn prove(
    State(state): State<AppState>,
    staff: Staff,
    client: ClientAddress,
    Json(request): Json<PasskeyAnswer>,
) -> Result<StatusCode> {
    login::step_up_by_passkey(&state, &staff, &request.credential, client).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's own passkeys for the console
#[utoipa::path(get, path = "/staff/passkeys", tag = "staff", responses(
    (status = 200, description = "The oldest first", body = [PasskeyView]), (status = 401, body = Problem),
), security(("staff" = [])))]
async fn list(State(state): State<AppState>, staff: Staff) -> Result<Json<Vec<PasskeyView>>> {
    let known = state.storage.staff_passkeys(staff.id).await?;
    Ok(Json(known.into_iter().map(|passkey| passkey.view).collect()))
}

/// What a browser needs to make a passkey for the console
///
/// Only for who has shown a moment ago that they are there: who finds a console open must not make themselves a key to it.
#[utoipa::path(post, path = "/staff/passkeys/options", tag = "staff", responses(
    (status = 200, description = "The options", body = serde_json::Value), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/step_up_required"),
), security(("staff" = [])))]
async fn add_options(State(state): State<AppState>, staff: Staff) -> Result<Json<Value>> {
    let now = state.clock.now();
    staff.require_proof(now)?;
    let challenge = webauthn::challenge(&sealer(&state), asked(PasskeyPurpose::Add, staff.session), now)?;
    let known = credentials(&state, staff.id).await?;
    let (rp, hall) = (RelyingParty::of(&state.config), state.hall_name());
    let of = (staff.id.0.as_bytes().as_slice(), staff.account.account.as_str());
    let options = webauthn::creation_options(&rp, &hall.zh_cn, &challenge, of, Keeps::Key, &known);
    Ok(Json(options))
}

/// Add a passkey for the console
#[utoipa::path(post, path = "/staff/passkeys", tag = "staff", request_body = AddPasskey, responses(
    (status = 201, description = "Added", body = PasskeyView), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/step_up_required"),
    (status = 422, body = Problem, description = "identity/passkey_refused"),
), security(("staff" = [])))]
async fn add(
    State(state): State<AppState>,
    staff: Staff,
    Json(request): Json<AddPasskey>,
) -> Result<(StatusCode, Json<PasskeyView>)> {
    let now = state.clock.now();
    staff.require_proof(now)?;
    let name = named(&request.name)?;
    let rp = RelyingParty::of(&state.config);
    let asked = asked(PasskeyPurpose::Add, staff.session);
    let new = NewPasskey {
        id: PasskeyId(state.new_id()),
        owner: staff.id,
        name,
        made: webauthn::made(&rp, &sealer(&state), &request.credential, asked, now)?,
        now,
    };
    Ok((StatusCode::CREATED, Json(state.storage.add_staff_passkey(new).await?)))
}

/// Remove a passkey of one's own
///
/// It logs nobody in any more. The authenticator app always does.
#[utoipa::path(delete, path = "/staff/passkeys/{id}", tag = "staff", params(("id" = PasskeyId, Path)), responses(
    (status = 204, description = "Removed"), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/step_up_required"), (status = 404, body = Problem),
), security(("staff" = [])))]
async fn remove(State(state): State<AppState>, staff: Staff, Path(id): Path<PasskeyId>) -> Result<StatusCode> {
    let now = state.clock.now();
    staff.require_proof(now)?;
    state.storage.remove_staff_passkey(staff.id, id, now).await?;
    Ok(StatusCode::NO_CONTENT)
}

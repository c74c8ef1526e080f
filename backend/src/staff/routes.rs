//! `/api/v1/staff`: login, session, accounts.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use onehall_protocol::cases::Poke;
use onehall_protocol::staff::{
    ChangeStaff, CreateStaff, Role, StaffAccountSaved, StaffAccountView, StaffChallenge, StaffLogin, StaffProof,
    StaffSecondFactor, StaffSession,
};
use onehall_protocol::{ErrorCode, FieldError, Problem, StaffId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{STAFF_COOKIE, Staff, StaffAccount};
use super::store::{ChangeAccount, CreateAccount};
use super::{login, password};
use crate::error::{Error, Result};
use crate::events::Channel;
use crate::http::cookies;
use crate::http::extract::{ClientAddress, Json, Path};
use crate::secrets::{Token, TokenHash};
use crate::state::AppState;

/// The routes of staff.
#[must_use]
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(first_step, session, log_out))
        .routes(routes!(second_step))
        .routes(routes!(step_up))
        .routes(routes!(accounts, create))
        .routes(routes!(change))
        .merge(super::passkeys::routes())
        .merge(super::audit::routes())
}

/// Staff login, first step: account and password
///
/// Wrong account and wrong password are not told apart. After five wrong tries the name is locked, for the network from
/// which they came, for a time that doubles with each further one, whether or not it exists.
#[utoipa::path(post, path = "/staff/session", tag = "staff", request_body = StaffLogin,
    responses((status = 200, description = "The second factor comes now", body = StaffChallenge)))]
async fn first_step(
    State(state): State<AppState>,
    client: ClientAddress,
    Json(request): Json<StaffLogin>,
) -> Result<Json<StaffChallenge>> {
    Ok(Json(login::first_step(&state, request, client).await?))
}

/// Staff login, second step: the code of the authenticator app
#[utoipa::path(post, path = "/staff/session/second-factor", tag = "staff", request_body = StaffSecondFactor,
    responses((status = 200, description = "Logged in; the cookie `onehall_staff` is set", body = StaffSession)))]
async fn second_step(
    State(state): State<AppState>,
    client: ClientAddress,
    Json(request): Json<StaffSecondFactor>,
) -> Result<Response> {
    let entered = login::second_step(&state, request, client).await?;
    Ok(logged_in(&state, entered))
}

/// The answer to a login that is whole.
pub(super) fn logged_in(state: &AppState, (staff, token): (Staff, Token)) -> Response {
    // A console's session ends with its browser at the latest.
    let cookie = cookies::set(STAFF_COOKIE, token.as_str(), None, state.config.secure_cookies());
    ([(header::SET_COOKIE, cookie)], Json(staff.view())).into_response()
}

/// Show anew that one is there, by the code of the authenticator app
///
/// What cannot be undone asks for it (`identity/step_up_required`): it counts for ten minutes in this session, as the one of the
/// login does. Wrong ones count with those of the login.
#[utoipa::path(post, path = "/staff/session/proof", tag = "staff", request_body = StaffProof, responses(
    (status = 204, description = "It counts for ten minutes"), (status = 401, body = Problem),
    (status = 422, body = Problem, description = "identity/wrong_code: wrong or used"), (status = 429, body = Problem),
), security(("staff" = [])))]
async fn step_up(
    State(state): State<AppState>,
    staff: Staff,
    client: ClientAddress,
    Json(request): Json<StaffProof>,
) -> Result<StatusCode> {
    login::step_up(&state, &staff, &request.code, client).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which member of staff is logged in
#[utoipa::path(get, path = "/staff/session", tag = "staff",
    responses((status = 200, description = "The session of this console", body = StaffSession)),
    security(("staff" = [])))]
async fn session(staff: Staff) -> Json<StaffSession> {
    Json(staff.view())
}

/// Log out of the console
#[utoipa::path(delete, path = "/staff/session", tag = "staff",
    responses((status = 204, description = "Logged out; also if nobody was logged in")))]
async fn log_out(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1])> {
    if let Some(token) = cookies::get(&headers, STAFF_COOKIE, state.config.secure_cookies()) {
        let staff = state
            .storage
            .staff_log_out(TokenHash::of(token), state.clock.now())
            .await?;
        if let Some(staff) = staff {
            state.events.poke(&Channel::Staff(staff), &Poke::SessionEnded);
        }
    }
    let cookie = cookies::clear(STAFF_COOKIE, state.config.secure_cookies());
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]))
}

/// All accounts that this administrator administers
#[utoipa::path(get, path = "/staff/accounts", tag = "staff",
    responses((status = 200, description = "The accounts, by account name", body = [StaffAccountView])),
    security(("staff" = [])))]
async fn accounts(State(state): State<AppState>, staff: Staff) -> Result<Json<Vec<StaffAccountView>>> {
    let accounts = state.storage.staff_accounts(staff.administers()?).await?;
    Ok(Json(accounts.iter().map(StaffAccount::view).collect()))
}

/// Create an account
///
/// The answer holds its first password, once; it must be changed with the first login, which also enrols the second
/// factor.
#[utoipa::path(post, path = "/staff/accounts", tag = "staff", request_body = CreateStaff,
    responses((status = 201, description = "Created", body = StaffAccountSaved)), security(("staff" = [])))]
async fn create(
    State(state): State<AppState>,
    staff: Staff,
    Json(request): Json<CreateStaff>,
) -> Result<(StatusCode, Json<StaffAccountSaved>)> {
    let scope = staff.administers()?;
    staff.require_proof(state.clock.now())?;
    let account = request.account.trim().to_lowercase();
    let mut wrong = Vec::new();
    let mut refuse = |path: &str, code: &str| {
        wrong.push(FieldError {
            path: path.to_owned(),
            code: code.to_owned(),
        })
    };
    if !is_account_name(&account) {
        refuse("account", "invalid");
    }
    if let Err(code) = check_name(&request.name) {
        refuse("name", code);
    }
    if let Err(code) = check_roles(&request.roles, request.authority.is_some()) {
        refuse(
            if code == "authority_required" {
                "authority"
            } else {
                "roles"
            },
            code,
        );
    }
    if request
        .authority
        .as_ref()
        .is_some_and(|code| !state.knows_authority(code))
    {
        refuse("authority", "unknown");
    }
    if request.hall.as_ref().is_some_and(|code| !state.knows_hall(code)) {
        refuse("hall", "unknown");
    }
    if !wrong.is_empty() {
        return Err(Error::new(ErrorCode::InvalidBody).with_fields(wrong));
    }
    if !scope.covers(request.authority.as_ref()) {
        return Err(Error::new(ErrorCode::Forbidden));
    }
    let first_password = password::first_password();
    let created = state
        .storage
        .create_staff(CreateAccount {
            id: StaffId(state.new_id()),
            account,
            name: request.name.trim().to_owned(),
            roles: in_order(&request.roles),
            authority: request.authority,
            hall: request.hall,
            password_hash: password::hash(first_password.clone()).await?,
            by: Some(staff.id),
            now: state.clock.now(),
        })
        .await?;
    let saved = StaffAccountSaved {
        account: created.view(),
        first_password: Some(first_password),
    };
    Ok((StatusCode::CREATED, Json(saved)))
}

/// Change an account
///
/// Switching it off, a new password and taking the second factor or the passkeys away end its sessions at once.
#[utoipa::path(patch, path = "/staff/accounts/{id}", tag = "staff", params(("id" = StaffId, Path, description = "The account")),
    request_body = ChangeStaff, responses((status = 200, description = "Changed", body = StaffAccountSaved)),
    security(("staff" = [])))]
async fn change(
    State(state): State<AppState>,
    staff: Staff,
    Path(id): Path<StaffId>,
    Json(request): Json<ChangeStaff>,
) -> Result<Json<StaffAccountSaved>> {
    let scope = staff.administers()?;
    staff.require_proof(state.clock.now())?;
    let mut refusal = Error::new(ErrorCode::InvalidBody);
    if let Some(Err(code)) = request.name.as_deref().map(check_name) {
        refusal = refusal.with_field("name", code);
    }
    // Whether the roles fit an account without an authority is known by the store.
    if request.roles.as_ref().is_some_and(Vec::is_empty) {
        refusal = refusal.with_field("roles", "required");
    }
    if !refusal.fields().is_empty() {
        return Err(refusal);
    }
    let first_password = request.reset_password.then(password::first_password);
    let password_hash = match first_password.clone() {
        Some(password) => Some(password::hash(password).await?),
        None => None,
    };
    let changed = state
        .storage
        .change_staff(ChangeAccount {
            id,
            scope,
            name: request.name.map(|name| name.trim().to_owned()),
            roles: request.roles.as_deref().map(in_order),
            active: request.active,
            password_hash,
            reset_second_factor: request.reset_second_factor,
            remove_passkeys: request.remove_passkeys,
            by: Some(staff.id),
            now: state.clock.now(),
        })
        .await?;
    // Every stream of the account looks whether its session is still one.
    state.events.poke(&Channel::Staff(id), &Poke::SessionEnded);
    Ok(Json(StaffAccountSaved {
        account: changed.view(),
        first_password,
    }))
}

/// Whether a text can be an account name: 2 to 64 lower-case letters, digits and hyphens, a letter first.
pub(crate) fn is_account_name(text: &str) -> bool {
    text.len() >= 2
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.parse::<onehall_protocol::ThemeCode>().is_ok()
}

fn check_name(name: &str) -> Result<(), &'static str> {
    match name.trim().chars().count() {
        0 => Err("required"),
        1..=60 => Ok(()),
        _ => Err("too_long"),
    }
}

/// Whoever handles cases belongs to an authority; only administrators may be of the whole hall.
pub(crate) fn check_roles(roles: &[Role], has_authority: bool) -> Result<(), &'static str> {
    if roles.is_empty() {
        return Err("required");
    }
    let handles_cases = roles.iter().any(|role| *role != Role::Administrator);
    if handles_cases && !has_authority {
        Err("authority_required")
    } else {
        Ok(())
    }
}

fn in_order(roles: &[Role]) -> Vec<Role> {
    Role::ALL.into_iter().filter(|role| roles.contains(role)).collect()
}

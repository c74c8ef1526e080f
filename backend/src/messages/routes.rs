//! `/api/v1/dev`: what only development mode shows. In production these routes do not exist.

use axum::extract::State;
use onehall_protocol::identity::{AssuranceLevel, SentMessage};
use onehall_protocol::staff::Role;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::{Error, Result};
use crate::http::extract::Json;
use crate::staff::totp;
use crate::state::AppState;

/// The routes of development mode.
#[must_use]
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(messages))
        .routes(routes!(citizens))
        .routes(routes!(staff_codes))
}

/// A demo citizen.
#[derive(Debug, Serialize, ToSchema)]
struct DemoCitizen {
    /// The phone number to log in with.
    phone: String,
    /// The name, as it is proved.
    name: String,
    /// The identity number, as it is proved.
    citizen_id: String,
    /// How sure the hall is of who it is, at the first start.
    assurance: AssuranceLevel,
}

/// A demo account of staff.
#[derive(Debug, Serialize, ToSchema)]
struct DemoStaff {
    /// The account name.
    account: String,
    /// The name.
    name: String,
    /// The roles.
    roles: Vec<Role>,
    /// The password from the city's files.
    password: String,
    /// A code of the second factor that can be used now.
    code: String,
}

/// Messages that would have been sent, the newest first
#[utoipa::path(get, path = "/dev/messages", tag = "development",
    responses((status = 200, description = "The last 200 messages", body = [SentMessage])))]
async fn messages(State(state): State<AppState>) -> Result<Json<Vec<SentMessage>>> {
    let sender = state.development_messages.as_ref().ok_or_else(Error::not_found)?;
    Ok(Json(sender.sent()))
}

/// The demo citizens: whom to log in as, and what to prove an identity with
#[utoipa::path(get, path = "/dev/citizens", tag = "development",
    responses((status = 200, description = "The citizens of the city's files", body = [DemoCitizen])))]
async fn citizens(State(state): State<AppState>) -> Json<Vec<DemoCitizen>> {
    let citizens = state.city.people.citizens.iter().map(|citizen| DemoCitizen {
        phone: citizen.phone.clone().into(),
        name: citizen.name.clone(),
        citizen_id: citizen.citizen_id.clone().into(),
        assurance: citizen.assurance,
    });
    Json(citizens.collect())
}

/// The demo accounts of staff, each with a code of its second factor that can be used now
#[utoipa::path(get, path = "/dev/staff-codes", tag = "development",
    responses((status = 200, description = "The demo accounts", body = [DemoStaff])))]
async fn staff_codes(State(state): State<AppState>) -> Result<Json<Vec<DemoStaff>>> {
    let mut accounts = Vec::new();
    for member in &state.city.staff {
        let last_used = state.storage.last_totp_step(member.account.clone()).await?;
        accounts.push(DemoStaff {
            account: member.account.clone(),
            name: member.name.clone(),
            roles: member.roles.clone(),
            password: member.password.clone(),
            code: totp::usable_code(&totp::parse_secret(&member.totp_secret)?, last_used, state.clock.now())?,
        });
    }
    Ok(Json(accounts))
}

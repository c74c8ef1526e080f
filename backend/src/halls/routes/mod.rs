//! `/api/v1/halls`, `/api/v1/tickets`, `/api/v1/appointments` for citizens, `/api/v1/staff/halls` for clerks.

mod appointments;
mod card;
mod citizen;
mod kiosks;
mod staff;

use onehall_protocol::cases::Poke;
use onehall_protocol::{HallCode, IdempotencyKey};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;

use super::model::{Attempt, Line};
use super::view::Place;
use crate::error::Result;
use crate::events::Channel;
use crate::state::AppState;

/// The routes of halls.
#[must_use]
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(citizen::routes())
        .merge(appointments::routes())
        .merge(card::routes())
        .merge(kiosks::routes())
        .merge(staff::routes())
}

/// The day of a hall as it is now.
async fn line(state: &AppState, place: &Place<'_>) -> Result<Line> {
    let today = super::today(state);
    state.storage.hall_line(place.floor.code.clone(), today).await
}

/// Tells everybody who looks at a hall that something moved there. To be called after the commit.
fn tell(state: &AppState, hall: &HallCode) {
    state.events.poke(&Channel::Hall(hall.clone()), &Poke::Queue);
}

/// Names an attempt: by its key, who makes it, and what it asks for.
fn attempt(state: &AppState, key: IdempotencyKey, who: &str, what: &str, body: &impl Serialize) -> Result<Attempt> {
    let body = serde_json::to_string(body)?;
    Ok(Attempt {
        key,
        payload: state.key.keyed_hash("attempt in a hall", &[who, what, &body]),
    })
}

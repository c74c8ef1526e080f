//! A child without a phone of its own: a parent or another guardian opens an account for it.
//!
//! The register of births and households says whose child it is. The child is a principal like any other, for whom the guardian
//! acts in all matters until the day before it is of age. Then that is over by itself, and the account is taken over by document
//! and face (`account::claiming`) by whoever's it is. Each guardian comes to act for it in the same way.

use axum::extract::State;
use axum::http::StatusCode;
use onehall_protocol::account::{DelegationView, OpenForChild};
use onehall_protocol::cases::Poke;
use onehall_protocol::{CitizenId, Date, DelegationId, ErrorCode, PersonId, Problem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::delegations::known_well;
use super::model::OpenChild;
use crate::clock::begin_of;
use crate::error::{Error, Result};
use crate::http::extract::{ClientAddress, Json};
use crate::identity::passkeys::require_proof;
use crate::identity::{OwnTerminal, guardian_of};
use crate::state::AppState;

/// Years at which somebody answers for themselves.
const OF_AGE: i32 = 18;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(open))
}

/// The day on which somebody is of age; the first of March for who was born on a 29th of February.
fn of_age(number: &CitizenId) -> Result<Date> {
    let born = number.birth_date().calendar();
    let year = born.year() + OF_AGE;
    Date::new(year, u8::from(born.month()), born.day())
        .or_else(|_| Date::new(year, 3, 1))
        .map_err(|cause| Error::internal("say when somebody is of age", cause))
}

/// Open an account for a child
///
/// By name and number, matched with the register of births and households. The child needs no phone; where another guardian
/// has opened an account for it, one comes to act for the same.
#[utoipa::path(post, path = "/account/children", tag = "account", request_body = OpenForChild, responses(
    (status = 201, description = "One acts for the child from now on", body = DelegationView), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal, identity/level_too_low, identity/step_up_required"),
    (status = 409, body = Problem, description = "identity/number_in_use: the child logs in by itself"),
    (status = 422, body = Problem, description = "identity/not_matched, request/invalid_body (`of_age`)"),
    (status = 429, body = Problem), (status = 503, body = Problem, description = "identity/verifier_unavailable"),
), security(("citizen" = [])))]
async fn open(
    State(state): State<AppState>,
    OwnTerminal(citizen): OwnTerminal,
    client: ClientAddress,
    Json(request): Json<OpenForChild>,
) -> Result<(StatusCode, Json<DelegationView>)> {
    known_well(&citizen)?;
    require_proof(&state, &citizen, true).await?;
    let (name, number) = guardian_of(&state, &citizen, client, &request).await?;
    let (now, offset) = (state.clock.now(), state.city.catalog.city.utc_offset_minutes);
    let of_age = of_age(&number)?;
    if of_age <= now.at_offset(offset).0 {
        return Err(Error::new(ErrorCode::InvalidBody).with_field("citizen_id", "of_age"));
    }
    let open = OpenChild {
        person: PersonId(state.new_id()),
        name,
        number,
        guardian: citizen.actor.id,
        delegation: DelegationId(state.new_id()),
        last_day: of_age.plus_days(-1),
        until: begin_of(of_age, offset),
        terminal: citizen.terminal,
        now,
    };
    let acts = state.storage.open_child(open).await?;
    metrics::counter!("onehall_accounts_of_children_total").increment(1);
    state.events.poke_person(citizen.actor.id, Poke::Delegations);
    Ok((StatusCode::CREATED, Json(acts.view(citizen.actor.id, &[], now))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_born_on_a_leap_day_is_of_age_on_the_first_of_march() {
        let day = |number: &str| {
            let number: CitizenId = number.parse().unwrap_or_else(|error| panic!("{error}"));
            of_age(&number).map(|day| day.to_string()).unwrap_or_default()
        };
        assert_eq!(day("620103201909152024"), "2037-09-15");
        assert_eq!(day("620103200802292030"), "2026-03-01");
    }
}

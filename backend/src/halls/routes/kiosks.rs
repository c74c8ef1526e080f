//! Kiosks say how they are, again and again; those who run the hall see it, and which of them fell silent.

use axum::extract::State;
use axum::http::StatusCode;
use onehall_protocol::halls::{KioskSeen, KioskSign};
use onehall_protocol::{ErrorCode, HallCode, Problem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::kiosk::AtKiosk;
use super::super::view::Place;
use crate::error::{Error, Result};
use crate::http::extract::{Json, Path};
use crate::staff::Staff;
use crate::state::AppState;

/// After how many seconds without a sign a kiosk counts as silent: it gives one each minute.
const SILENT_AFTER: i64 = 180;

/// The longest name of a version.
const LONGEST_VERSION: usize = 40;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(sign))
}

/// A kiosk says how it is
///
/// Which devices it has and how they are, and what became of the visits since it was started. Only for kiosks of the hall, by
/// their key.
#[utoipa::path(post, path = "/halls/{hall}/kiosk", tag = "halls", request_body = KioskSign,
    params(("hall" = HallCode, Path, description = "Which"),
        ("OneHall-Kiosk" = String, Header, description = "Hall, number and key of the kiosk: `central/3/<key>`")),
    responses((status = 204, description = "Heard"),
        (status = 403, description = "identity/forbidden: no kiosk of this hall", body = Problem)))]
async fn sign(
    State(state): State<AppState>,
    Path(hall): Path<HallCode>,
    kiosk: AtKiosk,
    Json(sign): Json<KioskSign>,
) -> Result<StatusCode> {
    if kiosk.hall != hall {
        return Err(ErrorCode::Forbidden.into());
    }
    if sign.version.chars().count() > LONGEST_VERSION {
        return Err(Error::new(ErrorCode::InvalidBody).with_field("version", "too_long"));
    }
    if sign.unclean > 0 {
        tracing::warn!(%hall, kiosk = kiosk.number, unclean = sign.unclean, "a kiosk could not take away all that visits left");
    }
    let now = state.clock.now();
    state.storage.note_kiosk(hall, kiosk.number, sign, now).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The kiosks of a hall as they last said that they are; for those who see the whole hall.
pub(super) async fn kiosks(state: &AppState, at: &Place<'_>, staff: &Staff) -> Result<Vec<KioskSeen>> {
    if !at.sees_all(staff) {
        return Ok(Vec::new());
    }
    let mut signs = state.storage.kiosk_signs(at.floor.code.clone()).await?;
    let seen = at.floor.kiosks.iter().map(|place| {
        let said = signs.remove(&place.number);
        let at_last = said.as_ref().map(|(at, _)| *at);
        KioskSeen {
            number: place.number,
            silent: at_last.is_none_or(|last| last.plus_seconds(SILENT_AFTER) < at.now),
            at: at_last,
            sign: said.map(|(_, sign)| sign),
        }
    });
    Ok(seen.collect())
}

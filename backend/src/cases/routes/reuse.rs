//! Files that the hall has already, for a supplement: offered and taken over as to a draft.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use onehall_protocol::files::{FileOffer, FileView, ReuseFile, UploadTo};
use onehall_protocol::{CaseId, ErrorCode, MaterialCode, Problem};

use super::files::waits_for_supplement;
use crate::cases::supplement::named_files;
use crate::drafts::reuse::Taker;
use crate::error::{Error, Result};
use crate::http::extract::{Json, Path, Terminal};
use crate::identity::Citizen;
use crate::state::AppState;

async fn waiting_case(state: &AppState, citizen: &Citizen, id: CaseId) -> Result<Taker> {
    let file = waits_for_supplement(state, citizen, id).await?;
    let asked = file.supplement.ok_or(ErrorCode::ActionOutOfState)?;
    let content = state.city.form(&file.case.form.code, file.case.form.version);
    let content = content.ok_or_else(|| Error::broken("find the form of a case"))?;
    let mut taker = Taker {
        to: UploadTo::Case(id),
        principal: file.case.principal.id,
        reach: citizen.reach(),
        form: Arc::clone(&content.form),
        asked: Some(asked.items.into_iter().map(|item| item.path).collect()),
        found_wanting: Vec::new(),
    };
    let mut files = named_files(&taker.form, &file.answers)?;
    files.retain(|file| taker.asks(&file.path));
    taker.found_wanting = files.into_iter().map(|file| file.view.sha256).collect();
    Ok(taker)
}

/// Files that the hall has of a material that a supplement asks for
///
/// As for a draft: those that the principal handed in with other cases, and valid e-certificates, where the question
/// takes them. Not the very files that are asked for again.
#[utoipa::path(get, path = "/cases/{id}/materials/{material}/offers", tag = "cases",
    params(("id" = CaseId, Path), ("material" = MaterialCode, Path, description = "a material that the supplement asks for")),
    responses(
        (status = 200, body = Vec<FileOffer>, description = "The best first"), (status = 401, body = Problem),
        (status = 404, body = Problem, description = "No such case of yours, or it asks for no such material"),
        (status = 409, body = Problem, description = "cases/out_of_state"),
    ))]
pub(super) async fn offers(
    State(state): State<AppState>,
    citizen: Citizen,
    Path((id, material)): Path<(CaseId, MaterialCode)>,
) -> Result<Json<Vec<FileOffer>>> {
    let taker = waiting_case(&state, &citizen, id).await?;
    taker.offers(&state, &material).await
}

/// Take over a file that the hall has into a supplement
///
/// One of those that are offered, while the case waits for a supplement: a copy of its own, a file of the case, with where
/// it comes from. Asked again for the same question, it is the same copy. It counts once the supplement names it.
#[utoipa::path(post, path = "/cases/{id}/files/reuse", tag = "cases", params(("id" = CaseId, Path)),
    request_body = ReuseFile, responses(
        (status = 201, body = FileView), (status = 200, body = FileView, description = "It was taken over before"),
        (status = 400, body = Problem, description = "request/invalid_body: `path` is `unknown` or `not_asked`"),
        (status = 401, body = Problem),
        (status = 404, body = Problem, description = "No such case of yours, or the file is not offered to it"),
        (status = 409, body = Problem, description = "cases/out_of_state, files/too_many"), (status = 422, body = Problem),
    ))]
pub(super) async fn take_over(
    State(state): State<AppState>,
    citizen: Citizen,
    _: Terminal,
    Path(id): Path<CaseId>,
    Json(wanted): Json<ReuseFile>,
) -> Result<Response> {
    let taker = waiting_case(&state, &citizen, id).await?;
    taker.take_over(&state, wanted).await
}

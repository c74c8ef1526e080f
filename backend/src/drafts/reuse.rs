//! Files that the hall has already, over HTTP: offered to a draft, and taken over instead of a second upload.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use onehall_forms::Kind;
use onehall_protocol::files::{FileOffer, FileView, ReuseFile};
use onehall_protocol::{Date, DraftId, ErrorCode, MaterialCode, PersonId, Problem};

use super::{Past, StoredDraft};
use crate::cases::MOST_EARLIER_CASES;
use crate::error::{Error, Result};
use crate::files::{NewFile, uploading};
use crate::http::extract::{Json, Path, Terminal};
use crate::identity::Citizen;
use crate::state::AppState;

/// What the past of this one principal can give today, and the day.
pub(super) async fn past(state: &AppState, principal: PersonId) -> Result<(Vec<Past>, Date)> {
    let cases = state.storage.earlier_cases(principal, MOST_EARLIER_CASES).await?;
    let offset = state.city.catalog.city.utc_offset_minutes;
    let today = state.clock.now().at_offset(offset).0;
    Ok((Past::of(&state.city, cases, today), today))
}

async fn open_draft(state: &AppState, citizen: &Citizen, id: DraftId) -> Result<StoredDraft> {
    let draft = state.storage.draft_head(id, citizen.principal_ids()).await?;
    if draft.submitted_case.is_some() {
        return Err(ErrorCode::DraftSubmitted.into());
    }
    Ok(draft)
}

/// Files that the hall has of this material
///
/// Those that the principal handed in with earlier cases, and valid e-certificates; each with where it comes from. What
/// the question does not take (its `sources`, its trust grade) is not offered.
#[utoipa::path(get, path = "/drafts/{id}/materials/{material}/offers", tag = "drafts",
    params(("id" = DraftId, Path), ("material" = MaterialCode, Path, description = "the material that the form asks for")),
    responses(
        (status = 200, body = Vec<FileOffer>, description = "The best first"), (status = 401, body = Problem),
        (status = 404, body = Problem, description = "No such draft of yours, or its form asks for no such material"),
        (status = 409, body = Problem, description = "drafts/submitted"),
    ))]
pub(super) async fn offers(
    State(state): State<AppState>,
    citizen: Citizen,
    Path((id, material)): Path<(DraftId, MaterialCode)>,
) -> Result<Json<Vec<FileOffer>>> {
    let draft = open_draft(&state, &citizen, id).await?;
    let content = state.city.form(&draft.form.code, draft.form.version);
    let form = &content.ok_or_else(|| Error::broken("find the form of a draft"))?.form;
    let questions = form.definition().pages.iter().flat_map(|page| &page.questions);
    let asks = |kind: &&Kind| matches!(kind, Kind::Material { material: asked, .. } if *asked == material);
    let kind = every_kind(questions)
        .into_iter()
        .find(asks)
        .ok_or_else(Error::not_found)?;
    let (past, _) = past(&state, draft.principal).await?;
    Ok(Json(super::offers(&past, kind)))
}

/// The kinds of questions, those in groups among them.
fn every_kind<'a>(questions: impl Iterator<Item = &'a onehall_forms::Question>) -> Vec<&'a Kind> {
    let mut kinds = Vec::new();
    for question in questions {
        kinds.push(&question.kind);
        if let Kind::Group { questions, .. } = &question.kind {
            kinds.extend(every_kind(questions.iter()));
        }
    }
    kinds
}

/// Take over a file that the hall has
///
/// One of those that are offered, into an open draft: a copy of its own, with where it comes from. Asked again for the same
/// question, it is the same copy.
#[utoipa::path(post, path = "/drafts/{id}/files/reuse", tag = "drafts", params(("id" = DraftId, Path)),
    request_body = ReuseFile, responses(
        (status = 201, body = FileView), (status = 200, body = FileView, description = "It was taken over before"),
        (status = 401, body = Problem),
        (status = 404, body = Problem, description = "No such draft of yours, or the file is not offered to it"),
        (status = 409, body = Problem, description = "drafts/submitted, files/too_many"), (status = 422, body = Problem),
    ))]
pub(super) async fn take_over(
    State(state): State<AppState>,
    citizen: Citizen,
    _: Terminal,
    Path(id): Path<DraftId>,
    Json(wanted): Json<ReuseFile>,
) -> Result<Response> {
    let draft = open_draft(&state, &citizen, id).await?;
    let content = state.city.form(&draft.form.code, draft.form.version);
    let question = content.and_then(|content| content.form.question(&wanted.path));
    let kind = question
        .map(|question| &question.kind)
        .filter(|kind| matches!(kind, Kind::Material { .. }))
        .ok_or_else(|| Error::new(ErrorCode::InvalidBody).with_field("path", "unknown"))?;
    if let Some(before) = state.storage.taken_over(id, wanted.path.clone(), wanted.file).await? {
        return Ok((StatusCode::OK, Json(before.view)).into_response());
    }
    // What is not offered is not there: the one place that says whose files, of which cases, and of what grade.
    let (past, _) = past(&state, draft.principal).await?;
    let offer = super::offers(&past, kind)
        .into_iter()
        .find(|offer| offer.file.id == wanted.file)
        .ok_or_else(Error::not_found)?;
    let copy = NewFile {
        view: FileView {
            id: uploading::copy(&state, wanted.file).await?,
            uploaded_at: state.clock.now(),
            ..offer.file
        },
        principal: draft.principal,
        draft: Some(id),
        case: None,
        path: Some(wanted.path),
        released: true,
        origin: Some(wanted.file),
    };
    let view = copy.view.clone();
    if let Err(error) = state.storage.add_file(copy).await {
        state.files.remove(&[view.id]).await;
        return Err(error);
    }
    Ok((StatusCode::CREATED, Json(view)).into_response())
}

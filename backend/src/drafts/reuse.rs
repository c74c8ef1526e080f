//! Files that the hall has already: offered instead of a second upload, and taken over. The routes of a draft are here,
//! those of a supplement with the cases; what is offered is judged here for both.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use onehall_forms::{Form, Kind, Question};
use onehall_protocol::files::{FileOffer, FileView, ReuseFile, UploadTo};
use onehall_protocol::{Date, DraftId, ErrorCode, MaterialCode, PersonId, Problem};

use super::Past;
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

/// What files are taken over into, as it was judged for its citizen.
#[derive(Debug)]
pub struct Taker {
    /// An open draft, or a case that waits for a supplement.
    pub to: UploadTo,
    /// Whose matter it is: nothing comes from anybody else.
    pub principal: PersonId,
    /// The hashes of the files that its authority asks for again. Their bytes are no answer, whichever case has them too.
    pub found_wanting: Vec<String>,
}

impl Taker {
    /// The files that a question can be answered with, the best first.
    ///
    /// # Errors
    /// What the store says.
    pub async fn offers(&self, state: &AppState, kind: &Kind) -> Result<Vec<FileOffer>> {
        let (mut past, _) = past(state, self.principal).await?;
        // A case is no earlier one of itself.
        past.retain(|past| UploadTo::Case(past.case.id) != self.to);
        let mut offers = super::offers(&past, kind);
        offers.retain(|offer| !self.found_wanting.contains(&offer.file.sha256));
        Ok(offers)
    }

    /// Takes an offered file over for a question of this kind: `201` with the copy, `200` with the one of before.
    ///
    /// # Errors
    /// `request/not_found` where the file is not offered; those of `FileStore::add_file`.
    pub async fn take_over(&self, state: &AppState, kind: &Kind, wanted: ReuseFile) -> Result<Response> {
        let before = state.storage.taken_over(self.to, wanted.path.clone(), wanted.file);
        let found_wanting = |hash: &String| self.found_wanting.contains(hash);
        if let Some(before) = before.await?.filter(|before| !found_wanting(&before.view.sha256)) {
            return Ok((StatusCode::OK, Json(before.view)).into_response());
        }
        // What is not offered is not there: the one place that says whose files, of which cases, and of what grade.
        let offers = self.offers(state, kind).await?;
        let offer = offers.into_iter().find(|offer| offer.file.id == wanted.file);
        let offer = offer.ok_or_else(Error::not_found)?;
        let (draft, case) = match self.to {
            UploadTo::Draft(draft) => (Some(draft), None),
            UploadTo::Case(case) => (None, Some(case)),
        };
        let copy = NewFile {
            view: FileView {
                id: uploading::copy(state, wanted.file).await?,
                uploaded_at: state.clock.now(),
                ..offer.file
            },
            principal: self.principal,
            draft,
            case,
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
}

/// The first kind of these questions, and of those in groups among them, that asks for a material.
#[must_use]
pub fn asks_for<'a>(questions: impl Iterator<Item = &'a Question>, material: &MaterialCode) -> Option<&'a Kind> {
    let asks = |kind: &&Kind| matches!(kind, Kind::Material { material: asked, .. } if asked == material);
    every_kind(questions).into_iter().find(asks)
}

/// The kind of the question at a path, where it asks for files.
///
/// # Errors
/// `request/invalid_body` where the form asks for none there.
pub fn kind_at<'a>(form: &'a Form, path: &str) -> Result<&'a Kind> {
    let kind = form.question(path).map(|question| &question.kind);
    kind.filter(|kind| matches!(kind, Kind::Material { .. }))
        .ok_or_else(|| Error::new(ErrorCode::InvalidBody).with_field("path", "unknown"))
}

async fn open_draft(state: &AppState, citizen: &Citizen, id: DraftId) -> Result<(Taker, Arc<Form>)> {
    let draft = state.storage.draft_head(id, citizen.principal_ids()).await?;
    if draft.submitted_case.is_some() {
        return Err(ErrorCode::DraftSubmitted.into());
    }
    let content = state.city.form(&draft.form.code, draft.form.version);
    let content = content.ok_or_else(|| Error::broken("find the form of a draft"))?;
    let taker = Taker {
        to: UploadTo::Draft(id),
        principal: draft.principal,
        found_wanting: Vec::new(),
    };
    Ok((taker, Arc::clone(&content.form)))
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
    let (taker, form) = open_draft(&state, &citizen, id).await?;
    let questions = form.definition().pages.iter().flat_map(|page| &page.questions);
    let kind = asks_for(questions, &material).ok_or_else(Error::not_found)?;
    taker.offers(&state, kind).await.map(Json)
}

/// The kinds of questions, those in groups among them.
fn every_kind<'a>(questions: impl Iterator<Item = &'a Question>) -> Vec<&'a Kind> {
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
    let (taker, form) = open_draft(&state, &citizen, id).await?;
    taker.take_over(&state, kind_at(&form, &wanted.path)?, wanted).await
}

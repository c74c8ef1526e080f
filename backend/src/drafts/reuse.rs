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
use crate::cases::{MOST_EARLIER_CASES, belongs};
use crate::error::{Error, Result};
use crate::files::{NewFile, uploading};
use crate::http::extract::{Json, Path, Terminal};
use crate::identity::{Citizen, Reach};
use crate::state::AppState;

/// What the past of this one principal can give today to who has this reach, and the day.
pub(super) async fn past(state: &AppState, reach: &Reach, principal: PersonId) -> Result<(Vec<Past>, Date)> {
    let mut cases = state.storage.earlier_cases(principal, MOST_EARLIER_CASES).await?;
    // Who acts in some matters of another learns nothing of the others through what is filled in.
    cases.retain(|case| reach.covers(principal, &case.item));
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
    /// What who fills it in may handle.
    pub reach: Reach,
    /// The form that it is filled in with.
    pub form: Arc<Form>,
    /// The questions that a supplement asks for, a group with all that stands in it; a draft asks for all of the form's.
    pub asked: Option<Vec<String>>,
    /// The hashes of the files that its authority asks for again. Their bytes are no answer, whichever case has them too.
    pub found_wanting: Vec<String>,
}

impl Taker {
    /// Whether the question at a path is to be answered, by itself or with the group that it stands in.
    #[must_use]
    pub fn asks(&self, path: &str) -> bool {
        let asked = self.asked.as_ref();
        asked.is_none_or(|asked| asked.iter().any(|asked| belongs(path, asked)))
    }

    /// The files that a question for this material can be answered with, the best first.
    ///
    /// # Errors
    /// `request/not_found` where no question asks for it; what the store says.
    pub async fn offers(&self, state: &AppState, material: &MaterialCode) -> Result<Json<Vec<FileOffer>>> {
        let kind = match &self.asked {
            None => asks_for(self.form.definition().asked(), material),
            Some(asked) => asks_for(asked.iter().filter_map(|path| self.form.question(path)), material),
        };
        let kind = kind.ok_or_else(Error::not_found)?;
        self.offers_for(state, kind).await.map(Json)
    }

    async fn offers_for(&self, state: &AppState, kind: &Kind) -> Result<Vec<FileOffer>> {
        let (mut past, _) = past(state, &self.reach, self.principal).await?;
        // A case is no earlier one of itself.
        past.retain(|past| UploadTo::Case(past.case.id) != self.to);
        let mut offers = super::offers(&past, kind);
        offers.retain(|offer| !self.found_wanting.contains(&offer.file.sha256));
        Ok(offers)
    }

    /// Takes an offered file over for the question that it names: `201` with the copy, `200` with the one of before.
    ///
    /// # Errors
    /// `request/invalid_body` where no files are asked for there; `request/not_found` where the file is not offered; those
    /// of `FileStore::add_file`.
    pub async fn take_over(&self, state: &AppState, wanted: ReuseFile) -> Result<Response> {
        let kind = self.kind_at(&wanted.path)?;
        let before = state.storage.taken_over(self.to, wanted.path.clone(), wanted.file);
        let found_wanting = |hash: &String| self.found_wanting.contains(hash);
        if let Some(before) = before.await?.filter(|before| !found_wanting(&before.view.sha256)) {
            return Ok((StatusCode::OK, Json(before.view)).into_response());
        }
        // What is not offered is not there: the one place that says whose files, of which cases, and of what grade.
        let offers = self.offers_for(state, kind).await?;
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

    /// The kind of the question at a path, where files are asked for there.
    fn kind_at(&self, path: &str) -> Result<&Kind> {
        let refused = |why| Error::new(ErrorCode::InvalidBody).with_field("path", why);
        let kind = self.form.question(path).map(|question| &question.kind);
        let kind = kind.filter(|kind| matches!(kind, Kind::Material { .. }));
        let kind = kind.ok_or_else(|| refused("unknown"))?;
        if self.asks(path) {
            Ok(kind)
        } else {
            Err(refused("not_asked"))
        }
    }
}

/// The first kind of these questions, and of those in groups among them, that asks for a material.
fn asks_for<'a>(questions: impl Iterator<Item = &'a Question>, material: &MaterialCode) -> Option<&'a Kind> {
    let asks = |kind: &&Kind| matches!(kind, Kind::Material { material: asked, .. } if asked == material);
    every_kind(questions).into_iter().find(asks)
}

/// The kinds of questions, those in groups and sections among them.
fn every_kind<'a>(questions: impl Iterator<Item = &'a Question>) -> Vec<&'a Kind> {
    let mut kinds = Vec::new();
    for question in questions {
        kinds.push(&question.kind);
        if let Kind::Group { questions, .. } | Kind::Section { questions } = &question.kind {
            kinds.extend(every_kind(questions.iter()));
        }
    }
    kinds
}

async fn open_draft(state: &AppState, citizen: &Citizen, id: DraftId) -> Result<Taker> {
    let draft = state.storage.draft_head(id, citizen.reach()).await?;
    if draft.submitted_case.is_some() {
        return Err(ErrorCode::DraftSubmitted.into());
    }
    let content = state.city.form(&draft.form.code, draft.form.version);
    let content = content.ok_or_else(|| Error::broken("find the form of a draft"))?;
    Ok(Taker {
        to: UploadTo::Draft(id),
        principal: draft.principal,
        reach: citizen.reach(),
        form: Arc::clone(&content.form),
        asked: None,
        found_wanting: Vec::new(),
    })
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
    let taker = open_draft(&state, &citizen, id).await?;
    taker.offers(&state, &material).await
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
    let taker = open_draft(&state, &citizen, id).await?;
    taker.take_over(&state, wanted).await
}

//! The document that a citizen gets when a matter ends: a file of the authority's, or a notice that the hall makes.

mod lines;
mod notice;
mod pdf;

use onehall_protocol::files::FileView;
use onehall_protocol::{Text, Timestamp};

use super::model::{NewResult, StoredCase};
use super::view;
use crate::error::Result;
use crate::files::{Content, NewFile, sha256_of, uploading};
use crate::state::AppState;

pub use notice::{Notice, file_name};

/// What the notice of a result says. `next` is what follows for the citizen.
pub(super) fn notice_of(
    state: &AppState,
    case: &StoredCase,
    title: &Text,
    next: &Text,
    result: &NewResult,
    now: Timestamp,
) -> Notice {
    let catalog = &state.city.catalog;
    let authority = catalog
        .authorities
        .iter()
        .find(|authority| authority.code == case.authority);
    Notice {
        title: title.clone(),
        result: result.kind,
        document_number: result.document_number.clone(),
        case_number: case.number.0.clone(),
        item: view::item_name(state, case),
        principal: case.principal.name.clone(),
        authority: authority.map(|authority| authority.name.clone()).unwrap_or_default(),
        hall: catalog.city.hall_name.clone(),
        hotline: catalog.city.hotline.clone(),
        submitted: view::today(state, case.submitted_at),
        ended: view::today(state, now),
        reason: result.reason.clone(),
        next: next.clone(),
    }
}

/// Keeps the bytes of a notice. What is known of them comes with the step that ends the matter.
///
/// # Errors
/// `backend/internal` where the medium fails.
pub(super) async fn keep(state: &AppState, case: &StoredCase, notice: &Notice, now: Timestamp) -> Result<NewFile> {
    let bytes = notice.pdf();
    let (size, sha256) = (bytes.len() as u64, sha256_of(&bytes));
    let id = uploading::keep(state, Content::of(bytes)).await?;
    Ok(NewFile {
        view: FileView {
            id,
            name: file_name(&notice.title, &notice.case_number),
            media_type: "application/pdf".to_owned(),
            size,
            sha256: sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
            uploaded_at: now,
            source: None,
        },
        principal: case.principal.id,
        draft: None,
        case: Some(case.id),
        path: None,
        released: true,
        origin: None,
    })
}

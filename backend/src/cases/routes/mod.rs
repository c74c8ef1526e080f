//! Cases over HTTP.

mod attempts;
mod citizen;
mod files;
mod reuse;
mod staff;
mod submission;

pub use files::place_of_supplement;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::{Error, Result};
use crate::files::routes::beginnings;
use crate::state::AppState;

/// The routes of cases.
#[must_use]
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(submission())
        .routes(routes!(citizen::list))
        .routes(routes!(citizen::one))
        .routes(routes!(citizen::supplement))
        .routes(routes!(reuse::offers))
        .routes(routes!(reuse::take_over))
        .routes(routes!(citizen::withdraw))
        .routes(routes!(citizen::rate))
        .routes(routes!(attempts::end))
        .routes(routes!(staff::queue))
        .routes(routes!(staff::one))
        .routes(routes!(staff::act))
}

/// The largest submission: it names every question that was shown, and a draft holds 20,000 answers.
const MAX_SUBMISSION_BYTES: usize = 2 * 1024 * 1024;

fn submission() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(submission::submit))
        .layer(DefaultBodyLimit::max(MAX_SUBMISSION_BYTES))
}

/// The routes of cases that carry files; hung where uploads are.
#[must_use]
pub fn file_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(beginnings(routes!(files::begin_result)))
        .routes(routes!(files::result_status, files::append_result, files::end_result))
        .routes(routes!(files::download_for_staff))
}

/// A text that somebody typed: without the space around it, none where nothing is left.
fn typed(text: Option<String>, field: &str, longest: usize, refusal: fn() -> Error) -> Result<Option<String>> {
    let Some(text) = text else { return Ok(None) };
    let text = text.trim();
    if text.chars().count() > longest {
        return Err(refusal().with_field(field, "too_long"));
    }
    if text
        .chars()
        .any(|character| character.is_control() && character != '\n')
    {
        return Err(refusal().with_field(field, "invalid"));
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

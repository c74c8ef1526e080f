//! `/api/v1/catalog` and `/api/v1/forms`: open to everybody, kept by terminals.

use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::http::HeaderMap;
use axum::response::Response;
use onehall_forms::Definition;
use onehall_protocol::catalog::{Catalog, ServiceItem};
use onehall_protocol::{FormCode, ItemCode};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::conditional::{Keep, serve};
use crate::city::CityContent;
use crate::error::{Error, Result};
use crate::http::extract::Path;
use crate::state::AppState;

/// The routes of the catalog. They see of the backend only the city.
#[must_use]
pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Arc<CityContent>: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(catalog))
        .routes(routes!(item))
        .routes(routes!(form))
}

impl FromRef<AppState> for Arc<CityContent> {
    fn from_ref(state: &AppState) -> Arc<CityContent> {
        state.city.clone()
    }
}

/// The catalog
///
/// All that lists, search and navigation need: the city, authorities, halls, themes, life events and a summary of each
/// service item. Its `version` is its entity tag; a terminal that names it in `If-None-Match` is answered 304.
#[utoipa::path(get, path = "/catalog", tag = "catalog",
    params(("If-None-Match" = Option<String>, Header, description = "The entity tag of the copy that the terminal has")),
    responses(
        (status = 200, description = "The catalog", body = Catalog),
        (status = 304, description = "The terminal's copy is the current one"),
    ))]
async fn catalog(State(city): State<Arc<CityContent>>, headers: HeaderMap) -> Response {
    serve(city.catalog_document(), Keep::AskFirst, &headers)
}

/// A service item with its guide
#[utoipa::path(get, path = "/catalog/items/{code}", tag = "catalog",
    params(
        ("code" = ItemCode, Path, description = "The item: `identity-card-renewal`"),
        ("If-None-Match" = Option<String>, Header, description = "The entity tag of the copy that the terminal has"),
    ),
    responses(
        (status = 200, description = "The item", body = ServiceItem),
        (status = 304, description = "The terminal's copy is the current one"),
        (status = 404, description = "There is no such item"),
    ))]
async fn item(
    State(city): State<Arc<CityContent>>,
    Path(code): Path<ItemCode>,
    headers: HeaderMap,
) -> Result<Response> {
    let item = city.item_document(&code).ok_or_else(Error::not_found)?;
    Ok(serve(item, Keep::AskFirst, &headers))
}

/// One version of a form
///
/// A published version never changes, so a terminal may keep it for good.
#[utoipa::path(get, path = "/forms/{code}/{version}", tag = "catalog",
    params(
        ("code" = FormCode, Path, description = "The form"),
        ("version" = u32, Path, description = "Its version, from 1"),
    ),
    responses(
        (status = 200, description = "The definition, `onehall-form/1`", body = Definition),
        (status = 404, description = "There is no such version"),
    ))]
async fn form(
    State(city): State<Arc<CityContent>>,
    Path((code, version)): Path<(FormCode, u32)>,
    headers: HeaderMap,
) -> Result<Response> {
    let form = city.form(&code, version).ok_or_else(Error::not_found)?;
    Ok(serve(&form.document, Keep::ForGood, &headers))
}

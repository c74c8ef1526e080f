//! `/api/v1/catalog`, `/api/v1/forms` and `/api/v1/lists`: open to everybody, kept by terminals.

use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::http::HeaderMap;
use axum::response::Response;
use onehall_forms::{Definition, Inputs};
use onehall_protocol::catalog::{Catalog, ListPage, ServiceItem};
use onehall_protocol::{ErrorCode, FormCode, ItemCode, ListCode, Problem};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::conditional::{Keep, serve};
use super::contents;
use crate::city::CityContent;
use crate::error::{Error, Result};
use crate::http::extract::{Json, Path, Query};
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
        .routes(routes!(form_inputs))
        .routes(routes!(list))
        .merge(contents::routes())
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
        (status = 404, description = "There is no such item", body = Problem),
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
        (status = 404, description = "There is no such version", body = Problem),
    ))]
async fn form(
    State(city): State<Arc<CityContent>>,
    Path((code, version)): Path<(FormCode, u32)>,
    headers: HeaderMap,
) -> Result<Response> {
    let form = city.form(&code, version).ok_or_else(Error::not_found)?;
    Ok(serve(&form.document, Keep::ForGood, &headers))
}

/// What a form is evaluated with
///
/// The working days of the city, where a rule of the form counts them, and the lists of which it lets choose an entry: a
/// list of at most 500 entries comes whole, of a longer one only the version. A submission names the versions that it was
/// evaluated with.
#[utoipa::path(get, path = "/forms/{code}/{version}/inputs", tag = "catalog",
    params(
        ("code" = FormCode, Path, description = "The form"),
        ("version" = u32, Path, description = "Its version, from 1"),
        ("If-None-Match" = Option<String>, Header, description = "The entity tag of the copy that the terminal has"),
    ),
    responses(
        (status = 200, description = "Calendar and lists", body = Inputs),
        (status = 304, description = "The terminal's copy is the current one"),
        (status = 404, description = "There is no such version", body = Problem),
    ))]
async fn form_inputs(
    State(city): State<Arc<CityContent>>,
    Path((code, version)): Path<(FormCode, u32)>,
    headers: HeaderMap,
) -> Result<Response> {
    let form = city.form(&code, version).ok_or_else(Error::not_found)?;
    Ok(serve(&form.inputs, Keep::AskFirst, &headers))
}

/// Where to look in a list.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Look {
    /// Words: Chinese, English, pinyin, its initials, a code.
    #[serde(default)]
    query: Option<String>,
    /// Only what lies below this entry.
    #[serde(default)]
    parent: Option<String>,
    /// Most entries.
    #[serde(default)]
    limit: Option<usize>,
}

/// The longest text that is looked for, in characters.
const LONGEST_QUERY: usize = 100;
/// How many entries come where nobody says how many, and the most that do: a level of a hierarchy fits.
const USUAL_ENTRIES: usize = 100;
const MOST_ENTRIES: usize = 500;

/// Entries of a list
///
/// With words: the entries that fit all of them, the best first, wherever they lie below `parent`. Without: those right
/// below `parent`, or at the top.
#[utoipa::path(get, path = "/lists/{code}", tag = "catalog",
    params(
        ("code" = ListCode, Path, description = "The list: `regions`"),
        ("query" = Option<String>, Query, description = "Words to look for, at most 100 characters: Chinese, English, \
            pinyin, its initials, a code"),
        ("parent" = Option<String>, Query, description = "The code of an entry: only what lies below it"),
        ("limit" = Option<usize>, Query, description = "Most entries, 1 to 500; 100 where absent"),
    ),
    responses(
        (status = 200, description = "The entries", body = ListPage),
        (status = 400, description = "request/invalid_parameter with `fields`", body = Problem),
        (status = 404, description = "There is no such list, or no such entry above", body = Problem),
    ))]
async fn list(
    State(city): State<Arc<CityContent>>,
    Path(code): Path<ListCode>,
    Query(look): Query<Look>,
) -> Result<Json<ListPage>> {
    let refusal = |field, code| Error::new(ErrorCode::InvalidParameter).with_field(field, code);
    let list = city.list(code.as_str()).ok_or_else(Error::not_found)?;
    let query = look.query.unwrap_or_default();
    if query.chars().count() > LONGEST_QUERY {
        return Err(refusal("query", "too_long"));
    }
    let limit = look.limit.unwrap_or(USUAL_ENTRIES);
    if !(1..=MOST_ENTRIES).contains(&limit) {
        return Err(refusal("limit", "out_of_range"));
    }
    if let Some(parent) = &look.parent
        && list.search.entries().get(parent).is_none()
    {
        return Err(Error::not_found());
    }
    let (entries, more) = list.search.find(&query, look.parent.as_deref(), limit);
    Ok(Json(ListPage {
        version: list.list.version.clone(),
        entries,
        more,
    }))
}

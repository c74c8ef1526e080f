//! What changed in the catalog since the version that a terminal has.
//!
//! Of each version that was ever served the hall remembers what it was made of, a short hash for each piece, and nothing of
//! its content: enough to say what a terminal lacks that has kept that version.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use onehall_protocol::catalog::CatalogDelta;
use onehall_protocol::{ErrorCode, Problem};
use onehall_sync::Pieces;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::CatalogVersion;
use crate::city::{CityContent, content_hash};
use crate::error::{Error, Result};
use crate::http::extract::{Json, Query};
use crate::state::AppState;

/// How many versions the hall remembers; a terminal with an older one gets the whole catalog.
pub const MOST_VERSIONS: usize = 200;

/// Digits of a piece's hash: 64 bits, of a few hundred pieces.
const DIGITS: usize = 16;

/// The longest text that is looked up as a version.
const LONGEST_VERSION: usize = 128;

/// The routes of deltas.
#[must_use]
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(delta))
}

/// Remembers the version of the catalog that is served from now on.
///
/// # Errors
/// What the engine says.
pub async fn remember_version(state: &AppState) -> Result<()> {
    let (city, at) = (state.city.clone(), state.clock.now());
    let version = tokio::task::spawn_blocking(move || {
        Ok::<_, Error>(CatalogVersion {
            version: city.catalog.version.clone(),
            pieces: pieces(&document(&city)?)?,
            at,
        })
    })
    .await
    .map_err(|cause| Error::internal("look through the catalog", cause))??;
    state.storage.remember_catalog(version, MOST_VERSIONS).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct From {
    from: String,
}

/// What changed in the catalog
///
/// Since the version that a terminal has kept: fields and items that changed, came or went. The whole catalog where the
/// hall does not know that version any more.
#[utoipa::path(get, path = "/catalog/delta", tag = "catalog",
    params(("from" = String, Query, description = "The `version` of the catalog that the terminal has")),
    responses(
        (status = 200, body = CatalogDelta),
        (status = 400, body = Problem, description = "request/invalid_parameter"),
    ))]
async fn delta(State(state): State<AppState>, Query(From { from }): Query<From>) -> Result<Response> {
    if from.is_empty() || from.len() > LONGEST_VERSION {
        return Err(Error::new(ErrorCode::InvalidParameter).with_field("from", "invalid"));
    }
    let version = state.city.catalog.version.clone();
    let mut found = CatalogDelta {
        version: version.clone(),
        whole: None,
        delta: Default::default(),
    };
    if from != version {
        let known = state.storage.catalog_pieces(from).await?;
        let city = state.city.clone();
        found = tokio::task::spawn_blocking(move || since(&city, known))
            .await
            .map_err(|cause| Error::internal("compare two catalogs", cause))??;
    }
    let mut response = Json(found).into_response();
    let keep = HeaderValue::from_static("no-cache");
    response.headers_mut().insert(header::CACHE_CONTROL, keep);
    Ok(response)
}

fn since(city: &CityContent, known: Option<Pieces>) -> Result<CatalogDelta> {
    let document = document(city)?;
    let version = city.catalog.version.clone();
    Ok(match known {
        Some(known) => CatalogDelta {
            version,
            whole: None,
            delta: known.delta(&pieces(&document)?, &document),
        },
        None => CatalogDelta {
            version,
            whole: Some(Value::Object(document)),
            delta: Default::default(),
        },
    })
}

fn document(city: &CityContent) -> Result<Map<String, Value>> {
    Ok(serde_json::from_slice(&city.catalog_document().body)?)
}

fn pieces(document: &Map<String, Value>) -> Result<Pieces> {
    let hash = |value: &Value| {
        let mut hash = content_hash(value)?;
        hash.truncate(DIGITS);
        Ok::<_, serde_json::Error>(hash)
    };
    Ok(Pieces::of(document, hash)?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use onehall_protocol::catalog::CatalogDelta;
    use serde_json::{Value, json};

    use super::*;
    use crate::city;
    use crate::testing::{TestHall, TestTerminal, copy_folder};

    /// The demo city with a line of one of its files put in place of another.
    fn changed_city(hall: &TestHall, item: &str, line: &str, other: &str) -> Arc<CityContent> {
        let folder = hall.folder.join("city");
        let demo = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("demo-city");
        copy_folder(&demo, &folder);
        let path = folder.join("items").join(format!("{item}.toml"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{error}"));
        assert!(text.contains(line), "{text}");
        std::fs::write(&path, text.replacen(line, other, 1)).unwrap_or_else(|error| panic!("{error}"));
        Arc::new(city::load(&folder).unwrap_or_else(|findings| panic!("{findings:#?}")))
    }

    async fn delta(terminal: &mut TestTerminal, from: &str) -> CatalogDelta {
        let reply = terminal.get(&format!("/api/v1/catalog/delta?from={from}")).await;
        assert_eq!(reply.status, 200, "{}", reply.json());
        serde_json::from_value(reply.json()).unwrap_or_else(|error| panic!("{error}"))
    }

    #[tokio::test]
    async fn a_terminal_that_kept_a_catalog_gets_only_what_changed_since() {
        let mut hall = TestHall::open().await;
        assert!(remember_version(&hall.state).await.is_ok());
        let old = hall.browser().get("/api/v1/catalog").await.json();
        let from = old["version"].as_str().unwrap_or_default().to_owned();
        let same = delta(&mut hall.browser(), &from).await;
        assert_eq!(
            (same.version, same.whole, same.delta),
            (from.clone(), None, Default::default())
        );

        hall.restart_with(changed_city(&hall, "tax-record", "zh-CN = \"", "zh-CN = \"新"));
        assert!(remember_version(&hall.state).await.is_ok());
        let (new, since) = (
            hall.browser().get("/api/v1/catalog").await.json(),
            delta(&mut hall.browser(), &from).await,
        );
        assert_ne!(old, new);
        assert_eq!(since.whole, None);
        let codes: Vec<_> = since
            .delta
            .lists
            .iter()
            .map(|(list, delta)| (list.as_str(), &delta.put, &delta.order))
            .collect();
        assert!(
            matches!(&codes[..], [("items", put, None)] if put.len() == 1 && put[0]["code"] == "tax-record"),
            "{codes:?}"
        );
        let Value::Object(old) = old else { panic!("no object") };
        assert_eq!(
            onehall_sync::apply(old, since.delta).map(Value::Object),
            Some(new.clone())
        );

        let unknown = delta(&mut hall.browser(), "of-long-ago").await;
        assert_eq!(unknown.whole, Some(new));
        for wrong in ["", &"v".repeat(LONGEST_VERSION + 1)] {
            let refused = hall.browser().get(&format!("/api/v1/catalog/delta?from={wrong}")).await;
            assert_eq!(refused.json()["fields"], json!([{ "path": "from", "code": "invalid" }]));
        }
    }

    #[tokio::test]
    async fn only_so_many_versions_are_remembered() {
        let hall = TestHall::open().await;
        let storage = &hall.state.storage;
        for number in 0..4 {
            let version = CatalogVersion {
                version: format!("v{number}"),
                pieces: Pieces::default(),
                at: hall.state.clock.now().plus_seconds(number),
            };
            assert!(storage.remember_catalog(version, 2).await.is_ok());
        }
        for (version, known) in [("v1", false), ("v2", true), ("v3", true)] {
            let pieces = storage.catalog_pieces(version.to_owned()).await;
            assert!(pieces.is_ok_and(|pieces| pieces.is_some() == known), "{version}");
        }
    }
}

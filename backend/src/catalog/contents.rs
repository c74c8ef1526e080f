//! All that the catalog leads to, for terminals that keep it whole: the guide of each service item, and the form of each that
//! can be applied for online, with what it is evaluated with.
//!
//! The index says which documents there are, each with the entity tag that its own address gives it. A terminal compares it
//! with what it has, and asks for what it lacks: a few documents by themselves, many as one pack. Old versions of forms are in
//! neither: who has a draft of one has the form.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use onehall_protocol::catalog::{Contents, ContentsPack};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::conditional::{Keep, etag, serve};
use crate::city::{CityContent, Served, content_hash};
use crate::error::Result;

/// The routes of the contents.
pub(super) fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Arc<CityContent>: axum::extract::FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(contents)).routes(routes!(pack))
}

/// Which documents there are
///
/// The guides of all service items, and the newest forms with what they are evaluated with: the address of each below
/// `/api/v1`, and its entity tag.
#[utoipa::path(get, path = "/catalog/contents", tag = "catalog",
    params(("If-None-Match" = Option<String>, Header, description = "The entity tag of the index that the terminal has")),
    responses(
        (status = 200, description = "The index", body = Contents),
        (status = 304, description = "Nothing changed since"),
    ))]
async fn contents(State(city): State<Arc<CityContent>>, headers: HeaderMap) -> Result<Response> {
    let documents = documents(&city).into_iter();
    let contents = Contents {
        documents: documents.map(|(path, document)| (path, etag(&document.tag))).collect(),
    };
    let index = Served {
        body: serde_json::to_vec(&contents)?.into(),
        tag: content_hash(&contents)?,
    };
    Ok(serve(&index, Keep::AskFirst, &headers))
}

/// All of them at once
///
/// For a terminal that has none yet.
#[utoipa::path(get, path = "/catalog/contents/pack", tag = "catalog",
    responses((status = 200, description = "The documents", body = ContentsPack)))]
async fn pack(State(city): State<Arc<CityContent>>, headers: HeaderMap) -> Result<Response> {
    let documents = documents(&city);
    let pack = Served {
        tag: content_hash(
            &documents
                .iter()
                .map(|(path, document)| (path, &document.tag))
                .collect::<Vec<_>>(),
        )?,
        body: packed(&documents)?.into(),
    };
    Ok(serve(&pack, Keep::AskFirst, &headers))
}

/// The catalog with all documents that it leads to, as one document that hot updates carry to terminals without a network.
///
/// # Errors
/// None that this content can have.
pub fn snapshot(city: &CityContent) -> Result<Vec<u8>> {
    let mut body = b"{\"format\":1,\"catalog\":".to_vec();
    body.extend(&city.catalog_document().body);
    body.push(b',');
    // The rest of an object that has one field.
    body.extend(&packed(&documents(city))?[1..]);
    Ok(body)
}

/// The documents by their address. A form stands after every guide, so that a terminal with little room has the guides.
fn documents(city: &CityContent) -> Vec<(String, &Served)> {
    let guides = city.items().filter_map(|item| {
        let code = &item.summary.code;
        Some((format!("/catalog/items/{code}"), city.item_document(code)?))
    });
    let forms: BTreeMap<_, _> = city
        .items()
        .filter_map(|item| {
            let form = item.form.as_ref()?;
            Some((form, city.form(&form.code, form.version)?))
        })
        .collect();
    let forms = forms.into_iter().flat_map(|(form, content)| {
        let path = format!("/forms/{}/{}", form.code, form.version);
        [(format!("{path}/inputs"), &content.inputs), (path, &content.document)]
    });
    guides.chain(forms).collect()
}

/// [`ContentsPack`] of documents that are JSON already.
fn packed(documents: &[(String, &Served)]) -> Result<Vec<u8>> {
    let mut body = b"{\"documents\":[".to_vec();
    for (number, (path, document)) in documents.iter().enumerate() {
        if number > 0 {
            body.push(b',');
        }
        let (path, tag) = (
            serde_json::to_string(path)?,
            serde_json::to_string(&etag(&document.tag))?,
        );
        body.extend(format!("{{\"path\":{path},\"tag\":{tag},\"body\":").into_bytes());
        body.extend(&document.body);
        body.push(b'}');
    }
    body.extend(b"]}");
    Ok(body)
}

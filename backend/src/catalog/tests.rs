//! Promises of the catalog's routes.

use std::path::Path;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use onehall_forms::{Definition, Inputs};
use onehall_protocol::catalog::{Catalog, Contents, ContentsPack, ListPage, ServiceItem};
use serde::de::DeserializeOwned;
use tower::ServiceExt;

use super::routes::routes;
use crate::city::{self, CityContent};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn demo_city() -> Arc<CityContent> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/demo-city"));
    Arc::new(city::load(folder).unwrap_or_else(|errors| panic!("{errors:#?}")))
}

async fn get(city: &Arc<CityContent>, path: &str, known: Option<&str>) -> Response {
    let (router, _) = routes::<Arc<CityContent>>().with_state(city.clone()).split_for_parts();
    let mut request = Request::get(path);
    if let Some(tag) = known {
        request = request.header(header::IF_NONE_MATCH, tag);
    }
    let request = request.body(Body::empty()).unwrap_or_else(|error| panic!("{error}"));
    router.oneshot(request).await.unwrap_or_else(|error| match error {})
}

async fn json<T: DeserializeOwned>(response: Response) -> T {
    let body = to_bytes(response.into_body(), usize::MAX).await;
    let body = body.unwrap_or_else(|error| panic!("{error}"));
    serde_json::from_slice(&body).unwrap_or_else(|error| panic!("{error}"))
}

fn text(response: &Response, name: header::HeaderName) -> &str {
    let value = response.headers().get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

#[tokio::test]
async fn the_catalog_is_what_was_loaded_and_its_version_is_its_tag() {
    let city = demo_city();
    let response = get(&city, "/catalog", None).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(text(&response, header::ETAG), format!("W/\"{}\"", city.catalog.version));
    assert_eq!(text(&response, header::CACHE_CONTROL), "no-cache");
    assert_eq!(text(&response, header::CONTENT_TYPE), "application/json");
    assert_eq!(json::<Catalog>(response).await, *city.catalog);
}

#[tokio::test]
async fn a_terminal_that_has_the_catalog_is_not_sent_it_again() -> Outcome {
    let city = demo_city();
    let tag = &city.catalog.version;
    for known in [
        format!("\"{tag}\""),
        format!("W/\"{tag}\""),
        format!("\"other\", W/\"{tag}\""),
        "*".to_owned(),
    ] {
        let response = get(&city, "/catalog", Some(&known)).await;
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{known}");
        assert_eq!(text(&response, header::ETAG), format!("W/\"{tag}\""));
        assert!(to_bytes(response.into_body(), 1).await?.is_empty());
    }
    for other in ["\"other\"", tag.as_str(), ""] {
        let response = get(&city, "/catalog", Some(other)).await;
        assert_eq!(response.status(), StatusCode::OK, "{other}");
    }
    Ok(())
}

#[tokio::test]
async fn an_item_comes_with_its_guide_and_its_own_tag() -> Outcome {
    let city = demo_city();
    let response = get(&city, "/catalog/items/identity-card-renewal", None).await;
    assert_eq!(response.status(), StatusCode::OK);
    let tag = text(&response, header::ETAG).to_owned();
    let item: ServiceItem = json(response).await;
    assert_eq!(
        Some(&item),
        city.item(&"identity-card-renewal".parse()?).map(Arc::as_ref)
    );
    let again = get(&city, "/catalog/items/identity-card-renewal", Some(&tag)).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let other = get(&city, "/catalog/items/passport", Some(&tag)).await;
    assert_eq!(other.status(), StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn a_version_of_a_form_is_kept_for_good() {
    let city = demo_city();
    let response = get(&city, "/forms/identity-card-renewal/1", None).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(
        text(&response, header::CACHE_CONTROL),
        "public, max-age=31536000, immutable"
    );
    let definition: Definition = json(response).await;
    assert_eq!(
        (definition.code.as_str(), definition.version),
        ("identity-card-renewal", 1)
    );
}

#[tokio::test]
async fn what_there_is_not_is_not_found() {
    let city = demo_city();
    for path in [
        "/catalog/items/no-such-item",
        "/catalog/items/No%20Code",
        "/forms/identity-card-renewal/2",
        "/forms/identity-card-renewal/0",
        "/forms/identity-card-renewal/first",
        "/forms/no-such-form/1",
        "/forms/no-such-form/1/inputs",
        "/forms/identity-card-renewal/9/inputs",
        "/lists/no-such-list",
        "/lists/No%20Code",
        "/lists/regions?parent=999999",
    ] {
        let response = get(&city, path, None).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn what_a_form_is_evaluated_with_comes_with_its_own_tag() {
    let city = demo_city();
    let response = get(&city, "/forms/unemployment-benefit/2/inputs", None).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(
        text(&response, header::CACHE_CONTROL),
        "no-cache",
        "the city may change it"
    );
    let tag = text(&response, header::ETAG).to_owned();
    let inputs: Inputs = json(response).await;
    assert_eq!(inputs.calendar.as_ref(), Some(city.calendar.as_ref()));
    let lists: Vec<_> = inputs.lists.iter().map(|list| list.code.as_str()).collect();
    assert_eq!(lists, ["occupations"]);
    let again = get(&city, "/forms/unemployment-benefit/2/inputs", Some(&tag)).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let none: Inputs = json(get(&city, "/forms/identity-card-renewal/1/inputs", None).await).await;
    assert_eq!(none, Inputs::none());
}

async fn found(city: &Arc<CityContent>, path: &str) -> Vec<String> {
    let response = get(city, path, None).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    let page: ListPage = json(response).await;
    page.entries.into_iter().map(|entry| entry.code).collect()
}

#[tokio::test]
async fn an_entry_of_a_list_is_found_in_chinese_english_pinyin_and_by_initials() {
    let city = demo_city();
    for query in [
        "%E6%B2%B3%E4%B8%9C%E5%8C%BA",
        "hedongqu",
        "he%20dong%20qu",
        "hdq",
        "Hedong%20District",
        "990405",
        "lanchuan%20hedongqu",
    ] {
        let codes = found(&city, &format!("/lists/regions?query={query}")).await;
        assert_eq!(codes.first().map(String::as_str), Some("990405"), "{query}");
    }
    assert!(found(&city, "/lists/regions?query=nowhere").await.is_empty());
    let jobs = found(&city, "/lists/occupations?query=canyin").await;
    assert_eq!(jobs, ["4-03"]);
}

#[tokio::test]
async fn a_hierarchy_is_looked_through_level_by_level() {
    let city = demo_city();
    assert_eq!(found(&city, "/lists/regions").await, ["990000"]);
    let cities = found(&city, "/lists/regions?parent=990000").await;
    assert!(
        cities.contains(&"990400".to_owned()) && !cities.contains(&"990402".to_owned()),
        "{cities:?}"
    );
    let below = found(&city, "/lists/regions?parent=990500&query=hedong").await;
    assert!(below.is_empty(), "it lies in another city");
    let page: ListPage = json(get(&city, "/lists/regions?parent=990400&limit=2", None).await).await;
    assert_eq!((page.entries.len(), page.more), (2, true));
    let district = &page.entries[0];
    assert_eq!(
        district.whole.as_ref().map(|whole| whole.zh_cn.as_str()),
        Some("云岭省兰川市城关区")
    );
    assert!(!district.leaf);
}

#[tokio::test]
async fn a_search_that_asks_for_too_much_is_refused() {
    let city = demo_city();
    let long = format!("/lists/regions?query={}", "a".repeat(101));
    for path in [
        "/lists/regions?limit=0",
        "/lists/regions?limit=501",
        "/lists/regions?limit=many",
        "/lists/regions?words=x",
        &long,
    ] {
        assert_eq!(get(&city, path, None).await.status(), StatusCode::BAD_REQUEST, "{path}");
    }
}

#[tokio::test]
async fn the_contents_are_every_guide_and_every_form_that_is_applied_by_as_their_own_addresses_give_them() {
    let city = demo_city();
    let response = get(&city, "/catalog/contents", None).await;
    let tag = text(&response, header::ETAG).to_owned();
    let index: Contents = json(response).await;
    for item in city.items() {
        let guide = format!("/catalog/items/{}", item.summary.code);
        assert!(index.documents.contains_key(&guide), "{guide}");
        if let Some(form) = &item.form {
            let form = format!("/forms/{}/{}", form.code, form.version);
            assert!(index.documents.contains_key(&form) && index.documents.contains_key(&format!("{form}/inputs")));
        }
    }
    assert_eq!(
        get(&city, "/catalog/contents", Some(&tag)).await.status(),
        StatusCode::NOT_MODIFIED
    );

    let pack: ContentsPack = json(get(&city, "/catalog/contents/pack", None).await).await;
    assert_eq!(pack.documents.len(), index.documents.len());
    for document in pack.documents {
        assert_eq!(
            index.documents.get(&document.path),
            Some(&document.tag),
            "{}",
            document.path
        );
        let own = get(&city, &document.path, None).await;
        assert_eq!(text(&own, header::ETAG), document.tag, "{}", document.path);
        assert_eq!(json::<serde_json::Value>(own).await, document.body, "{}", document.path);
    }
}

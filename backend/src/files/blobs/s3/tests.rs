//! Against a store that checks what a real one checks: every signature, the hash of each body, conditions; and that fails at
//! times.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, KeyInit, Mac};
use onehall_protocol::FileId;
use sha2::Sha256;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use uuid::Uuid;

use super::sign::{Signer, hex};
use super::{Blobs, Content, S3Blobs, S3Place};
use crate::files::blobs::{sha256_of, suite};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG";

#[derive(Default)]
struct Store {
    objects: BTreeMap<String, Vec<u8>>,
    /// Requests until one is answered with 503; none are where it is 0.
    every: usize,
    came: usize,
    /// Answers are lost after the effect, as often.
    loses: bool,
    /// Knows no conditions, as older stores do.
    old: bool,
    signatures: HashSet<String>,
}

type Shared = Arc<Mutex<Store>>;

fn lock(store: &Shared) -> MutexGuard<'_, Store> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|error| panic!("{error}"));
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Signature Version 4, from what arrived.
fn is_signed(method: &Method, path: &str, headers: &HeaderMap, body: &[u8]) -> bool {
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let authorization = header("authorization");
    let part = |name: &str| {
        let (_, rest) = authorization.split_once(&format!("{name}="))?;
        rest.split(", ").next()
    };
    let (Some(credential), Some(names), Some(signature)) =
        (part("Credential"), part("SignedHeaders"), part("Signature"))
    else {
        return false;
    };
    let Some((_, scope)) = credential.split_once('/') else {
        return false;
    };
    // What changes the meaning of a request must be signed.
    let mut must = vec!["host", "x-amz-content-sha256", "x-amz-date"];
    must.extend(
        ["if-none-match", "x-amz-copy-source"]
            .iter()
            .filter(|name| headers.contains_key(**name)),
    );
    let signed: Vec<&str> = names.split(';').collect();
    if !signed.is_sorted() || must.iter().any(|name| !signed.contains(name)) {
        return false;
    }
    if header("x-amz-content-sha256") != hex(&sha256_of(body)) {
        return false;
    }
    let written: String = signed.iter().map(|name| format!("{name}:{}\n", header(name))).collect();
    let canonical = format!(
        "{method}\n{path}\n\n{written}\n{names}\n{}",
        header("x-amz-content-sha256")
    );
    let moment = header("x-amz-date");
    let text = format!(
        "AWS4-HMAC-SHA256\n{moment}\n{scope}\n{}",
        hex(&sha256_of(canonical.as_bytes()))
    );
    let mut parts = scope.split('/');
    let first = mac(format!("AWS4{SECRET}").as_bytes(), parts.next().unwrap_or_default());
    let key = parts.fold(first, |key, part| mac(&key, part));
    credential.starts_with("AKID/") && hex(&mac(&key, &text)) == signature
}

async fn answer(State(store): State<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let path = parts.uri.path().to_owned();
    let mut store = lock(&store);
    store.came += 1;
    let fails = store.every > 0 && store.came.is_multiple_of(store.every);
    if fails && !store.loses {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if !is_signed(&parts.method, &path, &parts.headers, &body) {
        return StatusCode::FORBIDDEN.into_response();
    }
    if let Some(signed) = parts.headers.get("authorization").and_then(|value| value.to_str().ok()) {
        store.signatures.insert(signed.to_owned());
    }
    if !path.starts_with("/hall-files/a/") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let answer = match parts.method {
        Method::PUT => {
            if let Some(from) = parts
                .headers
                .get("x-amz-copy-source")
                .and_then(|from| from.to_str().ok())
            {
                match store.objects.get(from).cloned() {
                    Some(bytes) => {
                        store.objects.insert(path, bytes);
                        "<CopyObjectResult/>".into_response()
                    }
                    None => StatusCode::NOT_FOUND.into_response(),
                }
            } else if parts.headers.contains_key("if-none-match") && store.old {
                StatusCode::NOT_IMPLEMENTED.into_response()
            } else if parts.headers.contains_key("if-none-match") && store.objects.contains_key(&path) {
                StatusCode::PRECONDITION_FAILED.into_response()
            } else {
                store.objects.insert(path, body.to_vec());
                StatusCode::OK.into_response()
            }
        }
        Method::GET => match store.objects.get(&path) {
            Some(bytes) => bytes.clone().into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        },
        Method::DELETE => {
            store.objects.remove(&path);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    };
    if fails {
        StatusCode::BAD_GATEWAY.into_response()
    } else {
        answer
    }
}

/// A store on this machine, and blobs in it.
async fn store(change: impl FnOnce(&mut Store)) -> io::Result<(Shared, S3Place)> {
    let shared = Shared::default();
    change(&mut lock(&shared));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = format!("http://{}/", listener.local_addr()?);
    let router = Router::new().fallback(answer).with_state(shared.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let place = S3Place {
        endpoint,
        bucket: "hall-files".to_owned(),
        prefix: "a/".to_owned(),
        signer: Signer {
            region: "cn-north-1".to_owned(),
            access_key: "AKID".to_owned(),
            secret_key: SECRET.to_owned(),
        },
    };
    Ok((shared, place))
}

#[tokio::test]
async fn an_object_store_keeps_the_promises() -> Outcome {
    let (shared, place) = store(|_| {}).await?;
    suite::holds(&S3Blobs::new(place)?).await?;
    assert!(lock(&shared).objects.is_empty(), "nothing is left");
    Ok(())
}

#[tokio::test]
async fn so_does_one_that_is_busy_at_times_loses_answers_or_knows_no_conditions() -> Outcome {
    for (every, loses, old) in [(3, false, false), (3, true, false), (0, false, true)] {
        let (shared, place) = store(|store| {
            (store.every, store.loses, store.old) = (every, loses, old);
        })
        .await?;
        suite::holds(&S3Blobs::new(place)?).await?;
        assert!(lock(&shared).objects.is_empty());
    }
    Ok(())
}

#[tokio::test]
async fn what_is_there_is_never_written_over() -> Outcome {
    let (shared, place) = store(|_| {}).await?;
    let blobs = S3Blobs::new(place)?;
    let id = FileId(Uuid::now_v7());
    blobs.put(id, Content::of(b"first".to_vec())).await?;
    blobs.put(id, Content::of(b"other".to_vec())).await?;
    let mut bytes = Vec::new();
    blobs.open(id).await?.read_to_end(&mut bytes).await?;
    assert_eq!(bytes, b"first");
    assert_eq!(lock(&shared).objects.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_store_that_cannot_be_used_says_why_and_never_with_which_key() -> Outcome {
    let (_, place) = store(|_| {}).await?;
    let mut wrong = place.clone();
    wrong.signer.secret_key = "guessed-key".to_owned();
    let refused = S3Blobs::new(wrong)?;
    let error = refused
        .check()
        .await
        .err()
        .map(|error| (error.kind(), error.to_string()));
    assert_eq!(
        error,
        Some((
            io::ErrorKind::PermissionDenied,
            "the object store answered 403 Forbidden".to_owned()
        ))
    );
    assert!(!format!("{refused:?}").contains("guessed-key"));
    let mut away = place;
    away.endpoint = "http://127.0.0.1:9".to_owned();
    let error = S3Blobs::new(away)?
        .check()
        .await
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert!(!error.is_empty() && !error.contains(SECRET), "{error}");
    Ok(())
}

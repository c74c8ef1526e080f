//! All that the hall holds of a citizen, as one file to take along: an archive (tar) with `data.json`, the files that it names,
//! and a text that explains both.
//!
//! It is made of what the storage holds at that moment, and sent while it is made: the description first, then file after
//! file. How long it is, is said before, so that a broken download is noticed. Of companies and of others for whom the
//! citizen acts there is nothing in it: it is not theirs to take. A child's data its guardian takes along, apart from their own.

use std::io;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use onehall_protocol::account::DelegationState;
use onehall_protocol::{Language, PersonId, Problem};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::tar;
use crate::cases::model::Viewer;
use crate::cases::view_for_citizen;
use crate::drafts;
use crate::error::{Error, Result};
use crate::files::StoredFile;
use crate::http::extract::{AcceptLanguage, Query};
use crate::identity::{Citizen, OwnTerminal, Person, Reach};
use crate::state::AppState;

/// Explains the archive. In it as `README.txt`.
const README: &str = include_str!("own_data.txt");

/// What is read of a file at once.
const PIECE: usize = 64 * 1024;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(download))
}

/// Whose data are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DataQuery {
    /// A child whose guardian the citizen is by the register; the citizen where it is absent.
    child: Option<PersonId>,
}

/// Download all that the hall holds of oneself, or of one's child
///
/// An archive (tar): `README.txt` explains it, `data.json` holds person, sessions, delegations, permissions, drafts, cases
/// with their history, answers and ratings, and names the files beside it.
#[utoipa::path(get, path = "/account/data", tag = "account", params(DataQuery), responses(
    (status = 200, content_type = "application/x-tar", body = Vec<u8>), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal"),
    (status = 404, body = Problem, description = "One is not this child's guardian, or no more"),
), security(("citizen" = [])))]
async fn download(
    State(state): State<AppState>,
    AcceptLanguage(language): AcceptLanguage,
    OwnTerminal(citizen): OwnTerminal,
    Query(query): Query<DataQuery>,
) -> Result<Response> {
    let whose = match query.child {
        Some(child) => ward(&state, &citizen, child).await?,
        None => citizen.actor.clone(),
    };
    let files = state.storage.files_of_person(whose.id).await?;
    let described = described(&state, &citizen, &whose, &files, language).await?;
    let described = serde_json::to_vec_pretty(&described)?;
    let whole = [README.len(), described.len()].map(|size| size as u64);
    let sizes = whole.into_iter().chain(files.iter().map(|file| file.view.size));
    let length = tar::length(sizes);
    let now = state.clock.now();
    let (sender, receiver) = mpsc::channel::<io::Result<Bytes>>(4);
    let day = now.at_offset(state.city.catalog.city.utc_offset_minutes).0;
    tokio::spawn(async move {
        let seconds = now.unix_millis().div_euclid(1000);
        if let Err(error) = send(&state, described, &files, seconds, &sender).await {
            // Whoever stopped reading is told nothing; for all others the download breaks off.
            if sender
                .send(Err(io::Error::other("the archive could not be made")))
                .await
                .is_ok()
            {
                tracing::error!(%error, "a citizen's data could not be sent whole");
            }
        }
    });
    let mut answer = Body::from_stream(ReceiverStream::new(receiver)).into_response();
    let name = format!("attachment; filename=\"onehall-{day}.tar\"");
    let name = HeaderValue::from_str(&name).map_err(|cause| Error::internal("write a header", cause))?;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-tar"));
    headers.insert(header::CONTENT_LENGTH, length.into());
    headers.insert(header::CONTENT_DISPOSITION, name);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(answer)
}

/// Sends the parts of the archive.
async fn send(
    state: &AppState,
    described: Vec<u8>,
    files: &[StoredFile],
    seconds: i64,
    to: &mpsc::Sender<io::Result<Bytes>>,
) -> Result<()> {
    let out = async |bytes: Vec<u8>| {
        let sent = to.send(Ok(bytes.into())).await;
        sent.map_err(|_| Error::broken("send an archive that nobody reads"))
    };
    for (name, content) in [("README.txt", README.as_bytes().to_vec()), ("data.json", described)] {
        let size = content.len() as u64;
        out(tar::header(name, size, seconds)).await?;
        out(content).await?;
        out(tar::padding(size)).await?;
    }
    for file in files {
        out(tar::header(&place(file), file.view.size, seconds)).await?;
        let mut bytes = state.files.open(file).await?;
        let mut left = file.view.size;
        while left > 0 {
            let mut piece = vec![0; PIECE.min(usize::try_from(left).unwrap_or(PIECE))];
            let read = bytes
                .read(&mut piece)
                .await
                .map_err(|cause| Error::internal("read a file", cause))?;
            if read == 0 {
                return Err(Error::broken("read a file that is shorter than it says"));
            }
            piece.truncate(read);
            left -= read as u64;
            out(piece).await?;
        }
        // Only at the end it is known whether the bytes are those that were taken.
        let beyond = bytes.read(&mut [0; 1]).await;
        if beyond.map_err(|cause| Error::internal("read a file", cause))? > 0 {
            return Err(Error::broken("read a file that is longer than it says"));
        }
        out(tar::padding(file.view.size)).await?;
    }
    out(tar::end()).await
}

/// Where a file stands in the archive: by its id, which every system can write.
fn place(file: &StoredFile) -> String {
    let ending = file
        .view
        .name
        .rsplit_once('.')
        .map(|(_, ending)| ending)
        .unwrap_or_default();
    let plain = !ending.is_empty() && ending.len() <= 8 && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain {
        format!("files/{}.{}", file.view.id, ending.to_ascii_lowercase())
    } else {
        format!("files/{}", file.view.id)
    }
}

/// A child whose guardian somebody is by the register: whoever answers for it knows what is held of it.
async fn ward(state: &AppState, citizen: &Citizen, child: PersonId) -> Result<Person> {
    let now = state.clock.now();
    let delegations = state
        .storage
        .delegations(citizen.actor.id, Vec::new(), Vec::new())
        .await?;
    let theirs = delegations.into_iter().find(|one| {
        let acts = one.actor == Some(citizen.actor.id) && one.state_at(now) == DelegationState::Active;
        acts && one.by_register && one.principal == Some(child)
    });
    theirs.and_then(|one| one.principal_person).ok_or_else(Error::not_found)
}

/// What stands in `data.json`.
async fn described(
    state: &AppState,
    citizen: &Citizen,
    me: &Person,
    files: &[StoredFile],
    language: Language,
) -> Result<Value> {
    let now = state.clock.now();
    let own = Reach::all_of(&[me.id]);
    let sessions = state.storage.sessions(me.id, now).await?;
    let sessions: Vec<_> = sessions
        .into_iter()
        .map(|one| one.view(citizen.session, &state.city, language))
        .collect();
    let delegations = state.storage.delegations(me.id, Vec::new(), Vec::new()).await?;
    let delegations: Vec<_> = delegations.iter().map(|one| one.view(me.id, &[], now)).collect();
    let consents = state.storage.consents(me.id, None).await?;
    let consents: Vec<_> = consents
        .iter()
        .map(|one| json!({ "client": one.client, "scopes": one.scopes.to_string(), "given_at": one.given_at }))
        .collect();
    let contacts = state.storage.contacts(me.id).await?;
    let contacts: Vec<_> = contacts
        .iter()
        .map(|one| {
            json!({ "kind": one.contact.kind(), "value": one.contact.as_str(), "added_at": one.added_at, "first": one.first })
        })
        .collect();
    let visits = crate::halls::visits_of(state, me.id).await?;
    let mut drafts = Vec::new();
    for head in state.storage.list_drafts(own.clone()).await? {
        let draft = state.storage.draft(head.id, own.clone()).await?;
        drafts.push(serde_json::to_value(drafts::view(state, citizen, draft).await?)?);
    }
    let mut cases = Vec::new();
    for case in state.storage.cases(own.clone()).await? {
        let file = state.storage.case(case.id, Viewer::Citizen(own.clone())).await?;
        let earlier = serde_json::to_value(&file.earlier)?;
        let mut view = serde_json::to_value(view_for_citizen(state, file)?)?;
        view["earlier_answers"] = earlier;
        cases.push(view);
    }
    let files: Vec<_> = files
        .iter()
        .map(|file| {
            json!({
                "id": file.view.id, "place": place(file), "name": file.view.name, "media_type": file.view.media_type,
                "size": file.view.size, "sha256": file.view.sha256, "uploaded_at": file.view.uploaded_at,
                "draft": file.draft, "case": file.case, "question": file.path, "source": file.view.source,
            })
        })
        .collect();
    // A child is no company's agent.
    let companies = citizen.companies.iter().filter(|_| me.id == citizen.actor.id);
    Ok(json!({
        "format": "onehall-own-data/1",
        "hall": state.hall_name(),
        "made_at": now,
        "person": {
            "id": me.id, "kind": me.kind, "name": me.name, "citizen_id": me.citizen_id, "phone": me.phone,
            "address": me.address, "assurance": me.assurance,
        },
        "companies": companies.map(Person::view).collect::<Vec<_>>(),
        "contacts": contacts,
        "account_events": state.storage.account_events(me.id).await?,
        "sessions": sessions,
        "delegations": delegations,
        "consents": consents,
        "hall_visits": visits,
        "drafts": drafts,
        "cases": cases,
        "files": files,
    }))
}

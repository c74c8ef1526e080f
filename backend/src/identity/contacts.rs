//! `/api/v1/identity/contacts`: the phone numbers and e-mail addresses that log an account in.
//!
//! One is added by a code that goes there, and is from then on as good as any other: it logs in, and a code to it shows that its
//! citizen is there. So each change asks for that proof first, on a terminal of one's own, and whatever else the account has is
//! told of it, also what was just removed. One always remains. Whoever shows to have what logs another account in gets a ticket
//! for it, with which the two become one (`account::merging`).

use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use onehall_protocol::cases::Poke;
use onehall_protocol::contacts::{AddContact, Contact, ContactCode, ContactKind, ContactsView};
use onehall_protocol::identity::CodeSent;
use onehall_protocol::{ContactId, ErrorCode, Language, PersonId, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::contact_store::{Added, ChangeContact, NewContact, StoredContact};
use super::model::{Citizen, OwnTerminal};
use super::passkeys::{UseCode, require_proof};
use super::routes::client_hash;
use super::store::CodeToSend;
use crate::error::{Error, Result};
use crate::http::extract::{AcceptLanguage, ClientAddress, Json, Path};
use crate::messages::{self, ContactNotice};
use crate::secrets::random_below;
use crate::state::AppState;

/// Seconds for which a ticket for another account counts.
const TICKET_SECONDS: i64 = 600;

/// The routes of contacts.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(send_code))
        .routes(routes!(remove))
        .routes(routes!(put_first))
}

/// What was typed, as a phone number or an e-mail address.
pub(super) fn contact(typed: &str, field: &str) -> Result<Contact> {
    typed
        .trim()
        .parse()
        .map_err(|_| Error::new(ErrorCode::InvalidPhone).with_field(field, "invalid"))
}

/// Where a citizen is reached who may have no phone number: at what comes first.
///
/// # Errors
/// `request/not_found` where there is nothing; faults of the store.
pub async fn first_contact(state: &AppState, citizen: &Citizen) -> Result<Contact> {
    if let Some(phone) = &citizen.actor.phone {
        return Ok(Contact::Phone(phone.clone()));
    }
    let known = state.storage.contacts(citizen.actor.id).await?;
    known
        .into_iter()
        .next()
        .map(|one| one.contact)
        .ok_or_else(Error::not_found)
}

fn to_hash(state: &AppState, contact: &Contact) -> [u8; 32] {
    state.key.keyed_hash("contact-to-add", &[contact.as_str()])
}

/// The code is good for the account that asked for it: who is told one by phone cannot be led to give it to another.
fn code_hash(state: &AppState, citizen: &Citizen, contact: &Contact, code: &str) -> [u8; 32] {
    let person = citizen.actor.id.to_string();
    state.key.keyed_hash("contact-code", &[&person, contact.as_str(), code])
}

/// Somebody has shown to have what logs another account in.
#[derive(Serialize, Deserialize)]
struct OtherAccount {
    shown_by: PersonId,
    other: PersonId,
    until: Timestamp,
}

/// A ticket for another account, for who has shown that it is theirs.
///
/// # Errors
/// Only faults of ours.
pub fn ticket(state: &AppState, citizen: &Citizen, other: PersonId) -> Result<String> {
    let shown = OtherAccount {
        shown_by: citizen.actor.id,
        other,
        until: state.clock.now().plus_seconds(TICKET_SECONDS),
    };
    let sealed = state.key.sealer(&["other-account"]).seal(&serde_json::to_vec(&shown)?);
    let sealed = sealed.ok_or_else(|| Error::broken("seal a ticket"))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(sealed))
}

/// The account that a ticket is for, where it was given to this citizen and is still in time.
#[must_use]
pub fn other_account(state: &AppState, citizen: &Citizen, ticket: &str) -> Option<PersonId> {
    let sealed = BASE64_URL_SAFE_NO_PAD.decode(ticket).ok()?;
    let shown = state.key.sealer(&["other-account"]).open(&sealed)?;
    let shown: OtherAccount = serde_json::from_slice(&shown).ok()?;
    let counts = shown.shown_by == citizen.actor.id && shown.until > state.clock.now();
    counts.then_some(shown.other)
}

async fn view(state: &AppState, citizen: &Citizen) -> Result<Json<ContactsView>> {
    let known = state.storage.contacts(citizen.actor.id).await?;
    let mail = state.mail.as_ref().map(|_| ContactKind::Email);
    let claims = state.storage.claims(citizen.actor.id).await?;
    Ok(Json(ContactsView {
        contacts: known.iter().map(StoredContact::view).collect(),
        kinds: [ContactKind::Phone].into_iter().chain(mail).collect(),
        events: state.storage.account_events(citizen.actor.id).await?,
        claims: claims.iter().map(|claim| claim.view(citizen.actor.id)).collect(),
    }))
}

/// What logs one in by a one-time code, and what was done with the account
#[utoipa::path(get, path = "/identity/contacts", tag = "identity", responses(
    (status = 200, description = "What comes first, then the oldest", body = ContactsView), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal"),
), security(("citizen" = [])))]
async fn list(State(state): State<AppState>, OwnTerminal(citizen): OwnTerminal) -> Result<Json<ContactsView>> {
    view(&state, &citizen).await
}

/// Send a code to a phone number or an e-mail address that is to be added
///
/// The answer is the same whether or not it logs somebody else in already.
#[utoipa::path(post, path = "/identity/contacts/codes", tag = "identity", request_body = ContactCode, responses(
    (status = 202, description = "A code is on its way", body = CodeSent), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal, identity/step_up_required"),
    (status = 422, body = Problem, description = "identity/invalid_phone"), (status = 429, body = Problem),
), security(("citizen" = [])))]
async fn send_code(
    State(state): State<AppState>,
    AcceptLanguage(language): AcceptLanguage,
    OwnTerminal(citizen): OwnTerminal,
    client: ClientAddress,
    Json(request): Json<ContactCode>,
) -> Result<(StatusCode, Json<CodeSent>)> {
    require_proof(&state, &citizen, true).await?;
    let contact = contact(&request.to, "to")?;
    let code = format!("{:06}", random_below(&*state.rng, 1_000_000));
    let limits = state.config.codes;
    let command = CodeToSend {
        phone: to_hash(&state, &contact),
        client: client_hash(&state, client),
        code: code_hash(&state, &citizen, &contact, &code),
        limits,
        now: state.clock.now(),
    };
    state.storage.take_code(command).await?;
    let text = messages::contact_code(&state.hall_name(), &code, limits.expires_after / 60, language);
    messages::send(&state, &contact, &text, language).await?;
    Ok((StatusCode::ACCEPTED, Json(limits.sent_to(&contact))))
}

/// Add what a code was sent to
///
/// Whatever else the account has is told of it.
#[utoipa::path(post, path = "/identity/contacts", tag = "identity", request_body = AddContact, responses(
    (status = 201, description = "All that logs one in now", body = ContactsView), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal, identity/step_up_required"),
    (status = 409, body = Problem, description = "identity/contact_in_use; with `details.merge`, where it is another account's, a ticket for `/account/merging`"),
    (status = 422, body = Problem, description = "identity/wrong_code, identity/invalid_phone"), (status = 429, body = Problem),
), security(("citizen" = [])))]
async fn add(
    State(state): State<AppState>,
    AcceptLanguage(language): AcceptLanguage,
    OwnTerminal(citizen): OwnTerminal,
    client: ClientAddress,
    Json(request): Json<AddContact>,
) -> Result<(StatusCode, Json<ContactsView>)> {
    require_proof(&state, &citizen, true).await?;
    let contact = contact(&request.to, "to")?;
    let now = state.clock.now();
    let code = UseCode {
        to: to_hash(&state, &contact),
        code: code_hash(&state, &citizen, &contact, request.code.trim()),
        client: client_hash(&state, client),
        limits: state.config.codes,
        now,
    };
    let before = state.storage.contacts(citizen.actor.id).await?;
    let new = NewContact {
        id: ContactId(state.new_id()),
        person: citizen.actor.id,
        contact: contact.clone(),
        code,
        terminal: citizen.terminal,
        now,
    };
    match state.storage.add_contact(new).await? {
        Added::Here => {}
        Added::Elsewhere(other) => {
            let refusal = Error::new(ErrorCode::ContactInUse);
            let ticket = ticket(&state, &citizen, other)?;
            return Err(refusal.with_details(serde_json::json!({ "merge": ticket })));
        }
    }
    let told = before.iter().map(|one| (&one.contact, ContactNotice::Added));
    changed(&state, &citizen, &contact, told.collect(), language).await;
    Ok((StatusCode::CREATED, view(&state, &citizen).await?))
}

fn change(state: &AppState, citizen: &Citizen, id: ContactId) -> ChangeContact {
    ChangeContact {
        person: citizen.actor.id,
        id,
        terminal: citizen.terminal,
        now: state.clock.now(),
    }
}

/// Remove a phone number or an e-mail address
///
/// It logs nobody in any more, and is told so. The last one stays.
#[utoipa::path(delete, path = "/identity/contacts/{id}", tag = "identity", params(("id" = ContactId, Path)), responses(
    (status = 200, description = "All that logs one in now", body = ContactsView), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal, identity/step_up_required"),
    (status = 404, body = Problem), (status = 409, body = Problem, description = "identity/last_contact"),
), security(("citizen" = [])))]
async fn remove(
    State(state): State<AppState>,
    AcceptLanguage(language): AcceptLanguage,
    OwnTerminal(citizen): OwnTerminal,
    Path(id): Path<ContactId>,
) -> Result<Json<ContactsView>> {
    require_proof(&state, &citizen, true).await?;
    let gone = state.storage.remove_contact(change(&state, &citizen, id)).await?;
    let left = state.storage.contacts(citizen.actor.id).await?;
    let told = left.iter().map(|one| (&one.contact, ContactNotice::Removed));
    let told = told.chain([(&gone, ContactNotice::RemovedHere)]);
    changed(&state, &citizen, &gone, told.collect(), language).await;
    view(&state, &citizen).await
}

/// Have a phone number come first
///
/// It stands in forms, and codes that confirm go there. The one before stays and can be removed then.
#[utoipa::path(post, path = "/identity/contacts/{id}/first", tag = "identity", params(("id" = ContactId, Path)), responses(
    (status = 200, description = "All that logs one in now", body = ContactsView), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal, identity/step_up_required"),
    (status = 404, body = Problem),
), security(("citizen" = [])))]
async fn put_first(
    State(state): State<AppState>,
    AcceptLanguage(language): AcceptLanguage,
    OwnTerminal(citizen): OwnTerminal,
    Path(id): Path<ContactId>,
) -> Result<Json<ContactsView>> {
    require_proof(&state, &citizen, true).await?;
    state.storage.put_contact_first(change(&state, &citizen, id)).await?;
    let known = state.storage.contacts(citizen.actor.id).await?;
    if let Some(first) = known.first() {
        let told = known.iter().map(|one| (&one.contact, ContactNotice::First));
        changed(&state, &citizen, &first.contact, told.collect(), language).await;
    }
    view(&state, &citizen).await
}

/// A phone number is somebody else's now: whatever else its account has is told. In the hall's first language: whose language it
/// would be is not known here.
///
/// # Errors
/// Faults of the store.
pub(super) async fn number_lost(state: &AppState, person: PersonId, lost: &Contact) -> Result<()> {
    state.events.poke_person(person, Poke::Account);
    for left in state.storage.contacts(person).await? {
        tell(state, &left.contact, ContactNotice::Removed, lost, Language::ZhCn).await;
    }
    Ok(())
}

async fn tell(state: &AppState, to: &Contact, notice: ContactNotice, what: &Contact, language: Language) {
    let text = messages::contact_notice(&state.hall_name(), notice, &what.masked(), language);
    if let Err(error) = messages::send(state, to, &text, language).await {
        tracing::warn!(%error, "a notice of a changed contact was not sent");
    }
}

/// Tells all terminals of an account, and those whom it concerns: whoever did not do it learns of it. What was done is done,
/// also where a notice cannot be sent.
async fn changed(
    state: &AppState,
    citizen: &Citizen,
    what: &Contact,
    told: Vec<(&Contact, ContactNotice)>,
    language: Language,
) {
    state.events.poke_person(citizen.actor.id, Poke::Account);
    for (to, notice) in told {
        tell(state, to, notice, what, language).await;
    }
}

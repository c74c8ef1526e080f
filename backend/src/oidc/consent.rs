//! The citizen's answer: what the page of the hall that asks needs, and what somebody has allowed to whom.
//!
//! These are ordinary routes of the API, for the session of the hall, which other sites cannot use.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use onehall_protocol::authorization::{
    Allow, AuthorizationStep, AuthorizationView, ClientView, ConsentView, Onward, ScopeView,
};
use onehall_protocol::cases::Poke;
use onehall_protocol::identity::{AssuranceLevel, TerminalKind};
use onehall_protocol::{ClientId, ErrorCode, Text, Timestamp};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::authorize::back_to;
use super::claims;
use super::clients::{Client, RedirectUri};
use super::model::{OpenRequest, Prompt, seconds};
use super::params::Issuer;
use super::scopes::{Scope, Scopes};
use super::store::Agree;
use crate::error::{Error, Result};
use crate::http::extract::{Json, Path};
use crate::identity::{Citizen, Looking, OwnPages};
use crate::secrets::{Token, TokenHash};
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(asked))
        .routes(routes!(allow))
        .routes(routes!(refuse))
        .routes(routes!(consents))
        .routes(routes!(withdraw))
}

/// A citizen, if one is logged in. Looking at a question prolongs no session.
pub(super) struct Perhaps(pub Option<Citizen>);

impl FromRequestParts<AppState> for Perhaps {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Perhaps> {
        match Looking::from_request_parts(parts, state).await {
            Ok(Looking(citizen)) => Ok(Perhaps(Some(citizen))),
            Err(error) if error.code() == ErrorCode::NotLoggedIn => Ok(Perhaps(None)),
            Err(error) => Err(error),
        }
    }
}

/// A question that waits, and who asks it.
struct Question {
    id: TokenHash,
    open: OpenRequest,
    client: Arc<Client>,
}

async fn question(state: &AppState, id: &str) -> Result<Question> {
    let id = TokenHash::of(id);
    let open = state.storage.open_request(id, state.clock.now()).await?;
    let open = open.ok_or_else(Error::not_found)?;
    // A city that takes a client away takes its open questions away.
    let client = state.city.client(&open.request.client).cloned();
    let client = client.ok_or_else(Error::not_found)?;
    Ok(Question { id, open, client })
}

impl Question {
    /// What has to happen before it is answered.
    fn next(&self, state: &AppState, citizen: Option<&Citizen>, allowed: &Scopes) -> AuthorizationStep {
        let request = &self.open.request;
        let step = match citizen.filter(|citizen| self.takes(state, citizen)) {
            None => AuthorizationStep::LogIn,
            Some(citizen) if citizen.actor.assurance < self.assurance() => AuthorizationStep::RaiseLevel,
            Some(_) if request.prompts(Prompt::Consent) || self.may_be_another() => AuthorizationStep::Ask,
            Some(_) if request.scopes.within(allowed) => AuthorizationStep::GoOn,
            Some(_) => AuthorizationStep::Ask,
        };
        match step {
            AuthorizationStep::GoOn => step,
            _ if request.prompts(Prompt::None) => AuthorizationStep::GoBack,
            _ => step,
        }
    }

    /// Whether the login of a citizen will do: of whom the client means, and fresh enough.
    fn takes(&self, state: &AppState, citizen: &Citizen) -> bool {
        let (request, now) = (&self.open.request, state.clock.now());
        let meant = |subject: &String| *subject == claims::subject(state, &self.client, citizen.actor.id);
        request.subject.as_ref().is_none_or(meant) && request.takes_login(citizen.began_at, self.open.opened_at, now)
    }

    /// How sure the hall must be of who answers it.
    fn assurance(&self) -> AssuranceLevel {
        let asked = self.open.request.assurance.unwrap_or(AssuranceLevel::L1);
        self.client.assurance.max(asked)
    }

    /// Whether another program might wait where the answer goes: any can listen on this machine, or claim a scheme, and a
    /// public client shows nothing. Then the citizen is asked each time (RFC 9700, section 4.13).
    fn may_be_another(&self) -> bool {
        let uri: Option<RedirectUri> = self.open.request.redirect_uri.parse().ok();
        self.client.is_public() && uri.is_none_or(|uri| uri.host().is_none())
    }

    /// Why an answer is none: the code that the client gets.
    fn refusal(&self, state: &AppState, citizen: Option<&Citizen>, allowed: &Scopes) -> &'static str {
        let citizen = citizen.filter(|citizen| self.takes(state, citizen));
        let too_low = |citizen: &Citizen| citizen.actor.assurance < self.assurance();
        if !self.open.request.prompts(Prompt::None) {
            return match citizen {
                Some(citizen) if too_low(citizen) => "unmet_authentication_requirements",
                _ => "access_denied",
            };
        }
        match citizen {
            None => "login_required",
            Some(citizen) if too_low(citizen) => "interaction_required",
            Some(_) if !self.open.request.scopes.within(allowed) || self.may_be_another() => "consent_required",
            Some(_) => "access_denied",
        }
    }
}

async fn allowed(state: &AppState, citizen: Option<&Citizen>, client: &ClientId) -> Result<Scopes> {
    let Some(citizen) = citizen else {
        return Ok(Scopes::default());
    };
    let consents = state.storage.consents(citizen.actor.id, Some(client.clone())).await?;
    Ok(consents
        .into_iter()
        .next()
        .map(|consent| consent.scopes)
        .unwrap_or_default())
}

pub(super) fn client_view(client: &Client) -> ClientView {
    ClientView {
        id: client.id.clone(),
        name: client.name.clone(),
        operator: client.operator.clone(),
    }
}

pub(super) fn scope_views(client: Option<&Client>, scopes: &Scopes, allowed: &Scopes) -> Vec<ScopeView> {
    let view = |scope: Scope| ScopeView {
        scope: scope.name().to_owned(),
        name: scope.words(),
        why: client.and_then(|client| client.why(scope)).cloned(),
        allowed: allowed.has(scope),
    };
    scopes.iter().map(view).collect()
}

/// What an application asks
///
/// Also for somebody who is not logged in yet: the page says for whom they log in.
#[utoipa::path(get, path = "/authorizations/{request}", tag = "login",
    params(("request" = String, Path, description = "What the page was opened with")),
    responses((status = 200, description = "Who asks for what, and what comes next", body = AuthorizationView)))]
async fn asked(
    State(state): State<AppState>,
    Path(request): Path<String>,
    Perhaps(citizen): Perhaps,
) -> Result<Json<AuthorizationView>> {
    let question = question(&state, &request).await?;
    let allowed = allowed(&state, citizen.as_ref(), &question.client.id).await?;
    Ok(Json(AuthorizationView {
        client: client_view(&question.client),
        scopes: scope_views(Some(&question.client), &question.open.request.scopes, &allowed),
        assurance: question.assurance(),
        phone: question.open.request.phone.clone(),
        next: question.next(&state, citizen.as_ref(), &allowed),
    }))
}

/// Allow what an application asks for, or some of it
///
/// Answers the question: it is not asked again. What was allowed is kept until it is taken back.
#[utoipa::path(post, path = "/authorizations/{request}/grant", tag = "login", request_body = Allow,
    params(("request" = String, Path, description = "What the page was opened with")),
    responses((status = 200, description = "Where to go with the code", body = Onward)),
    security(("citizen" = [])))]
async fn allow(
    State(state): State<AppState>,
    issuer: Issuer,
    Path(request): Path<String>,
    OwnPages(citizen): OwnPages,
    Json(allow): Json<Allow>,
) -> Result<Json<Onward>> {
    let question = question(&state, &request).await?;
    let before = allowed(&state, Some(&citizen), &question.client.id).await?;
    match question.next(&state, Some(&citizen), &before) {
        AuthorizationStep::Ask | AuthorizationStep::GoOn => {}
        AuthorizationStep::LogIn => return Err(Error::new(ErrorCode::NotLoggedIn)),
        AuthorizationStep::RaiseLevel | AuthorizationStep::GoBack => return Err(Error::new(ErrorCode::Forbidden)),
    }
    let scopes = chosen(&allow.scopes, &question.open.request.scopes)?;
    let scopes = question.client.with_own(scopes);
    let scopes = if citizen.terminal == TerminalKind::Kiosk {
        // Whoever stands at a public machine gives nobody anything that lasts.
        scopes.without(Scope::OfflineAccess)
    } else {
        scopes
    };
    let (now, code) = (state.clock.now(), Token::generate(&*state.rng));
    let lasts = if scopes.has(Scope::OfflineAccess) {
        seconds::OFFLINE
    } else {
        session_lasts(&citizen, now)
    };
    let agree = Agree {
        request: question.id,
        grant: state.new_id(),
        code: code.hash(),
        person: citizen.actor.id,
        session: citizen.session,
        scopes,
        assurance: citizen.actor.assurance,
        auth_time: citizen.began_at,
        code_until: now.plus_seconds(seconds::CODE),
        ends_at: now.plus_seconds(lasts),
        now,
    };
    if !state.storage.agree(agree).await? {
        return Err(Error::not_found());
    }
    metrics::counter!("onehall_oidc_logins_total").increment(1);
    let request = &question.open.request;
    let answer = [("code", code.as_str())];
    Ok(Json(Onward {
        location: back_to(&request.redirect_uri, &answer, request.state.as_deref(), &issuer),
    }))
}

/// Seconds for which a login lasts that ends with the session of the hall in which it was allowed.
pub(super) fn session_lasts(citizen: &Citizen, now: Timestamp) -> i64 {
    (citizen.ends_at.unix_millis() - now.unix_millis()) / 1000 + seconds::NOTICED
}

/// What a citizen chose of what is asked for.
pub(super) fn chosen(names: &[String], asked: &Scopes) -> Result<Scopes> {
    let mut chosen = Vec::new();
    for (place, name) in names.iter().enumerate() {
        let scope = name.parse().ok().filter(|scope| asked.has(*scope));
        chosen.push(
            scope.ok_or_else(|| {
                Error::new(ErrorCode::InvalidBody).with_field(format!("scopes[{place}]"), "not_asked")
            })?,
        );
    }
    let chosen = Scopes::of(chosen);
    if chosen.has(Scope::OpenId) {
        Ok(chosen)
    } else {
        Err(Error::new(ErrorCode::InvalidBody).with_field("scopes", "openid"))
    }
}

/// Refuse what an application asks for
#[utoipa::path(post, path = "/authorizations/{request}/refusal", tag = "login",
    params(("request" = String, Path, description = "What the page was opened with")),
    responses((status = 200, description = "Where to go with the refusal", body = Onward)))]
async fn refuse(
    State(state): State<AppState>,
    issuer: Issuer,
    Path(request): Path<String>,
    Perhaps(citizen): Perhaps,
) -> Result<Json<Onward>> {
    let question = question(&state, &request).await?;
    let allowed = allowed(&state, citizen.as_ref(), &question.client.id).await?;
    if !state.storage.drop_request(question.id).await? {
        return Err(Error::not_found());
    }
    let answer = [("error", question.refusal(&state, citizen.as_ref(), &allowed))];
    let request = &question.open.request;
    Ok(Json(Onward {
        location: back_to(&request.redirect_uri, &answer, request.state.as_deref(), &issuer),
    }))
}

/// What the citizen has allowed, and to whom
#[utoipa::path(get, path = "/identity/consents", tag = "login",
    responses((status = 200, description = "The newest first", body = Vec<ConsentView>)),
    security(("citizen" = [])))]
async fn consents(State(state): State<AppState>, OwnPages(citizen): OwnPages) -> Result<Json<Vec<ConsentView>>> {
    let consents = state.storage.consents(citizen.actor.id, None).await?;
    let view = |consent: super::store::Consent| {
        let client = state.city.client(&consent.client);
        ConsentView {
            // One that the city does not know any more can still be told apart, and taken back.
            client: client.map_or_else(|| unknown(&consent.client), |client| client_view(client)),
            scopes: scope_views(client.map(Arc::as_ref), &consent.scopes, &consent.scopes),
            given_at: consent.given_at,
        }
    };
    Ok(Json(consents.into_iter().map(view).collect()))
}

fn unknown(id: &ClientId) -> ClientView {
    let name = Text {
        zh_cn: id.to_string(),
        en: id.to_string(),
    };
    ClientView {
        id: id.clone(),
        name: name.clone(),
        operator: name,
    }
}

/// Take back what was allowed to an application
///
/// Ends every login there, with all tokens: at once, also those that were to last.
#[utoipa::path(delete, path = "/identity/consents/{client}", tag = "login",
    params(("client" = ClientId, Path, description = "The application")),
    responses((status = 204, description = "It has nothing any more")),
    security(("citizen" = [])))]
async fn withdraw(
    State(state): State<AppState>,
    OwnPages(citizen): OwnPages,
    Path(client): Path<ClientId>,
) -> Result<StatusCode> {
    if state.storage.withdraw_consent(citizen.actor.id, client).await? {
        // Where it was a terminal of the hall, its session has ended.
        state.events.poke_person(citizen.actor.id, Poke::SessionEnded);
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Error::not_found())
    }
}

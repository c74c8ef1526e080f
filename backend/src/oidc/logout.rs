//! A client wants the citizen logged out of the hall, too (OpenID Connect RP-Initiated Logout 1.0).
//!
//! Anybody can send a browser here, so the address alone ends nothing: it leads to a page of the hall, which asks. Only whoever
//! brings the id token of this very session is not asked about. The wish travels sealed in the page's address: nothing has to
//! be kept for it, and nobody can write one.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use onehall_protocol::authorization::{LogoutStep, LogoutView};
use onehall_protocol::{ClientId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::authorize::see_other;
use super::consent::{Perhaps, client_view};
use super::hint::{self, Hint};
use super::jose::{base64url, from_base64url};
use super::model::seconds;
use super::params::{Form, Issuer, Params};
use super::request::LONGEST;
use super::{claims, path, proof};
use crate::error::{Error, Result};
use crate::http::extract::{Json, Path};
use crate::identity::Citizen;
use crate::secrets::Sealer;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(wished))
}

/// What a client wishes. Checked: the address is one of the client's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Wish {
    client: Option<ClientId>,
    /// The session that it means, as it knows it, and whose that is.
    session: Option<(String, String)>,
    location: Option<String>,
    until: Timestamp,
}

fn sealer(state: &AppState) -> Sealer {
    state.key.sealer(&["oidc-logout"])
}

/// Log a citizen out of the hall
///
/// For browsers that a client sends here: `id_token_hint`, `client_id`, `post_logout_redirect_uri`, `state`. Leads on to the
/// page that asks the citizen.
#[utoipa::path(get, path = "/oauth/logout", tag = "login", responses((status = 303, description = "To the page")))]
pub(super) async fn log_out(State(state): State<AppState>, issuer: Issuer, RawQuery(query): RawQuery) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    lead_on(&state, &issuer, params.unwrap_or_default()).await
}

/// Log a citizen out of the hall, with the parameters in a form
#[utoipa::path(post, path = "/oauth/logout", tag = "login", responses((status = 303, description = "To the page")))]
pub(super) async fn log_out_by_form(
    State(state): State<AppState>,
    issuer: Issuer,
    form: super::error::Result<Form>,
) -> Response {
    lead_on(&state, &issuer, form.map(|Form(params)| params).unwrap_or_default()).await
}

async fn lead_on(state: &AppState, issuer: &Issuer, params: Params) -> Response {
    let sealed = async {
        let wish = wish(state, issuer, &params).await?;
        let sealed = sealer(state).seal(&serde_json::to_vec(&wish)?);
        sealed.ok_or_else(|| Error::broken("seal a wish to log out"))
    };
    match sealed.await {
        Ok(sealed) => see_other(&format!("{}?request={}", path::LOGOUT_PAGE, base64url(&sealed))),
        Err(fault) => fault.into_response(),
    }
}

/// Reads a wish. What is wrong about it is passed over, not refused: whoever wants to log out must not be kept from it by a
/// mistake of a client's.
async fn wish(state: &AppState, issuer: &Issuer, params: &Params) -> Result<Wish> {
    let hint = match params.get("id_token_hint") {
        Some(token) => hint::read(state, issuer, token).await?,
        None => None,
    };
    let named = params.get("client_id").and_then(|id| proof::registered(state, id));
    let client = match (&hint, named) {
        // Two different ones: nobody knows who it is.
        (Some(hint), Some(named)) if hint.client != named.id => None,
        (Some(hint), _) => state.city.client(&hint.client).cloned(),
        (None, named) => named,
    };
    let back = params.get("post_logout_redirect_uri");
    let back = back.filter(|back| {
        client
            .as_ref()
            .is_some_and(|client| client.may_redirect_after_logout_to(back))
    });
    let kept = params.get("state").filter(|kept| kept.len() <= LONGEST);
    let means = |hint: Hint| client.as_ref().map(|_| (hint.session, hint.subject));
    Ok(Wish {
        session: hint.and_then(means),
        location: back.map(|back| back_to(back, kept)),
        client: client.map(|client| client.id.clone()),
        until: state.clock.now().plus_seconds(seconds::LOGOUT),
    })
}

fn back_to(address: &str, state: Option<&str>) -> String {
    let Some(state) = state else { return address.to_owned() };
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("state", state)
        .finish();
    let between = if address.contains('?') { '&' } else { '?' };
    format!("{address}{between}{query}")
}

/// What an application wishes that wants the citizen to log out
///
/// The page ends the session like any other, if it is to, and goes where the answer says.
#[utoipa::path(get, path = "/logouts/{request}", tag = "login",
    params(("request" = String, Path, description = "What the page was opened with")),
    responses((status = 200, description = "Who wishes it, what comes next, and where to go then", body = LogoutView)))]
async fn wished(
    State(state): State<AppState>,
    Path(request): Path<String>,
    Perhaps(citizen): Perhaps,
) -> Result<Json<LogoutView>> {
    let opened = from_base64url(&request).and_then(|sealed| sealer(&state).open(&sealed));
    let wish: Wish = match opened {
        Some(wish) => serde_json::from_slice(&wish)?,
        None => return Err(Error::not_found()),
    };
    if wish.until <= state.clock.now() {
        return Err(Error::not_found());
    }
    let client = wish.client.as_ref().and_then(|id| state.city.client(id));
    let means = |citizen: &Citizen| {
        let known = client.map(|client| {
            (
                claims::session(&state, client, citizen.session),
                claims::subject(&state, client, citizen.actor.id),
            )
        });
        known.is_some() && known == wish.session
    };
    let next = match &citizen {
        None => LogoutStep::GoBack,
        Some(citizen) if means(citizen) => LogoutStep::GoOn,
        Some(_) => LogoutStep::Ask,
    };
    Ok(Json(LogoutView {
        client: client.map(|client| client_view(client)),
        location: wish.location.filter(|_| client.is_some()),
        next,
    }))
}

//! Parameters as the protocol sends them, and the name under which the hall is a provider.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header;
use axum::http::request::Parts;

use super::error::{Refused, Result};
use crate::config::Mode;
use crate::error::Error;
use crate::http::extract::body_error;
use crate::state::AppState;

/// The parameters of a request, each once. One without a value is none (RFC 6749, section 3.1).
#[derive(Debug, Clone, Default)]
pub(super) struct Params(BTreeMap<String, String>);

impl Params {
    /// Reads what is encoded as forms are.
    pub fn parse(encoded: &[u8]) -> Result<Params> {
        let mut params = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(encoded) {
            if value.is_empty() {
                continue;
            }
            if params.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(Refused::invalid_request("a parameter stands in the request twice"));
            }
        }
        Ok(Params(params))
    }

    /// What a parameter says.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// What a parameter says that must be there; `missing` tells the client which.
    pub fn required(&self, name: &str, missing: &'static str) -> Result<&str> {
        self.get(name).ok_or_else(|| Refused::invalid_request(missing))
    }
}

/// The parameters of a body.
#[derive(Debug)]
pub(super) struct Form(pub Params);

impl FromRequest<AppState> for Form {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &AppState) -> Result<Form> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_form = kind
            .split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
        if !is_form {
            return Err(Refused::invalid_request(
                "the body must be application/x-www-form-urlencoded",
            ));
        }
        let body = Bytes::from_request(request, state).await.map_err(body_error)?;
        Params::parse(&body).map(Form)
    }
}

/// The name under which the hall is a provider, and the beginning of every address of it: the one that people reach it by.
///
/// Without a configured one a hall in development takes what the request says. In production there is no provider then:
/// whoever sends a request must not say whom the assertions of clients are meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Issuer(pub String);

impl Issuer {
    /// The name for what no request asked for; a hall in development is called as it listens. None where it has none of its own:
    /// see there.
    pub fn of_hall(state: &AppState, listens: Option<SocketAddr>) -> Option<Issuer> {
        match &state.config.public_url {
            Some(url) => Some(Issuer(url.trim_end_matches('/').to_owned())),
            None if state.config.mode == Mode::Development => {
                listens.map(|address| Issuer(format!("http://{address}")))
            }
            None => None,
        }
    }

    /// The address of a path.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl FromRequestParts<AppState> for Issuer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Issuer, Error> {
        Issuer::of_parts(parts, state)
    }
}

impl Issuer {
    /// The name under which a request reaches the hall.
    ///
    /// # Errors
    /// `request/not_found` where the hall is no provider.
    pub fn of_parts(parts: &Parts, state: &AppState) -> Result<Issuer, Error> {
        if let Some(url) = &state.config.public_url {
            return Ok(Issuer(url.trim_end_matches('/').to_owned()));
        }
        let host = parts.headers.get(header::HOST).and_then(|value| value.to_str().ok());
        let host = host.or_else(|| parts.uri.authority().map(|authority| authority.as_str()));
        match host {
            Some(host) if state.config.mode == Mode::Development => Ok(Issuer(format!("http://{host}"))),
            _ => Err(Error::not_found()),
        }
    }
}

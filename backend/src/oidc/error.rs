//! Refusals in the words of the protocol (RFC 6749, section 5.2), which clients know. Faults of ours are problems as
//! everywhere else.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Error;
use crate::http::extract::Json;

/// The header with a nonce for proofs of possession.
pub const NONCE_HEADER: &str = "dpop-nonce";

/// Why a client is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct OAuthError {
    /// A code of the protocol: `invalid_grant`
    pub error: &'static str,
    /// For its developers
    pub error_description: &'static str,
}

/// How a refusal is told besides its words.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    /// 400.
    Plainly,
    /// 401 to a client that has not shown that it is itself; by a scheme that it must not use, if it did.
    Unknown { by_header: bool },
    /// 401 or 403 to whoever shows a token.
    Token { scheme: &'static str, status: StatusCode },
}

/// A request that is refused, or could not be answered.
#[derive(Debug)]
pub(super) enum Refused {
    /// For a reason that the client is told.
    Client(Refusal),
    /// For one that it is not.
    Fault(Error),
}

/// A refusal with all that the client is told.
#[derive(Debug)]
pub(super) struct Refusal {
    what: OAuthError,
    told: Told,
    nonce: Option<String>,
}

impl Refusal {
    /// What the client is told, and the nonce for its next proof.
    pub fn told(&self) -> (&OAuthError, Option<&str>) {
        (&self.what, self.nonce.as_deref())
    }
}

/// What this module's handlers return.
pub(super) type Result<T, E = Refused> = std::result::Result<T, E>;

impl Refused {
    fn new(error: &'static str, error_description: &'static str, told: Told) -> Refused {
        Refused::Client(Refusal {
            what: OAuthError {
                error,
                error_description,
            },
            told,
            nonce: None,
        })
    }

    /// With a code, and a sentence for developers.
    pub fn because(error: &'static str, description: &'static str) -> Refused {
        Refused::new(error, description, Told::Plainly)
    }

    /// Something is missing or is not what it should be.
    pub fn invalid_request(description: &'static str) -> Refused {
        Refused::because("invalid_request", description)
    }

    /// The client has not shown that it is itself.
    pub fn invalid_client(description: &'static str) -> Refused {
        Refused::new("invalid_client", description, Told::Unknown { by_header: false })
    }

    /// The client tried to show it by a header, in a way that nobody here takes.
    pub fn invalid_client_by_header(description: &'static str) -> Refused {
        Refused::new("invalid_client", description, Told::Unknown { by_header: true })
    }

    /// The token that is shown does not count.
    pub fn invalid_token(scheme: &'static str, description: &'static str) -> Refused {
        let told = Told::Token {
            scheme,
            status: StatusCode::UNAUTHORIZED,
        };
        Refused::new("invalid_token", description, told)
    }

    /// The token that is shown is for something else.
    pub fn insufficient_scope(scheme: &'static str) -> Refused {
        let told = Told::Token {
            scheme,
            status: StatusCode::FORBIDDEN,
        };
        Refused::new("insufficient_scope", "the token needs the scope openid", told)
    }

    /// As a resource says it that a token is shown to, whatever else it is.
    pub fn at_a_resource(self, scheme: &'static str) -> Refused {
        match self {
            Refused::Client(refusal) => Refused::Client(Refusal {
                told: Told::Token {
                    scheme,
                    status: StatusCode::UNAUTHORIZED,
                },
                ..refusal
            }),
            fault => fault,
        }
    }

    /// With a nonce for the next proof.
    pub fn with_nonce(mut self, nonce: String) -> Refused {
        if let Refused::Client(refusal) = &mut self {
            refusal.nonce = Some(nonce);
        }
        self
    }
}

impl From<Error> for Refused {
    fn from(fault: Error) -> Refused {
        Refused::Fault(fault)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let refusal = match self {
            Refused::Client(refusal) => refusal,
            Refused::Fault(fault) => return fault.into_response(),
        };
        let OAuthError {
            error,
            error_description,
        } = refusal.what;
        metrics::counter!("onehall_oidc_refusals_total", "error" => error).increment(1);
        let (status, challenge) = match refusal.told {
            Told::Plainly => (StatusCode::BAD_REQUEST, None),
            Told::Unknown { by_header } => (
                StatusCode::UNAUTHORIZED,
                by_header.then(|| "Basic realm=\"private_key_jwt is what is taken\"".to_owned()),
            ),
            Told::Token { scheme, status } => {
                let algorithms = if scheme == "DPoP" { ", algs=\"ES256\"" } else { "" };
                let challenge =
                    format!("{scheme} error=\"{error}\", error_description=\"{error_description}\"{algorithms}");
                (status, Some(challenge))
            }
        };
        let mut response = (status, unkept(), Json(refusal.what)).into_response();
        let headers = response.headers_mut();
        if let Some(challenge) = challenge.and_then(|challenge| HeaderValue::from_str(&challenge).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(nonce) = refusal.nonce.and_then(|nonce| HeaderValue::from_str(&nonce).ok()) {
            headers.insert(NONCE_HEADER, nonce);
        }
        response
    }
}

/// The headers of what nobody may keep: whatever holds a token, and what is said about one.
pub(super) fn unkept() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    headers
}

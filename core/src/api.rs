//! How the core speaks HTTP: one place for headers, errors and JSON.

use onehall_client::Event;
use onehall_protocol::{API, CoreError, ErrorCode, IdempotencyKey, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ports::{HttpRequest, HttpResponse, Method, ProgressListener};
use crate::{Core, json};

/// A request to the API, before it is sent.
pub(crate) struct ApiRequest {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Option<Vec<u8>>,
    progress: Option<Box<ProgressListener>>,
    /// Says nothing of who is logged in.
    anonymous: bool,
    /// Is answered alike whoever is logged in.
    open: bool,
    /// The hall to which it shows that this terminal holds its key, and no bound token.
    #[cfg(feature = "native")]
    proven_to: Option<String>,
}

pub(crate) fn get(path: impl Into<String>) -> ApiRequest {
    ApiRequest::new(Method::Get, path)
}

pub(crate) fn post(path: impl Into<String>) -> ApiRequest {
    ApiRequest::new(Method::Post, path)
}

pub(crate) fn patch(path: impl Into<String>) -> ApiRequest {
    ApiRequest::new(Method::Patch, path)
}

pub(crate) fn delete(path: impl Into<String>) -> ApiRequest {
    ApiRequest::new(Method::Delete, path)
}

impl ApiRequest {
    fn new(method: Method, path: impl Into<String>) -> ApiRequest {
        ApiRequest {
            method,
            path: path.into(),
            headers: Vec::new(),
            body: None,
            progress: None,
            anonymous: false,
            open: false,
            #[cfg(feature = "native")]
            proven_to: None,
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> ApiRequest {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn key(self, key: IdempotencyKey) -> ApiRequest {
        self.header("idempotency-key", key.to_string())
    }

    pub(crate) fn json(self, body: &impl Serialize) -> ApiRequest {
        // Wire types have string keys and no failing serialisers; an empty body would be refused, not misread.
        let bytes = serde_json::to_vec(body).unwrap_or_default();
        self.bytes("application/json", bytes)
    }

    pub(crate) fn bytes(mut self, media_type: &str, bytes: Vec<u8>) -> ApiRequest {
        self.body = Some(bytes);
        self.header("content-type", media_type)
    }

    /// Sends it without the session's token.
    pub(crate) fn anonymous(mut self) -> ApiRequest {
        self.anonymous = true;
        self.open()
    }

    /// The answer counts also where another person is logged in by the time it comes.
    pub(crate) fn open(mut self) -> ApiRequest {
        self.open = true;
        self
    }

    /// Shows to the hall of this name that this terminal holds its key: what is given for it can be bound to that.
    #[cfg(feature = "native")]
    pub(crate) fn proven_to(mut self, issuer: String) -> ApiRequest {
        self.proven_to = Some(issuer);
        self
    }

    pub(crate) fn progress(mut self, listener: Box<ProgressListener>) -> ApiRequest {
        self.progress = Some(listener);
        self
    }
}

/// Writes a value into a query string.
pub(crate) fn query_value(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                out.push('%');
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
    out
}

/// Notes the seconds of a `Retry-After` where the backend did not say them itself.
fn wait_as_told(mut error: CoreError, seconds: Option<&str>) -> CoreError {
    if let Some(seconds) = seconds.and_then(|seconds| seconds.parse::<u32>().ok())
        && error.details.is_null()
    {
        error.details = json::object([("retry_after", seconds.into())]);
    }
    error
}

impl Core {
    /// Sends a request and gives the answer of a success; every failure as the one error.
    pub(crate) async fn send(&self, request: ApiRequest) -> Result<HttpResponse, CoreError> {
        let mut headers = request.headers;
        headers.push(("accept-language", self.language().tag().to_owned()));
        headers.push(("onehall-terminal", self.inner.terminal.as_str().to_owned()));
        if !request.anonymous {
            headers.extend(self.credentials());
        }
        // A cookie is one for all tabs of a browser: it may be that of who logged in in another one since.
        #[cfg(feature = "own-terminal")]
        if self.inner.host.secrets.is_none() && !request.open {
            let person = self.person();
            headers.extend(person.map(|person| ("onehall-citizen", person.to_string())));
        }
        let sent = HttpRequest {
            method: request.method,
            url: format!("{}{API}{}", self.inner.base_url, request.path),
            headers,
            body: request.body,
            progress: request.progress,
        };
        let visit = self.visit();
        #[cfg(feature = "native")]
        let answer = match &request.proven_to {
            Some(issuer) => self.send_proven(sent, issuer, self.key()).await,
            None => self.send_shown(sent, request.anonymous).await,
        };
        #[cfg(not(feature = "native"))]
        let answer = self.inner.host.http.send(sent).await;
        self.connection(answer.is_ok());
        if !request.open && self.visit() != visit {
            // It was for somebody who has left: nobody else may see it, and it says nothing of their session.
            return Err(self.error(ErrorCode::Cancelled));
        }
        let Ok(answer) = answer else {
            return Err(self.error(ErrorCode::Offline));
        };
        if answer.status < 400 {
            return Ok(answer);
        }
        let error = match json::read::<Problem>(&answer.body) {
            Ok(problem) => CoreError::from(problem),
            // A proxy in between answered, or the backend is not there behind it.
            Err(_) if matches!(answer.status, 502..=504) => self.error(ErrorCode::Unavailable),
            Err(_) => self.error(ErrorCode::InvalidReply),
        };
        let error = wait_as_told(error, answer.header("retry-after"));
        if error.code == ErrorCode::NotLoggedIn && !request.open {
            #[cfg(feature = "own-terminal")]
            self.session_refused(&error);
            #[cfg(not(feature = "own-terminal"))]
            self.session_ended();
        }
        Err(error)
    }

    /// Sends a request and reads the JSON of the answer.
    pub(crate) async fn fetch<T: DeserializeOwned>(&self, request: ApiRequest) -> Result<T, CoreError> {
        let answer = self.send(request).await?;
        json::read(&answer.body).map_err(|_| self.error(ErrorCode::InvalidReply))
    }

    /// Sends a request whose answer says nothing.
    pub(crate) async fn send_only(&self, request: ApiRequest) -> Result<(), CoreError> {
        self.send(request).await.map(drop)
    }

    /// Notes whether the backend could be reached, and tells when that changed.
    pub(crate) fn connection(&self, online: bool) {
        if self.inner.progress.set_online(online) {
            self.emit(&Event::Connection { online });
            if online {
                self.nudge_copy();
            }
            if online {
                self.hurry_outbox();
                self.hurry_uploads();
            } else {
                self.look_for_hall();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_query_value_cannot_break_out() {
        assert_eq!(super::query_value("a b&c=身"), "a%20b%26c%3D%E8%BA%AB");
    }
}

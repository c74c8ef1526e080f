//! The session cookies: `HttpOnly`, `SameSite=Strict`, for the whole site, `Secure` wherever there is TLS, and then with a
//! name that begins with `__Host-`: no neighbour of the same domain can set one.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderValue};

use super::extract::cookie;

fn full_name(name: &str, secure: bool) -> Cow<'_, str> {
    if secure {
        Cow::Owned(format!("__Host-{name}"))
    } else {
        Cow::Borrowed(name)
    }
}

/// What a session cookie of the request holds.
#[must_use]
pub fn get<'a>(headers: &'a HeaderMap, name: &str, secure: bool) -> Option<&'a str> {
    cookie(headers, &full_name(name, secure))
}

/// A cookie that holds `value`, for `seconds` or until the browser closes.
#[must_use]
pub fn set(name: &str, value: &str, seconds: Option<i64>, secure: bool) -> HeaderValue {
    let age = seconds
        .map(|seconds| format!("; Max-Age={}", seconds.max(0)))
        .unwrap_or_default();
    let name = full_name(name, secure);
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}");
    let mut header = HeaderValue::from_str(&text).unwrap_or_else(|_| unreachable!("names and tokens are plain ASCII"));
    header.set_sensitive(true);
    header
}

/// Takes a cookie away.
#[must_use]
pub fn clear(name: &str, secure: bool) -> HeaderValue {
    set(name, "", Some(0), secure)
}

//! The session cookies: `HttpOnly`, `SameSite=Strict`, for the whole site, `Secure` wherever there is TLS.

use axum::http::HeaderValue;

/// A cookie that holds `value`, for `seconds` or until the browser closes.
#[must_use]
pub fn set(name: &str, value: &str, seconds: Option<i64>, secure: bool) -> HeaderValue {
    let age = seconds
        .map(|seconds| format!("; Max-Age={}", seconds.max(0)))
        .unwrap_or_default();
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

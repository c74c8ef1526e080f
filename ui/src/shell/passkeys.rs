//! The browser's passkeys, by the JSON of WebAuthn Level 3: what the hall asks goes in, what the device says comes out, and
//! nothing of it is read here.

use js_sys::{Function, JSON, Object, Promise, Reflect};
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use onehall_protocol::passkeys::ProofWay;
use onehall_protocol::{CoreError, ErrorCode};
use serde_json::Value;
use wasm_bindgen_futures::JsFuture;

/// Why there is no answer of a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPasskey {
    /// The person closed the browser's dialog, took too long, or has none.
    Cancelled,
    /// This device has one of this account already.
    Known,
    /// The browser cannot.
    Failed,
}

/// The ways to show that one is there, where an error asks for it.
#[must_use]
pub fn proof_asked(error: &CoreError) -> Option<Vec<ProofWay>> {
    let ways = error.details.get("ways").cloned().unwrap_or_default();
    (error.code == ErrorCode::StepUpRequired).then(|| serde_json::from_value(ways).unwrap_or_default())
}

fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(object, &name.into()).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

fn function(object: &JsValue, name: &str) -> Option<Function> {
    get(object, name)?.dyn_into().ok()
}

/// Whether this browser has passkeys that we can use here. A shell's web view keeps none, and a page whose address is a number
/// has no name that one could be made for.
#[must_use]
pub fn can() -> bool {
    cfg!(feature = "web")
        && window()
            .location()
            .hostname()
            .is_ok_and(|host| !host.ends_with(|last: char| last.is_ascii_digit() || last == ']'))
        && get(&window(), "PublicKeyCredential").is_some_and(|class| function(&class, MAKE.0).is_some())
}

/// How the options are read, and what they are handed to.
type Ceremony = (&'static str, &'static str);
const MAKE: Ceremony = ("parseCreationOptionsFromJSON", "create");
const ASK: Ceremony = ("parseRequestOptionsFromJSON", "get");

/// Makes a passkey.
///
/// # Errors
/// Why there is none.
pub async fn make(options: &Value) -> Result<Value, NoPasskey> {
    carry_out(MAKE, options).await
}

/// Asks for a passkey.
///
/// # Errors
/// Why there is none.
pub async fn ask(options: &Value) -> Result<Value, NoPasskey> {
    carry_out(ASK, options).await
}

async fn carry_out(ceremony: Ceremony, options: &Value) -> Result<Value, NoPasskey> {
    let asked = begin(ceremony, options).ok_or(NoPasskey::Failed)?;
    let credential = JsFuture::from(asked).await.map_err(|error| why(&error))?;
    said(&credential).ok_or(NoPasskey::Failed)
}

fn begin((parse, method): Ceremony, options: &Value) -> Option<Promise> {
    let class = get(&window(), "PublicKeyCredential")?;
    let options = JSON::parse(&options.to_string()).ok()?;
    let options = function(&class, parse)?.call1(&class, &options).ok()?;
    let wrapped = Object::new();
    Reflect::set(&wrapped, &"publicKey".into(), &options).ok()?;
    let credentials = get(&window().navigator(), "credentials")?;
    let asked = function(&credentials, method)?.call1(&credentials, &wrapped).ok()?;
    asked.dyn_into().ok()
}

fn said(credential: &JsValue) -> Option<Value> {
    let plain = function(credential, "toJSON")?.call0(credential).ok()?;
    serde_json::from_str(&String::from(JSON::stringify(&plain).ok()?)).ok()
}

fn why(error: &JsValue) -> NoPasskey {
    let name = get(error, "name").and_then(|name| name.as_string());
    match name.as_deref() {
        Some("InvalidStateError") => NoPasskey::Known,
        Some("NotAllowedError" | "AbortError") => NoPasskey::Cancelled,
        _ => NoPasskey::Failed,
    }
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Language;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_error_says_how_one_shows_that_one_is_there() {
        let mut error = CoreError::new(ErrorCode::StepUpRequired, Language::En);
        error.details = json!({ "ways": ["passkey", "code"] });
        assert_eq!(proof_asked(&error), Some(vec![ProofWay::Passkey, ProofWay::Code]));
        error.code = ErrorCode::Forbidden;
        assert_eq!(proof_asked(&error), None);
    }
}

//! The same calls for JavaScript, where there is one around.

use wasm_bindgen::prelude::wasm_bindgen;

/// See [`crate::evaluate`].
#[wasm_bindgen]
#[must_use]
pub fn evaluate(request: &str) -> String {
    crate::evaluate(request)
}

/// See [`crate::generated`].
#[wasm_bindgen]
#[must_use]
pub fn generated(from: u32, count: u32) -> String {
    crate::generated(from, count)
}

/// See [`crate::rules`].
#[wasm_bindgen]
#[must_use]
pub fn rules(cases: &str) -> String {
    crate::rules(cases)
}

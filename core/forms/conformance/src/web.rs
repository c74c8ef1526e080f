//! The same calls for JavaScript, where there is one around.

use serde_json::json;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{SIZES, Shape};

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

/// The forms in which a key is measured, as JSON: `[{"shape": "flat", "size": 100}, …]`.
#[wasm_bindgen]
#[must_use]
pub fn typing_forms() -> String {
    let all = Shape::ALL
        .iter()
        .flat_map(|shape| SIZES.map(|size| json!({ "shape": shape.name(), "size": size })));
    all.collect::<serde_json::Value>().to_string()
}

/// One of them as JSON, see [`crate::TypedForm`]; `null` where there is no such shape.
#[wasm_bindgen]
#[must_use]
pub fn typing_form(shape: &str, size: usize) -> String {
    json!(Shape::named(shape).map(|shape| crate::typed_form(shape, size))).to_string()
}

/// See [`crate::Typing`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct Typing(crate::Typing);

#[wasm_bindgen]
impl Typing {
    /// See [`crate::Typing::new`].
    ///
    /// # Errors
    /// As there.
    #[wasm_bindgen(constructor)]
    pub fn new(request: &str) -> Result<Typing, String> {
        crate::Typing::new(request).map(Typing)
    }

    /// See [`crate::Typing::set`].
    #[must_use]
    pub fn set(&mut self, path: &str, value: &str) -> String {
        self.0.set(path, value)
    }

    /// See [`crate::Typing::question`].
    #[must_use]
    pub fn question(&self, path: &str) -> String {
        self.0.question(path)
    }

    /// See [`crate::Typing::transcript`].
    #[must_use]
    pub fn transcript(&self) -> String {
        self.0.transcript()
    }
}

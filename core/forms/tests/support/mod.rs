//! The examples of `docs/form-definition.md`.

use serde_json::Value;

/// The page.
pub const PAGE: &str = include_str!("../../../../docs/form-definition.md");

/// The fenced examples: what each is, and its JSON.
pub fn examples() -> Vec<(&'static str, Value)> {
    let mut found = Vec::new();
    let mut parts = PAGE.split("```");
    // Outside, inside, outside, …
    while let (Some(_), Some(inside)) = (parts.next(), parts.next()) {
        let (head, text) = inside.split_once('\n').unwrap_or_default();
        let Some(sort) = head.strip_prefix("json ") else {
            continue;
        };
        let value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        found.push((sort, value));
    }
    found
}

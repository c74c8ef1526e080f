//! A hash over content: equal versions are equal content, on every machine and in every order of writing.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// SHA-256 in hex over the canonical JSON of `content`: keys in order, no white space, an array in its own order.
pub(crate) fn of(content: &(impl Serialize + ?Sized)) -> Result<String, serde_json::Error> {
    let mut canonical = String::new();
    write(&serde_json::to_value(content)?, &mut canonical);
    let hash = Sha256::digest(canonical.as_bytes());
    Ok(hash.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut keys: Vec<_> = fields.keys().collect();
            keys.sort();
            out.push('{');
            for (index, key) in keys.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write(&fields[key], out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_keys_does_not_count() -> Result<(), serde_json::Error> {
        let one: Value = serde_json::from_str(r#"{"a": 1, "b": {"c": [1, 2], "d": "é"}}"#)?;
        let two: Value = serde_json::from_str(r#"{"b": {"d": "é", "c": [1, 2]}, "a": 1}"#)?;
        assert_eq!(of(&one)?, of(&two)?);
        assert_ne!(of(&one)?, of(&json!({"a": 1, "b": {"c": [2, 1], "d": "é"}}))?);
        Ok(())
    }

    #[test]
    fn it_is_the_hash_of_the_canonical_text() -> Result<(), serde_json::Error> {
        // printf '{"a":[true,null],"b":"x"}' | sha256sum
        let expected = "53edb451f1bfdc1e8228c164bb1503e1243a96649e244a0cda421ba7e09890e9";
        assert_eq!(of(&json!({"b": "x", "a": [true, null]}))?, expected);
        Ok(())
    }
}

//! The one form in which a document is hashed and signed.

use serde_json::Value;

/// A document that has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a number that is not whole has no canonical form")]
pub struct NotCanonical;

/// The canonical JSON of a value, as The Update Framework signs it: the names of an object in the order of their code
/// points, no space, whole numbers only, and in texts nothing escaped but `"` and `\`.
///
/// A text with a control character is not JSON in this form. Documents of ours have none (their readers refuse them); a
/// signed document that has one is hashed in this form and sent in an ordinary one.
///
/// # Errors
/// A number is not whole.
///
/// # Examples
/// ```
/// let value = serde_json::json!({ "b": [1, true, null], "a": "é\"" });
/// assert_eq!(onehall_bundle::canonical(&value)?, r#"{"a":"é\"","b":[1,true,null]}"#.as_bytes());
/// assert!(onehall_bundle::canonical(&serde_json::json!(0.5)).is_err());
/// # Ok::<(), onehall_bundle::NotCanonical>(())
/// ```
pub fn canonical(value: &Value) -> Result<Vec<u8>, NotCanonical> {
    let mut out = Vec::new();
    write(value, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), NotCanonical> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(yes) => out.extend_from_slice(if *yes { b"true" } else { b"false" }),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(whole), _) => out.extend_from_slice(whole.to_string().as_bytes()),
            (None, Some(whole)) => out.extend_from_slice(whole.to_string().as_bytes()),
            (None, None) => return Err(NotCanonical),
        },
        Value::String(text) => write_text(text, out),
        Value::Array(list) => {
            out.push(b'[');
            for (index, item) in list.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(fields) => {
            // Another crate of a build may ask serde_json to keep the order of what it read.
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by(|one, other| one.0.cmp(other.0));
            out.push(b'{');
            for (index, (name, field)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_text(name, out);
                out.push(b':');
                write(field, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text.bytes() {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::canonical;

    fn text(value: &Value) -> String {
        canonical(value).map_or_else(
            |error| error.to_string(),
            |bytes| String::from_utf8_lossy(&bytes).into_owned(),
        )
    }

    #[test]
    fn names_are_in_order_at_every_depth() {
        assert_eq!(
            text(&json!({ "z": { "b": 1, "a": -2 }, "Z": [], "ä": {}, "a": "" })),
            r#"{"Z":[],"a":"","z":{"a":-2,"b":1},"ä":{}}"#
        );
    }

    #[test]
    fn a_line_break_stays_one_as_in_the_pem_of_a_key() {
        assert_eq!(text(&json!("a\nb\\")), "\"a\nb\\\\\"");
    }

    #[test]
    fn the_largest_numbers_are_exact_and_fractions_have_no_form() {
        assert_eq!(
            text(&json!([u64::MAX, i64::MIN])),
            "[18446744073709551615,-9223372036854775808]"
        );
        assert!(canonical(&json!({ "a": [1.0] })).is_err());
    }
}

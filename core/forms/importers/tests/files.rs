//! Files that are JSON, and in which something stands that JSON does not keep.

mod support;

use onehall_form_importers::Options;
use support::{imported_text, kind, question, refused};

#[test]
fn a_name_that_stands_twice_is_refused() {
    let text = r#"{"components": [{"type": "textfield", "key": "a", "label": "A"}],
        "components": [{"type": "textfield", "key": "b", "label": "B"}]}"#;
    assert_eq!(refused(text), [(String::new(), "duplicate_field")]);
}

#[test]
fn numbers_of_more_digits_than_a_number_has_keep_them() {
    let form = |value: &str| {
        format!(
            r#"{{"components": [{{"type": "radio", "key": "a", "label": "1\" 123456789012345678901", "values": [{{"label": "x", "value": {value}}}]}}]}}"#
        )
    };
    for (value, kept) in [
        ("123456789012345678901", "123456789012345678901"),
        ("-123456789012345678901 ", "-123456789012345678901"),
        ("18446744073709551615", "18446744073709551615"),
        ("\"123456789012345678901\"", "123456789012345678901"),
        ("1.5", "1.5"),
    ] {
        let all = imported_text(&form(value), &Options::default());
        assert_eq!(kind(question(&all, "a"))["options"][0]["value"], kept);
        assert_eq!(question(&all, "a").label.en, "1\" 123456789012345678901");
    }
    assert_eq!(refused(&form("1234567890123456789012x")), [(String::new(), "no_json")]);
}

//! One answer against the kind of its question.

use onehall_protocol::Language;
use serde_json::{Value, json};

use super::{error, errors, filling, question, single, text};

#[test]
fn every_kind_says_what_is_wrong() {
    let options = json!([{"value": "a", "label": text("A")}, {"value": "b", "label": text("B")}, {"value": "c", "label": text("C")}]);
    let file = json!({"id": "018f3c5e-7a1b-7c2d-8e3f-4a5b6c7d8e9f", "name": "a.pdf", "media_type": "application/pdf", "size": 1, "sha256": "00", "uploaded_at": "2026-11-23T00:00:00.000Z"});
    let photo = |media_type: &str, size: u64| {
        let mut photo = file.clone();
        photo["media_type"] = json!(media_type);
        photo["size"] = json!(size);
        photo
    };
    let cases = [
        (
            "text",
            json!({"max_length": 3, "min_length": 2, "pattern": "[a-z]+"}),
            vec![
                (json!("ab"), None),
                (json!("a"), Some("too_short")),
                (json!("abcd"), Some("too_long")),
                (json!("a1"), Some("pattern")),
                (json!("ab\u{0}"), Some("wrong_type")),
                (json!(1), Some("wrong_type")),
            ],
        ),
        (
            "text",
            json!({"max_length": 2}),
            vec![(json!("李雷"), None), (json!("李雷😀"), Some("too_long"))],
        ),
        (
            "long_text",
            json!({}),
            vec![(json!("a\nb"), None), (json!("x".repeat(1001)), Some("too_long"))],
        ),
        (
            "number",
            json!({"min": 0.5, "max": 3, "decimals": 1}),
            vec![
                (json!(0.5), None),
                (json!(3), None),
                (json!(3.1), Some("out_of_range")),
                (json!(0.4), Some("out_of_range")),
                (json!(1.25), Some("too_many_decimals")),
                (json!("1"), Some("wrong_type")),
                (json!(1e300), Some("out_of_range")),
            ],
        ),
        (
            "number",
            json!({}),
            vec![(json!(2.0), None), (json!(2.5), Some("too_many_decimals"))],
        ),
        (
            "number",
            json!({"decimals": 10}),
            vec![
                (json!(99_344_455.335_722_7), None),
                (json!(9_934_445_533.572_273), Some("too_many_digits")),
                (json!(9_007_199_254_740_993_i64), None),
                (json!(1e-30), Some("too_many_digits")),
                (json!(1e21), Some("out_of_range")),
            ],
        ),
        (
            "money",
            json!({"min": "0.10", "max": "9.99"}),
            vec![
                (json!("0.10"), None),
                (json!("9.99"), None),
                (json!("10.00"), Some("out_of_range")),
                (json!("1"), Some("wrong_type")),
                (json!("1.005"), Some("too_many_decimals")),
                // More than an amount can say, with as many decimals as it may have.
                (json!("999999999999999999.55"), Some("out_of_range")),
                (json!(1), Some("wrong_type")),
                (json!("ten"), Some("wrong_type")),
            ],
        ),
        (
            "time",
            json!({"min": "09:10", "step_minutes": 15}),
            vec![
                (json!("09:10"), None),
                (json!("09:25"), None),
                (json!("09:30"), Some("wrong_step")),
            ],
        ),
        (
            "date",
            json!({"min": "2026-01-01", "max": {"today_plus_days": -1}}),
            vec![
                (json!("2026-01-01"), None),
                (json!("2026-11-22"), None),
                (json!("2026-11-23"), Some("too_late")),
                (json!("2025-12-31"), Some("too_early")),
                (json!("2026-02-30"), Some("invalid_date")),
                (json!(20260101), Some("wrong_type")),
            ],
        ),
        (
            "phone",
            json!({}),
            vec![
                (json!("13800000001"), None),
                (json!("138 0000 0001"), Some("invalid_phone")),
                (json!("12800000001"), Some("invalid_phone")),
            ],
        ),
        (
            "email",
            json!({}),
            vec![
                (json!("a.b+c@mail.example.com"), None),
                (json!("a@b"), Some("invalid_email")),
                (json!("a@@b.cn"), Some("invalid_email")),
                (json!("a@-b.cn"), Some("invalid_email")),
                (json!(".a@b.cn"), Some("invalid_email")),
                (json!("a b@c.cn"), Some("invalid_email")),
            ],
        ),
        (
            "citizen_id",
            json!({}),
            vec![
                (json!("11010519491231002X"), None),
                (json!("11010519491231002x"), Some("invalid_citizen_id")),
                (json!("110105194912310021"), Some("invalid_checksum")),
                (json!("123"), Some("invalid_citizen_id")),
            ],
        ),
        (
            "organisation_code",
            json!({}),
            vec![
                (json!("91350100M000100Y43"), None),
                (json!("91350100M000100Y44"), Some("invalid_checksum")),
                (json!("9135"), Some("invalid_organisation_code")),
                (json!("91350100m000100y43"), Some("invalid_organisation_code")),
            ],
        ),
        (
            "bank_card",
            json!({}),
            vec![
                (json!("6222020200112230"), None),
                (json!("6222020200112231"), Some("invalid_checksum")),
                (json!("6222"), Some("invalid_bank_card")),
            ],
        ),
        (
            "yes_no",
            json!({}),
            vec![(json!(false), None), (json!("true"), Some("wrong_type"))],
        ),
        (
            "choice",
            json!({"options": options}),
            vec![
                (json!("a"), None),
                (json!("z"), Some("unknown_option")),
                (json!(["a"]), Some("wrong_type")),
            ],
        ),
        (
            "choices",
            json!({"options": options, "min": 2, "max": 2}),
            vec![
                (json!(["a", "b"]), None),
                (json!(["a"]), Some("too_few_options")),
                (json!(["a", "b", "c"]), Some("too_many_options")),
                (json!(["a", "z"]), Some("unknown_option")),
                (json!(["a", "a"]), Some("wrong_type")),
                (json!([1]), Some("wrong_type")),
                (json!("a"), Some("wrong_type")),
            ],
        ),
        (
            "address",
            json!({}),
            vec![
                (json!({"region": "兰川市", "detail": "河西路1号"}), None),
                (json!({"region": "兰川市"}), Some("incomplete_address")),
                (
                    json!({"region": "兰川市", "detail": "x", "note": "y"}),
                    Some("wrong_type"),
                ),
                (json!("兰川市"), Some("wrong_type")),
            ],
        ),
        (
            "material",
            json!({"material": "photo", "max_files": 1}),
            vec![
                (json!([file]), None),
                (json!([file, file]), Some("too_many_files")),
                (json!(["a.pdf"]), Some("wrong_type")),
                (json!("a.pdf"), Some("wrong_type")),
            ],
        ),
        (
            "material",
            json!({"material": "photo", "max_files": 2, "accept": ["image/jpeg", "image/png"], "max_kilobytes": 2}),
            vec![
                (json!([photo("image/jpeg", 2048)]), None),
                (json!([photo("image/png", 1), photo("image/jpeg", 1)]), None),
                (json!([photo("application/pdf", 1)]), Some("file_type_not_accepted")),
                (json!([photo("image/jpeg", 2049)]), Some("file_too_large")),
                (
                    json!([photo("image/jpeg", 1), photo("image/webp", 9999)]),
                    Some("file_type_not_accepted"),
                ),
                (
                    json!([photo("a", 1), photo("a", 1), photo("a", 1)]),
                    Some("too_many_files"),
                ),
            ],
        ),
        (
            "declaration",
            json!({"statement": text("true")}),
            vec![
                (json!(true), None),
                (json!(false), Some("not_agreed")),
                (json!("yes"), Some("wrong_type")),
            ],
        ),
    ];
    for (kind, more, answers) in cases {
        let mut with = more.clone();
        with["required"] = json!(true);
        let form = single(vec![question("q", kind, with)]);
        assert_eq!(errors(&filling(&form, json!({}))), [error("q", "required")], "{kind}");
        for (answer, code) in answers {
            let mut filling = filling(&form, json!({}));
            filling.set("q", answer.clone());
            let expected: Vec<_> = code.into_iter().map(|code| error("q", code)).collect();
            assert_eq!(errors(&filling), expected, "{kind} {answer}");
            for error in filling.errors() {
                for language in Language::ALL {
                    assert!(filling.message(&error, language).len() > 5);
                }
            }
        }
    }
}

#[test]
fn blank_is_unanswered_whatever_its_type() {
    let form = single(vec![
        question("a", "text", json!({})),
        question("b", "choices", json!({"options": [{"value": "x", "label": text("x")}]})),
        question("c", "address", json!({})),
        question("seen", "computed", json!({"value": {"missing": ["a", "b", "c"]}})),
    ]);
    for address in [json!({"region": "", "detail": " "}), json!({"region": null}), json!({})] {
        let filling = filling(&form, json!({"a": "  ", "b": [], "c": address}));
        assert_eq!(filling.computed_values()["seen"], json!(["a", "b", "c"]));
        assert!(filling.submitted_answers().is_empty());
        assert!(filling.is_complete());
    }
}

/// What rules read of answers with parts and of lists; of what is of the wrong type, nothing.
#[test]
fn rules_read_an_answer_of_the_right_type_and_no_other() {
    let options = json!({"options": [{"value": "a", "label": text("a")}]});
    let form = single(vec![
        question("photos", "material", json!({"material": "photo"})),
        question("home", "address", json!({})),
        question("some", "choices", options),
        question("count", "computed", json!({"value": {"length": {"var": "photos"}}})),
        question("region", "computed", json!({"value": {"var": "home.region"}})),
        question("chosen", "computed", json!({"value": {"var": "some"}})),
        question("lives", "computed", json!({"value": {"answered": {"var": "home"}}})),
    ]);
    let computed = |answers| {
        let values = filling(&form, answers).computed_values();
        ["count", "region", "chosen", "lives"].map(|path| values[path].clone())
    };
    let file = json!({"id": "x"});
    assert_eq!(
        computed(json!({"photos": [file, file], "home": {"region": "兰川市", "detail": "1"}, "some": ["a"]})),
        [json!(2), json!("兰川市"), json!(["a"]), json!(true)]
    );
    assert_eq!(
        computed(json!({"photos": {"a": 1}, "home": ["x"], "some": ["a", 1]})),
        [Value::Null, Value::Null, Value::Null, json!(false)]
    );
    assert_eq!(
        computed(json!({"photos": "xy", "home": "x", "some": "a"})),
        [Value::Null, Value::Null, Value::Null, json!(false)]
    );
}

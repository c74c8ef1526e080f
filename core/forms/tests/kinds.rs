//! The kinds whose answers have parts or a shape of their own: what they take, what they refuse and what they say then.

mod made;

use made::{context, fault, filling, findings, form, question, single, text};
use onehall_forms::{AnswerCode, Kind, normalise};
use serde_json::{Value, json};

/// Each answer, and the code of what is wrong with it.
fn judged(kind: &str, more: &Value, cases: &[(Value, Option<&str>)]) {
    for (answer, code) in cases {
        let found = fault(kind, more.clone(), answer, &context());
        let found_code = found.as_ref().map(|(code, _)| code.as_str());
        let short: String = answer.to_string().chars().take(200).collect();
        assert_eq!(found_code, *code, "{kind} {more} {short}");
        if let Some((code, [zh_cn, en])) = found {
            assert!(AnswerCode::named(&code).is_some(), "{code}");
            assert!(
                zh_cn.ends_with('。') && en.ends_with('.') && zh_cn != en,
                "{zh_cn} {en}"
            );
        }
    }
}

#[test]
fn a_time_is_one_of_the_day_and_on_a_step_from_the_earliest_on() {
    let open = json!({"min": "08:30", "max": "17:00", "step_minutes": 15});
    judged(
        "time",
        &open,
        &[
            (json!("08:30"), None),
            (json!("17:00"), None),
            (json!("09:15"), None),
            (json!("09:20"), Some("wrong_step")),
            (json!("08:15"), Some("too_early")),
            (json!("17:15"), Some("too_late")),
            (json!("24:00"), Some("invalid_time")),
            (json!("9:15"), Some("invalid_time")),
            (json!("noon"), Some("invalid_time")),
            (json!(930), Some("wrong_type")),
            (json!(" "), None),
        ],
    );
    judged("time", &json!({}), &[(json!("23:59"), None), (json!("00:00"), None)]);
    judged(
        "time",
        &json!({"step_minutes": 30}),
        &[(json!("00:30"), None), (json!("00:31"), Some("wrong_step"))],
    );
    let said = fault("time", open.clone(), &json!("08:15"), &context());
    assert_eq!(
        said.map(|(_, said)| said[1].clone()).as_deref(),
        Some("The time must be 08:30 or later.")
    );
    let said = fault("time", open, &json!("17:15"), &context());
    assert_eq!(
        said.map(|(_, said)| said[0].clone()).as_deref(),
        Some("时间不能晚于 17:00。")
    );
}

#[test]
fn a_span_of_days_has_both_ends_in_order_and_within_its_bounds() {
    let days = |from: &str, to: &str| json!({"from": from, "to": to});
    judged(
        "date_range",
        &json!({"min": {"today_plus_days": 0}, "max": "2026-12-31", "min_days": 2, "max_days": 10}),
        &[
            (days("2026-11-23", "2026-11-24"), None),
            (days("2026-12-22", "2026-12-31"), None),
            (days("2026-11-23", "2026-12-03"), Some("too_long")),
            (days("2026-11-23", "2026-11-23"), Some("too_short")),
            (days("2026-11-22", "2026-11-24"), Some("too_early")),
            (days("2026-12-31", "2027-01-01"), Some("too_late")),
            (days("2026-11-25", "2026-11-24"), Some("reversed_range")),
            (days("2026-11-31", "2026-12-01"), Some("invalid_date")),
            (days("2026-12-01", "soon"), Some("invalid_date")),
            (days("2026-11-24", ""), Some("incomplete_range")),
            (json!({"to": "2026-11-24"}), Some("incomplete_range")),
            (json!({"from": "2026-11-24", "to": null}), Some("incomplete_range")),
            (days("", " "), None),
            (
                json!({"from": "2026-11-23", "to": "2026-11-24", "by": "x"}),
                Some("wrong_type"),
            ),
            (json!({"from": 20261123, "to": "2026-11-24"}), Some("wrong_type")),
            (json!("2026-11-23"), Some("wrong_type")),
        ],
    );
    judged("date_range", &json!({}), &[(days("2026-11-23", "2026-11-23"), None)]);
    let more = json!({"min_days": 2, "max_days": 10});
    let said = |answer| fault("date_range", more.clone(), &answer, &context()).map(|(_, said)| said[1].clone());
    assert_eq!(
        said(days("2026-11-23", "2026-11-23")).as_deref(),
        Some("This must be 2 days or more.")
    );
    assert_eq!(
        said(days("2026-11-23", "2026-12-23")).as_deref(),
        Some("This must be 10 days or fewer.")
    );
}

#[test]
fn a_person_has_a_name_and_a_document_with_a_number_of_its_own_shape() {
    let person = |id_type: &str, number: &str| json!({"name": "李雷", "id_type": id_type, "id_number": number});
    let all = json!({"id_types": ["citizen_id", "passport", "hk_macao_permit", "taiwan_permit", "foreign_permanent"]});
    judged(
        "person",
        &all,
        &[
            (person("citizen_id", "11010519491231002X"), None),
            (person("citizen_id", "11010519491231002x"), Some("invalid_citizen_id")),
            (person("citizen_id", "110105194912310021"), Some("invalid_checksum")),
            (person("citizen_id", "1101051949"), Some("invalid_citizen_id")),
            (person("passport", "E12345678"), None),
            (person("passport", "PASSPORT"), Some("invalid_id_number")),
            (person("passport", "E123"), Some("invalid_id_number")),
            (person("passport", "E1234567890123456"), Some("invalid_id_number")),
            (person("passport", "E 2345678"), Some("invalid_id_number")),
            (person("hk_macao_permit", "H12345678"), None),
            (person("hk_macao_permit", "M1234567801"), None),
            (person("hk_macao_permit", "HA1234567"), None),
            (person("hk_macao_permit", "X12345678"), Some("invalid_id_number")),
            (person("hk_macao_permit", "H1234567"), Some("invalid_id_number")),
            (person("hk_macao_permit", "H12345A78"), Some("invalid_id_number")),
            (person("hk_macao_permit", "H12345678A1"), Some("invalid_id_number")),
            (person("taiwan_permit", "12345678"), None),
            (person("taiwan_permit", "1234567890"), None),
            (person("taiwan_permit", "1234567890B"), None),
            (person("taiwan_permit", "12345678901"), Some("invalid_id_number")),
            (person("taiwan_permit", "123456789"), Some("invalid_id_number")),
            (person("taiwan_permit", "1234567A"), Some("invalid_id_number")),
            (person("foreign_permanent", "ABC123456789012"), None),
            (
                person("foreign_permanent", "AB1123456789012"),
                Some("invalid_id_number"),
            ),
            (person("foreign_permanent", "911124198108030024"), None),
            (
                person("foreign_permanent", "911124198108030025"),
                Some("invalid_checksum"),
            ),
            (
                person("foreign_permanent", "811124198108030024"),
                Some("invalid_id_number"),
            ),
            (person("driving_licence", "1"), Some("unknown_option")),
            (person("", "11010519491231002X"), Some("incomplete_person")),
            (person("passport", " "), Some("incomplete_person")),
            (json!({"name": "李雷"}), Some("incomplete_person")),
            (json!({"id_type": "passport"}), None),
            (json!({"name": "", "id_type": "passport", "id_number": ""}), None),
            (
                json!({"name": 1, "id_type": "passport", "id_number": "E12345678"}),
                Some("wrong_type"),
            ),
            (json!({"name": "李雷", "age": "3"}), Some("wrong_type")),
            (
                json!({"name": "长".repeat(101), "id_type": "passport", "id_number": "E12345678"}),
                Some("too_long"),
            ),
            (
                json!({"name": "李\n雷", "id_type": "passport", "id_number": "E12345678"}),
                Some("wrong_type"),
            ),
        ],
    );
    judged(
        "person",
        &json!({}),
        &[
            (person("citizen_id", "11010519491231002X"), None),
            (person("passport", "E12345678"), Some("unknown_option")),
        ],
    );
    let with = |phone: Value| json!({"name": "李雷", "id_type": "citizen_id", "id_number": "11010519491231002X", "phone": phone});
    judged(
        "person",
        &json!({"phone": true}),
        &[
            (with(json!("13800000001")), None),
            (with(json!("1380000")), Some("invalid_phone")),
            (with(json!("138 0000 0001")), Some("invalid_phone")),
            (with(json!("")), Some("incomplete_person")),
            (person("citizen_id", "11010519491231002X"), Some("incomplete_person")),
        ],
    );
    judged(
        "person",
        &json!({}),
        &[
            (with(json!("13800000001")), Some("wrong_type")),
            (with(Value::Null), None),
        ],
    );
}

#[test]
fn a_signature_is_drawn_within_its_field_or_typed() {
    judged(
        "signature",
        &json!({}),
        &[
            (json!({"strokes": [[0, 0, 600, 200]]}), None),
            (json!({"strokes": [[5, 5], [6, 6]]}), None),
            (json!({"typed": "李雷"}), None),
            (json!({"strokes": [[5, 5]]}), Some("incomplete_signature")),
            (json!({"strokes": [[]]}), Some("incomplete_signature")),
            (json!({"strokes": []}), None),
            (json!({"typed": " "}), None),
            (json!({"strokes": [[601, 5, 6, 6]]}), Some("wrong_type")),
            (json!({"strokes": [[5, 201, 6, 6]]}), Some("wrong_type")),
            (json!({"strokes": [[-1, 5, 6, 6]]}), Some("wrong_type")),
            (json!({"strokes": [[1.5, 5, 6, 6]]}), Some("wrong_type")),
            (json!({"strokes": [[1, 5, 6]]}), Some("wrong_type")),
            (json!({"strokes": [1, 5, 6, 7]}), Some("wrong_type")),
            (json!({"strokes": [[1, 5, 6, 7]], "typed": "李雷"}), Some("wrong_type")),
            (json!({"drawn": [[1, 5, 6, 7]]}), Some("wrong_type")),
            (json!({"drawn": "李雷"}), Some("wrong_type")),
            (json!({"strokes": "李雷"}), Some("wrong_type")),
            (json!({"typed": "长".repeat(101)}), Some("too_long")),
            (json!("李雷"), Some("wrong_type")),
        ],
    );
}

#[test]
fn an_entry_of_a_list_has_a_code_and_a_name_in_each_language() {
    let entry = |code: &str, zh_cn: &str, en: &str| json!({"code": code, "label": {"zh-CN": zh_cn, "en": en}});
    judged(
        "list_choice",
        &json!({"list": "not-at-hand"}),
        &[
            (entry("1", "一", "one"), None),
            (entry(" ", "一", "one"), Some("wrong_type")),
            (entry("1", " ", "one"), Some("wrong_type")),
            (entry("1", "一", ""), Some("wrong_type")),
            (json!({"code": "1"}), Some("wrong_type")),
            (json!("1"), Some("wrong_type")),
        ],
    );
}

#[test]
fn the_strokes_of_a_signature_take_16_kilobytes_at_most() {
    // `[[123,123],[123,123],…]`: each stroke of one point takes ten bytes, and the brackets around all two, less a comma.
    let strokes = |count: usize| json!({"strokes": vec![json!([123, 123]); count]});
    let bytes = |answer: &Value| answer["strokes"].to_string().len();
    let (fits, does_not) = (strokes(1638), strokes(1639));
    assert!(bytes(&fits) <= 16 * 1024 && bytes(&does_not) > 16 * 1024);
    judged("signature", &json!({}), &[(fits, None), (does_not, Some("too_long"))]);
}

#[test]
fn a_text_is_written_as_its_mask_has_it() {
    judged(
        "text",
        &json!({"mask": r"\A9-AA*"}),
        &[
            (json!("A1-bC2"), None),
            (json!("A1-bCd"), None),
            (json!("A1bC2"), Some("pattern")),
            (json!("B1-bC2"), Some("pattern")),
            (json!("A1-bC2x"), Some("pattern")),
            (json!("A1-b"), Some("pattern")),
        ],
    );
    let said = fault("text", json!({"mask": r"\A9-AA*"}), &json!("x"), &context());
    assert_eq!(
        said.map(|(_, said)| said[1].clone()).as_deref(),
        Some("This is not in the expected format, for example A0-AAA.")
    );
    let both = json!({"mask": "99-99", "pattern": "1.*"});
    judged(
        "text",
        &both,
        &[(json!("12-34"), None), (json!("22-34"), Some("pattern"))],
    );
    let kind = Kind::Text {
        max_length: None,
        min_length: None,
        pattern: None,
        mask: Some("999-9999".to_owned()),
    };
    assert_eq!(normalise(&kind, " １２３ ４５６７ "), json!("123-4567"));
    assert_eq!(
        normalise(&kind, "12"),
        json!("12"),
        "what does not fit stays as it was typed"
    );
}

fn file(source: Value) -> Value {
    let mut file = json!({"id": "019ab0c0-9094-7bd4-8fa3-eaf44869a9ac", "name": "证明.jpg", "media_type": "image/jpeg", "size": 9,
        "sha256": "9094bd4fa3eaf44869a9ac6c297247b49a6ae74826c77b2b296d18fb0f340840", "uploaded_at": "2026-11-23T01:30:00.000Z"});
    if !source.is_null() {
        file["source"] = source;
    }
    file
}

#[test]
fn a_material_comes_from_where_it_may_come_from() {
    let case = "019ab0c0-9094-7bd4-8fa3-eaf44869a9ad";
    let at = "2026-11-20T01:30:00.000Z";
    let taken = json!([file(
        json!({"kind": "case", "case": case, "number": "LC-20261120-000042-7", "item_name": text("x"), "at": at})
    )]);
    let certified = json!([file(
        json!({"kind": "e_certificate", "case": case, "name": text("x"), "at": at})
    )]);
    let upload = json!([file(Value::Null)]);
    let only_e = json!({"material": "proof", "sources": ["e_certificate"]});
    judged(
        "material",
        &only_e,
        &[
            (certified.clone(), None),
            (taken.clone(), Some("source_not_accepted")),
            (upload.clone(), Some("source_not_accepted")),
            (json!([file(json!({"kind": "thin_air"}))]), Some("wrong_type")),
            (json!([file(json!({"kind": "case"}))]), Some("wrong_type")),
            (json!([file(json!("case"))]), Some("wrong_type")),
        ],
    );
    // An upload is never as good as what comes from the issuing authority.
    let best = json!({"material": "proof", "sources": ["e_certificate", "derived"], "trust_grade": "A"});
    judged(
        "material",
        &best,
        &[(certified.clone(), None), (upload.clone(), Some("source_not_accepted"))],
    );
    // Who may upload may hand in what the hall has already.
    judged(
        "material",
        &json!({"material": "proof"}),
        &[(upload, None), (taken, None), (certified, None)],
    );
}

#[test]
fn what_the_hall_gets_itself_is_never_required_of_the_citizen() {
    let material = |sources: Value| {
        question(
            "proof",
            "material",
            json!({"material": "proof", "required": true, "sources": sources}),
        )
    };
    let derived = filling(&form(&single(&[material(json!(["derived"]))])), &json!({}), &context());
    assert!(derived.is_complete());
    assert_eq!(derived.question("proof").map(|view| view.required), Some(false));
    assert!(
        filling(
            &form(&single(&[material(json!(["upload", "derived"]))])),
            &json!({}),
            &context()
        )
        .is_complete()
    );
    let uploaded = filling(&form(&single(&[material(json!(["upload"]))])), &json!({}), &context());
    assert_eq!(uploaded.errors()[0].code, "required");
}

#[test]
fn rules_read_the_parts_of_an_answer_and_only_sound_ones() {
    let shown = |id: &str, rule: Value| question(id, "note", json!({"visible_when": rule}));
    let form = form(&single(&[
        question("stay", "date_range", json!({})),
        question("job", "list_choice", json!({"list": "jobs"})),
        question("home", "region", json!({})),
        question("spouse", "person", json!({"phone": true})),
        question("sign", "signature", json!({})),
        question("at", "time", json!({})),
        shown(
            "long",
            json!({">": [{"days_between": [{"var": "stay.from"}, {"var": "stay.to"}]}, 30]}),
        ),
        shown("begun", json!({"answered": {"var": "stay"}})),
        shown("nurse", json!({"==": [{"var": "job.code"}, "2-02"]})),
        shown("east", json!({"in": [{"var": "home.code"}, ["620102"]]})),
        shown("wed", json!({"==": [{"var": "spouse.id_type"}, "passport"]})),
        shown("signed", json!({"var": "sign"})),
        shown("late", json!({">": [{"var": "at"}, "17:00"]})),
    ]));
    let seen = |answers: Value| {
        let filling = filling(&form, &answers, &context());
        let page = filling
            .page("only")
            .unwrap_or_else(|| panic!("the page is on the path"));
        let notes: Vec<String> = page.questions[6..].iter().map(|view| view.path.clone()).collect();
        notes.join(" ")
    };
    let label = text("x");
    assert_eq!(
        seen(json!({
            "stay": {"from": "2026-01-01", "to": "2026-03-01"}, "job": {"code": "2-02", "label": label},
            "home": {"code": "620102", "label": label}, "spouse": {"id_type": "passport", "name": "韩梅梅"},
            "sign": {"typed": "李雷"}, "at": "17:01",
        })),
        "long begun nurse east wed signed late"
    );
    assert_eq!(seen(json!({"stay": {"from": "2026-01-01"}})), "begun");
    assert_eq!(
        seen(json!({"stay": {"from": "soon"}, "at": "27:01", "job": "2-02", "spouse": {"id_type": "passport"}})),
        ""
    );
}

#[test]
fn a_rule_that_reads_a_part_that_there_is_not_is_a_finding() {
    let reads = |kind: &str, more: Value, part: &str| {
        let note = question(
            "n",
            "note",
            json!({"visible_when": {"answered": {"var": format!("q.{part}")}}}),
        );
        findings(&single(&[question("q", kind, more), note]))
    };
    for (kind, more, parts) in [
        ("date_range", json!({}), &["from", "to"][..]),
        ("list_choice", json!({"list": "jobs"}), &["code"]),
        ("region", json!({}), &["code"]),
        ("person", json!({}), &["name", "id_type", "id_number", "phone"]),
    ] {
        for part in parts {
            assert_eq!(reads(kind, more.clone(), part), [], "{kind}.{part}");
        }
        let found = reads(kind, more, "label");
        assert_eq!(
            found.iter().map(|(_, code)| *code).collect::<Vec<_>>(),
            ["dangling_reference"],
            "{kind}"
        );
    }
    assert_eq!(reads("time", json!({}), "hour").len(), 1);
    assert_eq!(reads("signature", json!({}), "strokes").len(), 1);
}

#[test]
fn bounds_that_nothing_meets_are_findings() {
    let found = |kind: &str, more: Value| {
        let found = findings(&single(&[question("q", kind, more)]));
        found
            .into_iter()
            .map(|(path, code)| format!("{} {code}", path.trim_start_matches("/pages/0/questions/0")))
            .collect::<Vec<_>>()
    };
    let cases = [
        ("time", json!({"min": "10:00", "max": "09:00"}), "/min min_above_max"),
        ("time", json!({"min": "25:00"}), "/min wrong_type"),
        ("time", json!({"step_minutes": 0}), "/step_minutes out_of_bounds"),
        ("time", json!({"step_minutes": 721}), "/step_minutes out_of_bounds"),
        (
            "date_range",
            json!({"min": "2026-02-01", "max": "2026-01-01"}),
            "/min min_above_max",
        ),
        (
            "date_range",
            json!({"min": {"today_plus_days": 2}, "max": {"today_plus_days": 1}}),
            "/min min_above_max",
        ),
        (
            "date_range",
            json!({"min_days": 5, "max_days": 4}),
            "/min_days min_above_max",
        ),
        ("date_range", json!({"max_days": 0}), "/max_days out_of_bounds"),
        ("list_choice", json!({}), " missing_field"),
        ("list_choice", json!({"list": "No List"}), "/list wrong_type"),
        ("region", json!({"depth": 0}), "/depth wrong_type"),
        ("region", json!({"depth": 6}), "/depth wrong_type"),
        ("person", json!({"id_types": []}), "/id_types wrong_type"),
        (
            "person",
            json!({"id_types": ["passport", "passport"]}),
            "/id_types wrong_type",
        ),
        ("person", json!({"id_types": ["library_card"]}), "/id_types wrong_type"),
        ("person", json!({"phone": "yes"}), "/phone wrong_type"),
        ("signature", json!({"width": 3}), "/width unknown_field"),
        (
            "material",
            json!({"material": "proof", "sources": ["thin_air"]}),
            "/sources wrong_type",
        ),
        (
            "material",
            json!({"material": "proof", "sources": []}),
            "/sources wrong_type",
        ),
        (
            "material",
            json!({"material": "proof", "trust_grade": "A"}),
            "/trust_grade grade_out_of_reach",
        ),
        (
            "material",
            json!({"material": "proof", "trust_grade": "A", "sources": ["e_certificate", "case"]}),
            "/trust_grade grade_out_of_reach",
        ),
        ("text", json!({"mask": "---"}), "/mask bad_mask"),
        ("text", json!({"mask": "99\\"}), "/mask bad_mask"),
        ("text", json!({"mask": "9999", "max_length": 3}), "/mask bad_mask"),
        ("text", json!({"mask": "99", "min_length": 3}), "/mask bad_mask"),
    ];
    for (kind, more, finding) in cases {
        assert_eq!(found(kind, more.clone()), [finding], "{kind} {more}");
    }
    assert_eq!(
        found("region", json!({"depth": 5, "list": "streets"})),
        Vec::<String>::new()
    );
}

#[test]
fn an_answer_that_is_needed_is_asked_for_in_words_of_its_kind() {
    let context = context();
    let asked = |kind: &str, more: Value| {
        let mut more = more;
        more["required"] = true.into();
        fault(kind, more, &Value::Null, &context).map(|(code, said)| (code, said[1].clone()))
    };
    for (kind, more, said) in [
        ("time", json!({}), "Enter a time."),
        ("date_range", json!({}), "Enter the first and the last day."),
        ("list_choice", json!({"list": "jobs"}), "Choose one."),
        ("region", json!({}), "Choose a region."),
        ("person", json!({}), "Enter the person's details."),
        ("signature", json!({}), "Sign here."),
    ] {
        assert_eq!(
            asked(kind, more),
            Some(("required".to_owned(), said.to_owned())),
            "{kind}"
        );
    }
}

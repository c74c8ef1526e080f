//! What an evaluation hangs on besides form, answers and day: the calendar and the lists.

mod made;

use made::{context, filling, findings, form, question, single, text};
use onehall_forms::{Context, Inputs, evaluate};
use serde_json::{Value, json};

fn inputs() -> Inputs {
    let entry = |code: &str, zh_cn: &str, en: &str, parent: Option<&str>| {
        let mut entry = json!({"code": code, "label": {"zh-CN": zh_cn, "en": en}});
        if let Some(parent) = parent {
            entry["parent"] = parent.into();
        }
        entry
    };
    let value = json!({
        "calendar": {"version": "2026.2", "days": {"covers": ["2026-01-01", "2026-12-31"], "holidays": ["2026-11-25"], "working_weekends": ["2026-11-28"]}},
        "lists": [
            {"code": "regions", "version": "2026.1", "entries": [
                entry("62", "云岭省", "Yunling", None),
                entry("6201", "兰川市", "Lanchuan", Some("62")),
                entry("620102", "河东区", "Hedong", Some("6201")),
                entry("62010201", "民安街道", "Min'an", Some("620102")),
                entry("6202", "安定市", "Anding", Some("62")),
                entry("71", "", "", Some("71")),
            ]},
            {"code": "jobs", "version": "7", "entries": [entry("2-02", "护士", "Nurse", None)]},
            {"code": "long", "version": "1"},
        ],
    });
    serde_json::from_value(value).unwrap_or_else(|error| panic!("{error}"))
}

fn with_inputs() -> Context {
    inputs().context(context().as_of)
}

fn code(kind: &str, more: Value, answer: &Value, context: &Context) -> Option<String> {
    made::fault(kind, more, answer, context).map(|(code, _)| code)
}

fn chosen(code: &str, zh_cn: &str, en: &str) -> Value {
    json!({"code": code, "label": {"zh-CN": zh_cn, "en": en}})
}

#[test]
fn an_entry_has_the_code_and_the_label_of_the_list_where_it_is_at_hand() {
    let jobs = json!({"list": "jobs"});
    let of = |answer: Value, context: &Context| code("list_choice", jobs.clone(), &answer, context);
    assert_eq!(of(chosen("2-02", "护士", "Nurse"), &with_inputs()), None);
    let unknown = Some("unknown_option".to_owned());
    assert_eq!(of(chosen("2-03", "护士", "Nurse"), &with_inputs()), unknown);
    assert_eq!(of(chosen("2-02", "医生", "Nurse"), &with_inputs()), unknown);
    assert_eq!(of(chosen("2-02", "护士", "Doctor"), &with_inputs()), unknown);
    // Nobody can say where the list is not at hand.
    assert_eq!(of(chosen("2-03", "医生", "Doctor"), &context()), None);
    assert_eq!(
        code(
            "list_choice",
            json!({"list": "long"}),
            &chosen("9", "甲", "A"),
            &with_inputs()
        ),
        None
    );
    assert_eq!(
        code(
            "list_choice",
            json!({"list": "none"}),
            &chosen("9", "甲", "A"),
            &with_inputs()
        ),
        None
    );
    // What is no entry at all is told wherever.
    let wrong = Some("wrong_type".to_owned());
    for answer in [
        json!("2-02"),
        json!({"code": "2-02"}),
        json!({"code": 2, "label": text("x")}),
        json!({"code": "2-02", "label": "Nurse"}),
        json!({"code": "2-02", "label": {"zh-CN": "护士"}}),
        json!({"code": "2-02", "label": {"zh-CN": "护士", "en": " "}}),
        json!({"code": "2-02", "label": {"zh-CN": "护士", "en": "Nurse", "fr": "Infirmière"}}),
        json!({"code": "2-02", "label": text("护士"), "parent": "2"}),
        json!({"code": "2-02", "label": text(&"长".repeat(501))}),
    ] {
        assert_eq!(of(answer.clone(), &context()), wrong, "{answer}");
    }
}

#[test]
fn a_region_is_chosen_down_to_its_level_and_named_by_the_whole_way() {
    let of = |more: Value, answer: Value| code("region", more, &answer, &with_inputs());
    let street = chosen(
        "62010201",
        "云岭省兰川市河东区民安街道",
        "Min'an, Hedong, Lanchuan, Yunling",
    );
    let district = chosen("620102", "云岭省兰川市河东区", "Hedong, Lanchuan, Yunling");
    let city = chosen("6201", "云岭省兰川市", "Lanchuan, Yunling");
    let small_city = chosen("6202", "云岭省安定市", "Anding, Yunling");
    let refused = Some("unknown_option".to_owned());
    // Without a level: down to where there is nothing below.
    assert_eq!(of(json!({}), street.clone()), None);
    assert_eq!(of(json!({}), district.clone()), refused);
    assert_eq!(of(json!({}), small_city.clone()), None);
    // A level, or the end of a branch before it.
    assert_eq!(of(json!({"depth": 3}), district.clone()), None);
    assert_eq!(of(json!({"depth": 3}), street), refused);
    assert_eq!(of(json!({"depth": 3}), city.clone()), refused);
    assert_eq!(of(json!({"depth": 3}), small_city), None);
    assert_eq!(of(json!({"depth": 2}), city), None);
    // The label is the whole way.
    assert_eq!(of(json!({"depth": 3}), chosen("620102", "河东区", "Hedong")), refused);
    assert_eq!(
        of(json!({"depth": 3, "list": "jobs"}), district),
        refused,
        "of the list that the form names"
    );
}

#[test]
fn a_list_that_goes_round_in_a_circle_has_an_end() {
    let entries = inputs().lists[0].entries.clone().unwrap_or_else(|| panic!("at hand"));
    assert_eq!(entries.way("71").len(), 16);
    assert_eq!(entries.way("99").len(), 0);
    assert!(entries.is_leaf("6202") && !entries.is_leaf("62") && !entries.is_leaf("99"));
    let below: Vec<&str> = entries.below(Some("62")).map(|entry| entry.code.as_str()).collect();
    assert_eq!(below, ["6201", "6202"], "in the order of the list");
    let mut twice = entries.all().to_vec();
    twice.push(onehall_forms::ListEntry {
        code: "6202".to_owned(),
        ..twice[0].clone()
    });
    let twice = onehall_forms::Entries::from(twice);
    assert_eq!(twice.get("6202"), entries.get("6202"), "the first of two");
}

#[test]
fn inputs_cross_the_wire_as_they_are() -> Result<(), serde_json::Error> {
    let text = serde_json::to_string(&inputs())?;
    assert_eq!(serde_json::from_str::<Inputs>(&text)?, inputs());
    assert_eq!(serde_json::to_string(&Inputs::none())?, "{}");
    assert!(text.contains(r#"{"code":"long","version":"1"}"#), "{text}");
    Ok(())
}

#[test]
fn rules_count_the_working_days_of_the_city_and_know_nothing_without_them() {
    let computed = |id: &str, value: Value| question(id, "computed", json!({"value": value}));
    let form = form(&single(&[
        question("start", "date", json!({})),
        computed("due", json!({"add_working_days": [{"var": "start"}, 4]})),
        computed("back", json!({"add_working_days": [{"var": "start"}, -1]})),
        computed(
            "between",
            json!({"working_days_between": [{"var": "start"}, "2026-11-30"]}),
        ),
        computed("worked", json!({"is_working_day": {"var": "start"}})),
        computed("free", json!({"is_working_day": ["2026-11-25"]})),
        computed("far", json!({"add_working_days": [{"var": "start"}, 10_001]})),
        computed("half", json!({"add_working_days": [{"var": "start"}, 1.5]})),
        computed("no_day", json!({"is_working_day": ["soon"]})),
    ]));
    assert!(form.uses_calendar());
    let computed = |context: &Context| {
        let values = filling(&form, &json!({"start": "2026-11-23"}), context).computed_values();
        Value::Object(values.into_iter().collect())
    };
    // From Monday the 23rd on: Wednesday is free, Saturday the 28th is worked.
    assert_eq!(
        computed(&with_inputs()),
        json!({"due": "2026-11-28", "back": "2026-11-20", "between": 5, "worked": true, "free": false,
            "far": null, "half": null, "no_day": null})
    );
    let nothing = computed(&context());
    assert!(
        nothing
            .as_object()
            .is_some_and(|values| values.len() == 8 && values.values().all(Value::is_null)),
        "{nothing}"
    );
}

#[test]
fn working_days_cannot_be_counted_without_end() {
    // 41 rows by 41 rows of ten thousand days each would be 16 million steps: it is given up, not waited for.
    let each =
        json!({"sum": [{"answer": "g"}, {"days_between": [{"add_working_days": ["2026-01-01", 9999]}, "2026-01-01"]}]});
    let form = form(&single(&[
        question(
            "g",
            "group",
            json!({"row_label": text("r"), "questions": [question("a", "number", json!({}))]}),
        ),
        question("c", "computed", json!({"value": {"sum": [{"var": "g"}, each]}})),
    ]));
    let rows = |count: usize| json!({"g": (0..count).map(|row| format!("r{row}")).collect::<Vec<_>>()});
    let computed = |count: usize| filling(&form, &rows(count), &with_inputs()).computed_values()["c"].clone();
    assert!(computed(3).is_number());
    assert_eq!(computed(41), Value::Null);
}

#[test]
fn a_form_says_what_it_needs() {
    let plain = form(&single(&[question("a", "text", json!({}))]));
    assert!(!plain.uses_calendar() && plain.lists().is_empty());
    let row = question("job", "list_choice", json!({"list": "jobs"}));
    let both = form(&single(&[
        question("home", "region", json!({})),
        question("work", "region", json!({"depth": 2})),
        question("g", "group", json!({"row_label": text("r"), "questions": [row]})),
        question(
            "n",
            "note",
            json!({"visible_when": {"is_working_day": {"var": "home.code"}}}),
        ),
    ]));
    assert!(both.uses_calendar());
    assert_eq!(both.lists().into_iter().collect::<Vec<_>>(), ["jobs", "regions"]);
    for rule in [
        json!({"is_working_day": []}),
        json!({"add_working_days": ["2026-01-01"]}),
        json!({"working_days_between": []}),
    ] {
        let found = findings(&single(&[question("n", "note", json!({"visible_when": rule}))]));
        assert_eq!(
            found.iter().map(|(_, code)| *code).collect::<Vec<_>>(),
            ["wrong_arguments"],
            "{rule}"
        );
    }
}

#[test]
fn the_versions_of_what_is_used_are_in_the_transcript_and_of_nothing_else() {
    let counts = json!({"visible_when": {"is_working_day": {"today": []}}});
    let using = form(&single(&[
        question("home", "region", json!({})),
        question("n", "note", counts),
    ]));
    let with = |context: &Context| filling(&using, &json!({}), context).evaluated_with();
    assert_eq!(with(&with_inputs()).calendar.as_deref(), Some("2026.2"));
    let lists = with(&with_inputs()).lists;
    assert_eq!(
        lists
            .iter()
            .map(|(code, version)| format!("{code} {version}"))
            .collect::<Vec<_>>(),
        ["regions 2026.1"]
    );
    assert!(with(&context()).calendar.is_none() && with(&context()).lists.is_empty());

    let newer = |change: &dyn Fn(&mut Inputs)| {
        let mut inputs = inputs();
        change(&mut inputs);
        evaluate(&using, Default::default(), inputs.context(context().as_of)).transcript
    };
    let base = newer(&|_| {});
    assert_ne!(base, newer(&|inputs| inputs.lists[0].version = "2026.2".to_owned()));
    assert_eq!(
        base,
        newer(&|inputs| inputs.lists[1].version = "8".to_owned()),
        "another form's list"
    );
    let later = |inputs: &mut Inputs| {
        if let Some(calendar) = &mut inputs.calendar {
            calendar.version = "2026.3".to_owned();
        }
    };
    assert_ne!(base, newer(&later));
    let plain = form(&single(&[question("a", "text", json!({}))]));
    let same = |context: Context| evaluate(&plain, Default::default(), context).transcript;
    assert_eq!(same(context()), same(with_inputs()), "a form that uses none");
}

/// Frozen: a change here means that terminals and backends of two versions no longer understand each other, and that
/// `ENGINE` has to count up.
#[test]
fn the_canonical_document_and_its_marks_are_what_the_documentation_says() {
    let due = json!({"value": {"add_working_days": [{"var": "stay.from"}, 2]}});
    let form = form(&json!([
        {"id": "one", "title": text("One"), "next": [{"when": {"answered": {"var": "stay"}}, "page": "three"}], "questions": [
            question("at", "time", json!({})),
            question("stay", "date_range", json!({})),
            question("due", "computed", due),
        ]},
        {"id": "two", "title": text("Two"), "questions": [question("skipped", "text", json!({"required": true}))]},
        {"id": "three", "title": text("Three"), "questions": [
            question("read", "note", json!({})),
            question("home", "region", json!({"depth": 3})),
            question("sign", "signature", json!({"required": true})),
        ]},
    ]));
    let answers = json!({
        "at": "08:05", "skipped": "kept", "stay": {"to": "2026-12-01", "from": "2026-11-24"},
        "home": chosen("620102", "云岭省兰川市河东区", "Hedong, Lanchuan, Yunling"), "lost": 1,
    });
    let filling = filling(&form, &answers, &with_inputs());
    assert_eq!(
        filling.canonical(),
        concat!(
            r#"{"as_of":"2026-11-23","calendar":"2026.2","computed":{"due":"2026-11-27"},"engine":2,"#,
            r#""errors":[["lost","unknown_path"],["sign","required"]],"form":"any","lists":{"regions":"2026.1"},"#,
            r#""pages":["one","three"],"values":{"at":"08:05","#,
            r#""home":{"code":"620102","label":{"en":"Hedong, Lanchuan, Yunling","zh-CN":"云岭省兰川市河东区"}},"#,
            r#""sign":null,"stay":{"from":"2026-11-24","to":"2026-12-01"}},"version":3}"#
        )
    );
    assert_eq!(
        filling.transcript(),
        "328a39e167b23860b69c47b05ec5dc205dc4dbb1d326114bcc9c02da55d610b2",
    );
    let marks: Vec<(String, String)> = filling.marks().into_iter().collect();
    let marks: Vec<String> = marks.into_iter().map(|(path, mark)| format!("{path} {mark}")).collect();
    assert_eq!(
        marks,
        [
            // [true,null,null]
            "#one 204f43dc833ce475",
            "#three 204f43dc833ce475",
            // ["08:05",null,null]
            "at 27d2f0deb3861a6c",
            // [null,"2026-11-27",null]
            "due e53f799192808082",
            "home 05d662b381976558",
            // [null,null,"unknown_path"]
            "lost 6772d99d40bd8bda",
            // [null,null,"required"]
            "sign 51fac13930e77ea5",
            "stay 89381035f0d460a0",
        ]
    );
}

#[test]
fn two_evaluations_differ_where_their_marks_do() {
    let seen = json!({"visible_when": {">": [{"var": "n"}, 3]}, "required": true});
    let form = form(&single(&[
        question("n", "number", json!({"max": 5})),
        question("double", "computed", json!({"value": {"*": [{"var": "n"}, 2]}})),
        question("more", "text", seen),
        question("other", "text", json!({})),
    ]));
    let marks = |n: u32| {
        filling(&form, &json!({"n": n, "other": "same"}), &context())
            .evaluation()
            .marks
    };
    let differing = |one: u32, other: u32| {
        let (one, other) = (marks(one), marks(other));
        let paths = one
            .keys()
            .chain(other.keys())
            .filter(|path| one.get(*path) != other.get(*path));
        paths
            .cloned()
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
    };
    assert_eq!(differing(1, 1), Vec::<String>::new());
    assert_eq!(differing(1, 2), ["double", "n"]);
    assert_eq!(differing(2, 4), ["double", "more", "n"]);
    assert_eq!(
        differing(4, 6),
        ["double", "n"],
        "the error is in the mark of the answer too"
    );
}
